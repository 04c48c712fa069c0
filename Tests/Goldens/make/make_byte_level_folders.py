#!/usr/bin/env python3
"""Asks sentence-transformers which ids the byte-level tokenizers of many small folders give, and writes down the answers.

    python3 -m venv /tmp/venv-folders
    /tmp/venv-folders/bin/pip install torch sentence-transformers==6.2.0 transformers==5.24.0 tokenizers==0.23.3
    /tmp/venv-folders/bin/python Tests/Goldens/make/make_byte_level_folders.py

Writes Tests/TokenizersTests/Goldens/byte-level/folders.jsonl in the form of make_tokenizer_folders.py.
"""

import json
import pathlib
import tempfile

import make_tokenizer_folders as common

GOLDEN = common.GOLDEN.parent / "byte-level/folders.jsonl"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<|endoftext|>", "<mask>", "<|padding|>"]
MERGES = ["h e", "l l", "\u0120 a", "a b", "\u0120a b", "' s", "1 2", "\u00c3 \u00a9", "\u0120 \u00c3\u00a9", "he ll", "\u0120 he", "' S", "A B", "\u0120 <", "s >"]
WORDS = list(dict.fromkeys(SPECIAL + list("abcdehlorswxABES'12!.,<>|/\u0120\u010a\u00c3\u00a9\u00cc\u0123_")
                           + [merge.replace(" ", "") for merge in MERGES]))
TEXTS = ["", "hello a ab", " hello  ab\n\nab ", "he's HE'S 121 1,2", "\u00e9 e\u0301 A\u00e9 B", "x <mask> y <s>a</s>", "<|endoftext|>ab<pad>", "ABAB Gimp gimp GIMP new",
         "[x1] a  <mask>  b", "ab " * 20]
PAIRS = [(TEXTS[n], TEXTS[(n * 3 + 1) % len(TEXTS)]) for n in range(len(TEXTS))] + [("ab ab ab ab ab ab ab ab ab", "he ll")]


def added(content, number=None, **options):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **options}
    return {"id": WORDS.index(content) if number is None else number, "content": content, **flags}


def byte_level(**options):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True, **options}


def roberta(first="<s>", last="</s>"):
    return {"type": "RobertaProcessing", "sep": [last, WORDS.index(last)], "cls": [first, WORDS.index(first)], "trim_offsets": True,
            "add_prefix_space": False}


def template(first=None, last=None):
    special = lambda token, kind: [{"SpecialToken": {"id": token, "type_id": kind}}] if token else []
    single = special(first, 0) + [{"Sequence": {"id": "A", "type_id": 0}}] + special(last, 0)
    pair = single + [{"Sequence": {"id": "B", "type_id": 1}}] + special(last, 1)
    table = {token: {"id": token, "ids": [WORDS.index(token)], "tokens": [token]} for token in (first, last) if token}
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": table}


def tokenizer_json(**sections):
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False,
             "byte_fallback": False, **sections.pop("model", {})}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(token) for token in SPECIAL[:5]] + [added("<mask>", lstrip=True)],
        "normalizer": None, "pre_tokenizer": byte_level(), "post_processor": roberta(), "decoder": byte_level(), **sections,
        "model": {"vocab": {token: number for number, token in enumerate(WORDS)}, "merges": MERGES, **model},
    }


def folder(kind, settings=None, json_=True, sentence=None, config=None, **files):
    made = {"config.json": {"model_type": kind, "max_position_embeddings": common.POSITIONS, **(config or {})}}
    if json_ is not False:
        made["tokenizer.json"] = tokenizer_json() if json_ is True else json_
    else:
        made["vocab.json"] = {token: number for number, token in enumerate(WORDS)}
        made["merges.txt"] = "#version: 0.2\n" + "".join(merge + "\n" for merge in MERGES)
    if settings is not None:
        made["tokenizer_config.json"] = settings
    if sentence is not None:
        made["modules.json"] = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
        made["sentence_bert_config.json"] = sentence
    return {**made, **{f"{name}.json": value for name, value in files.items()}}


QWEN_SPLIT = {"type": "Split", "behavior": "Isolated", "invert": False, "pattern": {"Regex":
              r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"}}
QWEN = {"type": "Sequence", "pretokenizers": [QWEN_SPLIT, byte_level(use_regex=False)]}
OTHER = tokenizer_json(normalizer={"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}, pre_tokenizer=QWEN,
                       post_processor=template("<unk>", "<|endoftext|>"), model={"ignore_merges": True, "unk_token": "<unk>"})
PADDED = tokenizer_json(padding={"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 1, "pad_type_id": 0, "pad_token": "<pad>"})
LEFT = {"direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0}
CHOSEN = {
    "RoBERTa": folder("roberta"),
    "RoBERTa by its name": folder("roberta", {"tokenizer_class": "RobertaTokenizerFast", "model_max_length": 12}),
    "RoBERTa of other parts": folder("roberta", {"tokenizer_class": "RobertaTokenizer"}, OTHER),
    "RoBERTa as the file says": folder("roberta", {"tokenizer_class": "PreTrainedTokenizerFast"}, OTHER),
    "RoBERTa with a space": folder("roberta", {"add_prefix_space": True}),
    "RoBERTa with a space in tokenizer.json": folder("roberta", {}, tokenizer_json(pre_tokenizer=byte_level(add_prefix_space=True))),
    "RoBERTa of older files": folder("roberta", json_=False),
    "RoBERTa of older files with a space": folder("roberta", {"add_prefix_space": True, "tokenizer_class": "RobertaTokenizer"}, False),
    "RoBERTa of older files with added tokens": folder("roberta", None, False, added_tokens={"Gimp": len(WORDS), "<pad>": WORDS.index("<pad>")}),
    "RoBERTa of other roles": folder("roberta", {"cls_token": "<unk>", "sep_token": "<|endoftext|>", "mask_token": {
        "__type": "AddedToken", "content": "<mask>", "lstrip": True, "normalized": False, "rstrip": True, "single_word": False}}),
    "RoBERTa with a map": folder("roberta", special_tokens_map={"mask_token": {"content": "<mask>", "lstrip": True, "normalized": True}, "cls_token": "<pad>"}),
    "RoBERTa with newer settings": folder("roberta", {"added_tokens_decoder": {
        str(WORDS.index("<mask>")): {"content": "<mask>", "lstrip": True, "special": True}, str(len(WORDS)): {"content": "Gimp", "rstrip": True}}}),
    "RoBERTa and add_bos_token": folder("roberta", {"add_bos_token": False, "add_eos_token": True}),
    "RoBERTa of older files and add_bos_token": folder("roberta", {"add_bos_token": True}, False),
    "RoBERTa in lower case": folder("roberta", {}, sentence={"do_lower_case": True, "max_seq_length": 9}),
    "RoBERTa with token types": folder("roberta", {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}),
    "RoBERTa cut at the left": folder("roberta", {"truncation_side": "left", "model_max_length": 8}),
    "RoBERTa cut at the left by tokenizer.json": folder("roberta", {"model_max_length": 8}, tokenizer_json(truncation=LEFT)),
    "RoBERTa, special tokens are text": folder("roberta", {"split_special_tokens": True}),
    "RoBERTa with an extra token": folder("roberta", {"additional_special_tokens": ["[x1]"]}),
    "RoBERTa through GPT-2": folder("roberta", {"tokenizer_class": "GPT2Tokenizer"}),
    "RoBERTa through GPT-2 without a pad token": folder("roberta", {"tokenizer_class": "GPT2TokenizerFast"}, PADDED),
    "GPT-2": folder("gpt2"),
    "GPT-2 of other parts": folder("gpt2", {"tokenizer_class": "GPT2Tokenizer"}, OTHER),
    "GPT-2 without a processor": folder("gpt2", {"add_prefix_space": True}, tokenizer_json(post_processor=None)),
    "GPT-2 with a first token": folder("gpt2", {"add_bos_token": True}, tokenizer_json(post_processor=None)),
    "GPT-2 of older files": folder("gpt2", {}, False),
    "GPT-2 of older files with first and last tokens": folder("gpt2", {"add_bos_token": True, "add_eos_token": True}, False),
    "GPT-2 of older files with a last token": folder("gpt2", {"add_eos_token": True, "eos_token": "</s>"}, False),
    "GPT-NeoX": folder("gpt_neox", {"tokenizer_class": "GPTNeoXTokenizerFast"}, OTHER),
    "GPT-NeoX of older files": folder("gpt_neox", {"add_bos_token": True}, False),
    "Qwen 2": folder("qwen2", {"tokenizer_class": "Qwen2Tokenizer"}, tokenizer_json(post_processor=byte_level(), pre_tokenizer=QWEN)),
    "Qwen 2 of other parts": folder("qwen2", {"tokenizer_class": "PreTrainedTokenizerFast"}, OTHER),
    "Qwen 2 with a space": folder("qwen2", {"add_prefix_space": True}, tokenizer_json(post_processor=template(None, "<|endoftext|>"))),
    "Qwen 2 of older files": folder("qwen2", {}, False),
    "Qwen 3": folder("qwen3", {"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "add_prefix_space": False, "pad_token": "<pad>"},
                     tokenizer_json(post_processor={"type": "Sequence", "processors": [byte_level(), template(None, "<|endoftext|>")]}, pre_tokenizer=QWEN)),
    "Qwen 3 as the file says": folder("qwen3", {"tokenizer_class": "PreTrainedTokenizerFast"}, OTHER),
    "ModernBERT": folder("modernbert", {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "attention_mask"]},
                         tokenizer_json(normalizer={"type": "NFC"}, post_processor=template("<s>", "</s>"))),
    "ModernBERT by another name": folder("modernbert", {"tokenizer_class": "RobertaTokenizer"}, OTHER),
    "ModernBERT and add_eos_token": folder("modernbert", {"tokenizer_class": "PreTrainedTokenizer", "add_eos_token": True, "add_prefix_space": True}, OTHER),
    "Llama 3": folder("llama", {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}, tokenizer_json(
        pre_tokenizer=QWEN, model={"ignore_merges": True}, post_processor={"type": "Sequence", "processors": [byte_level(), template("<s>")]})),
    "Llama 3 in lower case": folder("llama", {"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer_json(
        pre_tokenizer=QWEN, post_processor=template("<s>")), sentence={"do_lower_case": True}),
}


def main():
    rows = [{"texts": TEXTS, "pairs": PAIRS, "positions": common.POSITIONS}]
    for name, files in CHOSEN.items():
        with tempfile.TemporaryDirectory() as path:
            texts = {file: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for file, value in files.items()}
            for file, text in texts.items():
                pathlib.Path(path, file).write_text(text, encoding="utf-8")
            has_modules = "modules.json" in files
            try:
                made = common.reference(path, has_modules)
            except Exception as error:
                raise SystemExit(f"{name}: {error!r}")
            texts.pop("modules.json", None)
            rows.append({"name": name, "hasModules": has_modules, "files": texts, "length": made.model_max_length,
                         "single": common.encodings(made, TEXTS), "pair": common.encodings(made, *map(list, zip(*PAIRS)))})
    GOLDEN.write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
