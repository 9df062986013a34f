# ruff: noqa: PT009, PT027
"""Ten tests of `solution.py`, in pytest's style and in unittest's."""

import unittest

import pytest
from solution import Inventory, OutOfStock, most_common_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the cat and the dog and the bird", [("the", 3), ("and", 2), ("bird", 1)]),
        ("One, two! TWO; three? three three.", [("three", 3), ("two", 2), ("one", 1)]),
        ("", []),
    ],
)
def test_most_common_words(text, expected):
    assert most_common_words(text) == expected


def test_count_of_words():
    assert most_common_words("b a b c", count=1) == [("b", 2)]
    assert most_common_words("b a b c", count=0) == []


def test_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        most_common_words("a", -1)


@pytest.fixture
def pantry():
    return Inventory([("flour", 2), ("egg", 6)])


def test_inventory_knows_its_items(pantry):
    assert pantry.names == ["egg", "flour"]
    assert len(pantry) == 8
    assert "egg" in pantry
    assert "milk" not in pantry


def test_out_of_stock(pantry):
    with pytest.raises(OutOfStock, match="only 2 of flour"):
        pantry.remove("flour", 3)


class InventoryTest(unittest.TestCase):
    def setUp(self):
        self.inventory = Inventory()

    def test_empty(self):
        self.assertEqual(len(self.inventory), 0)
        self.assertEqual(self.inventory.names, [])

    def test_add_and_remove(self):
        self.inventory.add("rice", 5)
        self.inventory.add("rice")
        self.assertEqual(self.inventory.remove("rice", 2), 4)
        self.assertEqual(self.inventory.remove("rice", 4), 0)
        self.assertNotIn("rice", self.inventory)

    def test_amount_must_be_positive(self):
        with self.assertRaises(ValueError):
            self.inventory.add("rice", 0)
