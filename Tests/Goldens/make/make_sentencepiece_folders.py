#!/usr/bin/env python3
"""Asks sentence-transformers which ids the folders of XLM-R, CamemBERT and MPNet give, and writes down the answers.

    python3 -m venv /tmp/venv-folders
    /tmp/venv-folders/bin/pip install torch sentence-transformers==6.2.0 transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    /tmp/venv-folders/bin/python Tests/Goldens/make/make_sentencepiece_folders.py

Writes Tests/TokenizersTests/Goldens/sentencepiece/folders.jsonl in the form of make_tokenizer_folders.py. A file whose name
ends in `.model` stands in Base64.
"""

import base64
import json
import pathlib
import random
import tempfile

import make_tokenizer_folders as common
from sentencepiece import sentencepiece_model_pb2

import make_grapheme_table as graphemes

GOLDEN = common.GOLDEN.parent / "sentencepiece/folders.jsonl"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PIECES = [["\u2581", -2.0], ["a", -2.5], ["b", -2.5], ["ab", -3.0154635906219482], ["\u2581a", -3.0], ["\u2581ab", -3.773894309997559], ["\u00e9", -4.0], ["e", -4.5], ["\u2581e", -5.0],
          ["i", -5.25], ["fi", -6.0], ["new", -6.5], ["\u2581New", -6.75], ["1", -3.0], ["A", -6.0], ["B", -6.0], ["\u6771", -7.0], ["\u2581\u6771", -7.5], ["\u4eac", -7.0],
          ["<", -8.0], [">", -8.0], ["s", -5.5], ["g", -6.0], ["imp", -6.5], ["x", -7.0], ["\u2581\u2581", -9.0]]
TABLE = graphemes.charsmap({"\ufb01": "fi", "\u00a0": " ", "\u200b": " ", "e\u0301": "\u00e9", "\uff21": "A", "\t": " ", "\n": " ", "\x07": "", "\ufeff": "", "\u2460": "1"})
PRECOMPILED = {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(TABLE).decode()}
TEXTS = ["", "a b ab", "  a\tb\nab ", "A B \u00e9 e\u0301 E\u0301", "\u6771\u4eac a", "a <mask> b </s> <s>a<pad>", "new New NEW gimp Gimp [x1]", "\ufb01 \u2460 \uff21\u0301 \x07a\ufeffb",
         "\u2581a \u2581\u2581b", "zz a zz", "ab" * 20, "a  <mask>  b<mask>", "<S> a </S> <MASK>", "<unk>NOTUSED <s>NOTUSED"]
PAIRS = [(TEXTS[n], TEXTS[(n * 5 + 3) % len(TEXTS)]) for n in range(len(TEXTS))] + [("a b a b a b a b a b", "\u00e9 a")]


def vocabulary(kind="xlm"):
    if kind == "camembert":
        first = [["<s>NOTUSED", 0.0], ["<pad>", 0.0], ["</s>NOTUSED", 0.0], ["<unk>", 0.0], ["<unk>NOTUSED", -100], ["<s>", 0.0], ["</s>", 0.0]]
    else:
        first = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
    return first + PIECES + [["<mask>", 0.0]]


def added(words, content, number=None, **options):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **options}
    return {"id": words.index(content) if number is None else number, "content": content, **flags}


def template(words, first="<s>", last="</s>", kind=0):
    special = lambda token, kind: {"SpecialToken": {"id": token, "type_id": kind}}
    single = [special(first, 0), {"Sequence": {"id": "A", "type_id": 0}}, special(last, 0)]
    pair = single + [special(last, 0), {"Sequence": {"id": "B", "type_id": kind}}, special(last, kind)]
    table = {token: {"id": token, "ids": [words.index(token)], "tokens": [token]} for token in (first, last)}
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": table}


def metaspace(scheme="always"):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": True}


def tokenizer_json(kind="xlm", tokens=None, **sections):
    entries = vocabulary(kind)
    words = [piece for piece, _ in entries]
    model = {"type": "Unigram", "unk_id": 3, "vocab": entries, "byte_fallback": False, **sections.pop("model", {})}
    listed = [added(words, token) for token in SPECIAL[:4]] + [added(words, "<mask>", lstrip=True)] if tokens is None else tokens
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": listed, "normalizer": PRECOMPILED,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace()]},
            "post_processor": template(words), "decoder": metaspace(), **sections, "model": model}


NEW_FORM = dict(normalizer={"type": "Sequence", "normalizers": [PRECOMPILED, {"type": "Strip", "strip_left": False, "strip_right": True},
                                                               {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"}]},
                pre_tokenizer=metaspace())
XLM_WORDS = [piece for piece, _ in vocabulary()]
CAMEMBERT_WORDS = [piece for piece, _ in vocabulary("camembert")]


def model_proto(user=(), kind=1, table=TABLE):
    """A model of sentencepiece with the pieces in its own order: unknown, begin, end, then the others."""
    proto = sentencepiece_model_pb2.ModelProto()
    first = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
    for piece, score, type_ in first + [(piece, score, 1) for piece, score in PIECES] + [(piece, 0.0, 4) for piece in user]:
        proto.pieces.add(piece=piece, score=score, type=type_)
    proto.trainer_spec.model_type = kind
    proto.normalizer_spec.name = "nmt_nfkc"
    if table:
        proto.normalizer_spec.precompiled_charsmap = table
    return proto.SerializeToString()


def folder(type_, settings=None, json_=True, sentence=None, config=None, **files):
    made = {"config.json": {"model_type": type_, "max_position_embeddings": common.POSITIONS, **(config or {})}}
    if json_ is not False:
        made["tokenizer.json"] = tokenizer_json("camembert" if type_ == "camembert" else "xlm") if json_ is True else json_
    if settings is not None:
        made["tokenizer_config.json"] = settings
    if sentence is not None:
        made["modules.json"] = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
        made["sentence_bert_config.json"] = sentence
    return {**made, **{name if "." in name else f"{name}.json": value for name, value in files.items()}}


def xlm(settings=None, json_=True, **rest):
    return folder("xlm-roberta", settings, json_, **rest)


def camembert(settings=None, json_=True, **rest):
    return folder("camembert", settings, json_, **rest)


MPNET_WORDS = ["<s>", "<pad>", "</s>", "[UNK]", "<unk>"] + "a b ab ##b A B \u00e9 e \u6771 \u4eac i new gimp ##x x [x1] [ ] 1 ##1 < > s mask / ##s pad unk notused z ##z".split() + ["<mask>"]


def mpnet_json(tokens=None, normalizer=None, **sections):
    listed = [added(MPNET_WORDS, token, normalized=token != "<pad>") for token in ("<s>", "<pad>", "</s>", "[UNK]")] + [added(MPNET_WORDS, "<mask>", lstrip=True)]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": listed if tokens is None else tokens, "normalizer": normalizer or common.bert(),
            "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": template(MPNET_WORDS, kind=1), "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}, **sections,
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                      "vocab": {token: number for number, token in enumerate(MPNET_WORDS)}}}


def mpnet(settings=None, json_=True, **rest):
    made = folder("mpnet", settings, mpnet_json() if json_ is True else json_, **rest)
    return made if json_ is not False else {**made, "vocab.txt": "".join(word + "\n" for word in MPNET_WORDS)}


SPM = {"sentencepiece.bpe.model": model_proto()}
CHOSEN = {
    "XLM-R": xlm(),
    "XLM-R by name": xlm({"tokenizer_class": "XLMRobertaTokenizerFast", "model_max_length": 12}),
    "XLM-R of the newer form": xlm({"tokenizer_class": "XLMRobertaTokenizer"}, tokenizer_json(**NEW_FORM)),
    "XLM-R in a BERT": folder("bert", {"tokenizer_class": "XLMRobertaTokenizer"}),
    "XLM-R in a BERT with token types": folder("bert", {"tokenizer_class": "XLMRobertaTokenizer", "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}),
    "XLM-R without a table": xlm({}, tokenizer_json(normalizer={"type": "NFKC"})),
    "XLM-R with the table inside a sequence inside a sequence": xlm({}, tokenizer_json(normalizer={"type": "Sequence", "normalizers": [{"type": "Sequence", "normalizers": [PRECOMPILED]}]})),
    "XLM-R without a prefix": xlm({"add_prefix_space": False}),
    "XLM-R with null for a prefix": xlm({"add_prefix_space": None}),
    "XLM-R with another processor and unknown piece in tokenizer.json": xlm({}, tokenizer_json(
        post_processor=template(XLM_WORDS, "<pad>", "<mask>", 1), model={"unk_id": 5})),
    "XLM-R with other roles": xlm({"bos_token": "<mask>", "eos_token": {"__type": "AddedToken", "content": "ab", "lstrip": True}, "cls_token": "</s>", "sep_token": "<pad>"}),
    "XLM-R with added tokens in the settings": xlm({"added_tokens_decoder": {str(len(XLM_WORDS)): {"content": "gimp", "rstrip": True}, "0": {"content": "<s>", "special": True}}}),
    "XLM-R with tokens by name and in a list": xlm({"additional_special_tokens": ["[x1]", "<s>NOTUSED"], "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": True, "rstrip": True}}),
    "XLM-R with the older files": xlm(None, tokenizer_json(tokens=[]), special_tokens_map={"mask_token": {"content": "<mask>", "lstrip": True, "normalized": True}, "additional_special_tokens": ["[x1]"]},
                                      added_tokens={"gimp": len(XLM_WORDS)}),
    "XLM-R without added tokens": xlm({}, tokenizer_json(tokens=[])),
    "XLM-R with a longer model": xlm({"model_max_length": 9}, sentence={"max_seq_length": 7}),
    "XLM-R cut at the left": xlm({"truncation_side": "left", "model_max_length": 8}),
    "XLM-R in lower case by sentence-transformers": xlm({}, sentence={"do_lower_case": True}),
    "XLM-R with special tokens as text": xlm({"split_special_tokens": True}),
    "XLM-R with bytes in tokenizer.json": xlm({}, tokenizer_json(model={"byte_fallback": True})),
    "XLM-R from sentencepiece": xlm(json_=False, **SPM),
    "XLM-R from sentencepiece by its other name": xlm({"tokenizer_class": "XLMRobertaTokenizer"}, False, **{"tokenizer.model": model_proto(["[x1]"])}),
    "XLM-R from sentencepiece with user pieces": xlm(json_=False, **{"sentencepiece.bpe.model": model_proto(["gimp", "[x1]"])}),
    "XLM-R from sentencepiece without a table": xlm(json_=False, **{"sentencepiece.bpe.model": model_proto(table=b"")}),
    "XLM-R from sentencepiece with settings": xlm({"mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": True}, "additional_special_tokens": ["[x1]"], "model_max_length": 10}, False, **SPM),
    "XLM-R from sentencepiece with the map": xlm({}, False, special_tokens_map={"mask_token": {"content": "<m>", "lstrip": True}, "unk_token": "<u>", "additional_special_tokens": ["[x1]"]}, **SPM),
    "CamemBERT": camembert(),
    "CamemBERT by name, with a list": camembert({"tokenizer_class": "CamembertTokenizer", "additional_special_tokens": ["<s>NOTUSED", "[x1]"]}),
    "CamemBERT with an empty list": camembert({"extra_special_tokens": []}),
    "CamemBERT with another unknown token": camembert({"unk_token": "x", "mask_token": "<mask>"}),
    "CamemBERT with an unknown token that is no piece": camembert({"unk_token": "<u>"}),
    "CamemBERT without added tokens": camembert({}, tokenizer_json("camembert", tokens=[])),
    "CamemBERT with the map": camembert(None, special_tokens_map={"additional_special_tokens": ["[x1]"], "mask_token": "<mask>"}),
    "CamemBERT from sentencepiece": camembert(json_=False, **SPM),
    "CamemBERT from sentencepiece with user pieces": camembert({"tokenizer_class": "CamembertTokenizer"}, False, **{"sentencepiece.bpe.model": model_proto(["gimp", "[x1]"])}),
    "MPNet": mpnet(),
    "MPNet by name in capitals": mpnet({"tokenizer_class": "MPNetTokenizer", "do_lower_case": False, "model_max_length": 11}, mpnet_json(normalizer=common.bert(lowercase=False))),
    "MPNet without added tokens": mpnet({}, mpnet_json(tokens=[])),
    "MPNet from vocab.txt": mpnet(json_=False),
    "MPNet from vocab.txt with settings": mpnet({"mask_token": "<mask>", "cls_token": {"__type": "AddedToken", "content": "<s>"}, "strip_accents": False}, False),
    "MPNet with the map": mpnet({"tokenizer_class": "MPNetTokenizerFast"}, special_tokens_map={"mask_token": {"content": "<mask>", "lstrip": True}, "unk_token": "<unk>"}),
    "MPNet in lower case by sentence-transformers": mpnet({"do_lower_case": False}, sentence={"do_lower_case": True, "max_seq_length": 9}),
    "MPNet with token types": mpnet({"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}),
    "the file as it stands": xlm({"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer_json(**NEW_FORM)),
    "the file as it stands, first, bytes": xlm({"tokenizer_class": "TokenizersBackend"}, tokenizer_json(pre_tokenizer=metaspace("first"), model={"byte_fallback": True, "unk_id": 4})),
    "the file as it stands by the type": folder("xlm-roberta-xl", {"tokenizer_class": "XLMRobertaTokenizer"}, tokenizer_json(**NEW_FORM)),
    "the file as it stands in lower case": xlm({"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer_json(**NEW_FORM), sentence={"do_lower_case": True}),
}


def mixture(rng):
    """A random folder."""
    maybe, some = (lambda chance: rng.random() < chance), (lambda *values: rng.choice(values))
    kind = some("xlm", "xlm", "camembert", "mpnet")
    words = {"xlm": XLM_WORDS, "camembert": CAMEMBERT_WORDS, "mpnet": MPNET_WORDS}[kind]
    settings, files, sections = {}, {}, {}
    if maybe(0.5):
        settings["tokenizer_class"] = {"xlm": "XLMRobertaTokenizer", "camembert": "CamembertTokenizer", "mpnet": "MPNetTokenizer"}[kind] + some("", "Fast")
    flags = lambda content: {"content": content, **{key: maybe(0.4) for key in ("lstrip", "normalized", "rstrip", "single_word", "special") if maybe(0.6)}}
    for key, values in {"model_max_length": (6, 9, 512, None), "truncation_side": ("left", "right"), "add_prefix_space": (True, False), "do_lower_case": (True, False),
                        "mask_token": ("<mask>", "ab", {"__type": "AddedToken", **flags("<mask>")}), "cls_token": ("<s>", "x", {"__type": "AddedToken", **flags("<s>")}),
                        "bos_token": ("<s>", "a"), "eos_token": ("</s>", {"__type": "AddedToken", **flags("</s>")}), "unk_token": ("<unk>", "b"),
                        "additional_special_tokens": ([], ["gimp"], [{"__type": "AddedToken", **flags("[x1]")}]), "split_special_tokens": (True, False)}.items():
        if maybe(0.25):
            settings[key] = some(*values)
    tokens = [added(words, token, **({} if maybe(0.5) else {key: value for key, value in flags("").items() if key != "content"})) for token in SPECIAL if token in words and maybe(0.8)]
    if maybe(0.3):
        tokens.append(added(words, "gimp" if kind != "mpnet" else "Gimp", len(words), normalized=maybe(0.5), special=maybe(0.5)))
    if maybe(0.3):
        settings["added_tokens_decoder"] = {str(token["id"]): {key: value for key, value in token.items() if key != "id"} for token in tokens}
    if maybe(0.25):
        files["special_tokens_map"] = {role: some(token, flags(token)) for role, token in zip(("pad_token", "eos_token", "mask_token"), ("<pad>", "</s>", "<mask>")) if maybe(0.7)}
    sentence = {key: some(*values) for key, values in {"max_seq_length": (None, 5, 9), "do_lower_case": (True, False)}.items() if maybe(0.4)} if maybe(0.4) else None
    if kind == "mpnet":
        return mpnet(settings, mpnet_json(tokens) if maybe(0.7) else False, sentence=sentence, **files)
    if kind == "xlm" and maybe(0.4):
        sections = NEW_FORM
    make = camembert if kind == "camembert" else xlm
    if maybe(0.3):
        for key in ("added_tokens_decoder", "unk_token", "bos_token", "mask_token"):
            settings.pop(key, None)
        return make(settings, False, sentence=sentence, **{"sentencepiece.bpe.model": model_proto(some((), ("gimp",)))}, **files)
    return make(settings, tokenizer_json(kind, tokens, **sections), sentence=sentence, **files)


def main():
    rng, cases = random.Random(23), dict(CHOSEN)
    while len(cases) < len(CHOSEN) + 45:
        cases[f"mixture {len(cases) - len(CHOSEN)}"] = mixture(rng)
    rows = [{"texts": TEXTS, "pairs": PAIRS, "positions": common.POSITIONS}]
    for name, files in cases.items():
        with tempfile.TemporaryDirectory() as path:
            texts = {}
            for file, value in files.items():
                data = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value, ensure_ascii=False).encode()
                pathlib.Path(path, file).write_bytes(data)
                texts[file] = base64.b64encode(data).decode() if isinstance(value, bytes) else data.decode()
            has_modules = "modules.json" in files
            made = common.reference(path, has_modules)
            texts.pop("modules.json", None)
            rows.append({"name": name, "hasModules": has_modules, "files": texts, "length": made.model_max_length,
                         "single": common.encodings(made, TEXTS), "pair": common.encodings(made, *map(list, zip(*PAIRS)))})
    GOLDEN.write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
