"""What a grader and an executor say to each other: JSON, with bytes as base64.

    request   {"do": "program" | "calls" | "hello", "program": {...}, "limits": {...}, "time_limit_s": s or null, ...}
    answer    {"facts": [{...}, ...], "attempts": [...], "isolation": {...}}, or {"fault": "..."}

Facts leave out what is as usual. A request holds code and inputs, and never an expected value. An answer is the claim
of a process that runs foreign code: the readers here take nothing of it that is not of the right type, finite and
within what was asked for. Whoever forges it can forge answers, then, and nothing else that pays.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NoReturn, TypeVar, cast

from verifier.limits import Limits
from verifier.sandbox.base import Facts, Isolation, Killed, Program, Raised, Stage
from verifier.sandbox.policy import ALWAYS, Layer, Problem, strongest
from verifier.text import printable

MAX_REQUEST_BYTES = 6_000_000
MAX_ANSWER_BYTES = 6_000_000
"""Lambda takes and gives 6 MiB (6,291,456 bytes) at a time."""

MAX_KEPT_BYTES = 4 << 20
"""Of one case's answer or output. As base64 it just fits."""

MAX_CALLS = 10_000
"""Of one request."""

_MAX_ATTEMPTS = 64
_MAX_STDERR_BYTES = 4096
_MOST = 2**53
"""Of any number: what is above is no measurement."""

_Word = TypeVar("_Word", Stage, Killed)


class Malformed(ValueError):
    """A message is not of the form above."""


# Requests: the grader writes them


def write_request(
    do: Literal["program", "calls", "hello"],
    program: Program | None = None,
    limits: Limits | None = None,
    *,
    calls: Sequence[bytes] = (),
    stdin: bytes = b"",
    keep_bytes: int = 0,
    stop_early: bool = False,
    max_timeouts: int | None = None,
    time_limit_s: float | None = None,
) -> bytes:
    """`keep_bytes`: of the output, or of each call's answer."""
    request: dict[str, object] = {"do": do}
    if program is not None and limits is not None:
        request |= {
            "program": asdict(program),
            "limits": asdict(limits),
            "keep_bytes": keep_bytes,
            "time_limit_s": time_limit_s,
        }
    if do == "program":
        request["stdin"] = _text(stdin)
    elif do == "calls":
        request |= {"calls": [_text(call) for call in calls], "stop_early": stop_early, "max_timeouts": max_timeouts}
    return json.dumps(request).encode("ascii")


@dataclass(frozen=True, slots=True)
class Request:
    do: Literal["program", "calls", "hello"]
    program: Program
    limits: Limits
    keep_bytes: int = 0
    stdin: bytes = b""
    calls: tuple[bytes, ...] = ()
    stop_early: bool = False
    max_timeouts: int | None = None
    time_limit_s: float | None = None


def read_request(value: object) -> Request:
    """Raises Malformed. The grader is trusted, so this is against mistakes."""
    request = _object(value, "the request")
    do = request.get("do")
    if do == "hello":
        return Request("hello", Program("", "function"), Limits())
    if do not in ("program", "calls"):
        raise Malformed("'do' must be program, calls or hello")
    kind = "stdio" if do == "program" else "function"
    try:
        program = Program(**_object(request["program"], "program"))
        limits = Limits(**_object(request["limits"], "limits"))
        if program.kind != kind or type(program.code) is not str or type(program.scratch) is not bool:
            raise Malformed(f"program: must be of kind {kind}")
        return Request(
            do,
            program,
            limits,
            keep_bytes=_whole(request["keep_bytes"], "keep_bytes", MAX_KEPT_BYTES),
            stdin=_bytes(request.get("stdin", ""), MAX_REQUEST_BYTES),
            calls=tuple(_bytes(call, MAX_REQUEST_BYTES) for call in _list(request.get("calls", []), MAX_CALLS)),
            stop_early=request.get("stop_early") is True,
            max_timeouts=_optional_whole(request.get("max_timeouts")),
            time_limit_s=None if request["time_limit_s"] is None else _seconds(request["time_limit_s"]),
        )
    except KeyError as error:
        raise Malformed(f"{error.args[0]!r} is missing") from None
    except TypeError as error:
        raise Malformed(str(error)) from None
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed(f"limits: {error}") from None


# Answers: the executor writes them


def write_answer(
    facts: Sequence[Facts], attempts: Sequence[str], isolation: Isolation, *, keep_bytes: int = 0
) -> dict[str, object]:
    """As many of the facts, from the first on, as an answer holds: at least one, if there is one."""
    told: list[dict[str, object]] = []
    left = MAX_ANSWER_BYTES - 16_384  # for all else
    for one in facts[:MAX_CALLS]:
        if one.answer is not None and len(one.answer) > keep_bytes:
            one = one._replace(answer=None, answer_too_large=True)
        entry = _written(one)
        left -= len(json.dumps(entry)) + 2
        if left < 0 and told:
            break
        told.append(entry)
    return {
        "facts": told,
        "attempts": list(attempts)[:_MAX_ATTEMPTS],
        "isolation": {
            "policy": isolation.policy[:100],
            "in_force": list(isolation.in_force),
            "missing": {layer: why[:200] for layer, why in isolation.missing.items()},
        },
    }


_USUAL = Facts()


def _written(facts: Facts) -> dict[str, object]:
    entry: dict[str, object] = {}
    for name, value in facts._asdict().items():
        if value == getattr(_USUAL, name):
            continue
        if isinstance(value, bytes):
            value = _text(value[-_MAX_STDERR_BYTES:] if name == "stderr_tail" else value)
        elif isinstance(value, Raised):
            value = [value.type_name, value.message]
        elif isinstance(value, float):
            value = round(value, 7)
        entry[name] = value
    return entry


# Answers: the grader reads them


@dataclass(frozen=True, slots=True)
class Answer:
    facts: list[Facts]
    attempts: tuple[str, ...]
    isolation: Isolation


def read_answer(answer: bytes, *, most: int, keep_bytes: int, do: Literal["program", "calls", "hello"]) -> Answer:
    """What an executor claims of at most `most` cases, each with at most `keep_bytes` of answer or output.

    Raises Malformed for whatever a sound executor wouldn't say, and for its own word that it failed.
    """
    if len(answer) > 2 * MAX_ANSWER_BYTES:
        raise Malformed("it is too large")
    try:
        value = json.loads(answer, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None
    told = _object(value, "it")
    if "fault" in told:
        raise Malformed(f"it failed: {_line(told['fault'], 300)}")
    _only(told, {"facts", "attempts", "isolation"}, "it")
    facts = _list(told.get("facts"), most)
    if not facts and most:
        raise Malformed("it holds no facts")
    attempts = tuple(_line(attempt, 64) for attempt in _list(told.get("attempts", []), _MAX_ATTEMPTS))
    isolation = _isolation(_object(told.get("isolation", {}), "isolation"))
    return Answer([_facts(_object(one, "facts"), keep_bytes, do) for one in facts], attempts, isolation)


_KEYS = frozenset(Facts._fields)
_OF_PROGRAMS = frozenset({"stdout", "stdout_bytes"})
_OF_CALLS = frozenset({"answer", "answer_too_large"})


def _facts(told: Mapping[str, Any], keep_bytes: int, do: str) -> Facts:
    _only(told, _KEYS - (_OF_CALLS if do == "program" else _OF_PROGRAMS), "facts")
    read: dict[str, Any] = {}
    for name, value in told.items():
        match name:
            case "stage":
                read[name] = _word(Stage, value)
            case "killed":
                read[name] = _word(Killed, value)
            case "fault":
                read[name] = _line(value, 300)
            case "raised":
                if not isinstance(value, list) or len(value) != 2:
                    raise Malformed("raised: must be two texts")
                read[name] = Raised(_claim(value[0], 100), _claim(value[1], 500))
            case "exit_status":
                read[name] = _whole(value, name, 255)
            case "signal":
                read[name] = _whole(value, name, 64)
            case "answer" | "stdout":
                read[name] = _bytes(value, keep_bytes)
            case "stderr_tail":
                read[name] = _bytes(value, _MAX_STDERR_BYTES)
            case "answer_too_large":
                if type(value) is not bool:
                    raise Malformed("answer_too_large: must be a boolean")
                read[name] = value
            case "stdout_bytes" | "peak_memory_bytes":
                read[name] = _whole(value, name, _MOST)
            case "cpu_time_s" | "wall_time_s":
                read[name] = _seconds(value)
    facts = Facts(**read)
    if facts.stdout_bytes < len(facts.stdout):
        raise Malformed("stdout_bytes: less than there are")
    return facts


def _isolation(told: Mapping[str, Any]) -> Isolation:
    """Which preset holds is worked out anew, from the layers that are said to be missing."""
    if not told:
        return Isolation(())
    in_force = {_line(layer, 64) for layer in _list(told.get("in_force", []), len(Layer))}
    missing = {_line(layer, 64): _line(why, 200) for layer, why in _object(told.get("missing", {}), "missing").items()}
    problems = {
        layer: Problem("executor", missing.get(str(layer), "not told")) for layer in Layer if str(layer) not in in_force
    }
    return Isolation(
        tuple(str(layer) for layer in Layer if layer not in problems),
        {str(layer): problem.reason for layer, problem in problems.items()},
        f"executor: {_line(told.get('policy', ''), 100)}",
        "" if ALWAYS & problems.keys() else strongest(problems),
    )


# Small readers


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(value: object, most: int) -> bytes:
    if not isinstance(value, str) or len(value) > 4 * (most // 3 + 1):
        raise Malformed("bytes: not base64, or too many")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("bytes: not base64") from None
    if len(data) > most:
        raise Malformed("bytes: too many")
    return data


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(type(key) is str for key in value):
        raise Malformed(f"{what} must be an object")
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(f"it must hold a list of at most {most}")
    return value


def _only(told: Mapping[str, Any], known: frozenset[str] | set[str], what: str) -> None:
    if not told.keys() <= known:
        raise Malformed(f"{what}: unknown keys")


def _word(words: type[_Word], value: object) -> _Word:
    if not isinstance(value, str):
        raise Malformed("a word is not text")
    try:
        return words(value)
    except ValueError:
        raise Malformed("an unknown word") from None


def _claim(value: object, most: int) -> str:
    """A text as it is: for what is cleaned where it is shown."""
    if not isinstance(value, str):
        raise Malformed("a text is missing")
    return value[:most]


def _line(value: object, most: int) -> str:
    return printable(_claim(value, most))


def _whole(value: object, name: str, most: int) -> int:
    if type(value) is not int or not -_MOST <= value <= most:
        raise Malformed(f"{name}: must be a whole number of at most {most}")
    return max(0, value)


def _optional_whole(value: object) -> int | None:
    return None if value is None else _whole(value, "max_timeouts", _MOST)


def _seconds(value: object) -> float:
    """Never below 0. Above is for whoever claims it to bear."""
    if type(value) not in (int, float):
        raise Malformed("seconds: must be a number")
    number = cast(float, value)
    if not -_MOST <= number <= _MOST or not math.isfinite(number):
        raise Malformed("seconds: out of range")
    return max(0.0, float(number))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
