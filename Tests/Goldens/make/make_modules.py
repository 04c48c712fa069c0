"""Makes Tests/Goldens/modules: layouts of sentence-transformers around bert-tiny, and what sentence-transformers computes.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_modules.py

Each folder holds the files that differ from bert-tiny. `golden.safetensors` has, for each, the vectors of TEXTS as
documents and as queries with PROMPT, and the gradients of Σ vectors · factors(vectors) of the documents with respect to
the parameters of the modules; and for each activation of a Dense module its values on rows of numbers with the gradient
of the same sum. Everything is computed in Float64 from Float32 weights and rounded once.
"""

import json
import pathlib
import shutil
import tempfile

import numpy
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors
from sentence_transformers import SentenceTransformer

GOLDENS = pathlib.Path(__file__).resolve().parents[1]
TARGET = GOLDENS / "modules"
TEXTS = ["find a file", "Fast network packets, sounding the board!", "search", ""]
PROMPT = "find the "
WIDTH = 32
KEYS = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
TYPES = "sentence_transformers.models."
ACTIVATIONS = [
    "Tanh", "ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid",
    "LogSigmoid", "Softplus", "Softsign", "Tanhshrink", "Softshrink", "Hardshrink", "Hardtanh", "Hardsigmoid",
    "Hardswish", "Softmax", "LogSoftmax", "Softmin",
]  # fmt: skip


def write(path: pathlib.Path, value) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def noise(seed: int, *shape: int) -> torch.Tensor:
    return 0.3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def factors(shape) -> torch.Tensor:
    """The same numbers in every language: cos 0, cos 1, cos 2, … in row-major order."""
    return torch.cos(torch.arange(torch.Size(shape).numel(), dtype=torch.float64)).reshape(shape)


# MARK: Modules


def verbose(*modes: str, include_prompt: bool = True, width: int = WIDTH):
    flags = {f"pooling_mode_{key}": key in modes for key in KEYS}
    return ("Pooling", {"word_embedding_dimension": width, **flags, "include_prompt": include_prompt}, {})


def compact(modes):
    return ("Pooling", {"embedding_dimension": WIDTH, "pooling_mode": modes, "include_prompt": True}, {})


def dense(inputs: int, outputs: int, seed: int, more={}, weights={}):
    tensors = {"linear.weight": noise(seed, outputs, inputs), "linear.bias": noise(seed + 1, outputs)}
    config = {"in_features": inputs, "out_features": outputs, "bias": True, **more}
    return ("Dense", config, {**tensors, **weights})


def activation(name: str):
    return {"activation_function": f"torch.nn.modules.activation.{name}"}


def layer_norm(width: int, seed: int):
    return ("LayerNorm", {"dimension": width}, {"norm.weight": 1 + noise(seed, width), "norm.bias": noise(seed + 1, width)})


def layer_pooling(first: int):
    config = {"word_embedding_dimension": WIDTH, "layer_start": first, "num_hidden_layers": 2}
    return ("WeightedLayerPooling", config, {"layer_weights": 1 + noise(30, 3 - first)})


NORMALIZE = ("Normalize", None, {})
TOKENS = {"module_input_name": "token_embeddings", "module_output_name": "token_embeddings"}

CASES = {
    "weighted-mean": [verbose("weightedmean_tokens")],
    "cls-mean": [verbose("cls_token", "mean_tokens"), NORMALIZE],
    "every-mode": [verbose(*KEYS)],
    "other-order": [compact(["mean", "cls", "lasttoken", "mean"])],
    "no-mode": [("Pooling", {"embedding_dimension": WIDTH}, {})],
    "prompt-excluded": [verbose(*KEYS, include_prompt=False)],
    "dense-default": [verbose("mean_tokens"), dense(WIDTH, 8, 1)],
    "dense-short-name": [verbose("mean_tokens"), dense(WIDTH, 8, 1, {"activation_function": "torch.nn.ReLU"})],
    "dense-slope": [
        verbose("mean_tokens"),
        dense(WIDTH, 8, 3, activation("PReLU"), {"activation_function.weight": torch.tensor([0.1])}),
    ],
    "dense-residual": [verbose("mean_tokens"), dense(WIDTH, WIDTH, 5, {**activation("GELU"), "use_residual": True})],
    "dense-residual-projection": [
        verbose("mean_tokens"),
        dense(WIDTH, 8, 7, {**activation("Sigmoid"), "use_residual": True}, {"residual.weight": noise(9, 8, WIDTH)}),
    ],
    "long-chain": [
        verbose("cls_token", "mean_tokens"), dense(2 * WIDTH, 16, 11, activation("GELU")), layer_norm(16, 13),
        ("Dropout", {"dropout": 0.2}, {}), NORMALIZE, dense(16, 6, 15, activation("SiLU")), NORMALIZE,
    ],
    "token-dense": [
        dense(WIDTH, 12, 17, {**activation("Tanh"), **TOKENS}), ("Normalize", TOKENS, {}),
        verbose("mean_tokens", "max_tokens", width=12),
    ],
    "token-dense-cls": [dense(WIDTH, 12, 17, {**activation("Tanh"), **TOKENS}), verbose("cls_token", width=12)],
    "layer-pooling": [layer_pooling(1), verbose("mean_tokens"), NORMALIZE],
    "layer-pooling-cls": [layer_pooling(0), verbose("cls_token")],
}  # fmt: skip


# MARK: Folders


def make(name: str, modules) -> dict[str, torch.Tensor]:
    folder = TARGET / name
    entries = [{"idx": 0, "name": "0", "path": "", "type": TYPES + "Transformer"}]
    for index, (kind, config, weights) in enumerate(modules, start=1):
        path = f"{index}_{kind}"
        entries.append({"idx": index, "name": str(index), "path": path, "type": TYPES + kind})
        if config is not None:
            write(folder / path / "config.json", config)
        if weights:
            save_tensors(weights, folder / path / "model.safetensors")
    write(folder / "modules.json", entries)
    if modules[0][0] == "WeightedLayerPooling":
        config = json.loads((GOLDENS / "bert-tiny/config.json").read_text(encoding="utf-8"))
        write(folder / "config.json", {**config, "output_hidden_states": True})
    return computed(name)


def computed(name: str) -> dict[str, torch.Tensor]:
    with tempfile.TemporaryDirectory() as scratch:
        whole = pathlib.Path(scratch) / "model"
        shutil.copytree(GOLDENS / "bert-tiny", whole)
        shutil.rmtree(whole / "1_Pooling")
        shutil.copytree(TARGET / name, whole, dirs_exist_ok=True)
        model = SentenceTransformer(
            str(whole), device="cpu", prompts={"query": PROMPT, "document": ""}, model_kwargs={"dtype": torch.float64}
        )
    model = model.double().eval()
    results = {}
    for role, prompt in (("documents", None), ("queries", "query")):
        results[f"{name}.{role}"] = model.encode(TEXTS, prompt_name=prompt, convert_to_tensor=True, batch_size=2).cpu()
    features = model.preprocess(TEXTS)
    vectors = model(features)["sentence_embedding"]
    (vectors * factors(vectors.shape)).sum().backward()
    folders = [entry["path"] for entry in json.loads((TARGET / name / "modules.json").read_text())]
    for key, parameter in model.named_parameters():
        number, rest = key.split(".", 1)
        if number != "0":
            results[f"{name}.gradient.{folders[int(number)]}.{rest}"] = parameter.grad
    return results


def activations() -> dict[str, torch.Tensor]:
    # Both sides of every corner, and none on it.
    x = (torch.linspace(-8, 8, 96, dtype=torch.float64) + 0.013).float().double().reshape(12, 8)
    results = {"activation.x": x}
    for name in ACTIVATIONS:
        function = getattr(torch.nn.modules.activation, name)().double()
        argument = x.clone().requires_grad_()
        y = function(argument)
        (y * factors(y.shape)).sum().backward()
        results[f"activation.{name}"] = y.detach()
        results[f"activation.{name}.gradient"] = argument.grad
    return results


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    results = activations()
    for name, modules in CASES.items():
        results.update(make(name, modules))
    rounded = {key: numpy.ascontiguousarray(value.detach().numpy().astype(numpy.float32)) for key, value in results.items()}
    save_file(rounded, TARGET / "golden.safetensors")
    write(TARGET / "golden.json", {"texts": TEXTS, "prompt": PROMPT, "cases": list(CASES)})
    size = sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file())
    print(f"{TARGET}: {len(CASES)} layouts, {size} bytes")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
