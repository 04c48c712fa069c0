"""What are hard negatives worth at equal steps? In-batch negatives only, against mined ones by three sets of rules.

    python hard_negatives.py --work runs/hard-negatives
    python hard_negatives.py --work runs/hard-negatives-tldr --collection tldr/ --rows 5000

Trains the base model anew for each way with recipes/debian-programs-hard.yaml, one mined negative a row, by the rules of
recipes/debian-programs-mine.yaml; takes some hours of two cores. Ways that are finished in the folder are not trained again, so
other options want another folder. Each way's ranking of the test split is then compared with that of in-batch negatives by
Hone's paired test. Needs no package beside Python's own.
"""

import argparse
import itertools
import json
import pathlib
import random
import shutil
import sys

import common

RECIPES = common.REPOSITORY / "recipes"
SPLIT = "test"
MEASURES = "nDCG@10,recall@100"
IN_BATCH = "in-batch only"


def shipped(section: str) -> str:
    """A list of the shipped mining recipe, in one line."""
    lines = (RECIPES / "debian-programs-mine.yaml").read_text(encoding="utf-8").splitlines()
    following = lines[lines.index(f"{section}:") + 1 :]
    entries = itertools.takewhile(lambda line: line.startswith("  - "), following)
    return f"[{', '.join(entry.removeprefix('  - ') for entry in entries)}]"


def mining(rules: str, epochs: int) -> str:
    """A `mining:` section that mines before every so many epochs."""
    return f"{{ epochs: {epochs}, sources: {shipped('sources')}, rules: {rules}, select: {{ name: first }} }}"


ONCE = 1000
WAYS = {
    IN_BATCH: None,
    "mined, known positives left out": mining("[]", ONCE),
    "mined by the shipped rules": mining(shipped("rules"), ONCE),
    "mined by them each epoch": mining(shipped("rules"), 1),
}


def edits(options, collection: pathlib.Path, way: str | None, run: pathlib.Path) -> list[str]:
    """What a way changes in the shipped recipe."""
    settings = {
        "seed": options.seed, "model.folder": options.model, "schedule.epochs": options.epochs,
        "data": f"{{ collection: {collection}, split: train{', negatives: 1' if way else ''} }}",
        "evaluate": f"{{ collection: {collection}, split: {SPLIT}, measures: [{MEASURES}] }}",
        "cache.folder": options.work / "cache", "output.folder": run,
    }  # fmt: skip
    if way:
        settings["mining"] = way
    return [part for path, value in settings.items() for part in ("--set", f"{path}={value}")]


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
    for number, (way, section) in enumerate(WAYS.items()):
        if options.ways and number not in {0, *options.ways}:
            continue
        run = options.work / f"way-{number}"
        # A run writes its result last.
        if not (run / "result.json").exists():
            print(f"training: {way}", file=sys.stderr)
            recipe = RECIPES / "debian-programs-hard.yaml"
            common.run_measured([options.binary, "run", recipe, "--quiet", *edits(options, collection, section, run)])
        outcome = json.loads((run / "result.json").read_text())
        results[way] = {"seconds": outcome["seconds"], "steps": outcome["steps"], "against the base model": outcome["comparisons"]}
        if way != IN_BATCH:
            judgments = collection / "qrels" / f"{SPLIT}.tsv"
            runs = ["--run", run / f"tuned.{SPLIT}.run", "--baseline", options.work / "way-0" / f"tuned.{SPLIT}.run"]
            tested = [options.binary, "evaluate", "--qrels", judgments, *runs, "--measures", MEASURES, "--json"]
            ended = common.run_measured(tested)
            results[way]["against in-batch only"] = json.loads(ended.output)["comparisons"]
    common.write_result(options.output, results)


if __name__ == "__main__":
    main()
