"""Encodes with sentence-transformers as its users run it.

    python sentence_transformers_encode.py speed --documents 2000     documents a second, model loaded
    python sentence_transformers_encode.py latency                    one 12-word query, model loaded
    python sentence_transformers_encode.py once                       one text in a cold process (time it outside)
"""

import argparse
import pathlib
import statistics
import time

import common

QUERY = "tool that shows which process keeps a file or network port open"


def speed(model, documents: list[str]) -> dict:
    model.encode(documents[:64], show_progress_bar=False)
    start = time.perf_counter()
    model.encode(documents, show_progress_bar=False)
    seconds = time.perf_counter() - start
    return {"documents": len(documents), "documents per second": len(documents) / seconds}


def latency(model, repetitions: int = 200) -> dict:
    assert len(QUERY.split()) == 12
    seconds = []
    for _ in range(20 + repetitions):
        start = time.perf_counter()
        model.encode(QUERY, show_progress_bar=False)
        seconds.append(time.perf_counter() - start)
    return {"median milliseconds": 1000 * statistics.median(seconds[20:])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "latency", "once"])
    parser.add_argument("--model", default=common.MODEL)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--documents", type=int, help="only the first so many")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"], help="bfloat16 by autocast")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    model = common.load_peer(options.model, options.threads)
    with common.autocast(options.precision):
        if options.what == "speed":
            documents = list(common.read_collection(options.collection).documents.values())
            result = speed(model, documents[: options.documents])
        elif options.what == "latency":
            result = latency(model)
        else:
            result = {"width": len(model.encode(QUERY, show_progress_bar=False))}
    common.write_result(options.output, result)


if __name__ == "__main__":
    main()
