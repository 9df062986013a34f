"""What happens in a cell, from the fork to the submission's last breath.

`run` is the order of the confinement; read it first. Standard library only: this module runs inside the jail.
"""

from __future__ import annotations

import _signal  # the C module: `signal` turns every number into an enum, which costs each cell a fifth of a millisecond
import builtins
import contextlib
import errno
import gc
import json
import marshal
import os
import resource
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any, NamedTuple, NoReturn

from verifier.sandbox import values
from verifier.sandbox.modules import Environment, code_objects, needs
from verifier.sandbox.protocol import (
    ANSWERS_FD,
    CELL_FDS,
    MAX_BYTECODE_BYTES,
    REQUESTS_FD,
    FrameReader,
    frame,
    read_exactly,
    write_all,
)

STACK_BYTES = 1 << 30
"""Of the main thread. Python programs recurse deeply through C (sorted keys, lru_cache), and the kernel maps the rest
of memory at least 128 MiB below the stack's top, so more is not always there."""

FILE_NAME = "solution.py"


class Confinement(NamedTuple):
    """What the keeper asks of one cell; every number is the keeper's."""

    uid: int | None
    """Given where the zygote is root: the cell becomes this user and group."""
    cpu_s: int
    """Backstop only: the keeper watches the clock itself."""
    address_bytes: int
    processes: int
    root: str | None
    """Given where the zygote is root and may: the directory that the cell takes for the whole file system."""


class SetupError(Exception):
    """A layer of the jail could not be set up."""

    def __init__(self, step: str, error: OSError | ValueError) -> None:
        super().__init__(f"{step}: {error}")


def run(received: list[int], confinement: Confinement, environment: Environment) -> NoReturn:
    """The child's side of a fork: never returns."""
    status = 70
    try:
        setup_descriptors(received)
        setup_session()
        setup_limits(confinement)
        setup_root(confinement)
        setup_identity(confinement)
        lock_descriptors()
        # From here on the submission's text is handled: everything above holds by now.
        program = json.loads(read_frame())
        code = compile_program(program, read_frame())
        if code is not None and not report_needs(code, environment):
            if program["share_bytecode"]:
                share_bytecode(code)
            gc.enable()  # the zygote switched it off for its own sake
            write_all(ANSWERS_FD, frame(b"R"))
            status = run_function(code, program) if program["kind"] == "function" else run_program(code)
    except SetupError as error:
        with contextlib.suppress(OSError):
            write_all(ANSWERS_FD, frame(b"Z" + str(error).encode()))
    except BaseException as error:
        with contextlib.suppress(OSError):
            answer_error(b"X", error)
        status = 1
    finally:
        os._exit(status)


def warm_up() -> None:
    """Runs in the zygote: what every cell does is done once, so that no cell pays for the first time."""
    values.loads(values.dumps([[1, "x", 1.5, (2,)]]))
    needs(compile("def f(x: int) -> int:\n    return x\n", FILE_NAME, "exec"), Environment((), (), whole_stdlib=True))
    error_payload(b"X", ValueError("x"))


def hide() -> None:
    """Runs in the zygote, last: our own modules are none that a submission could import. What is loaded of them goes
    on working. (In the zygote, since walking through sys.modules would cost each cell fifty copied pages.)"""
    for name in [n for n in sys.modules if n == "verifier" or n.startswith("verifier.")]:
        del sys.modules[name]


def deny_processes() -> None:
    """Runs in the zygote. Python's own ways to fork fail as they do where a filter forbids them, so that an honest
    program learns it by an exception. One that goes around this is found out by the keeper (watch.py)."""
    for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp"):
        for module in (os, sys.modules["posix"]):
            if hasattr(module, name):
                setattr(module, name, _denied)


def add_site_builtins() -> None:
    """Runs in the zygote, which starts without `site`: `exit()` and `quit()` as scripts know them."""

    def exit_script(code: object = None) -> NoReturn:
        raise SystemExit(code)

    vars(builtins).update(exit=exit_script, quit=exit_script)


def _denied(*args: object, **kwargs: object) -> NoReturn:
    raise PermissionError(errno.EPERM, "child processes are not allowed")


# Confinement, in order


def setup_descriptors(received: list[int]) -> None:
    for target, fd in enumerate(received):
        os.dup2(fd, target, inheritable=False)
    os.closerange(len(CELL_FDS), max(received) + 16)


def setup_session() -> None:
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    os.setsid()


def setup_limits(confinement: Confinement) -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, confinement.cpu_s, confinement.cpu_s + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_AS, confinement.address_bytes, confinement.address_bytes),
        (resource.RLIMIT_STACK, STACK_BYTES, STACK_BYTES),
        (resource.RLIMIT_NPROC, confinement.processes, confinement.processes),
    ):
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):
            lower_limit(kind, soft)


def lower_limit(kind: int, wanted: int) -> None:
    """Where the hard limit is below what is wanted already, an ordinary user can only go lower."""
    try:
        allowed = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (min(wanted, allowed), allowed))
    except (OSError, ValueError) as error:
        raise SetupError(f"resource limit {kind}", error) from None


def setup_root(confinement: Confinement) -> None:
    """The lock stops whatever needs a descriptor; calls that take a path (stat, mkdir, symlink, unlink) find nothing
    behind this either."""
    if confinement.root is None:
        return
    try:
        os.chroot(confinement.root)
        os.chdir("/")
    except OSError as error:
        raise SetupError("change of root", error) from None


def setup_identity(confinement: Confinement) -> None:
    if confinement.uid is None:
        return
    uid = confinement.uid
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise SetupError("change of user", error) from None
    if 0 in os.getresuid() + os.getresgid():
        raise SetupError("change of user", ValueError("still root afterwards"))


def lock_descriptors() -> None:
    """Nothing that needs a new descriptor works after this, and it can't be undone: open, socket, dup, listdir, exec
    of a dynamic program. Descriptors that stand go on working."""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    except (OSError, ValueError) as error:
        raise SetupError("resource limit NOFILE", error) from None


# What the submission is


def read_frame() -> bytes:
    return read_exactly(REQUESTS_FD, int.from_bytes(read_exactly(REQUESTS_FD, 4), "big"))


def compile_program(program: dict[str, Any], text: bytes) -> CodeType | None:
    if program["form"] == "bytecode":
        shared = marshal.loads(text)
        assert isinstance(shared, CodeType)
        return shared
    try:
        return compile(text.decode("utf-8", "surrogatepass"), FILE_NAME, "exec", dont_inherit=True)
    except ImportError:
        report_missing(["stdlib"])  # the compiler wants unicodedata for names and escapes beyond ASCII
        return None
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
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


def share_bytecode(code: CodeType) -> None:
    """The next cell of the same program need not compile it again."""
    bytecode = marshal.dumps(code)
    if len(bytecode) <= MAX_BYTECODE_BYTES:
        write_all(ANSWERS_FD, frame(b"P" + bytecode))


def new_module(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__dict__["__file__"] = FILE_NAME
    module.__dict__["__builtins__"] = builtins
    sys.modules[name] = module
    sys.argv[:] = [FILE_NAME]
    return module


def run_program(code: CodeType) -> int:
    """Kind `stdio`: runs `code` as the interpreter runs a script, and returns the exit status."""
    module = new_module("__main__")
    allow_standard_paths()
    status = 0
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        status = exit_status(error)
    except BaseException as error:
        answer_error(b"E", error)
        sys.excepthook(type(error), error, error.__traceback__)
        status = 1
    return leave(status, code)


WRITERS = frozenset({"open", "fdopen", "TextIOWrapper", "BufferedWriter", "BufferedRandom"})
"""Names by which a program makes itself another way to its stdout than `sys.stdout`."""


def leave(status: int, code: CodeType) -> int:
    """What the interpreter does at its end, without the slow part of taking modules apart."""
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
    if any(WRITERS.intersection(part.co_names) for part in code_objects(code)):
        import io

        for kind in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            for writer in [o for o in gc.get_objects() if isinstance(o, kind)]:
                flush(writer)
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


def allow_standard_paths() -> None:
    """`open("/dev/stdin")` means descriptor 0, which is open already; the lock would refuse the path."""
    import io

    opened, paths = io.open, {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
    paths.update({f"/dev/fd/{n}": n for n in range(3)}, **{f"/proc/self/fd/{n}": n for n in range(3)})

    def open_standard(file: Any, *args: Any, **kwargs: Any) -> Any:
        fd = paths.get(file) if isinstance(file, str) else None
        return opened(file if fd is None else fd, *args, **kwargs)

    open_standard.__name__ = open_standard.__qualname__ = "open"
    open_standard.__doc__ = opened.__doc__
    builtins.open = io.open = open_standard


def run_function(code: CodeType, program: dict[str, Any]) -> int:
    """Kind `function`: loads the module, then answers calls until the keeper closes the pipe."""
    module = new_module("solution")
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
