"""Texts a second of the Rust library on one core: the corpus cut to the compared length, the better of its two calls.

    RAYON_NUM_THREADS=1 python tokenizers_speed.py
"""

import argparse
import os
import pathlib
import statistics
import time

import common


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    tokenizer.enable_truncation(common.LENGTH)
    tokenizer.no_padding()
    texts = list(common.read_collection(options.collection).documents.values())

    def one_by_one():
        for text in texts:
            tokenizer.encode(text)

    def speed(encode) -> float:
        encode()
        seconds = []
        for _ in range(options.rounds):
            start = time.perf_counter()
            encode()
            seconds.append(time.perf_counter() - start)
        return len(texts) / statistics.median(seconds)

    speeds = {"encode": speed(one_by_one), "encode_batch": speed(lambda: tokenizer.encode_batch(texts))}
    common.write_result(options.output, {"texts per second": max(speeds.values()), "by call": speeds})


if __name__ == "__main__":
    main()
