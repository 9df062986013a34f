"""What is done in the place of pytest's own functions gives what those give."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from _pytest import compat

from verifier.sandbox.testing import prepared


def plain() -> None: ...


def of_every_kind(a: int, b: int = 1, *args: int, c: int, d: int = 2, **options: int) -> None: ...


def by_place_only(a: int, /, b: int) -> None: ...


class Tests:
    def method(self, a: int, b: int = 1) -> None: ...

    def alone(self) -> None: ...

    def by_keyword(self, *, a: int) -> None: ...

    @staticmethod
    def static(a: int, b: int) -> None: ...

    @classmethod
    def of_class(cls, a: int) -> None: ...

    @mock.patch("os.getcwd")
    def patched(self, replaced: Any, a: int) -> None: ...

    @functools.wraps(of_every_kind)
    def wrapped(*args: Any, **kwargs: Any) -> None: ...

    @pytest.mark.usefixtures("a")
    def marked(self, b: int) -> None: ...


class Inherits(Tests): ...


def _with_signature() -> Callable[..., None]:
    def function(*args: Any) -> None: ...

    function.__signature__ = compat.signature(by_place_only)  # type: ignore[attr-defined]
    return function


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (plain, {}),
        (of_every_kind, {}),
        (by_place_only, {}),
        (_with_signature(), {}),
        (functools.partial(of_every_kind, 1), {"name": "partial"}),
        (Tests().method, {"name": "method"}),
        (Tests.of_class, {"cls": Tests}),
        (Tests.static, {"cls": Inherits}),
        (Tests.method, {"cls": Tests, "name": "static"}),
        *((vars(Tests)[name], {}) for name in ("method", "alone", "by_keyword", "marked")),
        *((vars(Tests)[name], {"cls": Inherits}) for name in ("method", "alone", "by_keyword", "marked")),
        *((vars(Tests)[name], {"cls": Tests}) for name in ("patched", "wrapped")),
    ],
)
def test_names_of_arguments(function: Any, options: dict[str, Any]) -> None:
    assert prepared._names_of_arguments(function, **options) == compat.getfuncargnames(function, **options)
