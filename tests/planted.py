"""Defects that tests plant in the files of a suite."""

from __future__ import annotations

from collections.abc import Callable

Change = str | None | Callable[[str], str]
"""A file's new text, None to remove it, or what makes the new text of the old."""


def added(text: str) -> Change:
    return lambda old: old + text


def put(old_text: str, new_text: str) -> Change:
    def change(old: str) -> str:
        assert old_text in old
        return old.replace(old_text, new_text)

    return change
