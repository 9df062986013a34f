"""The files of a new suite with a checker of its own, as skeleton_texts.py has those of suites without."""

from __future__ import annotations

from verifier.authoring.skeleton_texts import LIMITS

_CHECKER = """
# checker.py judges each answer; `expected` in cases.jsonl is one that it accepts. Its own limits, for each answer:
[checker]
name = "custom"
cpu_time_s = 2.0
"""

FUNCTION = {
    "suite.toml": f"""\
# A submission defines a function, and each line of cases.jsonl is a call of it.
kind = "function"
title = "Two that add up"
# A name, a method such as "Solution.f", or "Solution().f".
entry_point = "two_that_add_up"
{_CHECKER}{LIMITS}""",
    "checker.py": '''\
"""Any two positions will do, in any order. docs/checkers.md tells what a checker may do."""


def check(case, answer):
    """True accepts; False, or (False, "why"), refuses. `case` has `args`, `kwargs` and `expected`."""
    numbers, total = case.args
    if type(answer) not in (list, tuple) or len(answer) != 2:
        return False, "not two positions"
    if not all(type(position) is int and 0 <= position < len(numbers) for position in answer):
        return False, "no positions of the list"
    first, second = answer
    if first == second:
        return False, "the same position twice"
    return numbers[first] + numbers[second] == total
''',
    "cases.jsonl": """\
{"args": [[8, 9, 3, 5], 14], "expected": [1, 3]}
{"args": [[1, 2, 3, 4, 5, 6], 7], "expected": [2, 3]}
{"args": [[4, 1, 7, 4], 8], "expected": [0, 3]}
{"args": [[-5, 30, 2, -7, 12], 7], "expected": [0, 4]}
{"args": [[0, 11, 0, 6, 2], 0], "expected": [0, 2]}
{"args": [[6, 25, 13, 2, 13, 40, 7], 26], "expected": [2, 4], "weight": 2}
""",
    "problem.md": """\
# Two that add up

Write a function `two_that_add_up(numbers, total)` that returns the positions, counted from 0, of two different elements
of the list whose sum is `total`, as a list of two. There always are such elements; where there are several, any of them
are right, in any order.

    two_that_add_up([8, 9, 3, 5], 14) == [1, 3]
""",
    "submissions/accepted/remembers.py": """\
def two_that_add_up(numbers, total):
    seen = {}
    for position, number in enumerate(numbers):
        if total - number in seen:
            return [seen[total - number], position]
        seen[number] = position
""",
    "submissions/accepted/tries_all_from_the_end.py": """\
def two_that_add_up(numbers, total):
    for second in reversed(range(len(numbers))):
        for first in reversed(range(second)):
            if numbers[first] + numbers[second] == total:
                return [second, first]
""",
    "submissions/wrong_answer/takes_one_twice.py": """\
def two_that_add_up(numbers, total):
    for first in range(len(numbers)):
        for second in range(first, len(numbers)):
            if numbers[first] + numbers[second] == total:
                return [first, second]
""",
    "submissions/wrong_answer/returns_the_numbers.py": """\
def two_that_add_up(numbers, total):
    for first in range(len(numbers)):
        for second in range(first):
            if numbers[first] + numbers[second] == total:
                return [numbers[first], numbers[second]]
""",
    "submissions/wrong_answer/neighbours_only.py": """\
def two_that_add_up(numbers, total):
    for position in range(len(numbers) - 1):
        if numbers[position] + numbers[position + 1] == total:
            return [position, position + 1]
    return [0, 0]
""",
    "submissions/run_time_error/finds_no_equals.py": """\
def two_that_add_up(numbers, total):
    where = {number: position for position, number in enumerate(numbers)}
    return next([where[n], where[total - n]] for n in numbers if total - n in where and total - n != n)
""",
    "answers.jsonl": """\
{"case": 0, "accept": [1, 3]}
{"case": 0, "accept": [3, 1]}
{"case": 0, "refuse": [9, 5]}
{"case": 0, "refuse": "13"}
{"case": 1, "accept": [0, 5]}
{"case": 2, "refuse": [0, 0]}
""",
}

STDIO = {
    "suite.toml": f"""\
# A submission is a program: for each line of cases.jsonl it reads stdin, and checker.py judges what it prints.
kind = "stdio"
title = "No neighbours"
{_CHECKER}{LIMITS}""",
    "checker.py": '''\
"""Any order without neighbours will do. docs/checkers.md tells what a checker may do."""


def check(case, answer):
    """True accepts; False, or (False, "why"), refuses. `case` has `input` and `expected`, both text, as `answer` is."""
    count = int(case.input)
    words = answer.split()
    if len(words) != count:
        return False, f"{len(words)} numbers"
    if sorted(words) != sorted(map(str, range(1, count + 1))):
        return False, "not each of the numbers once"
    numbers = [int(word) for word in words]
    close = [pair for pair in zip(numbers, numbers[1:]) if abs(pair[0] - pair[1]) == 1]
    return (False, f"{close[0]} are neighbours") if close else True
''',
    "cases.jsonl": """\
{"stdin": "5\\n", "stdout": "2 4 1 3 5\\n"}
{"stdin": "7\\n", "stdout": "2 4 6 1 3 5 7\\n"}
{"stdin": "4\\n", "stdout": "2 4 1 3\\n"}
{"stdin": "6\\n", "stdout": "2 4 6 1 3 5\\n"}
{"stdin": "9\\n", "stdout": "2 4 6 8 1 3 5 7 9\\n"}
{"stdin": "12\\n", "stdout": "2 4 6 8 10 12 1 3 5 7 9 11\\n"}
""",
    "problem.md": """\
# No neighbours

The input holds a number n, at least 4. Print the numbers from 1 to n, each once, with blanks or line ends between them,
so that no two that follow each other differ by 1. There are several such orders, and any of them is right.

    5   ->   2 4 1 3 5
""",
    "submissions/accepted/even_then_odd.py": """\
n = int(input())
print(*range(2, n + 1, 2), *range(1, n + 1, 2))
""",
    "submissions/accepted/one_a_line_from_the_end.py": """\
n = int(input())
for start in (1, 2):
    for number in range(n - (n - start) % 2, 0, -2):
        print(number)
""",
    "submissions/wrong_answer/odd_then_even.py": """\
n = int(input())
print(*range(1, n + 1, 2), *range(2, n + 1, 2))
""",
    "submissions/wrong_answer/counts_up.py": """\
print(*range(1, int(input()) + 1))
""",
    "submissions/wrong_answer/forgets_the_last_of_an_odd_number.py": """\
half = int(input()) // 2
for number in range(1, half + 1):
    print(half + number, number)
""",
    "submissions/wrong_answer/up_to_nine.py": """\
n = int(input())
print(*[number for number in (2, 4, 6, 8, 1, 3, 5, 7, 9) if number <= n])
""",
    "submissions/wrong_answer/the_even_ones.py": """\
print(*range(2, int(input()) + 1, 2))
""",
    "answers.jsonl": """\
{"case": 0, "accept": "3 1 4 2 5"}
{"case": 0, "refuse": "2 4 1 3"}
{"case": 0, "refuse": "5 3 1 2 4"}
{"case": 2, "accept": "3 1 4 2"}
{"case": 1, "refuse": ""}
""",
}
