"""Writes a tokenizer.json in the style of a well-known model from a vocabulary of tiktoken.

    python tiktoken_tokenizer.py gpt2.tiktoken roberta roberta/tokenizer.json

Such vocabularies come with Python packages (mlx-whisper: GPT-2; dashscope: Qwen; litellm: GPT-4 and GPT-4o). A vocabulary
has no merges; a token is merged from the two parts that the tokens before it make of its bytes.
"""

import argparse
import base64
import json
import pathlib

CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d"
BEFORE = r"[^\r\n\p{L}\p{N}]?"
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
ENDING = f"(?i:{CONTRACTIONS})?"
PATTERNS = {
    "llama3": rf"(?i:{CONTRACTIONS})|{BEFORE}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen": rf"(?i:{CONTRACTIONS})|{BEFORE}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "gpt4o": f"{BEFORE}{CAPITALS}*{SMALL}+{ENDING}|{BEFORE}{CAPITALS}+{SMALL}*{ENDING}"
    + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}


def alphabet() -> list[str]:
    """The character of each byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(rest)) for byte in range(256)]


def parts(token: bytes, ranks: dict[bytes, int]) -> list[bytes]:
    """The parts that the merges before the token's own leave."""
    found = [token[place : place + 1] for place in range(len(token))]
    while len(found) > 2:
        pairs = [ranks.get(found[place] + found[place + 1], ranks[token]) for place in range(len(found) - 1)]
        best = min(range(len(pairs)), key=pairs.__getitem__)
        if pairs[best] >= ranks[token]:
            break
        found[best : best + 2] = [found[best] + found[best + 1]]
    return found


def described(ranks: dict[bytes, int], family: str) -> dict:
    letters = alphabet()
    text = {token: "".join(letters[byte] for byte in token) for token in ranks}
    special = ["<s>", "<pad>", "</s>", "<unk>"] if family == "roberta" else []
    vocabulary = {token: number for number, token in enumerate(special)}
    for token, rank in sorted(ranks.items(), key=lambda entry: entry[1]):
        vocabulary[text[token]] = rank + len(special)
    merges = []
    for token, _ in sorted(ranks.items(), key=lambda entry: entry[1]):
        both = parts(token, ranks) if len(token) > 1 else []
        if len(both) == 2:
            merges.append([text[both[0]], text[both[1]]])
    added = special + {"roberta": ["<mask>"], "modernbert": ["[CLS]", "[SEP]", "[PAD]", "[MASK]", "   "]}.get(family, ["<|endoftext|>"])
    tokens, following = [], max(vocabulary.values()) + 1
    for token in added:
        known = vocabulary.get(token)
        tokens.append(
            {"id": following if known is None else known, "content": token, "single_word": False, "lstrip": token == "<mask>", "rstrip": False,
             "normalized": token.isspace(), "special": not token.isspace()}
        )  # fmt: skip
        following += known is None
    ids = {token["content"]: token["id"] for token in tokens}

    def template(first, last):
        piece = lambda name: [{"SpecialToken": {"id": name, "type_id": 0}}] if name else []
        single = piece(first) + [{"Sequence": {"id": "A", "type_id": 0}}] + piece(last)
        pair = single + [{"Sequence": {"id": "B", "type_id": 0}}] + piece(last)
        table = {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in (first, last) if name}
        return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": table}

    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    words = level
    if family in PATTERNS:
        cut = {"type": "Split", "pattern": {"Regex": PATTERNS[family]}, "behavior": "Isolated", "invert": False}
        words = {"type": "Sequence", "pretokenizers": [cut, level | {"use_regex": False}]}
    processor = {
        "roberta": {"type": "RobertaProcessing", "sep": ["</s>", ids.get("</s>", 0)], "cls": ["<s>", ids.get("<s>", 0)], "trim_offsets": True,
                    "add_prefix_space": False},
        "modernbert": template("[CLS]", "[SEP]") if family == "modernbert" else None,
        "qwen": template(None, "<|endoftext|>") if family == "qwen" else None,
    }.get(family, level)  # fmt: skip
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens,
        "normalizer": {"type": "NFC"} if family in ("modernbert", "qwen") else None, "pre_tokenizer": words,
        "post_processor": processor, "decoder": level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False, "ignore_merges": family == "llama3", "vocab": vocabulary, "merges": merges},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ranks", type=pathlib.Path)
    parser.add_argument("family", choices=["gpt2", "roberta", "modernbert", *PATTERNS])
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    lines = (line.split() for line in options.ranks.read_text().splitlines())
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line for line in lines if line)}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(described(ranks, options.family), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
