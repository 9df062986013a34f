"""Custom checkers in their testers: what accepts, what refuses, whose fault all else is, and what they can reach."""

from __future__ import annotations

import datetime
import os
import textwrap
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psutil
import pytest

from tests.conftest import LIMITS
from verifier.judging.judge import Judgement
from verifier.limits import Limits
from verifier.pipeline import Verifier
from verifier.sandbox import values
from verifier.sandbox.base import Arbiter, Ruling
from verifier.suite.model import parse_suite
from verifier.suite.writing import suite_value

CASE = values.dumps({"args": [3], "kwargs": {}, "expected": 5})
TEXT = values.dumps({"input": "3\n", "expected": "5\n"})

Check = Callable[..., Ruling]


def arbiter(code: str, form: str = "function", answers: str = "value", **more: Any) -> Arbiter:
    limits = Limits(cpu_time_s=0.5, wall_time_s=more.pop("wall_time_s", 20.0), memory_bytes=256 << 20)
    return Arbiter("checker", form, textwrap.dedent(code), limits, answers=answers, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def check(verifier: Verifier) -> Check:
    """check(code, answer=5): what a checker that is a function makes of one value."""

    def check(code: str, answer: Any = 5, **more: Any) -> Ruling:
        with verifier._keeper.slot() as slot, slot.checking(arbiter(code, **more)) as checking:
            return checking.check(CASE, values.dumps(answer))

    return check


@pytest.fixture(scope="module")
def validate(verifier: Verifier) -> Check:
    """validate(code, output=b"5\\n"): what one that is a program makes of some output."""

    def validate(code: str, output: bytes = b"5\n", **more: Any) -> Ruling:
        asked = arbiter(code, "program", "text", **more)
        with verifier._keeper.slot() as slot, slot.checking(asked) as checking:
            return checking.check(TEXT, output)

    return validate


def body(*lines: str) -> str:
    return "def check(case, answer):\n" + "".join(f"    {line}\n" for line in lines)


# Words


@pytest.mark.parametrize(
    ("code", "accepted", "why"),
    [
        (body("return True"), True, ""),
        (body("return answer == case.expected"), True, ""),
        (body("return answer == case.args[0] and not case.kwargs"), False, ""),
        (body("return False"), False, ""),
        (body("return False, 'too short'"), False, "too short"),
        (body("return False, 'x' * 100000"), False, "x" * 4094 + ".."),
        (body("print('seen', answer)", "return False, 'no'"), False, "no\nseen 5"),
        ("check = lambda case, answer: answer is not None", True, ""),
        ("class Checker:\n    def __call__(self, case, answer): return True\ncheck = Checker()", True, ""),
        (body("case.expected = answer", "return answer == case.expected"), True, ""),
    ],
)
def test_a_word_that_counts(check: Check, code: str, accepted: bool, why: str) -> None:
    ruling = check(code)
    assert (ruling.accepted, ruling.why, ruling.failure, ruling.fault) == (accepted, why, "", None)


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        (["return None"], "a value of type NoneType"),
        (["return 1"], "a value of type int"),
        (["return 'True'"], "a value of type str"),
        (["return True, 'good'"], "a value of type tuple"),
        (["return False, 1"], "a value of type tuple"),
        (["return 0, 'no'"], "a value of type tuple"),
        (["return [False, 'no']"], "a value of type list"),
        (["class Yes(int): pass", "return Yes(1)"], "a value of type Yes"),
        (["class Any:", "    def __eq__(self, other): return True", "return Any()"], "a value of type Any"),
        (["yield True"], "a value of type generator"),
        (["assert answer == 6"], "where it is: 5 == 6"),
        (["raise KeyError(answer)"], "KeyError: 5"),
        (["raise SystemExit(0)"], "SystemExit"),
        (["raise KeyboardInterrupt"], "KeyboardInterrupt"),
        (["return check(case, answer)"], "RecursionError"),
        (["return [0] * 10**9"], "MemoryError"),
        (["import os; os._exit(0)"], "ended with status 0"),
        (["import os; os._exit(42)"], "ended with status 42"),
        (["import os; os.abort()"], "ended by signal 6"),
        (["import signal; signal.raise_signal(9)"], "it was killed, and once more"),
        (["while True: pass"], "over its limit of cpu time"),
        (["kept = []", "while True: kept.append(b'x' * (1 << 20))"], "emory"),
        (["import sys; sys.stdout = None", "print(1, file=open(99))"], "OSError"),
    ],
)
def test_a_failure_is_no_word(check: Check, lines: list[str], how: str) -> None:
    ruling = check(body(*lines))
    assert ruling.accepted is None
    assert how in ruling.failure
    assert ruling.involved
    assert ruling.fault is None


def test_one_that_sleeps_is_ended(check: Check) -> None:
    ruling = check(body("import time", "time.sleep(1000)"), wall_time_s=0.3)
    assert (ruling.accepted, ruling.timed_out) == (None, True)
    assert "wall time" in ruling.failure


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import no_such_module\ndef check(case, answer): return True", "ModuleNotFoundError"),
        ("def check(case, answer): return True\n1 / 0", "ZeroDivisionError"),
        ("def check(case, answer): return True\nimport sys; sys.exit(42)", "SystemExit: 42"),
        ("def check(case, answer): return True\ndel check", "defines no function check()"),
        ("def check(case, answer): return True\nwhile True: pass", "over its limit of cpu time"),
        ("def check(case, answer): return True\nimport os; os._exit(0)", "ended with status 0"),
    ],
)
def test_one_that_cannot_be_loaded_fails_by_itself(check: Check, code: str, how: str) -> None:
    ruling = check(code)
    assert (ruling.accepted, ruling.involved) == (None, False)
    assert how in ruling.failure


@pytest.mark.parametrize("module", ["numpy", "asyncio", "decimal", "sqlite3", "xml.dom.minidom"])
def test_modules_that_a_checker_imports(check: Check, module: str) -> None:
    if module == "numpy":
        pytest.importorskip("numpy")
    assert check(f"import {module}\ndef check(case, answer): return {module} is not None").accepted is True


# Answers


@pytest.mark.parametrize(
    "text",
    [
        "None", "(1, [2])", "{'a': {1, 2}}", "float('inf')", "b'\\0'", "'\\ud800\\0'", "10**5000", "[[[]]] * 1000",
        "1 + 2j", "range(5)", "['{\"x\":1}']", "__import__('decimal').Decimal('1.50')",
        "__import__('fractions').Fraction(1, 3)", "__import__('datetime').timedelta(2)",
    ],
)  # fmt: skip
def test_plain_data_comes_as_it_is(check: Check, text: str) -> None:
    same = "import decimal, fractions, datetime\n" if "import" in text else ""
    code = same + body(f"value = {text}", "return type(answer) is type(value) and answer == value")
    ruling = check(code, eval(text))
    assert ruling.accepted is True, ruling


@pytest.mark.parametrize("value", [Decimal("1.5"), Fraction(1, 3), datetime.date(2026, 1, 31), {Decimal(1)}])
def test_data_of_modules_that_the_checker_does_not_import(verifier: Verifier, value: Any) -> None:
    """In its answer and in its case."""
    case = values.dumps({"args": [value], "kwargs": {}, "expected": 1})
    code = body("return answer == case.args[0]") + f"# {value}"
    with verifier._keeper.slot() as slot, slot.checking(arbiter(code)) as checking:
        assert checking.check(case, values.dumps(value)).accepted is True
        assert checking.check(case, values.dumps(1)).accepted is False


class Point:
    pass


@pytest.mark.parametrize("answer", [Point(), [1, Point()], {"a": (Point(),)}, {(1, 2): [Point()]}, {1: {2: Point()}}])
def test_what_is_no_plain_data_is_not_shown(check: Check, answer: Any) -> None:
    ruling = check(body("import os; os._exit(1)"), answer)
    assert (ruling.accepted, ruling.unreadable, ruling.failure) == (None, True, "")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[", b'{"x":1}', b"\xff", b'{"s":[[1]]}', b"[" * 5000 + b"]" * 5000, b"NaN "]
)
def test_what_no_codec_has_written_is_not_shown(verifier: Verifier, data: bytes) -> None:
    with verifier._keeper.slot() as slot, slot.checking(arbiter(body("return True"))) as checking:
        assert checking.check(CASE, data).unreadable
        assert checking.check(CASE, b"1").accepted is True


# Testers


def test_one_tester_serves_all_answers_until_one_fails(verifier: Verifier) -> None:
    code = "import os\n" + body("if answer == 2: raise ValueError", "return False, str(os.getpid())")
    with verifier._keeper.slot() as slot, slot.checking(arbiter(code)) as checking:
        pids = [checking.check(CASE, b"%d" % answer).why for answer in (0, 1, 2, 3, 4)]
    assert pids[0] == pids[1] != pids[3] == pids[4]
    assert pids[2] == ""


def test_an_answer_pays_for_itself_alone(verifier: Verifier) -> None:
    """Time of one answer is none of the next; nor is what was printed."""
    code = body(
        "print(answer)",
        "import time",
        "end = time.process_time() + 0.2",
        "while time.process_time() < end: pass",
        "return True",
    )
    with verifier._keeper.slot() as slot, slot.checking(arbiter(code)) as checking:
        rulings = [checking.check(CASE, b"%d" % answer) for answer in range(6)]
    assert [(ruling.accepted, ruling.why) for ruling in rulings] == [(True, str(answer)) for answer in range(6)]


@pytest.mark.parametrize(
    "spelt", ['{"x":"a"}', '{ "x":"a"}', '{"x" :"a"}', r'{"\u0078":"a"}', '[1,{"t":[{ "x":"a"}]}]']
)
def test_an_object_is_not_shown_to_a_checker_however_it_is_spelt(verifier: Verifier, spelt: str) -> None:
    """It equals nothing, itself included. A cell may write the frames of its answers itself."""
    with verifier._keeper.slot() as slot, slot.checking(arbiter(body("return True"))) as checking:
        ruling = checking.check(CASE, spelt.encode())
    assert (ruling.accepted, ruling.unreadable) == (None, True), ruling


def test_a_tester_that_somebody_kills_is_replaced(verifier: Verifier) -> None:
    code = "import os\n" + body("return False, str(os.getpid())")
    with verifier._keeper.slot() as slot, slot.checking(arbiter(code)) as checking:
        first = checking.check(CASE, b"1").why
        os.kill(int(first), 9)
        psutil.wait_procs([psutil.Process(int(first))] if psutil.pid_exists(int(first)) else [], timeout=5)
        second = checking.check(CASE, b"1")
    assert second.accepted is False and second.why != first


def test_a_zygote_that_somebody_kills_is_replaced(verifier: Verifier) -> None:
    code = "import os\n" + body("return False, str(os.getppid())")
    with verifier._keeper.slot() as slot:
        with slot.checking(arbiter(code)) as checking:
            first = checking.check(CASE, b"1").why
            os.kill(int(first), 9)
            while psutil.pid_exists(int(first)) and psutil.Process(int(first)).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)
            second = checking.check(CASE, b"1")
        assert second.accepted is False and second.why != first, second


def test_no_more_is_asked_after_the_deadline(verifier: Verifier) -> None:
    with verifier._keeper.slot() as slot:
        with slot.checking(arbiter(body("while True: pass")), deadline=time.monotonic() - 1) as checking:
            assert checking.check(CASE, b"1").is_late
        with slot.checking(
            arbiter(body("import time", "time.sleep(100)")), deadline=time.monotonic() + 0.5
        ) as checking:
            assert checking.check(CASE, b"1").is_late


def test_nothing_is_left_behind(verifier: Verifier, left_behind: Callable[[], list[str]]) -> None:
    with verifier._keeper.slot() as slot, slot.checking(arbiter(body("return True"))) as checking:
        checking.check(CASE, b"1")
    assert left_behind() == []


REACHES = {
    "the network": "import socket; socket.create_connection(('127.0.0.1', 1))",
    "a process of its own": "import subprocess; subprocess.run(['true'])",
    "a fork": "import os; os.fork()",
    "files of others": "open('/etc/hostname').read()",
    "another process's memory": "open('/proc/%d/mem' % os.getppid(), 'rb')",
    "a signal": "os.kill(os.getppid(), 0)",
}


@pytest.mark.parametrize("what", REACHES)
def test_what_a_checker_cannot_reach(check: Check, what: str) -> None:
    ruling = check("import os\n" + body(REACHES[what], "return True"))
    assert ruling.accepted is None
    assert "Error" in ruling.failure


def test_chance_is_the_suite_s_own_and_the_same_each_time(verifier: Verifier) -> None:
    code = "import random\n" + body("return False, str(random.random())")
    found = {}
    for seed in ("a", "a", "b"):
        with verifier._keeper.slot() as slot, slot.checking(arbiter(code, seed=seed)) as checking:
            found.setdefault(seed, []).append(checking.check(CASE, b"1").why)
    assert len(set(found["a"])) == 1
    assert found["a"][0] != found["b"][0]


# Programs


@pytest.mark.parametrize(
    ("code", "accepted"),
    [
        ("import sys; sys.exit(42)", True),
        ("import os; os._exit(42)", True),
        ("raise SystemExit(42)", True),
        ("exit(42)", True),
        ("import sys; sys.exit(43)", False),
        ("import sys; sys.exit(42 if input() == open(sys.argv[2]).read().strip() else 43)", True),
        ("import sys; sys.exit(42 if sys.stdin.buffer.read() == b'5\\n' and __name__ == '__main__' else 43)", True),
        ("import sys; sys.exit(42 if open(0).read() == '5\\n' else 43)", True),
        ("import os; os._exit(42 if os.read(0, 99) == b'5\\n' else 43)", True),
        ("import sys; print('x' * 100000); sys.exit(43)", False),
    ],
)
def test_a_status_that_counts(validate: Check, code: str, accepted: bool) -> None:
    assert validate(code).accepted is accepted


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("", "status 0"),
        ("import sys; sys.exit()", "status 0"),
        ("import sys; sys.exit(1)", "status 1"),
        ("import sys; sys.exit(True)", "status 1"),
        ("import sys; sys.exit('42')", "status 1"),
        ("import sys; sys.exit(42 + 256 * 2 + 1)", "status 43"),
        ("1 / 0", "ZeroDivisionError"),
        ("while True: pass", "over its limit of cpu time"),
        ("import os, signal; signal.raise_signal(9)", "killed"),
    ],
)
def test_another_end_is_no_word(validate: Check, code: str, how: str) -> None:
    ruling = validate(code)
    if how == "status 43":  # as a status of a process: 43 it is
        assert ruling.accepted is False
        return
    assert ruling.accepted is None
    assert how in ruling.failure


def test_what_a_program_is_given(validate: Check) -> None:
    code = """
        import os, sys
        _, input_file, answer_file, feedback, *flags = sys.argv
        files = [open(path, newline="").read() for path in (input_file, answer_file)]
        told = [*files, sys.stdin.read(), flags, os.listdir(feedback)]
        with open(feedback + "judgemessage.txt", "w") as stream:
            stream.write(repr(told))
        with open(os.path.join(feedback, "teammessage.txt"), "w") as stream:
            stream.write("hello")
        print("to the author", file=sys.stderr)
        sys.exit(43)
    """
    ruling = validate(code, b"a\r\nb", flags=("float_tolerance", "1e-6"))
    told = ["3\n", "5\n", "a\r\nb", ["float_tolerance", "1e-6"], []]
    assert (ruling.accepted, ruling.why) == (False, f"{told!r}\nto the author")


def test_a_program_finds_nothing_of_the_answer_before(verifier: Verifier) -> None:
    code = """
        import os, sys
        seen = os.path.exists(sys.argv[3] + "seen") or hasattr(sys, "seen")
        open(sys.argv[3] + "seen", "w").close()
        sys.seen = True
        sys.exit(43 if seen else 42)
    """
    with verifier._keeper.slot() as slot, slot.checking(arbiter(code, "program", "text")) as checking:
        assert [checking.check(TEXT, b"").accepted for _ in range(3)] == [True] * 3


# Judgements


def suite(checker: dict[str, Any] | str, cases: int = 2, kind: str = "function", **more: Any) -> Any:
    code = {"code": textwrap.dedent(checker)} if isinstance(checker, str) else checker
    told = {"kind": kind, "checker": {"name": "custom", "cpu_time_s": 0.5, **code}, "limits": LIMITS, **more}
    if kind == "function":
        told |= {"entry_point": "f", "cases": [{"args": [n], "expected": [n]} for n in range(cases)]}
    else:
        told["cases"] = [{"stdin": f"{n}\n", "stdout": f"{n}\n"} for n in range(cases)]
    return parse_suite(told)


SAME = body("return answer[0] == case.expected[0]")
SAME_TEXT = body("return int(answer) == int(case.expected)")


def verdicts(judgement: Judgement) -> list[str]:
    return [str(case.verdict) for case in judgement.cases]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(n): return [n]", ["AC", "AC"]),
        ("def f(n): return (n, n)", ["AC", "AC"]),
        ("def f(n): return [0]", ["AC", "WA"]),
        ("def f(n): pass", ["WA", "WA"]),
        ("def f(n): return 5", ["WA", "WA"]),
        ("def f(n): return object()", ["WA", "WA"]),
        ("def f(n): 1 / n", ["RTE", "WA"]),
        ("def f(n): return [n] if n else exit()", ["RTE", "AC"]),
        ("def f(", ["CE", "CE"]),
    ],
)
def test_verdicts_of_calls(verifier: Verifier, code: str, found: list[str]) -> None:
    judgement = verifier.judge(code, suite(SAME))
    assert verdicts(judgement) == found, judgement.message


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("print(input())", ["AC", "AC"]),
        ("print('\\ufeff', int(input()), sep='')", ["AC", "AC"]),
        ("print(0)", ["AC", "WA"]),
        ("", ["WA", "WA"]),
        ("print('a')", ["WA", "WA"]),
        ("import os; os.write(1, b'\\xff')", ["WA", "WA"]),
        ("print(input()); exit(1)", ["RTE", "RTE"]),
    ],
)
def test_verdicts_of_programs(verifier: Verifier, code: str, found: list[str]) -> None:
    judgement = verifier.judge(code, suite(SAME_TEXT, kind="stdio"))
    assert verdicts(judgement) == found, judgement.message


def test_a_broken_checker_is_a_judge_error_for_everybody(verifier: Verifier) -> None:
    broken = suite(body("return anwser == case.expected"))
    for code in ("def f(n): return [n]", "def f(n): return None", "def f(n): return 'x' * 100"):
        judgement = verifier.judge(code, broken)
        assert verdicts(judgement) == ["JE", "JE"]
        assert "anwser" in judgement.cases[0].note
        assert "anwser" not in judgement.message


def test_one_that_fails_in_one_case_is_a_judge_error_there(verifier: Verifier) -> None:
    divides = suite(body("return 1 / case.args[0] and answer == case.expected"))
    assert verdicts(verifier.judge("def f(n): return [n]", divides)) == ["JE", "AC"]


def test_a_checker_s_reasons_are_for_its_author(verifier: Verifier) -> None:
    told = suite(body("print('printed', case.expected)", "return False, f'not {case.expected}'"))
    [result] = verifier.score([{"id": 1, "code": "def f(n): return 77", "reference_answer": suite_value(told)}])
    assert "not [1]" in result.cases[1].note and "printed [1]" in result.cases[1].note
    public = repr([result.entry(), result.report(), result.message])
    assert "not [" not in public and "printed" not in public
    assert "not [1]" in repr(result.report(for_author=True))


def test_answers_of_more_than_a_checker_takes(verifier: Verifier) -> None:
    small = suite({"code": SAME, "max_answer_bytes": 100})
    assert verdicts(verifier.judge("def f(n): return [n, 'x' * 50]", small)) == ["AC", "AC"]
    assert verdicts(verifier.judge("def f(n): return [n, 'x' * 200]", small)) == ["WA", "WA"]
    small = suite({"code": SAME_TEXT, "max_answer_bytes": 100}, kind="stdio")
    assert verdicts(verifier.judge("print(' ' * 50, input())", small)) == ["AC", "AC"]
    assert verdicts(verifier.judge("print(' ' * 200, input())", small)) == ["WA", "WA"]


def test_answers_that_take_a_checker_s_time_are_given_up(verifier: Verifier) -> None:
    slow = suite(body("while answer is None: pass", "return True"), cases=6, max_timeouts=2)
    judgement = verifier.judge("def f(n): return None", slow)
    assert verdicts(judgement) == ["WA", "WA", "SK", "SK", "SK", "SK"]
    assert judgement.score.reward == 0


def test_outputs_that_take_a_checker_s_time_are_given_up(verifier: Verifier) -> None:
    slow = suite(body("while not answer: pass", "return True"), cases=6, kind="stdio", max_timeouts=2)
    assert verdicts(verifier.judge("", slow)) == ["WA", "WA", "SK", "SK", "SK", "SK"]


@pytest.mark.parametrize(
    ("checker", "kind", "code"),
    [
        (body("while answer == []: pass", "return answer == case.expected"), "function",
         "def f(n): return [] if n in (1, 3) else [n]"),
        (body("while not answer: pass", "return int(answer) == int(case.expected)"), "stdio",
         "n = int(input())\nif n not in (1, 3): print(n)"),
    ],
    ids=["function", "stdio"],
)  # fmt: skip
def test_two_answers_of_a_submission_may_take_a_checker_s_time(
    verifier: Verifier, checker: str, kind: str, code: str
) -> None:
    """With `max_timeouts` as it is by itself."""
    judgement = verifier.judge(code, suite(checker, cases=8, kind=kind))
    assert verdicts(judgement) == ["AC", "WA", "AC", "WA", "WA", "WA", "WA", "WA"]
    assert ["not asked" in case.note for case in judgement.cases] == [False] * 4 + [True] * 4
    honest = "def f(n): return [n]" if kind == "function" else "print(input())"
    assert verdicts(verifier.judge(honest, suite(checker, cases=8, kind=kind))) == ["AC"] * 8


def test_the_expected_value_itself_is_judged_as_any_answer(verifier: Verifier) -> None:
    odd = suite(body("return answer != case.expected"))
    assert verdicts(verifier.judge("def f(n): return [n]", odd)) == ["WA", "WA"]


def test_time_between_two_answers_is_nobody_s(verifier: Verifier) -> None:
    """The submission runs meanwhile."""
    with verifier._keeper.slot() as slot, slot.checking(arbiter(body("return True"), wall_time_s=0.3)) as checking:
        for _ in range(2):
            assert checking.check(CASE, b"1").accepted is True
            time.sleep(0.6)
        code = arbiter(body("import time", "time.sleep(0.1)", "return True"), wall_time_s=0.3)
    with verifier._keeper.slot() as slot, slot.checking(code) as checking:
        for _ in range(2):
            assert checking.check(CASE, b"1").accepted is True
            time.sleep(0.6)


def test_early_stop(verifier: Verifier) -> None:
    for kind, check, code in (("function", SAME, "def f(n): return [0]"), ("stdio", SAME_TEXT, "print(0)")):
        judgement = verifier.judge(code, suite(check, cases=4, kind=kind, early_stop=True))
        assert verdicts(judgement) == ["AC", "WA", "SK", "SK"]


def test_what_killed_the_submission_is_asked_first(verifier: Verifier) -> None:
    judgement = verifier.judge("def f(n):\n    while n: pass\n    return [n]", suite(SAME))
    assert verdicts(judgement) == ["AC", "TLE"]
