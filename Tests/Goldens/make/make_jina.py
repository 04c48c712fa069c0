"""Makes Tests/Goldens/jina-tiny and jina-cross-encoder-tiny: a random two-layer encoder of jina-embeddings-v3 as a
sentence-transformers folder, the same with a classifier as transformers writes it, and what PyTorch computes of both;
and jina-tasks-tiny: the first in the dialect of its authors' code, with adapters of three tasks.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_jina.py

The files are those of make_bert.py and make_cross_encoder.py, which say what is in them. `golden-tasks.safetensors` has
the vectors that sentence-transformers gives for the texts of jina-tiny, in Float64 from the Float32 weights: without a
task, and with the adapter of each task, on each side of a search with the instruction of that side.
"""

import dataclasses
import functools
import json
import pathlib
import shutil
import tempfile

import numpy
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file

import make_bert
import make_cross_encoder
import make_roberta
import make_rotary

SCRIPT = "make_jina.py"
KEYS = [*make_roberta.KEYS, "rope_parameters", "type_vocab_size"]
TASKS = ["retrieval.query", "retrieval.passage", "text-matching"]
SIDES = {"query": "retrieval.query", "document": "retrieval.passage"}
INSTRUCTIONS = {"retrieval.query": "search query: ", "retrieval.passage": "the text: ", "text-matching": ""}
RANK, ALPHA = 2, 3
PARAMETRIZATION = ".parametrizations.weight"


def family_of(model) -> make_bert.Family:
    return dataclasses.replace(make_roberta.ROBERTA, stored=functools.partial(make_rotary.stored, model))


# MARK: Adapters


def adapted(weights: dict[str, torch.Tensor]) -> list[str]:
    """The keys of the weights of linear maps and tables, all of which have adapters."""
    return [key for key, tensor in weights.items() if tensor.ndim == 2]


def random_adapters(weights: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """A and B of all tasks: W + (alpha / rank) B A for a map, W + (alpha / rank) A B for a table of embeddings."""
    generator = torch.Generator().manual_seed(14)
    adapters = {}
    for key in adapted(weights):
        rows, columns = weights[key].shape
        a, b = ((RANK, columns), (rows, RANK)) if not is_table(key) else ((rows, RANK), (RANK, columns))
        adapters[key] = tuple(torch.randn((len(TASKS), *shape), generator=generator) * 0.2 for shape in (a, b))
    return adapters


def is_table(key: str) -> bool:
    return "embeddings." in key


def merged(weights: dict, adapters: dict, task: str) -> dict[str, torch.Tensor]:
    result = {key: tensor.double() for key, tensor in weights.items()}
    for key, (a, b) in adapters.items():
        a, b = (factor[TASKS.index(task)].double() for factor in (a, b))
        result[key] += ALPHA / RANK * (a @ b if is_table(key) else b @ a)
    return result


# MARK: The folder


def authors_weights(weights: dict, adapters: dict) -> dict[str, torch.Tensor]:
    result = {}
    for key, tensor in weights.items():
        if key not in adapters:
            result[f"roberta.{key}"] = tensor
            continue
        layer = f"roberta.{key.removesuffix('.weight')}{PARAMETRIZATION}"
        result[f"{layer}.original"] = tensor
        for name, factor in zip("AB", adapters[key]):
            result[f"{layer}.0.lora_{name}"] = factor
    return {key: tensor.contiguous() for key, tensor in result.items()}


def authors_configuration(native: dict) -> dict:
    own = ["architectures", "model_type", "rope_parameters"]
    code = "jinaai/xlm-roberta-flash-implementation--"
    return {
        "architectures": ["XLMRobertaLoRA"],
        "auto_map": {
            "AutoConfig": code + "configuration_xlm_roberta.XLMRobertaFlashConfig",
            "AutoModel": code + "modeling_lora.XLMRobertaLoRA",
        },
        **{key: value for key, value in native.items() if key not in own},
        "emb_pooler": None, "load_trained_adapters": True, "lora_adaptations": TASKS, "lora_alpha": ALPHA,
        "lora_dropout_p": 0.0, "lora_main_params_trainable": False, "lora_rank": RANK, "matryoshka_dimensions": [8, 32],
        "model_type": "xlm-roberta", "position_embedding_type": "rotary",
        "rotary_emb_base": native["rope_parameters"]["rope_theta"], "task_instructions": INSTRUCTIONS,
        "torch_dtype": "float32", "truncate_dim": None, "use_flash_attn": True,
    }  # fmt: skip


def make_tasks(source: pathlib.Path, folder: pathlib.Path) -> None:
    weights = load_file(source / "model.safetensors")
    adapters = random_adapters(weights)
    folder.mkdir(exist_ok=True)
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]:
        shutil.copy(source / name, folder / name)
    shutil.copytree(source / "1_Pooling", folder / "1_Pooling", dirs_exist_ok=True)
    modules = json.loads((source / "modules.json").read_text(encoding="utf-8"))
    modules[0] |= {"type": "custom_st.Transformer", "kwargs": ["task"]}
    make_bert.write_json(folder / "modules.json", modules)
    native = json.loads((source / "config.json").read_text(encoding="utf-8"))
    make_bert.write_json(folder / "config.json", authors_configuration(native))
    make_bert.write_json(
        folder / "config_sentence_transformers.json",
        {
            "__version__": make_bert.versions(), "prompts": INSTRUCTIONS, "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )  # fmt: skip
    save_file(authors_weights(weights, adapters), folder / "model.safetensors", metadata={"format": "pt"})

    vectors = {"none": encode(source, {key: tensor.double() for key, tensor in weights.items()}, "")}
    for task in TASKS:
        for side, own in SIDES.items():
            instruction = INSTRUCTIONS[own if task in SIDES.values() else task]
            vectors[f"{task}.{side}"] = encode(source, merged(weights, adapters, task), instruction)
    save_file(vectors, folder / "golden-tasks.safetensors")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: vectors of {len(vectors)} kinds, {size} bytes in all")


def encode(source: pathlib.Path, weights: dict[str, torch.Tensor], prompt: str) -> torch.Tensor:
    """The vectors of a folder's model with other weights."""
    with tempfile.TemporaryDirectory() as name:
        copy = pathlib.Path(name) / "model"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("golden*"))
        save_file({key: tensor.contiguous() for key, tensor in weights.items()}, copy / "model.safetensors")
        model = sentence_transformers.SentenceTransformer(
            str(copy), device="cpu", model_kwargs={"dtype": torch.float64, "attn_implementation": "eager"}
        ).double()
        texts = make_bert.TEXTS
        vectors = numpy.asarray(model.encode(texts, prompt=prompt, batch_size=len(texts)))
    return torch.from_numpy(vectors).float().contiguous()


def main() -> None:
    base = make_roberta.random_model(
        transformers.JinaEmbeddingsV3Model, make_roberta.ROBERTA, 11, max_position_embeddings=make_bert.MAXIMUM_LENGTH,
        type_vocab_size=2, rope_parameters={"rope_theta": 20000.0, "rope_type": "default"},
    )  # fmt: skip
    scorer = make_roberta.with_classifier(base, transformers.JinaEmbeddingsV3ForSequenceClassification, 12)
    folder = make_bert.GOLDENS / "jina-tiny"
    make_bert.make(folder, base, sorted(KEYS), SCRIPT, make_rotary.NO_KEY_BIAS, family_of(base))
    make_cross_encoder.make(
        make_bert.GOLDENS / "jina-cross-encoder-tiny", scorer, sorted([*KEYS, "classifier_dropout"]), SCRIPT,
        make_rotary.NO_KEY_BIAS, family_of(scorer),
    )  # fmt: skip
    make_tasks(folder, make_bert.GOLDENS / "jina-tasks-tiny")


if __name__ == "__main__":
    main()
