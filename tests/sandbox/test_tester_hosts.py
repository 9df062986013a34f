"""Suites of tests where the keeper is an ordinary user: no other user, no other root, and still a jail."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = 59_900 + os.getpid() % 90

PROGRAM = """
import json, os, sys, tempfile
from verifier.limits import Limits
from verifier.pipeline import Verifier
from verifier.sandbox.base import Program, Tests
from verifier.sandbox.keeper import SandboxOptions

code, tests = json.load(sys.stdin)
tempfile.tempdir = sys.argv[2]
limits = Limits(cpu_time_s=0.5, memory_bytes=64 << 20)
asked = Tests("pytest", ("solution",), files=(("test_x.py", tests), ("data/x.txt", "hi")), digest="x")
with Verifier(workers=1, sandbox=SandboxOptions(python=sys.argv[1])) as verifier, verifier._keeper.slot() as slot:
    for _ in range(2):
        run = slot.run_tests(Program(code, "module"), asked, limits)
        assert run.failure is None, run
        print(json.dumps({t.name.rpartition(":")[2]: [str(t.outcome or t.facts.killed), t.note] for t in run.tests}))
assert os.listdir(sys.argv[2]) == []
"""

CODE = """
import os
def ok(): return 1
def die(): os._exit(3)
def spin():
    while True: pass
"""

TESTS = """
import os, pathlib, socket, subprocess, sys, tempfile
import pytest, solution
def refused(call, *args):
    with pytest.raises(OSError): call(*args)
def test_network():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        refused(lambda: socket.socket(socket.AF_INET, kind).connect(("127.0.0.1", 1)))
        refused(lambda: socket.socket(socket.AF_INET, kind).bind(("127.0.0.1", 0)))
    refused(socket.getaddrinfo, "example.com", 80)
def test_processes():
    refused(subprocess.run, ["/bin/true"])
    refused(os.system, "true")
    refused(os.fork)
    refused(os.kill, os.getppid(), 0)
def test_files(tmp_path, capfd):
    for path in ("/etc/passwd", "/proc/self/environ", "../x", sys.executable):
        refused(open, path)
    refused(os.listdir, "/")
    refused(os.symlink, "/etc", "etc")
    refused(os.rename, "data/x.txt", "/tmp/x.txt")
    (tmp_path / "a").write_text("b")
    pathlib.Path("new").mkdir()
    with tempfile.TemporaryFile() as file: file.write(b"1")
    assert pathlib.Path("data/x.txt").read_text() == "hi"
    print("x")
    assert capfd.readouterr().out == "x\\n"
def test_die(): solution.die()
def test_spin(): solution.spin()
def test_ok(): assert solution.ok() == 1
"""


def interpreter_with_pytest(folder: Path) -> Path:
    """One that an ordinary user may run, with pytest installed."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        made = folder / "venv"
        command = [python, "-m", "venv", "--without-pip", str(made)]
        if shutil.which(python) and not subprocess.run(command, capture_output=True).returncode:
            break
    else:
        pytest.skip(f"no interpreter of version {version} that an ordinary user may run")
    packages = made / "lib" / f"python{version}" / "site-packages"
    for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py", "typing_extensions"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, packages)
    return made / "bin" / "python"


def test_a_tester_of_an_ordinary_user_is_confined_and_judges_the_same():
    if os.geteuid() != 0:
        pytest.skip("only root can arrange this")
    folder = Path("/tmp") / f"ordinary-{os.getpid()}"
    folder.mkdir()
    try:
        python = interpreter_with_pytest(folder)
        own = folder / "tmp"
        own.mkdir()
        subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
        os.chown(own, USER, USER)
        os_python = python.resolve()
        packages = [path for path in sys.path if path.endswith("-packages")]
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT), *packages]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        user = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "env"]
        if subprocess.run([*user, os_python, "-c", "import psutil, verifier"], env=environment).returncode:
            pytest.skip("an ordinary user can't read this package")
        found = subprocess.run(
            [*user, os_python, "-c", PROGRAM, str(python), str(own)],
            input=json.dumps([CODE, TESTS]),
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert found.returncode == 0, found.stderr
        outcomes = [json.loads(line) for line in found.stdout.splitlines()]
        expected = {
            "test_network": "passed",
            "test_processes": "passed",
            "test_files": "passed",
            "test_die": "None",
            "test_spin": "cpu time",
            "test_ok": "passed",
        }
        for each in outcomes:
            assert {name: outcome for name, (outcome, _) in each.items()} == expected, each
        assert len(outcomes) == 2
    finally:
        shutil.rmtree(folder)
