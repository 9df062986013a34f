"""What suites of every kind have in common: weights, limits, and how verdicts become a reward.

All models are frozen and refuse unknown keys, so that a misspelt `wieght` is an error and not a case of weight one.
"""

from __future__ import annotations

import dataclasses
import keyword
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from verifier.limits import CEILINGS, FLOORS, MIB, Limits
from verifier.suite.digest import digest
from verifier.suite.source import SourceProblem, binds, parse

MAX_CASES = 100_000
MAX_WEIGHT = 1e9
"""So that the sum of all weights stays finite."""

MAX_CODE_BYTES = 1 << 20
"""Of a custom checker, or an interactor."""

CheckerName: TypeAlias = Literal["exact", "tokens", "lines", "float", "unordered", "set", "any_of", "json", "custom"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def digested(self) -> dict[str, object]:
        """What of it goes into a suite's digest."""
        return dict(self)


def file_text(text: str) -> str:
    """With the line ends that a file would be read with."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class ArbiterCode(Model):
    """Code of a suite that says whether an answer is right, a checker or an interactor. It runs in a tester, and
    never here. docs/checkers.md tells how to write it."""

    code: Annotated[str, AfterValidator(file_text)] = ""
    """Its text. In a suite's directory it stands in a file of its own, `checker.py` or `interactor.py`."""
    form: Literal["function", "program"] = "function"
    """A function that returns True, False or (False, why); or a program as in Kattis' and ICPC's problem packages,
    which gets paths of files and ends with the status 42 or 43."""
    flags: tuple[str, ...] = Field((), strict=False, max_length=100)
    """Form `program`: what follows the three paths on its command line."""
    cpu_time_s: float = Field(10.0, ge=FLOORS["cpu_time_s"], le=CEILINGS["cpu_time_s"], allow_inf_nan=False)
    """CPU seconds of the code itself, for each case."""
    memory_bytes: int = Field(1024 * MIB, ge=64 * MIB, le=int(CEILINGS["memory_bytes"]))

    @property
    def limits(self) -> Limits:
        return Limits(cpu_time_s=self.cpu_time_s, memory_bytes=self.memory_bytes)

    def check_code(self, function: str, file: str) -> None:
        """Raises ValidationError for code that can't be run, or defines no `function` where it should."""
        if not self.code.strip():
            raise problem(("code",), f"is required: its text, or the file {file} in the suite's directory")
        if len(self.code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
            raise problem(("code",), f"must be at most {MAX_CODE_BYTES >> 20} MiB of text")
        try:
            parse(self.code)
        except SourceProblem as why:
            raise problem(("code",), f"is not Python: {why}") from None
        if self.form == "function":
            if not binds(self.code, function):
                raise problem(("code",), f"must define {function}(); a program that ends by a status is form 'program'")
            if self.flags:
                raise problem(("flags",), "are for form 'program' only")
        for index, flag in enumerate(self.flags):
            if not flag.isprintable():
                raise problem(("flags", index), "must be printable text")


class Checker(ArbiterCode):
    """How an answer is compared. The rules of each name are told in `verifier.suite.checkers`. With the name `custom`
    the suite's own code decides, and only the fields of ArbiterCode and `max_answer_bytes` mean anything."""

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
    max_answer_bytes: int = Field(4 * MIB, ge=1, le=int(CEILINGS["output_bytes"]))
    """Checker `custom`: an answer of more is refused without being read. In kind `function` they are those of the
    encoded answer."""

    @property
    def is_custom(self) -> bool:
        return self.name == "custom"

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        own = {*ArbiterCode.model_fields, "max_answer_bytes"}
        for name in sorted(self.model_fields_set - {"name"}):
            if self.is_custom and name not in own:
                raise problem((name,), "means nothing to checker 'custom', whose code decides")
            if not self.is_custom and name in own:
                raise problem((name,), f"is for checker 'custom' only, and this is {self.name!r}")
        if self.is_custom:
            self.check_code("check", "checker.py")
        return self

    def digested(self) -> dict[str, object]:
        own = {*ArbiterCode.model_fields, "max_answer_bytes", "name"}
        return {name: value for name, value in self if name == "name" or (name in own) == self.is_custom}


class RewardRule(Model):
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


class Case(Model):
    weight: float = Field(1.0, gt=0, le=MAX_WEIGHT)
    """This case's share of the credit, relative to the other cases."""
    group: str | None = Field(None, min_length=1)
    """Cases of one group are paid together, by the rule of `RewardRule.groups`."""
    reference_cpu_time_s: float | None = Field(None, ge=0, allow_inf_nan=False)
    """CPU seconds that the reference solution took; None where the suite is not calibrated."""
    reference_memory_bytes: int | None = Field(None, ge=0)
    """Peak memory of the reference solution above that of an idle sandbox."""


class Calibration(Model):
    """Where the cases' reference figures were measured; written by `verifier suite calibrate`, and judges nothing."""

    machine_speed: float = Field(gt=0, allow_inf_nan=False)
    """How fast one processor was: 2 is twice as fast as 1, which is defined where it is measured."""
    python: str = ""
    """The version of Python that the references ran on, such as "3.11"."""


class LimitsForm(Model):
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
    form = LimitsForm.model_validate(value)
    return Limits(**form.model_dump(exclude_unset=True))


class AnySuite(Model):
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
    calibration: Calibration | None = None
    """Not part of the digest."""
    max_timeouts: int = Field(20, ge=1)
    """Stop after this many cases ran out of time; the rest is reported SK. A loop over a thousand cases would hold a
    worker for hours otherwise."""

    @cached_property
    def digest(self) -> str:
        """`sha256:<hex>` of everything that judges: all but `id`, `title` and `calibration`. Stable across processes
        and the order of keys; it tells 1, 1.0, True and "1" apart."""
        head: dict[str, object] = {}
        cases: Sequence[Case] = ()
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name == "cases":
                cases = value
            elif name in ("id", "title", "calibration"):
                continue
            elif isinstance(value, BaseModel):
                head[name] = value.digested() if isinstance(value, Model) else dict(value)
            elif isinstance(value, Limits):
                head[name] = dataclasses.asdict(value)
            else:
                head[name] = value
        return digest([head, *(case.__dict__ for case in cases)])

    @property
    def known_cases(self) -> Sequence[Case]:
        """The cases as far as they are known without running anything; at least one."""
        cases: Sequence[Case] = getattr(self, "cases")  # noqa: B009 (each kind has its own)
        return cases

    @cached_property
    def calibrated(self) -> bool:
        """Whether any case says what the reference solution needed."""
        cases: Sequence[Case] = getattr(self, "cases", ())
        return any(c.reference_cpu_time_s is not None or c.reference_memory_bytes is not None for c in cases)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but a copy never inherits what was worked out before its changes."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


def problem(loc: tuple[str | int, ...], text: str) -> ValidationError:
    """The error that says `text` of the field at `loc`."""
    error = PydanticCustomError("suite_rule", "{problem}", {"problem": text})
    return ValidationError.from_exception_data("suite", [InitErrorDetails(type=error, loc=loc, input=None)])


def at_least_one(cases: Sequence[Case]) -> None:
    if not cases:  # not by pydantic's min_length, which would count a bad case as a missing one too
        raise problem(("cases",), "must hold at least one case: a suite without cases judges nothing")


def entry_point_name(value: str) -> str:
    """Raises ValueError for what is no name of something to call."""
    head, call, tail = value.partition("()")
    names = head.split(".") + (tail.removeprefix(".").split(".") if call else [])
    if (call and not tail.startswith(".")) or not all(n.isidentifier() and not keyword.iskeyword(n) for n in names):
        raise ValueError("must be a name such as 'f', 'Solution.f' or 'Solution().f'")
    return value
