#!/usr/bin/env python3
"""Asks the Hugging Face tokenizers library what its byte-level parts do, and writes down the answers.

    python3 -m venv /tmp/venv-tokenizers
    /tmp/venv-tokenizers/bin/pip install tokenizers==0.23.3
    /tmp/venv-tokenizers/bin/python Tests/Goldens/make/make_byte_level_tables_and_goldens.py [tables] [goldens]

`tables` probes every Unicode scalar and writes Sources/Tokenizers/Unicode/PatternClassTable.swift; `goldens` writes the
files of Tests/TokenizersTests/Goldens/byte-level. Both are written when nothing is named. Everything is seeded: the same
library gives the same bytes.
"""

import json
import pathlib
import sys

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

import make_tokenizer_tables_and_goldens as common

FOLDER = "byte-level"

CLASSES = [
    ("lower", r"`\p{Ll}`.", r"\p{Ll}"),
    ("upper", r"`\p{Lu}` and `\p{Lt}`.", r"[\p{Lu}\p{Lt}]"),
    ("caseless", r"`\p{Lm}` and `\p{Lo}`.", r"[\p{Lm}\p{Lo}]"),
    ("mark", r"`\p{M}`.", r"\p{M}"),
    ("number", r"`\p{N}`.", r"\p{N}"),
    ("whitespace", r"`\s`.", r"\s"),
    ("digit", r"`\d`.", r"\d"),
]


def left_out(step):
    """The scalars that a pre-tokenizer leaves out of a text of all of them."""
    text = "".join(map(chr, common.SCALARS))
    kept = [range(*offsets) for _, offsets in step.pre_tokenize_str(text)]
    found = set(range(len(text))).difference(*kept)
    return [common.SCALARS[index] for index in sorted(found)]


def write_tables():
    entries = [(name, comment, left_out(pre_tokenizers.Split(Regex(regex), "removed"))) for name, comment, regex in CLASSES]
    letters = set(left_out(pre_tokenizers.Split(Regex(r"\p{L}"), "removed")))
    assert letters == set().union(*(codes for name, _, codes in entries if name in ("lower", "upper", "caseless")))
    # Digits cuts before and after each numeric scalar; white space keeps the scalars apart.
    digits = pre_tokenizers.Digits(individual_digits=True)
    numeric = [code for code in common.SCALARS if len(digits.pre_tokenize_str(f"a{chr(code)}b")) == 3]
    entries.append(("numeric", "`char::is_numeric` of the Rust standard library.", numeric))
    common.write_table("PatternClassTable", "The classes in the regular expressions of the reference library (Oniguruma).", [
        (name, comment, common.text_of_set(codes)) for name, comment, codes in entries], pathlib.Path(__file__).name)


# --- Goldens: words ------------------------------------------------------------------------------------------------

CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d"
BEFORE = r"[^\r\n\p{L}\p{N}]?"
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def cased(ending):
    return f"{BEFORE}{CAPITALS}*{SMALL}+{ending}|{BEFORE}{CAPITALS}+{SMALL}*{ending}"


PATTERNS = {
    "GPT-2": CONTRACTIONS + r"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "Llama 3": f"(?i:{CONTRACTIONS})|" + BEFORE + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "GPT-4": r"'(?i:[sdmt]|ll|ve|re)|" + BEFORE + r"+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "Qwen 2": f"(?i:{CONTRACTIONS})|" + BEFORE + r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "Qwen 3.5": f"(?i:{CONTRACTIONS})|" + BEFORE
    + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "GPT-4o": cased(f"(?i:{CONTRACTIONS})?") + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "Mistral": cased("") + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "CLIP": CONTRACTIONS + r"|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(**options):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True} | options


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
WORDS = {name: split(pattern, "Removed" if name == "CLIP" else "Isolated", name == "CLIP") for name, pattern in PATTERNS.items()}
WORDS |= {f"text {behavior} {invert}": split("e ", behavior, invert, "String") for behavior in BEHAVIORS for invert in (False, True)}
WORDS |= {f"numbers {behavior}": split(r"\p{N}{1,3}", behavior) for behavior in BEHAVIORS}
WORDS |= {pattern: split(pattern, "MergedWithNext") for pattern in (
    r"\s", r"\s+", r"\p{L}+", r"\p{N}+", r"\d", r"\d+", r"\d{1,3}", "[0-9]", "[0-9]+", "[0-9]{1,3}", "[0-9][0-9][0-9]",
    r"[\r\n]", r"[\r\n]+", r"\n", "a")}
WORDS |= {f"punctuation {behavior}": {"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS}
WORDS |= {
    "ByteLevel": byte_level(), "ByteLevel with a space": byte_level(add_prefix_space=True),
    "ByteLevel uncut": byte_level(use_regex=False, add_prefix_space=True), "Digits": {"type": "Digits", "individual_digits": False},
    "single digits": {"type": "Digits", "individual_digits": True}, "plain punctuation": {"type": "Punctuation"},
    "Qwen": {"type": "Sequence", "pretokenizers": [split(PATTERNS["Qwen 2"]), byte_level(use_regex=False)]},
    "StarCoder": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level()]},
    "Falcon": {"type": "Sequence", "pretokenizers": [
        {"type": "Punctuation", "behavior": "Contiguous"}, byte_level(), {"type": "Digits", "individual_digits": False},
        split("[0-9][0-9][0-9]")]},
    "spaces at each step": {"type": "Sequence", "pretokenizers": [split(" ", "Removed", kind="String"), byte_level(add_prefix_space=True)]},
    "twice": {"type": "Sequence", "pretokenizers": [byte_level(), byte_level(add_prefix_space=True)]},
}


def pre_tokenizer(description):
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
             "pre_tokenizer": description, "post_processor": None, "decoder": None,
             "model": {"type": "BPE", "vocab": {}, "merges": []}}
    return Tokenizer.from_str(json.dumps(whole)).pre_tokenizer


KNOWN = ["", " ", "   ", "Hello there\nHello there", "Hello there       dear", "I'm I'M don'T we'LL they'vE x'\u017f '\u017fa 's't", "a\n\nb", "x   ",
         "a\r\n \r\n b", "\n\n\t \n  x", "12345 67 \u0663\u0664\u0665\u0666 \u00bd\u00b2\u2167", "e\u0301e \u0301\u0301e", "HTTPServer fooBAR \u01c5a A\u02b0b 'a 'S",
         "...\r\n/\n/ !!\n\n", "\u4e2d\u6587ABC\u3042 \u0939\u093f\u0928\u094d\u0926\u0940", "e e 1e e e", "\u00a0a\u3000b\u2028c\x85d\x1ce", "'", "''s'", "a'b", "'re're",
         "\U0001f600\U0001f44d\U0001f3fd!", "\u00a8\u00ad", "i\u2b62j", "A\u0301B", "\u0301A\u0301", "\u0301Ab\u0301", "aB\u0e01C", "don\u2019t", "end \n", " \n end"]


def texts(seed, count, longest):
    extras = ["'s", "'LL", "'\u017f", "  ", "\r\n", "\n", " \n ", "12", "e ", "/", "'", "aB", "\u01c5", "\u0301", "\u00bd"]
    return KNOWN + common.hard_strings(seed, count, longest, extras)


def write_words():
    steps = {name: pre_tokenizer(description) for name, description in WORDS.items()}
    strings = texts(31, 150, 14)
    rows = [{"texts": strings}]
    for name, step in steps.items():
        rows.append({"name": name, "pre_tokenizer": WORDS[name],
                     "words": [[piece for piece, _ in step.pre_tokenize_str(text)] for text in strings]})
    common.write_rows(f"{FOLDER}/words.jsonl", rows)


def write_scalars():
    """For patterns of every form, a hash for each block of 4,096 scalars: the words in texts that every one of them stands in."""
    lines = []
    for name in ("GPT-2", "Llama 3", "Qwen 3.5", "GPT-4o"):
        step = pre_tokenizer(WORDS[name])
        for block in range(0x110000 >> 12):
            value = common.fnv(b"")
            for code in range(block << 12, (block + 1) << 12):
                if 0xD800 <= code <= 0xDFFF:
                    continue
                scalar = chr(code)
                text = f"{scalar}a{scalar} {scalar}{scalar}B'{scalar}1{scalar}.{scalar}\n"
                cut = ",".join(str(len(piece)) for piece, _ in step.pre_tokenize_str(text))
                value = fnv_from(value, cut.encode() + b";")
            lines.append(f"{name}\t{block:X}\t{value:08X}\n")
    common.write(f"{FOLDER}/scalars.tsv", "".join(lines))


def fnv_from(value, data):
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


# --- Goldens: models -----------------------------------------------------------------------------------------------


def trained():
    """A small vocabulary with the merges that make it, from the sentences beside the goldens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    lines = (common.GOLDENS / "sentences.txt").read_text().split("\n")
    tokenizer.train_from_iterator(lines, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [" ".join(merge) for merge in model["merges"]]


def added(content, **options):
    return common.added(content, special=True, **options)


def template(first, last):
    special = lambda token, kind: {"SpecialToken": {"id": token, "type_id": kind}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    single = ([special(first, 0)] if first else []) + [text("A", 0)] + ([special(last, 0)] if last else [])
    pair = single + [text("B", 1)] + ([special(last, 1)] if last else [])
    return {"type": "TemplateProcessing", "single": single, "pair": pair}


def whole(vocabulary, merges, *, tokens=(), processor=None, **sections):
    """A tokenizer.json with ids for the added tokens, and for those of a template."""
    listed, following = [], len(vocabulary)
    for token in tokens:
        known = vocabulary.get(token["content"])
        listed.append({"id": following if known is None else known} | token)
        following += known is None
    if processor and processor["type"] == "Sequence":
        templates = processor["processors"]
    else:
        templates = [processor]
    for each in templates:
        if each and each["type"] == "TemplateProcessing":
            names = {piece["SpecialToken"]["id"] for piece in each["pair"] if "SpecialToken" in piece}
            ids = vocabulary | {token["content"]: token["id"] for token in listed}
            each["special_tokens"] = {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in sorted(names)}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": False, "ignore_merges": False} | sections.pop("model", {})
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": listed, "normalizer": None,
            "pre_tokenizer": None, "post_processor": processor, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            } | sections | {"model": model | {"vocab": vocabulary, "merges": merges}}


def families(vocabulary, merges):
    """Tokenizers with the settings of well-known ones."""
    roberta = {"type": "RobertaProcessing", "sep": ["</s>", vocabulary["</s>"]], "cls": ["<s>", vocabulary["<s>"]],
               "trim_offsets": True, "add_prefix_space": False}
    pairs = [merge.split(" ") for merge in merges]
    special = [added(token) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    cut = lambda name: {"type": "Sequence", "pretokenizers": [split(PATTERNS[name]), byte_level(use_regex=False)]}
    few = {token: index for index, token in enumerate(token for token in vocabulary if "\u0120" not in token and "b" not in token)}
    kept = [merge for merge in merges if all(token in few for token in (*merge.split(" "), merge.replace(" ", "")))]
    return {
        "GPT-2": whole(vocabulary, merges, processor=byte_level(), pre_tokenizer=byte_level(), tokens=[added("<|endoftext|>")]),
        "RoBERTa": whole(vocabulary, merges, processor=roberta, pre_tokenizer=byte_level(),
                         tokens=special + [added("<mask>", lstrip=True)]),
        "RoBERTa with a space": whole(vocabulary, merges, processor=roberta, pre_tokenizer=byte_level(add_prefix_space=True),
                                      tokens=special + [added("<mask>", lstrip=True, rstrip=True)]),
        "ModernBERT": whole(vocabulary, pairs, processor=template("<s>", "</s>"), normalizer={"type": "NFC"}, pre_tokenizer=byte_level(),
                            tokens=special + [common.added("  ", normalized=True), common.added("    ", normalized=True), added("|||IP|||")]),
        "Qwen": whole(vocabulary, merges, processor=template(None, "</s>"), normalizer={"type": "NFC"}, pre_tokenizer=cut("Qwen 2"), tokens=special),
        "Llama 3": whole(vocabulary, pairs, processor={"type": "Sequence", "processors": [byte_level(), template("<s>", None)]},
                         pre_tokenizer=cut("Llama 3"), model={"ignore_merges": True}, tokens=special),
        "the later half of the merges": whole(vocabulary, merges[len(merges) // 2:], pre_tokenizer=byte_level()),
        "merges backwards": whole(vocabulary, merges[::-1], pre_tokenizer=byte_level()),
        "each merge twice": whole(vocabulary, merges + merges[::-1], pre_tokenizer=byte_level()),
        "characters that vanish": whole(few, kept, pre_tokenizer=byte_level(), model={"fuse_unk": True}),
        "unknown characters": whole(few, kept, pre_tokenizer=byte_level(add_prefix_space=True), model={"unk_token": "<unk>"}),
        "unknown characters as one": whole(few, kept, pre_tokenizer=byte_level(), model={"unk_token": "<unk>", "fuse_unk": True}),
        "ByteLevel as a normalizer": whole(vocabulary, merges, normalizer={"type": "ByteLevel"}, pre_tokenizer=split("\u0120", "MergedWithNext")),
        "words of digits": whole(vocabulary, merges, pre_tokenizer=WORDS["Falcon"]),
        "no words": whole(vocabulary, merges, pre_tokenizer=byte_level(use_regex=False)),
    }


def characters():
    """Models of characters rather than bytes, small enough to read."""
    letters = {token: index for index, token in enumerate("<unk> a b c \u00e9 \u2581 ab abc bc \u2581a \u2581ab aa aaaa aaaaa <0x64> <0xC3> <0xA9> <0xA8> <0xE4>".split())}
    merges = ["b c", "a b", "a bc", "ab c", "\u2581 a", "\u2581a b", "a a", "aa aa", "aaaa a"]
    words = ["", "abc", "aab", "abab", "aaaaa", "aaaaaaa", "abcabc", "axb", "d", "\u00e9", "\u00e8", "\u00e8\u00e8", "dx\u00e8", "xd", "x\u00e8y", "xyd z", "\u4e2dd\u4e2d", "\u2581ab", "a b", "b" * 60,
             "a" * 200, "abc" * 50, "x" * 90 + "a", "\u00e9\u00e8x\u00e9"]
    plain = dict(pre_tokenizer=None)
    prefix = {token: index for index, token in enumerate("<unk> a ##b ##c ab abc ##bc ##a b ## aa".split())}
    suffix = {token: index for index, token in enumerate("<unk> a b a</w> b</w> ab</w> ab abb</w> <0x78> <0x3C> <0x2F> <0x77> <0x3E>".split())}
    models_ = {
        "unknown": whole(letters, merges, model={"unk_token": "<unk>"}, **plain),
        "unknown as one": whole(letters, merges, model={"unk_token": "<unk>", "fuse_unk": True}, **plain),
        "vanishing": whole(letters, merges, **plain),
        "bytes": whole(letters, merges, model={"byte_fallback": True}, **plain),
        "bytes or unknown": whole(letters, merges, model={"byte_fallback": True, "unk_token": "<unk>"}, **plain),
        "bytes or unknown as one": whole(letters, merges, model={"byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True}, **plain),
        "words whole": whole(letters, merges, model={"ignore_merges": True, "unk_token": "<unk>"}, pre_tokenizer={"type": "WhitespaceSplit"}),
        "the later rank": whole(letters, ["a b", "b c", "a bc", "ab c", "a b"], **plain),
        "merges with an unknown token": whole(letters | {"<unk>a": 40, "a<unk>": 41, "": 42}, ["<unk> a", "a <unk>", "a b"], model={"unk_token": "<unk>"}, **plain),
        "an empty unknown token": whole(letters | {"": 42}, [["", "a"], ["a", ""], ["a", "b"], ["ab", "c"]], model={"unk_token": ""}, **plain),
        "tokens with spaces": whole(letters | {" ": 40, "a ": 41, "a b": 42}, [["a", " "], ["a ", "b"]], **plain),
        "prefix": whole(prefix, ["a ##b", "ab ##c", "##b ##c", "a ##a"], model={"unk_token": "<unk>", "continuing_subword_prefix": "##"}, **plain),
        "prefix that is a token": whole(prefix, ["a ##", "a ##b"], model={"unk_token": "<unk>", "continuing_subword_prefix": "##"}, **plain),
        "suffix": whole(suffix, ["a b</w>", "a b", "ab b</w>"], model={"unk_token": "<unk>", "end_of_word_suffix": "</w>", "byte_fallback": True},
                        pre_tokenizer={"type": "WhitespaceSplit"}),
        "suffix, words whole": whole(suffix, ["a b</w>"], model={"unk_token": "<unk>", "end_of_word_suffix": "</w>", "ignore_merges": True},
                                     pre_tokenizer={"type": "WhitespaceSplit"}),
        "empty affixes, no type": whole(letters, merges, model={"continuing_subword_prefix": "", "end_of_word_suffix": "", "dropout": 0.0}, **plain),
    }
    del models_["empty affixes, no type"]["model"]["type"]
    return models_, words


def write_models():
    """Each model as rows of texts and ids; the first row has the vocabulary that most share."""
    vocabulary, merges = trained()
    strings = texts(32, 220, 24) + ["<s>a</s>", "x <mask>  y", "a  b    c", "<|endoftext|><unk>|||IP|||", "the " * 40, "abcdefgh" * 30, "\u00e9\u4e2d" * 40]
    rows = [{"vocab": vocabulary, "merges": merges}]
    for kind, described, wanted in (("byte", families(vocabulary, merges), strings), ("character", *characters())):
        for name, description in described.items():
            tokenizer = Tokenizer.from_str(json.dumps(description))
            for token in description["added_tokens"]:
                assert tokenizer.token_to_id(token["content"]) == token["id"], token
            shared = {}
            for part, value in (("vocab", vocabulary), ("merges", merges)):
                if description["model"][part] == value:
                    shared[part] = description["model"].pop(part)
            cases = [[text, tokenizer.encode(text).ids] for text in wanted]
            encoding = tokenizer.encode("ab cd", "ef 12")
            rows.append({"name": name, "kind": kind, "tokenizer": description, "pair": [encoding.ids, encoding.type_ids], "cases": cases})
    common.write_rows(f"{FOLDER}/models.jsonl", rows)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["tables", "goldens"]
    if "tables" in wanted:
        write_tables()
    if "goldens" in wanted:
        write_words()
        write_scalars()
        write_models()
