"""A pytest plugin: each test's outcome as a line of JSON, an alarm for tests that never end, and a record of what the
submission reaches for outside its process. Loaded into plain pytest by `plain.py`; it imports nothing of ours.
"""

import functools
import json
import os
import resource
import signal
import sys
import time

import pytest

_SETTINGS = json.loads(os.environ.pop("VF_PLAIN"))
_WATCHED = (
    *("open", "glob.glob", "sqlite3.connect", "ctypes.dlopen", "pty.spawn", "fcntl."),
    *("os.", "shutil.", "tempfile.", "subprocess.", "socket.", "ftplib.", "smtplib.", "urllib."),
)
_HARMLESS = ("os.putenv", "os.unsetenv", "os.walk", "os.fwalk")  # a walk is reported by its scandir, too


class TimedOut(BaseException):
    """No Exception, so that a test or a submission that catches those does not go on."""


class _State:
    test = ""
    touched = None  # test -> events
    timeouts = 0
    began = 0.0
    outcomes = None  # of the test that runs
    session = None
    out = open(_SETTINGS["report"], "w", encoding="utf-8")  # noqa: SIM115
    alarm = False


_State.touched = {}


def _write(kind, **what):
    _State.out.write(json.dumps({"kind": kind, **what}) + "\n")
    _State.out.flush()


def _audit(event, args):
    if not event.startswith(_WATCHED) or event in _HARMLESS:
        return
    if event == "open" and isinstance(args[0], str) and (args[0].endswith((".py", ".pyc")) or args[0] == os.devnull):
        return
    _note_who(event)


def _note_who(event):
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return
        if name in _SETTINGS["submission"]:
            _State.touched.setdefault(_State.test, set()).add(f"submission {event}")
            return
        if name in _SETTINGS["tests"]:
            _State.touched.setdefault(_State.test, set()).add(f"tests {event}")
            return
        frame = frame.f_back


def _watch(name):
    """Of what there is no audit event: a question to the file system, which may well have the same answer in a cell."""
    original = getattr(os, name)

    @functools.wraps(original)
    def asked(*args, **kwargs):
        _note_who(f"asks {name}")
        return original(*args, **kwargs)

    setattr(os, name, asked)


sys.addaudithook(_audit)
for _name in ("stat", "lstat", "access", "getcwd"):
    _watch(_name)

resource.setrlimit(resource.RLIMIT_AS, (_SETTINGS["memory_bytes"],) * 2)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28,) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _on_alarm(number, frame):
    _State.alarm = True
    raise TimedOut(f"more than {_SETTINGS['cpu_time_s']:g} s of CPU time or {_SETTINGS['wall_time_s']:g} s")


signal.signal(signal.SIGALRM, _on_alarm)
signal.signal(signal.SIGPROF, _on_alarm)


def _timers(cpu_time_s, wall_time_s):
    # Again and again, for code that catches everything.
    signal.setitimer(signal.ITIMER_PROF, cpu_time_s, 0.5 if cpu_time_s else 0)
    signal.setitimer(signal.ITIMER_REAL, wall_time_s, 0.5 if cpu_time_s else 0)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    return (yield from _timed())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    return (yield from _timed())


def _timed():
    _timers(_SETTINGS["cpu_time_s"], _SETTINGS["wall_time_s"])
    try:
        return (yield)
    finally:
        _timers(0, 0)


def pytest_sessionstart(session):
    _State.session = session


def pytest_internalerror(excrepr):
    _write("internal error", note=str(excrepr)[-2000:])


def pytest_collectreport(report):
    if report.failed:
        text = getattr(getattr(report.longrepr, "reprcrash", None), "message", None) or str(report.longrepr)
        _write("problem", where=report.nodeid, note=_last_error(text))


def pytest_collection_finish(session):
    _write("collected", tests=[item.nodeid for item in session.items])


def pytest_runtest_logstart(nodeid, location):
    _State.test, _State.began, _State.outcomes = nodeid, time.perf_counter(), {"outcome": "passed", "note": ""}
    _State.alarm = False


def pytest_runtest_logreport(report):
    """Of each phase, and of each subtest: one that fails is a failure of its test."""
    test = _State.outcomes
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        if test["outcome"] != "failed":
            test["note"] = crash.message if crash is not None else str(report.longrepr)
        test["outcome"] = "failed"
    elif report.skipped and test["outcome"] == "passed" and not hasattr(report, "context"):
        # An expected failure that fails is reported as a skip with `wasxfail`.
        test.update(outcome="skipped", note=str(getattr(report, "wasxfail", report.longrepr)))


def pytest_runtest_logfinish(nodeid, location):
    touched = sorted(_State.touched.pop(nodeid, set()) | _State.touched.get("", set()))
    outcome = _State.outcomes
    _write(
        "test",
        name=nodeid,
        outcome=outcome["outcome"],
        note=outcome["note"][:400],
        seconds=round(time.perf_counter() - _State.began, 3),
        timed_out=_State.alarm,
        touched=touched,
    )
    _State.test = ""
    _State.timeouts += _State.alarm
    if _State.timeouts >= _SETTINGS["max_timeouts"]:
        _write("stopped")
        _State.session.shouldstop = "too many tests ran out of time"


def _last_error(text):
    errors = [line[4:] for line in text.splitlines() if line.startswith("E   ")]
    return (errors or text.splitlines() or [""])[-1].strip()[:400]
