"""What a verdict is made of where the suite's own code judges: rules, with testers that are played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.judging.custom import CustomChecker
from verifier.judging.interactive import judge_conversation
from verifier.limits import Limits
from verifier.sandbox import values
from verifier.sandbox.base import Conversed, Facts, Killed, Raised, Ruling, Stage
from verifier.sandbox.transcript import HEAD_BYTES, TAIL_BYTES, Transcript
from verifier.suite.model import FunctionSuite, StdioSuite, parse_suite

CODE = {"name": "custom", "code": "def check(case, answer): ..."}
CALLS = parse_suite(
    {"kind": "function", "entry_point": "f", "checker": CODE, "cases": [{"args": [1], "expected": "right"}]}
)
PROGRAM = parse_suite({"kind": "stdio", "checker": CODE, "cases": [{"stdin": "1\n", "stdout": "right"}]})

ACCEPTED = Ruling(True)
REFUSED = Ruling(False, "because")
FAILED = Ruling(failure="KeyError: 1", involved=True)
BROKEN = Ruling(failure="it can't be loaded")


class Played:
    """Says of each answer what it is told to say, and knows what it was asked."""

    def __init__(self, say: Callable[[Any], Ruling]) -> None:
        self._say = say
        self.asked: list[Any] = []
        self.cases: list[Any] = []

    def check(self, case: bytes, answer: bytes) -> Ruling:
        self.cases.append(values.loads(case))
        self.asked.append(values.loads(answer) if self.is_value else answer.decode())
        return self._say(self.asked[-1])

    is_value = True


class PlayedText(Played):
    is_value = False


def judged(say: Callable[[Any], Ruling], answer: Any = "given") -> tuple[Any, Played]:
    assert isinstance(CALLS, FunctionSuite)
    played = Played(say)
    return CustomChecker(CALLS, played).judge(0, values.dumps(answer)), played


@pytest.mark.parametrize(
    ("ruling", "verdict", "note"),
    [
        (ACCEPTED, "AC", ""),
        (REFUSED, "WA", "because"),
        (Ruling(unreadable=True, why="NotPlain"), "WA", ""),
        (BROKEN, "JE", "it can't be loaded"),
        (Ruling(fault="fork: no"), "JE", ""),
        (Ruling(is_late=True), "JE", ""),
    ],
)
def test_one_word_is_enough(ruling: Ruling, verdict: str, note: str) -> None:
    found, played = judged(lambda answer: ruling)

    assert (found.verdict, found.note) == (verdict, note)
    assert played.asked == ["given"]
    assert played.cases == [{"args": [1], "kwargs": {}, "expected": "right"}]
    assert "because" not in found.message


@pytest.mark.parametrize("word", [ACCEPTED, REFUSED])
def test_an_answer_that_a_working_checker_fails_at_is_wrong(word: Ruling) -> None:
    """Whatever it says of the expected value, it can judge it."""
    found, played = judged(lambda answer: word if answer == "right" else FAILED)

    assert (found.verdict, found.message) == ("WA", "the checker can't judge this answer")
    assert "KeyError: 1" in found.note
    assert played.asked == ["given", "right"]


def test_an_expected_value_that_is_no_answer_is_not_the_only_trial() -> None:
    found, played = judged(lambda answer: REFUSED if answer == [] else FAILED)

    assert found.verdict == "WA"
    assert played.asked == ["given", "right", None, 0, "", []]


def test_a_checker_that_judges_nothing_is_broken() -> None:
    found, played = judged(lambda answer: FAILED)

    assert (found.verdict, found.message) == ("JE", "the checker failed")
    assert "KeyError: 1" in found.note
    assert played.asked == ["given", "right", None, 0, "", [], {}]


def test_a_trial_that_fails_for_reasons_of_ours_decides_nothing() -> None:
    found, _ = judged(lambda answer: FAILED if answer == "given" else Ruling(fault="fork: no"))
    assert (found.verdict, found.message) == ("JE", "sandbox failure: fork: no")
    found, _ = judged(lambda answer: FAILED if answer == "given" else Ruling(is_late=True))
    assert (found.verdict, found.message) == ("JE", "not judged in time")


def test_a_case_is_tried_once_for_all_its_answers() -> None:
    assert isinstance(CALLS, FunctionSuite)
    played = Played(lambda answer: REFUSED if answer == "right" else FAILED)
    checker = CustomChecker(CALLS, played)
    assert [checker.judge(0, values.dumps(answer)).verdict for answer in (1, 2)] == ["WA", "WA"]
    assert played.asked == [1, "right", 2]


def test_a_checker_that_takes_too_long_is_told_of() -> None:
    slow = FAILED._replace(timed_out=True)
    assert judged(lambda answer: REFUSED if answer == "right" else slow)[0].timed_out
    assert judged(lambda answer: slow)[0].timed_out
    assert not judged(lambda answer: FAILED)[0].timed_out


SLOW = FAILED._replace(timed_out=True)


def words(say: Callable[[Any], Ruling], answers: list[str], max_timeouts: int | None = 2) -> tuple[list[str], Played]:
    """The verdicts of a submission's answers in cases of one sort."""
    assert isinstance(CALLS, FunctionSuite)
    played = Played(say)
    checker = CustomChecker(CALLS, played, max_timeouts=max_timeouts)
    return [checker.judge(0, values.dumps(answer)).verdict for answer in answers], played


def test_after_few_answers_that_take_too_long_a_submission_is_wrong_unseen() -> None:
    says = {"slow": SLOW, "bad": FAILED, "good": ACCEPTED, "right": ACCEPTED}
    found, played = words(says.__getitem__, ["slow", "bad", "bad", "good", "slow", "good", "slow"])
    assert found == ["WA", "WA", "WA", "AC", "WA", "WA", "WA"]
    assert played.asked == ["slow", "right", "bad", "bad", "good", "slow"]


def test_answers_of_no_one_submission_are_all_looked_at() -> None:
    says = {"slow": SLOW, "good": ACCEPTED, "right": ACCEPTED}
    found, _ = words(says.__getitem__, ["slow", "slow", "slow", "good"], max_timeouts=None)
    assert found == ["WA", "WA", "WA", "AC"]


def test_a_checker_that_takes_too_long_for_everything_is_broken_in_all_cases() -> None:
    found, _ = words(lambda answer: SLOW, ["a", "b", "c", "d"])
    assert found == ["JE"] * 4


@pytest.mark.parametrize(
    ("output", "shown"), [(b"yes", "yes"), (b"\xef\xbb\xbfyes", "yes"), (b"", ""), ("é\0".encode(), "é\0")]
)
def test_printed_text(output: bytes, shown: str) -> None:
    assert isinstance(PROGRAM, StdioSuite)
    played = PlayedText(lambda answer: ACCEPTED)
    assert CustomChecker(PROGRAM, played).judge(0, output).verdict == "AC"
    assert played.asked == [shown]
    assert played.cases == [{"input": "1\n", "expected": "right"}]


def test_what_is_no_text_is_refused_unseen() -> None:
    assert isinstance(PROGRAM, StdioSuite)
    played = PlayedText(lambda answer: ACCEPTED)
    assert CustomChecker(PROGRAM, played).judge(0, b"\xff").verdict == "WA"
    assert played.asked == []


def test_trials_of_printed_text() -> None:
    assert isinstance(PROGRAM, StdioSuite)
    played = PlayedText(lambda answer: FAILED)
    assert CustomChecker(PROGRAM, played).judge(0, b"x").verdict == "JE"
    assert played.asked == ["x", "right", ""]


# Conversations

CLEAN = Facts(exit_status=0)
CRASHED = Facts(exit_status=1, raised=Raised("EOFError", "x"))
LIMITS = Limits(cpu_time_s=1.0)


@pytest.mark.parametrize(
    ("facts", "ruling", "verdict"),
    [
        (CLEAN, ACCEPTED, "AC"),
        (CLEAN, REFUSED, "WA"),
        (CLEAN, REFUSED._replace(heard_end=True), "WA"),
        # How it ended by itself outranks a word that may have come of it, and no other.
        (CRASHED, ACCEPTED, "RTE"),
        (CRASHED, REFUSED, "WA"),
        (CRASHED, REFUSED._replace(heard_end=True), "RTE"),
        (CRASHED, FAILED, "RTE"),
        (Facts(exit_status=42), ACCEPTED, "RTE"),
        (Facts(signal=11), ACCEPTED, "RTE"),
        # What it was ended for outranks every word.
        (Facts(killed=Killed.CPU_TIME), ACCEPTED, "TLE"),
        (Facts(killed=Killed.WALL_TIME), REFUSED, "TLE"),
        (Facts(killed=Killed.DEADLOCK), Ruling(), "TLE"),
        (Facts(killed=Killed.MEMORY), ACCEPTED, "MLE"),
        (Facts(killed=Killed.OUTPUT), ACCEPTED, "OLE"),
        (Facts(killed=Killed.PROCESS), ACCEPTED, "SV"),
        (Facts(killed=Killed.OUTPUT), BROKEN, "OLE"),
        (Facts(exit_status=0, cpu_time_s=1.1), ACCEPTED, "TLE"),
        (Facts(stage=Stage.COMPILE, raised=Raised("SyntaxError", "")), Ruling(), "CE"),
        # Who failed.
        (CLEAN, FAILED, "WA"),
        (CLEAN, BROKEN, "JE"),
        (CRASHED, BROKEN, "JE"),
        (CLEAN, Ruling(), "JE"),
        (CLEAN, Ruling(fault="fork: no"), "JE"),
        (CRASHED, Ruling(fault="fork: no"), "JE"),
        (CLEAN, Ruling(is_late=True), "JE"),
        (Facts(fault="lost"), ACCEPTED, "JE"),
        (Facts(killed=Killed.DEADLINE), ACCEPTED, "JE"),
    ],
)
def test_the_verdict_of_a_conversation(facts: Facts, ruling: Ruling, verdict: str) -> None:
    judged = judge_conversation(Conversed(facts, ruling, "submission: 1"), LIMITS)
    assert judged.verdict == verdict
    for private in (ruling.why, ruling.failure, "submission: 1"):
        assert not private or private not in judged.message


@pytest.mark.parametrize(
    ("facts", "ruling", "told"),
    [
        (CLEAN, REFUSED, ["because", "submission: 1"]),
        (CLEAN, FAILED, ["KeyError: 1", "submission: 1"]),
        (CLEAN, BROKEN, ["it can't be loaded", "submission: 1"]),
        (CRASHED, REFUSED._replace(heard_end=True), ["because", "submission: 1"]),
        (Facts(killed=Killed.DEADLOCK), Ruling(), ["submission: 1"]),
    ],
)
def test_the_author_is_told_what_was_said(facts: Facts, ruling: Ruling, told: list[str]) -> None:
    note = judge_conversation(Conversed(facts, ruling, "submission: 1"), LIMITS).note
    assert all(part in note for part in told), note


# Transcripts


def test_a_transcript_names_who_said_each_line() -> None:
    transcript = Transcript()
    for speaker, data in (
        ("interactor", b"10\n"),
        ("submission", b"5"),
        ("submission", b"\n6\n"),
        ("interactor", b"ok"),
    ):
        transcript.add(speaker, data)
    assert transcript.text().splitlines() == ["interactor: 10", "submission: 5", "submission: 6", "interactor: ok"]


@given(st.lists(st.tuples(st.sampled_from(["submission", "interactor"]), st.binary(max_size=3000)), max_size=30))
def test_a_transcript_is_bounded_and_keeps_both_ends(said: list[tuple[str, bytes]]) -> None:
    transcript = Transcript()
    for speaker, data in said:
        transcript.add(speaker, data)
    everything = b"".join(data for _, data in said)
    kept = [bytes(data) for _, data in [*transcript._head, *transcript._tail]]

    if len(everything) <= HEAD_BYTES + TAIL_BYTES:
        assert b"".join(kept) == everything
    else:
        assert b"".join(kept) == everything[:HEAD_BYTES] + everything[-TAIL_BYTES:]
    assert len(transcript.text()) <= 50 * 14 + HEAD_BYTES + TAIL_BYTES
    assert len(transcript.text().split("\n")) <= 41


def test_a_long_transcript_says_how_much_is_left_out() -> None:
    transcript = Transcript()
    for number in range(10_000):
        transcript.add("submission" if number % 2 else "interactor", b"%d\n" % number)
    lines = transcript.text().splitlines()
    assert (lines[0], lines[-1]) == ("interactor: 0", "submission: 9999")
    assert "... (48890 bytes in all) ..." in lines
    assert len(lines) == 41


def test_a_transcript_of_many_short_lines_says_so_too() -> None:
    transcript = Transcript()
    for number in range(100):
        transcript.add("submission", b"%d\n" % number)
    lines = transcript.text().splitlines()
    assert lines[24:27] == ["submission: 24", "... (290 bytes in all) ...", "submission: 85"]
