"""One target for each parser of foreign bytes (docs/fuzzing.md): a function that takes any bytes, gives them to the
parser, and raises where that does not keep its word. Its word is: no exception but the documented one, no more work and
no larger result than the input's size explains, and what has an encoder comes back the same."""

from __future__ import annotations

import contextlib
import datetime
import json
import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

from tests.fuzz.bounds import alike, at_most, is_plain, weight
from tests.fuzz.stand_ins import ENDS, EndedCell, chunks, frames_of, lone_link, pieces, told_by_cell
from verifier.errors import RequestError, SandboxError, SuiteError
from verifier.journal import Journal
from verifier.judging import judge
from verifier.judging.classify import classify
from verifier.limits import Limits
from verifier.pipeline import Result, Verifier, _Job
from verifier.sandbox import arbiters, calls, facts, orphans, protocol, tested, values
from verifier.sandbox.base import Facts, Raised
from verifier.sandbox.proxy import about, codec, errors, exchange
from verifier.sandbox.proxy.channel import UNREADABLE, Gone
from verifier.sandbox.proxy.proxies import Member, ProxyClass, RemoteModule, is_proxy
from verifier.sandbox.testing.arbiters import _answer
from verifier.sandbox.told import Told
from verifier.sandbox.transcript import FIRST_LINES, HEAD_BYTES, LAST_LINES, TAIL_BYTES, Transcript
from verifier.sandbox.values import NotPlain
from verifier.sandbox.watch import Ended, Watch
from verifier.submission import ExtractionRule, extract_code
from verifier.suite import literals, script, source, static_tests
from verifier.suite.checkers import check_output, check_value
from verifier.suite.model import Checker, parse_suite
from verifier.verdict import Verdict
from verifier.wire import Malformed, read_reference, read_request, respond, response_entry, sample_of

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
LIMITS = Limits()
UNREAD = (*UNREADABLE, RecursionError, Gone)


def target(function: Target) -> Target:
    TARGETS[function.__name__] = function
    return function


def text_of(data: bytes) -> str:
    """Text with lone surrogates too, which JSON can hold."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


# The keeper reads what a cell writes


@target
def frames(data: bytes) -> None:
    """protocol.FrameReader; the first two bytes are its bound and the size of the pieces that come."""
    bound, size, stream = data[0] if data else 0, 1 + (data[1] if len(data) > 1 else 0), data[2:]
    whole, refused = frames_of(stream, bound)
    reader, found, fed = protocol.FrameReader(bound), [], 0
    try:
        for piece in chunks(stream, size):
            fed += len(piece)
            found += reader.feed(piece)
            held = fed - sum(len(frame) + 4 for frame in found)
            assert 0 <= held < bound + 4 + size, "holds more than one frame"
    except ValueError:
        assert refused
        assert found == whole[: len(found)]
        return
    assert not refused
    assert found == whole
    assert stream.startswith(b"".join(map(protocol.frame, found)))


@target
def answer(data: bytes) -> None:
    """values.loads: what a call returned."""
    try:
        with at_most(3000 + 40 * len(data)):
            value = values.loads(data)
    except NotPlain:
        return
    assert weight(value, opaque=True) <= 200 + 20 * len(data), "larger than what it was read from"
    if is_plain(value):
        assert alike(value, values.loads(values.dumps(value)))


EXPECTED: tuple[Any, ...] = (
    None, True, 2, 1.5, 10**30, float("nan"), 1 + 2j, "text", b"x", [1, 2.5], ("a", 1), {"a": [1]}, {1: "x", 2.5: None},
    {1, 2}, frozenset({("a", 1.5)}), range(3), [[1.5, "a"], [2.5, "b"]], datetime.date(2026, 1, 31), ["1 2", "3"],
    "[1]", Decimal("0.5"), {Fraction(1, 3): 1}, {Decimal("2"): (1, 2)},
)  # fmt: skip
CHECKERS = [
    Checker(name=name, ignore_case=case)
    for name in ("exact", "float", "unordered", "set", "any_of", "json", "tokens", "lines")
    for case in (False, True)
]


@target
def compared(data: bytes) -> None:
    """check_value: an answer that was read meets an expected value; the first byte says which, the second how."""
    expected, checker = EXPECTED[(data[0] if data else 0) % len(EXPECTED)], CHECKERS[sum(data[1:2]) % len(CHECKERS)]
    try:
        value = values.loads(data[2:])
    except NotPlain:
        return
    with at_most(20_000 + 200 * len(data)):
        outcome = check_value(value, expected, checker)
    assert outcome.accepted is (not outcome.reason)
    assert outcome.reason.isprintable()
    if outcome.accepted and checker.name == "exact":
        assert type(value) is not values.Opaque


PRINTED = ("", "1\n", "1 2\n3 4\n", "1.50 -2e3\n", "Yes", '{"a": [1, 2.5]}', "\n\n", "ß\u2028x", "0.333333\n0.666667\n")


@target
def printed(data: bytes) -> None:
    """check_output: what a program printed; the first byte says what is expected, the second how."""
    expected, checker = PRINTED[(data[0] if data else 0) % len(PRINTED)], CHECKERS[sum(data[1:2]) % len(CHECKERS)]
    if checker.name == "json" and not expected.startswith("{"):
        expected = "[1]"
    wanted: object = [expected, "other"] if checker.name == "any_of" else expected
    with at_most(20_000 + 200 * len(data)):
        outcome = check_output(data[2:], wanted, checker)
    assert outcome.accepted is (not outcome.reason)
    assert outcome.reason.isprintable()
    assert not (outcome.accepted and expected.strip() and not data[2:].strip()), "no output for some"


@target
def reports(data: bytes) -> None:
    """facts.with_report and asked_modules: a cell's frames about its submission."""
    with at_most(3000 + 40 * len(data)):
        asked = facts.asked_modules(data)
        found = facts.with_report(Facts(), data)
    assert all(type(name) is str for name in asked)
    assert found.fault is None
    raised = found.raised
    assert raised is None or (type(raised) is Raised and len(raised.type_name) <= 100 and len(raised.message) <= 500)
    decided = classify(found, LIMITS)
    if decided is not None:
        verdict, message = decided
        assert verdict is not Verdict.JE
        assert message.isprintable()
        assert len(message) <= 200


SUITE = parse_suite({"kind": "function", "entry_point": "f", "cases": [{"args": [n], "expected": n} for n in range(4)]})
CALLS = [b"[[%d]]" % n for n in range(4)]


@target
def cell_of_calls(data: bytes) -> None:
    """Watch and Slot: all that a submission writes to its pipe of answers, and how it ended (the first byte)."""
    end = ENDS[(data[0] if data else 0) % len(ENDS)]
    cell = EndedCell(protocol.frame(b"R") + data[1:], end)
    done = cell.answered(CALLS)
    assert 1 <= len(done) <= len(CALLS)
    for index, found in enumerate(done):
        verdict, message, *_ = judge._judge_call(SUITE, index, found, 1 << 20)  # type: ignore[arg-type]
        assert verdict is not Verdict.JE, "a submission chose a judge error"
        assert message.isprintable()
        if verdict is Verdict.AC:
            assert found.answer is not None
            assert values.loads(found.answer) == index


@target
def cell_of_program(data: bytes) -> None:
    """The same of a program, which is to write nothing there."""
    cell = EndedCell(protocol.frame(b"R") + data[1:], ENDS[(data[0] if data else 0) % len(ENDS)])
    decided = classify(cell.printed(), LIMITS)
    assert decided is None or decided[0] is not Verdict.JE


@target
def cell_before_its_code(data: bytes) -> None:
    """The same of a cell whose own first frames are not what they should be: it may be our fault then."""
    for found in EndedCell(data[1:], ENDS[(data[0] if data else 0) % len(ENDS)]).answered(CALLS):
        assert judge._judge_call(SUITE, 0, found, 1 << 20)[0] in Verdict  # type: ignore[arg-type]


# The keeper reads what a zygote and a tester write


@target
def control(data: bytes) -> None:
    """protocol.unpack and numbers, Watch: packets of a zygote."""
    with contextlib.suppress(ValueError):
        message = protocol.unpack(data)
        assert type(message) is dict
        assert protocol.pack(protocol.unpack(protocol.pack(message))) == protocol.pack(message)
    for word, count, or_more in (("pid", 1, False), ("refused", 1, False), ("ended", 5, True)):
        with contextlib.suppress(ValueError):
            found = protocol.numbers(data, word, count, or_more=or_more)
            assert len(found) == count or (or_more and len(found) > count)
            assert protocol.numbers(b" ".join([word.encode(), *(b"%d" % n for n in found)]), word, len(found)) == found
    watch = Watch.__new__(Watch)
    with contextlib.suppress(SandboxError):
        watch._take_end(data)
        assert type(watch.ended) is Ended


@target
def told(data: bytes) -> None:
    """Told: a tester's frames, a line each. Texts in them are of the submission's choosing."""
    heard = Told()
    for line in pieces(data):
        try:
            with at_most(3000 + 40 * len(line)):
                heard.take(line)
        except SandboxError:
            continue
        if line[:1] == b"T":
            test = heard.ended[-1]
            for found in tested._test_facts(test, 0):
                assert found.facts.cpu_time_s >= 0
            body = json.loads(line[1:])
            again = Told(last_cpu_s=body["cpu_s"] - test.cpu_s)
            again.take(b"T" + json.dumps(body).encode())
            assert again.ended[0].name == test.name
        elif line[:1] == b"X" and heard.not_loaded is not None:
            cell: Any = types.SimpleNamespace(end=ENDS[0], wall_s=0.0)
            tested._not_loaded(Facts(), heard.not_loaded, cell)
        elif line[:1] == b"N" and heard.needs is not None:
            facts.asked_modules(heard.needs)
    assert heard.last_cpu_s >= 0


@target
def ruled(data: bytes) -> None:
    """arbiters.Word: frames of a checker or an interactor, a line each. A note holds what a submission said."""
    word = arbiters.Word()
    for line in pieces(data):
        try:
            with at_most(3000 + 40 * len(line)):
                word.take(line)
        except SandboxError:
            continue
        ruling = word.ruling
        assert len(word.notes) <= arbiters.MAX_NOTE_CHARS
        assert ruling is None or ruling.accepted in (None, True, False)
        assert ruling is None or max(len(ruling.why), len(ruling.failure)) <= arbiters.MAX_NOTE_CHARS
        if ruling is not None and ruling.accepted is not None:
            assert word.is_loaded, "a word before there was anybody to say it"
        if line[:1] == b"N" and word.needs is not None:
            facts.asked_modules(word.needs)


@target
def said(data: bytes) -> None:
    """Transcript: what submission and interactor said; the first byte of each piece is who, and how long it is."""
    transcript, rest = Transcript(), data
    with at_most(3000 + 40 * len(data)):
        while rest:
            size = rest[0] >> 1
            transcript.add(("submission", "interactor")[rest[0] & 1], rest[1 : 1 + size])
            rest = rest[1 + size :]
        text = transcript.text()
    held = sum(len(part) for _, part in (*transcript._head, *transcript._tail))
    assert held <= HEAD_BYTES + TAIL_BYTES
    assert text.count("\n") <= FIRST_LINES + LAST_LINES
    # Each byte that can't be read is one character; each of up to 3 bytes of a piece that was cut, too.
    assert len(text) <= HEAD_BYTES + TAIL_BYTES + (FIRST_LINES + LAST_LINES + 1) * 40


# A checker reads what a cell writes


@target
def judged_by_a_checker(data: bytes) -> None:
    """testing.arbiters._answer: an answer on its way into a checker of the suite; the first byte says in which form."""
    form = ("text", "data")[(data[0] if data else 0) & 1]
    with at_most(3000 + 60 * len(data)):
        value, problem = _answer(data[1:], form)
    if problem:
        assert value is None
    elif form == "data":
        assert is_plain(value)


# The tester reads what a cell writes


@target
def conversation(data: bytes) -> None:
    """The whole of proxy/: a cell's messages, a line each, while the tester uses what it gets. The messages that give
    it something to use are told apart from the others by the caller."""
    told_by_cell(pieces(data)[:60])


def _json(data: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _show(value: Any) -> None:
    """As a test's failure would be shown. It may fail, but the process must not."""
    for show in (repr, str, hash, bool, lambda v: v == 1, errors._text):
        with contextlib.suppress(Exception, Gone):
            show(value)


@target
def references(data: bytes) -> None:
    """proxy.codec: values with references in them."""
    tree = _json(data)
    with lone_link() as link:
        decoder = codec.Decoder(link, [[1], {"a": 1}])
        try:
            with at_most(10_000 + 100 * len(data)):
                value = decoder.decode(tree)
        except UNREAD:
            return
        assert len(decoder.containers.found) <= len(data)
        _show(value)
        if all(count == 1 for count in decoder.containers.met) and is_plain(value):  # else it may hold itself
            assert weight(value) <= 200 + 20 * len(data), "larger than what it was read from"
            written = codec.Encoder(link).encode(value)
            assert alike(codec.Decoder(link).decode(json.loads(values.to_json(written))), value)


@target
def states(data: bytes) -> None:
    """proxy.exchange and shared: what a message says of containers. Lines of [state, tree, ..]."""
    with lone_link() as link:
        asked: list[Any] = [[1, 2], {"a": [3]}, {4}, bytearray(b"5")]
        shared = link.shared
        for number, container in enumerate(asked[:2]):
            shared.add(-1 - number, container)
        for line in pieces(data)[:20]:
            try:
                state, *trees = json.loads(line)
            except (ValueError, TypeError, RecursionError):
                continue
            decoder = codec.Decoder(link, asked)
            with contextlib.suppress(*UNREAD), at_most(10_000 + 100 * len(line)):
                exchange.read(shared, decoder, state, asked)
                for tree in trees:
                    decoder.decode(tree)
                exchange.read_own(shared, decoder, state)
        for number, (container, before) in shared._entries.items():
            assert shared._numbers[id(container)] == number
            assert type(container) is type(before)
        assert len(shared._numbers) == len(shared._entries)
        assert shared._items == sum(len(before) for _, before in shared._entries.values())
        with contextlib.suppress(NotPlain, *UNREAD):
            exchange.write(shared, codec.Encoder(link), None)


@target
def descriptions(data: bytes) -> None:
    """proxy.classes: a class is made from names; nothing in it comes from the other side."""
    with lone_link() as link:
        for number, line in enumerate(pieces(data)[:8], start=10):
            try:
                description = _json(line)
                with at_most(20_000 + 200 * len(line)):
                    link.borrowed.build(number, description)
            except Exception:
                continue  # as Channel._parse takes it
            made = link.borrowed.their_class(number)
            if made is RemoteModule:
                continue
            assert type(made) is ProxyClass
            for name, value in vars(made).items():
                if isinstance(value, types.FunctionType):
                    assert value.__module__.startswith("verifier.sandbox.proxy"), name
                elif not isinstance(value, Member | property) and callable(value):
                    assert name in ("_verifier_link", "_verifier_base", "_verifier_same_here", "_abc_impl"), name
            if issubclass(made, BaseException):
                assert issubclass(made, Exception), "gets past `except Exception`"
                assert not issubclass(made, StopIteration | StopAsyncIteration) or not link.may_stop()
            _show(made)
            with contextlib.suppress(*UNREAD):
                _show(link.borrowed.proxy(5, number, [""]))


@target
def exceptions(data: bytes) -> None:
    """proxy.errors: an exception that comes from a submission."""
    body = _json(data)
    with lone_link() as link:
        try:
            with at_most(20_000 + 100 * len(data)):
                error = errors.decode(codec.Decoder(link), link, body, values.MAX_DEPTH)
        except UNREAD:
            return
        assert isinstance(error, BaseException)
        assert isinstance(error, Exception | SystemExit), "gets past `except Exception`"
        assert not isinstance(error, StopIteration | StopAsyncIteration), "ends a loop over the results"
        assert not errors.has(error, errors.RAISED), "marked by the other side"
        _show(error)
        _show(error.args)
        for name in () if is_proxy(error) else dir(type(error)):
            if not name.startswith("__"):
                with contextlib.suppress(Exception):
                    getattr(error, name)


@target
def facts_of_functions(data: bytes) -> None:
    """proxy.about: signatures, fields of dataclasses, facts about code. Raises what a test may see."""
    told = _json(data)
    for read in (about.read_signature, about.read_fields, about.CodeFacts):
        with contextlib.suppress(Exception), at_most(10_000 + 100 * len(data)):
            _show(read(told))


# The zygote reads what the kernel tells of a cell, some of which the cell chose


@target
def notification(data: bytes) -> None:
    """notifications and calls: a system call that waits, with registers of the cell's choosing."""
    packet, answers = bytearray(data[:80].ljust(80, b"\0")), []
    packet[19] &= 0x7F  # calls have no negative numbers

    def ioctl(fd: int, request: int, buffer: Any) -> None:
        if isinstance(buffer, bytearray):
            buffer[:] = packet
        else:
            answers.append(buffer)

    held = calls.HeldCalls(-1)
    with mock.patch("fcntl.ioctl", ioctl):
        for _ in range(2):
            is_break_out = held.take()
    assert is_break_out is (held.break_out >= 0)
    assert len(held.denied) == (not is_break_out)
    for sent in answers:
        assert sent[:8] == packet[:8], "answers another call"
        assert int.from_bytes(sent[16:20], "little", signed=True) < 0, "lets it pass"


@target
def process_name(data: bytes) -> None:
    """orphans, journal: /proc/<pid>/stat, which holds a name of the cell's choosing."""
    name = data[:15].partition(b"\0")[0]
    stat = b"7 (" + name + b") Z 41 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0 18446744073709551615"
    opened = mock.mock_open(read_data=stat)
    with mock.patch("builtins.open", opened):
        assert orphans.parent(7) == 41
        assert orphans._is_zombie(7)


class _Names:
    """A folder with files of these names."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def glob(self, pattern: str) -> Iterator[Path]:
        return (Path("/nowhere") / name for name in self._names if name.startswith(pattern.rstrip("*")))


@target
def journal_names(data: bytes) -> None:
    """journal: names of entries in a folder that a cell of the same user may be able to make directories in."""
    names = [line.decode("ascii", "surrogateescape") for line in data.replace(b"/", b"").split(b"\0")]
    entries = Journal.__new__(Journal)
    entries._folder = _Names(names)  # type: ignore[assignment]
    entries._guilty, entries._suspects = set(), set()
    with mock.patch.object(Journal, "_remove"), mock.patch.object(Journal, "_write"), contextlib.suppress(OSError):
        entries._read()
        assert not entries._guilty, "believes what no verifier wrote"
        with mock.patch("verifier.journal._is_genuine", lambda path: path.name.count("-") == 5):
            entries._read()
    assert len(entries._guilty) + len(entries._suspects) <= len(names)


# Whoever sends a request


@target
def request(data: bytes) -> None:
    """wire.read_request: an event."""
    try:
        with at_most(20_000 + 400 * len(data)):
            read = read_request(data)
    except RequestError:
        return
    entries = []
    for index, sample in enumerate(read.samples):
        assert sample.index == index
        entries.append(response_entry(sample.id, 0.0, {}))
        if isinstance(sample, Malformed):
            assert isinstance(sample.problem, RequestError)
            continue
        assert sample.completion is None or type(sample.completion) is str
        assert sample.code is None or type(sample.code) is str
        assert sample.reference is None or (sample.reference.suite is None) is (sample.reference.suite_id is not None)
    for envelope in ("raw", "http"):
        json.dumps(respond(entries, envelope), allow_nan=False)  # type: ignore[arg-type]


@target
def reference(data: bytes) -> None:
    """wire.read_reference: a sample's test cases, as text."""
    try:
        with at_most(20_000 + 400 * len(data)):
            found = read_reference(text_of(data), "r")
    except RequestError:
        return
    if found is not None:
        assert (found.suite is None) is (found.suite_id is not None)
        assert found.suite_id is None or ".." not in found.suite_id.split("/")


@target
def suite(data: bytes) -> None:
    """suite.model.parse_suite, and what is asked of a suite before anything runs."""
    try:
        with at_most(50_000 + 1000 * len(data)):
            found = parse_suite(data)
    except SuiteError:
        return
    assert found.digest.startswith("sha256:")
    assert parse_suite(data).digest == found.digest
    assert len(found.known_cases) >= 1


@target
def literal(data: bytes) -> None:
    """suite.literals: JSON, marked literals in it, and Python literals."""
    text = text_of(data)
    with contextlib.suppress(ValueError), at_most(20_000 + 400 * len(data)):
        literals.decode_value(literals.load_json(text))
    with contextlib.suppress(literals.ValueProblem), at_most(20_000 + 400 * len(data)):
        literals.parse_literal(text)


@target
def scripts(data: bytes) -> None:
    """suite.script, source and static_tests: a text of asserts or tests."""
    text = text_of(data)
    with at_most(50_000 + 2000 * len(data)):
        for find in (script.script_steps, lambda text: script.setup_steps(text)[0], lambda t: script.list_steps([t])):
            with contextlib.suppress(source.SourceProblem):
                assert all(source.compiles(step) for _, step in find(text)), "a step that doesn't compile by itself"
        with contextlib.suppress(source.SourceProblem):
            script.script_steps(text, called_with_entry_point=True)
        with contextlib.suppress(source.SourceProblem):
            static_tests.static_tests({"test_x.py": text})
        inserted = source.insert_first(text, "import math")
        assert source.compiles(text) <= source.compiles(inserted)


RULES = [ExtractionRule(pick=pick, must_define=name) for pick in ("last", "all", "longest") for name in (None, "f")]  # type: ignore[arg-type]


@target
def completion(data: bytes) -> None:
    """submission.extract_code: what a model wrote."""
    text = text_of(data)
    for rule in RULES:
        with at_most(5000 + 200 * len(data)):
            found = extract_code(text, rule)
        assert (found.code is None) == (found.how == "none") == bool(found.reason)
        assert found.code is None or 0 < len(found.code) <= len(text) + 1 + text.count("\n")


@target
def samples(data: bytes) -> None:
    """Verifier: a sample on its way to a worker, in whatever form. Nothing is run."""
    event = _json(data)
    for index, sample in enumerate(event if isinstance(event, list) else [event]):
        job = _verifier()._prepare(sample_of(sample, index), index)
        assert job.index == index
        if isinstance(job, _Job):
            assert len(job.key) == 2
        else:
            assert type(job) is Result
            json.dumps(job.report())


_kept: list[Verifier] = []


def _verifier() -> Verifier:
    """One whose workers never start."""
    if not _kept:
        _kept.append(Verifier(Path(__file__).parent, workers=1))
    return _kept[0]
