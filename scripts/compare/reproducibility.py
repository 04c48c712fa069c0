"""Are two runs the same bytes? SHA-256 of the exported weights for --threads 1, 2 and 2 again.

    python reproducibility.py --binary .build/release/hone

Dropout is on. Exit code 1 where a sum differs.
"""

import argparse
import hashlib
import pathlib
import sys
import tempfile

import common

STEPS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--steps", default=STEPS, type=int)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    sums = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole = common.read_collection(options.collection)
        given = common.write_training_collection(folder / "rows", whole, options.steps * common.BATCH)
        for run, threads in enumerate([1, 2, 2]):
            target = folder / f"run-{run}"
            recipe = common.write_recipe(folder / f"recipe-{run}.yaml", options.model, given, target)
            common.run_measured([options.binary, "run", recipe, "--quiet", "--threads", threads])
            weights = (target / "model" / "model.safetensors").read_bytes()
            sums.append({"threads": threads, "SHA-256": hashlib.sha256(weights).hexdigest()})
    equal = len({entry["SHA-256"] for entry in sums}) == 1
    common.write_result(options.output, {"equal": equal, "steps": options.steps, "runs": sums})
    if not equal:
        sys.exit(1)


if __name__ == "__main__":
    main()
