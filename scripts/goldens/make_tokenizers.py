#!/usr/bin/env python3
"""Asks the Hugging Face tokenizers library what it does, and writes down the answers.

    python3 -m venv /tmp/venv-tokenizers
    /tmp/venv-tokenizers/bin/pip install tokenizers==0.23.3
    /tmp/venv-tokenizers/bin/python scripts/goldens/make_tokenizers.py [tables] [goldens]

`tables` probes every Unicode scalar and writes Sources/Tokenizers/Unicode/*Table.swift; `goldens` writes the files of
Tests/TokenizersTests/Goldens that come from the library. Both are written when nothing is named. The golden for the
vocabulary of a real model needs checkpoints/all-MiniLM-L6-v2 and keeps its old file where that is missing. Everything
is seeded: the same library gives the same bytes.
"""

import json
import pathlib
import random
import sys
import zlib

import tokenizers
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers

VERSION = "0.23.3"
ROOT = pathlib.Path(__file__).resolve().parents[2]
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


def write_table(name, summary, entries):
    text = (f"// Written by scripts/goldens/make_tokenizers.py from tokenizers {VERSION}; do not edit.\n\n"
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


if __name__ == "__main__":
    if tokenizers.__version__ != VERSION:
        sys.exit(f"tokenizers {tokenizers.__version__} is installed; this needs {VERSION}")
    wanted = sys.argv[1:] or ["tables", "goldens"]
    if "tables" in wanted:
        write_tables()
