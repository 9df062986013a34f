"""The work that is measured, as plain data that every subject's driver reads.

A function task is `{"id", "entry_point", "code", "inputs", "expected", "check", "prompt"}`. `inputs` and `expected` are
Python literals as text, since JSON would turn tuples into lists; `check` is the same cases as asserts, for the
subjects that take a test program. A program task is `{"id", "code", "cases": [[stdin, stdout], ...]}`, and a task
of test files `{"id", "entry_point", "code", "files"}`.
"""

from __future__ import annotations

import ast
import gzip
import inspect
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

from benchmarks import functions

Task = dict[str, Any]

CASES = 10
WORDS = "apple river stone level mister radar cloud window engine noon table orbit kayak paper".split()

PROGRAM_HEADS = (
    "import sys\n\n\nlines = sys.stdin.read().splitlines()\n",
    "import sys\n\n\nlines = [line.rstrip() for line in sys.stdin]\n",
    "lines = [input()]\nlines += [input() for _ in range(int(lines[0]))]\n",
    "import sys\n\n\nlines = sys.stdin.buffer.read().decode().split()\n",
)
"""Ways in which programs read their input; by turns."""


def function_tasks(cases: int = CASES) -> list[Task]:
    """The forty functions, each with `cases` cases."""
    return [_function_task(function, cases) for function in _functions() if not function.__name__.startswith("print_")]


def cheap_task(cases: int) -> Task:
    """One cheap function, to see what a case costs beside what a submission costs."""
    return _function_task(functions.alternate_case, cases)


def program_tasks(cases: int) -> list[Task]:
    """The eight programs, each with `cases` inputs."""
    tasks = []
    printing = [function for function in _functions() if function.__name__.startswith("print_")]
    for number, function in enumerate(printing):
        head = PROGRAM_HEADS[number % len(PROGRAM_HEADS)]
        code = f"{_source(function)}\n\n{head}print({function.__name__}(lines))\n"
        if head.startswith("import sys"):  # imports first, as people write them
            code = "import sys\n" + code.replace("import sys\n\n\n", "")
        pairs = []
        for case in range(cases):
            numbers = [str(n) for n in _value(list[int], _random(function.__name__, case))]
            lines = [str(len(numbers)), *numbers]
            pairs.append(["\n".join(lines) + "\n", function(lines) + "\n"])
        tasks.append({"id": function.__name__, "code": code, "cases": pairs})
    return tasks


def humaneval_tasks(folder: Path) -> list[Task]:
    """HumanEval+ problems found under `folder`, with the base inputs, for which HumanEval has asserts.

    HumanEval/32 is left out: evalplus 0.3.1 fails its reference.
    """
    plus = folder / "humanevalplus" / "HumanEvalPlus.jsonl.gz"
    plain = folder / "humaneval" / "data" / "HumanEval.jsonl.gz"
    if not (plus.exists() and plain.exists()):
        return []
    asserts = {row["task_id"]: row["test"] for row in _rows(plain)}
    rows = [row for row in _rows(plus) if row["task_id"] in asserts and row["task_id"] != "HumanEval/32"]
    # References are run in a process of their own: they are other people's code.
    script = (
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    code, name, inputs = json.loads(line)\n"
        "    module = {}\n"
        "    exec(code, module)\n"
        "    copies = json.loads(json.dumps(inputs))\n"
        "    print(json.dumps(repr([module[name](*args) for args in copies])))\n"
    )
    asked = [[row["prompt"] + row["canonical_solution"], row["entry_point"], row["base_input"]] for row in rows]
    done = subprocess.run(
        [sys.executable, "-c", script],
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        {
            "id": row["task_id"],
            "entry_point": row["entry_point"],
            "code": row["prompt"] + row["canonical_solution"],
            "inputs": repr(row["base_input"]),
            "expected": json.loads(expected),
            "check": asserts[row["task_id"]],
        }
        for row, expected in zip(rows, done.stdout.splitlines(), strict=True)
    ]


def tested_task() -> Task:
    """A pytest file of ten tests, and its submission."""
    folder = Path(__file__).with_name("tested")
    files = {"test_solution.py": (folder / "test_solution.py").read_text(encoding="utf-8")}
    code = (folder / "solution.py").read_text(encoding="utf-8")
    return {"id": "tested", "entry_point": "most_common_words", "code": code, "files": files}


def asserts_tasks(data: Path | None) -> list[Task]:
    """HumanEval's own checks where they are, else those of the forty functions: `check(candidate)` either way."""
    return (humaneval_tasks(data) if data is not None else []) or function_tasks()


def submissions(tasks: list[Task], count: int, mark: str, *, loop_every: int = 0) -> list[Task]:
    """`count` submissions for the tasks by turns, no two alike: a comment with `mark` makes each text new, so that no
    subject can use a result again. Every `loop_every`-th never returns."""
    made = []
    for number in range(count):
        task = tasks[number % len(tasks)]
        code = task["code"].rstrip() + f"\n# {mark} {number}\n"
        endless = bool(loop_every) and number % loop_every == loop_every - 1
        if endless:
            code += f"\n\ndef {task['entry_point']}(*args):\n    while True:\n        pass\n"
        made.append({**task, "id": f"{task['id']}-{mark}-{number}", "code": code, "passes": not endless})
    return made


def suite_of(task: Task, *, kind: str = "", **extra: Any) -> dict[str, Any]:
    """The task as a suite of this verifier, inline. With `kind` "asserts" it is judged by its check, as it stands."""
    if "files" in task:
        return {"kind": "pytest", "files": task["files"], **extra}
    if kind == "asserts":
        return {"kind": kind, "entry_point": task["entry_point"], "code": task["check"], **extra}
    if "cases" in task:
        return {"kind": "stdio", "cases": [{"stdin": i, "stdout": o} for i, o in task["cases"]], **extra}
    cases = [
        {"args": _written(args), "expected": _written(expected)}
        for args, expected in zip(ast.literal_eval(task["inputs"]), ast.literal_eval(task["expected"]), strict=True)
    ]
    return {"kind": "function", "entry_point": task["entry_point"], "cases": cases, **extra}


def _written(value: Any) -> Any:
    """As JSON where that keeps it, else as a literal."""
    try:
        if json.loads(json.dumps(value)) == value:
            return value
    except TypeError:
        pass
    return {"$py": repr(value)}


def _functions() -> list[Any]:
    return [f for _, f in inspect.getmembers(functions, inspect.isfunction) if f.__module__ == functions.__name__]


def _function_task(function: Any, cases: int) -> Task:
    hints = get_type_hints(function)
    hints.pop("return")
    inputs = []
    for case in range(cases):
        chance = _random(function.__name__, case)
        inputs.append([_value(hint, chance) for hint in hints.values()])
    expected = [function(*args) for args in inputs]
    name = function.__name__
    asserts = "".join(
        f"    assert candidate(*{args!r}) == {answer!r}\n" for args, answer in zip(inputs, expected, strict=True)
    )
    return {
        "id": name,
        "entry_point": name,
        "code": _source(function),
        "inputs": repr(inputs),
        "expected": repr(expected),
        "check": f"def check(candidate):\n{asserts}",
    }


def _source(function: Any) -> str:
    """The function with those imports of its module that it uses."""
    text = inspect.getsource(function)
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    imports = []
    for node in ast.parse(inspect.getsource(functions)).body:
        if isinstance(node, ast.Import) and node.names[0].name in used:
            imports.append(ast.unparse(node) + "\n")
        elif isinstance(node, ast.ImportFrom) and (names := [a for a in node.names if a.name in used]):
            imports.append(f"from {node.module} import {', '.join(a.name for a in names)}\n")
    return "".join(imports) + ("\n\n" if imports else "") + text


def _random(name: str, case: int) -> random.Random:
    return random.Random(f"{name} {case}")


def _value(hint: Any, chance: random.Random) -> Any:
    """A value of the type that an annotation names."""
    text = str(hint)
    if hint is int:
        return chance.randint(0, 60)
    if hint is str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, 3)))
    if text == "list[int]":
        return [chance.randint(-50, 50) for _ in range(chance.randint(1, 12))]
    if text == "list[str]":
        return chance.choices(WORDS, k=chance.randint(1, 8))
    if text == "list[list[int]]":
        width = chance.randint(2, 5)
        return [[chance.randint(-9, 9) for _ in range(width)] for _ in range(chance.randint(2, 5))]
    raise TypeError(f"no values for {text}")


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]
