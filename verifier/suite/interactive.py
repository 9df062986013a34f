"""Suites of the kind `interactive`: an interactor talks to the submission while it runs, and says whether it did well.

The submission is a program; what it reads is what the interactor writes, and the other way round. The interactor is
code of the suite and runs in a *tester*, so that it may know the answers. docs/checkers.md tells how to write one.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from verifier.suite.base import MAX_CASES, AnySuite, ArbiterCode, Case, at_least_one


class InteractiveCase(Case):
    """One conversation. Both texts are for the interactor alone: what the submission is to know, it is told."""

    input: str = ""
    expected: str = ""

    @field_validator("input", "expected")
    @classmethod
    def _can_be_sent(cls, value: str) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("holds half a surrogate pair, which no UTF-8 text can") from None
        return value


class Interactor(ArbiterCode):
    """Form `function`: the code defines `interact(case, submission)`."""

    @model_validator(mode="after")
    def _has_code(self) -> Self:
        self.check_code("interact", "interactor.py")
        return self


class InteractiveSuite(AnySuite):
    """The submission is a program that talks to the suite's interactor."""

    kind: Literal["interactive"]
    interactor: Interactor
    cases: tuple[InteractiveCase, ...] = Field(strict=False, max_length=MAX_CASES)

    @model_validator(mode="after")
    def _holds_cases(self) -> Self:
        at_least_one(self.cases)
        return self
