"""Does a text, or a near-duplicate of one, stand on two sides of a project's split?

    python split_check.py PROJECT [--jaccard 0.6]

Reads PROJECT/collection as `hone init` writes it. The texts of a side are its queries and the documents that are judged for them.
Two texts are a leak where they are equal without letter case, punctuation and white space, or where the Jaccard index of their
sets of four characters reaches the limit. All pairs of texts of two sides are compared, by sparse matrix products; nothing is
shared with Hone's own code. Exit code 1 where there is a leak, or where a side is empty.
"""

import argparse
import pathlib
import re
import sys
import unicodedata

import numpy
from sklearn.feature_extraction.text import CountVectorizer

import common

SIDES = ["train", "dev", "test"]
LENGTH = 4


def normalised(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def shingles(text: str) -> set[str]:
    characters = re.sub(r"[^\w]+|_+", " ", text.lower()).strip()
    if not characters:
        return set()
    return {characters[start : start + LENGTH] for start in range(max(1, len(characters) - LENGTH + 1))}


def texts_of(collection: common.Collection, side: str) -> dict[str, str]:
    """The texts of a side, by a name of where they stand."""
    texts = {}
    for query, grades in collection.judgments(side).items():
        texts[f"query {query}"] = collection.queries[query]
        texts |= {f"document {document}": collection.documents[document] for document in grades}
    return texts


def leaks(first: dict[str, str], second: dict[str, str], limit: float):
    """The pairs of texts of two sides that are equal or near-duplicates, with their Jaccard index."""
    names = [list(first), list(second)]
    forms = {}
    for name, text in first.items():
        forms.setdefault(normalised(text), name)
    for name, text in second.items():
        if normalised(text) in forms:
            yield forms[normalised(text)], name, 1.0
    vectorizer = CountVectorizer(analyzer=shingles, binary=True, dtype=numpy.float32)
    vectorizer.fit(list(first.values()) + list(second.values()))
    left, right = (vectorizer.transform(list(side.values())) for side in (first, second))
    sizes = [numpy.asarray(matrix.sum(axis=1)).ravel() for matrix in (left, right)]
    for start in range(0, left.shape[0], 500):
        shared = (left[start : start + 500] @ right.T).tocoo()
        index = shared.data / (sizes[0][start + shared.row] + sizes[1][shared.col] - shared.data)
        for place in numpy.flatnonzero(index >= limit):
            yield names[0][start + shared.row[place]], names[1][shared.col[place]], float(index[place])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--jaccard", type=float, default=0.6)
    arguments = parser.parse_args()
    collection = common.read_collection(arguments.project / "collection")
    sides = {side: texts_of(collection, side) for side in SIDES}
    print(", ".join(f"{side} {len(texts)} texts" for side, texts in sides.items()))
    total = 0
    for place, first in enumerate(SIDES):
        for second in SIDES[place + 1 :]:
            found = list(leaks(sides[first], sides[second], arguments.jaccard))
            total += len(found)
            print(f"{first} and {second}: {len(found)} leaks")
            for left, right, index in found[:5]:
                print(f"  {index:.2f}  {left}: {sides[first][left][:60]!r}  {right}: {sides[second][right][:60]!r}")
    sys.exit(1 if total or not all(sides.values()) else 0)


if __name__ == "__main__":
    main()
