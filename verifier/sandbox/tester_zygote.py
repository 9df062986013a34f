"""A zygote whose children are testers. Run as a script by the keeper, like zygote.py.

pytest is loaded and set up in it where its environment names it; without, it serves suites of asserts.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from verifier.sandbox import zygote
from verifier.sandbox.inside import Confinement
from verifier.sandbox.layers import Layers
from verifier.sandbox.modules import Environment, no_fork_hooks, site_packages
from verifier.sandbox.testing import jail, tester

PYTEST_PACKAGES = ("_pytest", "iniconfig", "packaging", "pluggy", "pytest")


class TesterRole(zygote.Role):
    def __init__(self) -> None:
        self._run_files: tester.RunFiles | None = None

    def load(self, environment: Environment, options: dict[str, Any]) -> None:
        environment.load()
        jail.hide_memory()
        if options["pytest"]:
            self._load_pytest(environment)
        self._peer = tester.prepared_peer()

    def _load_pytest(self, environment: Environment) -> None:
        sys.path.extend(path for path in site_packages() if path not in sys.path)
        # That of `logging`. `random` is loaded already: each tester shall have a seed of its own.
        with no_fork_hooks():
            importlib.import_module("pytest")  # first of all, so that an error names it
            from functools import partial

            from verifier.sandbox.testing import pytest_run

            self._run_files = partial(pytest_run.run_files, pytest_run.prepare())
        environment.hold_stdlib()
        for package in PYTEST_PACKAGES:
            if package in sys.modules:
                environment.hold_package(package)

    def warm_up(self) -> None:
        tester.warm_up()

    def lower_own_limits(self) -> None:
        jail.lower_own_limits()

    def substitute_open(self, *, filtered: bool) -> None:
        """Testers open files."""

    def run(self, received: list[int], confinement: Confinement, layers: Layers, environment: Environment) -> NoReturn:
        tester.run(received, confinement, layers, environment, self._run_files, self._peer)


if __name__ == "__main__":
    zygote.main(TesterRole())
