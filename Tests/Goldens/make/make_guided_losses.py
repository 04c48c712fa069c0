"""Makes Tests/Goldens/guided: InfoNCE with hardness weighting and with a guide, as sentence-transformers computes them.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_guided_losses.py

Hardness is `hardness_mode` of MultipleNegativesRankingLoss; the guide is GISTEmbedLoss without its contrasts of anchors
and of positives. Inputs are Float32; everything is computed in Float64 and rounded once.
"""

import json
import pathlib

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers.sentence_transformer import losses

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "guided"
WIDTH = 12
# GISTEmbedLoss wants to see that both models read the same tokens; nothing is tokenized here.
TOKENIZER = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(tokenizers.models.WordLevel()))
ROWS = 5

tensors: dict[str, torch.Tensor] = {}
cases: list[dict] = []


class GivenEmbeddings(torch.nn.Module):
    """Stands for a model: the features of a column are its embeddings."""

    def __init__(self, key="embeddings"):
        super().__init__()
        self.key = key
        self.tokenizer = TOKENIZER
        self.max_seq_length = 8

    def forward(self, features):
        return {"sentence_embedding": features[self.key]}

    def get_embedding_dimension(self):
        return WIDTH


def embeddings(seed: int, negatives: int) -> list[torch.Tensor]:
    """Queries, positives and each column of negatives; documents lean to their query."""
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(ROWS, WIDTH, generator=generator)
    documents = [0.5 * queries + 0.6 * torch.randn(ROWS, WIDTH, generator=generator) for _ in range(1 + negatives)]
    return [queries.double(), *(document.double() for document in documents)]


def record(name: str, settings: dict, loss_module, negatives: int, columns, guide=None):
    columns = [column.clone().requires_grad_() for column in columns]
    features = [{"embeddings": column} for column in columns]
    if guide:
        for feature, column in zip(features, guide):
            feature["guide"] = column
    loss = loss_module(features, None)
    loss.backward()
    # Documents in our order: the positives, then the negatives row by row.
    def ours(values):
        return torch.cat([values[1], torch.stack(values[2:], 1).reshape(-1, WIDTH)]) if negatives else values[1]
    entries = {
        "queries": columns[0], "documents": ours(columns), "loss": loss.reshape(1),
        "gradient.queries": columns[0].grad, "gradient.documents": ours([column.grad for column in columns]),
    }
    if guide:
        entries |= {"guide.queries": guide[0], "guide.documents": ours(guide)}
    for key, value in entries.items():
        tensors[f"{name}.{key}"] = value.detach().float().contiguous().clone()
    cases.append({"name": name, "negatives": negatives, "settings": settings})


def main():
    modes = {"own": "hard_negatives", "inBatch": "in_batch_negatives", "all": "all_negatives"}
    for place, (ours, theirs) in enumerate(modes.items()):
        for strength in (0.5, 9.0):
            module = losses.MultipleNegativesRankingLoss(
                GivenEmbeddings(), scale=20.0, hardness_mode=theirs, hardness_strength=strength)
            record(
                f"hardness.{ours}.{strength}", {"temperature": 0.05, "hardness": {"strength": strength, "negatives": ours}},
                module, 2, embeddings(10 + place, 2))
    for place, (kind, margin) in enumerate([("absolute", 0.0), ("absolute", 0.2), ("relative", 0.0), ("relative", 0.3)]):
        for negatives in (0, 1):
            module = losses.GISTEmbedLoss(
                GivenEmbeddings(), GivenEmbeddings("guide"), temperature=0.05, margin_strategy=kind, margin=margin,
                contrast_anchors=False, contrast_positives=False)
            record(
                f"guide.{kind}.{margin}.{negatives}", {"temperature": 0.05, "margin": {kind: margin}}, module, negatives,
                embeddings(30 + place, negatives), embeddings(60 + place, negatives))
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(tensors, FOLDER / "guided.safetensors")
    (FOLDER / "guided.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
