"""Makes the tiny models with rotary positions in Tests/Goldens, random ModernBERT, NomicBERT and GTE: each as a
sentence-transformers folder and with a classifier as transformers writes it, and what PyTorch computes of them.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_rotary.py

The files are those of make_bert.py and make_cross_encoder.py, which say what is in them. Where transformers joins
parameters in its files, so do the gradients. Transformers' ModernBERT turns queries and keys in Float32 and takes the
softmax in Float32, whatever the weights are; here NomicBERT's functions, which differ in nothing else, stand in.
"""

import copy
import dataclasses
import functools
import pathlib
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file
from transformers.models.modernbert import modeling_modernbert
from transformers.models.nomic_bert import modeling_nomic_bert

import make_bert
import make_cross_encoder

SCRIPT = "make_rotary.py"
COMMON = """hidden_size initializer_range intermediate_size max_position_embeddings model_type num_attention_heads
num_hidden_layers pad_token_id rope_parameters vocab_size""".split()
MODERNBERT = """attention_bias attention_dropout bos_token_id cls_token_id embedding_dropout eos_token_id
hidden_activation initializer_cutoff_factor local_attention mlp_bias mlp_dropout norm_bias norm_eps
sep_token_id""".split()
MODERNBERT_HEAD = "classifier_activation classifier_bias classifier_dropout classifier_pooling layer_types".split()
BERT = """attention_probs_dropout_prob hidden_act hidden_dropout_prob layer_norm_eps type_vocab_size""".split()
# Parts of names of biases of attention keys, whose gradients are zero where positions do not turn them.
NO_KEY_BIAS = "no such bias"
FULL, SLIDING = "full_attention", "sliding_attention"


def adapt() -> None:
    """Makes transformers compute in the precision of the weights, and its models what the files say of them."""
    modeling_modernbert.apply_rotary_pos_emb = modeling_nomic_bert.apply_rotary_pos_emb
    modeling_modernbert.eager_attention_forward = modeling_nomic_bert.eager_attention_forward
    modernbert_forward, gte_forward = transformers.ModernBertModel.forward, transformers.GteModel.forward

    @functools.wraps(modernbert_forward)
    def states_of_models_that_end_there(self, *inputs, **settings):
        output = modernbert_forward(self, *inputs, **settings)
        if output.hidden_states:
            inner = [self.final_norm(states) for states in output.hidden_states[1:-1]]
            output.hidden_states = (output.hidden_states[0], *inner, output.last_hidden_state)
        return output

    @functools.wraps(gte_forward)
    def with_the_types_there_are(self, *inputs, token_type_ids=None, **settings):
        types = {"token_type_ids": token_type_ids} if self.config.type_vocab_size > 1 else {}
        return gte_forward(self, *inputs, **types, **settings)

    transformers.ModernBertModel.forward = states_of_models_that_end_there
    transformers.GteModel.forward = with_the_types_there_are


def stored(model, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors of parameters, under the names and in the layout of transformers' files, which may join parameters."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensors[name]) if name in tensors else parameter.fill_(float("nan"))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        saved = load_file(pathlib.Path(folder) / "model.safetensors")
    return {name: tensor for name, tensor in saved.items() if not tensor.isnan().any()}


def modernbert(**settings) -> transformers.ModernBertConfig:
    special = {
        f"{role}_token_id": make_bert.SPECIAL.index(token)
        for role, token in [("pad", "[PAD]"), ("cls", "[CLS]"), ("bos", "[CLS]"), ("sep", "[SEP]"), ("eos", "[SEP]")]
    }
    return transformers.ModernBertConfig(
        vocab_size=len(make_bert.vocabulary()), hidden_size=32, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=make_bert.MAXIMUM_LENGTH, local_attention=8, **special, **settings,
    )  # fmt: skip


def sizes() -> dict:
    return {
        "vocab_size": len(make_bert.vocabulary()), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 48, "max_position_embeddings": make_bert.MAXIMUM_LENGTH, "pad_token_id": 0,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip


def ntk(theta: float, factor: float, head_width: int) -> dict:
    """NTK scaling as the code of GTE computes it, in the terms of transformers, which has no name for it."""
    return {"rope_type": "linear", "rope_theta": theta * factor, "factor": factor ** (2 / head_width)}


def random_model(kind: type, configuration, seed: int):
    torch.manual_seed(seed)
    configuration = copy.deepcopy(configuration)
    configuration.num_labels = 1
    configuration._attn_implementation = "eager"
    return make_bert.randomized(kind(configuration))


# Seeds with which the loss neither vanishes at once nor turns on the last bits of Float32.
MODELS = {
    "modernbert-tiny": lambda: (
        random_model(
            transformers.ModernBertModel, modernbert(num_hidden_layers=3, global_attn_every_n_layers=2), 109
        ),
        [*COMMON, *MODERNBERT, "global_attn_every_n_layers"],
    ),
    # The last layer has a window, so the first token does not see all others.
    "modernbert-cross-encoder-tiny": lambda: (
        random_model(
            transformers.ModernBertForSequenceClassification,
            modernbert(num_hidden_layers=3, layer_types=[FULL, FULL, SLIDING]), 12,
        ),
        COMMON + MODERNBERT + MODERNBERT_HEAD,
    ),
    "modernbert-mean-cross-encoder-tiny": lambda: (
        random_model(
            transformers.ModernBertForSequenceClassification,
            modernbert(
                num_hidden_layers=2, layer_types=[SLIDING, FULL], classifier_pooling="mean", hidden_activation="silu",
                classifier_activation="silu", norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True,
            ), 13,
        ),
        COMMON + MODERNBERT + MODERNBERT_HEAD,
    ),
    "nomic-bert-tiny": lambda: (
        random_model(transformers.NomicBertModel, transformers.NomicBertConfig(**sizes()), 35), COMMON + BERT,
    ),
    "nomic-bert-cross-encoder-tiny": lambda: (
        random_model(transformers.NomicBertForSequenceClassification, transformers.NomicBertConfig(**sizes()), 15),
        [*COMMON, *BERT, "classifier_dropout"],
    ),
    "gte-tiny": lambda: (
        random_model(
            transformers.GteModel,
            transformers.GteConfig(**sizes(), type_vocab_size=1, rope_parameters=ntk(20000.0, 8.0, 8)), 35,
        ),
        COMMON + BERT,
    ),
    "gte-cross-encoder-tiny": lambda: (
        random_model(
            transformers.GteForSequenceClassification,
            transformers.GteConfig(
                **sizes(), type_vocab_size=2, rope_parameters={"rope_type": "default", "rope_theta": 500.0}
            ), 17,
        ),
        [*COMMON, *BERT, "classifier_dropout"],
    ),
}  # fmt: skip


def main() -> None:
    adapt()
    for name in sys.argv[1:] or MODELS:
        model, keys = MODELS[name]()
        family = dataclasses.replace(make_bert.BERT, stored=functools.partial(stored, model), keeps_final=False)
        maker = make_cross_encoder if "cross-encoder" in name else make_bert
        maker.make(make_bert.GOLDENS / name, model, sorted(keys), SCRIPT, NO_KEY_BIAS, family)


if __name__ == "__main__":
    main()
