"""Facts to verdict: one decision table, pure, first match wins in the order of `verdict.SEVERITY`."""

from __future__ import annotations

import signal

from verifier.limits import Limits
from verifier.sandbox.base import Facts, Killed, Stage
from verifier.text import one_line
from verifier.verdict import Verdict

_MESSAGE_CHARS = 200


def classify(facts: Facts, limits: Limits) -> tuple[Verdict, str] | None:
    """The verdict that the facts alone give, and why; None where there is an answer to be compared."""
    if _is_clean(facts) and facts.cpu_time_s <= limits.cpu_time_s:
        return None
    return (
        _judge_error(facts)
        or _violation(facts)
        or _compile_error(facts)
        or _time(facts, limits)
        or _memory(facts)
        or _output(facts)
        or _run_time_error(facts)
    )


def _is_clean(facts: Facts) -> bool:
    """Whether nothing but the time could speak against it: the common case, asked for every one of them."""
    return (
        facts.killed is None
        and facts.raised is None
        and facts.fault is None
        and facts.signal is None
        and not facts.exit_status
        and facts.stage is Stage.RUN
    )


def _judge_error(facts: Facts) -> tuple[Verdict, str] | None:
    if facts.fault is not None:
        return Verdict.JE, f"sandbox failure: {facts.fault}"
    if facts.killed is Killed.DEADLINE:
        return Verdict.JE, "not judged in time"
    return None


def _violation(facts: Facts) -> tuple[Verdict, str] | None:
    if facts.killed is Killed.PROCESS:
        return Verdict.SV, "started a process of its own"
    if facts.killed is Killed.CALL:
        return Verdict.SV, "made a system call that no honest program makes"
    if facts.killed is Killed.PROTOCOL:
        return Verdict.SV, "wrote to the sandbox's own channel"
    if facts.killed is Killed.ZYGOTE:
        return Verdict.SV, "its parent process died twice while it ran"
    return None


def _compile_error(facts: Facts) -> tuple[Verdict, str] | None:
    if facts.stage is Stage.COMPILE:
        return Verdict.CE, one_line(str(facts.raised), _MESSAGE_CHARS)
    return None


def _time(facts: Facts, limits: Limits) -> tuple[Verdict, str] | None:
    # SIGXCPU is the kernel's own limit, which is above ours: it fires only where the keeper was held up.
    if facts.killed is Killed.CPU_TIME or facts.cpu_time_s > limits.cpu_time_s or facts.signal == signal.SIGXCPU:
        return Verdict.TLE, f"CPU time over {limits.cpu_time_s:g} s"
    if facts.killed is Killed.DEADLOCK:
        return Verdict.TLE, "it waits for input, while what it talks to waits for its output (is that flushed?)"
    if facts.killed is Killed.WALL_TIME:
        return Verdict.TLE, f"wall time over {limits.wall_time_s:g} s"
    return None


def _memory(facts: Facts) -> tuple[Verdict, str] | None:
    if facts.killed is Killed.MEMORY:
        return Verdict.MLE, "memory limit exceeded"
    if facts.raised is not None and facts.raised.type_name == "MemoryError":
        return Verdict.MLE, "memory limit exceeded (MemoryError)"
    return None


def _output(facts: Facts) -> tuple[Verdict, str] | None:
    if facts.killed is Killed.OUTPUT:
        return Verdict.OLE, "output limit exceeded"
    if facts.signal == signal.SIGXFSZ:
        return Verdict.OLE, "file size limit exceeded"
    return None


def _run_time_error(facts: Facts) -> tuple[Verdict, str] | None:
    where = "while loading: " if facts.stage is Stage.LOAD else ""
    if facts.raised is not None:
        return Verdict.RTE, one_line(f"{where}{facts.raised}", _MESSAGE_CHARS)
    if facts.signal is not None:
        return Verdict.RTE, f"{where}killed by {_signal_name(facts.signal)}"
    if facts.exit_status:
        return Verdict.RTE, f"{where}exit status {facts.exit_status}"
    if facts.stage is Stage.LOAD:
        return Verdict.RTE, "it ended while loading"
    return None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
