"""Tests of the comparison on few pairs: python3 -m unittest discover scripts/compare"""

import importlib.util
import pathlib
import tempfile
import types
import unittest
from unittest import mock

import common
import few_pairs
from few_pairs import BASE, HONE, MEASURE

HAS_NUMPY = importlib.util.find_spec("numpy") is not None


def write(folder: pathlib.Path, pairs: dict[str, list[tuple[str, str, int]]]) -> common.Collection:
    """A collection whose texts are its identifiers, of judgments by split."""
    (folder / "qrels").mkdir(parents=True)
    for split, rows in pairs.items():
        lines = ["query-id\tcorpus-id\tscore"] + ["\t".join(str(cell) for cell in row) for row in rows]
        (folder / "qrels" / f"{split}.tsv").write_text("\n".join(lines) + "\n")
    rows = [row for side in pairs.values() for row in side]
    documents = dict.fromkeys(row[1] for row in rows)
    common.write_json_lines(folder / "corpus.jsonl", [{"_id": name, "title": "", "text": name} for name in documents])
    queries = dict.fromkeys(row[0] for row in rows)
    common.write_json_lines(folder / "queries.jsonl", [{"_id": name, "text": name} for name in queries])
    return common.read_collection(folder)


class FewPairsTests(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        side = lambda name, count: [(f"{name} query {n}", f"{name} document {n}", 1) for n in range(count)]
        self.collection = write(
            self.folder / "words",
            {"train": side("train", 30), "dev": side("dev", 5), "test": [("none", "no answer", 0), *side("test", 5)]},
        )

    def test_a_draw_is_random_by_the_seed_and_of_relevant_documents(self):
        first, again, other = (few_pairs.drawn(self.collection, 20, seed) for seed in (17, 17, 18))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        self.assertEqual(len(set(first)), 20)
        self.assertEqual(len(few_pairs.drawn(self.collection, 40, 17)), 40)
        with self.assertRaisesRegex(SystemExit, "only 40 pairs; 41 are needed"):
            few_pairs.drawn(self.collection, 41, 17)

    @unittest.skipUnless(HAS_NUMPY, "needs numpy")
    def test_the_paired_test_moves_a_query_of_several_seeds_as_one(self):
        base, better = ({f"q{n}": value for n in range(8)} for value in (0.5, 0.75))
        apart = few_pairs.paired([base], [better])
        self.assertAlmostEqual(apart["difference"], 0.25)
        # Of the 256 choices of signs, two are as extreme.
        self.assertAlmostEqual(apart["p"], 2 / 256, delta=0.003)
        self.assertAlmostEqual(few_pairs.paired([base] * 3, [better] * 3)["p"], 2 / 256, delta=0.003)
        self.assertEqual(few_pairs.paired([base], [base]), {"difference": 0.0, "p": 1.0})
        self.assertAlmostEqual(few_pairs.paired([better], [base])["difference"], -0.25)

    @unittest.skipUnless(HAS_NUMPY, "needs numpy")
    def test_what_is_measured_is_not_measured_again_and_goes_into_the_summary(self):
        options = types.SimpleNamespace(
            output=self.folder, collections=[self.collection.folder], sizes=[20], seeds=[17, 18], systems=[BASE, HONE]
        )
        said, rows = [], []
        comparison = types.SimpleNamespace(
            options=options, measured={}, say=said.append, row=lambda *cells: rows.append(cells)
        )
        asked = []

        def measured(_, draw, system):
            asked.append((draw.seed, system))
            value = {BASE: 0.5, HONE: 0.75}[system]
            return {**draw.key, "system": system, MEASURE: {name: {"q": value} for name in few_pairs.DOCUMENTS}}

        with mock.patch.object(few_pairs, "measured", measured):
            few_pairs.few_pairs(comparison)
            options.seeds.append(19)
            found = few_pairs.few_pairs(comparison)["found"]
        self.assertEqual(asked, [(seed, system) for seed in (17, 18, 19) for system in (BASE, HONE)])
        self.assertEqual(len(found), 4)
        ours = next(row for row in found if row["system"] == HONE)
        self.assertEqual(ours[MEASURE], {"17": 0.75, "18": 0.75, "19": 0.75})
        self.assertEqual(ours[f"against {BASE}"]["seeds"], [17, 18, 19])
        self.assertAlmostEqual(ours[f"against {BASE}"]["difference"], 0.25)
        self.assertNotIn(f"against {HONE}", ours)

    def test_the_wider_search_has_the_judgments_of_the_collection(self):
        draw = few_pairs.Draw(self.collection, 20, 17, self.folder / "draw")
        pairs = few_pairs.drawn(self.collection, 20, 17)
        rows = [(f"q{n}", f"d{n}", 1) for n in range(2)]
        write(draw.project / "collection", {"test": rows})
        texts = [{"_id": f"q{n}", "text": pairs[n][0]} for n in range(2)]
        common.write_json_lines(draw.project / "collection" / "queries.jsonl", texts)
        folder = draw.write_wider_collection()
        lines = (folder / "qrels" / "test.tsv").read_text().splitlines()
        self.assertEqual(lines[1:], [f"q{n}\t{pairs[n][1]}\t1" for n in range(2)])
        names = {row["_id"] for row in common.json_lines(folder / "corpus.jsonl")}
        self.assertEqual(names, set(self.collection.documents))
        with mock.patch.object(few_pairs, "OTHERS", 3):
            draw.write_wider_collection()
        names = {row["_id"] for row in common.json_lines(folder / "corpus.jsonl")}
        self.assertLess({document for _, document in pairs}, names)
        self.assertEqual(len(names), 23)


if __name__ == "__main__":
    unittest.main()
