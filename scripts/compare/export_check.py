"""Does an exported folder serve every reader? Its vectors in sentence-transformers, and its files one by one.

    python export_check.py runs/debian-programs/model --binary .build/release/hone

The files are held against what sentence-transformers 2 to 6, transformers, text-embeddings-inference, vLLM and others
ask of a folder. Without --binary the vectors are only computed, not compared. Exit code 1 where a check fails.
"""

import argparse
import json
import math
import pathlib
import sys
import tempfile

import common
import parity_texts

TOLERANCE = 1e-5
TYPES = {f"sentence_transformers.models.{name}" for name in ["Transformer", "Pooling", "Normalize", "Dense"]}
POOLINGS = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
ACTIVATIONS = {"torch.nn.modules.activation.Tanh", "torch.nn.modules.linear.Identity"}


class Checks:
    """Named checks of one folder; a check that cannot even be made counts as failed."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.results: list[dict] = []

    def json(self, name: str):
        """A file's content; an empty object where it is missing or no JSON."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.check(f"{name} is JSON", False, str(error))
            return {}

    def check(self, name: str, holds, found=None) -> None:
        self.results.append({"check": name, "holds": bool(holds), "found": found})

    def has_keys(self, name: str, value: dict, kinds: dict[str, type]) -> None:
        for key, kind in kinds.items():
            found = value.get(key)
            holds = isinstance(found, kind) and (kind is bool or not isinstance(found, bool))
            self.check(f"{name}: {key} is {kind.__name__}", holds, found)


def check_files(checks: Checks) -> None:
    configuration = checks.json("config.json")
    kinds = {"architectures": list, "model_type": str, "max_position_embeddings": int, "pad_token_id": int}
    checks.has_keys("config.json", configuration, kinds)
    checks.has_keys("config.json", configuration, {"hidden_size": int, "vocab_size": int, "num_hidden_layers": int})
    checks.check("tokenizer.json has a model", "model" in checks.json("tokenizer.json"))

    modules = checks.json("modules.json")
    types = [module.get("type") for module in modules] if isinstance(modules, list) else []
    checks.check("modules.json: only the four legacy type names", types and set(types) <= TYPES, types)
    checks.check("modules.json: Transformer first, at the root", modules and modules[0].get("path") == "", types)
    pooling = checks.json("1_Pooling/config.json")
    checks.has_keys("1_Pooling/config.json", pooling, {f"pooling_mode_{key}": bool for key in POOLINGS})
    checks.has_keys("1_Pooling/config.json", pooling, {"word_embedding_dimension": int})
    chosen = [key for key in POOLINGS if pooling.get(f"pooling_mode_{key}") is True]
    checks.check("1_Pooling/config.json: one pooling mode is on", len(chosen) == 1, chosen)
    width = pooling.get("word_embedding_dimension")
    checks.check("1_Pooling/config.json: the encoder's width", width == configuration.get("hidden_size"), width)
    for module in modules:
        if module.get("type", "").endswith(".Dense"):
            dense = checks.json(f"{module['path']}/config.json")
            checks.has_keys(module["path"], dense, {"in_features": int, "out_features": int, "bias": bool})
            activation = dense.get("activation_function")
            checks.check(f"{module['path']}: activation is Tanh or Identity", activation in ACTIVATIONS, activation)

    lengths = checks.json("sentence_bert_config.json")
    checks.has_keys("sentence_bert_config.json", lengths, {"max_seq_length": int, "do_lower_case": bool})
    length = lengths.get("max_seq_length")
    limit = checks.json("tokenizer_config.json").get("model_max_length")
    checks.check("tokenizer_config.json: model_max_length is max_seq_length", limit == length, limit)
    settings = checks.json("config_sentence_transformers.json")
    checks.has_keys("config_sentence_transformers.json", settings, {"__version__": dict, "prompts": dict})
    prompts = settings.get("prompts", {}).values()
    checks.check("prompts are strings", all(isinstance(prompt, str) for prompt in prompts), list(prompts))
    checks.json("special_tokens_map.json")
    checks.check("hone.json says where the model comes from", checks.json("hone.json"))
    check_card(checks)


def check_card(checks: Checks) -> None:
    path = checks.folder / "README.md"
    parts = path.read_text(encoding="utf-8").split("---\n") if path.is_file() else []
    head = parts[1] if len(parts) > 2 and parts[0] == "" else ""
    checks.check("README.md begins with a YAML head", head)
    for key in ["library_name: sentence-transformers", "pipeline_tag: sentence-similarity", "tags:", "base_model:"]:
        checks.check(f"README.md: {key}", key in head)


def check_weights(checks: Checks) -> None:
    import torch
    import transformers
    from safetensors import safe_open

    with safe_open(checks.folder / "model.safetensors", framework="pt") as file:
        names = list(file.keys())
        metadata = file.metadata() or {}
        tensors = [file.get_tensor(name) for name in names]
    checks.check("model.safetensors: metadata format is pt", metadata.get("format") == "pt", metadata)
    prefixed = [name for name in names if name.startswith(("bert.", "roberta.", "model.", "0."))]
    checks.check("model.safetensors: names without prefix", not prefixed, prefixed[:3])
    checks.check("model.safetensors: Float32", all(tensor.dtype == torch.float32 for tensor in tensors))
    checks.check("model.safetensors: every value is finite", all(bool(tensor.isfinite().all()) for tensor in tensors))
    _, report = transformers.AutoModel.from_pretrained(checks.folder, output_loading_info=True)
    for key in ["missing_keys", "unexpected_keys", "mismatched_keys"]:
        checks.check(f"transformers: no {key.replace('_', ' ')}", not report[key], sorted(map(str, report[key]))[:3])


def check_vectors(checks: Checks, binary, texts: list[str]) -> None:
    import numpy
    import tokenizers
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(checks.folder), device="cpu")
    length = checks.json("sentence_bert_config.json").get("max_seq_length")
    checks.check("sentence-transformers reads the maximum length", model.max_seq_length == length, model.max_seq_length)
    raw = tokenizers.Tokenizer.from_file(str(checks.folder / "tokenizer.json"))
    raw.no_padding()
    raw.no_truncation()
    theirs = model.tokenizer(texts)["input_ids"]
    differing = [text for text, ids in zip(texts, theirs) if raw.encode(text).ids != ids]
    checks.check("tokenizer.json and transformers' tokenizer agree", not differing, differing[:1])

    expected = numpy.asarray(model.encode(texts, show_progress_bar=False))
    checks.check("sentence-transformers: every component is finite", numpy.isfinite(expected).all())
    if "Normalize" in str(checks.json("modules.json")):
        off = float(numpy.abs(numpy.linalg.norm(expected, axis=1) - 1).max())
        checks.check("sentence-transformers: vectors of length 1", off < TOLERANCE, off)
    if binary:
        with tempfile.TemporaryDirectory() as folder:
            ours, _ = common.encode_with_hone(binary, checks.folder, texts, pathlib.Path(folder))
        difference = float(numpy.abs(ours - expected).max()) if ours.shape == expected.shape else math.inf
        checks.check(f"hone encode and sentence-transformers within {TOLERANCE}", difference <= TOLERANCE, difference)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="an exported bi-encoder")
    parser.add_argument("--binary", help="the hone executable")
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path, help="where texts come from")
    parser.add_argument("--count", default=200, type=int)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    if not (options.folder / "model.safetensors").is_file():
        sys.exit(f"{options.folder}: no model.safetensors; name an exported model folder")
    checks = Checks(options.folder)
    common.offline()
    check_files(checks)
    check_weights(checks)
    check_vectors(checks, options.binary, parity_texts.from_collection(options.collection, options.count))
    failed = [result for result in checks.results if not result["holds"]]
    common.write_result(options.output, {"checks": len(checks.results), "failed": failed, "all": checks.results})
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
