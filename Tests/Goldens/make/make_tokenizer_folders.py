#!/usr/bin/env python3
"""Asks sentence-transformers which ids the tokenizers of many small folders give, and writes down the answers.

    python3 -m venv /tmp/venv-folders
    /tmp/venv-folders/bin/pip install torch sentence-transformers==6.2.0 transformers==5.24.0 tokenizers==0.23.3
    /tmp/venv-folders/bin/python Tests/Goldens/make/make_tokenizer_folders.py

Writes Tests/TokenizersTests/Goldens/folders.jsonl: the texts first, then a row for each folder with its files and the ids
and token types of every text and pair. The folders named in CHOSEN differ by one thing from a plain one; the others are
random mixtures of everything that decides the ids. Everything is seeded: the same libraries give the same bytes.
"""

import json
import logging
import os
import pathlib
import random
import tempfile
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import sentence_transformers.base.modules.transformer as transformer  # noqa: E402
from tokenizers import normalizers  # noqa: E402
from transformers import AutoProcessor  # noqa: E402

GOLDEN = pathlib.Path(__file__).absolute().parents[3] / "Tests/TokenizersTests/Goldens/folders.jsonl"
POSITIONS = 16
RANDOM = 40
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = SPECIAL + "a b ab ##b A B É e é E 東 京 東京 ##京 i new gimp GIMP ##x x [Q] [x1] [ ] q Q 1 ##1 <s> </s> < >".split()
TEXTS = [
    "", "a b ab", "A B É é e\u0301", "東京 a", "a [MASK] b [SEP] [sep] [mask]", "[x1] and gimp GIMP Gimp [Q] [q]",
    "new New NEW a", "İ ı i", "<s> a </s> b", "a[Q]b  [MASK]  a", " ".join("ab"[n % 2] for n in range(30)),
]
PAIRS = [(TEXTS[n], TEXTS[(n * 5 + 3) % len(TEXTS)]) for n in range(len(TEXTS))] + [("a b a b a b a b a b", "é a")]


def template(cls="[CLS]", sep="[SEP]"):
    first, last = ({"SpecialToken": {"id": token, "type_id": 0}} for token in (cls, sep))
    single = [first, {"Sequence": {"id": "A", "type_id": 0}}, last]
    second = [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": sep, "type_id": 1}}]
    table = {token: {"id": token, "ids": [WORDS.index(token)], "tokens": [token]} for token in (cls, sep)}
    return {"type": "TemplateProcessing", "single": single, "pair": single + second, "special_tokens": table}


def added(content, number=None, **options):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **options}
    return {"id": WORDS.index(content) if number is None else number, "content": content, **flags}


def bert(**options):
    standard = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    return {"type": "BertNormalizer", **standard, **options}


def tokenizer_json(**sections):
    model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
    vocabulary = {token: number for number, token in enumerate(WORDS)}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(token) for token in SPECIAL],
        "normalizer": bert(), "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": template(),
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}, **sections,
        "model": {**model, **sections.get("model", {}), "vocab": vocabulary},
    }


def folder(settings=None, json_=True, sentence=None, config=None, **files):
    """The files of a folder; `files` by the first part of their names."""
    made = {"config.json": {"model_type": "bert", "max_position_embeddings": POSITIONS, **(config or {})}}
    if json_ is not False:
        made["tokenizer.json"] = tokenizer_json() if json_ is True else json_
    else:
        made["vocab.txt"] = "".join(word + "\n" for word in WORDS)
    if settings is not None:
        made["tokenizer_config.json"] = settings
    if sentence is not None:
        made["modules.json"] = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
        made["sentence_bert_config.json"] = sentence
    return {**made, **{f"{name}.json": value for name, value in files.items()}}


CASED = tokenizer_json(normalizer=bert(lowercase=False))
LEFT = {"direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0}
CHOSEN = {
    "plain": folder(),
    "vocabulary alone": folder(json_=False),
    "vocabulary alone with a setting of the class in Python": folder({"do_basic_tokenize": False}, False),
    "capitals in tokenizer.json, nothing stated": folder(json_=CASED),
    "capitals in tokenizer.json, capitals stated": folder({"do_lower_case": False}, CASED),
    "capitals stated only": folder({"do_lower_case": False}),
    "accents in tokenizer.json, null stated": folder({"strip_accents": None}, tokenizer_json(normalizer=bert(strip_accents=False))),
    "ideographs joined in tokenizer.json, nothing stated": folder({}, tokenizer_json(normalizer=bert(handle_chinese_chars=False))),
    "other words and processor in tokenizer.json": folder(None, tokenizer_json(
        pre_tokenizer={"type": "WhitespaceSplit"}, post_processor={"type": "RobertaProcessing", "sep": ["</s>", WORDS.index("</s>")], "cls": ["<s>", WORDS.index("<s>")],
                                                                   "trim_offsets": True, "add_prefix_space": False})),
    "the same for a class that takes tokenizer.json as it stands": folder({"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer_json(
        pre_tokenizer={"type": "WhitespaceSplit"}, normalizer=bert(lowercase=False))),
    "no token types by the class": folder({"tokenizer_class": "DistilBertTokenizerFast"}),
    "no token types by the class in config.json": folder(config={"tokenizer_class": "DistilBertTokenizer"}),
    "no token types by the input names": folder({"model_input_names": ["input_ids", "attention_mask"]}),
    "token types by the input names": folder(
        {"tokenizer_class": "TokenizersBackend", "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}),
    "cut at the left": folder({"truncation_side": "left", "model_max_length": 8}),
    "cut at the left by tokenizer.json": folder({"model_max_length": 8}, tokenizer_json(truncation=LEFT)),
    "cut at the right against tokenizer.json": folder({"truncation_side": "right", "model_max_length": 8}, tokenizer_json(truncation=LEFT)),
    "the length by its old name": folder({"max_len": 7}),
    "the length by both names": folder({"max_len": 7, "model_max_length": 9}),
    "a length of null before the old name": folder({"max_len": 7, "model_max_length": None}),
    "the length of sentence-transformers": folder({"model_max_length": 9}, sentence={"max_seq_length": 6}),
    "the length in an argument": folder({"model_max_length": 9}, sentence={"max_seq_length": 6, "tokenizer_args": {"model_max_length": 7}}),
    "the settings of sentence-transformers under another name": folder(
        sentence={}, **{"sentence_roberta_config": {"max_seq_length": 5, "do_lower_case": True}}),
    "the settings of sentence-transformers without modules": folder(**{"sentence_bert_config": {"max_seq_length": 5}}),
    "lower case by sentence-transformers": folder({"do_lower_case": False}, CASED, sentence={"do_lower_case": True}),
    "lower case and a token that is looked for in the normal form": folder(
        {"do_lower_case": False}, tokenizer_json(added_tokens=[added("New", len(WORDS), normalized=True, special=False)]),
        sentence={"do_lower_case": True}),
    "arguments of the tokenizer": folder({"do_lower_case": True}, sentence={
        "processor_kwargs": {"do_lower_case": False, "strip_accents": True, "truncation_side": "left", "use_fast": True}}),
    "a special token in tokenizer_config.json": folder({"additional_special_tokens": ["[x1]", "[Q]"]}),
    "special tokens of the map": folder(special_tokens_map={"cls_token": "<s>", "additional_special_tokens": ["[x1]"],
                                                            "sep_token": {"content": "</s>", "lstrip": True, "normalized": True}}),
    "the map beside newer settings": folder({"added_tokens_decoder": {}}, special_tokens_map={"cls_token": "<s>"}),
    "added_tokens.json": folder(added_tokens={"Gimp": len(WORDS), "[Q]": WORDS.index("[Q]")}),
    "added_tokens.json beside vocab.txt": folder(json_=False, added_tokens={"Gimp": len(WORDS)}),
    "added tokens in tokenizer_config.json": folder({"added_tokens_decoder": {
        str(len(WORDS)): {"content": "and", "rstrip": True}, str(WORDS.index("[Q]")): {"content": "[Q]", "special": True, "lstrip": True}}}),
    "a token of tokenizer.json that newer settings leave out": folder(
        {"added_tokens_decoder": {}}, tokenizer_json(added_tokens=[added("gimp", normalized=True, special=False)])),
    "another unknown token and other limits of words in tokenizer.json": folder(None, tokenizer_json(
        model={"unk_token": "x", "max_input_chars_per_word": 1, "continuing_subword_prefix": ""})),
    "special tokens of a text are text": folder({"split_special_tokens": True}),
}


def mixture(rng):
    """A random folder."""
    def maybe(chance):
        return rng.random() < chance

    def some(*values):
        return rng.choice(values)

    def flags(content):
        options = {key: maybe(0.4) for key in ("lstrip", "normalized", "rstrip", "single_word", "special") if maybe(0.6)}
        return {"content": content, **options}

    numbers = {word: number for number, word in enumerate(WORDS)}

    def listed(count):
        """Tokens with ids: those of the vocabulary, and new ones behind it."""
        found = {}
        for token in [token for token in SPECIAL if maybe(0.8)] + [some("gimp", "GIMP", "New", "[Q]", "[q]", "é", "a b") for _ in range(count)]:
            found.setdefault(token, numbers[token] if token in numbers else max(len(WORDS), 1 + max(found.values(), default=0)))
        return found

    has_json, files, settings = maybe(0.75), {}, {}
    if maybe(0.6):
        settings["tokenizer_class"] = some("BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizer",
                                           *(["PreTrainedTokenizerFast"] * 3 if has_json else []))
    for key, values in {"do_lower_case": (True, False), "tokenize_chinese_chars": (True, False), "strip_accents": (None, True, False),
                        "model_max_length": (6, 9, 512, None), "truncation_side": ("left", "right"),
                        "model_input_names": (["input_ids", "attention_mask"], ["input_ids", "token_type_ids", "attention_mask"]),
                        "mask_token": (None, "[MASK]", "gimp"), "cls_token": ("[CLS]", "<s>", {"__type": "AddedToken", **flags("<s>")}),
                        "additional_special_tokens": ([], ["gimp"], [{"__type": "AddedToken", **flags("[Q]")}])}.items():
        if maybe(0.3):
            settings[key] = some(*values)
    sections = {}
    if maybe(0.6):
        sections["normalizer"] = some(None, {"type": "Lowercase"}, {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
                                      bert(lowercase=maybe(0.5), strip_accents=some(None, True, False), handle_chinese_chars=maybe(0.5)))
    json_listed = listed(some(0, 1, 2))
    sections["added_tokens"] = [added(token, number, **({} if token in SPECIAL else {key: value for key, value in flags("").items() if key != "content"}))
                                for token, number in json_listed.items()]
    if maybe(0.2):
        sections["truncation"] = LEFT
    if maybe(0.3):
        settings["added_tokens_decoder"] = {str(number): flags(token) for token, number in {**json_listed, **{}}.items()}
    if maybe(0.3):
        files["special_tokens_map"] = {role: some(token, flags(token)) for role, token in zip(
            ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL) if maybe(0.7)}
    if maybe(0.2):
        behind = max([len(WORDS) - 1] + [number for number in json_listed.values()]) + 1
        files["added_tokens"] = {"Gimp": behind if has_json else len(WORDS)}
    sentence = {key: some(*values) for key, values in {"max_seq_length": (None, 5, 9), "do_lower_case": (True, False), "tokenizer_args": (
        {"do_lower_case": False}, {"model_max_length": 7}, {"truncation_side": "left"})}.items() if maybe(0.4)} if maybe(0.5) else None
    return folder(settings if maybe(0.9) else None, tokenizer_json(**sections) if has_json else False, sentence, **files)


def reference(path, has_modules):
    """The tokenizer that sentence-transformers makes of a folder: what its Transformer does, without a model."""
    settings = transformer.Transformer._load_init_kwargs(path, local_files_only=True) if has_modules else {"processor_kwargs": {}}
    arguments = settings["processor_kwargs"]
    if settings.get("max_seq_length") is not None and "model_max_length" not in arguments:
        arguments["model_max_length"] = settings["max_seq_length"]
    made = AutoProcessor.from_pretrained(path, **arguments)
    made.model_max_length = min(made.model_max_length, POSITIONS)
    backend = made.backend_tokenizer
    if settings.get("do_lower_case") and not transformer._has_lowercase(backend.normalizer):
        old = backend.normalizer
        steps = list(old) if isinstance(old, normalizers.Sequence) else [] if old is None else [old]
        backend.normalizer = normalizers.Sequence([normalizers.Lowercase(), *steps])
    return made


def encodings(made, texts, pairs=None):
    found = made(texts, pairs, truncation="longest_first")
    return [[ids, found["token_type_ids"][place] if "token_type_ids" in found else [0] * len(ids)]
            for place, ids in enumerate(found["input_ids"])]


def main():
    rng, cases = random.Random(17), dict(CHOSEN)
    while len(cases) < len(CHOSEN) + RANDOM:
        cases[f"mixture {len(cases) - len(CHOSEN)}"] = mixture(rng)
    rows = [{"texts": TEXTS, "pairs": PAIRS, "positions": POSITIONS}]
    for name, files in cases.items():
        with tempfile.TemporaryDirectory() as path:
            texts = {file: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for file, value in files.items()}
            for file, text in texts.items():
                pathlib.Path(path, file).write_text(text, encoding="utf-8")
            has_modules = "modules.json" in files
            made = reference(path, has_modules)
            texts.pop("modules.json", None)
            rows.append({"name": name, "hasModules": has_modules, "files": texts, "length": made.model_max_length,
                         "single": encodings(made, TEXTS), "pair": encodings(made, *map(list, zip(*PAIRS)))})
    GOLDEN.write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
