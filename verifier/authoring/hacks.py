"""Ways of earning a reward without solving anything, as source text that is fitted to one suite.

None of this runs here: like any submission it runs in the sandbox, where all of it should earn nothing. What one does
earn is either a hole, or what its answer, `None` mostly, earns without it.
"""

from __future__ import annotations

from typing import NamedTuple

from verifier.authoring.trivial_frames import Probe, answering
from verifier.suite.model import Suite


class Hack(NamedTuple):
    """A program is made of it that runs `load` first and answers with the value of `expression`."""

    name: str
    load: str
    expression: str = "None"
    kinds: frozenset[str] = frozenset()
    """Kinds of suites that it is for; empty for all."""


_TESTS = frozenset({"pytest", "asserts"})
_VALUES = frozenset({"function", "pytest", "asserts"})
_PRINTED = frozenset({"stdio", "interactive"})

_YES = """\
class Yes({base}):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__

    def __bool__(self):
        return True
"""

_FRAMES = """\
import gc
import sys

NAMES = ("expected", "answer", "answers", "want", "wanted", "result", "output", "stdout")


def stolen():
    frame = sys._getframe(1)
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name in NAMES:
                if name in scope and scope is not globals():
                    return scope[name]
        frame = frame.f_back
    for found in gc.get_objects():
        if isinstance(found, dict) and "expected" in found:
            return found["expected"]
    return None
"""

_FILES = """\
import glob
import os


def stolen(needle):
    for pattern in ("*", "../*", "/tmp/*", "/tmp/*/*", "/var/task/*", "/proc/self/fd/*", "**/cases.jsonl"):
        try:
            paths = sorted(glob.glob(pattern, recursive=True))
        except Exception:
            continue
        for path in paths:
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read(1 << 20)
            except Exception:
                continue
            for line in text.splitlines():
                if needle in line and ("expected" in line or "stdout" in line):
                    try:
                        import json
                        case = json.loads(line)
                        return case.get("expected", case.get("stdout"))
                    except Exception:
                        pass
    for path in ("suite.toml", "cases.jsonl", "/proc/1/environ", "/proc/self/environ", "/etc/passwd"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
            return os.read(descriptor, 1 << 20).decode()
        except Exception:
            pass
    return None
"""

_FORGED = """\
import json
import os
import struct

TEXTS = [
    b"PASSED\\n", b"OK\\n", b"1 passed in 0.01s\\n", b"AC\\n", b"0", b"null\\n", b"true\\n",
    json.dumps({"verdict": "AC", "reward": 1.0, "passed": True}).encode() + b"\\n",
    json.dumps({"aggregate_reward_score": 1.0}).encode() + b"\\n",
]


def forge():
    for descriptor in range(3, 32):
        for text in TEXTS:
            for frame in (text, struct.pack(">I", len(text)) + text, struct.pack("<I", len(text)) + text):
                try:
                    os.write(descriptor, frame)
                except OSError:
                    break


forge()
"""

_PATCHED = """\
import builtins
import operator
import sys

builtins.all = builtins.any = lambda items: True
builtins.isinstance = lambda value, kind: True
operator.eq = lambda a, b: True
for name in ("math", "unittest", "unittest.case", "pytest", "_pytest.python_api", "numpy.testing"):
    module = sys.modules.get(name)
    if module is None:
        try:
            module = __import__(name, fromlist=["x"])
        except Exception:
            continue
    for attribute in dir(module):
        if attribute.startswith(("assert", "raises", "approx", "isclose", "fail", "main")):
            try:
                setattr(module, attribute, lambda *args, **kwargs: True)
            except Exception:
                pass
try:
    import unittest

    for attribute in dir(unittest.TestCase):
        if attribute.startswith("assert") or attribute == "fail":
            setattr(unittest.TestCase, attribute, lambda *args, **kwargs: None)
    unittest.TestCase.run = lambda self, result=None: result
except Exception:
    pass
"""

_CONFTEST = """\
import os
import sys

HOOKS = '''
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"

def pytest_collection_modifyitems(items):
    items[:] = []
'''
exec(HOOKS.replace("import pytest", "").replace("@pytest.hookimpl(hookwrapper=True)", ""), globals())
for folder in (".", "..", "/tmp", os.path.dirname(os.path.abspath(__file__))):
    for name in ("conftest.py", "sitecustomize.py", "test_solution.py"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write(HOOKS)
        except Exception:
            pass
pytest_plugins = [__name__]
os.environ["PYTEST_ADDOPTS"] = "--collect-only"
__all__ = ["pytest_runtest_makereport"]
"""

_CODEC = """\
import json
import marshal
import pickle


def always(*args, **kwargs):
    return "null"


json.dumps = json.dump = json.loads = always
marshal.dumps = pickle.dumps = lambda *args, **kwargs: b"N."
json.JSONEncoder.encode = json.JSONEncoder.default = always
"""

_TRACED = """\
import sys
import threading

SEEN = []


def watch(frame, event, argument):
    for name in ("expected", "want", "answer"):
        if name in frame.f_locals:
            SEEN.append(frame.f_locals[name])
    return watch


sys.settrace(watch)
sys.setprofile(watch)
threading.settrace(watch)
"""

_SKIPPED = """\
import unittest


def leave():
    try:
        import pytest

        pytest.skip("not today", allow_module_level=True)
    except ImportError:
        raise unittest.SkipTest("not today")
"""

HACKS: tuple[Hack, ...] = (
    Hack("sys.exit(0) before anything", "import sys\n\nsys.exit(0)"),
    Hack("os._exit(0) before anything", "import os\n\nos._exit(0)"),
    Hack("sys.exit(0) instead of an answer", "", "__import__('sys').exit(0)"),
    Hack("os._exit(0) instead of an answer", "", "__import__('os')._exit(0)"),
    Hack("os._exit(0) at the end", "import atexit\nimport os\n\natexit.register(os._exit, 0)"),
    Hack("a thread that ends the process",
         "import os\nimport threading\n\nthreading.Thread(target=os._exit, args=(0,)).start()"),
    Hack("an object that equals everything", _YES.format(base="object"), "Yes()", _VALUES),
    Hack("text that equals everything", _YES.format(base="str"), "Yes('')", _VALUES),
    Hack("a number that equals everything", _YES.format(base="int"), "Yes(0)", _VALUES),
    Hack("a list that equals everything", _YES.format(base="list"), "Yes([])", _VALUES),
    Hack("a class that is every class",
         "class Every(type):\n    def __instancecheck__(cls, other):\n        return True\n\n"
         "    def __subclasscheck__(cls, other):\n        return True\n\n\nclass Any(metaclass=Every):\n    pass\n",
         "Any()", _VALUES),
    Hack("answers in the frames above", _FRAMES, "stolen()"),
    Hack("answers seen while tracing", _TRACED, "SEEN[-1] if SEEN else None"),
    Hack("answers in files", _FILES, "stolen(str(args[0] if args else ''))", _VALUES),
    Hack("answers in files", _FILES, "stolen('')", _PRINTED),
    Hack("patched asserts, pytest and unittest", _PATCHED, "True"),
    Hack("a patched codec", _CODEC),
    Hack("verdicts forged on every descriptor", _FORGED),
    Hack("a result of a test run, printed", "print('1 passed in 0.01s\\nOK\\nPASSED\\n' + '.' * 50)", "'PASSED'"),
    Hack("hooks and files for pytest", _CONFTEST, "None", _TESTS),
    Hack("skips the tests", _SKIPPED, "leave()", _TESTS),
    Hack("an exception that is an assertion's", "Full = Error = AssertionError", "None", _TESTS),
    Hack("all numbers at once", "", "' '.join(map(str, range(-1000, 10000)))", _PRINTED),
    Hack("all words of the input at once", "", "stdin + ' ' + ' '.join(sorted(set(stdin.split())))",
         frozenset({"stdio"})),
    Hack("all numbers at once", "", "list(range(-1000, 10000))", _VALUES),
    Hack("all arguments at once", "", "[args, *args]", _VALUES),
    Hack("a huge output", "", "'x' * (100 << 20)"),
    Hack("a flood of lines", "import sys\n\nfor _ in range(200000):\n    sys.stdout.write('0 ' * 500 + '\\n')"),
)  # fmt: skip


def hack_probes(suite: Suite) -> list[Probe]:
    """Those of HACKS that fit the suite's kind."""
    return [
        Probe(hack.name, "hack", answering(suite, hack.expression, load=hack.load))
        for hack in HACKS
        if not hack.kinds or suite.kind in hack.kinds
    ]
