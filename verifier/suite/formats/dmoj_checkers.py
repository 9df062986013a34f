"""DMOJ's checkers, by name or as Python files of a problem's own, as checkers of a suite."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from verifier.suite.formats.packages import Files, foreign_python
from verifier.suite.formats.program_texts import with_head
from verifier.suite.formats.rows import Unfit
from verifier.suite.source import binds, parse

_LINES = "line breaks count as any white space, and 5.0 for 5, which DMOJ's checker refuses"
_DEFAULT_PRECISION = 6
_SHIMMED = frozenset({"dmoj.result", "dmoj.error", "dmoj.utils.unicode"})
_NOT_GIVEN = frozenset(
    "submission_source submission_language problem_id result execution_time case_position batch".split()
)
"""Of what DMOJ tells a checker: known only where it judges."""

Chosen = tuple[dict[str, object], list[str]]
"""A suite's checker, and what of it differs."""


def checker_of(value: object, files: Files) -> Chosen:
    """Of the key `checker` of init.yml. Raises Unfit for one that can't be carried over."""
    args: Mapping[str, object] = {}
    if isinstance(value, Mapping):
        given = value.get("args")
        args = given if isinstance(given, Mapping) else {}
        value = value.get("name")
    if value is None:
        value = "standard"
    if not isinstance(value, str):
        raise Unfit("'checker' must be a name, or a name and args", "a field of the wrong type")
    if value.endswith(".py"):
        return _own(value, args, files)
    if value.startswith("floats"):
        return _floats(value, args)
    match value:
        case "standard":
            return {"name": "tokens", "abs_tol": 0.0, "rel_tol": 0.0}, [_LINES]
        case "identical" | "identical_with_pe":
            return {"name": "exact"}, ["one line break at the end may be missing or extra"]
        case "rstripped":
            return {"name": "lines"}, ["blank lines at the end don't count"]
        case "sorted" if args.get("split_on", "lines") == "lines":
            return {"name": "unordered", "abs_tol": 0.0, "rel_tol": 0.0}, ["a number may be written 5.0 for 5"]
        case "sorted" | "unordered":
            return {"name": "custom", "code": _UNORDERED}, []
        case "easy":
            return {"name": "custom", "code": _EASY}, []
    raise Unfit(f"checker {value[:60]!r} can't be carried over", f"checker {value[:60]}")


def _floats(name: str, args: Mapping[str, object]) -> Chosen:
    precision = args.get("precision", _DEFAULT_PRECISION)
    try:
        tolerance = 10.0 ** -int(precision)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        tolerance = math.inf
    if not tolerance < math.inf:
        raise Unfit(f"its checker's precision must be a number, not {precision!r:.40}", "a field of the wrong type")
    mode = {"floats": args.get("error_mode", "default"), "floatsabs": "absolute", "floatsrel": "relative"}.get(name)
    if mode not in ("default", "absolute", "relative"):
        raise Unfit(f"checker {name} with error_mode {mode!r:.40} is not known", f"checker {name[:60]}")
    absolute = 0.0 if mode == "relative" else tolerance
    relative = 0.0 if mode == "absolute" else tolerance
    return {"name": "float", "abs_tol": absolute, "rel_tol": relative}, ["line breaks count as any white space"]


_UNORDERED = '''\
"""The same words in any order, as DMOJ's `unordered`."""


def check(case, answer):
    return sorted(answer.split()) == sorted(case.expected.split())
'''

_EASY = '''\
"""The same characters in any order, whatever their case, as DMOJ's `easy`."""

import re
from collections import Counter


def check(case, answer):
    return letters(answer) == letters(case.expected)


def letters(text):
    return Counter(re.sub(rb"\\s+", b"", text.encode()).lower())
'''


# Of the problem's own


def _own(path: str, args: Mapping[str, object], files: Files) -> Chosen:
    if path not in files:
        raise Unfit(f"its checker {path[:80]} is missing", "a file that is missing")
    code = files.source(path)
    if why := foreign_python(path, code):
        raise Unfit(f"its checker is {why}: not carried over", f"checker {why}")
    if not binds(code, "check"):
        raise Unfit(f"{path} defines no function check()", "a checker of another form")
    modules, names = _needs(parse(code))
    if foreign := sorted(module for module in modules if module not in _SHIMMED):
        raise Unfit(f"its checker uses {foreign[0]} of DMOJ's own: not carried over", "a checker that uses DMOJ's code")
    if hidden := sorted(names & _NOT_GIVEN):
        raise Unfit(f"its checker asks for {hidden[0]}, which no checker is told here", "a checker of another form")
    try:
        settings = repr(ast.literal_eval(repr(dict(args))))
    except (ValueError, SyntaxError):
        raise Unfit("its checker's args are no plain data", "a field of the wrong type") from None
    text = with_head(code, _DMOJ if modules else "") + _CALL.replace("ARGS", settings)
    notes = ["its checker's points count only where they are full ones"]
    return {"name": "custom", "code": text}, notes


def _needs(tree: ast.Module) -> tuple[set[str], set[str]]:
    """DMOJ's modules that it imports, and the names and texts in it."""
    modules: set[str] = set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "dmoj":
            modules.add(node.module or "")
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names if alias.name.partition(".")[0] == "dmoj"}
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return modules, names


_DMOJ = '''\
def _dmoj():
    """Stands for what a checker imports of DMOJ."""
    import sys
    from types import ModuleType

    class CheckerResult:
        def __init__(self, passed, points, feedback=None, extended_feedback=None):
            self.passed, self.points, self.feedback = passed, points, feedback

    class InternalError(Exception):
        pass

    def utf8bytes(text):
        return text.encode() if isinstance(text, str) else text

    def utf8text(text, errors="strict"):
        return text.decode("utf-8", errors) if isinstance(text, bytes) else text

    contents = {
        "dmoj": {},
        "dmoj.result": {"CheckerResult": CheckerResult},
        "dmoj.error": {"InternalError": InternalError},
        "dmoj.utils": {},
        "dmoj.utils.unicode": {"utf8bytes": utf8bytes, "utf8text": utf8text},
    }
    for name, content in contents.items():
        module = sys.modules[name] = ModuleType(name)
        module.__dict__.update(content, __path__=[])


_dmoj()
del _dmoj

'''

_CALL = '''

_dmoj_check = check


def check(case, answer):
    """Calls the problem's own check as DMOJ does: with bytes, for one point."""
    given = {"process_output": answer, "judge_output": case.expected, "judge_input": case.input}
    result = _dmoj_check(**{name: text.encode() for name, text in given.items()}, point_value=1.0, **ARGS)
    if hasattr(result, "passed"):
        return bool(result.passed) and result.points >= 1.0
    return bool(result)
'''
