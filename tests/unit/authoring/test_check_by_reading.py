"""Defects that `verifier suite check` finds by reading a suite. Each is planted in a sound one, and found by its code
at its place; the sound twin has no such finding."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from tests.planted import Change, added, put
from verifier.authoring.check import read_findings
from verifier.authoring.findings import RULES
from verifier.authoring.places import Places
from verifier.authoring.skeleton import SKELETONS, make_suite
from verifier.suite.base import AnySuite, Case
from verifier.suite.package import Package, read_package


class Defect(NamedTuple):
    code: str
    kind: str
    place: str
    changes: dict[str, Change]
    twin: dict[str, Change] = {}
    """Changes that make the sound twin of the skeleton, where that is not the skeleton itself."""


def head(text: str) -> Change:
    """Keys of the document go before its tables."""
    return lambda old: text + old


_VOWELS = "submissions/accepted/generator.py"
_ROUND = "def count_vowels(text):\n    return len(text) / 3\n"
_FLOATS = '{"args": ["abcd"], "expected": 1.3333333333333333}\n'
_JSON_LINE = '{"stdin": "", "stdout": "[[N]]"}\n'
_PROGRAM = "submissions/accepted/min_and_max.py"
_TEST = "tests/test_solution.py"
_ADDS_UP = "submissions/accepted/adds_up.py"
_HELPED = """\
def is_vowel(letter):
    return letter.lower() in ("a", "e", "i", "o", "u")


def count_vowels(text):
    return sum(1 for letter in text if is_vowel(letter))
"""
_MAIN = """\
def main():
    numbers = sorted(map(int, input().split()))
    print(numbers[0], numbers[-1])

"""


def _drawn(test: str) -> dict[str, Change]:
    """A reference that draws, and tests that begin with a line that may do something about that."""
    return {
        _ADDS_UP: lambda old: "import random; DRAWN = random.random()\n" + old,
        _TEST: lambda old: f"{test}{old}",
    }


DEFECTS = [
    Defect("duplicate-case", "function", "cases.jsonl:7", {"cases.jsonl": added('{"args": [""], "expected": 0.0}\n')}),
    Defect(
        "contradictory-cases", "function", "cases.jsonl:8", {"cases.jsonl": added('\n{"args": [""], "expected": 1}\n')}
    ),
    Defect("few-cases", "function", "suite.toml:2", {"cases.jsonl": '{"args": ["a"], "expected": 1}\n'}),
    Defect(
        "constant-answer", "stdio", "cases.jsonl:2",
        {"cases.jsonl": '{"stdin": "1 2", "stdout": "2"}\n' + '{"stdin": "%d", "stdout": "7 7"}\n' * 3 % (1, 2, 3)},
    ),
    Defect("dominant-case", "function", "cases.jsonl:6", {"cases.jsonl": put('"weight": 2', '"weight": 200')}),
    Defect(
        "single-case-group", "function", "cases.jsonl:6",
        {"cases.jsonl": put('"weight": 2', '"group": "long"')},
        {"cases.jsonl": put("}\n", ', "group": "all"}\n')},
    ),
    Defect("idle-groups", "function", "suite.toml:23", {"suite.toml": added('groups = "all_or_nothing"\n')}),
    Defect("early-stop-fraction", "stdio", "suite.toml:1", {"suite.toml": head("early_stop = true\n")}),
    Defect(
        "idle-checker", "function", "suite.toml:8", {"suite.toml": put('"exact"\n', '"unordered"\n')},
        {"suite.toml": put('"exact"\n', '"unordered"\n'), "cases.jsonl": added('{"args": [1], "expected": [1, 2]}\n')},
    ),
    Defect(
        "idle-checker", "stdio", "suite.toml:6", {"suite.toml": put('"tokens"\n', '"tokens"\nignore_case = true\n')}
    ),
    Defect(
        "float-exact", "function", "cases.jsonl:7",
        {"cases.jsonl": added(_FLOATS), "suite.toml": put('"exact"\n', '"exact"\nrel_tol = 0.0\nabs_tol = 0.0\n')},
        {"cases.jsonl": added(_FLOATS)},
    ),
    Defect("float-exact", "pytest", f"{_TEST}:53", {_TEST: added("\n\ndef test_a():\n    assert Turnstile == 0.1\n")}),
    Defect(
        "float-exact", "asserts", "suite.toml, line 7",
        {"suite.toml": put("    for number", "    assert candidate(5) == 0.3\n    for number")},
        {"suite.toml": put("    for number", "    assert abs(candidate(5) - 0.3) < 1e-9\n    for number")},
    ),
    Defect(
        "float-exact", "asserts", "suite.toml, line 7",
        {"suite.toml": put("    for number", "    assert candidate([0.2, 5]) == [0.3]\n    for number")},
        {"suite.toml": put("    for number", "    assert candidate([0.3, 5]) == [0.3]\n    for number")},
    ),
    Defect(
        "printed-float", "stdio", "cases.jsonl:6",
        {"cases.jsonl": added('{"stdin": "6", "stdout": "0.5"}\n'), "suite.toml": put('"tokens"\n', '"exact"\n')},
        {"cases.jsonl": added('{"stdin": "6", "stdout": "0.5"}\n')},
    ),
    Defect(
        "loose-tolerance", "stdio", "cases.jsonl:1", {"suite.toml": put('"tokens"\n', '"float"\nabs_tol = 5.0\n')},
        {"suite.toml": put('"tokens"\n', '"float"\nabs_tol = 0.1\n')},
    ),
    Defect(
        "loose-tolerance", "function", "cases.jsonl:7",
        {"cases.jsonl": added(_FLOATS), "suite.toml": put('"exact"\n', '"float"\nrel_tol = 1.0\n')},
        {"cases.jsonl": added(_FLOATS)},
    ),
    Defect(
        "loose-tolerance", "stdio", "cases.jsonl:1",
        {"suite.toml": put('"tokens"\n', '"json"\nrel_tol = 2.0\n'), "cases.jsonl": _JSON_LINE.replace("N", "0.5")},
        {"suite.toml": put('"tokens"\n', '"json"\nrel_tol = 2.0\n'), "cases.jsonl": _JSON_LINE.replace("N", "0.0")},
    ),
    Defect("no-reference", "stdio", "submissions", {_PROGRAM: None, "submissions/accepted/sorting.py": None}),
    Defect("one-reference", "stdio", f"{_PROGRAM}", {"submissions/accepted/sorting.py": None}),
    Defect(
        "no-wrong-submission", "asserts", "submissions",
        {
            "submissions/wrong_answer/without_subtraction.py": None,
            "submissions/wrong_answer/up_to_ten.py": None,
            "submissions/wrong_answer/each_once.py": None,
            "submissions/run_time_error/no_one.py": None,
        },
    ),
    Defect(
        "duplicate-submission", "stdio", "submissions/wrong_answer/first_and_last.py",
        {
            "submissions/wrong_answer/again.py": (
                "\nimport sys\n\nwords = sys.stdin.read().split()\nprint(words[0], words[-1])\n"
            ),
        },
    ),
    Defect("stray-file", "stdio", "submissions/solution.py", {"submissions/solution.py": "print()\n"}),
    Defect("stray-file", "stdio", "submissions/accepted/x.txt", {"submissions/accepted/x.txt": "print()\n"}),
    Defect("no-problem", "stdio", "problem.md", {"problem.md": None}),
    Defect("name-not-in-problem", "function", "problem.md", {"problem.md": "# Count the vowels of a text\n"}),
    Defect("name-not-in-problem", "pytest", "problem.md", {"problem.md": put("Turnstile(", "Gate(")}),
    Defect("idle-answers", "asserts", "answers.jsonl", {"answers.jsonl": '{"case": 0, "accept": "I"}\n'}),
    Defect(
        "expected-in-input", "function", "cases.jsonl:1",
        {"cases.jsonl": "".join(f'{{"args": ["{"a" * n}", {{"vowels": {n}}}], "expected": {n}}}\n' for n in (2, 5, 9))},
        {"cases.jsonl": "".join(f'{{"args": ["{"a" * n}", {{"vowels": 2}}], "expected": {n}}}\n' for n in (2, 5, 9))},
    ),
    Defect(
        "expected-in-input", "stdio", "cases.jsonl:1",
        {"cases.jsonl": "".join(f'{{"stdin": "{n} {n}\\nso\\n{n} {n}\\n", "stdout": "{n} {n}"}}\n' for n in (1, 2, 3))},
    ),
    Defect(
        "expected-in-input", "pytest", f"{_TEST}:54",
        {
            _TEST: added(
                "\n\n@pytest.mark.parametrize('expected', [1])\n"
                "def test_a(expected):\n    assert Turnstile(expected) == expected\n"
            ),
        },
    ),
    Defect(
        "answer-among-input", "function", "cases.jsonl:7",
        {"cases.jsonl": added('{"args": ["eee", {"numbers": [3, 414]}], "expected": 414}\n')},
    ),
    Defect("answer-among-input", "asserts", "suite.toml", {"suite.toml": put("candidate(3)", 'candidate("III")')}),
    Defect(
        "cases-in-problem", "stdio", "problem.md",
        {"problem.md": added("\n    -3 -12 -5 -> -12 -3\n    1 2 3 4 -> 1 4\n")},
    ),
    Defect(
        "cases-in-problem", "asserts", "problem.md",
        {"problem.md": added('\n    >>> roman(4)\n    "IV"\n    >>> roman(40)\n    \'XL\'\n')},
    ),
    Defect(
        "test-names-in-problem", "pytest", "problem.md", {"problem.md": added("See test_coins_add_up_to_the_price.\n")}
    ),
    Defect(
        "reference-in-problem", "function", "problem.md",
        {"problem.md": added('\nSo:\n\n    return sum(letter  in "aeiou"\n        for letter in text.lower())\n')},
    ),
    Defect(
        "reference-in-problem", "function", "problem.md",
        {_VOWELS: _HELPED, "problem.md": added(f"\n{_HELPED[_HELPED.index('def count') :]}\n")},
        {_VOWELS: _HELPED, "problem.md": added(f"\nThis is given:\n\n{_HELPED.partition('def count')[0]}\n")},
    ),
    Defect(
        "reference-in-problem", "stdio", "problem.md", {_PROGRAM: f"{_MAIN}main()\n", "problem.md": added(f"\n{_MAIN}")}
    ),
    Defect(
        "reference-knows-tests", "pytest", "submissions/accepted/adds_up.py",
        {"submissions/accepted/adds_up.py": added("\n\ndef test_it_is_locked_at_first():\n    pass\n")},
    ),
    Defect(
        "reference-knows-tests", "asserts", "submissions/accepted/greedy.py",
        {"submissions/accepted/greedy.py": added('\n\nassert roman(40) == "XL"\n')},
        {"submissions/accepted/greedy.py": added('\n\nassert roman(2024) == "MMXXIV"  # as the statement says\n')},
    ),
    Defect(
        "nondeterministic-code", "function", f"{_VOWELS}:5",
        {_VOWELS: "import random\n\n\ndef count_vowels(text):\n    return random.choice([4, 5])\n"},
        {_VOWELS: "import random\n\nrandom.seed(1)\n\n\ndef count_vowels(text):\n    return random.choice([4, 5])\n"},
    ),
    Defect(
        "nondeterministic-code", "pytest", f"{_TEST}:54",
        {_TEST: added("\n\ndef test_a():\n    from time import time as now\n    assert now() > Turnstile(1).passed\n")},
    ),
    Defect(
        "nondeterministic-code", "pytest", f"{_ADDS_UP}:1", _drawn("import random\n"),
        _drawn("import random\n\nrandom.seed(3)\n"),
    ),
    Defect(
        "nondeterministic-code", "pytest", f"{_ADDS_UP}:1", _drawn('PATCHED = "solution.random.choice"\n'),
        _drawn('PATCHED = "solution.random.random"\n'),
    ),
    Defect(
        "nondeterministic-code", "pytest", f"{_ADDS_UP}:1", _drawn('PATCHED = "random"\n'),
        _drawn('PATCHED = "solution.random"\n'),
    ),
    Defect(
        "borrowed-name", "asserts", "suite.toml",
        {"suite.toml": lambda old: old.replace('candidate(1) == "I"', 'isclose(len(candidate(1)), 1)')},
        {"suite.toml": lambda old: old.replace('candidate(1) == "I"', 'math.isclose(len(roman(1)), 1)')},
    ),
    Defect(
        "borrowed-name", "asserts", "suite.toml", {"suite.toml": head('setup = "same = lambda n: numeral_of(n)"\n')},
        {"suite.toml": head('setup = "numeral_of = str\\nsame = lambda n: numeral_of(n)"\n')},
    ),
    Defect(
        "order-dependent", "function", f"{_VOWELS}:2",
        {_VOWELS: "def count_vowels(text):\n    return [ord(letter) for letter in set(text)]\n"},
        {_VOWELS: "def count_vowels(text):\n    return sum([ord(letter) for letter in set(text)])\n"},
    ),
    Defect(
        "order-dependent", "function", f"{_VOWELS}:2",
        {_VOWELS: "def count_vowels(text):\n    return list(set(text) & set('aeiou'))\n"},
        {_VOWELS: "def count_vowels(text):\n    return sorted(set(text) & set('aeiou'))\n"},
    ),
    Defect(
        "order-dependent", "stdio", f"{_PROGRAM}:2",
        {_PROGRAM: "words = {word for word in input().split()}\nfor word in words:\n    print(word)\n"},
        {_PROGRAM: "words = {word for word in input().split()}\nfor word in words:\n    assert word\n"},
    ),
    Defect("test-without-assert", "pytest", f"{_TEST}:52", {_TEST: added("\n\ndef test_a():\n    Turnstile(1)\n")}),
    Defect(
        "skipped-test", "pytest", f"{_TEST}:53",
        {_TEST: added("\n\n@pytest.mark.skip\ndef test_later():\n    assert Turnstile(1).push()\n")},
    ),
]  # fmt: skip


def planted(folder, kind: str, changes: dict[str, Change]) -> Package:
    made = make_suite(folder, "planted", kind)
    for name, change in changes.items():
        path = made / name
        if change is None:
            path.unlink()
        elif isinstance(change, str):
            path.write_text(change, encoding="utf-8")
        else:
            path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return read_package(made)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code} {defect.kind}")
def test_a_defect_is_found_at_its_place_and_its_sound_twin_is_not_blamed(tmp_path, defect):
    findings = read_findings(planted(tmp_path / "broken", defect.kind, defect.changes))
    of_twin = read_findings(planted(tmp_path / "sound", defect.kind, defect.twin))

    found = [one for one in findings if one.code == defect.code]
    assert defect.place in {one.place for one in found}
    assert defect.code not in {one.code for one in of_twin}


def test_what_stands_twice_in_a_line_is_found_once(tmp_path):
    code = "from random import random\n\n\ndef count_vowels(text):\n    return random() + random()\n"

    [found] = read_findings(planted(tmp_path, "function", {_VOWELS: code}))
    assert (found.code, found.place) == ("nondeterministic-code", f"{_VOWELS}:5")


@pytest.mark.parametrize(("kind", "own_checker"), SKELETONS)
def test_nothing_is_found_in_a_skeleton(tmp_path, kind, own_checker):
    assert read_findings(read_package(make_suite(tmp_path, "made", kind, own_checker=own_checker))) == []


def test_a_kind_that_is_not_known_is_said_to_be(tmp_path):
    class Other(AnySuite):
        kind: Literal["other"]
        cases: tuple[Case, ...] = (Case(), Case(), Case())

    package = planted(tmp_path, "stdio", {})
    other = Package(package.folder, Other(kind="other"), package.problem, package.submissions, ())

    assert [found.code for found in read_findings(other)] == ["unknown-kind"]


def test_places_are_lines_that_an_editor_can_go_to(tmp_path):
    package = planted(tmp_path, "pytest", {})

    assert Places(package).case(0, "test_solution.py::test_coins_add_up_to_the_price #2") == f"{_TEST}:22"
    assert Places(package).field("limits") == "suite.toml:8"


def test_every_code_says_what_it_means_and_how_it_is_mended():
    for code, rule in RULES.items():
        assert code == code.lower() and " " not in code
        assert rule.meaning.endswith(".") and rule.mend.endswith(".")


def test_the_documentation_has_the_table_of_codes():
    text = (Path(__file__).parents[3] / "docs" / "checks.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and line.count("|") == 5]

    assert rows == [f"| `{code}` | {rule.severity} | {rule.meaning} | {rule.mend} |" for code, rule in RULES.items()]
