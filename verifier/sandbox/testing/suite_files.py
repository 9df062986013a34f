"""The modules of a suite, imported from memory as if they lay in its folder. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import CodeType, ModuleType
from typing import Any


class SuiteFiles:
    """Finds modules as pytest does in its default import mode: from the folder of the suite, and from each folder that
    holds a test file or conftest.py and is no package."""

    def __init__(self, codes: Iterable[tuple[str, CodeType]], folder: str) -> None:
        self._codes = dict(codes)
        self._prefix = folder.rstrip("/") + "/"
        self._folders = {parent for path in self._codes for parent in _parents(path)}
        starting = [path for path in self._codes if is_test(path) or _base(path) == "conftest.py"]
        self._bases = list(dict.fromkeys(["", *(self._start_of(path) for path in starting)]))

    def install(self) -> None:
        sys.meta_path.insert(0, self)
        sys.path[:] = [self._prefix + base for base in self._bases]

    def paths(self) -> Sequence[str]:
        return list(self._codes)

    def is_package(self, folder: str) -> bool:
        return _join(folder, "__init__.py") in self._codes

    def load(self, path: str) -> ModuleType:
        """The module of a test file or conftest.py, under the name that pytest would give it."""
        start = self._start_of(path)
        inner = path[len(start) :].lstrip("/")
        name = inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        known = sys.modules.get(name)
        if known is not None and getattr(known, "__file__", None) == self._prefix + path:
            return known
        parent = name.rpartition(".")[0]
        if parent:
            __import__(parent)
        # Not by name: without packages, two files in different folders may share one.
        module = module_from_spec(self._spec(name, path))
        sys.modules[name] = module
        try:
            exec(self._codes[path], module.__dict__)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        return module

    def _start_of(self, path: str) -> str:
        """The folder from which a file is imported: the first above it that is no package."""
        folder = path.rpartition("/")[0]
        while folder and self.is_package(folder):
            folder = folder.rpartition("/")[0]
        return folder

    def _spec(self, name: str, path: str) -> ModuleSpec:
        is_package = _base(path) == "__init__.py"
        loader: Any = _Loader(self._codes[path])
        spec = ModuleSpec(name, loader, origin=self._prefix + path, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [self._prefix + path.rpartition("/")[0]]
        return spec

    # What an import asks for

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        inner = name.replace(".", "/")
        for base in self._bases:
            place = _join(base, inner)
            for file in (f"{place}/__init__.py", f"{place}.py"):
                if file in self._codes:
                    return self._spec(name, file)
        for base in self._bases:
            place = _join(base, inner)
            if place in self._folders:
                spec = ModuleSpec(name, None, is_package=True)
                spec.submodule_search_locations = [self._prefix + place]
                return spec
        return None


class _Loader:
    is_of_suite = True

    def __init__(self, code: CodeType) -> None:
        self._code = code

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)

    def get_code(self, name: str) -> CodeType:
        return self._code

    def get_source(self, name: str) -> None:
        return None


def is_test(path: str) -> bool:
    name = _base(path)
    return name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))


def test_files(paths: Sequence[str]) -> list[str]:
    """The files that hold tests, in the order in which pytest goes through a folder: by name, folders among them."""
    found = [path for path in paths if is_test(path)]
    if not found:
        others = [path for path in paths if path.endswith(".py") and _base(path) not in ("conftest.py", "__init__.py")]
        found = others if len(others) == 1 else []
    return sorted(found, key=lambda path: path.split("/"))


def write_files(files: Iterable[tuple[str, bytes]], folders: Iterable[str], folder: str) -> None:
    """Data files, and the folders in which modules seem to lie."""
    made = {""}

    def make(path: str) -> None:
        if path not in made:
            make(path.rpartition("/")[0])
            made.add(path)
            os.makedirs(os.path.join(folder, path), exist_ok=True)

    for path in folders:
        make(path)
    for path, content in files:
        make(path.rpartition("/")[0])
        with open(os.path.join(folder, path), "wb") as stream:
            stream.write(content)


def folders_of(paths: Iterable[str]) -> set[str]:
    return {parent for path in paths for parent in _parents(path)}


def _parents(path: str) -> list[str]:
    folder, _, _ = path.rpartition("/")
    return [*_parents(folder), folder] if folder else []


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
