"""What are hard negatives worth at equal steps? In-batch negatives only, against mined ones by three sets of rules.

    python hard_negatives.py --work runs/hard-negatives
    python hard_negatives.py --work runs/hard-negatives-tldr --collection ../shared/collections/tldr --rows 5000

Trains the base model anew for each way, two epochs each, one mined negative a row; about an hour of two cores for 5,000
rows. Ways that are finished in the folder are not trained again. Each way's ranking of the test split is then
compared with that of in-batch negatives by Hone's paired test. Needs no package beside Python's own.
"""

import argparse
import json
import pathlib
import random
import shutil
import sys

import common

SPLIT = "test"
MEASURES = ["nDCG@10", "recall@100"]
IN_BATCH = "in-batch only"
KNOWN = [{"name": "knownPositives"}]
# Those of recipes/debian-programs-mine.yaml.
RULES = [
    *KNOWN,
    {"name": "queryText"},
    {"name": "repeatedTexts"},
    {"name": "relativeMargin", "margin": 0.05, "anchor": "lowest"},
    {"name": "nearDuplicates", "similarity": 0.6},
]
NEVER_AGAIN = 1000
WAYS = {
    IN_BATCH: None,
    "mined, known positives left out": {"rules": KNOWN, "epochs": NEVER_AGAIN},
    "mined by the shipped rules": {"rules": RULES, "epochs": NEVER_AGAIN},
    "mined by them each epoch": {"rules": RULES, "epochs": 1},
}


def recipe(options, collection: pathlib.Path, mining: dict | None, run: pathlib.Path) -> dict:
    data = {"collection": str(collection), "split": "train"}
    settings = {
        "recipe": "trainBiEncoder", "seed": options.seed,
        "model": {"folder": str(options.model), "pooling": "mean", "maximumLength": common.LENGTH},
        "data": data,
        "batch": {"queries": common.BATCH, "tokens": 16384, "uniqueTexts": True},
        "loss": {"name": "infoNCE", "temperature": 1 / common.SCALE, "maskKnownPositives": True},
        "optimizer": {"name": "adamW", "rate": common.RATE, "decay": common.DECAY, "clip": common.CLIP},
        "schedule": {"name": "linear", "warmup": common.WARMUP, "epochs": options.epochs},
        "evaluate": {"collection": str(collection), "split": SPLIT, "measures": MEASURES},
        "cache": {"folder": str(options.work / "cache"), "megabytes": 500},
        "output": {"folder": str(run)},
    }  # fmt: skip
    if mining:
        data["negatives"] = 1
        source = {"name": "model", "candidates": 100, "negatives": 5}
        settings["mining"] = {**mining, "sources": [source], "select": {"name": "first"}}
    return settings


def sample(options) -> pathlib.Path:
    """The collection with so many of its training judgments; all of them where no number is given."""
    if options.rows is None:
        return options.collection
    folder = options.work / "collection"
    if not folder.exists():
        # Not as the collection itself, which may not be written to.
        shutil.copytree(options.collection, folder, copy_function=shutil.copyfile)
        train = folder / "qrels" / "train.tsv"
        head, *rows = train.read_text(encoding="utf-8").splitlines()
        random.Random(common.SEED).shuffle(rows)
        train.write_text("\n".join([head, *rows[: options.rows]]) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--rows", type=int, help="so many of the training judgments, drawn at random")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=common.SEED)
    parser.add_argument("--ways", type=int, nargs="+", help="some of the ways, counted from 0; 0 is compared with")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder for the runs")
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    collection = sample(options)
    results = {}
    for number, (way, mining) in enumerate(WAYS.items()):
        if options.ways and number not in {0, *options.ways}:
            continue
        run = options.work / f"way-{number}"
        file = options.work / f"way-{number}.yaml"
        # JSON is YAML.
        file.write_text(json.dumps(recipe(options, collection, mining, run), indent=2) + "\n", encoding="utf-8")
        print(f"training: {way}", file=sys.stderr)
        common.run_measured([options.binary, "run", file, "--quiet"])
        outcome = json.loads((run / "result.json").read_text())
        results[way] = {"seconds": outcome["seconds"], "steps": outcome["steps"], "against the base model": outcome["comparisons"]}
        if way != IN_BATCH:
            judgments = collection / "qrels" / f"{SPLIT}.tsv"
            runs = ["--run", run / f"tuned.{SPLIT}.run", "--baseline", options.work / "way-0" / f"tuned.{SPLIT}.run"]
            measures = ["--measures", ",".join(MEASURES)]
            ended = common.run_measured([options.binary, "evaluate", "--qrels", judgments, *runs, *measures, "--json"])
            results[way]["against in-batch only"] = json.loads(ended.output)["comparisons"]
    common.write_result(options.output, results)


if __name__ == "__main__":
    main()
