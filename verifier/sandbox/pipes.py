"""The descriptors of a cell or a tester, made for it alone."""

from __future__ import annotations

import os


def open_pipes(mine: list[int], theirs: list[int], *, has_stdin: bool) -> dict[str, int]:
    """Our ends by name. `theirs` gets the child's, in the order of CELL_FDS; both lists are filled as we go, so that
    the caller can close what was opened before a failure. Without a stdin of its own, a child has an empty one, and
    its stderr goes where its stdout goes. Raises OSError."""
    pipes: dict[str, int] = {}

    def pipe(name: str, *, child_reads: bool) -> None:
        read, write = os.pipe()
        ours, its = (write, read) if child_reads else (read, write)
        pipes[name] = ours
        mine.append(ours)
        theirs.append(its)

    if has_stdin:
        pipe("stdin", child_reads=True)
        pipe("stdout", child_reads=False)
        pipe("stderr", child_reads=False)
    else:
        # Not /dev/null, which all cells would share: a lock on it is a message to another one.
        read, write = os.pipe()
        os.close(write)
        theirs.append(read)
        pipe("stdout", child_reads=False)
        theirs.append(theirs[-1])
    pipe("requests", child_reads=True)
    pipe("answers", child_reads=False)
    return pipes


def open_tester_pipes(mine: list[int], theirs: list[int]) -> dict[str, int]:
    """As `open_pipes`, for a tester: what tests print goes nowhere."""
    theirs += [os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)] * 3
    pipes = {}
    for name, child_reads in (("requests", True), ("answers", False)):
        read, write = os.pipe()
        pipes[name], its = (write, read) if child_reads else (read, write)
        mine.append(pipes[name])
        theirs.append(its)
    return pipes


def open_arbiter_pipes(mine: list[int], theirs: list[int], *, talks: bool) -> dict[str, int]:
    """As `open_pipes`, for an arbiter. What it prints is read: a checker's stdout goes where its stderr goes, and its
    stdin is empty; an interactor's stdin and stdout lead to the submission, by way of the keeper."""
    pipes: dict[str, int] = {}

    def pipe(name: str, *, child_reads: bool) -> None:
        read, write = os.pipe()
        pipes[name], its = (write, read) if child_reads else (read, write)
        mine.append(pipes[name])
        theirs.append(its)

    if talks:
        pipe("stdin", child_reads=True)
        pipe("stdout", child_reads=False)
        pipe("stderr", child_reads=False)
    else:
        theirs.append(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
        pipe("stderr", child_reads=False)
        theirs.append(theirs[-1])
    pipe("requests", child_reads=True)
    pipe("answers", child_reads=False)
    return pipes


def close_all(fds: list[int]) -> None:
    for fd in set(fds):
        os.close(fd)
    fds.clear()
