"""Scores a model folder with sentence-transformers and trec_eval: whole corpus, every split but train.

    python score.py runs/debian-programs/model

An exported model is judged by the software others read it with, and by other code than Hone's own measures.
"""

import argparse
import pathlib

import common


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a model folder")
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    collection = common.read_collection(options.collection)
    splits = [split for split in collection.splits if split != "train"]
    model = common.load_peer(options.model, options.threads)
    common.write_result(options.output, common.scores_of(model, collection, splits))


if __name__ == "__main__":
    main()
