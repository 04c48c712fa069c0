#!/usr/bin/env python3
"""Asks the Hugging Face tokenizers library where grapheme clusters end, and writes Unicode/GraphemeTable.swift.

    /tmp/venv-tokenizers/bin/python Tests/Goldens/make/make_grapheme_table.py

The library shows its clusters only through the normalizer `Precompiled`: a cluster of fewer than six bytes becomes, as a
whole, what its beginning maps to; a longer one goes scalar by scalar. So each question is a string with a scalar in it
that ends in a letter and an acute accent: the accent is lost where the letter starts a cluster of its own.
"""

import make_tokenizer_tables_and_goldens as base
from tokenizers import normalizers

ACUTE, JOINER = "\u0301", "\u200d"
LETTER, OTHER, VIRAMA, SYMBOL = "\u0924", "\u0915", "\u094d", "\u2602"  # Devanagari ta, ka; an umbrella
LEAD, VOWEL, TRAIL = "\u1100", "\u1161", "\u11a8"


def charsmap(mapping):
    """The table of a `Precompiled` normalizer: a double array as Darts-clone lays it out, then the texts."""
    texts, starts = b"", {}
    for text in mapping.values():
        if text not in starts:
            starts[text] = len(texts)
            texts += text.encode() + b"\0"
    root = {}
    for key, text in mapping.items():
        node = root
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = starts[text]
    units, bases = {0: 0}, set()
    stack = [(0, root)]
    while stack:
        place, node = stack.pop()
        labels = sorted(node)
        start = 1
        while start in bases or any(start ^ label in units for label in labels):
            start += 1
        bases.add(start)
        offset = place ^ start
        assert offset < 1 << 21
        units[place] |= offset << 10 | (1 << 8 if 0 in node else 0)
        for label in labels:
            units[start ^ label] = node[label] | 1 << 31 if label == 0 else label
        stack.extend((start ^ label, node[label]) for label in labels if label)
    size = (max(units) | 255) + 1
    trie = b"".join(units.get(place, 0).to_bytes(4, "little") for place in range(size))
    return len(trie).to_bytes(4, "little") + trie + texts


PROBE = normalizers.Precompiled(charsmap({each: "Y" for each in ("a", LETTER, SYMBOL, LEAD, VOWEL, TRAIL)} | {ACUTE: "Z"}))


def answers(codes, text):
    """The probe's result for the text of each scalar."""
    for code in codes:
        yield code, PROBE.normalize_str(text(chr(code)))


def chosen(codes, text, isChosen):
    return [code for code, result in answers(codes, text) if isChosen(result)]


def probe_classes():
    scalars = [code for code in base.SCALARS if chr(code) not in ("a", LETTER, SYMBOL, LEAD, VOWEL, TRAIL, ACUTE)]
    kept, lost = (lambda result: result.endswith("Z")), (lambda result: result.endswith("Y"))
    # `a` and what joins it become one Y.
    joined = chosen(scalars, lambda each: "a" + each, lambda result: result == "Y") + [ord(ACUTE)]
    # Two accents after a control are a cluster of their own.
    control = chosen(scalars, lambda each: each + ACUTE + ACUTE, lambda result: result.count("Z") == 1)
    prepend = chosen(scalars, lambda each: each + LETTER + ACUTE, kept)
    extend = chosen(joined, lambda each: SYMBOL + each + JOINER + SYMBOL + ACUTE, kept)
    extend = [code for code in extend if code != ord(JOINER)]
    rest = [code for code in scalars if code not in set(prepend)]
    pictographic = chosen(rest, lambda each: each + JOINER + SYMBOL + ACUTE, kept) + [ord(SYMBOL)]
    consonants = chosen(rest, lambda each: each + VIRAMA + LETTER + ACUTE, kept) + [ord(LETTER)]
    linkers = chosen(joined, lambda each: OTHER + each + LETTER + ACUTE, kept)
    conjunct = chosen(joined, lambda each: OTHER + VIRAMA + each + LETTER + ACUTE, kept)
    before_lead = set(chosen(rest, lambda each: each + LEAD + ACUTE, kept)) | {ord(LEAD)}
    before_vowel = set(chosen(rest, lambda each: each + VOWEL + ACUTE, kept)) | {ord(LEAD), ord(VOWEL)}
    before_trail = set(chosen(rest, lambda each: each + TRAIL + ACUTE, kept)) | {ord(VOWEL), ord(TRAIL)}
    syllables = set(base.HANGUL)
    assert before_vowel & syllables == {code for code in syllables if (code - 0xAC00) % 28 == 0}
    assert before_trail & syllables == syllables and not before_lead & syllables
    assert before_lead <= before_vowel and not before_lead & before_trail
    assert set(prepend).isdisjoint(joined) and set(linkers) <= set(conjunct)
    assert not set(consonants) & set(pictographic) and set(consonants).isdisjoint(joined)
    spacing = set(joined) - set(extend) - {ord(JOINER)}
    return [
        ("control", "Ends a cluster before and after it.", control),
        ("extend", "Joins what stands before it: Grapheme_Cluster_Break=Extend.", extend),
        ("spacingMark", "Joins what stands before it: Grapheme_Cluster_Break=SpacingMark.", spacing),
        ("prepend", "Joins what stands after it.", prepend),
        ("pictographic", "Joins the one before it with a joiner between: Extended_Pictographic.", pictographic),
        ("consonant", "Joins the one before it with a linker between: Indic_Conjunct_Break=Consonant.", consonants),
        ("linker", "Indic_Conjunct_Break=Linker.", linkers),
        ("conjunctExtend", "May stand beside a linker: Indic_Conjunct_Break=Extend, and the linkers.", conjunct),
        ("lead", "Hangul_Syllable_Type=L.", before_lead),
        ("vowel", "Hangul_Syllable_Type=V, and others of that class.", before_vowel & before_trail - syllables),
        ("trail", "Hangul_Syllable_Type=T.", before_trail - before_vowel - syllables),
    ]


if __name__ == "__main__":
    base.write_table(
        "GraphemeTable", "What counts for the boundaries of grapheme clusters in the crate unicode-segmentation.",
        [(name, comment, base.text_of_set(codes)) for name, comment, codes in probe_classes()])
