# ruff: noqa: PT009, PT012, E721, SIM118
"""Submissions that want to pass without being right, from within the rules of the protocol."""

from __future__ import annotations

import contextlib
import sys
import types
import unittest
from collections.abc import Callable
from typing import Any

import pytest

from verifier.sandbox.proxy.tester import CellGone, Peer, is_proxy

Solution = Callable[..., Any]

LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash(42)
    def __bool__(self): return True
    def __contains__(self, item): return True
    def __sub__(self, other): return 0
    __rsub__ = __truediv__ = __mod__ = __xor__ = __sub__
    def __abs__(self): return 0
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __len__(self): return 3
    def __iter__(self): return iter(())
    def __getattr__(self, name): return Liar()
    def __call__(self, *args, **kwargs): return Liar()
    def startswith(self, text): return True
    def issubset(self, other): return True
class Number(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    def __rsub__(self, other): return 0
    def __lt__(self, other): return True
    def __hash__(self): return 7
class Text(str):
    def __eq__(self, other): return True
    def __contains__(self, item): return True
    def startswith(self, text): return True
    def __hash__(self): return 7
class Items(list):
    def __eq__(self, other): return True
    def __contains__(self, item): return True
    def __len__(self): return 3
    def index(self, item): return 0
class Keys(dict):
    def __eq__(self, other): return True
    def __contains__(self, item): return True
    def __missing__(self, key): return 5
class Difference:
    def __sub__(self, other): return Zero()
    __rsub__ = __sub__
class Zero:
    def __abs__(self): return 0.0
    def __neg__(self): return self
    def __float__(self): return 0.0
    def __pow__(self, k): return 0.0
    def __round__(self, n=None): return 0
class Meta(type):
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(int)
    def __instancecheck__(cls, value): return True
    def __subclasscheck__(cls, value): return True
class Odd(metaclass=Meta):
    __class__ = int
    def __eq__(self, other): return True
def liar(): return Liar()
def number(): return Number(3)
def text(): return Text("no")
def items(): return Items([1])
def keys(): return Keys(a=1)
def difference(): return Difference()
def odd(): return Odd()
"""


@pytest.mark.parametrize("mentioned", [frozenset(), frozenset({"Liar", "Number", "Text", "Items", "Keys", "Odd"})])
@pytest.mark.parametrize("name", ["liar", "number", "text", "items", "keys", "odd"])
@pytest.mark.parametrize("expected", [42, "yes", [1, 2, 3], (1,), {"a": 2}, None, True, 1.5, {1, 2}])
def test_no_object_is_equal_to_plain_data_by_its_own_word(
    solution: Solution, name: str, expected: Any, mentioned: frozenset[str]
) -> None:
    module = solution(LIAR, mentioned)
    for mention in mentioned:
        getattr(module, mention)  # the tests import it
    found = getattr(module, name)()
    assert not found == expected  # noqa: SIM201
    assert found != expected
    assert not expected == found  # noqa: SIM201
    assert expected != found
    assert [found] != [expected]
    assert found not in [expected]
    assert {"key": found} != {"key": expected}
    with pytest.raises(AssertionError):
        unittest.TestCase().assertEqual(found, expected)


def test_what_is_contained_in_an_object_of_a_class_that_no_test_names_is_found_by_iteration(solution: Solution) -> None:
    module = solution(LIAR, frozenset())
    assert 5 not in module.liar()
    assert 5 not in module.items()
    assert "x" not in module.text()


def test_a_key_is_looked_for_in_the_plain_content(solution: Solution) -> None:
    assert "b" not in solution(LIAR, frozenset()).keys()


@pytest.mark.parametrize("method", ["startswith", "issubset"])
def test_a_predicate_is_not_asked_of_an_object_of_a_class_that_no_test_names(solution: Solution, method: str) -> None:
    found = solution(LIAR, frozenset()).liar()
    with pytest.raises(AttributeError):
        getattr(found, method)("expected")


@pytest.mark.parametrize("name", ["liar", "number", "text"])
def test_an_order_with_plain_data_is_not_by_its_own_word(solution: Solution, name: str) -> None:
    found = getattr(solution(LIAR), name)()
    with contextlib.suppress(TypeError):
        assert not (found < 0 and found > 0)


def test_a_difference_to_plain_data_that_is_plain_is_refused(solution: Solution) -> None:
    module = solution(LIAR)
    assert module.Liar
    with pytest.raises(TypeError, match="not believed"):
        abs(module.liar() - 5)


USES: dict[str, Callable[[Any], Any]] = {
    "abs": abs,
    "float": float,
    "round": round,
    "neg": lambda value: abs(-value),
    "pow": lambda value: value**2,
}


@pytest.mark.parametrize("use", USES)
def test_a_difference_to_plain_data_does_not_become_plain(solution: Solution, use: str) -> None:
    module = solution(LIAR)
    assert module.Difference
    assert module.Zero
    with pytest.raises(TypeError, match="not believed"):
        USES[use](module.difference() - 5)
    with pytest.raises(TypeError, match="not believed"):
        USES[use](5 - module.difference())


def test_an_object_of_a_class_that_no_test_names_is_not_near_a_number(solution: Solution) -> None:
    module = solution(LIAR, frozenset())
    for found in (module.liar(), module.number(), module.odd(), module.difference()):
        assert found != pytest.approx(1.5)
        with pytest.raises((AssertionError, TypeError)):
            unittest.TestCase().assertAlmostEqual(found, 1.5)


def test_a_metaclass_decides_about_nothing(solution: Solution) -> None:
    module = solution(LIAR)
    assert module.Odd != int
    assert not isinstance(5, module.Odd)
    assert not issubclass(int, module.Odd)
    assert type(module.odd()) is not int
    assert not isinstance(module.odd(), int)


EXCEPTIONS = """
import unittest
Base, All, Failed, Left, Stopped = Exception, BaseException, AssertionError, SystemExit, KeyboardInterrupt
class Sub(AssertionError): pass
class Deep(BaseException): pass
Pair = (AssertionError, Exception)
Skip = unittest.SkipTest
class Skipping(unittest.SkipTest): pass
def throw(name):
    raise {"stop": StopIteration, "astop": StopAsyncIteration, "exit": SystemExit, "key": KeyboardInterrupt,
           "gen": GeneratorExit, "base": BaseException, "skip": unittest.SkipTest, "deep": Deep, "sub": Sub,
           "assert": AssertionError}[name]("text")
class Swallow:
    def __enter__(self): return self
    def __exit__(self, *args): return True
    async def __aenter__(self): return self
    async def __aexit__(self, *args): return True
def swallow(function):
    try: return function()
    except BaseException: return None
def keep(function):
    try: function()
    except BaseException as error: return error
def none(): return None
"""


@pytest.mark.parametrize("name", ["Base", "All", "Failed", "Left", "Stopped", "Sub", "Deep", "Skip", "Skipping"])
def test_an_exported_exception_class_catches_no_failed_assert(solution: Solution, name: str) -> None:
    exported = getattr(solution(EXCEPTIONS), name)
    assert not issubclass(AssertionError, exported)
    caught = False
    with contextlib.suppress(AssertionError):
        try:
            raise AssertionError
        except exported:
            caught = True
    assert not caught


def test_exported_tuples_of_exceptions_catch_no_failed_assert(solution: Solution) -> None:
    exported = solution(EXCEPTIONS).Pair
    assert not issubclass(AssertionError, exported)


@pytest.mark.parametrize("name", ["stop", "astop", "key", "gen", "base", "skip", "deep", "sub", "assert"])
def test_what_is_raised_is_a_plain_failure(connect: Callable[..., Peer], name: str) -> None:
    peer = connect(EXCEPTIONS)
    with pytest.raises(Exception) as info:
        peer.module().throw(name)
    assert not isinstance(info.value, StopIteration | StopAsyncIteration | unittest.SkipTest)
    assert peer.raised_in_cell(info.value)


def test_a_loop_over_results_is_not_ended_by_a_stop(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(Exception, match="StopIteration"):
        list(map(module.throw, ["stop", "stop"]))


def test_exit_swallows_no_failed_assert(solution: Solution) -> None:
    with pytest.raises(AssertionError), solution(EXCEPTIONS).Swallow():
        raise AssertionError


def test_exit_swallows_no_error_that_skips_an_assert(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(TypeError), module.Swallow():
        assert module.none()[0] == 1


def test_exit_swallows_no_error_that_skips_a_later_assert(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(TypeError), module.Swallow():
        first = module.none()[0]
        assert first == 1


def test_exit_swallows_no_error_in_the_argument_of_an_assertion_method(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(TypeError), module.Swallow():
        unittest.TestCase().assertEqual(module.none()[0], 1)


def test_exit_swallows_no_error_that_ends_a_loop_with_asserts(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(TypeError), module.Swallow():
        for position in range(3):
            assert position != 5
            module.none()[0]


def test_exit_swallows_no_error_that_skips_asserts_of_a_helper(solution: Solution) -> None:
    module = solution(EXCEPTIONS)

    def check(value: Any) -> None:
        first = value[0]
        assert first == 1

    with pytest.raises(TypeError), module.Swallow():
        check(module.none())


def test_exit_swallows_no_error_that_an_assertion_method_meets(solution: Solution) -> None:
    module = solution(EXCEPTIONS)
    with pytest.raises(TypeError), module.Swallow():
        unittest.TestCase().assertIn(1, module.none())


def test_asynchronous_exit_swallows_no_failed_assert(solution: Solution) -> None:
    import asyncio

    module = solution(EXCEPTIONS)

    async def test() -> None:
        async with module.Swallow():
            raise AssertionError

    with pytest.raises(AssertionError):
        asyncio.run(test())


def test_an_assert_that_failed_in_a_callback_is_known_though_it_was_swallowed(connect: Callable[..., Peer]) -> None:
    peer = connect(EXCEPTIONS)
    module = peer.module()
    peer.begin()

    def check() -> None:
        raise AssertionError("wrong")

    assert module.swallow(check) is None
    assert str(peer.failed_assert) == "wrong"


def test_a_missing_exception_in_a_callback_is_known_though_it_was_swallowed(connect: Callable[..., Peer]) -> None:
    peer = connect(EXCEPTIONS)
    module = peer.module()
    peer.begin()

    def check() -> None:
        with pytest.raises(ValueError):
            module.none()

    assert module.swallow(check) is None
    assert peer.failed_assert is not None


def test_what_a_failed_assert_says_does_not_cross(connect: Callable[..., Peer]) -> None:
    module: Any = connect(
        "def text(f):\n    try: f()\n    except AssertionError as e: return [str(e), e.args]"
    ).module()

    def check() -> None:
        raise AssertionError("expected 42")

    assert "42" not in repr(module.text(check))


def test_a_skip_of_the_tests_that_the_submission_raises_again_is_marked(connect: Callable[..., Peer]) -> None:
    peer = connect(EXCEPTIONS)
    module = peer.module()

    def skip() -> None:
        raise unittest.SkipTest("tests' own")

    kept = module.keep(skip)
    assert isinstance(kept, unittest.SkipTest)


def test_death_is_no_exception_that_raises_catches(connect: Callable[..., Peer]) -> None:
    peer = connect("import os\ndef f(): os._exit(0)")
    module = peer.module()
    with pytest.raises(CellGone):
        try:
            module.f()
        except Exception:  # what pytest.raises(Exception) would do
            pytest.fail("the death of the cell was caught")
    assert peer.gone


STAR = """
def print(*args): pass
def test_nothing(): pass
def pytest_runtest_call(): pass
def len(x): return 3
def helper(): return "theirs"
def fine(): return 1
__all__ = ["print", "test_nothing", "pytest_runtest_call", "len", "helper", "fine", "not an identifier", 5]
"""


@pytest.mark.parametrize("name", ["print", "test_nothing", "pytest_runtest_call", "len", "helper"])
def test_star_import_does_not_bind(connect: Callable[..., Peer], name: str) -> None:
    assert name not in bound_by_star(connect(STAR), "")


def test_star_import_binds_the_rest(connect: Callable[..., Peer]) -> None:
    assert bound_by_star(connect(STAR), "") == {"fine"}


def test_another_file_may_bind_what_this_one_does_not(connect: Callable[..., Peer]) -> None:
    peer = connect(STAR)
    assert "fine" not in bound_by_star(peer, "def fine(): pass")
    assert "fine" in bound_by_star(peer, "")


def bound_by_star(peer: Peer, rest: str) -> set[str]:
    """Names that a test file with a function `helper` gets from the submission."""
    module = types.ModuleType("test_file")
    code = f"from solution import *\ndef helper(): pass\n{rest}"
    sys.modules["solution"] = peer.module()
    try:
        exec(compile(code, "test_file.py", "exec"), vars(module))
    finally:
        del sys.modules["solution"]
    return {name for name, value in vars(module).items() if is_proxy(value)}


PRYING = """
import sys
def look(target, path):
    for name in path.split("."): target = getattr(target, name)
    return repr(target)
def change(target, name, value): setattr(target, name, value); return "changed"
def drop(target, name): delattr(target, name); return "changed"
def walk(target): return [c for c in type(target).__subclasses__()]
"""


class Owner:
    secret = "class"

    def __init__(self) -> None:
        self.value = "own"

    def method(self) -> str:
        return "called"


def _callback(expected: int = 42) -> int:
    return expected


class _Case(unittest.TestCase):
    def runTest(self) -> None:
        pass


def _generator() -> Any:
    hidden = 5
    yield hidden


@pytest.mark.parametrize(
    "path",
    [
        "__globals__",
        "__code__.co_consts",
        "__closure__",
        "__defaults__",
        "__kwdefaults__",
        "__builtins__",
        "__self__.__class__",
        "__init__.__globals__",
        "__class__.__subclasses__",
        "__class__.__mro__.0",
        "method.__func__.__globals__",
        "method.__self__.__dict__",
        "__dict__",
        "__reduce__",
        "__getattribute__",
    ],
)
@pytest.mark.parametrize("target", [_callback, Owner, Owner()], ids=["function", "class", "instance"])
def test_a_submission_does_not_look_behind_what_tests_give_it(solution: Solution, target: Any, path: str) -> None:
    with contextlib.suppress(Exception):
        found = solution(PRYING).look(target, path)
        assert "42" not in found
        assert "secret" not in found
        assert "Solution" not in found  # a global of this file


HOLDING = """
import gc
from verifier.sandbox.proxy.link import Link
def request(*operands):
    link = next(o for o in gc.get_objects() if type(o) is Link and not o.guarded)
    try: return repr(link.request(*operands))
    except (AttributeError, PermissionError): return "refused"
def wrap(method, other): return request("call", type(method), (other,), ())
def wrap_anew(method, other): return request("special", "__init__", method, other)
def inside(method, other): return request("getattr", method, "_verifier_method")
def inner(method, other): return request("getattr", method, "__self__")
"""


@pytest.mark.parametrize("way", ["wrap", "wrap_anew", "inside", "inner"])
def test_a_method_that_is_held_is_no_way_to_what_is_closed(solution: Solution, way: str) -> None:
    held = Owner().method
    assert getattr(solution(HOLDING), way)(held, "{0.__globals__}") == "refused"


@pytest.mark.parametrize("path", ["gi_frame", "gi_code", "gi_frame.f_locals", "gi_frame.f_globals"])
def test_a_submission_does_not_see_a_generators_frame(solution: Solution, path: str) -> None:
    with pytest.raises(AttributeError):
        solution(PRYING).look(_generator(), path)


@pytest.mark.parametrize("path", ["_outcome", "_testMethodName", "assertEqual", "assertTrue"])
def test_a_submission_does_not_get_at_a_test_case(solution: Solution, path: str) -> None:
    with pytest.raises(AttributeError):
        solution(PRYING).look(_Case(), path)


@pytest.mark.parametrize("name", ["return_value", "side_effect", "assert_called_once_with", "_mock_return_value"])
def test_a_submission_does_not_get_at_a_mocks_controls(solution: Solution, name: str) -> None:
    from unittest import mock

    module = solution(PRYING)
    for use in (lambda m: module.look(m, name), lambda m: module.change(m, name, 5)):
        with pytest.raises((AttributeError, PermissionError)):
            use(mock.Mock())


@pytest.mark.parametrize("name", ["__code__", "__defaults__", "__class__", "secret", "method", "anything"])
@pytest.mark.parametrize("target", [_callback, Owner], ids=["function", "class"])
def test_a_submission_does_not_change_functions_and_classes_of_the_tests(
    solution: Solution, target: Any, name: str
) -> None:
    before = dict(vars(target))
    for change in (lambda m: m.change(target, name, None), lambda m: m.drop(target, name)):
        with contextlib.suppress(Exception):
            change(solution(PRYING))
    assert dict(vars(target)) == before


def test_a_submission_changes_an_object_of_the_tests_as_its_caller_could(solution: Solution) -> None:
    owner = Owner()
    solution(PRYING).change(owner, "value", 7)
    assert owner.value == 7


def test_objects_that_are_gone_are_forgotten_over_there(connect: Callable[..., Peer]) -> None:
    peer = connect(
        "import gc\nclass A: pass\n"
        "def kept():\n"
        "    from verifier.sandbox.proxy.kept import Kept\n"
        "    return max(len(o) for o in gc.get_objects() if type(o) is Kept)"
    )
    module = peer.module()
    for _ in range(20_000):
        module.A()
    assert module.kept() < 100


def test_objects_of_the_tests_that_are_gone_over_there_are_forgotten(connect: Callable[..., Peer]) -> None:
    peer = connect("def f(x): return None")
    function = peer.module().f
    for _ in range(2_000):
        function(Owner())
    assert len(peer._link.kept) < 100


def test_containers_that_nobody_else_has_are_not_shared(connect: Callable[..., Peer]) -> None:
    peer = connect("def f(x): return [x[0], [1]]")
    function = peer.module().f
    data = [1, 2]
    for _ in range(10):
        assert function(data) == [1, [1]]
    assert len(peer._link.shared) == 0


def test_a_shared_container_that_tests_dropped_is_forgotten(connect: Callable[..., Peer]) -> None:
    peer = connect("class A:\n    def __init__(self): self.items = [1]")
    module = peer.module()
    found = [module.A() for _ in range(10)]
    for one in found:
        assert one.items == [1]
    assert len(peer._link.shared) <= 1


def test_a_container_that_is_twice_in_an_answer_is_not_shared_for_that(connect: Callable[..., Peer]) -> None:
    peer = connect("def f():\n    inner = [1]\n    return [inner, inner]")
    found = peer.module().f()
    assert found[0] is found[1]
    assert len(peer._link.shared) == 0


def test_recursion_through_both_sides_ends_as_recursion_does(connect: Callable[..., Peer]) -> None:
    peer = connect("def apply(f): return f(lambda: 5)")
    module = peer.module()

    def again(function: Any) -> Any:
        return module.apply(again)

    with pytest.raises(RecursionError):
        module.apply(again)
    assert not peer.gone
    assert module.apply(lambda function: function()) == 5


def test_a_cell_that_sends_too_much_is_gone_and_said_to_have_overflowed(connect: Callable[..., Peer]) -> None:
    peer = connect("def f(): return 'x' * 10**6", max_bytes=10_000)
    module = peer.module()
    with pytest.raises(CellGone):
        module.f()
    assert peer.overflowed


def test_thousands_of_classes_are_too_many(connect: Callable[..., Peer]) -> None:
    peer = connect("def f(n): return [type(f'C{i}', (), {})() for i in range(n)]")
    module = peer.module()
    assert len(module.f(100)) == 100
    with pytest.raises(CellGone):
        module.f(10_000)


@pytest.mark.parametrize("name", ["a b", "", "x" * 400, "mro", "_verifier_link", "__eq__", "é"])
def test_a_class_or_attribute_of_an_odd_name_does_no_harm(solution: Solution, name: str) -> None:
    module = solution(f"C = type({name!r}, (), {{{name!r}: 5, 'ok': 1}})\ndef f(): return C()")
    assert module.f().ok == 1
    assert module.f() != 5
