"""Are token ids those of the tokenizers library? Random strings and every Unicode scalar, for any number of tokenizers.

    python tokenizer_parity.py .build/release/hone FOLDER...       folders with a tokenizer.json
    python tokenizer_parity.py --strings 10000 --no-scalars hone FOLDER

The strings mix ten scripts, digits, emoji, controls and combining marks, with the special tokens of the file thrown in;
the scalars stand alone, after a letter and before one. tokenizer.json is read as it stands, without its class. Exit code 1
where an id differs.
"""

import argparse
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

os.environ.setdefault("RAYON_NUM_THREADS", "1")
BLOCKS = [
    (0x20, 0x7F), (0xA0, 0x250), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600), (0x600, 0x700), (0x900, 0x980),
    (0xE00, 0xE60), (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4), (0x1100, 0x1200), (0x300, 0x370),
    (0x1AB0, 0x1B00), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2150, 0x2190), (0xFB00, 0xFB50), (0xFF00, 0xFFF0),
    (0x1D400, 0x1D500), (0x1F300, 0x1F650), (0x1F1E6, 0x1F200), (0, 0x20), (0x7F, 0xA1),
]  # fmt: skip
PIECES = ["'s", "'LL", "'\u017f", "don't", "  ", "\r\n", "\n\n", " \n", "\t", "12", "2024", "e\u0301", "the ", " and", "ing", "...", "://", "\u200d", "\ufe0f", "\u00a0",
          "\u3000", "\u01c5", "HTTPServer", "_", "\u2581", "\u0120"]  # fmt: skip
WORDS = "the quick brown fox jumps over lazy dogs search ranking retrieval embedding tokenization of and in to was is it for on".split()


def strings(count: int, special: list[str], seed: int = 7):
    draw = random.Random(seed)
    for _ in range(count):
        blocks = [draw.choice(BLOCKS) for _ in range(draw.randint(1, 3))] + [BLOCKS[0]] * draw.randint(0, 2)
        parts = []
        for _ in range(draw.randint(1, 12)):
            kind = draw.random()
            if kind < 0.6:
                parts.append(chr(draw.randrange(*draw.choice(blocks))))
            elif kind < 0.75:
                parts.append(draw.choice(WORDS))
            elif kind < 0.97:
                parts.append(draw.choice(PIECES))
            else:
                parts.append(draw.choice(special))
        yield "".join(parts)


def scalars():
    for code in itertools.chain(range(0xD800), range(0xE000, 0x110000)):
        yield from (chr(code), "a" + chr(code), chr(code) + "a")


def compare(binary: str, folder: pathlib.Path, texts) -> tuple[int, list[str]]:
    """The number of texts, and those whose ids differ."""
    from tokenizers import Tokenizer

    reference = Tokenizer.from_file(str(folder / "tokenizer.json"))
    reference.no_truncation()
    reference.no_padding()
    with tempfile.TemporaryDirectory() as model:
        (pathlib.Path(model) / "tokenizer.json").symlink_to((folder / "tokenizer.json").absolute())
        (pathlib.Path(model) / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
        process = subprocess.Popen([binary, "tokenize", "--model", model], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        texts = list(texts)

        def feed() -> None:
            with process.stdin as stream:
                for text in texts:
                    stream.write(json.dumps(text, ensure_ascii=True).encode() + b"\n")

        threading.Thread(target=feed, daemon=True).start()
        count, differing = 0, []
        for start in range(0, len(texts), 20_000):
            batch = texts[start : start + 20_000]
            for text, encoding in zip(batch, reference.encode_batch_fast(batch)):
                line = process.stdout.readline()
                if not line:
                    sys.exit(f"{binary} tokenize ended after {count} texts")
                count += 1
                if json.loads(line)["ids"] != encoding.ids:
                    differing.append(text)
        if process.stdout.read() or process.wait():
            sys.exit(f"{binary} tokenize: exit code {process.returncode}")
    return count, differing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--no-scalars", action="store_true")
    options = parser.parse_args()
    failed = False
    for folder in options.folders:
        file = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        special = [token["content"] for token in file["added_tokens"]] or ["<s>"]
        del file
        for name, texts in (("strings", strings(options.strings, special)), ("scalars", scalars())):
            if name == "scalars" and options.no_scalars:
                continue
            count, differing = compare(options.binary, folder, texts)
            failed = failed or bool(differing)
            print(f"{folder}: {count:,} {name}, {len(differing):,} differ", *map(ascii, differing[:5]), flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
