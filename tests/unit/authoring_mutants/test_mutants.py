"""What mutants are made of a text, and which are left out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from verifier.authoring.mutants import changed_lines, mutants_of, sample
from verifier.errors import SuiteError

TESTSUITES = Path(__file__).parents[3] / "testsuites"


def texts(code: str, operator: str = "", *, runs_as_main: bool = False) -> set[str]:
    """The mutants of one operator, or all."""
    found = mutants_of("accepted/a.py", code, runs_as_main=runs_as_main)
    return {mutant.code for mutant in found if not operator or mutant.operator == operator}


def expressions(expression: str, operator: str) -> set[str]:
    return {text.removeprefix("x = ").rstrip("\n") for text in texts(f"x = {expression}\n", operator)}


@pytest.mark.parametrize(
    ("expression", "operator", "expected"),
    [
        ("a < b", "comparison", {"a <= b", "a >= b"}),
        ("a >= b", "comparison", {"a > b", "a < b"}),
        ("a == b", "comparison", {"a != b"}),
        ("a is None", "comparison", {"a is not None"}),
        ("a not in b", "comparison", {"a in b"}),
        ("a <= m < b", "comparison", {"a < m < b", "a > m < b", "a <= m <= b", "a <= m >= b"}),
        ("a + b", "arithmetic", {"a - b"}),
        ("a // b", "arithmetic", {"a / b", "a % b"}),
        ("a * b * c", "arithmetic", {"a * b / c", "a * b + c", "a / b * c", "(a + b) * c"}),
        ("-a % n", "arithmetic", {"-a // n"}),
        ("a and b", "boolean", {"a or b", "a", "b"}),
        ("not a", "boolean", {"a"}),
        ("-a", "boolean", {"a"}),
        ("7", "constant", {"8", "6"}),
        ("0", "constant", {"1", "-1"}),
        ("2.5", "constant", {"3.5", "1.5"}),
        ("True", "constant", {"False"}),
        ("''", "constant", {"'x'"}),
        ("'ab'", "constant", {"''"}),
        ("b'ab'", "constant", {"b''"}),
        ("[a]", "constant", {"[]"}),
        ("{a}", "constant", {"set()"}),
        ("{a: b}", "constant", {"{}"}),
        ("None", "constant", set()),
        ("a if b else c", "condition", {"a if True else c", "a if False else c"}),
        ("[i for i in a if i]", "condition", {"[i for i in a if True]", "[i for i in a if False]"}),
        ("[i for i in a if i]", "loop", {"[i for i in () if i]"}),
        ("lambda a: a", "return", {"lambda a: None"}),
        ("a[1:n]", "slice", {"a[:n]", "a[1:]", "a[1:n - 1]"}),
        ("a[::2]", "slice", {"a[:]"}),
        ("a[k:]", "slice", {"a[:]", "a[k + 1:]"}),
        ("f(a, b)", "argument", {"f(b, a)", "f(a)"}),
        ("f(*a, b)", "argument", set()),
        ("f(a, key=b)", "argument", {"f(a)"}),
        ("range(n)", "argument", {"range(n + 1)", "range(n - 1)"}),
        ("max(a, b)", "argument", {"max(a)"}),
        ("max(a, b)", "call", {"min(a, b)"}),
        ("sorted(a)", "call", {"list(a)", "a"}),
        ("sorted(a, reverse=True)", "call", {"list(a, reverse=True)"}),
        ("a.lower()", "call", {"a.upper()", "a"}),
        ("a.strip()", "call", {"a.rstrip()", "a"}),
        ("bisect.bisect_left(a, b)", "call", {"bisect.bisect_right(a, b)"}),
    ],
)
def test_expressions_are_changed_in_one_place(expression: str, operator: str, expected: set[str]) -> None:
    assert expressions(expression, operator) == expected


@pytest.mark.parametrize(
    ("code", "operator", "expected"),
    [
        ("if a:\n    b()\n", "condition", {"if True:\n    b()\n", "if False:\n    b()\n"}),
        ("while a:\n    b()\n", "loop", {"while False:\n    b()\n"}),
        ("for a in b:\n    c()\n", "loop", {"for a in ():\n    c()\n"}),
        ("while 1:\n    break\n", "loop", {"while False:\n    break\n", "while 1:\n    continue\n"}),
        ("while 1:\n    f()\n    continue\n", "loop",
         {"while False:\n    f()\n    continue\n", "while 1:\n    f()\n    break\n"}),
        ("def f():\n    return a\n", "return", {"def f():\n    return None\n"}),
        ("def f():\n    yield a\n", "return", {"def f():\n    yield None\n"}),
        ("a.sort()\n", "removal", {"pass\n"}),
        ("raise a\n", "removal", {"pass\n"}),
        ("del a[0]\n", "removal", {"pass\n"}),
        ("a[0] = b\n", "removal", {"pass\n"}),
        ("a = b\n", "removal", set()),
        ("a = b\na = c\n", "removal", {"pass\na = c\n", "a = b\npass\n"}),
        ("a += b\n", "removal", {"pass\n"}),
        ("a += b\n", "arithmetic", {"a -= b\n", "a = b\n"}),
        ("try:\n    a()\nexcept E:\n    b()\n    c()\n", "removal",
         {"try:\n    pass\nexcept E:\n    b()\n    c()\n", "try:\n    a()\nexcept E:\n    pass\n    c()\n",
          "try:\n    a()\nexcept E:\n    b()\n    pass\n", "try:\n    a()\nexcept E:\n    raise\n"}),
        ("@cache\ndef f():\n    a()\n", "removal", {"def f():\n    a()\n", "@cache\ndef f():\n    pass\n"}),
        ("match a:\n    case b if c:\n        d = 1\n", "condition",
         {"match a:\n    case b if True:\n        d = 1\n", "match a:\n    case b if False:\n        d = 1\n"}),
    ],
)  # fmt: skip
def test_statements_are_changed_in_one_place(code: str, operator: str, expected: set[str]) -> None:
    assert texts(code, operator) == expected


@pytest.mark.parametrize(
    "code",
    [
        '"""A docstring of 1 line."""\n',
        'def f(a: "A", b: list[3]) -> "B":\n    "Another."\n',
        "a: Literal[1]\n",
        "import a\n",
        "if __name__ == '__main__':\n    print(1 + a)\n",
    ],
)
def test_what_cannot_matter_is_left_alone(code: str) -> None:
    assert texts(code) == set()


def test_the_main_block_of_a_program_is_changed_but_never_its_guard() -> None:
    found = texts("if __name__ == '__main__':\n    a(1)\n", runs_as_main=True)

    assert found == {f"if __name__ == '__main__':\n    {line}\n" for line in ("a(2)", "a(0)", "pass")}


def test_what_compiles_to_the_same_is_left_out() -> None:
    """The branch that is never taken is no part of the program, and of two changes that mean the same one is made."""
    found = [mutant.code for mutant in mutants_of("a.py", "x = 1 if True else 2\n", runs_as_main=False)]

    assert sorted(found) == ["x = 0 if True else 2\n", "x = 1 if False else 2\n"]


def test_equal_constants_of_different_types_are_different_programs() -> None:
    assert texts("x = 1\ny = 0\nx = -0.0\n", "boolean") == {"x = 1\ny = 0\nx = 0.0\n"}


def test_parentheses_are_set_where_they_are_needed() -> None:
    assert "x = (a + b) * c\n" in texts("x = a * b * c\n")
    assert "x = a - (b + c)\n" in texts("x = a - b * c\n")
    assert "x = (a + b).real\n" in texts("x = (a - b).real\n")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_values_inside_f_strings_are_changed(quote: str) -> None:
    found = texts(f"x = 'äß'; y = f{quote}{{a + 1}}: {{b:>3}}{quote}\n", "arithmetic")

    assert len(found) == 1
    [text] = found
    assert "{a - 1}: {b:>3}" in text


def test_a_line_of_characters_beyond_ascii_is_cut_at_the_right_place() -> None:
    assert "x = 'ä€🙂' + (a - b)\n" in texts("x = 'ä€🙂' + (a + b)\n")


def test_the_diff_shows_the_line_and_keeps_the_layout() -> None:
    code = "def f(a):\n    # why\n    return (a\n            + 1)  # as said\n\n\ny = 2\n"
    [mutant] = [m for m in mutants_of("accepted/a.py", code, runs_as_main=False) if m.code.endswith("y = 3\n")]

    assert (mutant.of, mutant.operator, mutant.line) == ("accepted/a.py", "constant", 7)
    assert mutant.diff.splitlines() == ["--- accepted/a.py", "+++ mutant", "@@ -6,2 +6,2 @@", " ", "-y = 2", "+y = 3"]
    assert mutant.changed_lines == ("-y = 2", "+y = 3") == changed_lines(mutant.diff)
    others = [m for m in mutants_of("a.py", code, runs_as_main=False) if m.line < 7]
    assert others and all("# why" in m.code and "# as said" in m.code for m in others if m.operator == "constant")


@pytest.mark.parametrize("code", ["def f(:\n", "x = '\udcff'\n", "\0"])
def test_what_is_no_python_is_said_to_be_none(code: str) -> None:
    with pytest.raises(SuiteError) as caught:
        mutants_of("accepted/a.py", code, runs_as_main=False)

    assert caught.value.path == "accepted/a.py"


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert texts("\ufeffx = 1\r\ny = a\r\n") == texts("x = 1\ny = a\n")


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order() -> None:
    every = mutants_of("a.py", "".join(f"x{i} = {i}\n" for i in range(50)), runs_as_main=False)

    chosen = sample(every, 10, seed=3)
    assert chosen == sample(every, 10, seed=3) != sample(every, 10, seed=4)
    assert len(chosen) == 10 and chosen == [mutant for mutant in every if mutant in chosen]
    assert sample(every, 1000, seed=3) == every


@pytest.mark.parametrize(
    "path", sorted(TESTSUITES.glob("*/submissions/accepted/*.py")), ids=lambda p: "/".join(p.parts[-4::3])
)
def test_every_mutant_of_the_example_references_is_another_program(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    found = mutants_of(path.name, code, runs_as_main=True)

    assert found
    dumps = {ast.dump(ast.parse(mutant.code)) for mutant in found}
    assert len(dumps) == len(found) and ast.dump(ast.parse(code)) not in dumps
    assert all(1 <= mutant.line <= len(code.splitlines()) and mutant.changed_lines for mutant in found)
