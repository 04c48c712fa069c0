"""Makes Tests/Goldens/stems/stems.txt: words of real texts, and their stems by Porter's algorithm of 1980.

    pip install nltk==3.10.4
    python Tests/Goldens/make/make_stems.py

A line has a word and its stem. The words are the most frequent of recipes/data/debian-programs in lower case, digits
included; the stems are those of NLTK in the mode that keeps to the paper.
"""

import collections
import json
import pathlib
import re

from nltk.stem.porter import PorterStemmer

COUNT = 4000
GOLDENS = pathlib.Path(__file__).resolve().parents[1]
CORPUS = GOLDENS.parents[1] / "recipes/data/debian-programs/corpus.jsonl"


def main():
    counts = collections.Counter()
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        counts.update(re.findall("[a-z0-9]+", (document["title"] + " " + document["text"]).lower()))
    stemmer = PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM)
    words = sorted(sorted(counts), key=counts.get, reverse=True)[:COUNT]
    file = GOLDENS / "stems" / "stems.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{word} {stemmer.stem(word)}\n" for word in words), encoding="utf-8")


main()
