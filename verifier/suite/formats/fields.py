"""Test cases in the forms in which the field writes them, brought to this project's own suite form.

What is understood, as an object or as JSON text, also within `{"text": ...}`:

    {"kind": ..., "cases": [...]}, {"suite": "<id>"}         our own form, and the name of a suite, untouched
    {"test_cases": [{"input", "output"}]}                    AWS's codeforces sample, open-r1
    [{"input", "output", "testtype", "metadata"}]            LiveCodeBench, DeepCoder; also under "tests"
    {"fn_name"?, "inputs": [...], "outputs": [...]}          PRIME, verl, APPS, TACO, AWS's prime_code
    ["assert ...", ...], {"asserts"}, {"test_list"}, {"assert_case"}      asserts: MBPP, AceCode, open-instruct, PRIME
    {"test", "entry_point"?}, {"functional"}, {"pytest"}     a text of asserts or tests: HumanEval, BigCodeBench,
                                                             KodCode, code-r1

Beside asserts and test texts, `setup`, `test_setup_code` and `test_imports` are run first. A test text is a suite of
kind `asserts`, but of kind `pytest` where it is called so, or where it defines tests for pytest or unittest and holds
no assert that runs by itself. Where such a text imports no module `solution`, what the submission defines is there by
its names, as if both stood in one file.

Without a function's name the cases are stdio: each input and output is text, or a list of lines.

With one they are calls. An input is a list of arguments, or text with one JSON value a line; an output is a value, or
its JSON text. Two quirks of APPS and its heirs need a rule:

* Their outputs are wrapped in a list of one for some problems (Codewars) and bare for others (LeetCode), and nothing
  tells which. Wrapping goes by the problem, so where *every* output of a problem is a list of one element, both that
  list and its element are accepted (checker `any_of`). Where any output is something else, all are meant literally:
  the first element of a longer list is never enough. LiveCodeBench's (`testtype`) never are wrapped.
* JSON made the integer keys of their dicts into text. An argument or output that is a non-empty object whose keys are
  all integers in text is taken for a dict with integer keys, as PRIME's own judge does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from verifier.errors import RequestError
from verifier.suite.literals import load_json
from verifier.suite.script import holds_cases
from verifier.suite.source import insert_first
from verifier.suite.static_tests import holds_tests

OWN_KEYS = ("kind", "cases")
TEST_FILE = "test_solution.py"
_ASSERTS = ("asserts", "assert_case", "test_list")
_TEXTS = ("test", "functional", "pytest")
_SETUP = ("setup", "test_setup_code", "test_imports")
_MAX_WRAPPERS = 4

Found: TypeAlias = tuple[str, Mapping[str, object]]
"""Where it stands, and a suite in our own form that is not yet validated, or an object that names one ("suite")."""


def find_suite(value: object, path: str) -> Found | None:
    """The suite that a value holds; None where it is something else, such as the text of a solution.

    Raises RequestError, with the path of the field, where a known form is broken.
    """
    for _ in range(_MAX_WRAPPERS):
        if isinstance(value, str):
            text = value.lstrip("\ufeff \t\r\n")
            if not text.startswith(("{", "[", '"')):
                return None
            try:
                value = load_json(text)
            except (ValueError, RecursionError) as error:
                if text.startswith('"'):
                    return None  # a quotation, or the docstring of a solution
                why = str(error) if isinstance(error, ValueError) else "nested too deeply"
                raise RequestError(f"looks like JSON, but can't be read: {why}", path=path) from None
        elif isinstance(value, dict) and isinstance(value.get("text"), str) and not _known(value):
            value, path = value["text"], join_path(path, "text")
        else:
            break
    if isinstance(value, list):
        return _from_list(value, path)
    return _from_object(value, path) if isinstance(value, dict) else None


def _known(value: Mapping[str, object]) -> bool:
    return any(key in value for key in (*OWN_KEYS, *_ASSERTS, *_TEXTS, "suite", "test_cases", "inputs", "tests"))


def _from_object(value: Mapping[str, object], path: str) -> Found | None:
    if "suite" in value or any(key in value for key in OWN_KEYS):
        return path, value
    for key in _ASSERTS:
        if key in value:
            return path, {"kind": "asserts", "asserts": value[key], **_setup(value, path)}
    for key in _TEXTS:
        text = value.get(key)
        if isinstance(text, str):
            return path, _tested(text, value, path, is_pytest=key == "pytest")
    if "inputs" in value and "outputs" in value:
        return path, _prime(value, path)
    if "test_cases" in value:
        language = value.get("language", "python")
        if not isinstance(language, str) or language.lower() not in ("python", "python3", "py", "py3", ""):
            raise RequestError("must be 'python': no other language is supported", path=join_path(path, "language"))
        return _tests(value["test_cases"], value.get("fn_name"), join_path(path, "test_cases"))
    if "tests" in value:
        tests = value["tests"]
        if isinstance(tests, list):
            return _tests(tests, value.get("fn_name"), join_path(path, "tests"))
        return find_suite(tests, join_path(path, "tests"))
    return None


def _from_list(value: list[object], path: str) -> Found | None:
    if value and all(isinstance(item, str) and item.lstrip().startswith("assert") for item in value):
        return path, {"kind": "asserts", "asserts": value}
    if value and all(isinstance(item, dict) and "input" in item and "output" in item for item in value):
        return _tests(value, None, path)
    return None


def _setup(value: Mapping[str, object], path: str) -> dict[str, str]:
    """What is to be run before asserts, as the key of a suite; empty where there is nothing."""
    parts: list[str] = []
    for key in _SETUP:
        part = value.get(key)
        if isinstance(part, list) and all(isinstance(line, str) for line in part):
            part = "\n".join(part)
        if part is not None and not isinstance(part, str):
            raise RequestError("must be text or a list of lines", path=join_path(path, key))
        if part and part.strip():
            parts.append(part)
    return {"setup": "\n".join(parts)} if parts else {}


def _tested(text: str, value: Mapping[str, object], path: str, *, is_pytest: bool) -> dict[str, object]:
    """The suite of a text of asserts or tests."""
    entry_point = value.get("entry_point") or ""
    setup = _setup(value, path)
    if not is_pytest and not (holds_tests(text) and not holds_cases(text, entry_point=bool(entry_point))):
        named = {"entry_point": entry_point} if entry_point else {}
        return {"kind": "asserts", **named, "code": text, **setup}
    if not _imports_solution(text):
        text = insert_first(text, "from solution import *")
    if setup:
        text = insert_first(text, setup["setup"])
    return {"kind": "pytest", "module": "solution", "files": {TEST_FILE: text}}


def _imports_solution(text: str) -> bool:
    return re.search(r"^[ \t]*(?:from[ \t]+solution[ \t]+import\b|import[ \t]+solution\b)", text, re.M) is not None


def object_of(value: object) -> Mapping[str, object]:
    """An object, or one in JSON text; empty for anything else."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = load_json(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


# The forms


def _tests(tests: object, fn_name: object, path: str) -> Found:
    """A list of `{"input", "output"}`, with what LiveCodeBench, DeepCoder or open-r1 say of each."""
    if isinstance(tests, str):
        found = find_suite(tests, path)
        if found is not None:
            return found
    if not isinstance(tests, list) or not tests:
        raise RequestError("must be a list of cases, at least one", path=path)
    names, exact = set(), False
    inputs: list[object] = []
    outputs: list[object] = []
    for index, test in enumerate(tests):
        at = f"{path}[{index}]"
        if not isinstance(test, dict) or "input" not in test or "output" not in test:
            raise RequestError("must be an object with 'input' and 'output'", path=at)
        inputs.append(test["input"])
        outputs.append(test["output"])
        kind = test.get("testtype", test.get("type"))
        name = test.get("fn_name") or object_of(test.get("metadata")).get("func_name") or fn_name
        if kind in ("stdin", "stdin_stdout"):
            name = None
        elif kind in ("functional", "function_call") and not name:
            raise RequestError("is a call, but no function is named ('fn_name' or metadata.func_name)", path=at)
        elif kind not in (None, "", "functional", "function_call"):
            raise RequestError("must be stdin, stdin_stdout, functional or function_call", path=join_path(at, "type"))
        if name is not None and not isinstance(name, str):
            raise RequestError("the function's name must be text", path=at)
        exact = exact or "testtype" in test
        names.add(name)
    if len(names) > 1:
        raise RequestError("cases of one problem must all be programs, or all call the same function", path=path)
    name = names.pop()
    paths = [(f"{path}[{index}].input", f"{path}[{index}].output") for index in range(len(tests))]
    if name is None:
        return path, _stdio(inputs, outputs, paths)
    return path, _function(name, inputs, outputs, paths, unwrap=not exact)


def _prime(value: Mapping[str, object], path: str) -> dict[str, object]:
    inputs, outputs, name = value["inputs"], value["outputs"], value.get("fn_name")
    for key, items in (("inputs", inputs), ("outputs", outputs)):
        if not isinstance(items, list) or not items:
            raise RequestError("must be a list with one entry a case", path=join_path(path, key))
    assert isinstance(inputs, list) and isinstance(outputs, list)
    if len(inputs) != len(outputs):
        raise RequestError(f"must have as many entries as inputs, {len(inputs)}", path=join_path(path, "outputs"))
    paths = [(join_path(path, f"inputs[{i}]"), join_path(path, f"outputs[{i}]")) for i in range(len(inputs))]
    if name is None or name == "":
        return _stdio(inputs, outputs, paths)
    if not isinstance(name, str):
        raise RequestError("must be the name of a function", path=join_path(path, "fn_name"))
    return _function(name, inputs, outputs, paths, unwrap=True)


def _stdio(inputs: list[object], outputs: list[object], paths: list[tuple[str, str]]) -> dict[str, object]:
    cases = [
        {"stdin": _lines(given, at), "stdout": _lines(printed, out)}
        for given, printed, (at, out) in zip(inputs, outputs, paths, strict=True)
    ]
    return {"kind": "stdio", "cases": cases}


def _lines(value: object, path: str) -> str:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    if not isinstance(value, str):
        raise RequestError("must be text or a list of lines", path=path)
    return value


def _function(
    name: str, inputs: list[object], outputs: list[object], paths: list[tuple[str, str]], *, unwrap: bool
) -> dict[str, object]:
    args = [_args(given, at) for given, (at, _) in zip(inputs, paths, strict=True)]
    expected = [_output(value, at) for value, (_, at) in zip(outputs, paths, strict=True)]
    suite: dict[str, object] = {"kind": "function", "entry_point": name}
    if unwrap and all(isinstance(value, list) and len(value) == 1 for value in expected):
        suite["checker"] = {"name": "any_of"}
        bare = [_int_keys(value[0]) for value in expected if isinstance(value, list)]
        expected = [[[value], value] for value in bare]
    suite["cases"] = [{"args": given, "expected": value} for given, value in zip(args, expected, strict=True)]
    return suite


def _args(given: object, path: str) -> list[object]:
    if isinstance(given, list):
        return [_int_keys(value) for value in given]
    if not isinstance(given, str):
        raise RequestError("must be a list of arguments, or text with one JSON value a line", path=path)
    return [_int_keys(_value(line, path)) for line in given.split("\n") if line.strip()]


def _output(value: object, path: str) -> object:
    return _int_keys(_value(value, path) if isinstance(value, str) else value)


def _value(text: str, path: str) -> object:
    try:
        return load_json(text)
    except (ValueError, RecursionError):
        # Without the reason, which may quote the answer.
        raise RequestError("must be JSON", path=path) from None


def _int_keys(value: object) -> object:
    if isinstance(value, dict) and value and all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", str(key)) for key in value):
        return {int(key): item for key, item in value.items()}
    return value


def join_path(path: str, step: str) -> str:
    """`step` below `path`, as paths of problems are written."""
    return f"{path}.{step}" if path else step
