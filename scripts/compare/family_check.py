"""Do transformers and sentence-transformers read what Hone exports, for every family of encoders?

    python family_check.py --binary .build/release/hone
    python family_check.py --binary .build/release/hone --only roberta-tiny mpnet-cross-encoder-tiny

The tiny models of Tests/Goldens train for a few steps and are exported. Transformers must load each export without a
missing, unexpected or misshapen tensor, config.json must have the keys that other readers ask for, and vectors and
logits must be those of sentence-transformers. Exit code 1 where a check fails.
"""

import argparse
import pathlib
import sys
import tempfile

import common
import reranker_parity

GOLDENS = common.REPOSITORY / "Tests" / "Goldens"
TOLERANCE = 1e-5
LENGTH = 20
# What text-embeddings-inference and llama.cpp's converter read beside the shape.
KEYS = ["architectures", "model_type", "vocab_size", "max_position_embeddings", "pad_token_id"]


def folders() -> list[pathlib.Path]:
    names = ["config.json", "golden.json", "golden.safetensors"]
    return sorted(path for path in GOLDENS.iterdir() if all((path / name).is_file() for name in names))


def pairs(collection: common.Collection) -> list[tuple[str, str]]:
    return [(query, document) for _, query, _, document in common.distinct_pairs(collection, 40)]


def export(binary, model: pathlib.Path, is_cross_encoder: bool, rows: list, folder: pathlib.Path) -> pathlib.Path:
    """The folder that a short training writes."""
    data = folder / "rows.jsonl"
    documents = [document for _, document in rows]
    common.write_json_lines(
        data,
        [
            {"query": query, "positive": document, "negatives": [documents[(index + 1) % len(documents)]]}
            for index, (query, document) in enumerate(rows)
        ],
    )
    recipe = folder / "recipe.yaml"
    if is_cross_encoder:
        common.write_reranker_recipe(recipe, model, data, folder / "run", groups=8, length=LENGTH)
    else:
        recipe.write_text(
            f"""recipe: trainBiEncoder
seed: {common.SEED}
model:     {{ folder: "{model}", pooling: mean, maximumLength: {LENGTH} }}
data:      {{ rows: "{data}", negatives: 1 }}
batch:     {{ queries: 8, tokens: 4096, uniqueTexts: true }}
loss:      {{ name: infoNCE, temperature: 0.05, maskKnownPositives: true }}
optimizer: {{ name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }}
schedule:  {{ name: linear, warmup: 0.1, epochs: 1 }}
output:    {{ folder: "{folder / 'run'}" }}
""",
            encoding="utf-8",
        )
    common.run_measured([binary, "run", recipe, "--quiet"])
    return folder / "run" / "model"


def largest_difference(ours, theirs) -> float:
    import numpy

    ours, theirs = numpy.asarray(ours, dtype=float), numpy.asarray(theirs, dtype=float)
    return float(numpy.abs(ours - theirs).max()) if ours.shape == theirs.shape else float("inf")


def check(binary, model: pathlib.Path, rows: list) -> dict:
    import json

    import transformers

    is_cross_encoder = not (model / "modules.json").is_file()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        exported = export(binary, model, is_cross_encoder, rows, folder)
        configuration = json.loads((exported / "config.json").read_text(encoding="utf-8"))
        kind = transformers.AutoModelForSequenceClassification if is_cross_encoder else transformers.AutoModel
        _, report = kind.from_pretrained(exported, output_loading_info=True)
        result = {key: sorted(map(str, report[key])) for key in ["missing_keys", "unexpected_keys", "mismatched_keys"]}
        result["missing settings"] = [key for key in KEYS if key not in configuration]
        if is_cross_encoder:
            ours = reranker_parity.logits_of_hone(binary, exported, rows, threads=1)
            theirs = reranker_parity.logits_of_peer(exported, rows, threads=1)
        else:
            texts = [text for pair in rows for text in pair]
            ours, _ = common.encode_with_hone(binary, exported, texts, folder, threads=1)
            theirs = common.load_peer(exported, threads=1).encode(texts, show_progress_bar=False)
        result["max abs difference"] = largest_difference(ours, theirs)
    problems = [key for key, value in result.items() if isinstance(value, list) and value]
    result["holds"] = not problems and result["max abs difference"] <= TOLERANCE
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY, help="the hone executable")
    parser.add_argument("--only", nargs="+", help="names of folders of Tests/Goldens")
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path, help="where texts come from")
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    common.offline()
    rows = pairs(common.read_collection(options.collection))
    chosen = [path for path in folders() if not options.only or path.name in options.only]
    results = {path.name: check(options.binary, path, rows) for path in chosen}
    common.write_result(options.output, results)
    if not results or not all(result["holds"] for result in results.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
