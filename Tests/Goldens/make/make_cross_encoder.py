"""Makes Tests/Goldens/cross-encoder-tiny: a random two-layer BERT with a classifier, and what PyTorch computes.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_cross_encoder.py

The folder itself is a complete model as transformers writes it, without a word of sentence-transformers.
`golden.safetensors` holds the logits of pairs, a binary cross-entropy with the gradient of every parameter, and the
losses of ten AdamW steps; `golden.json` has the pairs with their tokens and says what each tensor is. Everything is
computed in Float64 from the Float32 weights and rounded once.
"""

import copy
import pathlib

import tokenizers
import torch
import transformers
from safetensors.torch import save_file

import make_bert

MAXIMUM_LENGTH = 20
LABELS = [1.0, 0.0, 0.0, 1.0, 0.25, 0.0, 1.0, 0.5, 0.0]
LONG = "the games of chess and images of the network, fast packets with a board to search for text"
PAIRS = [
    ("search", "find a file"),
    ("find a file", LONG),  # the second text is cut
    (LONG, "chess board"),  # the first text is cut
    (LONG, LONG),  # both are cut, and the second keeps the odd token
    (LONG + " and words", LONG),
    ("Playing chess", ""),
    ("", "ÉTÉ naïve 日本 ☃"),
    ("fast network packets in the text", "Fast network packets, sounding the board!"),  # exactly as long as may be
    ("chess", "chess"),
]


def random_model(vocabulary_size: int) -> transformers.BertForSequenceClassification:
    """The weights of make_bert's encoder with a pooler and a head of their own size."""
    base = make_bert.random_bert(vocabulary_size)
    configuration = copy.deepcopy(base.config)
    configuration.num_labels = 1
    configuration._attn_implementation = "eager"
    model = transformers.BertForSequenceClassification(configuration)
    model.bert.load_state_dict(base.state_dict())
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.classifier.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return model.eval()


def write_folder(
    folder: pathlib.Path, model, pieces: list[str], names: list[str], family: make_bert.Family
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(make_bert.weights_of(model, family), folder / "model.safetensors", metadata={"format": "pt"})
    make_bert.tokenizer_of(pieces, family).save(str(folder / "tokenizer.json"))
    make_bert.write_json(
        folder / "tokenizer_config.json",
        {**family.roles, **family.tokenizer_settings, "model_max_length": MAXIMUM_LENGTH},
    )
    configuration = model.config.to_dict()
    make_bert.write_json(
        folder / "config.json",
        {
            "architectures": [type(model).__name__],
            **{name: configuration[name] for name in names},
            "id2label": {"0": "LABEL_0"},
            "label2id": {"LABEL_0": 0},
        },
    )


def encoded(tokenizer: tokenizers.Tokenizer) -> list[tokenizers.Encoding]:
    tokenizer.enable_truncation(max_length=MAXIMUM_LENGTH, strategy="longest_first")
    return [tokenizer.encode(query, document) for query, document in PAIRS]


def run(model, encodings: list[tokenizers.Encoding]) -> torch.Tensor:
    def padded(lists, value=0):
        sequences = [torch.tensor(values) for values in lists]
        return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=value)

    return model(
        input_ids=padded([encoding.ids for encoding in encodings], model.config.pad_token_id),
        token_type_ids=padded([encoding.type_ids for encoding in encodings]),
        attention_mask=padded([[1] * len(encoding.ids) for encoding in encodings]),
    ).logits


def loss_of(model, encodings: list[tokenizers.Encoding]) -> torch.Tensor:
    logits = run(model, encodings).squeeze(1)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(LABELS, dtype=logits.dtype))


def ten_steps(model, encodings: list[tokenizers.Encoding]) -> tuple[list[float], list[float]]:
    """Losses before each update, and gradient norms before clipping."""
    optimizer = torch.optim.AdamW(make_bert.parameter_groups(model), **make_bert.OPTIMIZER)
    losses, norms = [], []
    for _ in range(make_bert.STEPS):
        optimizer.zero_grad()
        loss = loss_of(model, encodings)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), make_bert.CLIP).item())
        losses.append(loss.item())
        optimizer.step()
    return losses, norms


def several_labels(model) -> tuple[torch.nn.Module, torch.Tensor]:
    """The same encoder with a classifier of three labels, and its weight."""
    model = copy.deepcopy(model)
    weight = torch.randn((3, model.config.hidden_size), generator=torch.Generator().manual_seed(6)).float()
    last = torch.nn.Linear(model.config.hidden_size, 3)
    if hasattr(model.classifier, "out_proj"):
        model.classifier.out_proj = last
    else:
        model.classifier = last
    model.num_labels = model.config.num_labels = 3
    with torch.no_grad():
        last.weight.copy_(weight)
        last.bias.copy_(torch.tensor([0.5, -0.25, 0.0]))
    return model, weight


def compute(model, encodings: list[tokenizers.Encoding]) -> dict[str, torch.Tensor]:
    model = copy.deepcopy(model)
    precision = next(model.parameters()).dtype
    tensors = {}
    three, weight = several_labels(model)
    with torch.no_grad():
        tensors["logits"] = run(model, encodings).squeeze(1)
        tensors["three.classifier.weight"] = weight
        tensors["three.logits"] = run(three.to(precision), encodings)
    loss = loss_of(model, encodings)
    loss.backward()
    tensors["loss"] = loss.detach().reshape(1)
    for name, parameter in model.named_parameters():
        tensors[f"gradient.{name}"] = parameter.grad.clone()
    losses, norms = ten_steps(model, encodings)
    tensors["adamW.losses"] = torch.tensor(losses, dtype=torch.float64)
    tensors["adamW.norms"] = torch.tensor(norms, dtype=torch.float64)
    return tensors


def make(
    folder: pathlib.Path, model, names: list[str], script: str, key_bias: str,
    family: make_bert.Family = make_bert.BERT,
) -> None:  # fmt: skip
    """Writes the folder of a model and its golden values; `key_bias` is in the names of biases of attention keys."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    pieces = make_bert.vocabulary(family)
    write_folder(folder, model, pieces, names, family)
    encodings = encoded(make_bert.tokenizer_of(pieces, family))
    python = transformers.AutoTokenizer.from_pretrained(str(folder))
    texts = python([query for query, _ in PAIRS], [document for _, document in PAIRS], truncation=True)
    assert texts["input_ids"] == [encoding.ids for encoding in encodings]
    golden = compute(copy.deepcopy(model).double(), encodings)

    single = compute(model, encodings)
    distances = {name: make_bert.distance(name, golden, single) for name in golden if key_bias not in name}
    worst = {
        prefix: max((value, name) for name, value in distances.items() if name.startswith(prefix))
        for prefix in ["logits", "three.logits", "loss", "gradient", "adamW.losses", "adamW.norms"]
    }
    for prefix, (value, name) in worst.items():
        print(f"PyTorch in Float32, {prefix}: within {value:.1e} ({name})")

    golden = make_bert.with_stored_names(golden, family)
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in golden.items()}
    save_file(tensors, folder / "golden.safetensors")
    make_bert.write_json(
        folder / "golden.json",
        {
            "made by": f"Tests/Goldens/make/{script}",
            "versions": {**make_bert.versions(), "tokenizers": tokenizers.__version__},
            "computed in": "Float64 from the Float32 weights, eager attention; rounded to Float32 once",
            "tensors": {
                "logits": "[pairs] of the model",
                "three.classifier.weight, three.logits": "[3, 32] another classifier, its bias 0.5, -0.25, 0;"
                " [pairs, 3] its logits behind the same encoder",
                "loss": "[1] mean binary cross-entropy of the logits with the labels",
                "gradient.NAME": "of that loss, for every parameter",
                "adamW.losses, adamW.norms": "[10] of each step: loss before its update, norm before clipping",
            },
            "adamW": "as in bert-tiny/golden.json",
            "float32 distance": {prefix: float(f"{value:.1e}") for prefix, (value, _) in worst.items()},
            "pairs": [
                {"query": query, "document": document, "label": label, "ids": encoding.ids, "types": encoding.type_ids}
                for (query, document), label, encoding in zip(PAIRS, LABELS, encodings)
            ],
        },
    )
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: losses {[round(x, 5) for x in tensors['adamW.losses'].tolist()]}")
    print(f"norms {[round(x, 3) for x in tensors['adamW.norms'].tolist()]}, {size} bytes in all")
    print(f"logits {[round(x, 3) for x in tensors['logits'].tolist()]}, lengths {[len(e.ids) for e in encodings]}")


if __name__ == "__main__":
    keys = sorted([*make_bert.KEYS, "classifier_dropout"])
    model = random_model(len(make_bert.vocabulary()))
    make(make_bert.GOLDENS / "cross-encoder-tiny", model, keys, "make_cross_encoder.py", ".key.bias")
