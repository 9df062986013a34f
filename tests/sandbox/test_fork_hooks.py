"""What runs in each cell and tester right after its fork: nothing that costs time for nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import verifier

_LISTED = """
import json, os, sys
register, found = os.register_at_fork, []
def listed(**hooks):
    found.append([sys._getframe(1).f_globals["__name__"], *sorted(hooks)])
    register(**hooks)
os.register_at_fork = listed
sys.path.insert(0, sys.argv[1])
from verifier.sandbox import {script}
from verifier.sandbox.modules import Environment
{script}.{role}().load(Environment((), (), whole_stdlib=False), {{"pytest": True}})
print(json.dumps([found, "threading" in sys.modules, "logging" in sys.modules]))
"""


def _hooks(script: str, role: str) -> list[object]:
    root = str(Path(verifier.__file__).parent.parent)
    command = [sys.executable, "-s", "-P", "-S", "-B", "-c", _LISTED.format(script=script, role=role), root]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    told: list[object] = json.loads(done.stdout)
    return told


def test_cells_run_none() -> None:
    found, has_threading, _ = _hooks("zygote", "Role")
    assert found == []
    assert has_threading  # or this would say nothing


def test_testers_only_get_a_seed_of_their_own() -> None:
    found, has_threading, has_logging = _hooks("tester_zygote", "TesterRole")
    assert found == [["random", "after_in_child"]]
    assert has_threading and has_logging
