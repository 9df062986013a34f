# ruff: noqa - tests as their authors write them
import unittest

import solution


class TestNumbers(unittest.TestCase):
    def setUp(self):
        self.cases = {2: 7, 5: 16}

    def test_equal(self):
        self.assertEqual(solution.f(2), 7)

    def test_almost_equal(self):
        self.assertAlmostEqual(solution.f(2), 7)

    def test_almost_equal_the_other_way_round(self):
        self.assertAlmostEqual(7, solution.f(2), delta=1e-6)

    def test_is_true(self):
        self.assertTrue(solution.f(2) == 7)

    def test_in(self):
        self.assertIn(solution.f(2), [7])

    def test_member(self):
        self.assertIn(3, solution.h([1, 3]))

    def test_between(self):
        self.assertGreater(solution.f(2), 6)
        self.assertLess(solution.f(2), 8)

    def test_instance(self):
        self.assertIsInstance(solution.f(2), int)
        self.assertEqual(solution.f(2), 7)

    def test_subtests(self):
        for n, expected in self.cases.items():
            with self.subTest(n=n):
                self.assertEqual(solution.f(n), expected)

    def test_dict(self):
        self.assertDictEqual(solution.d(2), {"n": 2, "m": 7})

    def test_list(self):
        self.assertListEqual(solution.h([1, 3]), [3, 1])

    def test_count(self):
        self.assertCountEqual(solution.h([1, 3]), [1, 3])

    def test_text(self):
        self.assertMultiLineEqual(solution.g("ab"), "<AB!>")

    def test_regex(self):
        self.assertRegex(solution.g("ab"), "^<AB!>$")

    def test_raises(self):
        with self.assertRaises(solution.BadNumber) as caught:
            solution.check(-4)
        self.assertEqual(caught.exception.number, -4)


class TestPlain:
    def test_equal(self):
        assert solution.f(11) == 34
