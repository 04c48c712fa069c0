"""Are copies of positives kept out of the negatives by the rules of the shipped recipe?

    python planted_copies.py --binary .build/release/hone

Plants two lightly edited copies of 5 % of the positives in the corpus under identifiers of their own, mines with the rules of
recipes/debian-programs-mine.yaml, and counts the copies that became negatives of their own query. Exit code 1 where more than 1 % did.
"""

import argparse
import json
import pathlib
import random
import shutil
import sys
import tempfile

import common

RECIPE = common.REPOSITORY / "recipes" / "debian-programs-mine.yaml"
SHARE = 0.05


def capitals(words):
    return [word.upper().strip(",.;:()-") for word in words]


def word_less(words):
    place = random.randrange(len(words))
    return words[:place] + words[place + 1 :]


def other_word(words):
    place = random.randrange(len(words))
    return [*words[:place], "different", *words[place + 1 :]]


def swapped(words):
    place = random.randrange(max(1, len(words) - 1))
    return [*words[:place], *reversed(words[place : place + 2]), *words[place + 2 :]]


def sentence_more(words):
    return [*words, "It", "is", "free", "software."]


EDITS = [capitals, word_less, other_word, swapped, sentence_more]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    random.seed(common.SEED)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "collection"
        shutil.copytree(options.collection, folder)
        corpus = {row["_id"]: row for row in common.json_lines(folder / "corpus.jsonl")}
        judged = [line.split("\t")[:2] for line in (folder / "qrels" / "train.tsv").read_text().splitlines()[1:]]
        chosen = random.sample(judged, round(SHARE * len(judged)))
        planted = {}
        with open(folder / "corpus.jsonl", "a", encoding="utf-8") as file:
            for query, document in chosen:
                for number in range(2):
                    words = random.choice(EDITS)((corpus[document].get("title", "") + " " + corpus[document]["text"]).split())
                    identifier = f"planted-{len(planted)}"
                    planted[identifier] = query
                    file.write(json.dumps({"_id": identifier, "title": "", "text": " ".join(words)}) + "\n")
        run = pathlib.Path(temporary) / "run"
        common.run_measured(
            [options.binary, "run", RECIPE, "--quiet", "--set", f"data.collection={folder}", "--set",
             f"model.folder={options.model}", "--set", f"output.folder={run}"])  # fmt: skip
        caught = set()
        for row in common.json_lines(run / "rows.jsonl"):
            # A row without negatives has no identifiers either.
            caught |= {name for name in row.get("negative_ids", []) if planted.get(name) == row["query_id"]}
    result = {"planted": len(planted), "negatives of their own query": len(caught), "kept out": 1 - len(caught) / len(planted)}
    common.write_result(options.output, result)
    if result["kept out"] < 0.99:
        sys.exit(1)


if __name__ == "__main__":
    main()
