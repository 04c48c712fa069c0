"""Makes Tests/Goldens/distilbert-tiny and distilbert-cross-encoder-tiny: a random two-layer DistilBERT as a
sentence-transformers folder, the same with a classifier as transformers writes it, and what PyTorch computes of both.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_distilbert.py

The files are those of make_bert.py and make_cross_encoder.py, which say what is in them. DistilBERT has no token types:
those of the batch and of the tokenizer are read by nobody.
"""

import copy

import torch
import transformers

import make_bert
import make_cross_encoder

KEYS = """activation attention_dropout dim dropout hidden_dim initializer_range max_position_embeddings model_type n_heads
n_layers pad_token_id sinusoidal_pos_embds vocab_size""".split()
KEY_BIAS = ".k_lin.bias"


def random_distilbert() -> transformers.DistilBertModel:
    torch.manual_seed(7)
    configuration = transformers.DistilBertConfig(
        vocab_size=len(make_bert.vocabulary()),
        dim=32,
        n_layers=2,
        n_heads=4,
        hidden_dim=64,
        max_position_embeddings=make_bert.MAXIMUM_LENGTH,
        dropout=0.0,
        attention_dropout=0.0,
        seq_classif_dropout=0.0,
    )
    configuration._attn_implementation = "eager"
    return make_bert.randomized(transformers.DistilBertModel(configuration))


def with_classifier(base: transformers.DistilBertModel) -> transformers.DistilBertForSequenceClassification:
    configuration = copy.deepcopy(base.config)
    configuration.num_labels = 1
    configuration._attn_implementation = "eager"
    model = transformers.DistilBertForSequenceClassification(configuration)
    model.distilbert.load_state_dict(base.state_dict())
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for part in [model.pre_classifier, model.classifier]:
            for parameter in part.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return model.eval()


def main() -> None:
    base = random_distilbert()
    make_bert.make(make_bert.GOLDENS / "distilbert-tiny", base, KEYS, "make_distilbert.py", KEY_BIAS)
    make_cross_encoder.make(
        make_bert.GOLDENS / "distilbert-cross-encoder-tiny", with_classifier(base),
        sorted([*KEYS, "seq_classif_dropout"]), "make_distilbert.py", KEY_BIAS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
