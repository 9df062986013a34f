"""What a suite is: cases, the checker that compares answers, limits, and how the verdicts become a reward.

A suite is data. `parse_suite` reads one from JSON or from a plain dict; every model here refuses unknown keys, so that
a misspelt `wieght` is an error and not a case of weight one. All models are frozen; don't change the lists inside.
"""

from __future__ import annotations

import dataclasses
import keyword
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from verifier.errors import SuiteError
from verifier.limits import Limits
from verifier.suite.digest import digest
from verifier.suite.literals import ValueProblem, decode_value, load_json

MAX_CASES = 100_000
MAX_WEIGHT = 1e9
"""So that the sum of all weights stays finite."""

CheckerName: TypeAlias = Literal["exact", "tokens", "lines", "float", "unordered", "set", "any_of", "json"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Checker(_Model):
    """How an answer is compared. The rules of each name are told in `verifier.suite.checkers`."""

    name: CheckerName
    abs_tol: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Absolute tolerance; None means the checker's own default."""
    rel_tol: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Tolerance relative to the expected value (never to the answer); None means the checker's own default."""
    ignore_case: bool = False
    sequences: Literal["any", "strict"] = "any"
    """Whether a tuple may stand for a list."""
    numbers: Literal["any", "strict"] = "any"
    """Whether an equal number of another type will do: 1, 1.0 and True."""


class RewardRule(_Model):
    """How verdicts and costs become a reward in [0, 1]; the formula is that of `docs/design.md`."""

    policy: Literal["fraction", "all_or_nothing", "threshold", "power"] = "fraction"
    threshold: float = Field(1.0, gt=0, le=1)
    """Policy `threshold`: a fraction below this is worth 0, one at or above it is worth itself."""
    power: float = Field(2.0, ge=1, allow_inf_nan=False)
    """Policy `power`: the fraction is raised to this."""
    time_weight: float = Field(0.1, ge=0, le=1)
    """The part of a correct answer's reward that CPU time can cost."""
    memory_weight: float = Field(0.1, ge=0, le=1)
    groups: Literal["fraction", "all_or_nothing"] = "fraction"
    """What a named group of cases pays: the share of its passed weight, or all of it only if all its cases pass."""

    @model_validator(mode="after")
    def _weights_leave_something(self) -> Self:
        if self.time_weight + self.memory_weight > 1 + 1e-9:
            raise ValueError("time_weight and memory_weight must not add up to more than 1")
        return self


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


class _Case(_Model):
    weight: float = Field(1.0, gt=0, le=MAX_WEIGHT)
    """This case's share of the credit, relative to the other cases."""
    group: str | None = Field(None, min_length=1)
    """Cases of one group are paid together, by the rule of `RewardRule.groups`."""
    reference_cpu_time_s: float | None = Field(None, ge=0, allow_inf_nan=False)
    """CPU seconds that the reference solution took; None where the suite is not calibrated."""
    reference_memory_bytes: int | None = Field(None, ge=0)
    """Peak memory of the reference solution above that of an idle sandbox."""


class FunctionCase(_Case):
    """One call, and what it must return. `{"$py": "..."}` is decoded anywhere inside the three values."""

    args: Annotated[list[Any], BeforeValidator(_decoded)] = []
    kwargs: Annotated[dict[str, Any], BeforeValidator(_decoded)] = {}
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


class StdioCase(_Case):
    """One run of a program: what it reads, and what it must print."""

    stdin: Annotated[str, AfterValidator(_encodable)] = ""
    stdout: Annotated[str | list[str], PlainValidator(_printed)]
    """A list only with the checker `any_of`: each is an accepted output."""


class _LimitsForm(_Model):
    """Limits as they are written; `verifier.limits.Limits` says what a value may be."""

    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int | None = None
    output_bytes: int | None = None

    @field_validator("*")
    @classmethod
    def _in_range(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None:
            raise ValueError("must be a number; leave the key out for the default")
        try:
            Limits(**{cast(str, info.field_name): value})  # type: ignore[arg-type]
        except ValueError as error:
            raise ValueError(str(error).removeprefix(f"{info.field_name} ")) from None
        return value


def _limits(value: object) -> Limits:
    if isinstance(value, Limits):
        return value
    form = _LimitsForm.model_validate(value)
    return Limits(**form.model_dump(exclude_unset=True))


class _Suite(_Model):
    id: str | None = None
    """Name in a store; not part of the digest."""
    title: str = ""
    limits: Annotated[Limits, PlainValidator(_limits)] = Limits()
    """Of each case."""
    reward: RewardRule = RewardRule()
    scratch: bool = False
    """Whether the submission may open files, in a scratch directory of its own."""
    early_stop: bool = False
    """Stop at the first case that is not AC; the rest is reported SK."""
    max_timeouts: int = Field(20, ge=1)
    """Stop after this many cases ran out of time; the rest is reported SK. A loop over a thousand cases would hold a
    worker for hours otherwise."""

    @cached_property
    def digest(self) -> str:
        """`sha256:<hex>` of everything that judges: all but `id` and `title`. Stable across processes and the order
        of keys; it tells 1, 1.0, True and "1" apart."""
        head: dict[str, object] = {}
        cases: Sequence[_Case] = ()
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name == "cases":
                cases = value
            elif isinstance(value, BaseModel):
                head[name] = dict(value)
            elif isinstance(value, Limits):
                head[name] = dataclasses.asdict(value)
            elif name not in ("id", "title"):
                head[name] = value
        return digest([head, *(case.__dict__ for case in cases)])

    @cached_property
    def calibrated(self) -> bool:
        """Whether any case says what the reference solution needed."""
        cases: Sequence[_Case] = getattr(self, "cases", ())
        return any(c.reference_cpu_time_s is not None or c.reference_memory_bytes is not None for c in cases)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but a copy never inherits what was worked out before its changes."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("digest", "calibrated"):
            copy.__dict__.pop(name, None)
        return copy


def _checker_named(default: CheckerName) -> BeforeValidator:
    def read(value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and "name" not in value:
            return {"name": default, **value}
        return value

    return BeforeValidator(read)


def _problem(loc: tuple[str | int, ...], problem: str) -> ValidationError:
    error = PydanticCustomError("suite_rule", "{problem}", {"problem": problem})
    return ValidationError.from_exception_data("suite", [InitErrorDetails(type=error, loc=loc, input=None)])


def _some(cases: Sequence[_Case]) -> None:
    if not cases:  # not by pydantic's min_length, which would count a bad case as a missing one too
        raise _problem(("cases",), "must hold at least one case: a suite without cases judges nothing")


class FunctionSuite(_Suite):
    """The submission defines `entry_point`; each case calls it."""

    kind: Literal["function"]
    entry_point: str
    """A name, a dotted name such as `Solution.f`, or `Solution().f`."""
    cases: tuple[FunctionCase, ...] = Field(strict=False, max_length=MAX_CASES)
    checker: Annotated[Checker, _checker_named("exact")] = Checker(name="exact")
    result: str = "auto"
    """What is compared: `return` (the returned value), `args[N]` (the N-th positional argument after the call), or
    `auto`: the returned value, except for a function that itself declares `-> None`, whose first argument is taken."""

    @field_validator("entry_point")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        head, call, tail = value.partition("()")
        names = head.split(".") + (tail.removeprefix(".").split(".") if call else [])
        if (call and not tail.startswith(".")) or not all(n.isidentifier() and not keyword.iskeyword(n) for n in names):
            raise ValueError("must be a name such as 'f', 'Solution.f' or 'Solution().f'")
        return value

    @field_validator("result")
    @classmethod
    def _is_a_result(cls, value: str) -> str:
        if not re.fullmatch(r"auto|return|args\[[0-9]{1,3}\]", value):
            raise ValueError("must be 'auto', 'return', or 'args[N]' with N from 0")
        return value

    @model_validator(mode="after")
    def _cases_fit(self) -> Self:
        _some(self.cases)
        position = int(self.result[5:-1]) if self.result.startswith("args") else -1
        textual = self.checker.name in ("tokens", "lines")
        for index, case in enumerate(self.cases):
            at = ("cases", index, "expected")
            if position >= len(case.args):
                raise _problem(("cases", index, "args"), f"has no position {position}, which 'result' asks for")
            if textual and not isinstance(case.expected, str):
                raise _problem(at, f"must be text, since checker {self.checker.name!r} compares text")
            if self.checker.name == "any_of" and isinstance(case.expected, (list, tuple)) and not case.expected:
                raise _problem(at, "must hold at least one answer for checker 'any_of'")
        return self


class StdioSuite(_Suite):
    """The submission is a program: it reads stdin and prints to stdout."""

    kind: Literal["stdio"]
    cases: tuple[StdioCase, ...] = Field(strict=False, max_length=MAX_CASES)
    checker: Annotated[Checker, _checker_named("tokens")] = Checker(name="tokens")

    @model_validator(mode="after")
    def _cases_fit(self) -> Self:
        _some(self.cases)
        name = self.checker.name
        if name == "exact" and (self.checker.abs_tol is not None or self.checker.rel_tol is not None):
            raise _problem(("checker",), "checker 'exact' of printed text has no tolerance; use 'tokens' or 'float'")
        for index, case in enumerate(self.cases):
            at = ("cases", index, "stdout")
            if isinstance(case.stdout, list):
                if name != "any_of":
                    raise _problem(at, "must be text; a list of outputs needs the checker 'any_of'")
                if not case.stdout:
                    raise _problem(at, "must hold at least one output")
            elif name == "json":
                try:
                    load_json(case.stdout, constants=False)
                except ValueError as error:
                    raise _problem(at, f"must be one JSON document for checker 'json': {error}") from None
        return self


Suite: TypeAlias = FunctionSuite | StdioSuite

KINDS: dict[str, type[FunctionSuite] | type[StdioSuite]] = {"function": FunctionSuite, "stdio": StdioSuite}
_KINDS_TO_COME = ("pytest", "asserts")


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
    known = " or ".join(repr(kind) for kind in KINDS)
    if "kind" not in value:
        raise SuiteError(f"is required: {known}", path=_join(path, ("kind",)))
    kind = value["kind"]
    if kind in _KINDS_TO_COME:
        raise SuiteError(f"kind {kind!r} is not supported yet; use {known}", path=_join(path, ("kind",)))
    if not isinstance(kind, str) or kind not in KINDS:
        raise SuiteError(f"must be {known}", path=_join(path, ("kind",)))
    try:
        return KINDS[kind].model_validate(value)
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
    "too_long": f"must hold at most {MAX_CASES} cases",
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
    inner: dict[str, type[BaseModel]] = {"limits": _LimitsForm, "checker": Checker, "reward": RewardRule}
    if not loc:
        return model
    if loc[0] == "cases":
        return FunctionCase if model is FunctionSuite else StdioCase
    return inner.get(str(loc[0]), model)
