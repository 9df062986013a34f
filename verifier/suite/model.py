"""Suites as they are written: the kinds `function` and `stdio`, and how a suite of any kind is read.

A suite is data: cases, the checker that compares answers, limits, and how the verdicts become a reward. `parse_suite`
reads one from JSON or from a plain dict. What all kinds share is in `verifier.suite.base`; the kinds that bring their
own test code are in `verifier.suite.tested`, and `interactive` is in a module of its own. All models are frozen; don't
change the lists inside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from verifier.errors import SuiteError
from verifier.suite.base import (
    MAX_CASES,
    AnySuite,
    Calibration,
    Case,
    Checker,
    CheckerName,
    LimitsForm,
    RewardRule,
    at_least_one,
    entry_point_name,
    problem,
)
from verifier.suite.interactive import InteractiveCase, InteractiveSuite, Interactor
from verifier.suite.literals import ValueProblem, decode_value, load_json
from verifier.suite.tested import AssertsSuite, NamedCase, PytestSuite


def _decoded(value: object) -> object:
    try:
        return decode_value(value)
    except ValueProblem as problem:
        raise PydanticCustomError(
            "suite_value", "{problem}", {"problem": problem.problem, "path": problem.path}
        ) from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


_Value = Annotated[Any, BeforeValidator(_decoded)]


class FunctionCase(Case):
    """One call, and what it must return. `{"$py": "..."}` is decoded anywhere inside the three values."""

    args: Annotated[list[Any], BeforeValidator(_decoded)] = Field(default_factory=list)
    kwargs: Annotated[dict[str, Any], BeforeValidator(_decoded)] = Field(default_factory=dict)
    expected: _Value
    """May be None, but must be given."""


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a surrogate pair, which no UTF-8 text can") from None
    return text


def _printed(value: object) -> str | list[str]:
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [_encodable(item) for item in value]
    raise ValueError("must be text, or a list of texts with checker 'any_of'")


class StdioCase(Case):
    """One run of a program: what it reads, and what it must print."""

    stdin: Annotated[str, AfterValidator(_encodable)] = ""
    stdout: Annotated[str | list[str], PlainValidator(_printed)]
    """A list only with the checker `any_of`: each is an accepted output."""


def _checker_named(default: CheckerName) -> BeforeValidator:
    def read(value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and "name" not in value:
            return {"name": default, **value}
        return value

    return BeforeValidator(read)


class FunctionSuite(AnySuite):
    """The submission defines `entry_point`; each case calls it."""

    kind: Literal["function"]
    entry_point: Annotated[str, AfterValidator(entry_point_name)]
    """A name, a dotted name such as `Solution.f`, or `Solution().f`."""
    cases: tuple[FunctionCase, ...] = Field(strict=False, max_length=MAX_CASES)
    checker: Annotated[Checker, _checker_named("exact")] = Checker(name="exact")
    result: str = "auto"
    """What is compared: `return` (the returned value), `args[N]` (the N-th positional argument after the call), or
    `auto`: the returned value, except for a function that itself declares `-> None`, whose first argument is taken."""

    @field_validator("result")
    @classmethod
    def _is_a_result(cls, value: str) -> str:
        if not re.fullmatch(r"auto|return|args\[[0-9]{1,3}\]", value):
            raise ValueError("must be 'auto', 'return', or 'args[N]' with N from 0")
        return value

    @model_validator(mode="after")
    def _cases_fit(self) -> Self:
        at_least_one(self.cases)
        position = int(self.result[5:-1]) if self.result.startswith("args") else -1
        textual = self.checker.name in ("tokens", "lines")
        if self.checker.form == "program":
            raise problem(("checker", "form"), "'program' is for printed text, kind 'stdio'; use a function")
        for index, case in enumerate(self.cases):
            at = ("cases", index, "expected")
            if position >= len(case.args):
                raise problem(("cases", index, "args"), f"has no position {position}, which 'result' asks for")
            if textual and not isinstance(case.expected, str):
                raise problem(at, f"must be text, since checker {self.checker.name!r} compares text")
            if self.checker.name == "any_of" and isinstance(case.expected, (list, tuple)) and not case.expected:
                raise problem(at, "must hold at least one answer for checker 'any_of'")
        return self


class StdioSuite(AnySuite):
    """The submission is a program: it reads stdin and prints to stdout."""

    kind: Literal["stdio"]
    cases: tuple[StdioCase, ...] = Field(strict=False, max_length=MAX_CASES)
    checker: Annotated[Checker, _checker_named("tokens")] = Checker(name="tokens")

    @model_validator(mode="after")
    def _cases_fit(self) -> Self:
        at_least_one(self.cases)
        name = self.checker.name
        if name == "exact" and (self.checker.abs_tol is not None or self.checker.rel_tol is not None):
            raise problem(("checker",), "checker 'exact' of printed text has no tolerance; use 'tokens' or 'float'")
        for index, case in enumerate(self.cases):
            at = ("cases", index, "stdout")
            if isinstance(case.stdout, list):
                if name != "any_of":
                    raise problem(at, "must be text; a list of outputs needs the checker 'any_of'")
                if not case.stdout:
                    raise problem(at, "must hold at least one output")
            elif name == "json":
                try:
                    load_json(case.stdout, constants=False)
                except ValueError as error:
                    raise problem(at, f"must be one JSON document for checker 'json': {error}") from None
        return self


__all__ = [
    "KINDS",
    "AssertsSuite",
    "Checker",
    "FunctionCase",
    "FunctionSuite",
    "InteractiveCase",
    "InteractiveSuite",
    "Interactor",
    "NamedCase",
    "PytestSuite",
    "RewardRule",
    "StdioCase",
    "StdioSuite",
    "Suite",
    "parse_suite",
]

Suite: TypeAlias = FunctionSuite | StdioSuite | PytestSuite | AssertsSuite | InteractiveSuite

KINDS: dict[
    str,
    type[FunctionSuite] | type[StdioSuite] | type[PytestSuite] | type[AssertsSuite] | type[InteractiveSuite],
] = {
    "function": FunctionSuite,
    "stdio": StdioSuite,
    "pytest": PytestSuite,
    "asserts": AssertsSuite,
    "interactive": InteractiveSuite,
}
_CASES: dict[object, type[BaseModel]] = {
    FunctionSuite: FunctionCase,
    StdioSuite: StdioCase,
    InteractiveSuite: InteractiveCase,
}


def parse_suite(value: object, *, path: str = "") -> Suite:
    """Read a suite from a dict or from JSON text (str or UTF-8 bytes). `path` is where the value stands in the
    caller's input, and begins the path of an error.

    Raises SuiteError for the first problem: its path names the field (`reference_answer.cases[2].weight`), its
    problem says what is wrong, how to mend it, and how many more there are.
    """
    if isinstance(value, (str, bytes)):
        try:
            text = value.decode("utf-8-sig") if isinstance(value, bytes) else value.removeprefix("\ufeff")
            value = load_json(text)
        except UnicodeDecodeError:
            raise SuiteError("not UTF-8 text", path=path) from None
        except ValueError as error:
            raise SuiteError(str(error), path=path) from None
    if not isinstance(value, dict):
        raise SuiteError("a suite must be an object such as {'kind': 'function', ...}", path=path)
    known = ", ".join(repr(kind) for kind in KINDS)
    if "kind" not in value:
        raise SuiteError(f"is required: one of {known}", path=_join(path, ("kind",)))
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise SuiteError(f"must be one of {known}", path=_join(path, ("kind",)))
    try:
        suite = KINDS[kind].model_validate(value)
        _ = suite.digest  # made now, where values that it can't walk through are the caller's to mend
        return suite
    except RecursionError:
        raise SuiteError("holds values that are nested too deeply", path=path) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        more = error.error_count() - 1
        suffix = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        inner = first.get("ctx", {}).get("path", "") if first["type"] == "suite_value" else ""
        raise SuiteError(_explain(first, kind) + suffix, path=_join(path, first["loc"]) + inner) from None


def _join(path: str, steps: Sequence[str | int]) -> str:
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


_PLAIN_MESSAGES = {
    "missing": "is required",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_long": f"must hold at most {MAX_CASES}",
    "string_type": "must be text",
}


def _explain(error: ErrorDetails, kind: str) -> str:
    if error["type"] == "extra_forbidden":
        keys = ", ".join(sorted(_model_at(KINDS[kind], error["loc"][:-1]).model_fields))
        return f"unknown key {error['loc'][-1]!r}; known keys are {keys}"
    if error["type"] in _PLAIN_MESSAGES:
        return _PLAIN_MESSAGES[error["type"]]
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    given = error["input"]
    if error["type"] == "value_error":
        return message
    # Numbers only: text may be an expected output, which must not travel in an error.
    return f"{message}, not {given!r}" if type(given) in (bool, float) else message


def _model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel]:
    inner: dict[str, type[BaseModel]] = {
        "limits": LimitsForm,
        "calibration": Calibration,
        "checker": Checker,
        "interactor": Interactor,
        "reward": RewardRule,
    }
    if not loc:
        return model
    if loc[0] == "cases":
        return _CASES.get(model, NamedCase)
    return inner.get(str(loc[0]), model)
