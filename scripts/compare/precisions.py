"""The parts of scripts/compare/run that compare precisions: Hone's sides and the peers' at float32, bfloat16 and int8.

They are measured only where they are named, since ONNX Runtime, OpenVINO and NNCF (runtimes.txt) are large. A side is called by
its program and precision, `OpenVINO int8`; a peer is compared with Hone at the same precision.
"""

import json
import pathlib
import shutil

import common
import record
import runtimes
from sentence_transformers_encode import QUERY

PRECISIONS = ("float32", "bfloat16", "int8")
TRAINED = PRECISIONS[:2]
SAMPLES = 300  # texts that NNCF calibrates with
SPLITS = ("test", "tags")


# MARK: Inference


def runtimes_beside(
    comparison, program: str, model: pathlib.Path, rows: list[dict], samples: list[dict], given: list, texts: str
) -> dict:
    """Milliseconds for the rows: Hone's benchmarks `program` beside every runtime, model loaded, each at its precisions."""
    options = comparison.options
    folder = comparison.scratch / program
    folder.mkdir(exist_ok=True)
    common.write_json_lines(folder / "rows.jsonl", rows)
    common.write_json_lines(folder / "samples.jsonl", samples)
    shared = ["--model", model, "--rows", folder / "rows.jsonl"]
    exported = folder / "exported"
    comparison.script("runtimes.py", "export", *shared, "--samples", folder / "samples.jsonl", "--save", exported)
    tokens: dict[str, float] = {}

    def kept(side: str, found: dict) -> dict[str, float]:
        if "tokens" in found:
            tokens[side] = found["tokens"]
        if len(set(tokens.values())) > 1:
            raise SystemExit(f"{program}: the sides have other numbers of tokens: {tokens}")
        return {"median milliseconds": found["median milliseconds"]}

    def hone(precision: str):
        command = [options.benchmarks, program, "--model", model, *given, "--precision", precision]
        finished = common.run_measured([*command, "--threads", options.threads, "--json"])
        return kept(f"Hone {precision}", json.loads(finished.output))

    def peer(runtime: str, precision: str):
        side = f"{runtime} {precision}"
        arguments = ["--exported", exported, "--runtime", runtime, "--precision", precision]
        found, _ = comparison.script("runtimes.py", "latency", *shared, *arguments)
        comparison.say(f"{side}: within {found['largest difference']:.2g} of PyTorch in float32")
        return kept(side, found)

    sides = sides_of("Hone", PRECISIONS, hone)
    for runtime, precisions in runtimes.PRECISIONS.items():
        sides |= sides_of(runtime, precisions, lambda precision, runtime=runtime: peer(runtime, precision))
    return finished_part(comparison, f"{program}, model loaded, ms", "median milliseconds", sides, texts)


def precision_query(comparison) -> dict:
    """One query of 12 words."""
    samples = [{"query": query} for _, query, _, _ in common.distinct_pairs(comparison.collection, SAMPLES)]
    given = ["--query", QUERY]
    rows = [{"query": QUERY}]
    return runtimes_beside(comparison, "query", comparison.options.model, rows, samples, given, "one of 12 words")


def precision_candidates(comparison) -> dict:
    """50 candidates of one query: documents of 55 to 75 words."""
    model = comparison.scratch / "cross-encoder"
    comparison.script("sentence_transformers_rerank.py", "fresh", "--model", comparison.options.model, "--save", model)
    documents = [text for text in comparison.collection.documents.values() if 55 <= len(text.split()) <= 75][:50]
    rows = [{"query": QUERY, "document": document} for document in documents]
    samples = [
        {"query": query, "document": document}
        for _, query, _, document in common.distinct_pairs(comparison.collection, SAMPLES)
    ]
    given = ["--pairs", comparison.scratch / "rerank" / "rows.jsonl"]
    return runtimes_beside(comparison, "rerank", model, rows, samples, given, "55 to 75 words each")


def precision_encoding(comparison) -> dict:
    """Documents a second: Hone's whole process at each precision, sentence-transformers with its model loaded."""
    options = comparison.options
    documents = list(comparison.collection.documents.values())[: options.documents]

    def hone(precision: str):
        arguments = [options.binary, options.model, documents, comparison.scratch, options.threads, precision]
        _, finished = common.encode_with_hone(*arguments)
        return {"documents per second": len(documents) / finished.seconds}

    def peer(precision: str):
        arguments = ["--model", options.model, "--collection", options.collection, "--documents", len(documents)]
        found, _ = comparison.script("sentence_transformers_encode.py", "speed", *arguments, "--precision", precision)
        return {"documents per second": found["documents per second"]}

    sides = sides_of("Hone", PRECISIONS, hone) | sides_of("sentence-transformers", TRAINED, peer)
    return finished_part(comparison, "encoding, documents/s", "documents per second", sides)


# MARK: Training


def trained_beside(comparison, given: pathlib.Path, peers: dict[str, tuple], texts: str | None = None) -> dict:
    """Pairs a second and peak memory: Hone in float32 and bfloat16 beside peers at some precisions."""
    scripts = {
        "sentence-transformers": ["sentence_transformers_train.py", given, "--no-scores"],
        "PyTorch loop": ["tuned_torch_train.py", given],
    }
    sides = sides_of("Hone", TRAINED, lambda precision: comparison.trained_by_hone(given, precision))
    for name, precisions in peers.items():
        arguments = [*scripts[name], "--precision"]
        sides |= sides_of(
            name, precisions, lambda precision, arguments=arguments: comparison.trained_by_peer(*arguments, precision)
        )
    return finished_part(comparison, "training, pairs/s", "pairs per second", sides, texts)


def precision_training(comparison) -> dict:
    """The pairs of the collection, short and uneven."""
    given = comparison.scratch / "rows"
    common.write_training_collection(given, comparison.collection, comparison.training_pairs)
    return trained_beside(comparison, given, {"sentence-transformers": ("bfloat16",), "PyTorch loop": ("bfloat16",)})


def precision_long_training(comparison) -> dict:
    """A title as the query and its abstract as the document, of which most are cut."""
    folder = comparison.options.long_collection
    given = comparison.scratch / "titles"
    common.write_pairs(given, common.titles_and_texts(folder, comparison.training_pairs))
    peers = {"sentence-transformers": TRAINED, "PyTorch loop": ("bfloat16",)}
    return trained_beside(comparison, given, peers, f"{folder.name}, titles")


def precision_base_size(comparison) -> dict:
    """Training steps of a model of BERT-base's size, with random weights: Hone alone."""
    options = comparison.options
    model = comparison.scratch / "base-size"
    comparison.script("runtimes.py", "random", "--model", options.model, "--save", model)

    def hone(precision: str):
        command = [options.benchmarks, "step", "--model", model, "--collection", options.collection]
        command += ["--batch", 32, "--tokens", common.TOKENS, "--rounds", 1, "--precision", precision]
        finished = common.run_measured([*command, "--threads", options.threads, "--json"])
        return {"pairs per second": json.loads(finished.output)["median pairs a second"]}

    return finished_part(comparison, "training, base size, pairs/s", "pairs per second", sides_of("Hone", TRAINED, hone))


# MARK: Quality


def precision_quality(comparison) -> dict:
    """recipes/debian-programs.yaml in bfloat16 against float32, before and after training, one paired test a seed and split.

    The six runs of three seeds take more than an hour; those in the output folder go on, or are taken as they are.
    """
    options = comparison.options
    folder = options.output / "precision-quality"

    def run(precision: str, seed: int) -> pathlib.Path:
        edits = {
            "seed": seed, "precision": precision, "cache.folder": folder / "cache", "evaluate.every": "null",
            "data.collection": options.collection, "evaluate.collection": options.collection,
        }  # fmt: skip
        return finished_run(comparison, "debian-programs", folder / f"{precision}-{seed}", edits)

    found = []
    for seed in options.seeds:
        exact, near = run("float32", seed), run("bfloat16", seed)
        for state in ("base", "tuned") if seed == options.seeds[0] else ("tuned",):
            for split in SPLITS:
                compared = tested(comparison, split, exact / f"{state}.{split}.run", near / f"{state}.{split}.run")
                found.append({"model": state, "seed": seed, "split": split} | compared)
                what = f"{state}, seed {seed}, nDCG@10 on {split}, float32 → bfloat16"
                comparison.row(what, f"{compared['before']:.4f} → {compared['after']:.4f}", "–", f"p {compared['p']:.2g}")
    return {"bfloat16": found}


def precision_reranker(comparison) -> dict:
    """One epoch of recipes/wikiqa-rerank.yaml, then the reranker in bfloat16 and int8 against float32 by comparePrecisions."""
    options = comparison.options
    folder = options.output / "precision-reranker"
    collection = common.REPOSITORY / "recipes" / "data" / "wikiqa"
    if not (collection / "corpus.jsonl").is_file():
        raise SystemExit(f"{collection} is missing; recipes/wikiqa-rerank.yaml says what it is")
    edits = {"data.collection": collection, "schedule.epochs": 1, "evaluate": "null", "patience": "null"}
    reranker = finished_run(comparison, "wikiqa-rerank", folder / "float32", edits) / "model"
    found = {}
    for precision in PRECISIONS[1:]:
        target = folder / precision
        recipe = comparison.scratch / "compare.yaml"
        recipe.write_text(
            f"""recipe: comparePrecisions
model:     {{ folder: "{reranker}" }}
retriever: {{ folder: "{options.model}" }}
precision: {precision}
evaluate:  {{ collection: "{collection}", splits: [test], measures: [MAP, nDCG@10] }}
output:    {{ folder: "{target}" }}
""",
            encoding="utf-8",
        )
        shutil.rmtree(target, ignore_errors=True)
        comparison.hone("run", recipe, "--quiet")
        result = json.loads((target / "result.json").read_text(encoding="utf-8"))
        (agreement,) = result["agreement"]
        compared = {row["measure"]: row for row in result["comparisons"]}["MAP"]
        found[precision] = {
            "tau": agreement["tau"], "same in ten": agreement["overlap"], "queries": agreement["queries"],
            "before": compared["base"], "after": compared["tuned"], "p": compared["p"], "safety": result["safety"],
        }  # fmt: skip
        ours = f"tau {agreement['tau']:.4f}, MAP {compared['base']:.4f} → {compared['tuned']:.4f}"
        comparison.row(f"reranker of wikiqa, float32 → {precision}", ours, "–", f"p {compared['p']:.2g}")
    return found


def finished_run(comparison, recipe: str, folder: pathlib.Path, edits: dict) -> pathlib.Path:
    """The folder of a recipe's whole run with some keys changed: an interrupted one goes on, a finished one stays."""
    edits = {"model.folder": comparison.options.model, "output.folder": folder} | edits
    sets = [part for key, value in edits.items() for part in ("--set", f"{key}={value}")]
    comparison.hone("run", common.REPOSITORY / "recipes" / f"{recipe}.yaml", "--quiet", "--resume", *sets)
    return folder


def tested(comparison, split: str, baseline: pathlib.Path, run: pathlib.Path) -> dict:
    """nDCG@10 of two rankings and the p of Hone's paired test."""
    qrels = comparison.options.collection / "qrels" / f"{split}.tsv"
    command = [comparison.options.binary, "evaluate", "--quiet", "--json", "--qrels", qrels, "--run", run]
    finished = common.run_measured([*command, "--baseline", baseline, "--measures", "nDCG@10"])
    (compared,) = json.loads(finished.output)["comparisons"]
    return {
        "before": compared["base"], "after": compared["tuned"], "p": compared["p"],
        "win, loss, tie": [compared[key] for key in ("wins", "losses", "ties")],
    }  # fmt: skip


# MARK: Helpers


def sides_of(program: str, precisions: tuple, measure) -> dict:
    """The sides of a program, one for each precision, which `measure` is called with."""
    return {f"{program} {precision}": lambda precision=precision: measure(precision) for precision in precisions}


def finished_part(comparison, what: str, measure: str, sides: dict, texts: str | None = None) -> dict:
    """Measures the sides in turn; rows of each peer beside Hone at the same precision, and of Hone's beside its float32."""
    result = comparison.rounds(what, sides, texts)
    for side, figures in result.items():
        program, _, precision = side.rpartition(" ")
        ours, theirs = (side, f"Hone {PRECISIONS[0]}") if program == "Hone" else (f"Hone {precision}", side)
        if ours != theirs:
            ratio = record.times_better(measure, *(result[name][measure] for name in (ours, theirs)))
            shown = [f"{result[name][measure]:.3g}" for name in (ours, theirs)]
            comparison.row(f"{what}: {ours}, {theirs}", *shown, f"{ratio:.2f}×")
    return result


PARTS = {
    part.__name__.replace("_", "-"): part
    for part in [
        precision_query, precision_candidates, precision_encoding, precision_training, precision_long_training,
        precision_base_size, precision_quality, precision_reranker,
    ]
}  # fmt: skip
