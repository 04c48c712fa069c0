"""Makes Tests/Goldens/lora-*: LoRA adapters of the tiny models beside them, and what PEFT computes with them.

    pip install -r Tests/Goldens/make/requirements.txt peft==0.21.2
    python Tests/Goldens/make/make_lora.py

Each folder holds an adapter as PEFT saves it (`adapter_config.json`, `adapter_model.safetensors`) and
`golden.safetensors`: the tokens of some sequences (`ids`, `types`, `lengths`), the model's output for them (hidden
states of the tokens, or logits), weights for a sum of that output (`weights`), and the gradients of that sum by every
trained parameter under hone's name (`gradient.*`). Everything is computed in Float64 from the Float32 weights and
rounded once.
"""

import pathlib
import shutil

import peft
import torch
import transformers
from safetensors.torch import save_file

GOLDENS = pathlib.Path(__file__).parent.parent
LENGTHS = [5, 1, 12, 7]


def randomize(model, seed: int) -> None:
    """Draws B, which PEFT starts at 0, and moves the modules that are saved whole."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                noise = torch.randn(parameter.shape, generator=generator) * 0.2
                parameter.copy_(noise if "lora_" in name else parameter + noise)


def save(name: str, model, base: str, seed: int) -> None:
    randomize(model, seed)
    folder = GOLDENS / name
    shutil.rmtree(folder, ignore_errors=True)
    for config in model.peft_config.values():
        config.base_model_name_or_path = base
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)

    generator = torch.Generator().manual_seed(seed + 1)
    vocabulary = model.config.vocab_size
    sequences = [torch.randint(vocabulary, (length,), generator=generator) for length in LENGTHS]
    types = [torch.randint(2, (length,), generator=generator) for length in LENGTHS]
    pad = torch.nn.utils.rnn.pad_sequence
    mask = pad([torch.ones(length, dtype=torch.long) for length in LENGTHS], batch_first=True)
    model = model.double().eval()
    output = model(
        input_ids=pad(sequences, batch_first=True), token_type_ids=pad(types, batch_first=True), attention_mask=mask
    )
    found = output.logits if hasattr(output, "logits") else output.last_hidden_state[mask.bool()]
    weights = torch.randn(found.shape, generator=generator)
    (found * weights.double()).sum().backward()
    gradients = {
        "gradient."
        + key.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", ""): parameter.grad
        for key, parameter in model.named_parameters()
        if parameter.requires_grad
    }
    tensors = {
        "ids": torch.cat(sequences).float(),
        "types": torch.cat(types).float(),
        "lengths": torch.tensor(LENGTHS).float(),
        "output": found.detach(),
        "weights": weights,
        **gradients,
    }
    save_file({key: value.float().contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")


def main() -> None:
    torch.manual_seed(0)
    bare = transformers.BertModel.from_pretrained(GOLDENS / "bert-tiny", add_pooling_layer=False, attn_implementation="eager")
    config = peft.LoraConfig(
        r=4,
        lora_alpha=6,
        lora_dropout=0.1,
        target_modules=["query", "value", "intermediate.dense", "output.dense"],
        rank_pattern={"encoder.layer.0.attention.self.query": 2, "intermediate.dense": 3},
        alpha_pattern={"value": 5},
        modules_to_save=["encoder.layer.1.output.LayerNorm"],
        task_type="FEATURE_EXTRACTION",
    )
    save("lora-bert", peft.get_peft_model(bare, config), "bert-tiny", seed=1)

    scorer = transformers.BertForSequenceClassification.from_pretrained(
        GOLDENS / "cross-encoder-tiny", attn_implementation="eager"
    )
    config = peft.LoraConfig(
        r=3,
        lora_alpha=2,
        use_rslora=True,
        target_modules=r".*layer\.\d\.attention\.(self\.key|output\.dense)",
        layers_to_transform=None,
        task_type="SEQ_CLS",
    )
    save("lora-cross-encoder", peft.get_peft_model(scorer, config), "cross-encoder-tiny", seed=3)


if __name__ == "__main__":
    main()
