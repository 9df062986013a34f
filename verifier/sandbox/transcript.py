"""What a submission and an interactor said to each other, for the suite's author."""

from __future__ import annotations

from collections import deque

HEAD_BYTES = 2048
TAIL_BYTES = 1024
"""Of what was said: the beginning and the end stay."""
FIRST_LINES, LAST_LINES = 25, 15
"""Of these, so many are told."""


class Transcript:
    """Bounded, however much is said and in however small pieces."""

    def __init__(self) -> None:
        self._head: list[tuple[str, bytearray]] = []
        self._head_bytes = 0
        self._tail: deque[tuple[str, bytearray]] = deque()
        self._tail_bytes = 0
        self._left_out_bytes = 0
        self._said_bytes = 0

    def add(self, speaker: str, data: bytes) -> None:
        self._said_bytes += len(data)
        room = HEAD_BYTES - self._head_bytes
        if room > 0 and data:
            _append(self._head, speaker, data[:room])
            self._head_bytes += len(data[:room])
            data = data[room:]
        if data:
            _append(self._tail, speaker, data[-TAIL_BYTES:])
            self._left_out_bytes += len(data) - len(data[-TAIL_BYTES:])
            self._tail_bytes += len(data[-TAIL_BYTES:])
            self._shorten()

    def _shorten(self) -> None:
        while self._tail_bytes > TAIL_BYTES:
            _, first = self._tail[0]
            cut = min(len(first), self._tail_bytes - TAIL_BYTES)
            del first[:cut]
            if not first:
                self._tail.popleft()
            self._tail_bytes -= cut
            self._left_out_bytes += cut

    def text(self) -> str:
        """A line for each that was said, after who said it."""
        first, last = _lines(self._head), _lines(self._tail)
        if not self._left_out_bytes and len(first) + len(last) <= FIRST_LINES + LAST_LINES:
            return "\n".join(first + last)
        if not last:
            first, last = first[:FIRST_LINES], first[-LAST_LINES:]
        gap = f"... ({self._said_bytes} bytes in all) ..."
        return "\n".join([*first[:FIRST_LINES], gap, *last[-LAST_LINES:]])


def _append(parts: list[tuple[str, bytearray]] | deque[tuple[str, bytearray]], speaker: str, data: bytes) -> None:
    if parts and parts[-1][0] == speaker:
        parts[-1][1].extend(data)
    else:
        parts.append((speaker, bytearray(data)))


def _lines(parts: list[tuple[str, bytearray]] | deque[tuple[str, bytearray]]) -> list[str]:
    lines = []
    for speaker, data in parts:
        text = data.decode(errors="replace")
        for line in text.removesuffix("\n").split("\n"):
            lines.append(f"{speaker}: {line}")
    return lines
