"""Writes the tables of measured figures into pages: run it through scripts/compare/run --table.

    scripts/compare/run --table            writes the tables of PAGES
    scripts/compare/run --table --check    writes nothing; exit code 1 where a page differs

A table stands below the line `<!-- table: NAME -->`. Needs no package beside Python's own.
"""

import argparse
import pathlib
import re
import sys

import families
import hard_negatives
import few_pairs
import record
from cells import duration, gigabytes, joined, number, probability, spread, table, times
from correctness import correctness
from record import SOURCE, Part, Run

GUIDES = "Sources/Recipes/Documentation.docc"
PAGES = (
    "BENCHMARKS.md", "README.md",
    *(f"{GUIDES}/{page}.md" for page in ("GettingStarted", "PerformanceNotes", "Precision")),
)  # fmt: skip
TEXTS = {"debian-programs": "short, uneven", "scifact": "long, even", "scifact, titles": "long, even"}


# MARK: Choice


def newest(runs: list[Run], names: tuple[str, ...], measure: str | None = None, side: str = "Hone") -> list[Part]:
    """Of each part and machine the newest that has Hone's figure, in the order of the names, then of the machines."""
    found: dict[tuple[int, str], Part] = {}
    for run in runs:
        for part in run.parts:
            if part.name in names and (measure is None or part.figure(side, measure)):
                found[names.index(part.name), run.label] = part
    return [found[key] for key in sorted(found)]


# MARK: Speed and memory


# Task, parts of results, measure.
SPEED = [
    ("training a bi-encoder, pairs/s", ("training", "long-training"), "pairs per second"),
    ("training a reranker, pairs/s", ("reranker-training", "long-reranker-training"), "pairs per second"),
    ("encoding, documents/s", ("encoding", "long-encoding"), "documents per second"),
    ("a query, ms", ("latency",), "median milliseconds"),
    ("50 candidates of a query, ms", ("reranker-latency",), "median milliseconds"),
    ("cold start to one vector, s", ("start",), "seconds"),
    ("tokenizer on one core, texts/s", ("tokenizer",), "texts per second"),
    ("mining the negatives of 24,578 documents, s", ("mining",), "seconds"),
]
MEMORY = [
    ("training a bi-encoder", ("training", "long-training"), "peak bytes"),
    ("training a reranker", ("reranker-training", "long-reranker-training"), "peak bytes"),
    ("a batch of 1,024 by cached gradients", ("large-batch",), "peak bytes"),
    ("multilingual-e5-small, batch 64, 7,424 tokens, `optimizer.rows: touched`", ("touched-rows",), "peak bytes"),
]


def side_by_side(runs: list[Run], tasks: list, show) -> str:
    rows = []
    for task, names, measure in tasks:
        for part in newest(runs, names, measure):
            peers = []
            for side in part.sides:
                ratio = part.ratio(side, measure) if side != "Hone" else None
                if ratio:
                    peers.append(f"{side} {show(part.figure(side, measure).median)}: {times(ratio)}")
            ours = part.figure("Hone", measure)
            texts = TEXTS.get(part.texts, part.texts)
            rows.append([task, texts, show(ours.median), "; ".join(peers) or "–", ours.made_of, *part.source])
    return table(["task", "texts", "Hone", "peer: how many times better Hone is", "rounds", *SOURCE], rows)


def speed(runs: list[Run]) -> str:
    return side_by_side(runs, SPEED, number)


def memory(runs: list[Run]) -> str:
    return side_by_side(runs, MEMORY, gigabytes)


def quickstart(runs: list[Run]) -> str:
    """The first command of README, in a fresh clone."""
    rows = []
    for part in newest(runs, ("quickstart",)):
        figures = [part.figure("Hone", name) for name in ("seconds", "build seconds", "run seconds")]
        peak = part.figure("Hone", "peak bytes")
        cells = [duration(figure.median) if figure else "–" for figure in figures]
        rows.append([*cells, gigabytes(peak.median) if peak else "–", *part.source])
    return table(["in all", "build", "run, evaluation included", "its peak memory, GB", *SOURCE], rows)


SHARES = [
    ("a training step, `scripts/bench step --tokens 16384`", ("step",), "pairs per second", "pairs/s"),
    ("the same with the 7,424 tokens of the recipe", ("step-7424",), "pairs per second", "pairs/s"),
    ("50 candidates of a query", ("reranker-latency",), "median milliseconds", "ms"),
    ("exact search, `scripts/bench search`", ("search",), "seconds", "s"),
]
SHARE = families.SHARE


def shares(runs: list[Run]) -> str:
    rows = []
    for task, names, measure, unit in SHARES:
        for part in newest(runs, names, SHARE):
            share = part.figure("Hone", SHARE)
            made_of = part.figure("Hone", measure).made_of if share.kind == "range" else share.made_of
            speeds = f"{spread(part.figure('Hone', measure).values)} {unit}"
            rows.append([task, spread(share.values, "{:.2f}".format), speeds, made_of, *part.source])
    return table(["task", "share of the `sgemm` peak", "speed", "rounds", *SOURCE], rows)


# MARK: Precisions


PRECISIONS = [
    ("a query, ms", ("precision-query",), "median milliseconds", number),
    ("50 candidates of a query, ms", ("precision-candidates",), "median milliseconds", number),
    ("encoding, documents/s", ("precision-encoding",), "documents per second", number),
    ("training, pairs/s", ("precision-training", "precision-long-training"), "pairs per second", number),
    ("training, peak memory in GB", ("precision-training", "precision-long-training"), "peak bytes", gigabytes),
    ("training, BERT-base's size, pairs/s", ("precision-base-size",), "pairs per second", number),
]


def precisions(runs: list[Run]) -> str:
    """Hone at each precision, beside its own float32 and the peers at that precision."""
    rows = []
    for task, names, measure, show in PRECISIONS:
        for part in newest(runs, names, measure, "Hone float32"):
            cells = []
            for precision in ("float32", "bfloat16", "int8"):
                ours = f"Hone {precision}"
                figure = part.figure(ours, measure)
                if figure is None:
                    cells.append("–")
                    continue
                words = [show(figure.median)]
                if precision != "float32":
                    words[0] += f" ({times(part.ratio('Hone float32', measure, of=ours))})"
                for side in part.sides:
                    name, _, theirs = side.rpartition(" ")
                    if name != "Hone" and theirs == precision:
                        value = show(part.figure(side, measure).median)
                        words.append(f"{name} {value}: {times(part.ratio(side, measure, of=ours))}")
                cells.append("; ".join(words))
            made_of = part.figure("Hone float32", measure).made_of
            rows.append([task, TEXTS.get(part.texts, part.texts), *cells, made_of, *part.source])
    head = ["task", "texts", "float32", "bfloat16 (against float32)", "int8 (against float32)", "rounds", *SOURCE]
    return table(head, rows)


def precision_quality(runs: list[Run]) -> str:
    """What a lower precision changes in the measures of a model."""
    rows = []
    for part in newest(runs, ("precision-quality", "precision-reranker")):
        for precision, found in part.found.items():
            for entry in found if isinstance(found, list) else [found]:
                what = "reranker of wikiqa, test: MAP"
                if part.name == "precision-quality":
                    state = "base model" if entry["model"] == "base" else f"trained, seed {entry['seed']}"
                    what = f"{state}, {entry['split']}: nDCG@10"
                tau = f"{entry['tau']:.4f}" if "tau" in entry else ""
                figures = [f"{entry[key]:.4f}" for key in ("before", "after")]
                rows.append([what, precision, *figures, probability(entry["p"]), tau, *part.source])
    return table(["model, split: measure", "precision", "float32", "at the precision", "p", "Kendall's τ", *SOURCE], rows)


# MARK: Families


def base_sizes(runs: list[Run]) -> str:
    """Each family at base size: its share of the peak, and how many times the speed of the PyTorch loop it has."""
    rows = []
    for name in families.FAMILIES:
        for part in newest(runs, (families.part(name),)):
            cells = []
            for task in families.TASKS:
                share = part.figure("Hone", f"{task}, {SHARE}")
                ratio = part.ratio("PyTorch loop", f"{task}, {families.SPEED}")
                cells.append(f"{share.median:.2f}, {ratio:.2f}×")
            rows.append([name, *cells, share.made_of, *part.source])
    return table(["family", *(f"{task} tokens" for task in families.TASKS), "rounds", *SOURCE], rows)


# MARK: Quality


def quality(runs: list[Run]) -> str:
    """nDCG@10 of bi-encoders."""
    rows = []
    for part in newest(runs, ("quality",)):
        for side in part.sides:
            splits = [part.content["sides"][side].get(f"nDCG@10 on {split}") for split in ("test", "tags", "dev")]
            seeds = next((list(entry["seeds"]) for entry in splits if entry and "seeds" in entry), [])
            cells = [
                ", ".join(f"{value:.4f}" for value in record.Figure.read(entry, side).values) if entry else "–"
                for entry in splits
            ]
            rows.append([side, ", ".join(seeds), *cells, *part.source])
    return table(["model", "seeds", "test", "tags", "dev", *SOURCE], rows)


COLLECTIONS = ("debian-programs", "tldr")
SHIPPED = "mined by the shipped rules"
WAYS = ["base model", *hard_negatives.WAYS]


def ways(runs: list[Run]) -> dict[str, Part]:
    """Of each way to take negatives, the newest part that has it; in the order of the ways."""
    found = {way: part for run in runs for part in run.parts for way in part.content.get("ways", [])}
    unknown = set(found) - set(WAYS)
    if unknown:
        raise record.Malformed(f"{found[unknown.pop()].run.path.name}: hard_negatives.py has no such way")
    return {way: found[way] for way in WAYS if way in found}


def negatives(runs: list[Run]) -> str:
    """nDCG@10 of each way to take negatives."""
    rows = []
    for way, part in ways(runs).items():
        cells = []
        for collection in COLLECTIONS:
            found = part.found[collection][way]
            tested = "p" in found
            cells += [f"{found['nDCG@10']:.4f}", probability(found["p"]) if tested else ""]
            cells.append("/".join(str(count) for count in found["win, loss, tie"]) if tested else "")
        rows.append([way, *cells, *part.source])
    head = ["negatives", *(cell for name in COLLECTIONS for cell in (name, "p", "win/loss/tie"))]
    return table([*head, *SOURCE], rows)


def changes(runs: list[Run]) -> str:
    """What mined negatives, a reranker, a distillation and a calibration change."""
    rows: dict[str, list[str]] = {}
    latest = ways(runs)
    if {hard_negatives.IN_BATCH, SHIPPED} <= set(latest):
        for collection in COLLECTIONS:
            before = latest[hard_negatives.IN_BATCH].found[collection][hard_negatives.IN_BATCH]["nDCG@10"]
            after = latest[SHIPPED].found[collection][SHIPPED]
            what = f"one mined negative a row, {collection}"
            cells = [what, "nDCG@10", f"{before:.4f}", f"{after['nDCG@10']:.4f}", probability(after["p"]), ""]
            rows[what] = [*cells, *latest[SHIPPED].source]
    for part in (part for run in runs for part in run.parts if part.name == "changes"):
        for row in part.found:
            cells = [", ".join(f"{value:.4f}" for value in row.get(name, [])) for name in ("before", "after", "peer")]
            p = probability(row["p"]) if "p" in row else ""
            rows[row["what"]] = [row["what"], row["measure"], cells[0], cells[1], p, cells[2], *part.source]
    head = ["change", "measure", "before", "after", "p", "sentence-transformers", *SOURCE]
    return table(head, [rows[what] for what in sorted(rows)])


def small_files(runs: list[Run]) -> str:
    """nDCG@10 on files of few pairs: of each collection, size and set of documents the newest, with the peers measured so far."""
    parts = [part for run in runs for part in run.parts if part.name == "few-pairs"]
    measured = {found["system"] for part in parts for found in part.found}
    peers = {peer: name for peer, name in few_pairs.PEERS.items() if peer in measured}
    rows = {}
    for part in parts:
        groups: dict[tuple, dict[str, dict]] = {}
        for found in part.found:
            groups.setdefault((found["collection"], found["pairs"], found["documents"]), {})[found["system"]] = found
        for key, systems in groups.items():
            ours = systems.get(few_pairs.HONE)
            if not ours:
                continue
            seeds = ours[few_pairs.MEASURE].keys()
            cells = [mean_of(systems.get(few_pairs.BASE), seeds), mean_of(ours, seeds), against(ours, few_pairs.BASE)]
            for peer in peers:
                cells += [mean_of(systems.get(peer), seeds), against(systems.get(peer), few_pairs.HONE)]
            collection, pairs, documents = key
            rows[key] = [collection, number(pairs), documents, ", ".join(seeds), *cells, *part.source]
    compared = [cell for name in peers.values() for cell in (name, "against Hone, p")]
    head = ["pairs of", "number", "documents", "seeds", "base model", "Hone", "against base, p", *compared, *SOURCE]
    return table(head, [rows[key] for key in sorted(rows)])


def mean_of(found: dict | None, seeds) -> str:
    """The mean of a system's seeds, with their number where it is not that of Hone's."""
    if not found:
        return "–"
    values = found[few_pairs.MEASURE]
    shown = f"{sum(values.values()) / len(values):.4f}"
    return shown if values.keys() == seeds else f"{shown} (seed {', '.join(values)})"


def against(found: dict | None, other: str) -> str:
    test = (found or {}).get(f"against {other}")
    return f"{test['difference']:+.4f}, {probability(test['p'])}" if test else ""


# MARK: Machines and claims


PEERS = ("sentence-transformers", "torch", "tokenizers", "onnxruntime", "openvino", "nncf")


def machines(runs: list[Run]) -> str:
    rows = {}
    for run in runs:
        if run.machine is None:
            continue
        given = run.machine
        row = rows.setdefault(run.label, [run.label, set(), set(), set(), set(), set()])
        row[1].add(given["processor"] + (f" with {given['also']}" if "also" in given else ""))
        row[2].add(f"{given['OpenBLAS']}, {given['core']}")
        row[3].add(str(given["threads"]))
        row[4] |= {f"{name} {version}" for name, version in run.content.get("versions", {}).items() if name in PEERS}
        row[5].add(run.date)
    cells = []
    for name, processors, cores, threads, peers, dates in rows.values():
        span = min(dates) if len(dates) == 1 else f"{min(dates)} to {max(dates)}"
        cells.append(
            [
                name,
                *(" or ".join(sorted(values)) for values in (processors, cores, threads)),
                ", ".join(sorted(peers)),
                span,
            ]
        )
    return table(["machine", "processor", "OpenBLAS, its core type", "threads", "peers", "measured"], cells)


CLAIMS = [
    ("training an embedding model: speed", "training", "pairs per second"),
    ("training an embedding model: memory", "training", "peak bytes"),
    ("training a reranker: speed", "reranker-training", "pairs per second"),
    ("training a reranker: memory", "reranker-training", "peak bytes"),
    ("encoding: speed", "encoding", "documents per second"),
]
PEER = "sentence-transformers"


def claims(runs: list[Run]) -> str:
    """How many times better Hone is, on short and on long texts: of all machines, the least and the most."""
    rows = []
    for what, name, measure in CLAIMS:
        cells = []
        for part_name in (name, f"long-{name}"):
            parts = newest(runs, (part_name,), measure)
            ratios = sorted(ratio for part in parts if (ratio := part.ratio(PEER, measure)))
            if not ratios:
                cells.append("not measured")
                continue
            shown = list(dict.fromkeys(times(ratio) for ratio in (ratios[0], ratios[-1])))
            cells.append(f"{' to '.join(shown)} ({joined([part.run.label for part in parts])})")
        rows.append([what, *cells])
    return table(
        ["Hone against sentence-transformers", "short, uneven texts (debian-programs)", "long, even texts (scifact)"],
        rows,
    )


# MARK: Pages


TABLES = {
    "machines": machines, "speed": speed, "memory": memory, "quality": quality, "changes": changes,
    "correctness": correctness, "claims": claims, "shares": shares, "quickstart": quickstart, "negatives": negatives,
    "precisions": precisions, "precision-quality": precision_quality, "few-pairs": small_files,
    "families": base_sizes,
}  # fmt: skip
MARKED = re.compile(r"^<!-- table: (.*) -->\n(?:\|.*\n)*", re.MULTILINE)


def filled(page: str, runs: list[Run], name: str) -> tuple[str, list[str]]:
    """The page with its tables written anew, and their names."""
    names = MARKED.findall(page)
    for unknown in set(names) - set(TABLES):
        raise record.Malformed(f"{name}: no table {unknown!r}; there are {', '.join(TABLES)}")
    written = MARKED.sub(lambda match: f"<!-- table: {match[1]} -->\n{TABLES[match[1]](runs)}\n", page)
    return written, names


def main(arguments: list[str] | None = None, root: pathlib.Path = record.REPOSITORY) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/compare/run --table", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a page differs")
    options = parser.parse_args(arguments)
    try:
        runs = record.load(root / "scripts" / "compare" / "results")
        pages, names = {}, []
        for name in PAGES:
            before = (root / name).read_text(encoding="utf-8")
            after, found = filled(before, runs, name)
            pages[name] = (before, after)
            names += found
        if sorted(names) != sorted(TABLES):
            raise record.Malformed(
                f"the pages must have each table once: {', '.join(TABLES)}; they have {', '.join(names)}"
            )
    except record.Malformed as error:
        print(f"scripts/compare/run --table: {error}", file=sys.stderr)
        return 65
    differing = [name for name, (before, after) in pages.items() if before != after]
    for name in differing:
        if options.check:
            print(f"{name} differs from scripts/compare/results; run scripts/compare/run --table", file=sys.stderr)
        else:
            (root / name).write_text(pages[name][1], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if options.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
