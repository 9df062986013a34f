"""The submission's own part of a cell: compiled, looked through for its imports, run.

All of this happens behind the layers that `inside.run` sets up. Standard library only.
"""

from __future__ import annotations

import contextlib
import gc
import json
import marshal
import os
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from verifier.sandbox import values
from verifier.sandbox.modules import Environment, code_objects, needs
from verifier.sandbox.protocol import (
    ANSWERS_FD,
    MAX_BYTECODE_BYTES,
    REQUESTS_FD,
    FrameReader,
    frame,
    read_exactly,
    write_all,
)
from verifier.sandbox.proxy.cell import serve_tests
from verifier.sandbox.submitted import FILE_NAME, READERS, new_module


def run_submission(environment: Environment) -> int:
    """Reads the program from the keeper and runs it, unless it doesn't compile or needs another environment. Returns
    the process's exit status."""
    program = json.loads(read_frame())
    text = read_frame()
    code = compile_program(program, text)
    if code is None or report_needs(code, environment):
        return 0
    source = text.decode("utf-8-sig") if program["form"] == "source" else None
    if program["share_bytecode"] and not reads_itself(code):
        share_bytecode(code)
    gc.enable()  # the zygote switched it off for its own sake
    write_all(ANSWERS_FD, frame(b"R"))
    if program["kind"] == "module":
        return serve_tests(code, source)
    return run_function(code, source, program) if program["kind"] == "function" else run_program(code, source)


def read_frame() -> bytes:
    return read_exactly(REQUESTS_FD, int.from_bytes(read_exactly(REQUESTS_FD, 4), "big"))


def compile_program(program: dict[str, Any], text: bytes) -> CodeType | None:
    if program["form"] == "bytecode":
        shared = marshal.loads(text)
        assert isinstance(shared, CodeType)
        return shared
    try:
        source = text.decode("utf-8", "surrogatepass").removeprefix("\ufeff")  # as Python itself reads a file
        return compile(source, FILE_NAME, "exec", dont_inherit=True)
    except (ImportError, SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        if "unicodedata" in str(error) and "unicodedata" not in sys.modules:
            report_missing(["stdlib"])  # the compiler wants it for names and escapes beyond ASCII
            return None
        # ValueError: NUL bytes; UnicodeEncodeError, a ValueError too: lone surrogates.
        answer_error(b"C", error)
        return None


def report_needs(code: CodeType, environment: Environment) -> bool:
    missing = needs(code, environment)
    if missing:
        report_missing(missing)
    return bool(missing)


def report_missing(names: list[str]) -> None:
    write_all(ANSWERS_FD, frame(b"N" + json.dumps(names).encode()))


def reads_itself(code: CodeType) -> bool:
    """Whether it may want its own text, which no later cell would have."""
    return any(READERS.intersection(part.co_names) for part in code_objects(code))


def share_bytecode(code: CodeType) -> None:
    """The next cell of the same program need not compile it again."""
    bytecode = marshal.dumps(code)
    if len(bytecode) <= MAX_BYTECODE_BYTES:
        write_all(ANSWERS_FD, frame(b"P" + bytecode))


def run_program(code: CodeType, source: str | None) -> int:
    """Kind `stdio`: runs `code` as the interpreter runs a script, and returns the exit status."""
    module = new_module("__main__", source)
    status = 0
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        status = exit_status(error)
    except BaseException as error:
        answer_error(b"E", error)
        sys.excepthook(type(error), error, error.__traceback__)
        status = 1
    return leave(status, code, module)


WRITERS = frozenset({"open", "fdopen", "TextIOWrapper", "BufferedWriter", "BufferedRandom"})
"""Names by which a program makes itself another way to its stdout than `sys.stdout`."""


def leave(status: int, code: CodeType, module: ModuleType) -> int:
    """What the interpreter does at its end, without the slow part of taking modules apart where nobody can tell."""
    status = wind_up(status)
    if any("__del__" in part.co_names for part in code_objects(code)):
        take_apart(module)
    if any(WRITERS.intersection(part.co_names) for part in code_objects(code)):
        import io

        for kind in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            for writer in [o for o in gc.get_objects() if isinstance(o, kind)]:
                flush(writer)
    return status


def take_apart(module: ModuleType) -> None:
    """Objects that are left say so by their `__del__`. As the interpreter does: first the names that begin with one
    underscore, then the others, but for builtins."""
    names = vars(module)
    with contextlib.suppress(BaseException):
        for private in (True, False):
            for name in list(names):
                is_private = name[:1] == "_" and name[:2] != "__"
                if is_private is private and name != "__builtins__":
                    names[name] = None
        gc.collect()
    flush(sys.stdout)
    flush(sys.__stdout__)


def wind_up(status: int) -> int:
    """Waits for threads, runs what is to run at exit, and flushes the standard streams."""
    import atexit

    threading = sys.modules.get("threading")
    if threading is not None:
        with contextlib.suppress(Exception):
            threading._shutdown()
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    if not flush(sys.stdout):
        status = status or 120  # what CPython exits with when the last flush fails
    flush(sys.__stdout__)
    flush(sys.stderr)
    return status


def flush(stream: Any) -> bool:
    try:
        if stream is not None and not getattr(stream, "closed", False):
            stream.flush()
    except Exception:
        return False
    return True


def exit_status(error: SystemExit) -> int:
    """As sys.exit documents: None is 0, an int is itself, anything else is printed and is 1."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    with contextlib.suppress(Exception):
        print(error.code, file=sys.stderr)
    return 1


def run_function(code: CodeType, source: str | None, program: dict[str, Any]) -> int:
    """Kind `function`: loads the module, then answers calls until the keeper closes the pipe."""
    module = new_module("solution", source)
    try:
        exec(code, module.__dict__)
        resolve = entry_point(module, program["entry_point"])
        resolve()
        pick = what_to_compare(resolve, program["result"])
    except BaseException as error:
        answer_error(b"X", error)
        return 1
    write_all(ANSWERS_FD, frame(b"L"))
    max_bytes = program["max_answer_bytes"]
    requests = FrameReader(1 << 40)
    while data := os.read(REQUESTS_FD, 1 << 20):
        for payload in requests.feed(data):
            request = values.loads(payload)
            write_all(ANSWERS_FD, frame(call(resolve, pick, request, max_bytes)))
    return 0


PLAIN = frozenset({int, str, float, bool, list, tuple, dict, set, type(None)})
ATOMS = frozenset({int, float, bool, type(None)})


def call(
    resolve: Callable[[], Any], pick: Callable[[Any, list[Any]], Any] | None, request: Any, max_bytes: int
) -> bytes:
    """One call's answer as a frame's payload."""
    args = request[0]
    try:
        result = resolve()(*args) if len(request) == 1 else resolve()(*args, **request[1])
        if type(result) not in PLAIN and hasattr(result, "__await__"):
            result = await_it(result)
        if pick is not None:
            result = pick(result, args)
        return encode(result, max_bytes)
    except BaseException as error:
        return error_payload(b"E", error)


def encode(result: Any, max_bytes: int) -> bytes:
    if type(result) in ATOMS:
        return b"V" + values.dumps(result)
    limit = sys.getrecursionlimit()
    # Encoding recurses by itself, whatever limit the submission chose.
    sys.setrecursionlimit(max(limit, 3 * values.MAX_DEPTH + 1000))
    try:
        payload = values.dumps(result, max_items=max_bytes)
    except values.NotPlain:
        return b"B"
    finally:
        sys.setrecursionlimit(limit)
    return b"V" + payload if len(payload) <= max_bytes else b"B"


def await_it(awaitable: Any) -> Any:
    import asyncio

    async def outer() -> Any:
        return await awaitable

    return asyncio.run(outer())


def entry_point(module: ModuleType, path: str) -> Callable[[], Any]:
    """A function that gives the callable that `path` names, anew for each call: `f`, `Solution.f`, `Solution().f`.

    A bare name that the module lacks is looked for in its class `Solution`, as LeetCode's answers are written.
    """
    names = vars(module)
    parts = path.split(".")
    if len(parts) == 1:
        if path in names:
            found = names[path]
            return lambda: found
        if hasattr(names.get("Solution"), path):
            parts = ["Solution", path]
    if parts[0].removesuffix("()") not in names:
        raise NameError(f"the submission defines no {parts[0].removesuffix('()')!r}")

    def resolve() -> Any:
        value: Any = module
        for position, part in enumerate(parts):
            value = getattr(value, part.removesuffix("()"))
            last = position == len(parts) - 1
            if not last and (
                part.endswith("()") or (isinstance(value, type) and needs_instance(value, parts, position))
            ):
                value = value()
        return value

    return resolve


def needs_instance(owner: type, parts: list[str], position: int) -> bool:
    """Whether the next part is an ordinary method, which wants an instance."""
    for base in owner.__mro__:
        if parts[position + 1] in vars(base):
            return not isinstance(vars(base)[parts[position + 1]], staticmethod | classmethod | type)
    return False


def what_to_compare(resolve: Callable[[], Any], result: str) -> Callable[[Any, list[Any]], Any] | None:
    """The suite's `result` as a function of (returned value, arguments after the call); None for the former."""
    if result == "auto":
        annotations = getattr(resolve(), "__annotations__", {})
        declared_none = "return" in annotations and annotations["return"] in (None, "None")
        if not declared_none:
            return None
        return lambda value, args: args[0] if value is None and args else value
    if result == "return":
        return None
    index = int(result.removeprefix("args[").removesuffix("]"))
    return lambda value, args: args[index]


def answer_error(kind: bytes, error: BaseException) -> None:
    write_all(ANSWERS_FD, frame(error_payload(kind, error)))


def error_payload(kind: bytes, error: BaseException) -> bytes:
    """A submission's exception as [type, message]; its own `__str__` may raise anything."""
    name, text = type(error).__name__, ""
    with contextlib.suppress(BaseException):
        text = str(error)[:500]
    return kind + json.dumps([str(name)[:100], str(text)]).encode()
