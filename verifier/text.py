"""Text of others on one line of ours: it can't steer a terminal, begin another line of a log, or go on for ever."""

from __future__ import annotations


def printable(text: str) -> str:
    """With a replacement character for each that is not printable, line ends among them."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def one_line(text: str, most_chars: int) -> str:
    """Of at most so many characters, with an ellipsis for the rest; white space becomes single spaces."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= most_chars else line[: most_chars - 1] + "…"
