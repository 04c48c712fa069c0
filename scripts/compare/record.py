"""Measured figures as JSON, one file a run in results/.

    {"date": "2026-11-30", "commit": "c7e3439", "dirty": false, "command": "scripts/compare/run ...",
     "machine": {"processor": "Intel Xeon", "instructions": "AVX-512", "OpenBLAS": "0.3.21", "core": "Prescott",
                 "threads": 2},
     "versions": {"torch": "2.15.0"},
     "parts": {"training": {"texts": "debian-programs",
                            "sides": {"Hone": {"pairs per second": {"rounds": [16.2, 17.3]}}}},
               "encode-parity": {"texts": "debian-programs", "found": {"texts": 1000}}}}

A part has the figures of its sides, or what its script `found`. A figure has one of these keys:

    rounds   its value in each round
    runs     the median of each run
    seeds    its value for each seed
    range    the lowest and the highest, where the rounds were not kept
    median   where the rounds were not kept
    value    the only one there is

Ratios are computed. A part has `ratios` where its figures were rounded before they were written down. `recorded` in place of
`commit` names the commit that brought the figures: the code measured is that commit's or slightly older. `machine` is null
where it was not written down. Needs no package beside Python's own.
"""

import ctypes
import dataclasses
import json
import pathlib
import platform
import re
import shlex
import statistics
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(__file__).resolve().parent / "results"
ROUNDING = 0.05  # how far a noted ratio may be from that of its rounded figures
SOURCE = ["machine", "date", "commit"]


class Malformed(Exception):
    """A file of results that cannot be read; the message names it."""


# MARK: Figures


def times_better(measure: str, ours: float, theirs: float) -> float:
    """How many times better ours is: of what is counted per second more is better, of anything else less."""
    return ours / theirs if measure.endswith("per second") else theirs / ours


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measure of one side: its values, and how each of them came about."""

    values: tuple[float, ...]
    kind: str

    KINDS = ("rounds", "runs", "seeds", "range", "median", "value")

    @staticmethod
    def read(entry: dict, place: str) -> "Figure":
        kinds = [kind for kind in Figure.KINDS if kind in entry]
        if len(kinds) != 1 or len(entry) != 1:
            raise Malformed(f"{place}: a figure has exactly one of {', '.join(Figure.KINDS)}")
        given = entry[kinds[0]]
        if kinds[0] in ("median", "value"):
            values = [given]
        else:
            values = list(given.values()) if isinstance(given, dict) else given
        if not isinstance(values, list) or not values or not all(type(value) in (int, float) for value in values):
            raise Malformed(f"{place}: {kinds[0]} must be numbers")
        return Figure(tuple(values), kinds[0])

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def made_of(self) -> str:
        """The cell of a table that says what the figure is the median of."""
        fixed = {"median": "median only", "range": "range only", "value": "1", "rounds": str(len(self.values))}
        return fixed.get(self.kind, f"{len(self.values)} {self.kind}")


@dataclasses.dataclass(frozen=True)
class Part:
    """What one run says of one part."""

    run: "Run"
    name: str
    content: dict

    @property
    def texts(self) -> str:
        return self.content.get("texts", "")

    @property
    def sides(self) -> list[str]:
        return list(self.content.get("sides", {}))

    @property
    def found(self) -> dict:
        return self.content["found"]

    @property
    def source(self) -> list[str]:
        """The cells of SOURCE."""
        return [self.run.label, self.run.date, self.run.commit]

    def ratio(self, side: str, measure: str, of: str = "Hone") -> float | None:
        """How many times better Hone, or the side `of`, is than a side."""
        ours, theirs = self.figure(of, measure), self.figure(side, measure)
        if ours is None or theirs is None:
            return None
        computed = times_better(measure, ours.median, theirs.median)
        noted = self.content.get("ratios", {}).get(side, {}).get(measure, computed)
        if abs(noted / computed - 1) > ROUNDING:
            raise Malformed(
                f"{self.run.path.name}: {self.name}, {side}, {measure}: ratio {noted}, but {computed:.2f} by its figures"
            )
        return noted

    def figure(self, side: str, measure: str) -> Figure | None:
        entry = self.content.get("sides", {}).get(side, {}).get(measure)
        return None if entry is None else Figure.read(entry, f"{self.run.path.name}: {self.name}, {side}, {measure}")


@dataclasses.dataclass(frozen=True)
class Run:
    """One file of results."""

    path: pathlib.Path
    content: dict

    @property
    def machine(self) -> dict | None:
        return self.content["machine"]

    @property
    def label(self) -> str:
        return label(self.machine)

    @property
    def date(self) -> str:
        return self.content["date"]

    @property
    def commit(self) -> str:
        """The cell of a table; a changed work tree and an older code are marked."""
        if "recorded" in self.content:
            return f"≤ `{self.content['recorded']}`"
        return f"`{self.content['commit']}`" + (" changed" if self.content["dirty"] else "")

    @property
    def parts(self) -> list[Part]:
        return [Part(self, name, content) for name, content in self.content["parts"].items()]


def label(machine: dict | None) -> str:
    """A machine's name in the tables: the maker of its processor and its widest vectors."""
    if machine is None:
        return "not recorded"
    return f"{machine['processor'].split()[0]} {machine['instructions']}"


def load(folder: pathlib.Path = FOLDER) -> list[Run]:
    """Every file of results, the oldest first."""
    runs = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Malformed(f"{path.name} is not JSON: {error}") from None
        missing = {"date", "command", "machine", "parts"} - set(content) if isinstance(content, dict) else {"an object"}
        if not missing and "recorded" not in content:
            missing = {"commit", "dirty"} - set(content)
        if not missing and content["machine"] is not None:
            missing = {"processor", "instructions", "OpenBLAS", "core", "threads"} - set(content["machine"])
        if missing:
            raise Malformed(f"{path.name} lacks {', '.join(sorted(missing))}")
        runs.append(Run(path, content))
    return sorted(runs, key=lambda run: (run.date, run.content.get("time", ""), run.path.name))


# MARK: Recording


def machine(threads: int) -> dict:
    """This machine: its processor, widest vectors, and the core type that OpenBLAS takes it for."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    facts = {}
    for name, separator, value in (line.partition(":") for line in lines):
        if separator:
            facts.setdefault(name.strip(), value.strip())
    flags = facts.get("flags", "").split()
    instructions = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else platform.machine()
    processor = re.sub(r"\((R|TM)\)", "", facts.get("model name", platform.machine()))
    found = {"processor": " ".join(processor.split()), "instructions": instructions}
    if "amx_tile" in flags:
        found["also"] = "AMX"
    return found | openblas() | {"threads": threads}


def openblas() -> dict:
    """Version and core type of the system's OpenBLAS, as Hone loads it."""
    try:
        library = ctypes.CDLL("libopenblas.so.0")
    except OSError:
        return {"OpenBLAS": "unknown", "core": "unknown"}
    answers = []
    for name in ("openblas_get_config", "openblas_get_corename"):
        function = getattr(library, name)
        function.restype = ctypes.c_char_p
        answers.append(function().decode())
    version = re.search(r"OpenBLAS (\S+)", answers[0])
    return {"OpenBLAS": version.group(1) if version else "unknown", "core": answers[1]}


def source() -> dict:
    """The commit of this work tree, and whether a file under version control differs from it."""

    def git(*arguments) -> str:
        ended = subprocess.run(["git", "-C", str(REPOSITORY), *arguments], capture_output=True, text=True, check=True)
        return ended.stdout.strip()

    # New results are no change of what was measured.
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!scripts/compare/results")
    return {"commit": git("rev-parse", "--short=7", "HEAD"), "dirty": bool(changed)}


def save(content: dict, folder: pathlib.Path = FOLDER, replacing: pathlib.Path | None = None) -> pathlib.Path:
    """Writes a run into a file of its own, named by date, commit and machine, or into the file that it replaces."""
    if replacing:
        replacing.write_text(text(content), encoding="utf-8")
        return replacing
    commit = content.get("commit") or content["recorded"]
    stem = f"{content['date']}-{commit}-{label(content['machine']).lower().replace(' ', '-')}"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(text(content))
            return path
        except FileExistsError:
            number += 1


def text(content: dict) -> str:
    """JSON with a list of numbers in one line."""
    written = json.dumps(content, indent=2, ensure_ascii=False)
    return (
        re.sub(
            r"\[[^][{}]*\]",
            lambda match: " ".join(match.group().split()).replace("[ ", "[").replace(" ]", "]"),
            written,
        )
        + "\n"
    )


def command(words: list[str]) -> str:
    """A call of scripts/compare/run; of a path that other machines do not have, only the last component."""
    kept = [pathlib.Path(word).name if word.startswith("/") else word for word in words if word != "--record"]
    return shlex.join(["scripts/compare/run", *kept])
