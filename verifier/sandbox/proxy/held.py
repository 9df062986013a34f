"""A method as an object, where it would cross by its name."""

from __future__ import annotations

from typing import Any


class Held:
    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._verifier_method.__doc__

    def __init__(self, method: Any) -> None:
        self._verifier_method = method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._verifier_method(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._verifier_method, name)
