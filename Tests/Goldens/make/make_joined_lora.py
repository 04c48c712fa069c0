"""Makes Tests/Goldens/lora-{nomic-bert,gte,jina,jina-cross-encoder}: LoRA adapters under the names that layers have in
transformers, where checkpoints join several of them, and what PyTorch computes with them.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_joined_lora.py

The files are those of make_lora.py, in the layout that PEFT 0.21 writes. Gradients are those of one adapter for the joined
layer, (A of one over A of the next) and the blocks of B on their rows, which computes the same; where B is 0, its
gradient is not.
"""

import json
import pathlib
import re

import torch
import transformers
from safetensors.torch import save_file

GOLDENS = pathlib.Path(__file__).parent.parent
LENGTHS = [5, 1, 12, 7]
RANK, ALPHA = 2, 3.0
RANKS, ALPHAS = {"v_proj": 3}, {"layers.1.self_attn.v_proj": 5.0}
QKV = [f"self_attn.{letter}_proj" for letter in "qkv"]
# Of each base: the layers that are adapted, those that are joined, and the names of checkpoints.
BASES = {
    "nomic-bert": (
        ["self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.down_proj"],
        {"attn.Wqkv": QKV},
        [("self_attn.o_proj", "attn.out_proj"), ("mlp.gate_proj", "mlp.fc12"), ("mlp.down_proj", "mlp.fc2")],
    ),
    "gte": (
        [*QKV, "mlp.gate_proj", "mlp.down_proj"],
        {"attention.qkv_proj": QKV, "mlp.up_gate_proj": ["mlp.up_proj", "mlp.gate_proj"]},
        [],
    ),
    "jina": (["self_attn.k_proj", "self_attn.v_proj", "mlp.fc1"], {"mixer.Wqkv": QKV}, []),
    "jina-cross-encoder": (
        ["self_attn.q_proj", "self_attn.o_proj"], {"mixer.Wqkv": QKV}, [("self_attn.o_proj", "mixer.out_proj")],
    ),
}  # fmt: skip


def setting(patterns: dict, name: str, default):
    """PEFT's rule: the first pattern that the name ends with."""
    return next((value for key, value in patterns.items() if re.match(rf"(.*\.)?({key})$", name)), default)


def checkpoint_name(name: str, base: str, renamed: list) -> str:
    name = name.replace("layers.", "encoder.layer." if base == "gte" else "encoder.layers.")
    for there, here in renamed:
        name = name.replace(there, here)
    return name


def add(layer: torch.nn.Linear, a: torch.Tensor, b: torch.Tensor, scale: float):
    return layer.register_forward_hook(lambda _, inputs, output: output + scale * (inputs[0] @ a.T) @ b.T)


def make(name: str, seed: int) -> None:
    targets, joined, renamed = BASES[name]
    kind = transformers.AutoModelForSequenceClassification if "cross" in name else transformers.AutoModel
    model = kind.from_pretrained(GOLDENS / f"{name}-tiny", attn_implementation="eager").double().eval()
    layers = {
        path: layer
        for path, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) and "layers." in path
    }
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> torch.Tensor:
        return (torch.randn(shape, generator=generator) * 0.2).double()

    adapters = {}
    for path, layer in layers.items():
        if any(path.endswith(target) for target in targets):
            rank, alpha = setting(RANKS, path, RANK), setting(ALPHAS, path, ALPHA)
            adapters[path] = (draw(rank, layer.in_features), draw(layer.out_features, rank), alpha / rank)

    sequences = [torch.randint(5, model.config.vocab_size, (length,), generator=generator) for length in LENGTHS]
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(ids), dtype=torch.long) for ids in sequences], True)
    ids = torch.nn.utils.rnn.pad_sequence(sequences, True, model.config.pad_token_id)

    def run() -> torch.Tensor:
        output = model(input_ids=ids, attention_mask=mask)
        return output.logits if "cross" in name else output.last_hidden_state[mask.bool()]

    handles = [add(layers[path], *adapter) for path, adapter in adapters.items()]
    with torch.no_grad():
        expected = run()
    for handle in handles:
        handle.remove()

    # One adapter for the layers that a checkpoint joins.
    leaves = {}
    for path, layer in layers.items():
        stem, own = path, [path]
        for here, parts in joined.items():
            if any(path.endswith(part) for part in parts):
                stem = re.sub("|".join(map(re.escape, parts)) + "$", "", path)
                own = [stem + part for part in parts]
                stem += here
        if not any(part in adapters for part in own):
            continue
        key = checkpoint_name(stem, name, renamed)
        if key not in leaves:
            present = [part for part in own if part in adapters]
            scale = adapters[present[0]][2]
            a = torch.cat([adapters[part][0] for part in present])
            width, blocks = a.shape[0], []
            for part in own:
                block = torch.zeros(layers[part].out_features, width, dtype=torch.float64)
                if part in adapters:
                    start = sum(adapters[before][0].shape[0] for before in present[: present.index(part)])
                    _, b, own_scale = adapters[part]
                    block[:, start : start + b.shape[1]] = b * own_scale / scale
                blocks.append(block)
            leaves[key] = (a.requires_grad_(), torch.cat(blocks).requires_grad_(), scale)
        a, b, scale = leaves[key]
        rows, at = layer.out_features, own.index(path)
        layer.register_forward_hook(
            lambda _, inputs, output, a=a, b=b, rows=rows, at=at, scale=scale: output
            + scale * (inputs[0] @ a.T) @ b[at * rows : (at + 1) * rows].T
        )
    output = run()
    assert (output - expected).abs().max() < 1e-12
    weights = torch.randn(output.shape, generator=generator)
    (output * weights.double()).sum().backward()
    gradients = {
        f"gradient.{key}.lora_{letter}.weight": factor.grad
        for key, (a, b, _) in leaves.items()
        for letter, factor in zip("AB", (a, b))
    }

    folder = GOLDENS / f"lora-{name}"
    folder.mkdir(exist_ok=True)
    lengths = torch.tensor(LENGTHS).float()
    tensors = {
        "ids": torch.cat(sequences), "types": torch.zeros(sum(LENGTHS)), "lengths": lengths, "output": output.detach(),
        "weights": weights, **gradients,
    }  # fmt: skip
    save_file({key: value.float().contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")
    save_file(
        {
            f"base_model.model.{path}.lora_{letter}.weight": factor.detach().float().contiguous()
            for path, (a, b, _) in adapters.items()
            for letter, factor in zip("AB", (a, b))
        },
        folder / "adapter_model.safetensors",
    )
    configuration = {
        "alpha_pattern": ALPHAS, "base_model_name_or_path": f"{name}-tiny", "bias": "none", "fan_in_fan_out": False,
        "inference_mode": True, "init_lora_weights": True, "lora_alpha": ALPHA, "lora_dropout": 0.0,
        "modules_to_save": None, "peft_type": "LORA", "r": RANK, "rank_pattern": RANKS, "target_modules": targets,
        "task_type": "SEQ_CLS" if "cross" in name else "FEATURE_EXTRACTION", "use_dora": False, "use_rslora": False,
    }  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")
    print(f"{folder}: {len(adapters)} adapters in {len(leaves)} layers, output up to {output.abs().max():.2f}")


if __name__ == "__main__":
    for index, base in enumerate(BASES):
        make(base, seed=31 + index)
