"""A cell that doesn't keep to the protocol: what it sends is written by hand, or by Hypothesis.

The tester must only ever raise Gone or an ordinary exception, and come to an end.
"""

from __future__ import annotations

import _thread
import contextlib
import copy
import json
import os
import signal
import socket
import unittest
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verifier.sandbox.protocol import frame
from verifier.sandbox.proxy import MAX_CLASSES, errors
from verifier.sandbox.proxy.tester import CellGone, Peer

NAMES = frozenset({"C", "f", "D"})


def described(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "qualname": name, "module": "solution", "doc": None, "bases": [], "own": [], "functions": [],
        "special": [], "fields": False, "hooks": False, "abstract": [], **more,
    }  # fmt: skip


SPECIAL = [[name, True] for name in "__len__ __iter__ __next__ __eq__ __contains__ __call__ __enter__ __exit__".split()]
MODULE = ["v", 0, [], [[0, described("module", module="builtins")]], None, {"p": [1, 0, "solution"]}]
OBJECT = ["v", 0, [], [[1, described("C", own=["x"], special=SPECIAL)]], None, {"h": [2, 1]}]


class Written:
    """A peer whose whole side of the conversation is there before it starts."""

    def __init__(self, *messages: Any, raw: bytes = b"") -> None:
        mine, theirs = socket.socketpair()
        self.fd = mine.detach()
        data = raw + b"".join(frame(m if isinstance(m, bytes) else json.dumps(m).encode()) for m in messages)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        theirs.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        self._theirs = theirs
        self.peer = Peer(self.fd, ["solution"], NAMES, 64 << 20)

    def close(self) -> None:
        os.close(self.fd)
        self._theirs.close()


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """A hang is an error, not the end of the test run."""

    def hangs(*args: Any) -> None:
        raise SystemError("hangs")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def use(peer: Peer) -> None:
    """What tests do. Each step on its own, as another test would begin after one that failed."""
    module: Any = None

    def with_it(value: Any) -> None:
        with value:
            pass

    steps = [
        lambda: module.f,
        lambda: module.f(1, [2], key={3: 4}),
        lambda: list(module.f([1])),
        lambda: module.f(1) == 1,
        lambda: repr(module.C),
        lambda: len(module.f),
        lambda: with_it(module.f),
        lambda: 5 in module.f(lambda x: x),
        lambda: module.C(1) + 1,
        lambda: sorted(module.f()),
        lambda: setattr(module, "x", [1]),
        lambda: dir(module),
        lambda: module.__all__,
        lambda: hash(module.f),
        lambda: isinstance(module.f, module.C),
        lambda: str(module.f),
    ]
    with contextlib.suppress(Exception, CellGone, SystemExit):
        module = peer.module()
    if module is None:
        return
    for step in steps:
        with contextlib.suppress(Exception, CellGone, SystemExit):
            step()
        if peer.gone:
            with pytest.raises(CellGone):
                _ = module.f
            return


def test_a_written_conversation_is_understood() -> None:
    written = Written(MODULE, OBJECT)
    assert type(written.peer.module().f).__name__ == "C"
    written.close()


BREAKING = {
    "not JSON": b"{",
    "not a list": 5,
    "an empty list": [],
    "an unknown kind": ["z", 0, [], [], None, 1],
    "too short": ["v", 0, []],
    "too long": ["v", 0, [], [], None, 1, 2],
    "a thread that is no number": ["v", "0", [], [], None, 1],
    "another thread's": ["v", 7, [], [], None, 1],
    "an object that was never given": ["v", 0, [], [], None, {"y": 99}],
    "a class that was never described": ["v", 0, [], [], None, {"h": [5, 99]}],
    "a class that was never given": ["v", 0, [], [], None, {"Y": 99}],
    "a negative class": ["v", 0, [], [], None, {"Y": -1}],
    "an unknown mark": ["v", 0, [], [], None, {"?": 1}],
    "two marks": ["v", 0, [], [], None, {"h": 1, "y": 2}],
    "a container that is not there": ["v", 0, [], [], None, {"&": 5}],
    "an argument that was not given": ["v", 0, [], [], None, {"a": 5}],
    "a shared container that is not there": ["v", 0, [], [], None, {"@": 5}],
    "deep nesting": ["v", 0, [], [], None, json.loads("[" * 450 + "]" * 450)],
    "released what was not given": ["v", 0, [5, 1], [], None, 1],
    "released nonsense": ["v", 0, ["a"], [], None, 1],
    "a class twice": ["v", 0, [], [[0, described("C")]], None, 1],
    "a class of its own base": ["v", 0, [], [[9, described("C", bases=[9])]], None, 1],
    "a class of unknown base": ["v", 0, [], [[9, described("C", bases=["type"])]], None, 1],
    "a class of no name": ["v", 0, [], [[9, described(5)]], None, 1],  # type: ignore[arg-type]
    "a description that lacks parts": ["v", 0, [], [[9, {"name": "C"}]], None, 1],
    "a raised value": ["e", 0, [], [], None, 5],
    "an exception of no class": ["v", 0, [], [], None, {"E": ["Nope", None, "", None, None, None]}],
    "an exception of builtins that is none": ["v", 0, [], [], None, {"E": ["int", None, "", None, None, None]}],
    "a change of what was not given": ["v", 0, [], [], [[], [], [], [[5, []]], []], 1],
    "an adopted container that was not given": ["v", 0, [], [], [[], [], [[5, -1]], [], []], 1],
    "a forgotten container that is not there": ["v", 0, [], [], [[4], [], [], [], []], 1],
    "a shared number twice": ["v", 0, [], [], [[], [], [], [], [[0, -1], [1, -1]]], [[], []]],
    "a state that is none": ["v", 0, [], [], 5, 1],
    "a name of no class": ["v", 0, [], [], None, {"n": "os.system"}],
    "a function of the standard library": ["v", 0, [], [], None, {"n": "subprocess.run"}],
    "a finished iterator of nothing": ["v", 0, [], [], None, {"S": ["iter", 5]}],
    "a collection of no kind": ["v", 0, [], [], None, {"S": ["Popen", None, []]}],
    "an exception of no module": ["v", 0, [], [], None, {"E": ["json.nope.Error", None, "", None, None, None]}],
    "an exception of a program": ["v", 0, [], [], None, {"E": ["venv.__main__.Error", None, "", None, None, None]}],
    "a deque of a range": ["v", 0, [], [], None, {"S": ["deque", 5, {"r": [0, 10**17, 1]}]}],
    "a counter of an object": ["v", 0, [], [], None, {"S": ["Counter", None, {"h": [2, 1]}]}],
    "output that is no text": ["o", 1, 5],
    "a set with a list in it": ["v", 0, [], [], None, {"s": [[1]]}],
    "many equal hashes": [
        "v",
        0,
        [],
        [],
        None,
        {"s": [{"i": hex(n * (2**61 - 1))} for n in range(10**18 // 2**61 + 500)]},
    ],
    "a long number": b'["v",0,[],[],null,' + b"1" * 5000 + b"]",
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_cell_is_gone_that_sends(name: str) -> None:
    written = Written(MODULE, BREAKING[name], OBJECT, OBJECT)
    module: Any = written.peer.module()
    with pytest.raises(CellGone):
        module.f([1])
    assert written.peer.gone
    with pytest.raises(CellGone):
        _ = module.f
    written.close()


@pytest.mark.parametrize("raw", [b"\xff\xff\xff\xff", b"\0\0\0\x05abc", b"", b"\0"], ids=str)
def test_a_cell_is_gone_whose_frames_are_none(raw: bytes) -> None:
    written = Written(raw=raw)
    with pytest.raises(CellGone):
        written.peer.module()
    assert written.peer.gone
    written.close()


PLACES = {"t": ["utf-8", {"b": "78"}, {"i": hex(-(2**60))}, {"i": hex(1 - 2**60)}, "r"]}
HONEST = {"t": ["utf-8", {"b": "78"}, 0, 1, "r"]}
UNTRUE = {
    "a place before its text": ["UnicodeDecodeError", PLACES, None],
    "such a place as an attribute": ["UnicodeDecodeError", HONEST, {"m": {"start": -(10**15), "end": 1 - 10**15}}],
    "arguments without end": ["ValueError", {"t": ["said"]}, {"m": {"args": {"r": [0, 10**17, 1]}}}],
    "marks of ours": ["ValueError", {"t": ["said"]}, {"m": {"_verifier_home": [1]}}],
}


@pytest.mark.parametrize("name", UNTRUE)
def test_an_exception_that_says_what_can_not_be_does_no_harm(name: str) -> None:
    kind, args, attributes = UNTRUE[name]
    written = Written(MODULE, OBJECT, ["e", 0, [], [], None, {"E": [kind, args, "", None, attributes, None]}])
    call: Any = written.peer.module().f  # type: ignore[attr-defined]
    with pytest.raises(ValueError) as caught:
        call()
    assert len(str(caught.value)) < 100
    assert not errors.has(caught.value, errors.HOME)
    written.close()


def test_the_tests_go_on_when_nobody_reads_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written(MODULE, OBJECT, ["t"], ["q", -1, [], [], None, "dir", {"y": 1}])
    link = written.peer._link
    call: Any = written.peer.module().f  # type: ignore[attr-defined]

    def refused(number: int) -> None:
        raise RuntimeError("can't start new thread")

    start = _thread.start_new_thread

    def start_none(function: Any, args: tuple[Any, ...]) -> int:
        return refused(0) or 0 if function == link._serve_thread else start(function, args)

    monkeypatch.setattr("_thread.start_new_thread", start_none)
    with pytest.raises(CellGone):
        call()
    assert "can't start new thread" in link.gone
    written.close()


REFUSED = {
    op: ["q", 0, [], [], None, op, *operands]
    for op, operands in {
        "load": [["solution"]],
        "patch": ["os", "", "getcwd", 5],
        "subclass": ["C", {"t": []}, [], {"m": {}}],
        "new": [1, {"t": []}, None],
        "member": [1, 2, "x"],
        "fields": [1],
        "register": [1, 2],
        "counts": [1, 2, True],
        "state": [1],
        "getattr": [5, "x"],
        "call": [{"n": "builtins.int"}, {"t": []}, None],
        "special": ["__len__", [1]],
        "nonsense": [],
        "setattr": [{"n": "builtins.int"}, "x", 1],
    }.items()
}


@pytest.mark.parametrize("op", REFUSED)
def test_an_operation_that_is_not_a_cells_to_ask_is_refused(op: str) -> None:
    written = Written(MODULE, REFUSED[op], OBJECT)
    assert type(written.peer.module().f).__name__ == "C"  # it goes on
    answers = written._theirs.recv(1 << 20)
    assert b'"e"' in answers
    written.close()


def _given(expected: int = 42) -> Any:
    yield expected


class _Given:
    secret = 42

    def __init__(self) -> None:
        self._own = 42

    def method(self) -> None: ...


class _Case(unittest.TestCase): ...


GIVEN = {
    "function": _given,
    "class": _Given,
    "generator": _given(),
    "mock": mock.Mock(),
    "test case": _Case(),
    "instance": _Given(),
}
CLOSED = (
    "__globals__ __code__ __closure__ __defaults__ __dict__ __class__ __mro__ __subclasses__ __func__ __self__".split()
)
MORE_CLOSED = {
    "function": ["_x"],
    "class": ["_x", "mro__"],
    "generator": ["gi_frame", "gi_code", "gi_yieldfrom"],
    "mock": ["return_value", "side_effect", "assert_called", "_mock_children", "reset_mock", "configure_mock"],
    "test case": ["assertEqual", "_outcome", "_testMethodName"],
}


def ask(target: Any, op: str, *operands: Any) -> list[Any]:
    """The answer to what a cell asks of an object that it was given as an argument: its first object, or class."""
    given = {"Y": 0} if isinstance(target, type) else {"y": 1}
    written = Written(MODULE, OBJECT, ["q", 0, [], [], None, op, given, *operands], ["v", 0, [], [], None, 1])
    call: Any = written.peer.module().f  # type: ignore[attr-defined]
    written._theirs.recv(1 << 20)
    call(target)
    sent = written._theirs.recv(1 << 20)
    written.close()
    size = int.from_bytes(sent[:4], "big")
    return list(json.loads(sent[8 + size :]))


def ask_special(target: Any, name: str) -> list[Any]:
    written = Written(MODULE, OBJECT, ["q", 0, [], [], None, "special", name, {"y": 1}], ["v", 0, [], [], None, 1])
    call: Any = written.peer.module().f  # type: ignore[attr-defined]
    written._theirs.recv(1 << 20)
    call(target)
    sent = written._theirs.recv(1 << 20)
    written.close()
    return list(json.loads(sent[8 + int.from_bytes(sent[:4], "big") :]))


def names_closed() -> Iterator[tuple[str, str]]:
    for kind in GIVEN:
        yield from ((kind, name) for name in [*CLOSED, *MORE_CLOSED.get(kind, [])])


@pytest.mark.parametrize(("kind", "name"), list(names_closed()))
@pytest.mark.parametrize("op", ["getattr", "method", "hold", "setattr", "delattr"])
def test_what_lies_behind_an_object_of_the_tests_is_closed(kind: str, name: str, op: str) -> None:
    operands = {"method": [{"t": []}, None], "setattr": [5]}.get(op, [])
    answer = ask(GIVEN[kind], op, name, *operands)
    assert answer[0] == "e"
    assert "42" not in json.dumps(answer)


@pytest.mark.parametrize("kind", [kind for kind in GIVEN if kind != "instance"])
@pytest.mark.parametrize("op", ["setattr", "delattr"])
def test_what_tests_run_on_is_not_for_a_cell_to_change(kind: str, op: str) -> None:
    answer = ask(GIVEN[kind], op, "secret", *([5] if op == "setattr" else []))
    assert answer[0] == "e"
    assert _Given.secret == 42


def test_the_place_of_a_unicode_error_is_not_for_a_cell_to_change() -> None:
    assert ask(UnicodeDecodeError("utf-8", b"x", 0, 1, "r"), "setattr", "start", -(10**15))[0] == "e"


class _Text(str): ...


@pytest.mark.parametrize("name", ["format", "format_map"])
@pytest.mark.parametrize("op", ["method", "hold", "getattr"])
def test_text_of_the_tests_is_not_for_a_cell_to_format(op: str, name: str) -> None:
    operands = [{"t": [{"y": 1}]}, None] if op == "method" else []
    assert ask(_Text("{0.__class__.__init__.__globals__}"), op, name, *operands)[0] == "e"


@pytest.mark.parametrize(("op", "name"), [("getattr", "args"), ("special", "__str__"), ("getattr", "__notes__")])
def test_what_a_failed_assert_says_is_closed(op: str, name: str) -> None:
    error = AssertionError("expected 42")
    answer = ask(error, op, name) if op != "special" else ask_special(error, name)
    assert answer[0] == "e"
    assert "42" not in json.dumps(answer)


def test_an_object_of_the_tests_is_open_to_its_user() -> None:
    answer = ask(_Given(), "setattr", "value", 5)
    assert answer[0] == "v"


def test_requests_without_end_nest_no_deeper_than_they_may() -> None:
    request = ["q", 0, [], [], None, "call", {"y": 1}, {"t": []}, None]
    written = Written(MODULE, *[request] * 1000)

    def callback() -> Any:
        return written.peer.module().f(callback)

    with pytest.raises((CellGone, RecursionError)):
        written.peer.module().f(callback)
    written.close()


def test_classes_above_one_another_are_bounded() -> None:
    classes = [[n, described(f"C{n}", bases=[n - 1] if n > 1 else [])] for n in range(1, 2000)]
    written = Written(MODULE, ["v", 0, [], classes, None, 1])
    with pytest.raises(CellGone):
        _ = written.peer.module().f  # type: ignore[attr-defined]
    written.close()


def test_nothing_is_asked_while_a_class_is_made() -> None:
    classes = [[7, described("A", abstract=["x", "__len__"])], [8, described("B", bases=[7], abstract=["x"])]]
    written = Written(MODULE, ["v", 0, [], classes, None, {"C": 8}])
    cls: Any = written.peer.module().f  # type: ignore[attr-defined]
    assert not cls.__abstractmethods__
    asked = written._theirs.recv(1 << 20)
    assert asked.count(b'"getattr"') == 1
    written.close()


def test_classes_are_bounded() -> None:
    classes = [[n, described(f"C{n}")] for n in range(1, MAX_CLASSES + 5)]
    written = Written(MODULE, ["v", 0, [], classes, None, 1])
    with pytest.raises(CellGone):
        _ = written.peer.module().f  # type: ignore[attr-defined]
    written.close()


TAGS = [*"m d t s f i b c r D F T x h p y C Y n l o E S B N & a @".split(), "?"]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.floats(), st.text(max_size=5),
    st.sampled_from(
        ["__len__", "__class__", "builtins.int", "builtins.AssertionError", "os.system", "deque", "defaultdict", "iter",
         "AssertionError", "StopIteration", "KeyboardInterrupt", "OSError", "UnicodeDecodeError", "0x" + "f" * 30]
    ),
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.builds(lambda tag, body: {tag: body}, st.sampled_from(TAGS), inner),
        st.builds(lambda tag, body: {tag: body}, st.sampled_from(TAGS), st.lists(inner, max_size=6)),
        st.builds(lambda body: {"m": body}, st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    ),
    max_leaves=12,
)
SPECIAL_NAMES = (
    "__len__ __eq__ __del__ __iter__ __hash__ __call__ __getattribute__ __new__ __init__ __await__ __get__ __exit__ "
    "__next__ __sub__ __missing__ __set_name__ __init_subclass__ __subclasscheck__ __class__"
).split()
DESCRIPTIONS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["C", "module", "function", "coroutine", "Enum", "D", "property", 5, "__class__", ""]),
        "qualname": st.sampled_from(["C", "Enum", "Mapping", "JSONDecodeError", None]),
        "module": st.sampled_from(["solution", "builtins", "enum", "collections.abc", "json.decoder", "unittest.case"]),
        "doc": SCALARS,
        "bases": st.lists(st.one_of(st.integers(-1, 5), st.sampled_from(["int", "list", "dict", "ValueError", "tuple",
            "BaseException", "AssertionError", "OSError", "str", "nope"])), max_size=3),
        "own": st.lists(st.sampled_from(["x", "send", "__class__", "mro", "_verifier_link", "_member_map_", "", 5])),
        "functions": st.lists(st.sampled_from(["x"])),
        "special": st.lists(st.tuples(st.sampled_from(SPECIAL_NAMES), st.booleans())),
        "fields": st.one_of(st.booleans(), SCALARS),
        "hooks": st.booleans(),
        "abstract": st.lists(st.sampled_from(["x", "y"])),
    }
)  # fmt: skip
STATES = st.one_of(
    st.none(),
    st.none(),
    st.tuples(
        st.lists(st.integers(-3, 3), max_size=2),
        st.lists(st.tuples(st.integers(-3, 3), st.integers(-1, 2), TREES), max_size=2),
        st.lists(st.tuples(st.integers(-1, 3), st.integers(-3, 3)), max_size=2),
        st.lists(st.tuples(st.integers(-1, 3), TREES), max_size=2),
        st.lists(st.tuples(st.integers(-1, 3), st.integers(-3, 3)), max_size=2),
    ),
    TREES,
)
OPERATIONS = st.sampled_from(
    "call method hold getattr setattr delattr special content dir item copy signature code await task pump cancel "
    "stdin warn log load subclass fields new nonsense".split()
)
MESSAGES = st.one_of(
    st.builds(
        lambda kind, thread, released, classes, state, tree: [kind, thread, released, classes, state, tree],
        st.sampled_from("vvve"),
        st.sampled_from([0, 0, 0, 0, 1, -1]),
        st.one_of(st.just([]), st.lists(st.integers(-1, 5), max_size=4)),
        st.lists(st.tuples(st.integers(0, 6), DESCRIPTIONS), max_size=2),
        STATES,
        TREES,
    ),
    st.builds(
        lambda op, state, operands: ["q", 0, [], [], state, op, *operands],
        OPERATIONS,
        STATES,
        st.lists(st.one_of(TREES, st.just({"y": 1})), max_size=4),
    ),
    st.builds(lambda stream, text: ["o", stream, text], st.integers(0, 3), st.text(max_size=9)),
    st.just(["v", 0, [], [], None, {"h": [2, 1]}]),
    TREES,
)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MESSAGES, max_size=12))
def test_whatever_a_cell_sends_the_tester_goes_on_or_gives_it_up(messages: list[Any]) -> None:
    written = Written(MODULE, OBJECT, *messages)
    use(written.peer)
    written.close()


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([MODULE, OBJECT, *REFUSED.values()]), min_size=1, max_size=6), st.data())
def test_a_valid_message_that_was_damaged_does_no_harm(messages: list[Any], data: st.DataObject) -> None:
    messages = copy.deepcopy(messages)
    for message in messages:
        place: Any = message
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], list | dict) and data.draw(st.booleans()):
                place = place[key]
                continue
            place[key] = data.draw(TREES)
            break
    written = Written(MODULE, *messages)
    use(written.peer)
    written.close()


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_bytes_that_are_no_messages_do_no_harm(raw: bytes) -> None:
    written = Written(raw=frame(raw))
    use(written.peer)
    assert written.peer.gone
    written.close()
