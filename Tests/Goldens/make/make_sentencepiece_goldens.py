#!/usr/bin/env python3
"""Asks the Hugging Face tokenizers library what it does with the parts of sentencepiece's models, and writes down the answers.

    python3 -m venv /tmp/venv-tokenizers
    /tmp/venv-tokenizers/bin/pip install tokenizers==0.23.3 sentencepiece==0.2.3
    /tmp/venv-tokenizers/bin/python Tests/Goldens/make/make_sentencepiece_goldens.py

Writes normalizers.jsonl, words.jsonl and models.jsonl in Tests/TokenizersTests/Goldens/sentencepiece. The table of characters
is that of sentencepiece's rule nmt_nfkc, without the keys that occur in no text here. Everything is seeded: the same
libraries give the same bytes.
"""

import base64
import json
import pathlib
import random
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, normalizers, pre_tokenizers

import make_grapheme_table as graphemes
import make_tokenizer_tables_and_goldens as common

FOLDER = "sentencepiece"
AWKWARD = [
    "", " ", "   ", "Hello, World!", "  two  spaces ", "a\tb\nc\r\nd\re", "\u00dcn\u00efcode \u00c9 e\u0301", "\uff21\u0301\uff22", "\u00a0\u0301a\u00a0b", "\u304b\u3099\u30ab\u3099\uff8a\uff9e",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab", "\u2122\x1eg", "a\u200bb\u200cc\u200dd\ufeffe\ufffd", "\ufb01 \u2168 \u00bd \u2460 \u3300 \ufdfa", "\u0915\u094d\u0937\u093f \u0958", "\u0e19\u0e49\u0e33",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 \u00a9\ufe0f\u200d\u00ae", "\u2581\u2581a \u2581b", "\x00a\x00b", "x\u0378\ue000\U000e0001y", "``quoted''", "a\u0345\u0301\u0334b",
    "\u0600a \u06dda\u0301", "<unk> <s> </s> <0x41>", "\u1100\u1100\u1161\u11a8\u0301\u0302", "\U0001133b\u0301\u0301", "\u00ad\u0301\u0301", "\u2028\u2029\u3000\u1680a", "ab" * 40,
]


def rule_table():
    """The table of nmt_nfkc, from a model that is trained on next to nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "text")
        path.write_text("abcdefgh\n" * 50)
        sentencepiece.SentencePieceTrainer.train(
            input=str(path), model_prefix=f"{folder}/model", vocab_size=12, model_type="unigram", normalization_rule_name="nmt_nfkc",
            num_threads=1, minloglevel=2)
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(f"{folder}/model.model").read_bytes())
    return model.normalizer_spec.precompiled_charsmap


def keys_of(table, text):
    """The keys of a table that occur in a text, with what they map to."""
    size = int.from_bytes(table[:4], "little")
    units = [int.from_bytes(table[place:place + 4], "little") for place in range(4, 4 + size, 4)]
    texts = table[4 + size:]
    data, found = text.encode(), {}
    for start in range(len(data)):
        place = units[0] >> 10 << ((units[0] & 1 << 9) >> 6)
        for end in range(start, len(data)):
            if not data[end]:
                break
            place ^= data[end]
            unit = units[place]
            if unit & 0x800000FF != data[end]:
                break
            place ^= unit >> 10 << ((unit & 1 << 9) >> 6)
            if unit & 1 << 8:
                value = units[place] & 0x7FFFFFFF
                found[data[start:end + 1].decode()] = texts[value:texts.index(b"\0", value)].decode()
    return found


def small_table(texts):
    whole = rule_table()
    keys = {}
    for text in texts:
        keys.update(keys_of(whole, text))
    small = graphemes.charsmap(dict(sorted(keys.items())))
    one, other = normalizers.Precompiled(whole), normalizers.Precompiled(small)
    assert all(one.normalize_str(text) == other.normalize_str(text) for text in texts)
    return base64.b64encode(small).decode()


def sequence(name, *steps):
    return {"type": "Sequence", name: list(steps)}


def replace(content, **pattern):
    return {"type": "Replace", "pattern": pattern, "content": content}


def metaspace(scheme="always", **options):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": True, **options}


EXPRESSIONS = [" +", " {2,}", r"\s+", r"\s{2,}|[\n\r\t]", r"[\n\r\t]", r"\n", r"\A +| +\z", "\\A\u2581"]
STRIP_RIGHT = {"type": "Strip", "strip_left": False, "strip_right": True}


def library(normalizer=None, pre_tokenizer=None, model=None, added=[]):
    description = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
                   "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": None,
                   "model": model or {"type": "Unigram", "unk_id": 0, "vocab": [["?", 0.0]], "byte_fallback": False}}
    return description, Tokenizer.from_str(json.dumps(description))


def write_normalizers(texts, table):
    precompiled = {"type": "Precompiled", "precompiled_charsmap": table}
    wanted = {f"Regex {each}": replace("<>", Regex=each) for each in EXPRESSIONS}
    wanted |= {"String": replace('"', String="``"), "String to nothing": replace("", String="a"), "String of one space": replace("\u2581", String=" "),
               "Nmt": {"type": "Nmt"}, "Prepend": {"type": "Prepend", "prepend": "\u2581"}, "Precompiled": precompiled,
               "XLM-R": sequence("normalizers", precompiled, STRIP_RIGHT, replace("\u2581", Regex=" {2,}"))}
    rows = [{"texts": texts}]
    for name, description in wanted.items():
        made = library(description)[1].normalizer
        rows.append({"name": name, "normalizer": description, "forms": [made.normalize_str(text) for text in texts]})
    common.write_rows(f"{FOLDER}/normalizers.jsonl", rows)


def write_words(texts):
    split = {"type": "WhitespaceSplit"}
    wanted = {"always": metaspace(), "never": metaspace("never"), "whole": metaspace(split=False), "underscore": metaspace() | {"replacement": "_"},
              "old form": {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True, "str_rep": "\u2581"},
              "no prefix": metaspace("never") | {"add_prefix_space": False}, "XLM-R": sequence("pretokenizers", split, metaspace()),
              "white space, never": sequence("pretokenizers", split, metaspace("never")),
              "white space, whole": sequence("pretokenizers", split, metaspace(split=False)),
              "twice": sequence("pretokenizers", metaspace(), metaspace() | {"replacement": "_"}),
              "white space behind": sequence("pretokenizers", metaspace(), split, {"type": "BertPreTokenizer"})}
    rows = [{"texts": texts}]
    for name, description in wanted.items():
        made = library(None, description)[1].pre_tokenizer
        rows.append({"name": name, "pre_tokenizer": description, "words": [[word for word, _ in made.pre_tokenize_str(text)] for text in texts]})
    common.write_rows(f"{FOLDER}/words.jsonl", rows)


def added(number, content, **options):
    return {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} | options


BASE = ["<unk>", "\u2581", "<s>", "</s>"]


def pieces(rng, texts, count, low=-15.0, high=-1.0):
    """Pieces of the texts with scores that often lead to the same sums."""
    letters = sorted({each for text in texts for each in text if not each.isspace() and each != "\0"})
    found = dict.fromkeys(rng.sample(letters, min(len(letters) * 3 // 4, count // 2)))
    while len(found) < count:
        text = rng.choice(texts).replace(" ", "\u2581")
        start = rng.randrange(max(1, len(text)))
        piece = text[start:start + rng.randint(1, 5)]
        if piece and "\0" not in piece:
            found[piece] = None
        for other in BASE:
            found.pop(other, None)
    return [[piece, rng.choice([round(rng.uniform(low, high)), rng.uniform(low, high)])] for piece in found]


def write_models(texts, table):
    rng = random.Random(5)
    precompiled = {"type": "Precompiled", "precompiled_charsmap": table}
    base = [[each, -3.5 if each == "\u2581" else 0.0] for each in BASE]
    bytes_ = [[f"<0x{byte:02X}>", -8.0] for byte in range(256)]
    letters = [["a", 0.0], ["b", 0.0], ["c", 0.0], ["d", 0.0], ["cd", 1.0], ["ab", 2.0], ["abc", 5.0], ["abcd", 10.0]]
    short = ["", "abcd", "abcdacdxx", "xabcabaabcdd", "AB", "xyz\u6771\u4eac", "abcdabcd", "xx", "axxb", "xxa", "<unk>", "<unk>x", "x<unk>y<unk>", "\u00e9", "?\u00e9", "aXYb", "XY",
             "XYXY", "a" * 9, "x" * 9, "abx" * 30]
    def unigram(vocabulary, unknown=0, fallback=False):
        return {"type": "Unigram", "unk_id": unknown, "vocab": vocabulary, "byte_fallback": fallback}
    t5 = sequence("normalizers", precompiled, STRIP_RIGHT, replace("\u2581", Regex=" {2,}"))
    sets = [
        ("letters", unigram([["<unk>", 0.0]] + letters), None, None, (), short),
        ("an unknown run that is a piece", unigram([["<unk>", 90.0], ["XY", 95.0], ["a", 100.0], ["b", 100.0]]), None, None, (), short),
        ("positive scores only", unigram([["<unk>", 50.0], ["x", 20.0], ["a", 21.0], ["aa", 42.0], ["aaa", 63.0]]), None, None, (), short),
        ("ties", unigram([["<unk>", -9.0], ["a", -1], ["b", -1], ["ab", -2], ["ba", -2], ["aba", -3], ["bab", -3]]), None, None, (), ["ab" * n for n in range(9)] + ["ba" * n for n in range(9)]),
        ("all bytes", unigram([["<unk>", 0.0], ["a", -1.0]] + bytes_, 0, True), None, None, (), short),
        ("some bytes", unigram([["<unk>", 0.0], ["a", -1.0]] + bytes_[0xC0:] + bytes_[0x80:0xC0], 0, True), None, None, (), short),
        ("bytes that are not used", unigram([["<unk>", 0.0], ["a", -1.0]] + bytes_), None, None, (), short),
        ("the last piece is unknown", unigram(letters + [["?", -1.0]], len(letters)), None, None, (), short),
        ("scores of many digits", unigram([["<unk>", 0], ["x", -2.0154635906219482], ["y", -9.773894309997559], ["xy", -11.789357900619507], ["yx", -11.78935790061950], ["xyx", -13.804821491241455],
                                           ["b", -1e-5], ["c", 1E+2], ["d", -0.0]]), None, None, (), ["xy" * n for n in range(12)] + ["yx" * n for n in range(12)] + ["bcd"]),
        ("XLM-R", unigram(base + pieces(rng, texts, 900)), precompiled, sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace()),
         (added(0, "<unk>"), added(2, "<s>"), added(3, "</s>"), added(904, "<mask>", lstrip=True)), texts),
        ("T5", unigram(base + pieces(rng, texts, 700)), t5, metaspace(), (added(704, "<extra_id_0>"), added(705, "Hello", normalized=True, special=False)), texts),
        ("first", unigram(base + pieces(rng, texts, 500)), sequence("normalizers", {"type": "NFKC"}, {"type": "Lowercase"}, replace(" ", Regex=" {2,}")), metaspace("first"),
         (added(2, "<s>"), added(504, "o", special=False)), texts),
        ("DeBERTa", unigram(base + pieces(rng, texts, 500)), sequence("normalizers", replace(" ", Regex=EXPRESSIONS[3]), {"type": "NFC"}, STRIP_RIGHT), sequence("pretokenizers", metaspace()), (), texts),
        ("no cutting", unigram(base + pieces(rng, texts, 500) + bytes_, 0, True), sequence("normalizers", {"type": "Nmt"}, {"type": "NFKC"}, {"type": "Prepend", "prepend": "\u2581"}, replace("\u2581", String=" ")), None, (), texts),
    ]
    rows = [{"texts": texts}]
    for name, model, normalizer, pre_tokenizer, tokens, cases in sets:
        description, made = library(normalizer, pre_tokenizer, model, tokens)
        for token in tokens:
            token["id"] = made.token_to_id(token["content"])
        row = {"name": name, "tokenizer": description, "ids": [made.encode(text).ids for text in cases]}
        rows.append(row if cases is texts else row | {"texts": cases})
    common.write_rows(f"{FOLDER}/models.jsonl", rows)


if __name__ == "__main__":
    hard = AWKWARD + common.hard_strings(7, 170, 16, [" ", "  ", "\t", "\u2581", "a", "\u0301"])
    small = small_table(hard)
    write_normalizers(hard, small)
    write_words(hard[:110])
    write_models(hard, small)
