"""Scripts of asserts taken apart: what is a case, what is not, and that no step means anything else than before."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.suite.script import holds_cases, list_steps, script_steps, setup_steps
from verifier.suite.source import SourceProblem, insert_first, parse, without_data


def steps(text: str, **more: Any) -> list[tuple[str, str]]:
    return script_steps(textwrap.dedent(text), **more)


def cases(text: str, **more: Any) -> list[str]:
    return [name for name, _ in steps(text, **more) if name]


def run(found: list[tuple[str, str]], **names: object) -> dict[str, bool]:
    """Which cases pass, as a tester runs them: a failed step without a name takes all later cases with it."""
    space: dict[str, object] = dict(names)
    passed: dict[str, bool] = {}
    broken = False
    for name, text in found:
        try:
            exec(compile(text, "<step>", "exec"), space)
            failed = False
        except Exception:
            failed = True
        broken = broken or (failed and not name)
        if name:
            passed[name] = not failed and not broken
    return passed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("assert f(1) == 1\nassert f(2) == 2", ["line 1", "line 2"]),
        ("assert f(1); assert f(2)", ["line 1", "line 1 (2)"]),
        ("import math\nx = f(1)\nassert x\nprint(x)", ["line 3"]),
        ("assert True, 'always'\nassert (f(1), 'a tuple')\nassert [1, 2]\nassert f(1)", ["line 4"]),
        ("for x in range(3):\n    assert f(x)", ["line 1"]),
        ("while f(1):\n    pass\nassert f(2)", ["line 3"]),
        ("if f(1):\n    assert f(2)", ["line 1"]),
        ("with a() as b:\n    assert f(b)", ["line 1"]),
        ("match f(1):\n    case 1:\n        assert f(2)", ["line 1"]),
        ("try:\n    f(1)\n    assert False\nexcept ValueError:\n    pass", ["line 1"]),
        ("try:\n    f(1)\n    raise AssertionError('no')\nexcept ValueError:\n    pass", ["line 1"]),
        ("with pytest.raises(ValueError):\n    f(1)", ["line 1"]),
        ("np.testing.assert_allclose(f(1), 2)", ["line 1"]),
        ("def same(a, b):\n    assert a == b\nsame(f(1), 1)\nsame(f(2), 2)", ["line 3", "line 4"]),
        ("def g():\n    h()\ndef h():\n    assert f(1)\nfor i in (1, 2):\n    g()", ["line 5"]),
        ("def one():\n    assert f(1)\nfor t in [one]:\n    t()", ["line 3"]),
        ("def one(x):\n    assert f(x)\nlist(map(one, [1, 2]))", ["line 3"]),
        ("def one(x):\n    assert f(x)\nr = one(1)", ["line 3"]),
        ("class T:\n    def t(self):\n        assert f(1)\nT().t()", ["line 4"]),
        ("async def main():\n    assert await f(1)\nasyncio.run(main())", ["line 3"]),
        ("def test_a():\n    assert f(1)\ntest_a()\nif __name__ == '__main__':\n    test_a()", ["line 3"]),
        ("'''docs'''\nassert f(1)", ["line 2"]),
        ("\ufeffassert f(1)\r\nassert f(2)\r\n", ["line 1", "line 2"]),
    ],
)
def test_what_is_a_case(text: str, named: list[str]) -> None:
    assert cases(text) == named


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no assert"),
        ("x = f(1)\nf(2) == 2", "no assert"),
        ("assert True\nassert 'x'", "no assert"),
        ("def helper():\n    assert f(1)", "no assert"),
        ("if __name__ == '__main__':\n    assert f(1)", "no assert"),
        ("def one(x):\n    assert f(x)\ng = functools.partial(one, 1)", "no assert"),
        ("def test_a():\n    assert f(1)", "use kind 'pytest'"),
        (
            "class TestA(TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 1)\nunittest.main()",
            "'pytest'",
        ),
        ("def check(candidate):\n    assert candidate(1)", "give 'entry_point'"),
        ("assert f(1", "line 1"),
        ("x = 1\nreturn x", "line 2: 'return' outside function"),
        ("assert f('\x00')", "null"),
        ("assert f('\ud800')", "surrogate"),
        ("assert " + "(" * 500 + ")" * 500, "parentheses"),
        ("assert " + "-" * 200_000 + "1", "can.t be compiled|deep"),
    ],
)
def test_what_holds_no_case_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SourceProblem, match=problem):
        steps(text)
    assert not holds_cases(text)


CHECK = """
    METADATA = {'author': 'x'}

    def check(candidate):
        '''docs'''
        assert True, "a marker"
        for i in range(2):
            text = '''a
      b'''
            assert candidate(text + str(i)) == len(text) + 1
        x = candidate("1"); assert x == 1
        assert (
            candidate("12")
            == 2
        )
    """


def test_check_is_taken_apart() -> None:
    """Each assert of HumanEval's `check` is a case, with its text as it stands, and earns credit of its own."""
    found = steps(CHECK, called_with_entry_point=True)

    assert [name for name, _ in found if name] == ["line 7", "line 11", "line 12"]
    assert not any("def check" in text for _, text in found)
    assert run(found, candidate=len) == dict.fromkeys(["line 7", "line 11", "line 12"], True)
    assert list(run(found, candidate=lambda text: 1).values()) == [False, True, False]


def test_check_that_the_script_calls() -> None:
    """`check(f)` at the top stands for its body; its parameter is bound there, under any name."""
    text = "def check(g):\n    assert g(1) == 1\n    assert g(2) == 2\ncheck(f)\nassert f(3) == 3\n"

    found = steps(text)

    assert found[0] == ("", "g = f")
    assert run(found, f=abs) == {"line 2": True, "line 3": True, "line 5": True}
    twice = steps(text + "check(\n    lambda x:\n    2\n)")
    assert run(twice, f=abs) == {
        "line 2": True, "line 3": True, "line 5": True, "line 2 (2)": False, "line 3 (2)": True,
    }  # fmt: skip
    assert cases(text, called_with_entry_point=True) == ["line 2", "line 3", "line 5"], "not called again"


@pytest.mark.parametrize(
    "text",
    [
        "def check(candidate):\n    assert candidate(1)\n    return\n    assert candidate(2)",
        "def check(candidate):\n    global g\n    g = 1\n    assert candidate(g)",
        "def check(candidate):\n    n = 0\n    def up():\n        nonlocal n\n    up()\n    assert candidate(n)",
        "def one():\n    return str(1)\ndef check(candidate):\n    str = 'a'\n    assert candidate(one()) == '1'",
        "x = 1\ndef check(candidate):\n    x = 2\n    assert candidate(x)\nassert x == 1",
        "@decorated\ndef check(candidate):\n    assert candidate(1)",
        "def check(candidate, again=1):\n    assert candidate(again)",
        "def check(*candidates):\n    assert candidates[0](1)",
    ],
)
def test_check_stays_whole_where_its_meaning_hangs_on_it(text: str) -> None:
    """Calling it is one case then."""
    found = steps(text, called_with_entry_point=True)

    line = text[: text.index("def check")].count("\n") + 1
    assert (f"line {line}", "check(candidate)") in found


def test_names_of_check_that_others_use_only_as_their_own() -> None:
    """HumanEval+: a helper's parameters and modules that both import are no reason to leave `check` whole."""
    text = """
        import math
        def assertion(out, exp):
            assert out == exp
        def check(candidate):
            import math
            out = candidate(1)
            assert out == 1
            for inp, exp in [(1, 1), (2, 2)]:
                assertion(candidate(inp), exp)
    """
    assert cases(text, called_with_entry_point=True) == ["line 8", "line 9"]


def test_check_without_a_candidate() -> None:
    assert steps("def check():\n    assert f(1)", called_with_entry_point=True)[-1] == ("line 1", "check()")
    with pytest.raises(SourceProblem, match="one argument"):
        steps("def check(a, b):\n    assert a(b)", called_with_entry_point=True)
    with pytest.raises(SourceProblem, match="no assert"):
        steps("def check(candidate):\n    return candidate(1) == 2", called_with_entry_point=True)


def test_every_step_keeps_the_future() -> None:
    """`from __future__` holds for the whole text, and stands first in each step."""
    found = steps("'''docs'''\nfrom __future__ import annotations\ndef g(x: nowhere): pass\nassert f(1)")

    assert [text.split("\n")[0] for _, text in found] == ["from __future__ import annotations"] * 2
    assert run(found, f=abs) == {"line 4": True}


def test_decorated_and_nested_definitions_in_check() -> None:
    text = """
        def check(candidate):
            @functools.cache
            def right(x):
                return x
            class Point:
                x = 1
            if True:
                assert candidate(right(1)) == 1
            assert candidate(Point.x) == 1
    """
    import functools

    found = steps(text, called_with_entry_point=True)
    assert run(found, candidate=abs, functools=functools) == {"line 8": True, "line 10": True}


def test_lists_of_asserts() -> None:
    """MBPP's: a case for each, named by its place; what only looks like an assert is refused with its place."""
    found = list_steps(["assert f(1) == 1", "x = 2\nassert f(x) == 2\nassert f(3)", "assert True"])
    assert [name for name, _ in found] == ["assert 1", "", "assert 2", "assert 2 (2)"]
    for bad in ("f(1) == 1", "", "assert f(1"):
        with pytest.raises(SourceProblem) as caught:
            list_steps(["assert f(1)", bad])
        assert caught.value.index == 1
    with pytest.raises(SourceProblem, match="could fail"):
        list_steps(["assert True"])


def test_setup_is_no_case_and_its_helpers_check() -> None:
    found, checking = setup_steps("import math\ndef same(a, b):\n    assert a == b\nassert math.pi")
    assert [name for name, _ in found] == ["", "", ""] and checking == {"same"}
    assert [name for name, _ in list_steps(["same(f(1), 1)"], checking=checking)] == ["assert 1"]


def test_statements_are_put_before_all_others() -> None:
    text = "'''docs'''\nfrom __future__ import annotations\nimport x\n"
    assert insert_first(text, "import y").split("\n")[2:4] == ["import y", "import x"]
    assert insert_first("import x", "import y\n") == "import y\nimport x"
    assert insert_first("x = (", "import y") == "x = ("


literals = st.recursive(
    st.integers() | st.text(max_size=3) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(), inner, max_size=2),
    max_leaves=8,
)


@given(st.lists(literals, min_size=1, max_size=6), st.data())
def test_taken_apart_it_passes_and_fails_like_the_whole(values: list[object], data: st.DataObject) -> None:
    """An identity function passes every case of a `check` of random asserts; one that is wrong for some values fails
    exactly their cases."""
    lines = [f"    assert candidate({value!r}) == {value!r}" for value in values]
    found = script_steps("def check(candidate):\n" + "\n".join(lines), called_with_entry_point=True)
    wrong = data.draw(st.sets(st.sampled_from(range(len(values)))))
    bad = [values[index] for index in wrong]

    def candidate(value: object) -> object:
        return object() if value in bad else value

    assert list(run(found, candidate=candidate).values()) == [value not in bad for value in values]


@given(st.lists(literals, max_size=4))
def test_data_are_blanked_only_in_the_copy_that_is_looked_at(values: list[object]) -> None:
    text = f"x = {values!r}\nassert f(x) == {values!r}"
    found = script_steps(text)
    assert run(found, f=lambda x: x) == {"line 2": True}
    assert len(list(without_data(parse(text)).body)) == 2
