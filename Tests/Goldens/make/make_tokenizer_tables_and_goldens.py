#!/usr/bin/env python3
"""Asks the Hugging Face tokenizers library what it does, and writes down the answers.

    python3 -m venv /tmp/venv-tokenizers
    /tmp/venv-tokenizers/bin/pip install tokenizers==0.23.3
    /tmp/venv-tokenizers/bin/python Tests/Goldens/make/make_tokenizer_tables_and_goldens.py [tables] [goldens]

`tables` probes every Unicode scalar and writes Sources/Tokenizers/Unicode/*Table.swift; `goldens` writes the files of
Tests/TokenizersTests/Goldens that come from the library. Both are written when nothing is named. The golden for the
vocabulary of a real model needs checkpoints/all-MiniLM-L6-v2 and keeps its old file where that is missing. Everything
is seeded: the same library gives the same bytes.
"""

import json
import pathlib
import random
import sys

import tokenizers
from tokenizers import Tokenizer, normalizers, pre_tokenizers

VERSION = "0.23.3"
ROOT = pathlib.Path(__file__).absolute().parents[3]
TABLES = ROOT / "Sources/Tokenizers/Unicode"
GOLDENS = ROOT / "Tests/TokenizersTests/Goldens"
CHECKPOINT = ROOT / "checkpoints/all-MiniLM-L6-v2"
SCALARS = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)


# --- Probing -----------------------------------------------------------------------------------------------------


def bert(**options):
    """A BertNormalizer with every step off but the named ones."""
    settings = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**settings, **options})


def probe_sets():
    """Every set of scalars a rule of the library uses, by name."""
    clean = bert(clean_text=True)
    chinese = bert(handle_chinese_chars=True)
    strip = bert(strip_accents=True)
    accents = normalizers.StripAccents()
    pieces = pre_tokenizers.BertPreTokenizer()
    words = pre_tokenizers.Whitespace()
    names = "removed spaced isolated nonspacing marks whitespace punctuation word".split()
    sets = {name: [] for name in names}
    for code in SCALARS:
        scalar = chr(code)
        cleaned = clean.normalize_str(scalar)
        if cleaned == "":
            sets["removed"].append(code)
        elif cleaned == " " and scalar != " ":
            sets["spaced"].append(code)
        if chinese.normalize_str(scalar) == f" {scalar} ":
            sets["isolated"].append(code)
        if strip.normalize_str(scalar) == "":
            sets["nonspacing"].append(code)
        if accents.normalize_str(scalar) == "":
            sets["marks"].append(code)
        found = [piece for piece, _ in pieces.pre_tokenize_str(f"a{scalar}b")]
        if found == ["a", "b"]:
            sets["whitespace"].append(code)
        elif found == ["a", scalar, "b"]:
            sets["punctuation"].append(code)
        else:
            assert found == [f"a{scalar}b"], (hex(code), found)
        found = [piece for piece, _ in words.pre_tokenize_str(f"a{scalar}b")]
        if found == [f"a{scalar}b"]:
            sets["word"].append(code)
        else:
            assert found == (["a", "b"] if code in sets["whitespace"][-1:] else ["a", scalar, "b"]), hex(code)
    return sets


def probe_mapping(normalizer):
    """What a normalizer makes of each scalar that it changes."""
    results = {}
    for code in SCALARS:
        scalar = chr(code)
        result = normalizer.normalize_str(scalar)
        if result != scalar:
            results[code] = [ord(each) for each in result]
    return results


def probe_combining_classes(canonical):
    """Combining classes in the library's order.

    Only their order shows: two marks change places under NFD when the second has the lower class. Each mark is
    compared with one representative of every class in use; the numbers come from Python's table, which knows more
    marks than the library, and are checked here against what the library does.
    """
    import unicodedata

    order = normalizers.NFD().normalize_str

    def swaps(first, second):
        return order("a" + chr(first) + chr(second)) == "a" + chr(second) + chr(first)

    low, high = 0x0334, 0x0345  # classes 1 and 240
    marks = [
        code for code in SCALARS
        if code not in canonical and code not in HANGUL and (swaps(high, code) or swaps(code, low) or code in (low, high))
    ]
    classes = {code: unicodedata.combining(chr(code)) for code in marks}
    representatives = {}
    for code in marks:
        representatives.setdefault(classes[code], code)
    for code in marks:
        for number, other in representatives.items():
            if other == code:
                continue
            assert swaps(other, code) == (classes[code] < number), (hex(code), number)
            assert swaps(code, other) == (number < classes[code]), (hex(code), number)
    return classes


def probe_exclusions(canonical):
    """Scalars that NFC takes apart for good; everything else in `canonical` is put together again."""
    compose = normalizers.NFC().normalize_str
    excluded = [code for code in canonical if compose(chr(code)) != chr(code)]
    # The table reader derives the composing pairs: all but the last scalar of a decomposition compose to the first of
    # the pair. That must give back what the library composes.
    pairs = {}
    for length in (2, 3, 4):
        for code, parts in sorted(canonical.items()):
            if code in excluded or len(parts) != length:
                continue
            first = parts[0]
            for part in parts[1:-1]:
                first = pairs[first, part]
            assert (first, parts[-1]) not in pairs
            pairs[first, parts[-1]] = code
            assert compose(chr(first) + chr(parts[-1])) == chr(code), hex(code)
    return excluded


# --- Writing tables ----------------------------------------------------------------------------------------------


def ranges(codes):
    """Inclusive runs of consecutive numbers."""
    runs = []
    for code in sorted(codes):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return runs


def text_of_set(codes):
    return [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges(codes)]


def text_of_values(values):
    words = []
    for value in sorted(set(values.values())):
        for first, last in ranges(code for code in values if values[code] == value):
            words.append((first, (f"{first:X}" if first == last else f"{first:X}-{last:X}") + f">{value:X}"))
    return [word for _, word in sorted(words)]


def text_of_mapping(mapping):
    """`41-5A>61`: a run that maps to a run. `100-12E/2>101`: every second one. `C0>41+300`: several scalars."""
    words = []
    codes = sorted(mapping)
    at = 0
    while at < len(codes):
        code = codes[at]
        target = mapping[code]
        assert target, hex(code)
        best = (1, 1)
        if len(target) == 1:
            for step in (1, 2):
                count = 1
                while at + count < len(codes) and codes[at + count] == code + count * step and mapping[
                        codes[at + count]] == [target[0] + count * step]:
                    count += 1
                best = max(best, (count, -step))
        count, step = best[0], abs(best[1])
        if count > 1:
            suffix = "" if step == 1 else f"/{step}"
            words.append(f"{code:X}-{codes[at + count - 1]:X}{suffix}>{target[0]:X}")
        else:
            words.append(f"{code:X}>" + "+".join(f"{part:X}" for part in target))
        at += count
    return words


def literal(name, comment, words):
    """A Swift string literal of space-separated words, folded so that no line is longer than 118 columns."""
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > 110:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    body = " \\\n".join(f"    {each}" for each in lines)
    doc = "".join(f"  /// {each}\n" for each in comment.split("\n"))
    return f'{doc}  static let {name} = """\n{body}\n    """\n'


def write_table(name, summary, entries, generator=pathlib.Path(__file__).name):
    text = (f"// Written by Tests/Goldens/make/{generator} from tokenizers {VERSION}; do not edit.\n\n"
            f"/// {summary}\nenum {name} {{\n" + "\n".join(literal(*entry) for entry in entries) + "}\n")
    path = TABLES / f"{name}.swift"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"{path.relative_to(ROOT)}: {len(text):,} bytes")


def write_tables():
    sets = probe_sets()
    lowercase = probe_mapping(normalizers.Lowercase())
    canonical = {code: to for code, to in probe_mapping(normalizers.NFD()).items() if code not in HANGUL}
    compatible = {code: to for code, to in probe_mapping(normalizers.NFKD()).items() if code not in HANGUL}
    only_compatible = {code: to for code, to in compatible.items() if canonical.get(code) != to}
    assert all(code in compatible for code in canonical)
    classes = probe_combining_classes(canonical)
    excluded = probe_exclusions(canonical)
    write_table("ScalarSetTable", "The sets of Unicode scalars that the rules of the reference library use.", [
        ("removed", "Dropped by `clean_text`: NUL, U+FFFD and the categories Cc, Cf and Co of Unicode 8, but not tab,\n"
         "line feed and carriage return.", text_of_set(sets["removed"])),
        ("spaced", "Turned into U+0020 by `clean_text`.", text_of_set(sets["spaced"])),
        ("isolated", "Surrounded with spaces by `handle_chinese_chars`; U+2B820...U+2B91F are missing there too.",
         text_of_set(sets["isolated"])),
        ("nonspacing", "Dropped by `strip_accents`: category Mn of Unicode 8, and what decomposes to nothing else.",
         text_of_set(sets["nonspacing"])),
        ("marks", "Dropped by the normalizer `StripAccents`: categories Mn, Mc and Me.", text_of_set(sets["marks"])),
        ("whitespace", "White space (`char::is_whitespace`, and `\\s` of the crate regex).",
         text_of_set(sets["whitespace"])),
        ("punctuation", "A token by itself for `BertPreTokenizer`: ASCII punctuation and category P of Unicode 8.",
         text_of_set(sets["punctuation"])),
        ("word", "`\\w` of the crate regex: letters, marks, decimal digits, connectors and joiners.",
         text_of_set(sets["word"])),
    ])
    write_table("LowercaseTable", "The full lowercase mapping of the Rust standard library, scalar by scalar.", [
        ("mapping", "No rule looks at neighbours: a capital sigma is always a small sigma, never a final one.",
         text_of_mapping(lowercase)),
    ])
    write_table("DecompositionTable", "The Unicode 9 tables of the crate unicode-normalization-alignments.", [
        ("canonical", "Full canonical decompositions (NFD), without the Hangul syllables, which are computed.",
         text_of_mapping(canonical)),
        ("compatibility", "Full compatibility decompositions (NFKD) where they differ from the canonical ones.",
         text_of_mapping(only_compatible)),
        ("excluded", "Scalars with a canonical decomposition that NFC never puts together again.", text_of_set(excluded)),
        ("combiningClasses", "Canonical combining classes other than 0.", text_of_values(classes)),
    ])
    return sets


# --- Goldens: every scalar -----------------------------------------------------------------------------------------

BERT_SETTINGS = {
    "uncased": dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
    "cased": dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=False),
    "lower_keep_accents": dict(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True),
    "no_cjk_no_clean": dict(clean_text=False, handle_chinese_chars=False, strip_accents=None, lowercase=True),
}


def fnv(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def scalar_functions():
    """What is asked about each scalar: a name, a function of the scalar, and what it gives where nothing happens."""
    functions = {}
    for name, options in BERT_SETTINGS.items():
        normalizer = normalizers.BertNormalizer(**options)
        functions[name] = (normalizer.normalize_str, lambda scalar: scalar)
    for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"):
        functions[name] = (getattr(normalizers, name)().normalize_str, lambda scalar: scalar)
    for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit"):
        pieces = getattr(pre_tokenizers, name)().pre_tokenize_str
        functions[name] = (lambda scalar, pieces=pieces: "\n".join(piece for piece, _ in pieces(f"a{scalar}b")),
                           lambda scalar: f"a{scalar}b")
    return functions


def write_scalars():
    """For each question, the blocks of 256 scalars where anything happens: the hash of all answers, then a mark of each.

    A mark is `=` where nothing happens, `-` where the scalar goes, `+` where it is set apart, and else the last byte of
    the hash of the answer; `=*65` stands for 65 equal marks in a row.
    """
    lines = ["# Written by Tests/Goldens/make/make_tokenizer_tables_and_goldens.py; see write_scalars there for the form."]
    for name, (function, identity) in scalar_functions().items():
        lines.append(f"setting {name}")
        for block in range(0x110000 >> 8):
            if 0xD8 <= block <= 0xDF:
                continue
            scalars = [chr(block << 8 | low) for low in range(256)]
            answers = [function(scalar) for scalar in scalars]
            if all(answer == identity(scalar) for scalar, answer in zip(scalars, answers)):
                continue
            marks = []
            for scalar, answer in zip(scalars, answers):
                if answer == identity(scalar):
                    mark = "="
                elif answer in ("", "a\nb"):
                    mark = "-"
                elif answer in (f" {scalar} ", f"a\n{scalar}\nb"):
                    mark = "+"
                else:
                    mark = f"{fnv(answer.encode()) & 0xFF:02X}"
                if marks and marks[-1][0] == mark:
                    marks[-1][1] += 1
                else:
                    marks.append([mark, 1])
            whole = fnv(b"".join(answer.encode() + b"\xff" for answer in answers))
            runs = " ".join(mark if count == 1 else f"{mark}*{count}" for mark, count in marks)
            lines.append(f"{block:X} {whole:08X} {runs}")
    write("scalars.txt", "\n".join(lines) + "\n")


def write(name, text):
    path = GOLDENS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    print(f"Goldens/{name}: {len(text.encode()):,} bytes")


def write_rows(name, rows):
    write(name, "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows))


# --- Goldens: random strings ---------------------------------------------------------------------------------------


def hard_strings(seed, count, longest, extras=()):
    """Strings of scalars that are often confused, from a few neighbourhoods each, with `extras` thrown in."""
    import unicodedata

    draw = random.Random(seed)
    blocks = [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530), (0x590, 0x700),
              (0x900, 0xA00), (0xE00, 0xE60), (0x1100, 0x1200), (0x1E00, 0x2000), (0x2000, 0x2070), (0x20D0, 0x2100),
              (0x3000, 0x3100), (0x302A, 0x3030), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xF900, 0xFA00),
              (0xFB00, 0xFE00), (0xFE20, 0xFE30), (0xFF00, 0xFFF0), (0x11000, 0x11100), (0x1D160, 0x1D170),
              (0x1D400, 0x1D500), (0x1E000, 0x1E030), (0x1F300, 0x1F400), (0x2B810, 0x2B930), (0x10FFFA, 0x110000)]
    pools = [list(range(*block)) for block in blocks]
    pools.append(list(range(0x20)) + [0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x2028, 0x3000, 0xFEFF, 0xFFFD])
    pools.append([0x130, 0x1C5, 0x3A3, 0x1E9E, 0x302E, 0x302F, 0x11D43, 0x16FF0, 0x1D165, 0x1D16D])
    marks = [code for code in SCALARS if unicodedata.combining(chr(code))] + [0x1D165, 0x302E] * 50
    strings = []
    for _ in range(count):
        chosen = draw.sample(pools, draw.randint(1, 3))
        if draw.random() < 0.5:
            chosen.append(pools[0])
        if draw.random() < 0.3:
            chosen.append(marks)
        text = "".join(chr(draw.choice(draw.choice(chosen))) for _ in range(draw.randint(1, longest)))
        for _ in range(draw.choice([0, 0, 0, 1, 1, 3]) if extras else 0):
            at = draw.randint(0, len(text))
            text = text[:at] + draw.choice(extras) + text[at:]
        strings.append(text)
    return strings


def write_forms():
    """Random strings under every normalizer other than BertNormalizer, and under two sequences."""
    wanted = {name: getattr(normalizers, name)() for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents")}
    wanted["Strip"] = normalizers.Strip()
    wanted["StripLeft"] = normalizers.Strip(left=True, right=False)
    wanted["StripRight"] = normalizers.Strip(left=False, right=True)
    wanted["Sequence"] = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    rows = []
    thai = "\u0e33\u0e19\u0e49\u0e333\u0e25\u0e33"
    vietnamese = "C\u1ee5 th\u1ec3, b\u1ea1n s\u1ebd tham gia m\u1ed9t nh\u00f3m\u2026"
    known = ["", " ", "\u1ead\u2026", thai, vietnamese, "e\u0304\u0304\u0304o", "\ufb01", "\u0958", "\u0344",
             "a\u0345\u0301\u0334b", "\u1100\u1161\u11a8", "\uac00\u11a8", "\u1100\u1161\u11a7", "  a\u3000\t"]
    for text in known + hard_strings(11, 240, 12, ["  ", "\t", "\u2003"]):
        rows.append({"text": text} | {name: each.normalize_str(text) for name, each in wanted.items()})
    write_rows("forms.jsonl", rows)


def write_words():
    """Random strings under the pre-tokenizers."""
    wanted = {name: getattr(pre_tokenizers, name)() for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit")}
    wanted["Sequence"] = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Whitespace()])
    known = ["", " ", "Hey friend!     How are you?!?", "a\x0bb\x85c", "don't e_f-g", "a\u0301b\u200dc\u200bd", "?!?"]
    rows = []
    for text in known + hard_strings(12, 200, 20, [" ", "?!?", "_"]):
        rows.append({"text": text} | {name: [piece for piece, _ in each.pre_tokenize_str(text)]
                                      for name, each in wanted.items()})
    write_rows("words.jsonl", rows)


# --- Goldens: whole tokenizers -------------------------------------------------------------------------------------

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def small_vocabulary():
    """A vocabulary with pieces of several scripts, some of which only make sense with the right normal form."""
    draw = random.Random(3)
    ascii_letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    others = ("\u00e4\u00f6\u00fc\u00df\u00e9\u00e8\u00f1\u00e7\u0131\u0142\u0111\u03b1\u03b2\u03b3\u03c3\u03c2\u03c5\u03bf"
              "\u0430\u0431\u0432\u0433\u0435\u0451\u0438\u0439\u05d0\u05d1\u05e9\u0627\u0628\u062a\u0905\u0915\u093e\u093f\u0e01\u0e32\u0e33"
              "\u1100\u1161\u11a8\uac00\uac01\u4e00\u4e8c\u4e2d\u3042\u304b\u304c\u30ab\u30ac\uff76\ufb01\u212b\u1e9e\U0001d400\U0001f300")
    marks = "\u0301\u0300\u0308\u030a\u0323\u0345\u3099\u302e\U0001d165"
    tokens = SPECIAL + list(ascii_letters) + list(others) + list(marks) + list("!?.,-'\u2026\u3002\uff01")
    tokens += [f"##{each}" for each in ascii_letters + others + marks]
    for _ in range(150):
        piece = "".join(draw.choice(ascii_letters[:12] + others[:10]) for _ in range(draw.randint(2, 5)))
        tokens.append(draw.choice(["", "##"]) + piece)
    tokens += ["e\u0301", "##e\u0301", "Wort", "##Wort", "##!!", "a b", "the", "##ing", "un", "##aff", "##able"]
    return {token: index for index, token in enumerate(dict.fromkeys(tokens))}


def added(content, **options):
    return dict(content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False) | options


def tokenizer_json(vocabulary, *, tokens=(), normalizer="uncased", pre_tokenizer="BertPreTokenizer", processor=None,
                   **model):
    """The text of a tokenizer.json, with ids for the added tokens as the library gives them."""
    if isinstance(normalizer, str):
        normalizer = {"type": "BertNormalizer"} | BERT_SETTINGS[normalizer]
    if isinstance(pre_tokenizer, str):
        pre_tokenizer = {"type": pre_tokenizer}
    listed, following = [], len(vocabulary)
    for token in tokens:
        if token["content"] in vocabulary:
            listed.append({"id": vocabulary[token["content"]]} | token)
        else:
            listed.append({"id": following} | token)
            following += 1
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": listed, "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer, "post_processor": processor, "decoder": {
            "type": "WordPiece", "prefix": "##", "cleanup": True
        }, "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary
        } | model
    }


def load(description):
    tokenizer = Tokenizer.from_str(json.dumps(description))
    for token in description["added_tokens"]:
        assert tokenizer.token_to_id(token["content"]) == token["id"], token
    return tokenizer


def bert_template(vocabulary):
    special = lambda token, kind: {"SpecialToken": {"id": token, "type_id": kind}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    single = [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)]
    return {
        "type": "TemplateProcessing", "single": single, "pair": single + [text("B", 1), special("[SEP]", 1)],
        "special_tokens": {token: {"id": token, "ids": [vocabulary[token]], "tokens": [token]}
                           for token in ("[CLS]", "[SEP]")}
    }


def write_hard():
    """Two small tokenizers as folders, and the ids of random strings with each."""
    vocabulary = small_vocabulary()
    tokens = [added(token, special=True) for token in SPECIAL]
    extras = SPECIAL + ["[sep]", "[MASK", "##", "unaffable", "the", "Wort", "e\u0301", "\u00e9", "x" * 100, "x" * 101]
    for name, settings, seed in (("uncased", "uncased", 21), ("cased", "cased", 22)):
        description = tokenizer_json(
            vocabulary, tokens=tokens, normalizer=settings, processor=bert_template(vocabulary))
        tokenizer = load(description)
        write(f"small-{name}/tokenizer.json", json.dumps(description, ensure_ascii=False, indent=1) + "\n")
        rows = []
        for text in hard_strings(seed, 1200, 20, extras):
            rows.append({"text": text, "ids": tokenizer.encode(text).ids})
        write_rows(f"small-{name}/ids.jsonl", rows)


def write_added_tokens():
    """Added tokens of every kind, in texts made of their pieces."""
    base = {"[UNK]": 0, "a": 1, "##b": 2, "the": 3, "dan": 4, "##cing": 5, "name": 6, "mask": 7, "<": 8, ">": 9, "##ing": 10}
    lower = {"type": "Lowercase"}
    mask = dict(lstrip=True, rstrip=True, single_word=True, special=True)
    sets = [
        ("overlapping", [added("danc"), added("nci"), added("ing"), added("ike")], "uncased", ["dancing", "I like dancing"]),
        ("overlapping longer", [added("nci"), added("danc"), added("ing"), added("ike"), added("dancing")], "uncased",
         ["dancing", "xdancingx"]),
        ("single word", [added("ony", single_word=True), added("Ann", normalized=True, single_word=True)], "uncased",
         ["My name is Anthony ony", "ony,ony-ony", "ony\u0301", "\u0301ony", "ann ANN anna", "_ony ony_", "ony\u200d ony\u200b"]),
        ("strip", [added("<mask>", **mask), added("<left>", lstrip=True), added("<right>", rstrip=True), added("<pad>", special=True)],
         lower, ["Hi <mask> there\t<mask>\t<mask>\u2000 <pad> <mask><pad><pad>", "a  <left>  a  <right>  a",
                 "<right> <left> <right>\u3000\n<left>", "x<mask>", "<mask>x", "\x0b<mask>\x85a"]),
        ("normalized", [added("Yesterday", normalized=True), added("[DAY]"), added("\u00c9t\u00e9", normalized=True, lstrip=True)],
         "uncased", ["I came Yesterday yesterday YESTERDAY", "[DAY][day]", "\u00e9t\u00e9 ete E\u0301TE\u0301 \u4e2d\u00c9T\u00c9", "a  \u00c9t\u00e9"]),
        ("in the model", [added("the", special=True), added("a", normalized=True, single_word=True)], "uncased",
         ["the THE a ab A the\u0301a", "athea"]),
        ("special as text", [added("<mask>", **mask), added("ask>", normalized=True), added("<pad>", special=True)], lower,
         ["Hi <mask> there\t<mask>\t<mask>\u2000 <pad> <mask><pad><pad>"]),
        ("special inside", [added("[SEP]", special=True), added("SEP"), added("EP]x")], "uncased", ["[SEP]x [SEP] SEP]x [[SEP]]"]),
        ("white space in tokens", [added("a  b"), added(" x", rstrip=True), added("\t\t", lstrip=True), added("\n", rstrip=True)],
         "cased", ["a  b a b", "a x  x  a", "a \t\t\t a", "\n\n x\n a"]),
        ("no normalizer", [added("A", normalized=True), added("B", normalized=False)], None, ["A a B b AB"]),
    ]
    rows = []
    draw = random.Random(31)
    for name, tokens, normalizer, texts in sets:
        description = tokenizer_json(base, tokens=tokens, normalizer=normalizer)
        tokenizer = load(description)
        pieces = [token["content"] for token in tokens] + [" ", "  ", "\t", "a", "b", "the", "\u0301", "-", ",", "\u2003", "_", "dancing"]
        texts = texts + ["".join(draw.choice(pieces) for _ in range(draw.randint(1, 9))) for _ in range(40)]
        cases = []
        for text in texts:
            tokenizer.encode_special_tokens = False
            ids = tokenizer.encode(text).ids
            tokenizer.encode_special_tokens = True
            cases.append({"text": text, "ids": ids, "asText": tokenizer.encode(text).ids})
        rows.append({"name": name, "size": tokenizer.get_vocab_size(), "tokenizer": description, "cases": cases})
    write_rows("added_tokens.jsonl", rows)


def write_pairs():
    """Post-processors with one and two texts of every small length, cut to every small length."""
    vocabulary = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4, "x": 5}
    template = bert_template(vocabulary)
    bert_step = {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}
    roberta = {"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": True, "add_prefix_space": True}
    special = lambda token, kind: {"SpecialToken": {"id": token, "type_id": kind}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    odd = {"type": "TemplateProcessing", "single": [text("A", 3), special("three", 2), text("A", 1)],
           "pair": [text("B", 7), special("none", 1), special("three", 0), text("A", 2)],
           "special_tokens": {"three": {"id": "three", "ids": [5, 0, 5], "tokens": ["x", "[UNK]", "x"]},
                              "none": {"id": "none", "ids": [], "tokens": []}}}
    plain = {"type": "TemplateProcessing", "single": [text("A", 4)], "pair": [text("B", 5), text("A", 6)], "special_tokens": {}}
    sequence = lambda *steps: {"type": "Sequence", "processors": list(steps)}
    wanted = {
        "none": None, "BERT template": template, "BertProcessing": bert_step, "RobertaProcessing": roberta, "odd template": odd,
        "Sequence of none": sequence(), "Bert, then template": sequence(bert_step, template),
        "template, then Bert": sequence(template, bert_step), "template, then Roberta": sequence(template, roberta),
        "plain, then template": sequence(plain, template), "Roberta, Bert": sequence(roberta, sequence(bert_step)),
    }
    rows = []
    for name, processor in wanted.items():
        description = tokenizer_json(vocabulary, processor=processor)
        tokenizer = load(description)
        cases = []
        lengths = [(count, None) for count in (0, 1, 5)]
        lengths += [(0, 0), (0, 2), (0, 8), (2, 4), (2, 8), (4, 4), (4, 8), (8, 0), (8, 2), (8, 4), (8, 8), (9, 8), (3, 7)]
        for first, second in lengths:
            specials = tokenizer.num_special_tokens_to_add(second is not None)
            for maximum in [None] + [specials + room for room in (0, 1, 2, 7, 10)]:
                if maximum is None:
                    tokenizer.no_truncation()
                elif maximum == 0:
                    continue
                else:
                    tokenizer.enable_truncation(maximum, strategy="longest_first")
                texts = [" ".join("a" * first)] + ([] if second is None else [" ".join("b" * second)])
                encoding = tokenizer.encode(*texts)
                cases.append([first, second, maximum, encoding.ids, encoding.type_ids])
        rows.append({"name": name, "tokenizer": description, "cases": cases})
    write_rows("pairs.jsonl", rows)


def write_models():
    """WordPiece by itself: prefixes, limits and pieces that fail late."""
    vocabulary = {"[UNK]": 0, "a": 1, "##b": 2, "ab": 3, "abc": 4, "##cd": 5, "b": 6, "##": 7, "\u00e9": 8, "e\u0301": 9,
                  "##\u00e9": 10, "": 11, "abcdefghijk": 12, "##bcdefghijkl": 13, "##c": 14, "\U0001f600": 15}
    variants = [
        {}, {"continuing_subword_prefix": ""}, {"continuing_subword_prefix": "a"}, {"max_input_chars_per_word": 0},
        {"max_input_chars_per_word": 3}, {"unk_token": "b"}, {"continuing_subword_prefix": "##bcdefghijkl"},
    ]
    texts = ["", "a", "ab", "abc", "abcd", "abb", "abx", "xab", "b", "ba", "\u00e9", "e\u0301", "a\u00e9", "ae\u0301", "##b",
             "abcdefghijk", "abcdefghijkl", "aabcdefghijkl", "abcdefghijkx", "aaaa", "\U0001f600", "\U0001f600b\U0001f600",
             "a b", "\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9\u00e9", "abbbbbbbc", "a" * 100, "a" * 101]
    rows = []
    for variant in variants:
        description = tokenizer_json(vocabulary, normalizer=None, pre_tokenizer=None, **variant)
        tokenizer = load(description)
        rows.append({"tokenizer": description, "cases": [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts]})
    write_rows("models.jsonl", rows)


def write_vocab_txt():
    """What the library reads from awkward vocab.txt files."""
    import os
    import tempfile
    from tokenizers.models import WordPiece

    texts = ["[UNK]\na\nb\n", "[UNK]\r\na\r\nb", "[UNK]\na \nb\t\u3000\n\n  c\n", "a\nb\na\n", "\ufeff[UNK]\na\n\n\n",
             "a\x0bb\n\x0c\nc\x85\nd\u2028\n", "\r\r\na\n", "\n", "\u00e9\ne\u0301\n"]
    rows = []
    for text in texts:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "vocab.txt")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            vocabulary = sorted(WordPiece.read_file(path).items(), key=lambda entry: entry[1])
            rows.append({"text": text, "vocab": dict(vocabulary)})
    write_rows("vocab_txt.jsonl", rows)


# --- Goldens: a real vocabulary --------------------------------------------------------------------------------------


def ids_hash(ids):
    return fnv(b"".join(each.to_bytes(4, "little") for each in ids))


def write_real():
    """The vocabulary of all-MiniLM-L6-v2: 1,000 windows of sentences.txt, and the collections beside the repository."""
    if not CHECKPOINT.exists():
        print(f"{CHECKPOINT} is missing: real_texts.txt and collections.txt keep their old content")
        return
    tokenizer = Tokenizer.from_file(str(CHECKPOINT / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    words = (GOLDENS / "sentences.txt").read_text(encoding="utf-8").split(" ")
    draw = random.Random(41)
    lines = []
    for index in range(1000):
        start = draw.randrange(len(words))
        length = 1 + index * 599 // 999
        ids = tokenizer.encode(" ".join((words * 2)[start:start + length])).ids
        lines.append(f"{start} {length} {len(ids)} {ids_hash(ids):08X}")
    write("real_texts.txt", "\n".join(lines) + "\n")

    lines = []
    for folder in sorted((ROOT.parent / "shared/collections").glob("*/corpus.jsonl")):
        data = folder.read_bytes()
        rows = [json.loads(line) for line in data.decode().splitlines()]
        texts = [row.get("title", "") + " " + row["text"] for row in rows]
        hashes = []
        for start in range(0, len(texts), 256):
            batch = tokenizer.encode_batch(texts[start:start + 256])
            hashes.append(f"{ids_hash([each for encoding in batch for each in encoding.ids]):08X}")
        lines.append(f"{folder.parent.name} {len(data)} {len(texts)} " + " ".join(hashes))
    if lines:
        write("collections.txt", "\n".join(lines) + "\n")


def write_goldens():
    for step in (write_scalars, write_forms, write_words, write_hard, write_added_tokens, write_pairs, write_models,
                 write_vocab_txt, write_real):
        step()


if __name__ == "__main__":
    if tokenizers.__version__ != VERSION:
        sys.exit(f"tokenizers {tokenizers.__version__} is installed; this needs {VERSION}")
    wanted = sys.argv[1:] or ["tables", "goldens"]
    if "tables" in wanted:
        write_tables()
    if "goldens" in wanted:
        write_goldens()
