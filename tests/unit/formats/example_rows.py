"""A small row of each format, in the shape that its set has, with problems of our own."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from typing import Any

DOUBLE = "def double(x):\n    return 2 * x\n"
DOUBLE_CHECK = "def check(candidate):\n    assert candidate(3) == 6\n    assert candidate('äß') == 'äßäß'\n"
ADDER = "a, b = map(int, input().split())\nprint(a + b)\n"
SUBTRACTER = "a, b = map(int, input().split())\nprint(a - b)\n"
GREETER = "print('Grüße,', input())\n"
HUGE = "@huge@"
"""Stands for 10**5000 in a row: `line_of` writes the digits, which `json` refuses to."""


def line_of(row: object) -> str:
    """The row as a line of JSON."""
    return json.dumps(row).replace(f'"{HUGE}"', "1" + "0" * 5000)


def packed(value: object) -> str:
    """As LiveCodeBench packs its hidden tests."""
    return base64.b64encode(zlib.compress(pickle.dumps(value))).decode()


HUMANEVAL: dict[str, Any] = {
    "task_id": "Own/1",
    "prompt": 'def double(x):\n    """Twice x: double("ä") is "ää"."""\n',
    "entry_point": "double",
    "canonical_solution": "    return 2 * x\n",
    "test": DOUBLE_CHECK,
}
PLUS: dict[str, Any] = {
    **HUMANEVAL,
    "contract": "",
    "base_input": [[3], ["ä"]],
    "plus_input": [[0.1], [HUGE]],
    "atol": 0,
}
MBPP: dict[str, Any] = {
    "task_id": 7,
    "text": "Write a function that doubles.",
    "code": DOUBLE.replace("\n", "\r\n"),
    "test_setup_code": "four = 4",
    "test_list": ["assert double(2) == four", "assert double('€') == '€€'"],
    "challenge_test_list": ["assert double([1]) == [1, 1]"],
}
APPS: dict[str, Any] = {
    "problem_id": 12,
    "question": "Print the sum of two integers.",
    "solutions": json.dumps([ADDER, "print(sum(map(int, input().split())))"]),
    "input_output": json.dumps({"inputs": ["1 2\n", "5 -9\n"], "outputs": ["3\n", "-4\n"]}),
    "difficulty": "introductory",
    "url": "",
    "starter_code": "",
}
CONTEST: dict[str, Any] = {
    "name": "1_A. Sum",
    "description": "Print the sum of two integers.",
    "public_tests": {"input": ["1 2\n"], "output": ["3\n"]},
    "private_tests": {"input": ["2 2\n", "4 -4\r\n"], "output": ["4\n", "0\r\n"]},
    "generated_tests": {"input": ["7 1\n"], "output": ["8\n"]},
    "solutions": {"language": [3, 2], "solution": [ADDER, "int main() {}"]},
    "incorrect_solutions": {"language": [3, 1], "solution": [SUBTRACTER, "print 1"]},
    "time_limit": {"seconds": 2, "nanos": 500_000_000},
    "memory_limit_bytes": 256_000_000,
    "input_file": "",
    "output_file": "",
}
LIVECODEBENCH: dict[str, Any] = {
    "question_id": "abc_001",
    "question_title": "Doubling",
    "question_content": "Double x.",
    "platform": "own",
    "starter_code": "class Solution:\n    def double(self, x: int) -> int:\n        ",
    "public_test_cases": json.dumps([{"input": "3", "output": "6", "testtype": "functional"}]),
    "private_test_cases": packed(json.dumps([{"input": '"é"', "output": '"éé"', "testtype": "functional"}])),
    "metadata": json.dumps({"func_name": "double"}),
}
VERL: dict[str, Any] = {
    "data_source": "own",
    "ability": "code",
    "prompt": [{"role": "system", "content": "You are kind."}, {"role": "user", "content": "Greet whom you read."}],
    "reward_model": {
        "style": "rule",
        "ground_truth": json.dumps({"inputs": ["Zoë\n"], "outputs": ["Grüße, Zoë\n"]}),
    },
    "extra_info": {"split": "train", "index": 4, "solution": f"So:\n```python\n{GREETER}```\n"},
}
DEEPCODER: dict[str, Any] = {
    "problem": "Double x.",
    "tests": json.dumps([{"input": "3", "output": "6", "testtype": "functional", "metadata": {"func_name": None}}]),
    "solutions": [f"```python\n{DOUBLE}```"],
    "starter_code": "def double(x):",
    "metadata": {"func_name": "double"},
}
CODEFORCES: dict[str, Any] = {
    "id": "1/A",
    "title": "Sum",
    "description": "Print the sum.",
    "input_format": "Two integers.",
    "output_format": "One integer.",
    "interaction_format": None,
    "note": None,
    "input_mode": "stdio",
    "time_limit": 2.0,
    "memory_limit": 256.0,
    "examples": [{"input": "1 2", "output": "3"}],
    "official_tests": [{"input": "1 2", "output": "3"}, {"input": "5 5", "output": "10"}],
    "official_tests_complete": True,
    "generated_checker": None,
    "generated_tests": 0,
}
SYNTHETIC: dict[str, Any] = {
    "problem_id": "vcp_1",
    "task_type": "verifiable_code",
    "prompt": "Print the sum.",
    "gold_standard_solution": f"```python\n{ADDER}```",
    "verification_info": json.dumps(
        {"language": "python", "test_cases": [{"input": "1 2\n", "output": "3\n", "type": "stdin_stdout"}]}
    ),
}
KODCODE: dict[str, Any] = {
    "question_id": "Own_1_I",
    "question": "Double x.",
    "solution": DOUBLE,
    "test": "from solution import double\n\ndef test_int():\n    assert double(2) == 4\n\ndef test_text():\n"
    "    assert double('ä') == 'ää'\n",
    "test_info": [{"function_name": "double", "function_declaration": "def double(x):"}],
}
ACECODE: dict[str, Any] = {
    "id": "own_1",
    "source": "own",
    "question": "Double x.",
    "test_cases": ["assert double(2) == 4", "assert double(-1) == -2"],
    "inferences": [
        {"model_name": "m", "completion_id": 0, "completion": DOUBLE, "pass_rate": 1.0},
        {"model_name": "m", "completion_id": 1, "completion": "def double(x):\n    return 4\n", "pass_rate": 0.5},
    ],
}
BIGCODEBENCH: dict[str, Any] = {
    "task_id": "Own/5",
    "complete_prompt": 'import math\nROOM = 1\n\ndef task_func(x):\n    """Round up."""\n',
    "instruct_prompt": "Round up.",
    "code_prompt": "import math\nROOM = 1\n\ndef task_func(x):\n",
    "canonical_solution": "    return math.ceil(x) + random.randrange(ROOM)\n",
    "test": "import random\nimport unittest\n\nclass TestCases(unittest.TestCase):\n    def test_up(self):\n"
    "        self.assertEqual(task_func(0.5), math.floor(1.5) * ROOM)\n",
    "entry_point": "task_func",
    "libs": "['math']",
}
LEETCODE: dict[str, Any] = {
    "task_id": "double-it",
    "prompt": "from typing import *\n\nclass ListNode:\n    def __init__(self, val):\n        self.val = val\n",
    "completion": "class Solution:\n    def double(self, x: ListNode) -> int:\n        return 2 * x.val\n",
    "entry_point": "Solution().double",
    "test": "def check(candidate):\n    assert candidate(x = ListNode(3)) == 6\n",
    "problem_description": "Double x.",
    "starter_code": "class Solution:\n    def double(self, x):\n        ",
}

ROWS: dict[str, dict[str, Any]] = {
    "humaneval": HUMANEVAL,
    "humanevalplus": PLUS,
    "humanevalpack": {**HUMANEVAL, "task_id": "Python/1", "buggy_solution": "    return x\n"},
    "mbpp": MBPP,
    "mbppplus": {
        "task_id": "Mbpp/1",
        "prompt": '"""\nWrite a function that doubles.\nassert twice((1, 2)) == (1, 2, 1, 2)\n"""\n',
        "entry_point": "twice",
        "canonical_solution": "def twice(t):\n    return t + (t[0], t[1])\n",
        "base_input": [[[1, 2]]],
        "plus_input": [[[3, 4]]],
        "atol": 0,
        "contract": "",
        "assertion": "\nassert twice((1, 2)) == (1, 2, 1, 2)\n",
    },
    "apps": APPS,
    "taco": {**APPS, "problem_id": None, "id": "t1", "name": "Sum", "time_limit": "2.0 seconds",
             "memory_limit": "256.0 megabytes"},
    "code_contests": CONTEST,
    "livecodebench": LIVECODEBENCH,
    "verl": VERL,
    "deepcoder": DEEPCODER,
    "codeforces": CODEFORCES,
    "synthetic": SYNTHETIC,
    "kodcode": KODCODE,
    "acecode": ACECODE,
    "bigcodebench": BIGCODEBENCH,
    "leetcode": LEETCODE,
}  # fmt: skip
"""Format to a row of it."""

OWN_REFERENCES = {
    "codeforces": ADDER,
    "livecodebench": "class Solution:\n    def double(self, x):\n        return 2 * x\n",
}
"""Right solutions of the rows whose sets have none."""
