"""Arbiters: the suite's own code that says whether an answer is right, a checker or an interactor. Standard library
only.

In form "function" it is called and its word is reported; in form "program" it runs as a script does, and its word is
the status with which this process ends. What a submission said comes as text or plain data, and is never run.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

from verifier.sandbox import values
from verifier.sandbox.protocol import REQUESTS_FD, read_exactly
from verifier.sandbox.running import exit_status, wind_up
from verifier.sandbox.testing.explain import MAX_NOTE_CHARS, cut, note_of
from verifier.sandbox.testing.reports import Reports

ACCEPTED_STATUS = 42
REFUSED_STATUS = 43

MAX_LINE_BYTES = 1 << 20
"""Of one line that an interactor reads."""

_READ_BYTES = 1 << 16


class Refused(ValueError):
    """What a submission said can't be used, whatever the interactor makes of it."""


class SubmissionEnded(EOFError):
    """The submission has said all that it will ever say."""


def run_arbiter(code: CodeType, header: dict[str, Any], folder: str, reports: Reports) -> int:
    """The exit status of this process."""
    _seed(header["seed"])
    try:
        if header["arbiter_form"] == "program":
            return _run_program(code, header, folder, reports)
        sys.stdout = sys.stderr  # for the author; what is said to a submission goes another way
        return _interact(code, reports) if header["talks"] else _serve_checks(code, header, reports)
    except MemoryError:
        return 1  # so little is left that not even this could be told: no word, and no failure of ours


def _seed(seed: str) -> None:
    """Chance is the same each time, so that verdicts are, but not the same as in a cell: what `random` gives an
    interactor, a submission must not get from its own."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed(int.from_bytes(seed.encode(), "big"))  # of a text it would import hashlib, from Python 3.12 on


# Form "function"


def _load(code: CodeType, name: str, file: str, reports: Reports) -> Callable[..., Any] | None:
    module = ModuleType(file.removesuffix(".py"))
    module.__dict__.update(__file__=file, __builtins__=builtins)
    sys.modules[module.__name__] = module
    try:
        exec(code, module.__dict__)
        function: Callable[..., Any] | None = module.__dict__.get(name)
        if not callable(function):
            raise TypeError(f"{file} defines no function {name}()")
    except BaseException as error:
        reports.not_loaded(error, by_submission=False)
        return None
    reports.loaded()
    return function


def _serve_checks(code: CodeType, header: dict[str, Any], reports: Reports) -> int:
    check = _load(code, "check", "checker.py", reports)
    if check is None:
        return 1
    while True:
        case_text, answer_text = _next_frame(), _next_frame()
        if case_text is None or answer_text is None:
            return 0
        try:
            case = SimpleNamespace(**values.loads(case_text))
            answer, problem = _answer(answer_text, header["answers"])
        except ImportError:
            reports.needs(["stdlib"])  # for a Decimal or the like, which the code itself never imports
            return 0
        if problem:
            reports.unreadable(problem)
            continue
        try:
            _rule(check(case, answer), reports)
        except BaseException as error:
            reports.failed(note_of(error))
        del case, answer


def _answer(text: bytes, form: str) -> tuple[Any, str]:
    """The answer, and what is wrong with it, or "": one that is too much for decoding is nothing that a checker could
    judge. Raises ImportError."""
    try:
        if form == "text":
            return text.decode(), ""
        value = values.loads(text)
    except ImportError:
        raise
    except Exception as error:
        return None, type(error).__name__
    if _holds_opaque(value):  # not by the text: a cell may write its frames itself, and spell them as it likes
        return None, "an object that is no plain data"
    return value, ""


def _holds_opaque(value: Any) -> bool:
    todo = [value]
    while todo:
        part = todo.pop()
        kind = type(part)
        if kind is values.Opaque:
            return True
        if kind in (list, tuple, set, frozenset):
            todo += part
        elif kind is dict:
            todo += part
            todo += part.values()
    return False


def _rule(word: Any, reports: Reports, *, heard: bool = True, heard_end: bool = False) -> None:
    """Only True itself accepts, and only False or (False, text) refuses."""
    why = ""
    if type(word) is tuple and len(word) == 2 and word[0] is False and type(word[1]) is str:
        word, why = word
    if word is True or word is False:
        reports.ruled(word, cut(why, MAX_NOTE_CHARS), heard_end=heard_end)
    else:
        kind = type(word).__name__
        reports.failed(f"it returned a value of type {kind}; it must return True, False or (False, why)", heard=heard)


def _next_frame() -> bytes | None:
    """None at the end of the pipe."""
    size = read_exactly(REQUESTS_FD, 4)
    return read_exactly(REQUESTS_FD, int.from_bytes(size, "big")) if len(size) == 4 else None


class Submission:
    """What an interactor has of the submission: its input and its output."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._looked = 0
        self._is_open = True
        self.heard = False
        self.heard_end = False

    def read_line(self) -> str:
        """The next line that the submission prints, without its end. Waits for it.

        Raises EOFError when the submission has ended, or has closed its output, and there is no further line; an
        interactor that doesn't catch it refuses. A line that is no UTF-8, or of more than a mebibyte, is a ValueError
        of the same kind.
        """
        self.heard = True
        while (end := self._buffer.find(b"\n", self._looked)) < 0:
            self._looked = len(self._buffer)
            if self._looked > MAX_LINE_BYTES:
                raise Refused(f"the submission printed a line of more than {MAX_LINE_BYTES} bytes")
            data = b"" if self.heard_end else os.read(0, _READ_BYTES)
            if not data:
                self.heard_end = True
                if not self._buffer:
                    raise SubmissionEnded("the submission ended before it had said what it was to say")
                end = len(self._buffer)
                break
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._looked = 0
        if len(line) > MAX_LINE_BYTES:
            raise Refused(f"the submission printed a line of more than {MAX_LINE_BYTES} bytes")
        try:
            return line.decode().removesuffix("\r")
        except UnicodeDecodeError:
            raise Refused("the submission printed what is no UTF-8") from None

    def write(self, text: str) -> None:
        """Gives the submission text to read, at once; a line needs its "\\n". A submission that has ended, or doesn't
        read, misses it."""
        if not self._is_open:
            raise ValueError("write() after close()")
        data = memoryview(text.encode())
        while data:
            data = data[os.write(1, data) :]

    def close(self) -> None:
        """The submission finds the end of its input. What it prints can still be read."""
        if self._is_open:
            self._is_open = False
            os.close(1)


def _interact(code: CodeType, reports: Reports) -> int:
    interact = _load(code, "interact", "interactor.py", reports)
    if interact is None:
        return 1
    case_text = _next_frame()
    if case_text is None:
        return 0
    submission = Submission()
    try:
        word = interact(SimpleNamespace(**values.loads(case_text)), submission)
        _rule(word, reports, heard=submission.heard, heard_end=submission.heard_end)
    except (Refused, SubmissionEnded) as error:
        reports.ruled(False, str(error), heard_end=submission.heard_end)
    except BaseException as error:
        reports.failed(note_of(error), heard=submission.heard)
    return 0


# Form "program"


def _run_program(code: CodeType, header: dict[str, Any], folder: str, reports: Reports) -> int:
    """The status with which the script ends, or would end: it may as well end the process itself."""
    file = "interactor.py" if header["talks"] else "checker.py"
    case_text = _next_frame()
    if case_text is None:
        return 0
    case = values.loads(case_text)
    feedback = os.path.join(folder, "feedback")
    os.mkdir(feedback, 0o700)
    paths = []
    for name, text in (("input", case["input"]), ("answer", case["expected"])):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    if not header["talks"]:
        _stdin_from(os.path.join(folder, "output"), _next_frame() or b"")
    os.chdir(folder)
    module = ModuleType("__main__")
    module.__dict__.update(__file__=file, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv[:] = [file, *paths, feedback + "/", *header["flags"]]
    reports.loaded()
    status = 0
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        status = exit_status(error)
    except BaseException as error:
        status = 1
        reports.noted(note_of(error))
    status = wind_up(status)
    message = _message(os.path.join(feedback, "judgemessage.txt"))
    if message:
        reports.noted(message)
    return status


def _stdin_from(path: str, output: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(output)
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    os.dup2(fd, 0)
    os.close(fd)


def _message(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(MAX_NOTE_CHARS).strip()
    except (OSError, ValueError):
        return ""
