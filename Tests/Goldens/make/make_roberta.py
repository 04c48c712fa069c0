"""Makes Tests/Goldens/{roberta,mpnet}-tiny and {roberta,mpnet}-cross-encoder-tiny: a random two-layer XLM-RoBERTa and
MPNet as sentence-transformers folders, the same with a classifier as transformers writes them, and what PyTorch computes.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_roberta.py

The files are those of make_bert.py and make_cross_encoder.py, which say what is in them. The batch has the padding
token inside texts, where it takes no position; that of MPNet has a text of more than 130 tokens, which reaches the last
bucket of relative positions.
"""

import copy
import dataclasses

import torch
import transformers

import make_bert
import make_cross_encoder

ROBERTA = make_bert.Family(
    special=("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
    roles={
        "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>", "mask_token": "<mask>",
        "bos_token": "<s>", "eos_token": "</s>",
    },
    templates=("<s>:0 $A:0 </s>:0", "<s>:0 $A:0 </s>:0 </s>:0 $B:0 </s>:0"),
    tokenizer_settings={"tokenizer_class": "PreTrainedTokenizerFast"},
    has_vocabulary_file=False,
    padding_inside=((1, 5), (1, 19), (3, 0), (5, 3), (5, 4)),
    keeps_final=False,
)  # fmt: skip
MPNET = dataclasses.replace(ROBERTA, lengths=(1, 20, 140, 13, 2, 9))
KEYS = """attention_probs_dropout_prob hidden_act hidden_dropout_prob hidden_size initializer_range
intermediate_size layer_norm_eps max_position_embeddings model_type num_attention_heads num_hidden_layers
pad_token_id vocab_size""".split()
SIZES = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
    "layer_norm_eps": 1e-5, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
}  # fmt: skip


def random_model(kind, family: make_bert.Family, seed: int, **settings):
    """A model of random weights; those of the padding token are not the zeros that PyTorch gives them."""
    torch.manual_seed(seed)
    configuration = kind.config_class(vocab_size=len(make_bert.vocabulary(family)), **SIZES, **settings)
    configuration._attn_implementation = "eager"
    return make_bert.randomized(kind(configuration))


def with_classifier(base, kind, seed: int):
    configuration = copy.deepcopy(base.config)
    configuration.num_labels = 1
    configuration._attn_implementation = "eager"
    model = kind(configuration)
    weights = {name: tensor for name, tensor in base.state_dict().items() if not name.startswith("pooler.")}
    getattr(model, model.base_model_prefix).load_state_dict(weights)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.classifier.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return model.eval()


def make(name: str, base, kind, keys: list[str], head_keys: list[str], key_bias: str, family: make_bert.Family) -> None:
    make_bert.make(make_bert.GOLDENS / f"{name}-tiny", base, keys, "make_roberta.py", key_bias, family)
    make_cross_encoder.make(
        make_bert.GOLDENS / f"{name}-cross-encoder-tiny", with_classifier(base, kind, 8), sorted([*keys, *head_keys]),
        "make_roberta.py", key_bias, family,
    )  # fmt: skip


def main() -> None:
    positions = make_bert.MAXIMUM_LENGTH + 2
    roberta = random_model(
        transformers.XLMRobertaModel, ROBERTA, 9, max_position_embeddings=positions, type_vocab_size=2
    )
    make(
        "roberta", roberta, transformers.XLMRobertaForSequenceClassification, sorted([*KEYS, "type_vocab_size"]),
        ["classifier_dropout"], ".key.bias", ROBERTA,
    )  # fmt: skip
    mpnet = random_model(transformers.MPNetModel, MPNET, 10, max_position_embeddings=max(MPNET.lengths) + 2)
    make(
        "mpnet", mpnet, transformers.MPNetForSequenceClassification, sorted([*KEYS, "relative_attention_num_buckets"]),
        [], ".attn.k.bias", MPNET,
    )  # fmt: skip


if __name__ == "__main__":
    main()
