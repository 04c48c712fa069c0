"""Measures Hone and its peers side by side: run it through scripts/compare/run.

Every part alternates the sides within each round and reports medians, so that a busy machine disturbs all alike.
The result is comparison.json and comparison.md in --output. With --record it goes into results/ too, with every round,
machine, date and commit; `scripts/compare/run --table` makes the tables of BENCHMARKS.md of it. The commit is that of the
work tree: build it first.
"""

import argparse
import copy
import datetime
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

import common
import families
import few_pairs
import precisions
import record
from sentence_transformers_encode import QUERY

HERE = pathlib.Path(__file__).resolve().parent
RERANKER_BATCH = 32
# Scripts that end with 1 where what they check does not hold; their result says what.
CHECKS = ("encode_parity.py", "export_check.py", "reproducibility.py", "reranker_parity.py", "training_parity.py")
ONE_QUERY = f"one of {len(QUERY.split())} words"
PEER_TUNED = "sentence-transformers, same settings"
CANDIDATES = "55 to 75 words each"
SKIP = 2  # steps of a training round that are not counted


class Comparison:
    """Options, scratch space, and what has been measured so far."""

    def __init__(self, options: argparse.Namespace, scratch: pathlib.Path):
        self.options = options
        self.scratch = scratch
        self.results: dict[str, dict] = {}
        self.measured: dict = {}  # figures of the part at hand, as record.py has them
        self.rows: list[tuple[str, str, str, str]] = []
        self.collection = common.read_collection(options.collection)
        self.kind = ""  # of the texts, where they are not those of the collection

    def on_long_texts(self) -> "Comparison":
        """The same comparison on the collection of long texts, with as many steps as its pairs allow; rows go to this one."""
        long = copy.copy(self)
        long.collection = common.read_collection(self.options.long_collection)
        batches = len(common.distinct_pairs(long.collection)) // common.BATCH
        edits = {"collection": self.options.long_collection, "steps": min(self.options.steps, batches - SKIP)}
        long.options = argparse.Namespace(**{**vars(self.options), **edits})
        long.scratch = self.scratch / "long"
        long.scratch.mkdir(exist_ok=True)
        long.kind = "long texts, "
        return long

    @property
    def training_pairs(self) -> int:
        """The pairs that a round of training takes."""
        return (SKIP + self.options.steps) * common.BATCH

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def row(self, what: str, ours: str, theirs: str, ratio: str = "") -> None:
        self.rows.append((self.kind + what, ours, theirs, ratio))

    def script(self, name: str, *arguments) -> tuple[dict, common.Finished]:
        """Runs a script of this folder in a process of its own; its JSON and how it ran."""
        target = self.scratch / "result.json"
        target.unlink(missing_ok=True)
        command = [sys.executable, HERE / name, *arguments, "--output", target]
        finished = common.run_measured(command, self.options.threads, may_fail=name in CHECKS)
        if not target.is_file():
            sys.exit(f"{name} ended without a result")
        return json.loads(target.read_text(encoding="utf-8")), finished

    def hone(self, *arguments) -> common.Finished:
        return common.run_measured([self.options.binary, *arguments, "--threads", self.options.threads])

    def trained_by_hone(self, given: pathlib.Path, precision: str = "float32") -> dict[str, float]:
        """Pairs a second and peak memory of Hone on the training pairs of a collection."""
        run = self.scratch / "run"
        shutil.rmtree(run, ignore_errors=True)
        path = self.scratch / "recipe.yaml"
        recipe = common.write_recipe(path, self.options.model, given, run, precision=precision)
        finished = self.hone("run", recipe, "--quiet")
        steps = common.steps_of(run)[SKIP:]
        pairs = sum(step["rows"] for step in steps) / sum(step["seconds"] for step in steps)
        return {"pairs per second": pairs, "peak bytes": finished.peak_bytes}

    def trained_by_peer(self, name: str, given: pathlib.Path, *more) -> dict[str, float]:
        """The same of a peer's script."""
        arguments = ["--model", self.options.model, "--collection", given, "--skip", SKIP, *more]
        result, finished = self.script(name, *arguments)
        return {"pairs per second": result["pairs per second"], "peak bytes": finished.peak_bytes}

    def keep(self, sides: dict[str, dict], texts: str | None = None) -> None:
        """Figures of each side for the record; they are of the collection where no texts are named."""
        self.measured |= {"texts": texts or self.collection.folder.name, "sides": sides}

    def rounds(self, part: str, sides: dict, texts: str | None = None) -> dict[str, dict[str, float]]:
        """Runs every side once a round, in turn; medians of the figures each returns."""
        figures: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
        for number in range(1, self.options.rounds + 1):
            for side, measure in sides.items():
                figures[side].append(measure())
                self.say(f"{self.kind}{part}, round {number}, {side}: {figures[side][-1]}")
        kept = {
            side: {key: {"rounds": [entry[key] for entry in entries]} for key in entries[0]}
            for side, entries in figures.items()
        }
        self.keep(kept, texts)
        return {
            side: {key: statistics.median(entry[key] for entry in entries) for key in entries[0]}
            for side, entries in figures.items()
        }


# MARK: Parts


def training(comparison: Comparison) -> dict:
    """Pairs a second and peak memory on the same rows, dropout on."""
    given = comparison.scratch / "rows"
    common.write_training_collection(given, comparison.collection, comparison.training_pairs)
    peer = comparison.trained_by_peer
    sides = {
        "Hone": lambda: comparison.trained_by_hone(given),
        "sentence-transformers": lambda: peer("sentence_transformers_train.py", given, "--no-scores"),
        "PyTorch loop": lambda: peer("tuned_torch_train.py", given),
    }
    result = comparison.rounds("training", sides)
    ours = result["Hone"]
    for side in list(sides)[1:]:
        theirs = result[side]
        compare(comparison, f"training, pairs/s, against {side}", "pairs per second", ours, theirs, 1, ".1f")
        compare(comparison, f"training, peak memory in GB, against {side}", "peak bytes", ours, theirs, 1e9, ".2f")
    return result


def large_batch(comparison: Comparison) -> dict:
    """Peak memory of a batch of 1,024 pairs by cached gradients."""
    given, run = comparison.scratch / "large", comparison.scratch / "large-run"
    common.write_training_collection(given, comparison.collection, 2048)
    shutil.rmtree(run, ignore_errors=True)
    recipe = common.write_recipe(comparison.scratch / "large.yaml", comparison.options.model, given, run, queries=1024)
    finished = comparison.hone("run", recipe, "--quiet")
    comparison.keep({"Hone": {"peak bytes": {"rounds": [finished.peak_bytes]}}})
    comparison.row("batch of 1,024, peak memory in GB", f"{finished.peak_bytes / 1e9:.2f}", "–")
    return {"peak bytes": finished.peak_bytes, "seconds": finished.seconds}


def encoding(comparison: Comparison) -> dict:
    """Documents a second over the corpus: Hone's whole process against the peer with its model already loaded."""
    options = comparison.options
    documents = list(comparison.collection.documents.values())[: options.documents]

    def hone():
        _, finished = common.encode_with_hone(
            options.binary, options.model, documents, comparison.scratch, options.threads
        )
        return {"documents per second": len(documents) / finished.seconds}

    def peer():
        arguments = ["--model", options.model, "--collection", options.collection, "--documents", len(documents)]
        result, _ = comparison.script("sentence_transformers_encode.py", "speed", *arguments)
        return {"documents per second": result["documents per second"]}

    result = comparison.rounds("encoding", {"Hone": hone, "sentence-transformers": peer})
    compare(comparison, "encoding, documents/s", "documents per second", *result.values(), 1, ".1f")
    return result


def tokenizer(comparison: Comparison) -> dict:
    """Texts a second on one core, against the Rust library."""
    options = comparison.options
    corpus = options.collection / "corpus.jsonl"

    def hone():
        command = [options.benchmarks, "tokenizer", "--model", options.model, "--corpus", corpus, "--threads", 1]
        finished = common.run_measured([*command, "--json"])
        return {"texts per second": json.loads(finished.output)["texts a second"]}

    def peer():
        result, _ = comparison.script(
            "tokenizers_speed.py", "--model", options.model, "--collection", options.collection
        )
        return {"texts per second": result["texts per second"]}

    result = comparison.rounds("tokenizer", {"Hone": hone, "tokenizers": peer})
    compare(comparison, "tokenizer, texts/s on one core", "texts per second", *result.values(), 1, ".0f")
    return result


def latency(comparison: Comparison) -> dict:
    """One 12-word query with the model loaded. Hone's figure is measured inside its benchmarks executable:
    `benchmarks query --model DIR --query TEXT --threads N --json` prints {"median milliseconds": ...}."""
    options = comparison.options

    def hone():
        command = [options.benchmarks, "query", "--model", options.model, "--query", QUERY]
        finished = common.run_measured([*command, "--threads", options.threads, "--json"])
        return {"median milliseconds": json.loads(finished.output)["median milliseconds"]}

    def peer():
        result, _ = comparison.script("sentence_transformers_encode.py", "latency", "--model", options.model)
        return {"median milliseconds": result["median milliseconds"]}

    result = comparison.rounds("latency", {"Hone": hone, "sentence-transformers": peer}, ONE_QUERY)
    compare(comparison, "one query, model loaded, ms", "median milliseconds", *result.values(), 1, ".2f")
    return result


def start(comparison: Comparison) -> dict:
    """One text in a cold process, from its start to its end."""
    options = comparison.options

    def hone():
        runs = [
            common.encode_with_hone(options.binary, options.model, [QUERY], comparison.scratch, options.threads)[1]
            for _ in range(5)
        ]
        return {"seconds": statistics.median(run.seconds for run in runs)}

    def peer():
        _, finished = comparison.script("sentence_transformers_encode.py", "once", "--model", options.model)
        return {"seconds": finished.seconds}

    result = comparison.rounds("start", {"Hone": hone, "sentence-transformers": peer}, ONE_QUERY)
    compare(comparison, "cold start to one vector, s", "seconds", *result.values(), 1, ".2f")
    return result


def encode_parity(comparison: Comparison) -> dict:
    options = comparison.options
    arguments = [options.binary, options.model, "--collection", options.collection]
    result, _ = comparison.script("encode_parity.py", *arguments)
    count = len(result["texts with differing ids"])
    found = f"{count} of {result['texts']} texts with other ids; max abs {result['max abs difference']:.1e}"
    comparison.row("encode parity", found, "reference")
    return result


def training_parity(comparison: Comparison) -> dict:
    result, _ = comparison.script("training_parity.py", *shared(comparison))
    found = f"{result['steps']} losses within {result['largest relative difference']:.1e}"
    comparison.row("training parity, no dropout", found, "reference")
    return result


def reranker_parity(comparison: Comparison) -> dict:
    result, _ = comparison.script("reranker_parity.py", *shared(comparison))
    for name, loss in [("BinaryCrossEntropyLoss", "binaryCrossEntropy"), ("LambdaLoss", "lambdaLoss")]:
        found = f"{result['steps']} losses within {result[loss]['largest relative difference']:.1e}"
        comparison.row(f"reranker, training parity with {name}", found, "reference")
    for what in ["exported by Hone", "written by the peer"]:
        found = f"{result['pairs']} logits within {result[f'logits, folder {what}']['max abs difference']:.1e}"
        comparison.row(f"reranker, a folder {what}", found, "reference")
    return result


def reranker_training(comparison: Comparison) -> dict:
    """Pairs a second and peak memory of a cross-encoder on the same labelled pairs, dropout on."""
    options = comparison.options
    folder = comparison.scratch / "reranker"
    folder.mkdir(exist_ok=True)
    texts = common.distinct_pairs(comparison.collection, (SKIP + options.steps) * RERANKER_BATCH // 2)
    rows = []
    for (_, query, _, document), (_, _, _, other) in zip(texts, texts[1:] + texts[:1]):
        rows.append({"sentence1": query, "sentence2": document, "label": 1})
        rows.append({"sentence1": query, "sentence2": other, "label": 0})
    common.write_json_lines(folder / "rows.jsonl", rows)
    comparison.script("sentence_transformers_rerank.py", "fresh", "--model", options.model, "--save", folder / "base")

    def hone():
        run = folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        recipe = common.write_reranker_recipe(
            folder / "recipe.yaml", folder / "base", folder / "rows.jsonl", run, RERANKER_BATCH, length=common.LENGTH
        )
        finished = comparison.hone("run", recipe, "--quiet")
        steps = common.steps_of(run)[SKIP:]
        pairs = sum(step["rows"] for step in steps) / sum(step["seconds"] for step in steps)
        return {"pairs per second": pairs, "peak bytes": finished.peak_bytes}

    def peer():
        arguments = ["--model", folder / "base", "--rows", folder / "rows.jsonl", "--skip", SKIP]
        result, finished = comparison.script("sentence_transformers_rerank.py", "speed", *arguments)
        return {"pairs per second": result["pairs per second"], "peak bytes": finished.peak_bytes}

    result = comparison.rounds("reranker training", {"Hone": hone, "sentence-transformers": peer})
    sides = list(result.values())
    compare(comparison, "reranker training, pairs/s", "pairs per second", *sides, 1, ".1f")
    compare(comparison, "reranker training, peak memory in GB", "peak bytes", *sides, 1e9, ".2f")
    return result


def reranker_latency(comparison: Comparison) -> dict:
    """50 candidates of one query with the model loaded: documents of 55 to 75 words, about 100 tokens a pair."""
    options = comparison.options
    folder = comparison.scratch / "latency"
    comparison.script("sentence_transformers_rerank.py", "fresh", "--model", options.model, "--save", folder / "base")
    documents = [text for text in comparison.collection.documents.values() if 55 <= len(text.split()) <= 75][:50]
    pairs = folder / "pairs.jsonl"
    common.write_json_lines(pairs, [{"query": QUERY, "document": document} for document in documents])

    def hone():
        command = [options.benchmarks, "rerank", "--model", folder / "base", "--pairs", pairs]
        finished = common.run_measured([*command, "--threads", options.threads, "--json"])
        return json.loads(finished.output)

    def peer():
        arguments = ["latency", "--model", folder / "base", "--pairs", pairs]
        result, _ = comparison.script("sentence_transformers_rerank.py", *arguments)
        return {"median milliseconds": result["median milliseconds"]}

    result = comparison.rounds("reranker latency", {"Hone": hone, "sentence-transformers": peer}, CANDIDATES)
    compare(comparison, "50 candidates, model loaded, ms", "median milliseconds", *result.values(), 1, ".0f")
    for figure in ["share of the sgemm peak", "share, as if all tokens were computed"]:
        comparison.row(f"50 candidates, {figure}", f"{result['Hone'][figure]:.2f}", "–")
    return result


def reproducibility(comparison: Comparison) -> dict:
    result, _ = comparison.script("reproducibility.py", *shared(comparison))
    comparison.row("same bytes for 1 and 2 threads, twice", "yes" if result["equal"] else "NO", "–")
    return result


def export(comparison: Comparison) -> dict:
    """The folder exported by the recipe's own run."""
    options = comparison.options
    arguments = [trained(comparison), "--binary", options.binary, "--collection", options.collection]
    result, _ = comparison.script("export_check.py", *arguments)
    failed = len(result["failed"])
    comparison.row("export, checks that hold", f"{result['checks'] - failed} of {result['checks']}", "–")
    return result


def quality(comparison: Comparison) -> dict:
    """One whole epoch on each side, both tuned folders scored by trec_eval. Takes the peer's 20 minutes and more."""
    options = comparison.options
    ours, _ = comparison.script("score.py", trained(comparison), "--collection", options.collection)
    arguments = ["--model", options.model, "--collection", options.collection]
    theirs, _ = comparison.script("sentence_transformers_train.py", *arguments)
    for split, base in theirs["base"].items():
        for measure in ["nDCG@10", "recall@100"]:
            sides = [f"{base[measure]:.4f} → {tuned[split][measure]:.4f}" for tuned in (ours, theirs["tuned"])]
            comparison.row(f"{measure} on {split}, base → tuned", *sides)
    tuned = {"Hone": (ours, common.seed_of(trained(comparison).parent)), PEER_TUNED: (theirs["tuned"], theirs["seed"])}
    sides = {"base model": scored(theirs["base"], lambda value: {"value": value})}
    for side, (scores, seed) in tuned.items():
        sides[side] = scored(scores, lambda value, seed=seed: {"seeds": {str(seed): value}})
    comparison.keep(sides)
    return {"Hone": ours, "sentence-transformers": theirs}


PARTS = {
    part.__name__.replace("_", "-"): part
    for part in [
        encode_parity, training_parity, reproducibility, tokenizer, start, latency, encoding, training, large_batch,
        export, reranker_parity, reranker_training, reranker_latency, quality,
    ]
}  # fmt: skip


def on_long_texts(part):
    return lambda comparison: part(comparison.on_long_texts())


def of_family(name: str):
    """Encoding and training of a random checkpoint of base size at 128 and 2,048 tokens."""

    def part(comparison: Comparison) -> dict:
        result = families.measure(comparison, name)
        ours, theirs = result["Hone"], result["PyTorch loop"]
        for key in theirs:
            compare(comparison, f"{name}, {key}", key, ours, theirs, 1, ".0f")
        for key in sorted(ours.keys() - theirs.keys()):
            comparison.row(f"{name}, {key}", f"{ours[key]:.2f}", "–")
        return result

    return part


PARTS |= {f"long-{name}": on_long_texts(PARTS[name]) for name in ["training", "encoding", "reranker-training"]}
# Measured only where they are named: they take hours, or need runtimes.txt.
ON_DEMAND = precisions.PARTS | {"few-pairs": few_pairs.few_pairs}
ON_DEMAND |= {families.part(name): of_family(name) for name in families.FAMILIES}


# MARK: Helpers


def chosen(options: argparse.Namespace) -> list[str]:
    """The parts that are named, or else all but those on demand."""
    return options.only or list(PARTS)


def trained(comparison: Comparison) -> pathlib.Path:
    """The model of a whole run of the recipe: the given one, or one made once."""
    options = comparison.options
    if options.run:
        return options.run / "model"
    run = comparison.scratch / "trained"
    if not run.exists():
        edits = {
            "seed": common.SEED, "model.folder": options.model, "data.collection": options.collection,
            "evaluate.collection": options.collection, "output.folder": run,
        }  # fmt: skip
        sets = [part for path, value in edits.items() for part in ("--set", f"{path}={value}")]
        comparison.hone("run", common.REPOSITORY / "recipes" / "debian-programs.yaml", "--quiet", *sets)
    return run / "model"


def scored(scores: dict, figure) -> dict:
    """Figures by measure and split, of the scores of each split."""
    return {
        f"{measure} on {split}": figure(found[measure])
        for split, found in scores.items()
        for measure in ("nDCG@10", "recall@100")
    }


def shared(comparison: Comparison) -> list:
    options = comparison.options
    return ["--binary", options.binary, "--model", options.model, "--collection", options.collection]


def compare(comparison, what: str, key: str, ours: dict, theirs: dict, unit: float, style: str) -> None:
    """A row of the table; the ratio says how many times better Hone is."""
    ratio = record.times_better(key, ours[key], theirs[key])
    comparison.row(what, format(ours[key] / unit, style), format(theirs[key] / unit, style), f"{ratio:.2f}×")


def markdown(comparison: Comparison, about: dict) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [
        f"{about['machine']['processor']}, {about['machine']['threads']} threads, {about['date']}; medians of"
        f" {about['rounds']} rounds in one run; {versions}.",
        "",
        "| | Hone | peer | Hone is |",
        "|---|---|---|---|",
    ]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in comparison.rows]) + "\n"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[*PARTS, *ON_DEMAND], help="measure only these parts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=12, help="counted training steps of a round")
    parser.add_argument("--documents", type=int, default=2000, help="documents encoded in a round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--binary", default=common.BINARY, type=pathlib.Path)
    parser.add_argument("--benchmarks", default=common.BINARY.parent / "benchmarks", type=pathlib.Path)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--long-collection", default=common.LONG_COLLECTION, type=pathlib.Path)
    parser.add_argument("--run", type=pathlib.Path, help="a finished run of the recipe, for export and quality")
    parser.add_argument("--seeds", type=int, nargs="+", default=[17, 18, 19], help="of parts that train to compare quality")
    parser.add_argument("--output", default=common.REPOSITORY / "runs" / "compare", type=pathlib.Path)
    parser.add_argument("--record", action="store_true", help="keep the figures in scripts/compare/results too")
    few_pairs.add_arguments(parser)
    options = parser.parse_args()
    needed = [
        (options.binary, "build it with: scripts/build"),
        (options.model / "model.safetensors", "fetch it with: scripts/fetch-checkpoint all-MiniLM-L6-v2"),
        (options.collection / "corpus.jsonl", "name a collection with --collection"),
    ]
    if any("long-" in part for part in chosen(options)):
        needed.append((options.long_collection / "corpus.jsonl", "fetch it with: scripts/fetch-collection scifact"))
    for path, remedy in needed:
        if not path.is_file():
            sys.exit(f"{path} is missing; {remedy}")
    return options


def part_of(comparison: Comparison, result: dict) -> dict:
    """What the record keeps of a part: the figures of its sides, or what its script found."""
    if comparison.measured:
        return dict(comparison.measured)
    # The names of the checks that hold are in export_check.py.
    found = {key: value for key, value in result.items() if key != "all"}
    return {"texts": comparison.collection.folder.name, "found": found}


def main() -> None:
    options = arguments()
    now = datetime.datetime.now()
    about = {
        "date": now.date().isoformat(),
        "time": now.time().isoformat("seconds"),
        **record.source(),
        "command": record.command(sys.argv[1:]),
        "machine": record.machine(options.threads),
        "versions": common.versions(),
        "rounds": options.rounds,
        "load": os.getloadavg()[0],
    }
    options.output.mkdir(parents=True, exist_ok=True)
    parts: dict[str, dict] = {}
    kept = None
    with tempfile.TemporaryDirectory() as scratch:
        comparison = Comparison(options, pathlib.Path(scratch))
        for name in chosen(options):
            comparison.say(f"== {name}")
            comparison.measured.clear()
            comparison.results[name] = (ON_DEMAND | PARTS)[name](comparison)
            parts[name] = part_of(comparison, comparison.results[name])
            common.write_result(options.output / "comparison.json", {"about": about, "results": comparison.results})
            (options.output / "comparison.md").write_text(markdown(comparison, about), encoding="utf-8")
            if options.record:
                kept = record.save({**about, "parts": parts}, replacing=kept)
    print(markdown(comparison, about), end="")
    if kept:
        print(f"{kept}\nnow: scripts/compare/run --table", file=sys.stderr)


if __name__ == "__main__":
    main()
