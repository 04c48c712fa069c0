"""Tests of how families are measured: python3 -m unittest discover scripts/compare"""

import pathlib
import random
import tempfile
import unittest

import common
import families


class FamilyTests(unittest.TestCase):
    def test_pairs_are_those_of_plain_loops(self):
        for length, window in [(1, None), (5, None), (5, 0), (7, 2), (7, 6), (7, 100)]:
            reach = length if window is None else window
            seen = sum(abs(a - b) <= reach for a in range(length) for b in range(length))
            self.assertEqual(families.pairs(length, window), seen, (length, window))

    def test_operations_of_bert_base_by_hand(self):
        # Twelve layers of 7,077,888 weights, and 2 · 2 · 768 for each of 128 · 128 pairs.
        by_hand = 12 * (2 * 7_077_888 * 128 + 4 * 768 * 128 * 128)
        self.assertEqual(families.FAMILIES["bert"].operations([128]), by_hand)
        self.assertEqual(families.FAMILIES["bert"].operations([128, 128]), 2 * by_hand)

    def test_two_of_three_layers_of_modernbert_have_a_window(self):
        family, length = families.FAMILIES["modernbert"], 2048
        attention = family.operations([length]) - 22 * 2 * (4 * 768 * 768 + 3 * 768 * 1152) * length
        self.assertEqual(attention, 4 * 768 * (8 * length**2 + 14 * families.pairs(length, 64)))

    def test_a_collection_has_texts_of_the_length_and_pairs_of_them(self):
        with tempfile.TemporaryDirectory() as name:
            collection = common.read_collection(families.write_collection(pathlib.Path(name) / "c", 3, 300))
        self.assertEqual({len(text.split()) for text in collection.documents.values()}, {298})
        self.assertEqual({len(text.split()) for text in collection.queries.values()}, {126})

    def test_texts_differ_and_come_back_with_the_seed(self):
        one, other = (families.text_of(50, random.Random(seed)) for seed in (1, 2))
        self.assertNotEqual(one, other)
        self.assertEqual(one, families.text_of(50, random.Random(1)))


if __name__ == "__main__":
    unittest.main()
