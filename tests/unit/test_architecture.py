"""The floors of docs/design.md, held by reading every module of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import verifier

PACKAGE = Path(verifier.__file__).parent

FLOORS = (
    {"verdict", "errors", "limits", "submission", "text"},
    {"suite"},
    {"sandbox"},
    {"judging"},
    {"wire", "journal", "pipeline", "sending", "dispatch", "authoring"},
    {
        "settings",
        "console",
        "handler",
        "executor",
        "runtime",
        "cli",
        "commands",
        "server",
        "observe",
        "invoke",
        "client",
        "docker",
        "ray",
        "adapters",
        "__main__",
    },
)
"""Top-level rooms (a module or a package), lowest floor first."""

INSIDE_THE_JAIL = (
    "verifier.sandbox.inside",
    "verifier.sandbox.protocol",
    "verifier.sandbox.testing.tester",
    "verifier.sandbox.values",
    "verifier.sandbox.zygote",
)
MAX_LINES = 450
VAGUE_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def floor_of(module: str) -> int | None:
    """The floor of a module of ours. The package itself is the roof: it may hand out names of every floor."""
    if module == "verifier":
        return len(FLOORS)
    room = module.split(".")[1]
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def imports(source: str, module: str, *, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that `source` imports, wherever the import stands: at the top, in a
    function, or under TYPE_CHECKING, since what only the type checker sees ties two floors together as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")
                package = package[: len(package) - node.level + is_package]
                base = ".".join([*package, *filter(None, [node.module])])
            for alias in node.names:
                # `from verifier.sandbox import keeper` names a module, `from verifier.verdict import Verdict` doesn't;
                # a dunder of the package (`__version__`) belongs to no floor.
                name = f"{base}.{alias.name}"
                if name in MODULES:
                    yield node.lineno, name
                elif not (base == "verifier" and alias.name.startswith("__")):
                    yield node.lineno, base
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.lineno, node.args[0].value


def _imports_of(module: str) -> list[tuple[int, str]]:
    path = MODULES[module]
    return list(imports(path.read_text(encoding="utf-8"), module, is_package=path.name == "__init__.py"))


def _ours(name: str) -> bool:
    return name.split(".")[0] == "verifier"


@pytest.mark.parametrize("module", [name for name in MODULES if name != "verifier"])
def test_a_module_imports_its_own_floor_or_lower_ones(module: str) -> None:
    own = floor_of(module)

    assert own is not None, f"{module} stands on no floor: name it in FLOORS and in docs/design.md"
    upward = [f"line {line}: {name}" for line, name in _imports_of(module) if _ours(name) and floor_of(name) > own]
    assert upward == []


def test_what_runs_inside_the_jail_imports_the_standard_library_only() -> None:
    seen: set[str] = set()
    todo = list(INSIDE_THE_JAIL)
    foreign = []
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        assert module in MODULES, f"{module} is gone: mend INSIDE_THE_JAIL"
        for line, name in _imports_of(module):
            if _ours(name):
                # Importing a module runs the packages above it too.
                parts = name.split(".")
                todo += [parent for i in range(2, len(parts) + 1) if (parent := ".".join(parts[:i])) in MODULES]
            elif name.split(".")[0] not in sys.stdlib_module_names:
                foreign.append(f"{module}, line {line}: {name}")

    assert foreign == []
    with_answers = [name for name in seen if floor_of(name) not in (0, 2)]
    assert with_answers == [], "suites and judging hold answers and stay outside"


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long_or_vaguely_named(module: str) -> None:
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())

    assert lines <= MAX_LINES, "split it by subject"
    assert module.split(".")[-1] not in VAGUE_NAMES


def test_importing_the_package_alone_loads_no_third_party_package() -> None:
    """The zygote imports it, and whatever is loaded there is paid for at every fork."""
    code = (
        "import sys; before = set(sys.modules); import verifier; "
        "print(*{m.split('.')[0] for m in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert loaded == ["verifier"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import verifier.suite.model", ["verifier.suite.model"]),
        ("from verifier import judging", ["verifier.judging"]),
        ("from verifier import Verifier", ["verifier"]),
        ("from verifier import __version__", []),
        ("from . import protocol", ["verifier.sandbox.protocol"]),
        ("from ..verdict import Verdict", ["verifier.verdict"]),
        ("def f():\n    import verifier.judging", ["verifier.judging"]),
        ("if TYPE_CHECKING:\n    from verifier.judging import x", ["verifier.judging"]),
        ("import importlib\nimportlib.import_module('verifier.suite')", ["importlib", "verifier.suite"]),
    ],
)
def test_every_way_to_import_is_seen(source: str, expected: list[str]) -> None:
    found = [name for _, name in imports(source, "verifier.sandbox.keeper", is_package=False)]

    assert found == expected
