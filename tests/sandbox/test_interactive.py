"""Interactive problems: a submission talks to an interactor, and each way in which that ends has its verdict."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from verifier.cli import main
from verifier.judging.judge import Judgement
from verifier.limits import Limits
from verifier.pipeline import Verifier
from verifier.sandbox import values
from verifier.sandbox.arbiters import Arbiters
from verifier.sandbox.base import Arbiter, Program
from verifier.sandbox.conversation import Conversation
from verifier.sandbox.shortage import Shortage
from verifier.suite.model import parse_suite
from verifier.suite.writing import suite_value, write_suite

LIMITS = {"cpu_time_s": 0.5, "wall_time_s": 20.0, "memory_bytes": 64 << 20, "output_bytes": 1 << 20}

DOUBLES = """
def interact(case, submission):
    for number in map(int, case.input.split()):
        submission.write(f"{number}\\n")
        if int(submission.read_line()) != 2 * number:
            return False, f"not twice {number}; the secret is {case.expected}"
    submission.close()
    return True
"""
"""Twice each number until the end of the input."""

DOUBLES_PROGRAM = """
import sys
for number in map(int, open(sys.argv[1]).read().split()):
    print(number, flush=True)
    if int(input()) != 2 * number:
        print(f"not twice {number}; the secret is", open(sys.argv[2]).read(), file=sys.stderr)
        sys.exit(43)
sys.stdout.close()
sys.exit(42)
"""
FORMS = {"function": DOUBLES, "program": DOUBLES_PROGRAM}

HONEST = """
while True:
    try:
        print(2 * int(input()))
    except EOFError:
        break
"""


def suite(code: str = DOUBLES, *, form: str = "function", inputs: tuple[str, ...] = ("1 20 300",), **more: Any) -> Any:
    interactor = {"code": textwrap.dedent(code), "form": form, "cpu_time_s": 0.5, **more.pop("own", {})}
    limits = LIMITS | more.pop("limits", {})
    cases = [{"input": text, "expected": "sesame"} for text in inputs]
    return parse_suite({"kind": "interactive", "interactor": interactor, "cases": cases, "limits": limits, **more})


@pytest.fixture(scope="module")
def judge(verifier: Verifier) -> Callable[..., Judgement]:
    """judge(code, interactor=DOUBLES, **suite)"""

    def judge(code: str, interactor: str = DOUBLES, **more: Any) -> Judgement:
        return verifier.judge(textwrap.dedent(code), suite(interactor, **more))

    return judge


# Submissions

TALKERS = {
    "input and print": HONEST,
    "flush": "import sys\nfor line in sys.stdin: print(2 * int(line), flush=True)",
    "readline": "from sys import stdin, stdout\nwhile line := stdin.readline():\n"
    "  stdout.write(f'{2 * int(line)}\\n'); stdout.flush()",
    "bytes": "import sys\nfor line in sys.stdin.buffer:\n"
    "  sys.stdout.buffer.write(b'%d\\r\\n' % (2 * int(line))); sys.stdout.flush()",
    "os.read": "import os\nwhile line := os.read(0, 99): os.write(1, b'%d\\n' % (2 * int(line)))",
    "a byte at a time": "import os\nline = b''\nwhile byte := os.read(0, 1):\n  line += byte\n"
    "  if byte == b'\\n':\n    for c in b'%d\\n' % (2 * int(line)): os.write(1, bytes([c]))\n    line = b''",
    "slow": "import time\n" + HONEST.replace("print", "time.sleep(0.05); print"),
    "selectors": "import os, selectors as s\nchosen = s.DefaultSelector()\nchosen.register(0, s.EVENT_READ)\n"
    "while chosen.select() and (line := os.read(0, 99)): os.write(1, b'%d\\n' % (2 * int(line)))",
    "open(0) and open(1)": "out = open(1, 'w', buffering=1)\nfor line in open(0): print(2 * int(line), file=out)",
    "a thread": "import threading\ndef main():\n" + textwrap.indent(HONEST, "  ")
    + "\nthreading.Thread(target=main).start()",
    "asyncio": "import asyncio\nasync def main():\n" + textwrap.indent(HONEST, "  ") + "\nasyncio.run(main())",
    "noise on stderr": "import sys\n" + HONEST.replace("print", "sys.stderr.write('x' * 1000); print"),
    "sys.exit(0)": HONEST + "raise SystemExit",
    "more at the end": HONEST + "print('that was all')",
    "a closed input": HONEST + "import sys; sys.stdin.close()",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", TALKERS)
def test_ways_to_talk(judge: Callable[..., Judgement], how: str, form: str) -> None:
    judgement = judge(TALKERS[how], FORMS[form], form=form)
    assert judgement.verdict == "AC", (judgement.message, judgement.cases[0].note)
    assert judgement.cases[0].note == ""


ENDS = {
    "a wrong answer": ("input(); print(3)", "WA"),
    "a wrong answer, and a crash because of it": ("input(); print(3); input(); 1 / 0", "WA"),
    "a wrong answer, and then another status": ("input(); print(3, flush=True)\nfor _ in open(0): pass\nexit(1)", "WA"),
    "nothing": ("", "WA"),
    "an end too early": ("print(2 * int(input()))", "WA"),
    "an end too early, without a newline": ("print(2 * int(input()), end='')", "WA"),
    "rubbish": ("input(); print('rubbish')", "WA"),
    "no text": ("import os; os.write(1, b'\\xff\\n')", "WA"),
    "a NUL": ("print('\\0')", "WA"),
    "a number that no one can read": ("print('9' * 5000)", "WA"),
    "answers before the questions": ("for n in (1, 20, 300): print(2 * n)", "AC"),
    "a crash": ("input(); 1 / 0", "RTE"),
    "a crash before a word": ("1 / 0", "RTE"),
    "a status": ("exit(3)", "RTE"),
    "the status that accepts": ("import os; os._exit(42)", "RTE"),
    "a signal of its own": ("import os; os.abort()", "RTE"),
    "right, and then a status": (HONEST + "exit(3)", "RTE"),
    "right, and then a crash": (HONEST + "1 / 0", "RTE"),
    "no program": ("def", "CE"),
    "a loop": ("while True: pass", "TLE"),
    "right, and then a loop": (HONEST + "while True: pass", "TLE"),
    "output that is not flushed": ("import sys\nfor line in sys.stdin: sys.stdout.write(f'{2 * int(line)}\\n')", "TLE"),
    "more input than there is": ("while True: input()", "TLE"),
    "a flood that nobody reads": (HONEST + "while True: print('x' * 1000)", "OLE"),
    "a line without end": ("while True: print('1' * 1000, end='')", "OLE"),
    "a flood on stderr": ("import sys\nwhile True: sys.stderr.write('x' * 1000)", "OLE"),
    "memory": ("x = []\nwhile True: x.append(bytearray(1 << 20))", "MLE"),
    "a closed output": ("import os; os.close(1); os.read(0, 9)", "WA"),
    "a closed input": ("import os; os.close(0); os.write(1, b'2\\n40\\n600\\n')", "AC"),
    "all descriptors closed": ("import os; os.closerange(0, 99)", "WA"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ENDS)
def test_the_verdict_of_an_end(judge: Callable[..., Judgement], how: str, form: str) -> None:
    code, verdict = ENDS[how]
    judgement = judge(code, FORMS[form], form=form)
    assert judgement.verdict == verdict, (judgement.message, judgement.cases[0].note)
    assert "sesame" not in judgement.message


def test_one_that_sleeps_is_ended(judge: Callable[..., Judgement]) -> None:
    for code in ("import time; time.sleep(1000)", HONEST + "import time; time.sleep(1000)"):
        judgement = judge(code, limits={"wall_time_s": 0.5})
        assert (judgement.verdict, judgement.message) == ("TLE", "wall time over 0.5 s")


def test_both_that_wait_are_found_out(judge: Callable[..., Judgement]) -> None:
    """At once, and not after an hour."""
    judge(HONEST)
    zygote = next(child for child in psutil.Process().children() if any("zygote.py" in a for a in child.cmdline()))
    try:
        Path(f"/proc/{zygote.pid}/syscall").read_text(encoding="ascii")
    except PermissionError:
        pytest.skip("this host does not tell what another process waits for")
    judgement = judge("input(); input()", limits={"wall_time_s": 3600.0})
    assert (judgement.verdict, judgement.message[:20]) == ("TLE", "it waits for input, ")


def test_both_that_wait_in_a_way_that_nobody_can_know_run_out_of_time(judge: Callable[..., Judgement]) -> None:
    code = "import select\ninput()\nselect.select([0], [], [])"
    judgement = judge(code, limits={"wall_time_s": 0.5})
    assert judgement.verdict == "TLE"


def test_who_may_be_woken_by_a_timer_is_not_given_up(judge: Callable[..., Judgement]) -> None:
    code = """
        import signal, sys
        number = int(input())
        def wake(*_):
            print(2 * number, flush=True)
        signal.signal(signal.SIGALRM, wake)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        for line in sys.stdin:
            print(2 * int(line), flush=True)
    """
    judgement = judge(code)
    assert judgement.verdict == "AC", (judgement.message, judgement.cases[0].note)


def test_the_time_of_the_interactor_is_not_the_submission_s(judge: Callable[..., Judgement]) -> None:
    """Neither as CPU time nor as time in which it idles."""
    thinks = DOUBLES.replace("        if int", "        think()\n        if int") + textwrap.dedent("""
        def think():
            import time
            end = time.process_time() + 0.4
            while time.process_time() < end: pass
    """)
    judgement = judge(HONEST, thinks, own={"cpu_time_s": 5.0}, limits={"wall_time_s": 0.6, "cpu_time_s": 0.3})
    assert judgement.verdict == "AC", judgement.message
    assert judgement.cases[0].cpu_time_s < 0.3


def test_a_submission_does_not_pay_for_an_interactor_that_is_not_ready(
    judge: Callable[..., Judgement], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process may be the first of its sort, and its code may take long to load."""
    start = Arbiters.start

    def slowly(*args: Any, **options: Any) -> Any:
        time.sleep(1.0)
        return start(*args, **options)

    monkeypatch.setattr(Arbiters, "start", slowly)
    judgement = judge(HONEST, f"import time\ntime.sleep(1.0)\n{DOUBLES}", limits={"wall_time_s": 0.6})
    assert judgement.verdict == "AC", judgement.message


@pytest.mark.parametrize(("ran_out", "runs"), [(True, 2), (False, 1)])
def test_who_was_told_something_gets_no_second_run_by_dying(
    judge: Callable[..., Judgement], monkeypatch: pytest.MonkeyPatch, ran_out: bool, runs: int
) -> None:
    """It might have put that somewhere. Where memory has run out, others may have been to blame."""
    whole, begun = Conversation.begin, []
    monkeypatch.setattr(Shortage, "was", lambda shortage: ran_out)
    monkeypatch.setattr(Conversation, "begin", lambda talk: begun.append(talk) or whole(talk))
    judgement = judge("import os\ninput()\nos.kill(os.getpid(), 9)")
    assert judgement.verdict == "RTE"
    assert len(begun) == runs


def test_packages_are_loaded_for_both(judge: Callable[..., Judgement]) -> None:
    pytest.importorskip("numpy")
    judgement = judge("import numpy\n" + HONEST, "import numpy\n" + DOUBLES)
    assert judgement.verdict == "AC", judgement.message


def test_cases_stand_for_themselves(judge: Callable[..., Judgement]) -> None:
    judgement = judge("print(2 * int(input()))", inputs=("1", "1 2", "3"))
    assert [str(case.verdict) for case in judgement.cases] == ["AC", "WA", "AC"]
    judgement = judge("print(2 * int(input()))", inputs=("1", "1 2", "3"), early_stop=True)
    assert [str(case.verdict) for case in judgement.cases] == ["AC", "WA", "SK"]
    judgement = judge("input(); input()", inputs=("1",) * 4, max_timeouts=2)
    assert [str(case.verdict) for case in judgement.cases] == ["TLE", "TLE", "SK", "SK"]


# Interactors


def interactor(*lines: str) -> str:
    return "def interact(case, submission):\n" + "".join(f"    {line}\n" for line in lines)


HELLO, WAITS = "print('hello', flush=True)\n", "for _ in open(0): pass\n"
HEARD = "submission.read_line()"
WORDS = {
    "True": (interactor(HEARD, "return True"), "AC", ""),
    "False": (interactor(HEARD, "return False"), "WA", ""),
    "a reason": (interactor(HEARD, "return False, 'too bad'"), "WA", "too bad"),
    "True, unheard": (interactor("return True"), "AC", ""),
    "False, unheard": (interactor("return False"), "WA", ""),
    "an end that is caught": (
        interactor("while True:", "    try: submission.read_line()", "    except EOFError: return True"), "AC", ""),
    "an end that is not caught": (interactor("while True: submission.read_line()"), "WA", "ended before"),
    "writing to one that has ended": (
        interactor("try:", "    while True: submission.read_line()", "except EOFError: submission.write('x' * 10**6)",
                   "return True"), "AC", ""),
    "printing": (interactor("print('for the author')", HEARD, "return False, 'no'"), "WA", "no\nfor the author"),
    # Failures after it has heard of the submission: a refusal.
    "None": (interactor(HEARD), "WA", "a value of type NoneType"),
    "1": (interactor(HEARD, "return 1"), "WA", "a value of type int"),
    "an exception": (interactor(HEARD, "raise KeyError(5)"), "WA", "KeyError: 5"),
    "exit": (interactor(HEARD, "exit(42)"), "WA", "SystemExit"),
    "os._exit": (interactor(HEARD, "import os; os._exit(42)"), "WA", "ended with status 42"),
    "a signal of its own": (interactor(HEARD, "import signal; signal.raise_signal(9)"), "WA", "it was killed"),
    "a loop": (interactor(HEARD, "while True: pass"), "WA", "over its limit of cpu time"),
    "memory": (interactor(HEARD, "x = [0] * 10**10"), "WA", "MemoryError"),
    "writing after close": (interactor(HEARD, "submission.close()", "submission.write('1')"), "WA", "after close"),
    # Before: it is broken.
    "an exception, unheard": (interactor("raise KeyError(5)"), "JE", "KeyError: 5"),
    "None, unheard": (interactor("submission.write('1\\n')"), "JE", "NoneType"),
    "an error at load": ("import no_such_module\n" + interactor("return True"), "JE", "ModuleNotFoundError"),
    "exit at load": ("exit(42)\n" + interactor("return True"), "JE", "SystemExit: 42"),
    "a loop at load": ("while True: pass\n" + interactor("return True"), "JE", "cpu time"),
}  # fmt: skip


REFUSALS = {"False", "a reason", "False, unheard", "an end that is not caught", "printing"}
"""Those of the words that count."""


@pytest.mark.parametrize("what", WORDS)
def test_the_word_of_an_interactor(judge: Callable[..., Judgement], what: str) -> None:
    code, verdict, note = WORDS[what]
    judgement = judge(HELLO + WAITS * ("end" not in what), code, own={"memory_bytes": 128 << 20})
    assert judgement.verdict == verdict, (judgement.message, judgement.cases[0].note)
    assert note in judgement.cases[0].note
    assert not note or note not in judgement.message
    assert judgement.verdict != "WA" or (judgement.message == "the interactor refused it") == (what in REFUSALS)


STATUSES = {
    "42": ("import sys; input(); sys.exit(42)", "AC"),
    "43": ("import sys; input(); sys.exit(43)", "WA"),
    "os._exit(42)": ("import os; input(); os._exit(42)", "AC"),
    "0": ("input()", "WA"),
    "1": ("input(); exit(1)", "WA"),
    "an exception": ("int(input())", "WA"),
    "an end that is not caught": ("while True: input()", "WA"),
    "a loop": ("input()\nwhile True: pass", "WA"),
}


@pytest.mark.parametrize("what", STATUSES)
def test_the_status_of_an_interactor(judge: Callable[..., Judgement], what: str) -> None:
    code, verdict = STATUSES[what]
    judgement = judge(HELLO + WAITS * ("end" not in what), code, form="program")
    assert judgement.verdict == verdict, (judgement.message, judgement.cases[0].note)


@pytest.mark.parametrize(
    "after", ["1 / 0", "exit(7)", "import os; os.abort()", "while True: pass", "import time; time.sleep(1000)"]
)
def test_a_wrong_word_does_not_depend_on_what_the_submission_does_about_it(
    judge: Callable[..., Judgement], after: str
) -> None:
    refuses = interactor(HEARD, "submission.write('wrong\\n')", "return False")
    ends = "import sys\ninput()\nprint('wrong', flush=True)\nsys.exit(43)"
    for code, form in [(refuses, "function"), (ends, "program")] * 3:
        judgement = judge(f"print(1)\ninput()\ntry: input()\nexcept EOFError: pass\n{after}", code, form=form)
        assert judgement.verdict == "WA", judgement.message


def test_what_is_said_before_the_last_word_is_heard(judge: Callable[..., Judgement]) -> None:
    says = interactor("submission.write('x' * 300000 + '\\n')", "return True")
    judgement = judge("assert len(input()) == 300000", says)
    assert judgement.verdict == "AC", judgement.message


def test_much_that_both_say_at_the_same_time(judge: Callable[..., Judgement]) -> None:
    """More than pipes hold, in both directions."""
    echoes = interactor(
        "for n in range(40000): submission.write(f'{n}\\n')",
        "submission.close()",
        "return all(submission.read_line() == str(n) for n in range(40000))",
    )
    judgement = judge(
        "import sys\nfor line in sys.stdin: sys.stdout.write(line)",
        echoes,
        own={"cpu_time_s": 5.0},
        limits={"cpu_time_s": 5.0},
    )
    assert judgement.verdict == "AC", (judgement.message, judgement.cases[0].note)


BUSY = ("import time", "end = time.process_time() + 0.3", "while time.process_time() < end: pass")
FLOOD = "import os\nwhile True: os.write(1, b'x' * 100000)"


def test_who_says_more_than_is_read_has_to_wait(verifier: Verifier) -> None:
    """The keeper keeps a bounded part of it."""
    refuses = interactor(*BUSY, "return False")
    arbiter = Arbiter("interactor", "function", refuses, Limits(cpu_time_s=5.0, memory_bytes=256 << 20))
    case = values.dumps({"input": "", "expected": ""})
    with verifier._keeper.slot() as slot:
        limits = Limits(cpu_time_s=5.0, output_bytes=1 << 30)
        conversed = slot.converse(Program(FLOOD, "stdio"), arbiter, case, limits)
    assert conversed.ruling.accepted is False
    assert conversed.facts.stdout_bytes < 4 << 20


def test_who_had_to_wait_goes_on_when_nobody_reads_any_more(judge: Callable[..., Judgement]) -> None:
    accepts = interactor(*BUSY, "return True")
    judgement = judge(FLOOD, accepts, own={"cpu_time_s": 5.0}, limits={"output_bytes": 16 << 20, "cpu_time_s": 5.0})
    assert judgement.verdict == "OLE", judgement.message


def test_what_nobody_reads_stops_nobody(judge: Callable[..., Judgement]) -> None:
    says = interactor("submission.write('x' * 5_000_000)", "return submission.read_line() == 'bye'")
    judgement = judge("print('bye')", says)
    assert judgement.verdict == "AC", (judgement.message, judgement.cases[0].note)


def test_an_interactor_finds_nothing_of_the_one_before(judge: Callable[..., Judgement]) -> None:
    code = """
        import os, sys
        seen = os.listdir(sys.argv[3])
        open(sys.argv[3] + "seen", "w").close()
        sys.exit(43 if seen else 42)
    """
    judgement = judge("", code, form="program", inputs=("1", "2", "3"))
    assert judgement.verdict == "AC", judgement.message


# What is told


def test_the_author_reads_what_was_said_and_nobody_else_does(verifier: Verifier) -> None:
    sample = {
        "id": 1,
        "code": "print(2 * int(input())); print(int(input()) + 1)",
        "reference_answer": suite_value(suite()),
    }
    [result] = verifier.score([sample])

    assert result.cases[0].note.splitlines() == [
        "not twice 20; the secret is sesame",
        "interactor: 1",
        "submission: 2",
        "interactor: 20",
        "submission: 21",
    ]
    public = repr([result.entry(), result.report(), result.message])
    assert not any(secret in public for secret in ("sesame", "twice", "submission:"))
    assert "sesame" in repr(result.report(for_author=True))


def test_a_transcript_on_a_terminal(tmp_path: Path) -> None:
    write_suite(tmp_path / "doubles", suite())
    (tmp_path / "solution.py").write_text("print(2 * int(input()))\nprint('\\033[2J', 21)")
    arguments = ["run", str(tmp_path / "solution.py"), "--suite", str(tmp_path / "doubles")]

    with_notes = CliRunner().invoke(main, [*arguments, "--show-notes"])
    assert with_notes.exit_code == 1, with_notes.output
    assert "interactor: 20" in with_notes.output and "submission: \N{REPLACEMENT CHARACTER}[2J 21" in with_notes.output
    without = CliRunner().invoke(main, arguments)
    assert "interactor: 20" not in without.output


def test_the_deadline(verifier: Verifier) -> None:
    judgement = verifier.judge("import time; time.sleep(100)", suite(), deadline=time.monotonic() + 0.5)
    assert (judgement.verdict, judgement.message) == ("JE", "not judged in time")


def test_nothing_is_left_behind(verifier: Verifier, left_behind: Callable[[], list[str]]) -> None:
    for code in (HONEST, "while True: pass", "input(); input()", "import os; os.abort()"):
        verifier.judge(code, suite())
    assert left_behind() == []
