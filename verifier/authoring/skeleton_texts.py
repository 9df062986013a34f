"""The files of a new suite, for each kind: a small problem that is whole, to be replaced piece by piece."""

from __future__ import annotations

LIMITS = """
# Of each case. `verifier suite calibrate --write` proposes limits by what the references need, and notes that in the
# cases, so that penalties for time and memory are relative to it.
[limits]
cpu_time_s = 1.0
memory_bytes = 67108864

# How verdicts become a reward. policy: "fraction" (of the weight that passes), "all_or_nothing", "threshold", "power".
# `groups = "all_or_nothing"` pays cases with the same "group" only together.
[reward]
policy = "fraction"
time_weight = 0.1
memory_weight = 0.1
"""

FUNCTION = {
    "suite.toml": f"""\
# A submission defines a function, and each line of cases.jsonl is a call of it.
kind = "function"
title = "Count the vowels"
# A name, a method such as "Solution.f", or "Solution().f".
entry_point = "count_vowels"

# How an answer is compared: exact, float, unordered, set, any_of, json, tokens, lines, or custom (code of your own).
[checker]
name = "exact"
{LIMITS}""",
    "cases.jsonl": """\
{"args": ["lighthouse"], "expected": 4}
{"args": [""], "expected": 0}
{"args": ["rhythm"], "expected": 0}
{"args": ["AEIOU and aeiou"], "expected": 11}
{"args": ["Why so shy, Yvonne?"], "expected": 3}
{"args": ["queue queue queue"], "expected": 12, "weight": 2}
""",
    "problem.md": """\
# Count the vowels

Write a function `count_vowels(text)` that returns how many letters of `text` are vowels: a, e, i, o or u, small or
capital. A y is no vowel.

    count_vowels("lighthouse") == 4
""",
    "submissions/accepted/generator.py": """\
def count_vowels(text):
    return sum(letter in "aeiou" for letter in text.lower())
""",
    "submissions/accepted/counting.py": """\
def count_vowels(text):
    return sum(map(text.count, "aeiouAEIOU"))
""",
    "submissions/wrong_answer/small_letters_only.py": """\
def count_vowels(text):
    return sum(letter in "aeiou" for letter in text)
""",
    "submissions/wrong_answer/counts_y.py": """\
def count_vowels(text):
    return sum(letter in "aeiouy" for letter in text.lower())
""",
    "submissions/wrong_answer/each_vowel_once.py": """\
def count_vowels(text):
    return len(set(text.lower()) & set("aeiou"))
""",
    "submissions/run_time_error/looks_at_the_first.py": """\
def count_vowels(text):
    first = int(text[0] in "aeiouAEIOU")
    return first + sum(letter in "aeiou" for letter in text[1:].lower())
""",
    "answers.jsonl": """\
{"case": 0, "accept": 4}
{"case": 0, "refuse": 5}
{"case": 0, "refuse": "4"}
""",
}

STDIO = {
    "suite.toml": f"""\
# A submission is a program: for each line of cases.jsonl it reads stdin and prints what is compared with stdout.
kind = "stdio"
title = "Smallest and largest"

# How the output is compared: tokens, lines, float, exact, unordered, set, any_of, json, or custom (code of your own).
[checker]
name = "tokens"
{LIMITS}""",
    "cases.jsonl": """\
{"stdin": "4 8 15 16\\n", "stdout": "4 16\\n"}
{"stdin": "7\\n", "stdout": "7 7\\n"}
{"stdin": "-3 -12 -5\\n", "stdout": "-12 -3\\n"}
{"stdin": "9 10 8\\n", "stdout": "8 10\\n"}
{"stdin": "1 2\\n3 4\\n", "stdout": "1 4\\n"}
""",
    "problem.md": """\
# Smallest and largest

The input holds one or more integers, between blanks or line ends. Print the smallest of them and the largest, with a
blank between them.

    4 8 15 16   ->   4 16
""",
    "submissions/accepted/min_and_max.py": """\
import sys

numbers = [int(word) for word in sys.stdin.read().split()]
print(min(numbers), max(numbers))
""",
    "submissions/accepted/sorting.py": """\
import sys

numbers = sorted(map(int, sys.stdin.read().split()))
print(f"{numbers[0]} {numbers[-1]}")
""",
    "submissions/wrong_answer/first_line_only.py": """\
numbers = [int(word) for word in input().split()]
print(min(numbers), max(numbers))
""",
    "submissions/wrong_answer/starts_at_zero.py": """\
import sys

smallest, largest = 10**9, 0
for word in sys.stdin.read().split():
    smallest, largest = min(smallest, int(word)), max(largest, int(word))
print(smallest, largest)
""",
    "submissions/wrong_answer/compares_text.py": """\
import sys

words = sys.stdin.read().split()
print(min(words), max(words))
""",
    "submissions/wrong_answer/first_and_last.py": """\
import sys

words = sys.stdin.read().split()
print(words[0], words[-1])
""",
    "submissions/run_time_error/needs_two.py": """\
import sys

first, second, *others = map(int, sys.stdin.read().split())
print(min(first, second, *others), max(first, second, *others))
""",
    "answers.jsonl": """\
{"case": 0, "accept": "4\\n16"}
{"case": 0, "refuse": "16 4"}
{"case": 0, "refuse": ""}
""",
}

PYTEST = {
    "suite.toml": f"""\
# The files in tests/ are tests for pytest (unittest's run too). They import the submission by the name `module`.
kind = "pytest"
title = "A turnstile"
module = "solution"
{LIMITS}
# Each test counts 1. One that counts more, or is paid in a group:
[[cases]]
test = "test_solution.py::test_a_coin_lets_one_person_through"
weight = 2
""",
    "tests/test_solution.py": """\
import pytest

from solution import Turnstile


@pytest.fixture
def turnstile():
    return Turnstile(price=2)


def test_it_is_locked_at_first(turnstile):
    assert turnstile.push() is False


def test_a_coin_lets_one_person_through(turnstile):
    turnstile.insert(2)

    assert [turnstile.push(), turnstile.push()] == [True, False]


@pytest.mark.parametrize("coins", [[1, 1], [2], [5]])
def test_coins_add_up_to_the_price(turnstile, coins):
    for coin in coins:
        turnstile.insert(coin)

    assert turnstile.push() is True


def test_too_little_opens_nothing_and_is_kept(turnstile):
    turnstile.insert(1)

    assert turnstile.push() is False
    turnstile.insert(1)
    assert turnstile.push() is True


def test_it_counts_those_who_passed(turnstile):
    for _ in range(3):
        turnstile.insert(2)
        turnstile.push()
        turnstile.push()

    assert turnstile.passed == 3


@pytest.mark.parametrize("coin", [0, -1])
def test_what_is_no_coin_is_refused(turnstile, coin):
    with pytest.raises(ValueError):
        turnstile.insert(coin)
""",
    "problem.md": """\
# A turnstile

Write a class `Turnstile(price)` with

- `insert(coin)`: takes a coin, an integer of at least 1; anything less is a ValueError. Coins add up.
- `push()`: returns True and lets one person through if at least the price has been paid, and what was paid is gone
  then; otherwise it returns False, and what was paid is kept.
- `passed`: how many persons went through.
""",
    "submissions/accepted/adds_up.py": """\
class Turnstile:
    def __init__(self, price):
        self.price = price
        self.paid = 0
        self.passed = 0

    def insert(self, coin):
        if coin < 1:
            raise ValueError("no coin")
        self.paid += coin

    def push(self):
        if self.paid < self.price:
            return False
        self.paid = 0
        self.passed += 1
        return True
""",
    "submissions/accepted/counts_down.py": """\
class Turnstile:
    def __init__(self, price):
        self._price = self._owed = price
        self._tickets = []

    def insert(self, coin):
        if coin <= 0:
            raise ValueError(coin)
        self._owed -= coin

    def push(self):
        if self._owed > 0:
            return False
        self._tickets.append(self._price - self._owed)
        self._owed = self._price
        return True

    @property
    def passed(self):
        return len(self._tickets)
""",
    "submissions/wrong_answer/stays_open.py": """\
class Turnstile:
    def __init__(self, price):
        self.price = price
        self.paid = self.passed = 0

    def insert(self, coin):
        if coin < 1:
            raise ValueError("no coin")
        self.paid += coin

    def push(self):
        self.passed += self.paid >= self.price
        return self.paid >= self.price
""",
    "submissions/wrong_answer/exact_coins_only.py": """\
class Turnstile:
    def __init__(self, price):
        self.price = price
        self.paid = self.passed = 0

    def insert(self, coin):
        self.paid = coin

    def push(self):
        opens = self.paid == self.price
        self.passed += opens
        self.paid = 0
        return opens
""",
    "submissions/wrong_answer/never_locked.py": """\
class Turnstile:
    def __init__(self, price):
        self.passed = 0

    def insert(self, coin):
        if coin < 1:
            raise ValueError("no coin")

    def push(self):
        self.passed += 1
        return True
""",
    "submissions/run_time_error/waits_for_a_coin.py": """\
class Turnstile:
    def __init__(self, price):
        self.price = price
        self.coins = []
        self.passed = 0

    def insert(self, coin):
        if coin < 1:
            raise ValueError("no coin")
        self.coins.append(coin)

    def push(self):
        if self.coins.pop() < self.price:
            return False
        self.passed += 1
        return True
""",
}

ASSERTS = {
    "suite.toml": f"""\
# A script of asserts, as in HumanEval: each assert is a case. The names that a submission defines are there, and
# `candidate` is its entry point.
kind = "asserts"
title = "Roman numerals"
entry_point = "roman"
code = '''
def check(candidate):
    assert candidate(1) == "I"
    assert candidate(3) == "III"
    assert candidate(4) == "IV"
    assert candidate(40) == "XL"
    assert candidate(2024) == "MMXXIV"
    for number, numeral in [(9, "IX"), (90, "XC"), (900, "CM")]:
        assert candidate(number) == numeral
'''
{LIMITS}
# Each assert counts 1, by its line in `code`. One that counts more:
[[cases]]
test = "line 6"
weight = 2
""",
    "problem.md": """\
# Roman numerals

Write a function `roman(number)` that returns an integer from 1 to 3999 as a Roman numeral in capital letters. Four and
nine of a kind are written by subtraction: IV, IX, XL, XC, CD and CM.

    roman(2024) == "MMXXIV"
""",
    "submissions/accepted/greedy.py": """\
NUMERALS = {
    1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL", 10: "X", 9: "IX", 5: "V",
    4: "IV", 1: "I",
}


def roman(number):
    text = ""
    for value, numeral in NUMERALS.items():
        text += numeral * (number // value)
        number %= value
    return text
""",
    "submissions/accepted/by_digits.py": """\
FORMS = ["", "a", "aa", "aaa", "ab", "b", "ba", "baa", "baaa", "ac"]


def roman(number):
    text = ""
    for digit, signs in zip(f"{number:04}", ["M  ", "CDM", "XLC", "IVX"]):
        text += FORMS[int(digit)].translate(str.maketrans("abc", signs))
    return text
""",
    "submissions/wrong_answer/without_subtraction.py": """\
def roman(number):
    text = ""
    for value, numeral in zip((1000, 500, 100, 50, 10, 5, 1), "MDCLXVI"):
        text += numeral * (number // value)
        number %= value
    return text
""",
    "submissions/wrong_answer/up_to_ten.py": """\
def roman(number):
    return ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"][min(number, 10)]
""",
    "submissions/wrong_answer/each_once.py": """\
NUMERALS = {900: "CM", 90: "XC", 40: "XL", 10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}


def roman(number):
    text = ""
    for value, numeral in NUMERALS.items():
        if number >= value:
            text += numeral
            number -= value
    return text
""",
    "submissions/run_time_error/no_one.py": """\
def roman(number):
    forms = {"2": "II", "3": "III", "4": "IV", "9": "IX", "40": "XL", "90": "XC", "900": "CM", "2024": "MMXXIV"}
    return forms[str(number)]
""",
}
