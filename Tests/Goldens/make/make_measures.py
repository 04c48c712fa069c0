"""Makes Tests/Goldens/measures: a run and judgments full of ties and grades, and what trec_eval says about them.

    pip install pytrec_eval-terrier==0.5.11
    python Tests/Goldens/make/make_measures.py [--topics N] [--folder F]

`run.txt` and `qrels.txt` are files in TREC form; `values.json` holds every measure for every query and the means.
The values per query are trec_eval's own C code, called through pytrec_eval, which keeps scores in 32 bits as trec_eval 9
does; MRR with a cut, which trec_eval lacks, is its recip_rank of the cut list. Means are added up in the order of
the queries' bytes, as trec_eval adds them. Everything is read back from the two files, not taken from memory.
"""

import argparse
import json
import pathlib
import random
import struct

import pytrec_eval

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "measures"
MEASURES = {
    "nDCG": "ndcg", "nDCG@1": "ndcg_cut_1", "nDCG@10": "ndcg_cut_10", "nDCG@100": "ndcg_cut_100",
    "MAP": "map", "MAP@5": "map_cut_5", "MAP@100": "map_cut_100",
    "recall@5": "recall_5", "recall@10": "recall_10", "recall@100": "recall_100",
    "P@1": "P_1", "P@5": "P_5", "P@10": "P_10", "P@200": "P_200",
    "MRR": "recip_rank", "success@1": "success_1", "success@5": "success_5", "Rprec": "Rprec",
}
CUT_RECIPROCAL_RANKS = {"MRR@1": 1, "MRR@10": 10}

# Scores that are equal in 32 bits but not in 64, halves of one, zero with both signs, tiny and large numbers.
SCORES = ["1.0", "1.0000000001", "0.99999999", "16777216", "16777217", "0", "-0.0", "-3.5", "1e-8", "2.5e10"]


def document_ids(generator):
    """Ids whose order by bytes differs from their order by number, by letter case and by Unicode normal form."""
    ids = [f"d{number}" for number in range(120)]
    ids += [f"D{number}" for number in range(0, 120, 7)]
    ids += ["é", "e\u0301", "ß", "文書", "a-b", "a_b", "~", "!", "\U0001f642"]
    generator.shuffle(ids)
    return ids


def write(folder, topics, seed):
    generator = random.Random(seed)
    run, qrels = [], []
    for topic in range(topics):
        query = f"q{topic}"
        ids = document_ids(generator)
        in_run = topic % 13 != 5
        judged = topic % 17 != 4
        few_scores = generator.sample(SCORES, generator.randint(1, len(SCORES)))
        for rank, document in enumerate(ids[: generator.choice([1, 3, 9, 10, 11, 60, len(ids)])]):
            score = generator.choice(few_scores) if topic % 3 else f"{generator.gauss(0, 1):.3f}"
            if in_run:
                run.append(f"{query} Q0 {document} {rank + 1} {score} golden")
        generator.shuffle(ids)
        grades = [0] if topic % 11 == 3 else generator.choice([[0, 1], [0, 1, 2, 3], [-1, 0, 1, 5]])
        for document in ids[: generator.choice([1, 5, 40, 100])]:
            if judged:
                qrels.append(f"{query} 0 {document} {generator.choice(grades)}")
    generator.shuffle(run)
    (folder / "run.txt").write_text("\n".join(run) + "\n", encoding="utf-8")
    (folder / "qrels.txt").write_text("\n".join(qrels) + "\n", encoding="utf-8")


def read(folder):
    run, qrels = {}, {}
    for line in (folder / "run.txt").read_text(encoding="utf-8").splitlines():
        query, _, document, _, score, _ = line.split(" ")
        run.setdefault(query, {})[document] = float(score)
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split(" ")
        qrels.setdefault(query, {})[document] = int(grade)
    return run, qrels


def cut(documents, depth):
    """The first documents of a list in trec_eval's order: score in 32 bits, then id, both descending."""
    ranked = sorted(documents.items(), key=lambda item: (float32(item[1]), item[0].encode()), reverse=True)
    return dict(ranked[:depth])


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def evaluate(run, qrels):
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, set(MEASURES.values()) | {
        "ndcg_cut.1,10,100", "map_cut.5,100", "recall.5,10,100", "P.1,5,10,200", "success.1,5"})
    values = {
        query: {name: found[theirs] for name, theirs in MEASURES.items()}
        for query, found in evaluator.evaluate(run).items()}
    for name, depth in CUT_RECIPROCAL_RANKS.items():
        short = {query: cut(documents, depth) for query, documents in run.items()}
        found = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(short)
        for query in values:
            values[query][name] = found[query]["recip_rank"]
    return values


def means(values, count):
    sums = {}
    for query in sorted(values, key=lambda query: query.encode()):
        for name, value in values[query].items():
            sums[name] = sums.get(name, 0.0) + value
    return {name: total / count for name, total in sums.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--topics", type=int, default=60)
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    write(options.folder, options.topics, options.seed)
    run, qrels = read(options.folder)
    values = evaluate(run, qrels)
    names = list(MEASURES) + list(CUT_RECIPROCAL_RANKS)
    golden = {
        "measures": names,
        "queries": {query: [values[query][name] for name in names] for query in sorted(values)},
        "means": [means(values, len(values))[name] for name in names],
        "completeMeans": [means(values, len(qrels))[name] for name in names],
    }
    text = json.dumps(golden, separators=(",", ":")).replace('"q', '\n"q').replace('"means', '\n"means')
    (options.folder / "values.json").write_text(text + "\n", encoding="utf-8")


main()
