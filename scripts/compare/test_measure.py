"""Tests of what a comparison keeps: python3 -m unittest discover scripts/compare"""

import argparse
import contextlib
import io
import json
import pathlib
import tempfile
import unittest
from unittest import mock

import common
import measure
import precisions
import record
import tables


class MeasureTests(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def options(self, **more) -> argparse.Namespace:
        given = {"rounds": 3, "threads": 2, "collection": pathlib.Path("debian-programs"), "record": True, "only": None}
        return argparse.Namespace(**(given | {"output": self.folder / "output"} | more))

    def measured(self, parts: dict, **more) -> list[record.Run]:
        """Runs `main` with parts of our own; the results that it kept."""
        save = record.save
        replaced = [
            mock.patch.object(measure, "PARTS", parts),
            mock.patch.object(measure, "arguments", lambda: self.options(**more)),
            mock.patch.object(common, "versions", lambda: {"torch": "2.15.0"}),
            mock.patch.object(common, "read_collection", lambda folder: common.Collection(folder, {}, {})),
            mock.patch.object(record, "source", lambda: {"commit": "1234567", "dirty": False}),
            mock.patch.object(record, "save", lambda content, **other: save(content, self.folder / "results", **other)),
        ]
        with contextlib.ExitStack() as stack:
            for patch in replaced:
                stack.enter_context(patch)
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            measure.main()
        return record.load(self.folder / "results")

    @staticmethod
    def training(comparison: measure.Comparison) -> dict:
        ours, theirs = iter([30.0, 10.0, 20.0]), iter([4.0, 5.0, 16.0])
        sides = {
            "Hone": lambda: {"pairs per second": next(ours)},
            "sentence-transformers": lambda: {"pairs per second": next(theirs)},
        }
        return comparison.rounds("training", sides)

    @staticmethod
    def reproducibility(comparison: measure.Comparison) -> dict:
        return {"equal": True, "runs": [{"threads": 1}, {"threads": 2}], "all": ["not kept"]}

    def test_every_round_goes_into_one_file_that_the_tables_read(self):
        (run,) = self.measured({"training": self.training, "reproducibility": self.reproducibility})
        training, reproducibility = run.parts
        self.assertEqual(training.content["sides"]["Hone"], {"pairs per second": {"rounds": [30.0, 10.0, 20.0]}})
        self.assertEqual(training.texts, "debian-programs")
        self.assertEqual(reproducibility.found, {"equal": True, "runs": [{"threads": 1}, {"threads": 2}]})
        self.assertIn("| short, uneven | 20.0 | sentence-transformers 5.0: 4.0× | 3 |", tables.speed([run]))
        self.assertIn("with 1 and 2 threads, dropout on | equal |", tables.correctness([run]))

    def test_nothing_is_kept_unasked(self):
        self.assertEqual(self.measured({"training": self.training}, record=False), [])
        self.assertTrue((self.folder / "output" / "comparison.json").is_file())

    def test_a_part_that_fails_leaves_those_before_it(self):
        def failing(comparison):
            raise SystemExit("no result")

        with self.assertRaises(SystemExit):
            self.measured({"training": self.training, "failing": failing})
        (run,) = record.load(self.folder / "results")
        self.assertEqual([part.name for part in run.parts], ["training"])

    def test_precisions_are_measured_only_where_they_are_named(self):
        usual = measure.chosen(argparse.Namespace(only=None))
        self.assertIn("training", usual)
        self.assertEqual([name for name in usual if name.startswith("precision-")], [])
        self.assertEqual(measure.chosen(argparse.Namespace(only=["precision-query"])), ["precision-query"])

    def test_a_peer_stands_beside_hone_at_the_same_precision(self):
        def part(comparison: measure.Comparison) -> dict:
            figures = {"Hone float32": 4.0, "Hone int8": 1.0, "OpenVINO float32": 2.0, "OpenVINO int8": 3.0}
            sides = {side: lambda value=value: {"median milliseconds": value} for side, value in figures.items()}
            result = precisions.finished_part(comparison, "query", "median milliseconds", sides, "a text")
            self.assertEqual(
                comparison.rows,
                [
                    ("query: Hone int8, Hone float32", "1", "4", "4.00×"),
                    ("query: Hone float32, OpenVINO float32", "4", "2", "0.50×"),
                    ("query: Hone int8, OpenVINO int8", "1", "3", "3.00×"),
                ],
            )
            return result

        (run,) = self.measured({"precision-query": part}, rounds=1, only=["precision-query"])
        self.assertIn("1.0 (4.0×); OpenVINO 3.0: 3.0×", tables.precisions([run]))

    def test_long_texts_are_named(self):
        def long(comparison):
            comparison = measure.copy.copy(comparison)
            comparison.collection = common.Collection(pathlib.Path("scifact"), {}, {})
            return self.training(comparison)

        (run,) = self.measured({"long-training": long})
        self.assertIn("| long, even | 20.0 |", tables.speed([run]))

    def test_the_command_has_no_folder_of_this_machine(self):
        words = ["--only", "training", "--record", "--model", "/home/me/a model"]
        self.assertEqual(record.command(words), "scripts/compare/run --only training --model 'a model'")

    def test_quality_has_a_value_for_each_seed(self):
        (self.folder / "recipe.yaml").write_text("recipe: trainBiEncoder\nseed: 18\n", encoding="utf-8")
        self.assertEqual(common.seed_of(self.folder), 18)
        scores = {"test": {"nDCG@10": 0.8, "recall@100": 0.9, "queries": 3}}
        figures = measure.scored(scores, lambda value: {"seeds": {"18": value}})
        self.assertEqual(
            json.dumps(figures),
            '{"nDCG@10 on test": {"seeds": {"18": 0.8}}, "recall@100 on test": {"seeds": {"18": 0.9}}}',
        )


class SourceTests(unittest.TestCase):
    def test_a_changed_file_is_seen_but_for_results(self):
        def git(*arguments):
            record.subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)

        with tempfile.TemporaryDirectory() as name, mock.patch.object(record, "REPOSITORY", pathlib.Path(name)):
            root = pathlib.Path(name)
            result = root / "scripts" / "compare" / "results" / "a.json"
            result.parent.mkdir(parents=True)
            for path in (root / "code", result):
                path.write_text("1", encoding="utf-8")
            git("init")
            git("add", ".")
            git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "a")
            self.assertRegex(record.source()["commit"], "^[0-9a-f]{7,}$")
            result.write_text("2", encoding="utf-8")
            self.assertFalse(record.source()["dirty"])
            (root / "code").write_text("2", encoding="utf-8")
            self.assertTrue(record.source()["dirty"])


if __name__ == "__main__":
    unittest.main()
