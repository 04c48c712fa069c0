"""Makes Tests/Goldens/electra-tiny and electra-cross-encoder-tiny: a random two-layer ELECTRA as a sentence-transformers
folder, the same with a classifier as transformers writes it, and what PyTorch computes of both.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_electra.py

The files are those of make_bert.py and make_cross_encoder.py, which say what is in them. The embeddings are narrower than
the hidden states, so there is a projection between them, and the batch has the padding token inside texts.
"""

import dataclasses

import torch
import transformers

import make_bert
import make_cross_encoder
import make_roberta

ELECTRA = dataclasses.replace(make_bert.BERT, padding_inside=((1, 5), (1, 19), (3, 0)), keeps_final=False)
KEYS = sorted([*make_bert.KEYS, "embedding_size"])


def random_electra() -> transformers.ElectraModel:
    torch.manual_seed(14)
    configuration = transformers.ElectraConfig(
        vocab_size=len(make_bert.vocabulary()),
        embedding_size=12,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=make_bert.MAXIMUM_LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    configuration._attn_implementation = "eager"
    return make_bert.randomized(transformers.ElectraModel(configuration))


def main() -> None:
    base = random_electra()
    make_bert.make(make_bert.GOLDENS / "electra-tiny", base, KEYS, "make_electra.py", ".key.bias", ELECTRA)
    make_cross_encoder.make(
        make_bert.GOLDENS / "electra-cross-encoder-tiny",
        make_roberta.with_classifier(base, transformers.ElectraForSequenceClassification, 8),
        sorted([*KEYS, "classifier_dropout"]), "make_electra.py", ".key.bias", ELECTRA,
    )  # fmt: skip


if __name__ == "__main__":
    main()
