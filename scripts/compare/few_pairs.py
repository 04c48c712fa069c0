"""What do few pairs teach? `hone adapt` against the base model and sentence-transformers, on a file of so many pairs.

    scripts/compare/run --only few-pairs
    scripts/compare/run --only few-pairs --sizes 60 200 --seeds 17 --collections recipes/data/debian-programs tldr/

For each collection, size and seed the pairs are drawn at random, by the seed, from the judgments of train, dev and test; a pair
is a query and its first relevant document. `hone adapt` gets them as a CSV of questions and answers, with its defaults. The peer
trains on the training side that Hone wrote, by one of two sets of settings that its documentation has:

    example    the arguments of https://sbert.net/docs/sentence_transformer/training_overview.html: 1 epoch, batch 16, rate 2e-5,
               warm-up 0.1, no duplicates in a batch
    defaults   those of SentenceTransformerTrainingArguments: 3 epochs, batch 8, rate 5e-5, no warm-up

both with MultipleNegativesRankingLoss, which is the loss of that page's table for pairs, and all 256 tokens of the model. `hone
search` and `hone evaluate` judge every model folder alike, on the test side of the split, among two sets of documents: those of
the file ("file"), and with them 1,000 others of the collection ("more"), among which models differ more on small files.

Takes hours. Results are appended to few-pairs/results.jsonl in --output, one line for each collection, size, seed and system;
what is there is not measured again.
"""

import argparse
import csv
import dataclasses
import json
import os
import pathlib
import random
import re
import shutil
import statistics

import common
import record

SPLITS = ("train", "dev", "test")
MEASURE = "nDCG@10"
BASE = "base model"
HONE = "Hone"
PEERS = {f"sentence-transformers, {name}": name for name in ("example", "defaults")}
DOCUMENTS = ("file", "more")
OTHERS = 1000  # documents of the collection that join those of the file
ROUNDS = 10_000  # of the randomization test


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("few-pairs")
    group.add_argument("--sizes", type=int, nargs="+", default=[60, 200, 1000, 5000], help="pairs of a file")
    folders = {"type": pathlib.Path, "nargs": "+", "default": [common.COLLECTION]}
    group.add_argument("--collections", **folders, help="folders in BEIR's layout with train, dev and test")
    group.add_argument("--systems", nargs="+", default=[BASE, HONE, *PEERS], choices=[BASE, HONE, *PEERS])


# MARK: Data


def drawn(collection: common.Collection, size: int, seed: int) -> list[tuple[str, str]]:
    """Queries and documents, by identifier, of a random choice of the pairs."""
    pairs = []
    for split in SPLITS:
        for query, grades in collection.judgments(split).items():
            relevant = [document for document, grade in grades.items() if grade > 0]
            if relevant:
                pairs.append((query, relevant[0]))
    if len(pairs) < size:
        raise SystemExit(f"{collection.folder}: only {len(pairs)} pairs; {size} are needed")
    random.Random(seed).shuffle(pairs)
    return pairs[:size]


@dataclasses.dataclass
class Draw:
    """One choice of pairs, its file and its project."""

    collection: common.Collection
    size: int
    seed: int
    folder: pathlib.Path

    @property
    def project(self) -> pathlib.Path:
        return self.folder / "project"

    @property
    def key(self) -> dict:
        return {"collection": self.collection.folder.name, "size": self.size, "seed": self.seed}

    def write(self) -> pathlib.Path:
        """The file of questions and answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "pairs.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["question", "answer"])
            for query, document in drawn(self.collection, self.size, self.seed):
                writer.writerow([self.collection.queries[query], self.collection.documents[document]])
        return path

    def write_wider_collection(self) -> pathlib.Path:
        """The queries of the project's test side, with the documents of the file and others, and the collection's judgments."""
        folder = self.folder / "more"
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        project = common.read_collection(self.project / "collection")
        relevant: dict[str, list[str]] = {}
        for split in SPLITS:
            for query, grades in self.collection.judgments(split).items():
                answers = [document for document, grade in grades.items() if grade > 0]
                relevant.setdefault(spaced(self.collection.queries[query]), []).extend(answers)
        tested = project.judgments("test")
        answers = {query: list(dict.fromkeys(relevant[spaced(project.queries[query])])) for query in tested}
        chosen = {document for _, document in drawn(self.collection, self.size, self.seed)}
        chosen |= {document for documents in answers.values() for document in documents}
        others = sorted(self.collection.documents.keys() - chosen)
        chosen |= set(random.Random(self.seed).sample(others, min(OTHERS, len(others))))
        lines = [f"{query}\t{document}\t1" for query, documents in answers.items() for document in documents]
        head = "query-id\tcorpus-id\tscore"
        (folder / "qrels" / "test.tsv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        common.write_json_lines(
            folder / "queries.jsonl", [{"_id": query, "text": project.queries[query]} for query in tested]
        )
        corpus = [{"_id": name, "text": text} for name, text in self.collection.documents.items() if name in chosen]
        common.write_json_lines(folder / "corpus.jsonl", corpus)
        return folder


def spaced(text: str) -> str:
    """A text with single spaces, as a project has it."""
    return " ".join(text.split())


# MARK: Systems


def adapt(comparison, draw: Draw) -> dict:
    """`hone adapt` with its defaults."""
    shutil.rmtree(draw.project, ignore_errors=True)
    options = ["--model", comparison.options.model, "--seed", draw.seed, "--into", draw.project, "--json", "--quiet"]
    finished = comparison.hone("adapt", draw.write(), *options)
    # The head of the recipe says the time that was printed, in the words of `hone init`.
    recipe = (draw.project / "adapt.yaml").read_text(encoding="utf-8")
    parts = re.findall(r"(\d+) (h|min|s)\b", re.search(r"About (.*) on", recipe)[1])
    estimated = sum(int(count) * {"h": 3600, "min": 60, "s": 1}[unit] for count, unit in parts)
    return {"seconds": finished.seconds, "estimated seconds": estimated, "peak bytes": finished.peak_bytes}


def train_peer(comparison, draw: Draw, settings: str, folder: pathlib.Path) -> dict:
    arguments = ["--model", comparison.options.model, "--collection", draw.project / "collection", "--no-scores"]
    given = ["--settings", settings, "--seed", draw.seed, "--save", folder, "--threads", comparison.options.threads]
    _, finished = comparison.script("sentence_transformers_train.py", *arguments, *given)
    return {"seconds": finished.seconds, "peak bytes": finished.peak_bytes}


def judged(comparison, draw: Draw, model: pathlib.Path) -> dict[str, dict[str, float]]:
    """The measure of each test query, by its text, among each set of documents."""
    work, result = comparison.options.output / "few-pairs", {}
    queries = {row["_id"]: row["text"] for row in common.json_lines(draw.folder / "more" / "queries.jsonl")}
    for name, folder in zip(DOCUMENTS, (draw.project / "collection", draw.folder / "more"), strict=True):
        judgments, ranking = folder / "qrels" / "test.tsv", draw.folder / "test.run"
        asked = ["--corpus", folder / "corpus.jsonl", "--queries", draw.folder / "more" / "queries.jsonl"]
        # Only the base model reads the same documents again and again.
        cache = ["--cache", work / "cache"] if model == comparison.options.model else []
        comparison.hone("search", "--model", model, *asked, "--output", ranking, "--top", 100, "--quiet", *cache)
        given = ["--qrels", judgments, "--run", ranking, "--measures", MEASURE, "--per-query", "--json"]
        found = json.loads(common.run_measured([comparison.options.binary, "evaluate", *given]).output)
        result[name] = {queries[query]: values[MEASURE] for query, values in found["perQuery"].items()}
    return result


def measured(comparison, draw: Draw, system: str) -> dict:
    """One line of the results."""
    load = os.getloadavg()[0]
    adapted = draw.folder / "adapt.json"
    if not adapted.exists():
        # The split, which every system is judged on, comes from this run.
        adapted.write_text(json.dumps(adapt(comparison, draw)), encoding="utf-8")
    draw.write_wider_collection()
    model, ran = draw.folder / "peer", {}
    if system == BASE:
        model = comparison.options.model
    elif system == HONE:
        model = draw.project / "runs" / "adapt" / "model"
        ran = json.loads(adapted.read_text(encoding="utf-8"))
    else:
        shutil.rmtree(model, ignore_errors=True)
        ran = train_peer(comparison, draw, PEERS[system], model)
    project = common.Collection(draw.project / "collection", {}, {})
    sizes = {split: len(project.judgments(split)) for split in SPLITS}
    about = {**record.source(), "load": load, "queries": sizes, **ran}
    return {**draw.key, "system": system, **about, MEASURE: judged(comparison, draw, model)}


# MARK: Comparison


def paired(first: list[dict[str, float]], second: list[dict[str, float]]) -> dict[str, float]:
    """The difference of the means of all seeds, second minus first, and its p by a paired randomization test.

    A query that several seeds have drawn changes its sign in all of them at once.
    """
    import numpy

    sums: dict[str, float] = {}
    count = 0
    for left, right in zip(first, second, strict=True):
        for query in left:
            sums[query] = sums.get(query, 0.0) + right[query] - left[query]
            count += 1
    differences = numpy.array(list(sums.values()))
    signs = numpy.random.default_rng(common.SEED).integers(0, 2, (ROUNDS, len(differences)), dtype=numpy.int8) * 2 - 1
    sampled = numpy.abs(signs @ differences)
    extreme = int((sampled >= abs(differences.sum()) - 1e-9).sum())
    return {"difference": float(differences.sum()) / count, "p": (extreme + 1) / (ROUNDS + 1)}


def summary(lines: list[dict]) -> list[dict]:
    """Of each collection, size and set of documents: the mean of every system, and its difference to the others."""
    found = []
    groups = dict.fromkeys((line["collection"], line["size"]) for line in lines)
    for collection, size in groups:
        of = {}
        for line in lines:
            if (line["collection"], line["size"]) == (collection, size):
                of.setdefault(line["system"], {})[line["seed"]] = line[MEASURE]
        for documents in DOCUMENTS:
            for system, seeds in of.items():
                values = {seed: statistics.fmean(topics[documents].values()) for seed, topics in sorted(seeds.items())}
                row = {"collection": collection, "pairs": size, "documents": documents, "system": system}
                row |= {MEASURE: {str(seed): value for seed, value in values.items()}}
                row["queries"] = sum(len(topics[documents]) for topics in seeds.values())
                for other in (BASE, HONE):
                    shared = sorted(seeds.keys() & of.get(other, {}).keys())
                    if system != other and shared:
                        sides = [[side[seed][documents] for seed in shared] for side in (of[other], seeds)]
                        row[f"against {other}"] = {"seeds": shared, **paired(*sides)}
                found.append(row)
    return found


def few_pairs(comparison) -> dict:
    """Runs what is missing, one collection, size and seed after another."""
    options = comparison.options
    work = options.output / "few-pairs"
    work.mkdir(parents=True, exist_ok=True)
    path = work / "results.jsonl"
    lines = list(common.json_lines(path)) if path.exists() else []
    collections = [common.read_collection(folder) for folder in options.collections]
    wanted = []
    for size in options.sizes:
        for collection in collections:
            for seed in options.seeds:
                draw = Draw(collection, size, seed, work / f"{collection.folder.name}-{size}-{seed}")
                wanted += [(draw, system) for system in options.systems]
    for draw, system in wanted:
        key = {**draw.key, "system": system}
        if any(key.items() <= line.items() for line in lines):
            continue
        lines.append(measured(comparison, draw, system))
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(lines[-1], ensure_ascii=False) + "\n")
        means = {name: round(statistics.fmean(topics.values()), 4) for name, topics in lines[-1][MEASURE].items()}
        comparison.say(f"few-pairs, {' '.join(str(value) for value in key.values())}: {means}")
    keys = [{**draw.key, "system": system} for draw, system in wanted]
    found = summary([line for line in lines if any(key.items() <= line.items() for key in keys)])
    comparison.measured |= {"texts": ", ".join(collection.folder.name for collection in collections), "found": found}
    for row in found:
        tests = [
            f"against {other}: {test['difference']:+.4f}, p = {test['p']:.2g}"
            for other in (BASE, HONE)
            if (test := row.get(f"against {other}"))
        ]
        what = f"{row['collection']}, {row['pairs']} pairs, {row['documents']} documents, {MEASURE}: {row['system']}"
        comparison.row(what, f"{statistics.fmean(row[MEASURE].values()):.4f}", "; ".join(tests))
    return {"found": found}
