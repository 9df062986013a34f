"""What judges an answer in a Kattis package: the default validator by its flags, or the package's own program."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from verifier.suite.formats.packages import Files, foreign_python
from verifier.suite.formats.program_texts import with_helpers
from verifier.suite.formats.rows import Unfit

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ODD_NUMBER = re.compile(r"[+-]?0[0-9]|[+-]?0[xX]")
"""That C reads as a number, and the checker `float` as text."""
_LANGUAGES = {
    ".cpp": "C++", ".cc": "C++", ".cxx": "C++", ".c": "C", ".java": "Java", ".kt": "Kotlin", ".rs": "Rust",
    ".go": "Go", ".hs": "Haskell", ".rb": "Ruby", ".pl": "Perl", ".sh": "shell", ".js": "JavaScript", ".cs": "C#",
    ".viva": "VIVA", ".ctd": "Checktestdata", ".ml": "OCaml", ".d": "D", ".pas": "Pascal",
}  # fmt: skip
_PLACES = ("output_validators", "output_validator")


@dataclass(slots=True)
class Rules:
    """Flags of the default validator."""

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    abs_tol: float | None = None
    rel_tol: float | None = None

    @property
    def has_floats(self) -> bool:
        return self.abs_tol is not None or self.rel_tol is not None


def default_rules(flags: Sequence[str]) -> Rules:
    """Raises Unfit for flags that the default validator has not."""
    rules = Rules()
    words = iter(flags)
    for word in words:
        match word:
            case "case_sensitive":
                rules.case_sensitive = True
            case "space_change_sensitive":
                rules.space_change_sensitive = True
            case "float_absolute_tolerance":
                rules.abs_tol = _tolerance(word, words)
            case "float_relative_tolerance":
                rules.rel_tol = _tolerance(word, words)
            case "float_tolerance":
                rules.abs_tol = rules.rel_tol = _tolerance(word, words)
            case _:
                raise Unfit(f"{word[:60]!r} is no flag of the default validator", "unknown validator flags")
    return rules


def _tolerance(flag: str, words: Iterable[str]) -> float:
    text = next(iter(words), "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise Unfit(f"{flag} needs a number after it, not {text[:40]!r}", "unknown validator flags")
    return value


def default_checker(rules: Rules, answers: Sequence[str]) -> tuple[dict[str, object], list[str]]:
    """The suite's checker that gives the default validator's verdicts, and what of it differs."""
    odd = rules.has_floats and any(_ODD_NUMBER.match(token) for answer in answers for token in answer.split())
    if rules.space_change_sensitive or odd:
        return {"name": "custom", "code": checker_text(rules)}, []
    ignore_case = {} if rules.case_sensitive else {"ignore_case": True}
    if rules.has_floats:
        return {"name": "float", "abs_tol": rules.abs_tol or 0.0, "rel_tol": rules.rel_tol or 0.0, **ignore_case}, []
    notes = []
    if any(_NUMBER.fullmatch(token) for answer in answers for token in answer.split()):
        notes.append("a number may be written otherwise than in the answer, 5.0 for 5, which its validator refuses")
    return {"name": "tokens", "abs_tol": 0.0, "rel_tol": 0.0, **ignore_case}, notes


def checker_text(rules: Rules) -> str:
    """The default validator as a checker of form `function`, for what no checker of ours does."""
    absolute = -1.0 if rules.abs_tol is None else rules.abs_tol
    relative = -1.0 if rules.rel_tol is None else rules.rel_tol
    settings = (
        f"CASE_SENSITIVE = {rules.case_sensitive}\nSPACE_CHANGE_SENSITIVE = {rules.space_change_sensitive}\n"
        f"ABS_TOL = {absolute!r}\nREL_TOL = {relative!r}\n"
    )
    return _CHECKER.replace("# SETTINGS\n", settings)


_CHECKER = '''\
"""Compares as the default validator of Kattis' problem packages does. A tolerance below 0 is none."""

import math
import re

# SETTINGS
NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
SPACE = re.compile(r"([ \\t\\n\\v\\f\\r]+)")


def check(case, answer):
    if not SPACE_CHANGE_SENSITIVE:
        wanted, given = tokens(case.expected), tokens(answer)
    else:
        wanted, given = SPACE.split(case.expected), SPACE.split(answer)
    if len(wanted) != len(given):
        return False, f"{len(given)} tokens and spaces, not {len(wanted)}"
    for place, (one, other) in enumerate(zip(wanted, given)):
        if not same(one, other):
            return False, f"part {place + 1} differs"
    return True


def tokens(text):
    return [token for token in SPACE.split(text) if token.strip(" \\t\\n\\v\\f\\r")]


def same(wanted, given):
    if wanted == given:
        return True
    number = as_number(wanted) if max(ABS_TOL, REL_TOL) >= 0 else None
    if number is None:
        return not CASE_SENSITIVE and folded(wanted) == folded(given)
    other = as_number(given)
    if other is None:
        return False
    distance = abs(number - other)
    return distance <= ABS_TOL or distance <= REL_TOL * abs(number)


def folded(text):
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def as_number(text):
    if not NUMBER.fullmatch(text):
        return None
    value = float(int(text, 16)) if "x" in text.lower() else float(text)
    return value if math.isfinite(value) else None
'''


# The package's own


@dataclass(frozen=True, slots=True)
class Program:
    code: str
    notes: tuple[str, ...] = ()


def has_validator(files: Files) -> bool:
    return any(_sources(files, place) for place in _PLACES)


def own_validator(files: Files, role: str) -> Program:
    """The package's program, as `role` ("output validator", "interactor") to be named in what is told.

    Raises Unfit where it has none, more than one, or one that is not in Python 3.
    """
    programs = _programs(files)
    if not programs:
        raise Unfit(f"says that it has an {role} of its own, and has none", f"no {role}")
    if len(programs) > 1:
        raise Unfit(f"has {len(programs)} {role}s, of which all must accept", f"more than one {role}")
    paths = programs[0]
    names = {PurePosixPath(path).name for path in paths}
    python = [path for path in paths if path.endswith((".py", ".py3"))]
    others = sorted({_LANGUAGES[suffix] for path in paths if (suffix := PurePosixPath(path).suffix) in _LANGUAGES})
    if names & {"build", "run"} or not python or others:
        language = others[0] if others else "another language"
        raise Unfit(f"{role} in {language}: not carried over", f"{role} in {language}: not carried over")
    codes = {path: files.source(path) for path in python}
    for path, code in codes.items():
        if why := foreign_python(path, code):
            raise Unfit(f"{path}: {role} {why}: not carried over", f"{role} {why}: not carried over")
    data = sorted(set(paths) - set(python))
    notes = [f"the {role}'s other files are not carried over: {', '.join(map(_name, data))[:100]}"] if data else []
    main = _main_of(codes, role)
    helpers = {_module(path): code for path, code in codes.items() if path != main}
    if helpers:
        notes.append(f"the {role} of several files is one file here")
    return Program(with_helpers(codes[main], helpers), tuple(notes))


def _sources(files: Files, place: str) -> list[str]:
    found = []
    for path in files.below(place):
        name = PurePosixPath(path).name
        if not name.startswith(".") and not name.lower().startswith("readme") and not name.endswith((".md", ".txt")):
            found.append(path)
    return found


def _programs(files: Files) -> list[list[str]]:
    programs: dict[str, list[str]] = {}
    for place in _PLACES:
        for path in _sources(files, place):
            # The newer form has one program, whose files stand in the folder itself.
            first = path.removeprefix(f"{place}/").partition("/")[0] if place == _PLACES[0] else ""
            programs.setdefault(f"{place}/{first}", []).append(path)
    return list(programs.values())


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _module(path: str) -> str:
    return PurePosixPath(path).stem


def _main_of(codes: dict[str, str], role: str) -> str:
    """The file that is run: `main.py`, or the one that no other imports."""
    if len(codes) == 1:
        return next(iter(codes))
    named = [path for path in codes if _name(path) in ("main.py", "__main__.py")]
    imported = {path for path in codes if any(_imports(code, _module(path)) for p, code in codes.items() if p != path)}
    chosen = named or [path for path in codes if path not in imported]
    if len(chosen) != 1:
        names = ", ".join(map(_name, sorted(codes)))
        raise Unfit(f"which file of its {role} is run is not clear: {names}", f"no main file of the {role}")
    return chosen[0]


def _imports(code: str, module: str) -> bool:
    return bool(re.search(rf"(?m)^\s*(?:from|import)\s+\.?{re.escape(module)}\b", code))
