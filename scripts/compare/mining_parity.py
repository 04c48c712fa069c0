"""Are the mined negatives those of sentence-transformers' mine_hard_negatives under equal settings?

    python mining_parity.py --collection recipes/data/debian-programs
    python mining_parity.py --collection A B C --cases "relative margin"      one corpus of several collections

Both encode with the same model and keep the vectors for the next case, so the seconds of the first case are those of the whole
job: encoding, searching, choosing. Each case is one margin, range or limit; a row agrees when its negatives are the same texts
in the same order. Ties aside, so exit code 1 where less than 99.9 % of a case's rows agree.
"""

import argparse
import pathlib
import sys
import tempfile
import time

import common

LEAST_AGREEMENT = 0.999
NEGATIVES = 5
# name: sentence-transformers' arguments, our rules
CASES = {
    "relative margin": ({"relative_margin": 0.05}, ["{ name: relativeMargin, margin: 0.05 }"]),
    "absolute margin": ({"absolute_margin": 0.1}, ["{ name: absoluteMargin, margin: 0.1 }"]),
    "range": ({"range_min": 10}, ["{ name: ranks, from: 11 }"]),
    "score limits": ({"min_score": 0.2, "max_score": 0.6}, ["{ name: scores, floor: 0.2, ceiling: 0.6 }"]),
}


def joined(folders: list[pathlib.Path], rows: int | None, target: pathlib.Path) -> pathlib.Path:
    """One collection of several: all documents, and the first rows of each one's training split."""
    corpus, queries, judgments = [], [], ["query-id\tcorpus-id\tscore"]
    for number, folder in enumerate(folders):
        for name, lines in [("corpus.jsonl", corpus), ("queries.jsonl", queries)]:
            lines += [row | {"_id": f"{number}-{row['_id']}"} for row in common.json_lines(folder / name)]
        for line in (folder / "qrels" / "train.tsv").read_text(encoding="utf-8").splitlines()[1:][:rows]:
            query, document, grade = line.split("\t")
            judgments.append(f"{number}-{query}\t{number}-{document}\t{grade}")
    (target / "qrels").mkdir(parents=True)
    common.write_json_lines(target / "corpus.jsonl", corpus)
    common.write_json_lines(target / "queries.jsonl", queries)
    (target / "qrels" / "train.tsv").write_text("\n".join(judgments) + "\n", encoding="utf-8")
    return target


def mined_by_hone(options, rules: list[str], depth: int, folder: pathlib.Path, cache: str) -> tuple[dict, float]:
    recipe = folder / "recipe.yaml"
    # The peer removes repeated texts before it counts candidates.
    first = ["{ name: repeatedTexts }", f"{{ name: ranks, from: 1, to: {depth} }}"]
    listed = "".join(f"  - {rule}\n" for rule in [*first, *rules])
    recipe.write_text(
        f"""recipe: mineNegatives
seed: {common.SEED}
model:   {{ folder: "{options.model}", pooling: mean, maximumLength: {common.LENGTH} }}
data:    {{ collection: "{options.collection}", split: train }}
sources:
  - {{ name: model, candidates: {2 * depth}, negatives: {NEGATIVES} }}
rules:
{listed}select:  {{ name: first }}
cache:   {{ folder: "{cache}" }}
output:  {{ folder: "{folder / 'run'}", format: texts }}
""",
        encoding="utf-8",
    )
    finished = common.run_measured([options.binary, "run", recipe, "--quiet", "--threads", options.threads])
    rows = common.json_lines(folder / "run" / "rows.jsonl")
    return {(row["query"], row["positive"]): row["negatives"] for row in rows}, finished.seconds


def mined_by_peer(peer, collection, pairs, arguments: dict, depth: int, cache: str) -> tuple[dict, float]:
    import datasets
    from sentence_transformers.util import mine_hard_negatives

    start = time.perf_counter()
    rows = mine_hard_negatives(
        datasets.Dataset.from_dict({"query": [pair[0] for pair in pairs], "positive": [pair[1] for pair in pairs]}),
        peer, corpus=list(collection.documents.values()), range_max=depth, num_negatives=NEGATIVES, batch_size=64,
        output_format="triplet", cache_folder=cache, verbose=False, **arguments,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    mined: dict = {}
    for row in rows:
        mined.setdefault((row["query"], row["positive"]), []).append(row["negative"])
    return mined, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", nargs="+", default=[common.COLLECTION], type=pathlib.Path)
    parser.add_argument("--rows", type=int, help="the training rows of each collection; all where absent")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--depth", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        options.collection = joined(options.collection, options.rows, pathlib.Path(temporary) / "collection")
        compare(options)


def compare(options) -> None:
    collection = common.read_collection(options.collection)
    pairs = collection.pairs()
    positives: dict[str, int] = {}
    for query, _ in pairs:
        positives[query] = positives.get(query, 0) + 1
    peer = common.load_peer(options.model, options.threads)
    result = {}
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as our_cache:
        for case in options.cases:
            arguments, rules = CASES[case]
            # The peer looks at `depth` candidates and as many more as a query has positives at most. We never count positives
            # as candidates, of which a query has one at least.
            with tempfile.TemporaryDirectory() as folder:
                depth = options.depth + max(positives.values()) - 1
                ours, our_seconds = mined_by_hone(options, rules, depth, pathlib.Path(folder), our_cache)
            theirs, their_seconds = mined_by_peer(peer, collection, pairs, arguments, options.depth, cache)
            equal = sum(ours.get(pair, []) == theirs.get(pair, []) for pair in set(pairs))
            result[case] = {
                "documents": len(collection.documents), "rows": len(set(pairs)), "equal": equal, "share": equal / len(set(pairs)),
                "Hone seconds": our_seconds, "peer seconds": their_seconds,
            }  # fmt: skip
            print(f"{case}: {result[case]}", file=sys.stderr, flush=True)
    common.write_result(options.output, result)
    if not all(entry["share"] >= LEAST_AGREEMENT for entry in result.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
