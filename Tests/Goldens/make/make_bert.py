"""Makes Tests/Goldens/bert-tiny: a random two-layer BERT as a sentence-transformers folder, and what PyTorch computes.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_bert.py

The folder itself is a complete model in the verbose layout. `golden.safetensors` holds inputs, the output of every
layer, pooled vectors, one InfoNCE loss with the gradient of every parameter, and ten AdamW steps; `golden.json`
says what each tensor is. Everything is computed in Float64 from the Float32 weights and rounded once, so that a
reader's own rounding is all that a comparison measures; PyTorch's Float32 result stands within the same tolerance.
"""

import copy
import dataclasses
import json
import pathlib
import string
from collections.abc import Callable

import numpy
import sentence_transformers
import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers.sentence_transformer.modules import Pooling

GOLDENS = pathlib.Path(__file__).resolve().parents[1]
WORDS = """search query text word find fast file image sound game play chess board network packet
the a of for and with is to in s ##s ##er ##ing ##ed""".split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LENGTHS = [1, 20, 7, 13, 2, 9]  # sequences 0, 1, 2 are queries; 3, 4, 5 their positives
MAXIMUM_LENGTH = 64
SCALE = 20.0
STEPS = 10
OPTIMIZER = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}
DECAY = 0.01
CLIP = 1.0
TEXTS = [
    "search",
    "Fast network packets, sounding the board!",
    "find a file",
    "Playing chess with images and the games of words is fast: text 42.",
    "ÉTÉ naïve",
    "日本 unknown ☃",
    "",
]
POOLINGS = ["mean", "cls", "max", "mean_sqrt_len_tokens", "lasttoken"]


@dataclasses.dataclass(frozen=True)
class Family:
    """What a family has of its own beside the model: tokenizer and batch; these are BERT's."""

    special: tuple = tuple(SPECIAL)
    roles: dict = dataclasses.field(
        default_factory=lambda: {
            "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
            "mask_token": "[MASK]",
        }
    )  # fmt: skip
    templates: tuple = ("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1")
    tokenizer_settings: dict = dataclasses.field(
        default_factory=lambda: {
            "do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True,
            "tokenizer_class": "BertTokenizer",
        }
    )  # fmt: skip
    has_vocabulary_file: bool = True
    lengths: tuple = tuple(LENGTHS)
    # Where the batch has the padding token inside a text: (sequence, token).
    padding_inside: tuple = ()
    # The tensors under the names of a checkpoint, from those of the model in memory.
    stored: Callable[[dict], dict] = dict
    # The parameters after ten steps are in the file too.
    keeps_final: bool = True

    @property
    def padding(self) -> int:
        return self.special.index(self.roles["pad_token"])


BERT = Family()


# MARK: The folder


def vocabulary(family: Family = BERT) -> list[str]:
    letters = string.ascii_lowercase
    pieces = [*family.special, *string.digits, *".,:!-", *letters, *("##" + letter for letter in letters)]
    return pieces + [word for word in WORDS if word not in pieces]


def randomized(model: torch.nn.Module) -> torch.nn.Module:
    """Weights large enough that every part of the network matters."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(std=0.05 if name.endswith("bias") else 0.2)
            if is_norm(name) and name.endswith("weight"):
                parameter.add_(1.0)
    return model.eval()


def is_norm(name: str) -> bool:
    return "norm" in name.lower()


def random_bert(vocabulary_size: int) -> transformers.BertModel:
    torch.manual_seed(2)
    configuration = transformers.BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=MAXIMUM_LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    configuration._attn_implementation = "eager"
    return randomized(transformers.BertModel(configuration))


def tokenizer_of(pieces: list[str], family: Family = BERT) -> tokenizers.Tokenizer:
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(vocabulary, unk_token=family.roles["unk_token"])
    )
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = tokenizers.decoders.WordPiece()
    tokenizer.add_special_tokens(list(family.special))
    around = [family.roles["cls_token"], family.roles["sep_token"]]
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single=family.templates[0],
        pair=family.templates[1],
        special_tokens=[(token, pieces.index(token)) for token in around],
    )
    return tokenizer


def write_json(path: pathlib.Path, value) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def weights_of(model, family: Family) -> dict[str, torch.Tensor]:
    weights = {name: tensor for name, tensor in model.state_dict().items() if "position_ids" not in name}
    return {name: tensor.contiguous() for name, tensor in family.stored(weights).items()}


def with_stored_names(golden: dict[str, torch.Tensor], family: Family) -> dict[str, torch.Tensor]:
    """Golden values with the gradients under the names of the checkpoint."""
    start = "gradient."
    gradients = {name[len(start) :]: tensor for name, tensor in golden.items() if name.startswith(start)}
    others = {name: tensor for name, tensor in golden.items() if not name.startswith(start)}
    return others | {start + name: tensor for name, tensor in family.stored(gradients).items()}


def write_folder(folder: pathlib.Path, model, pieces: list[str], names: list[str], family: Family) -> None:
    """The verbose layout (sentence-transformers up to 5.3), which every reader accepts.

    `names` are the keys of config.json that the folder keeps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = weights_of(model, family)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    if family.has_vocabulary_file:
        (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    tokenizer_of(pieces, family).save(str(folder / "tokenizer.json"))
    write_json(folder / "special_tokens_map.json", family.roles)
    write_json(
        folder / "tokenizer_config.json",
        {**family.roles, **family.tokenizer_settings, "model_max_length": MAXIMUM_LENGTH},
    )
    configuration = model.config.to_dict()
    architecture = type(model).__name__
    write_json(
        folder / "config.json", {"architectures": [architecture], **{name: configuration[name] for name in names}}
    )
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    write_json(
        folder / "modules.json",
        [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{name}"}
            for index, (path, name) in enumerate(modules)
        ],
    )
    keys = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    write_json(
        folder / "1_Pooling/config.json",
        {
            "word_embedding_dimension": model.config.hidden_size,
            **{f"pooling_mode_{key}": key == "mean_tokens" for key in keys},
            "include_prompt": True,
        },
    )
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAXIMUM_LENGTH, "do_lower_case": False})
    write_json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "__version__": versions(),
            "prompts": {"query": "", "document": ""},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def versions() -> dict[str, str]:
    return {
        "sentence_transformers": sentence_transformers.__version__,
        "transformers": transformers.__version__,
        "pytorch": torch.__version__,
    }


# MARK: What PyTorch computes


def random_batch(vocabulary_size: int, family: Family) -> tuple[torch.Tensor, torch.Tensor]:
    """Flat token and type ids; a sequence's second half has type 1 in every other sequence."""
    generator = torch.Generator().manual_seed(3)
    ids, types = [], []
    for index, length in enumerate(family.lengths):
        ids.append(torch.randint(1, vocabulary_size, (length,), generator=generator))
        types.append((torch.arange(length) >= (length + 1) // 2).long() * (index % 2))
    for sequence, token in family.padding_inside:
        ids[sequence][token] = family.padding
    return torch.cat(ids), torch.cat(types)


def padded(flat: torch.Tensor, family: Family, value: int = 0) -> torch.Tensor:
    sequences = list(flat.split(family.lengths))
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=value)


def unpadded(values: torch.Tensor, family: Family) -> torch.Tensor:
    return torch.cat([row[:length] for row, length in zip(values, family.lengths)])


def run(model, ids: torch.Tensor, types: torch.Tensor, family: Family):
    mask = padded(torch.ones_like(ids), family)
    output = model(
        input_ids=padded(ids, family, family.padding), token_type_ids=padded(types, family), attention_mask=mask,
        output_hidden_states=True,
    )  # fmt: skip
    return output, mask


def pooled_by(mode: str, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """sentence-transformers' own pooling module."""
    module = Pooling(states.shape[-1], pooling_mode=mode)
    return module({"token_embeddings": states, "attention_mask": mask})["sentence_embedding"]


def loss_of(model, ids: torch.Tensor, types: torch.Tensor, family: Family) -> tuple[torch.Tensor, torch.Tensor]:
    """InfoNCE of mean-pooled, normalized vectors, each query against the three positives: (loss, cosines)."""
    output, mask = run(model, ids, types, family)
    vectors = torch.nn.functional.normalize(pooled_by("mean", output.last_hidden_state, mask))
    cosines = vectors[:3] @ vectors[3:].T
    return torch.nn.functional.cross_entropy(SCALE * cosines, torch.arange(3)), cosines


def parameter_groups(model) -> list[dict]:
    """The pooler takes no part in the loss, so AdamW passes over it."""
    decayed, others = [], []
    for name, parameter in model.named_parameters():
        (others if "bias" in name or is_norm(name) else decayed).append(parameter)
    return [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]


def ten_steps(model, ids: torch.Tensor, types: torch.Tensor, family: Family) -> tuple[list[float], list[float]]:
    """Losses before each update, and gradient norms before clipping."""
    optimizer = torch.optim.AdamW(parameter_groups(model), **OPTIMIZER)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss, _ = loss_of(model, ids, types, family)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        losses.append(loss.item())
        optimizer.step()
    return losses, norms


def compute(model, ids: torch.Tensor, types: torch.Tensor, family: Family) -> dict[str, torch.Tensor]:
    model = copy.deepcopy(model)
    tensors = {}
    with torch.no_grad():
        output, mask = run(model, ids, types, family)
        tensors["embeddings"] = unpadded(output.hidden_states[0], family)
        for layer, states in enumerate(output.hidden_states[1:]):
            tensors[f"layer.{layer}"] = unpadded(states, family)
        for mode in POOLINGS:
            vectors = pooled_by(mode, output.last_hidden_state, mask)
            tensors[f"pooled.{mode}"] = vectors
            tensors[f"normalized.{mode}"] = torch.nn.functional.normalize(vectors)
    loss, cosines = loss_of(model, ids, types, family)
    loss.backward()
    tensors["cosines"] = cosines.detach()
    tensors["loss"] = loss.detach().reshape(1)
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"gradient.{name}"] = parameter.grad.clone()
    losses, norms = ten_steps(model, ids, types, family)
    tensors["adamW.losses"] = torch.tensor(losses, dtype=torch.float64)
    tensors["adamW.norms"] = torch.tensor(norms, dtype=torch.float64)
    for name, parameter in model.named_parameters():
        if family.keeps_final and f"gradient.{name}" in tensors:
            tensors[f"adamW.final.{name}"] = parameter.detach().clone()
    return tensors


def distance(name: str, golden: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """Largest difference relative to the tensor's largest magnitude."""
    return ((golden[name] - other[name]).abs().max() / golden[name].abs().max()).item()


def make(
    folder: pathlib.Path, model, names: list[str], script: str, key_bias: str, family: Family = BERT
) -> None:
    """Writes the folder of a model and its golden values; `key_bias` is in the names of biases of attention keys."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    pieces = vocabulary(family)
    write_folder(folder, model, pieces, names, family)
    ids, types = random_batch(len(pieces), family)
    golden = compute(copy.deepcopy(model).double(), ids, types, family)

    single = compute(model, ids, types, family)
    distances = {name: distance(name, golden, single) for name in golden if key_bias not in name}
    worst = {
        prefix: max((value, name) for name, value in distances.items() if name.startswith(prefix))
        for prefix in ["layer", "pooled", "loss", "gradient", "adamW.losses", "adamW.norms", "adamW.final"]
        if prefix != "adamW.final" or family.keeps_final
    }
    for prefix, (value, name) in worst.items():
        print(f"PyTorch in Float32, {prefix}: within {value:.1e} ({name})")

    folder_model = sentence_transformers.SentenceTransformer(str(folder), device="cpu").double()
    tokens = [tokenizer_of(pieces, family).encode(text).ids for text in TEXTS]
    assert folder_model.tokenizer(TEXTS)["input_ids"] == tokens
    vectors = numpy.asarray(folder_model.encode(TEXTS, batch_size=len(TEXTS)))
    golden = with_stored_names(golden, family)
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in golden.items()}
    tensors |= {
        "ids": ids.int(),
        "types": types.int(),
        "lengths": torch.tensor(family.lengths, dtype=torch.int32),
        "texts.embeddings": torch.from_numpy(vectors).float().contiguous(),
    }
    save_file(tensors, folder / "golden.safetensors")
    write_json(
        folder / "golden.json",
        {
            "made by": f"Tests/Goldens/make/{script}",
            "versions": {**versions(), "tokenizers": tokenizers.__version__},
            "computed in": "Float64 from the Float32 weights, eager attention; rounded to Float32 once",
            "tensors": {
                "ids, types, lengths": "the batch: token and type ids of all sequences one after the other",
                "embeddings": "[tokens, 32] output of the embedding block, after its LayerNorm",
                "layer.N": "[tokens, 32] output of layer N; layer.1 is the last hidden state",
                "pooled.MODE, normalized.MODE": "[sequences, 32] by sentence-transformers' Pooling; then to length 1",
                "cosines": "[3, 3] normalized.mean of queries 0, 1, 2 against positives 3, 4, 5",
                "loss": "[1] cross-entropy of scale x cosines, positive on the diagonal, mean over queries",
                "gradient.NAME": "of that loss, for every parameter that takes part (a pooler does not)",
                "adamW.losses, adamW.norms": "[10] of each step: loss before its update, norm before clipping",
                **({"adamW.final.NAME": "the parameters after ten steps"} if family.keeps_final else {}),
                "texts.embeddings": "[texts, 32] SentenceTransformer(folder).encode(texts)",
            },
            "scale": SCALE,
            "adamW": {
                "rate": OPTIMIZER["lr"], "beta1": 0.9, "beta2": 0.999, "epsilon": OPTIMIZER["eps"], "decay": DECAY,
                "without decay": "every bias, everything in a LayerNorm",
                "clip": "gradients x min(1, 1.0 / (norm + 1e-6)), global norm",
            },
            "note": "The gradient of attention key biases is zero in exact arithmetic: what a program in Float32 finds"
            " there is rounding, and AdamW makes steps of it. Compare those against the largest gradient, not"
            " against themselves, and leave their final values out.",
            "float32 distance": {prefix: float(f"{value:.1e}") for prefix, (value, _) in worst.items()},
            "texts": [{"text": text, "ids": token_ids} for text, token_ids in zip(TEXTS, tokens)],
        },
    )  # fmt: skip
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {len(tensors)} golden tensors, losses {[round(x, 5) for x in tensors['adamW.losses'].tolist()]}")
    print(f"norms {[round(x, 3) for x in tensors['adamW.norms'].tolist()]}, {size} bytes in all")


KEYS = """attention_probs_dropout_prob hidden_act hidden_dropout_prob hidden_size initializer_range
intermediate_size layer_norm_eps max_position_embeddings model_type num_attention_heads num_hidden_layers
pad_token_id type_vocab_size vocab_size""".split()

if __name__ == "__main__":
    make(GOLDENS / "bert-tiny", random_bert(len(vocabulary())), KEYS, "make_bert.py", ".key.bias")
