"""Errors that cross a public boundary, and whose fault each is.

    VerifierError
    ├── RequestError        the caller's: a sample, an option or a file can't be read
    │   └── SuiteError      the suite's: not valid, not found, or not the digest that was asked for
    └── SandboxError        ours or the machine's: a cell could not be started or watched (becomes verdict JE)

A submission's own failures are never exceptions here: they are verdicts.
"""

from __future__ import annotations

import errno as _errno


class VerifierError(Exception):
    """Base of all errors that this package raises on purpose."""


class RequestError(VerifierError):
    """The caller's input can't be used.

    `path` names the field (`[3].reference_answer.cases[0].args`), `problem` says what is wrong and how to mend it.
    """

    def __init__(self, problem: str, *, path: str = "") -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}" if path else problem)


class SuiteError(RequestError):
    """A suite is not valid, not found, or not the one that was asked for."""


class SandboxError(VerifierError):
    """The sandbox failed at `step`; `errno` is the operating system's reason where there is one."""

    def __init__(self, step: str, problem: str, *, errno: int | None = None) -> None:
        self.step = step
        self.problem = problem
        self.errno = errno
        reason = f" ({_errno.errorcode.get(errno, errno)})" if errno is not None else ""
        super().__init__(f"{step}: {problem}{reason}")
