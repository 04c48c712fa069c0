"""Texts for parity checks: 1 to 600 words, English from a collection, many scripts, and awkward characters.

    python parity_texts.py --count 1000 --output texts.txt      one text per line, the same ones every time
"""

import argparse
import pathlib
import random

import common

# A few words of each script; texts are put together from them at random.
SCRIPTS = {
    "latin": "Straße façade naïve Ångström crème brûlée señor Łódź žluťoučký kůň İstanbul ﬁne œuvre ß ŉ Ǆ".split(),
    "vietnamese": "Tiếng Việt không phải là tiếng Anh đường phố nghĩa".split(),
    "greek": "Γειά σου κόσμε Ελλάδα ὀδυσσεύς ΣΊΣΥΦΟΣ λόγος".split(),
    "cyrillic": "Привет мир Ёлка съешь ещё этих булок Київ їжак ѝ".split(),
    "hebrew": "שלום עולם סֵפֶר טוב".split(),
    "arabic": "مرحبا بالعالم كِتَاب ٱلسَّلَام فارسی گچ".split(),
    "devanagari": "नमस्ते दुनिया हिन्दी क्षत्रिय श्री".split(),
    "thai": ["สวัสดีชาวโลก", "ภาษาไทย", "น้ำ"],
    "han": ["你好世界", "漢字", "检索模型", "𠀀𪛖", "〇"],
    "kana": ["こんにちは", "カタカナ", "ﾊﾝｶｸ", "が", "か\u3099"],
    "hangul": ["안녕하세요", "세계", "\u1112\u1161\u11ab"],
    "others": "გამარჯობა Բարեւ ሰላም ᏣᎳᎩ សួស្តី བོད ᚠᚢᚦ".split(),
}
AWKWARD = [
    "don't", "e-mail", "C++", "x=y+1;", "https://example.org/a?b=c&d=%20#e", "user@example.org", "3.14159",
    "1,000,000",
    "½", "٣", "№", "™", "…", "—", "‘quoted’", "«guillemets»", "„low“", "¿qué?", "€5", "$HOME", "`ls -l`", "a_b",
    "[SEP]",
    "[MASK]", "[UNK]", "[sep]", "##ing", "😀", "👩‍👩‍👧", "🇫🇷", "e\u0301", "a\u0308\u0323", "\u200bzero",
    "soft\u00adhyphen",
    "no\u00a0break", "tab\there", "bell\x07", "\ufffd", "\u3000", "ﬃ", "Ⅻ", "ªº", "𝔘𝔫𝔦", "\u2028", "x" * 99, "y" * 101,
    "z" * 300, "日本語text混在", "a" + "\u0301" * 40, "\ue000", "\u0378", "!!!", "...", "~", "|", "^", "\\", "<b>bold</b>",
]  # fmt: skip


def parity_texts(documents: list[str], count: int = 1000, seed: int = 11) -> list[str]:
    """Lengths spread evenly over the logarithm; a third English, a third in one other script, a third mixed."""
    generator = random.Random(seed)
    english = " ".join(documents).split()
    scripts = list(SCRIPTS.values())
    texts = []
    for index in range(count):
        length = max(1, round(600 ** generator.random()))
        start = generator.randrange(max(1, len(english) - length))
        words = english[start : start + length]
        kind = index % 3
        if kind == 1:
            words = generator.choices(generator.choice(scripts), k=length)
        elif kind == 2:
            for place in range(length):
                draw = generator.random()
                if draw < 0.2:
                    words[place] = generator.choice(AWKWARD)
                elif draw < 0.4:
                    words[place] = generator.choice(generator.choice(scripts))
        texts.append(generator.choice([" ", " ", " ", "  ", ", "]).join(words))
    return texts


def from_collection(folder: pathlib.Path, count: int) -> list[str]:
    return parity_texts(list(common.read_collection(folder).documents.values()), count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--count", default=1000, type=int)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    options = parser.parse_args()
    texts = from_collection(options.collection, options.count)
    options.output.write_text("".join(text + "\n" for text in texts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
