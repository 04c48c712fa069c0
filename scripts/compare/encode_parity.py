"""Are token ids and embeddings those of sentence-transformers? 1,000 texts of 1 to 600 words in many scripts.

    python encode_parity.py .build/release/hone checkpoints/all-MiniLM-L6-v2
    python encode_parity.py --reference FOLDER - MODEL      only the peer's side: texts, ids and embeddings as files

Ids are compared as the model sees them, cut to its maximum length. Exit code 1 where an id differs or an embedding
is off by more than 1e-5.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import common
import parity_texts

TOLERANCE = 1e-5


def ids_of_hone(binary, model, texts: list[str]) -> list[list[int]]:
    text = "".join(text + "\n" for text in texts)
    output = common.run_measured([binary, "tokenize", "--model", model], text=text).output
    return [json.loads(line)["ids"] for line in output.splitlines()]


def compare(binary, model, texts: list[str], peer) -> dict:
    """Differing texts, and the largest difference of any component of any embedding."""
    import numpy

    expected_ids = ids_of_peer(peer, texts)
    ids = ids_of_hone(binary, model, texts)
    if len(ids) != len(texts):
        sys.exit(f"{binary} tokenize: {len(ids)} lines for {len(texts)} texts")
    differing = [index for index, (ours, theirs) in enumerate(zip(ids, expected_ids)) if ours != theirs]
    with tempfile.TemporaryDirectory() as folder:
        embeddings, _ = common.encode_with_hone(binary, model, texts, pathlib.Path(folder))
    expected = embeddings_of_peer(peer, texts)
    if embeddings.shape != expected.shape:
        sys.exit(f"{binary} encode: embeddings {embeddings.shape}, expected {expected.shape}")
    distances = numpy.abs(embeddings - expected).max(axis=1)
    worst = int(distances.argmax())
    return {
        "texts": len(texts),
        "texts with differing ids": differing,
        "max abs difference": float(distances[worst]),
        "worst text": texts[worst][:100],
    }


def ids_of_peer(peer, texts: list[str]) -> list[list[int]]:
    return peer.tokenizer(texts, truncation=True, max_length=peer.max_seq_length)["input_ids"]


def embeddings_of_peer(peer, texts: list[str]):
    return peer.encode(texts, show_progress_bar=False)


def write_reference(folder: pathlib.Path, peer, texts: list[str]) -> None:
    """texts.txt, texts.jsonl, ids.jsonl and embeddings.safetensors, for a look without this script."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8", newline="\n")
    rows = [{"_id": str(index), "text": text} for index, text in enumerate(texts)]
    common.write_json_lines(folder / "texts.jsonl", rows)
    common.write_json_lines(folder / "ids.jsonl", [{"ids": ids} for ids in ids_of_peer(peer, texts)])
    save_file({"embeddings": embeddings_of_peer(peer, texts)}, folder / "embeddings.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the hone executable")
    parser.add_argument("model", help="a model folder")
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--count", default=1000, type=int)
    parser.add_argument("--reference", type=pathlib.Path, help="write the peer's side into this folder and stop")
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    texts = parity_texts.from_collection(options.collection, options.count)
    peer = common.load_peer(options.model, threads=2)
    if options.reference:
        write_reference(options.reference, peer, texts)
        return
    result = compare(options.binary, options.model, texts, peer)
    common.write_result(options.output, result)
    if result["texts with differing ids"] or not result["max abs difference"] <= TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
