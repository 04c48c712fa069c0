"""Tests of the tables and of the record of measured figures: python3 -m unittest discover scripts/compare"""

import contextlib
import copy
import io
import json
import pathlib
import tempfile
import unittest

import cells
import families
import record
import tables

RUN = {
    "date": "2026-01-02",
    "commit": "1234567",
    "dirty": False,
    "command": "scripts/compare/run --only training",
    "machine": {
        "processor": "Intel Xeon",
        "instructions": "AVX-512",
        "OpenBLAS": "0.3.21",
        "core": "Prescott",
        "threads": 2,
    },
    "versions": {"torch": "2.15.0", "numpy": "2.0.0"},
    "parts": {
        "training": {
            "texts": "debian-programs",
            "sides": {
                "Hone": {"pairs per second": {"rounds": [30.0, 10.0, 20.0]}, "peak bytes": {"rounds": [1e9, 3e9, 2e9]}},
                "sentence-transformers": {"pairs per second": {"rounds": [4, 5, 16]}, "peak bytes": {"median": 5e9}},
            },
        }
    },
}


def changed(**edits) -> dict:
    return copy.deepcopy(RUN) | edits


class Folder(unittest.TestCase):
    """A folder of results."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        self.results = self.root / "scripts" / "compare" / "results"

    def runs(self, *contents: dict) -> list[record.Run]:
        for content in contents:
            record.save(content, self.results)
        return record.load(self.results)

    def refused(self, content: dict, message: str, read=lambda runs: None) -> None:
        with self.assertRaisesRegex(record.Malformed, message):
            read(self.runs(content))


class RecordTests(Folder):
    def test_a_run_is_read_as_it_was_saved(self):
        (run,) = self.runs(RUN)
        self.assertEqual(run.content, RUN)
        self.assertEqual(run.path.name, "2026-01-02-1234567-intel-avx-512.json")
        self.assertIn('"rounds": [30.0, 10.0, 20.0]\n', run.path.read_text(encoding="utf-8"))

    def test_a_second_run_has_a_file_of_its_own_and_a_growing_one_keeps_its_file(self):
        first = record.save(RUN, self.results)
        second = record.save(RUN, self.results)
        third = record.save(changed(note="more"), self.results, replacing=second)
        self.assertEqual([first.stem[-1], second.name[-7:], third], ["2", "-2.json", second])
        self.assertEqual([run.content.get("note") for run in record.load(self.results)], ["more", None])

    def test_a_changed_tree_and_an_older_code_are_marked(self):
        recorded = {key: value for key, value in RUN.items() if key not in ("commit", "dirty")} | {
            "recorded": "7654321"
        }
        marked = {run.commit for run in self.runs(RUN, changed(dirty=True), recorded)}
        self.assertEqual(marked, {"`1234567`", "`1234567` changed", "≤ `7654321`"})

    def test_what_a_figure_is_made_of(self):
        made_of = {
            "3": {"rounds": [1, 2, 9]}, "2 runs": {"runs": [1, 2]}, "1 seeds": {"seeds": {"17": 0.5}},
            "median only": {"median": 4}, "range only": {"range": [1, 2]}, "1": {"value": 4},
        }  # fmt: skip
        for words, entry in made_of.items():
            self.assertEqual(record.Figure.read(entry, "here").made_of, words)
        self.assertEqual(record.Figure.read({"rounds": [1, 2, 9]}, "here").median, 2)

    def test_a_malformed_figure_names_its_place(self):
        for entry in (
            {},
            {"rounds": [1], "median": 1},
            {"rounds": []},
            {"rounds": ["1"]},
            {"median": None},
            {"median": True},
        ):
            with self.assertRaisesRegex(record.Malformed, "^here: ", msg=entry):
                record.Figure.read(entry, "here")

    def test_a_file_that_lacks_something_is_refused_by_name(self):
        self.refused(
            changed(machine={"processor": "Intel", "instructions": "AVX2"}), "2026-.*lacks OpenBLAS, core, threads"
        )
        (self.results / "other.json").write_text("{", encoding="utf-8")
        with self.assertRaisesRegex(record.Malformed, "(2026-.*lacks)|(other.json is not JSON)"):
            record.load(self.results)

    def test_ratios_are_computed_and_a_noted_one_must_agree(self):
        (run,) = self.runs(RUN)
        (part,) = run.parts
        self.assertEqual(part.ratio("sentence-transformers", "pairs per second"), 20 / 5)
        self.assertEqual(part.ratio("sentence-transformers", "peak bytes"), 5 / 2)
        content = changed(date="2026-01-03")
        content["parts"]["training"]["ratios"] = {"sentence-transformers": {"pairs per second": 4.1}}
        part = self.runs(content)[-1].parts[0]
        self.assertEqual(part.ratio("sentence-transformers", "pairs per second"), 4.1)
        part.content["ratios"]["sentence-transformers"]["pairs per second"] = 6
        with self.assertRaisesRegex(record.Malformed, "ratio 6, but 4.00 by its figures"):
            part.ratio("sentence-transformers", "pairs per second")

    def test_this_machine_has_a_name(self):
        machine = record.machine(threads=2)
        self.assertEqual(machine["threads"], 2)
        self.assertRegex(record.label(machine), r"^\S+ \S+$")


class CellTests(unittest.TestCase):
    def test_numbers_have_no_more_digits_than_were_given(self):
        given = {
            2.2: "2.2",
            3.0: "3.0",
            12.382: "12.4",
            0.08: "0.08",
            99.96: "100",
            5: "5",
            5016: "5,016",
            110000: "110,000",
        }
        self.assertEqual({value: cells.number(value) for value in given}, given)

    def test_powers_durations_and_words(self):
        self.assertEqual([cells.power(3.4e-7), cells.power(1e-5)], ["3.4·10⁻⁷", "10⁻⁵"])
        self.assertEqual([cells.times(7.64), cells.times(101.6)], ["7.6×", "102×"])
        self.assertEqual(cells.duration(1029.4), "17 min 9 s")
        self.assertEqual([cells.joined(list("abc")), cells.joined(["a"]), cells.joined([])], ["a, b and c", "a", ""])
        self.assertEqual(
            [cells.probability(p) for p in (0.00001, 0.0071, "< 0.0001")], ["< 0.0001", "0.0071", "< 0.0001"]
        )
        self.assertEqual([cells.gigabytes(9.4e9), cells.gigabytes(1e10)], ["9.40", "10.0"])


class TableTests(Folder):
    def test_speed_has_medians_ratios_texts_machine_date_and_commit(self):
        row = (
            "| training a bi-encoder, pairs/s | short, uneven | 20.0 | sentence-transformers 5: 4.0× | 3"
            " | Intel AVX-512 | 2026-01-02 | `1234567` |"
        )
        self.assertEqual(tables.speed(self.runs(RUN)).splitlines()[2:], [row])

    def test_the_newest_run_of_a_machine_counts(self):
        newer = changed(date="2026-01-03")
        newer["parts"]["training"]["sides"]["Hone"]["pairs per second"] = {"rounds": [50]}
        other = changed(machine=RUN["machine"] | {"processor": "AMD EPYC"})
        rows = tables.speed(self.runs(newer, RUN, other)).splitlines()[2:]
        self.assertEqual(
            [row.split(" | ")[i] for row in rows for i in (2, 5, 6)],
            ["20.0", "AMD AVX-512", "2026-01-02", "50", "Intel AVX-512", "2026-01-03"],
        )

    def test_of_two_runs_of_a_day_the_later_counts(self):
        later = changed(time="12:00:00", commit="0000000")
        later["parts"]["training"]["sides"]["Hone"]["pairs per second"] = {"rounds": [50.0]}
        self.assertIn("| 50.0 |", tables.speed(self.runs(changed(time="09:00:00"), later)))

    def test_a_run_without_hones_figure_hides_no_other(self):
        empty = changed(date="2026-01-03")
        del empty["parts"]["training"]["sides"]["Hone"]
        self.assertIn("| 20.0 |", tables.speed(self.runs(RUN, empty)))

    def test_claims_name_both_kinds_of_texts(self):
        long = changed(date="2026-01-03", machine=RUN["machine"] | {"processor": "AMD EPYC"})
        long["parts"] = {"long-training": RUN["parts"]["training"]}
        rows = tables.claims(self.runs(RUN, long)).splitlines()
        self.assertIn("short, uneven texts (debian-programs) | long, even texts (scifact)", rows[0])
        self.assertEqual(rows[2], "| training an embedding model: speed | 4.0× (Intel AVX-512) | 4.0× (AMD AVX-512) |")
        self.assertIn("| not measured | not measured |", rows[-1])

    def test_machines_have_the_core_type_of_openblas(self):
        row = "| Intel AVX-512 | Intel Xeon | 0.3.21, Prescott | 2 | torch 2.15.0 | 2026-01-02 |"
        self.assertEqual(tables.machines(self.runs(RUN)).splitlines()[2:], [row])

    def test_a_part_that_measure_py_records_reads_as_a_sentence(self):
        content = changed(
            parts={
                "encode-parity": {
                    "texts": "x",
                    "found": {"texts": 1000, "texts with differing ids": [3], "max abs difference": 2e-7},
                }
            }
        )
        self.assertIn("| 1 with other ids; vectors within 2.0·10⁻⁷ |", tables.correctness(self.runs(content)))

    def test_shares_are_from_the_lowest_to_the_highest(self):
        figures = {"share of the sgemm peak": {"range": [0.8, 0.85]}, "pairs per second": {"runs": [21.7, 23.4]}}
        rows = tables.shares(self.runs(changed(parts={"step": {"sides": {"Hone": figures}}}))).splitlines()[2:]
        self.assertEqual(len(rows), 1)
        self.assertIn("| 0.80 to 0.85 | 21.7 to 23.4 pairs/s | 2 runs | Intel AVX-512 |", rows[0])

    def test_quality_has_a_value_for_each_seed(self):
        base = {"nDCG@10 on test": {"value": 0.7}}
        ours = {
            "nDCG@10 on test": {"seeds": {"17": 0.81, "18": 0.8}},
            "nDCG@10 on dev": {"seeds": {"17": 0.9, "18": 0.91}},
        }
        content = changed(parts={"quality": {"sides": {"base model": base, "Hone": ours}}})
        first, second = tables.quality(self.runs(content)).splitlines()[2:]
        self.assertTrue(first.startswith("| base model |  | 0.7000 | – | – |"), first)
        self.assertTrue(second.startswith("| Hone | 17, 18 | 0.8100, 0.8000 | – | 0.9000, 0.9100 |"), second)

    def test_a_precision_is_compared_with_float32_and_with_peers_at_the_same(self):
        sides = {
            "Hone float32": {"median milliseconds": {"rounds": [5, 4, 6]}},
            "Hone int8": {"median milliseconds": {"rounds": [2.0, 1.0, 9.0]}},
            "OpenVINO float32": {"median milliseconds": {"rounds": [4, 4, 4]}},
            "OpenVINO int8": {"median milliseconds": {"rounds": [3.0, 3.0, 3.0]}},
        }
        content = changed(parts={"precision-query": {"texts": "one of 12 words", "sides": sides}})
        row = (
            "| a query, ms | one of 12 words | 5; OpenVINO 4: 0.8× | – | 2.0 (2.5×); OpenVINO 3.0: 1.5× | 3"
            " | Intel AVX-512 | 2026-01-02 | `1234567` |"
        )
        self.assertEqual(tables.precisions(self.runs(content)).splitlines()[2:], [row])

    def test_what_a_precision_changes_has_a_row_for_each_seed_and_split(self):
        tuned = {"model": "tuned", "seed": 18, "split": "test", "before": 0.81, "after": 0.82, "p": 0.5}
        reranker = {"before": 0.7, "after": 0.71, "p": 0.25, "tau": 0.9876}
        parts = {
            "precision-quality": {"found": {"bfloat16": [tuned | {"model": "base", "split": "tags"}, tuned]}},
            "precision-reranker": {"found": {"int8": reranker}},
        }
        rows = tables.precision_quality(self.runs(changed(parts=parts))).splitlines()[2:]
        self.assertEqual(
            [" | ".join(row.split(" | ")[:6]) for row in rows],
            [
                "| base model, tags: nDCG@10 | bfloat16 | 0.8100 | 0.8200 | 0.5 | ",
                "| trained, seed 18, test: nDCG@10 | bfloat16 | 0.8100 | 0.8200 | 0.5 | ",
                "| reranker of wikiqa, test: MAP | int8 | 0.7000 | 0.7100 | 0.25 | 0.9876",
            ],
        )

    def test_negatives_keep_the_order_of_the_ways_and_are_compared(self):
        plain, mined = {"nDCG@10": 0.5}, {"nDCG@10": 0.6, "p": 0.011, "win, loss, tie": [3, 1, 9]}
        ways = {tables.SHIPPED: mined, "in-batch only": plain}
        part = {"ways": list(ways), "found": {name: ways for name in tables.COLLECTIONS}}
        distilled = {
            "what": "distilled",
            "measure": "MAP",
            "before": [0.1, 0.2],
            "after": [0.3, 0.4],
            "peer": [0.25, 0.3],
        }
        runs = self.runs(changed(parts={"hard-negatives": part, "changes": {"found": [distilled]}}))
        first, second = tables.negatives(runs).splitlines()[2:]
        self.assertTrue(first.startswith("| in-batch only | 0.5000 |  |  | 0.5000 |  |  |"), first)
        self.assertIn("| 0.6000 | 0.011 | 3/1/9 | 0.6000 | 0.011 | 3/1/9 |", second)
        rows = tables.changes(runs).splitlines()[2:]
        self.assertEqual(len(rows), 3)
        self.assertIn("| MAP | 0.1000, 0.2000 | 0.3000, 0.4000 |  | 0.2500, 0.3000 |", rows[0])
        self.assertIn("debian-programs | nDCG@10 | 0.5000 | 0.6000 | 0.011 |  |", rows[1])

    def test_few_pairs_are_compared_with_the_base_model_and_with_hone(self):
        def found(system: str, values: dict, **tests) -> dict:
            return {"collection": "tldr", "pairs": 1000, "documents": "file", "system": system, "nDCG@10": values} | tests

        better, worse = {"seeds": [17, 18], "difference": 0.1, "p": 0.00005}, {"seeds": [17], "difference": -0.05, "p": 0.03}
        systems = [
            found("base model", {"17": 0.5, "18": 0.6}),
            found("Hone", {"17": 0.6, "18": 0.7}, **{"against base model": better}),
            found("sentence-transformers, example", {"17": 0.55}, **{"against Hone": worse}),
        ]
        runs = self.runs(changed(parts={"few-pairs": {"texts": "tldr", "found": systems}}))
        row = "| tldr | 1,000 | file | 17, 18 | 0.5500 | 0.6500 | +0.1000, < 0.0001 | 0.5500 (seed 17) | -0.0500, 0.03 | Intel"
        self.assertTrue(tables.small_files(runs).splitlines()[2].startswith(row), tables.small_files(runs))

    def test_a_family_has_shares_and_ratios_that_may_be_below_one(self):
        speeds = {f"{task}, {families.SPEED}": {"rounds": [95]} for task in families.TASKS}
        slower = {name: {"rounds": [100]} for name in speeds}
        shares = {f"{task}, {families.SHARE}": {"rounds": [0.5]} for task in families.TASKS}
        part = {"sides": {"Hone": speeds | shares, "PyTorch loop": slower}}
        rows = tables.base_sizes(self.runs(changed(parts={families.part("gte"): part}))).splitlines()[2:]
        self.assertEqual(len(rows), 1)
        self.assertTrue(rows[0].startswith("| gte | " + "0.50, 0.95× | " * 4 + "1 |"), rows[0])

    def test_a_quickstart_has_what_was_measured(self):
        figures = {"seconds": {"value": 1029}, "peak bytes": {"value": 1180000000}}
        text = tables.quickstart(self.runs(changed(parts={"quickstart": {"sides": {"Hone": figures}}})))
        self.assertIn("| 17 min 9 s | – | – | 1.18 | Intel AVX-512 |", text)

    def test_a_machine_that_was_not_written_down_is_named_so(self):
        runs = self.runs(changed(machine=None))
        self.assertIn("| not recorded | 2026-01-02 |", tables.speed(runs))
        self.assertEqual(len(tables.machines(runs).splitlines()), 2)

    def test_a_way_that_no_script_measures_is_refused(self):
        content = changed(parts={"hard-negatives": {"ways": ["by hand"], "found": {}}})
        self.refused(content, "no such way", tables.negatives)


class PageTests(Folder):
    def setUp(self):
        super().setUp()
        self.runs(RUN)
        for name in tables.PAGES:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text("# A page\n", encoding="utf-8")
        self.page = self.root / tables.PAGES[0]
        self.write([*tables.TABLES])

    def write(self, names: list[str]) -> None:
        self.page.write_text(
            "".join(f"Before.\n\n<!-- table: {name} -->\n| old |\n\nAfter.\n" for name in names), encoding="utf-8"
        )

    def main(self, *arguments) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return tables.main(list(arguments), self.root), said.getvalue()

    def test_tables_are_written_and_words_stay(self):
        self.assertEqual(self.main()[0], 0)
        text = self.page.read_text(encoding="utf-8")
        self.assertNotIn("old", text)
        self.assertEqual(text.count("Before.\n\n<!-- table: "), len(tables.TABLES))
        self.assertEqual(text.count("|\n\nAfter.\n"), len(tables.TABLES))
        self.assertEqual(self.main("--check"), (0, ""))

    def test_a_figure_typed_by_hand_fails_the_check_and_nothing_is_written(self):
        self.main()
        typed = self.page.read_text(encoding="utf-8").replace("| 20.0 |", "| 25.0 |")
        self.page.write_text(typed, encoding="utf-8")
        code, said = self.main("--check")
        self.assertEqual(code, 1)
        self.assertIn("BENCHMARKS.md differs", said)
        self.assertEqual(self.page.read_text(encoding="utf-8"), typed)

    def test_a_new_result_fails_the_check(self):
        self.main()
        newer = changed(date="2026-01-03")
        newer["parts"]["training"]["sides"]["Hone"]["pairs per second"] = {"rounds": [50]}
        record.save(newer, self.results)
        self.assertEqual(self.main("--check")[0], 1)

    def test_unknown_missing_and_repeated_tables_are_refused(self):
        names = [*tables.TABLES]
        for wrong, message in [
            ([*names, "sped"], "no table 'sped'"),
            (names[1:], "each table once"),
            ([*names, names[0]], "each table once"),
        ]:
            self.write(wrong)
            code, said = self.main()
            self.assertEqual(code, 65)
            self.assertIn(message, said)
            self.assertIn("| old |", self.page.read_text(encoding="utf-8"))

    def test_a_damaged_result_is_named(self):
        (self.results / "damaged.json").write_text(json.dumps({"date": "2026-01-01"}), encoding="utf-8")
        self.assertEqual(self.main("--check")[0], 65)
        self.assertIn("damaged.json lacks", self.main()[1])


if __name__ == "__main__":
    unittest.main()
