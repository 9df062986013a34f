"""Each layer that this host grants is in force and can be switched off; what cells tried is told."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier import cli
from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.sandbox import seccomp
from verifier.sandbox.keeper import SandboxOptions
from verifier.sandbox.policy import ALWAYS, PRESETS, Layer, Need, Policy
from verifier.suite.model import parse_suite

CASE = {"args": [], "expected": "refused"}
LIMITS = {"cpu_time_s": 1, "wall_time_s": 10}
SUITE = {"kind": "function", "entry_point": "f", "limits": LIMITS, "cases": [CASE]}
LIBC = "import ctypes\nC = ctypes.CDLL(None, use_errno=True)\n"
OPTIONAL = [layer for layer in Layer if layer not in ALWAYS]


def judge(code: str, policy: str | Policy, **suite: object) -> Judgement:
    with Verifier(workers=1, sandbox=SandboxOptions(policy=policy)) as verifier:
        return verifier.judge(code, parse_suite({**SUITE, **suite}))


def only(*layers: Layer) -> Policy:
    """Of those that can be switched off, these alone."""
    return Policy("of a test", {layer: Need.REQUIRED if layer in layers else Need.OFF for layer in OPTIONAL})


NOTHING_ELSE = {
    Layer.SECCOMP: "import os\ndef f():\n  try: os.mkdir('/')\n  except FileExistsError: return 'in force not'\n  except PermissionError: return 'refused'",
    Layer.ROOT: "import os\ndef f(): return 'seen' if os.path.exists('/etc') else 'refused'",
    Layer.LANDLOCK: "import os\ndef f():\n  try: os.kill(os.getppid(), 0)\n  except PermissionError: return 'refused'\n  return 'sent'",
    Layer.NAMESPACES: LIBC + "def f(): return 'refused' if C.msgget(0x5e5a3f, 0) < 0 and ctypes.get_errno() == 2 else 'seen'",
}  # fmt: skip


@pytest.mark.parametrize("layer", NOTHING_ELSE)
def test_a_layer_alone_refuses_what_it_is_for(in_force: frozenset[str], layer: Layer) -> None:
    """And without it, nothing does: the test can fail."""
    if str(layer) not in in_force:
        pytest.skip("this host refuses it")
    needs = (layer,)
    if layer in (Layer.LANDLOCK, Layer.SECCOMP):
        needs = (layer, Layer.PRIVILEGES)
    elif layer is Layer.ROOT:
        needs = (layer, Layer.IDENTITY if os.geteuid() == 0 else Layer.NAMESPACES)
    libc = ctypes.CDLL(None)
    queue = libc.msgget(0x5E5A3F, 0o1666)
    try:
        with_it, without = judge(NOTHING_ELSE[layer], only(*needs)), judge(NOTHING_ELSE[layer], only())
    finally:
        libc.msgctl(queue, 0, None)
    assert with_it.verdict == "AC", with_it.message
    assert set(with_it.isolation.in_force) >= {str(need) for need in needs}
    assert str(layer) in without.isolation.missing
    assert without.verdict == "WA", without.message


def test_nothing_optional_is_needed() -> None:
    judged = judge("def f(): return 'refused'", only())
    assert judged.verdict == "AC", judged.message
    # Where the interpreter itself can't be read, its memory can't be either, without being asked for.
    assert set(judged.isolation.in_force) - {str(Layer.HIDDEN_KEEPER)} == {str(layer) for layer in ALWAYS}
    assert judged.isolation.holds == "lambda"


def test_a_shell_is_no_violation_where_nothing_filters_calls() -> None:
    """None is started, not even for a moment in which the keeper could see it."""
    code = "import os\ndef f(): return 'refused' if {os.system('cls') for _ in range(2000)} == {-1} else 'started'"
    judged = judge(code, only())
    assert (judged.verdict, judged.attempts) == ("AC", ()), judged.message


TRIES = {
    "a socket": ("import socket\ndef f():\n  try: socket.socket()\n  except OSError: return 'refused'", "AC", ("socket",)),
    "a socket many times": ("import socket\ndef f():\n  for _ in range(300):\n    try: socket.socket()\n    except OSError: pass\n  return 'refused'", "AC", ("socket",)),
    "tracing": (LIBC + "def f(): C.ptrace(0, 0, 0, 0); return 'refused'", "SV", ("ptrace",)),
    "a keyring, at load": (LIBC + "C.syscall(248, b'user', b'left', b'x', 1, -4)\ndef f(): return 'refused'", "SV", ("add_key",)),
    "a socket, then System V": (LIBC + "def f(): C.socket(1, 1, 0); C.shmget(7, 4096, 0o1666); return 'refused'", "SV", ("shmget", "socket")),
    "a raw fork": (LIBC + "def f(): C.fork(); return 'refused'", "SV", ("forbidden call",)),
    "a signal to its parent": ("import os\ndef f(): os.kill(os.getppid(), 10); return 'refused'", "SV", ("forbidden call",)),
    "more calls than can be held": ("import socket\ndef f():\n  for _ in range(20_000):\n    try: socket.socket()\n    except OSError: pass\n  return 'refused'", "SV", ("socket",)),
    "a frame of its own": ("import os\ndef f(): os.write(4, b'xxxxxxxxxxxx'); return 'refused'", "SV", ("forged answer",)),
}  # fmt: skip
"""Code, verdict, what is told of it."""


@pytest.mark.parametrize("name", TRIES)
def test_what_a_submission_tried_is_told(
    verifier: Verifier, in_force: frozenset[str], under_filter: bool, name: str
) -> None:
    if "seccomp" not in in_force:
        pytest.skip("needs seccomp")
    if "keyring" in name and os.uname().machine != "x86_64":
        pytest.skip("the number is x86-64's")
    code, verdict, attempts = TRIES[name]
    if under_filter and attempts[0] in seccomp.BREAK_OUTS:
        attempts = ("forbidden call", *attempts[1:])
    [result] = verifier.score([{"id": 1, "code": code, "reference_answer": SUITE}])
    assert (result.verdict, result.judgement.attempts) == (verdict, attempts), result.message
    metrics = {m["name"]: m["value"] for m in result.entry()["metrics_list"]}  # type: ignore[attr-defined]
    assert (metrics["security_violation"], metrics["attempts"]) == (float(verdict == "SV"), len(attempts))
    assert result.report()["attempts"] == list(attempts)
    if verdict == "SV":
        assert attempts[0] in result.message
    after = verifier.judge("def f(): return 'refused'", parse_suite(SUITE))
    assert (after.verdict, after.attempts) == ("AC", ())


HONEST = {
    "imports": "import socket, subprocess, multiprocessing, ctypes, mmap, tempfile, threading, asyncio",
    "processors": "import os; os.cpu_count(); len(os.sched_getaffinity(0)); os.getloadavg",
    "clocks": "import time; [time.clock_gettime(c) for c in (0, 1, 2, 3, 4, 7)]; time.sleep(0); time.localtime()",
    "itself": "import os, signal; signal.signal(10, lambda *a: 0); os.kill(os.getpid(), 10); signal.raise_signal(10)",
    "its group": "import os, signal; signal.signal(10, lambda *a: 0); os.kill(0, 10)",
    "an alarm": "import signal; signal.setitimer(signal.ITIMER_REAL, 60); signal.alarm(0)",
    "a shell": "import os; os.system('cls')",
    "a subprocess": "import subprocess\ntry: subprocess.run(['ls'])\nexcept OSError: pass",
    "a pool": "import multiprocessing\ntry: multiprocessing.Pool(2)\nexcept OSError: pass",
    "a file": "try: open('input.txt')\nexcept FileNotFoundError: pass",
    "paths": "import os, pathlib; os.path.exists('/x'); pathlib.Path('input.txt').exists(); os.getcwd()",
    "threads": "import threading\nt = [threading.Thread(target=print) for _ in range(20)]\n[x.start() for x in t]\n[x.join() for x in t]",
    "a big stack": "import threading; threading.stack_size(256 << 20); t = threading.Thread(target=print); t.start(); t.join()",
    "an event loop": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "limits": "import resource; resource.setrlimit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)); resource.getrusage(0)",
    "random bytes": "import os, secrets, uuid; os.urandom(9); secrets.token_hex(); uuid.uuid4()",
    "memory": "import mmap; mmap.mmap(-1, 1 << 20)[0]; bytearray(8 << 20)",
    "the platform": "import platform, getpass, sysconfig; platform.machine(); platform.python_version()",
    "its group by number": "import os, signal; signal.signal(10, lambda *a: 0); os.killpg(os.getpgrp(), 10); os.kill(-os.getpgrp(), 10)",
    "all the stack there is": "import resource as r; r.setrlimit(r.RLIMIT_STACK, (r.RLIM_INFINITY, r.RLIM_INFINITY)); r.setrlimit(r.RLIMIT_STACK, [1 << 28, -1]); assert r.getrlimit(r.RLIMIT_STACK)[0] == 1 << 28",
    "another program": "import os\ntry: os.execv('/bin/true', ['true'])\nexcept OSError: pass\ntry: os.execvp('ls', ['ls'])\nexcept OSError: pass",
    "whether a process is there": "import os\ntry: os.kill(os.getppid(), 0)\nexcept OSError: pass",
    "shared memory": "import mmap; m = mmap.mmap(-1, 1 << 20); m[:3] = b'abc'; m.resize(2 << 20); m.madvise(mmap.MADV_DONTNEED); m.close()",
    "memory with access": "import mmap; m = mmap.mmap(-1, 4096, access=mmap.ACCESS_WRITE); m[0] = 1; assert len(mmap.mmap(-1, 10, prot=mmap.PROT_READ)) == 10",
    "niceness": "import os; os.nice(1)",
    "C": "import ctypes; ctypes.CDLL(None).abs(-3); ctypes.c_int(3)",
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_what_honest_programs_do_is_no_violation(judge_function, name: str) -> None:
    code = "\n".join("  " + line for line in HONEST[name].splitlines())
    judged = judge_function(f"def f():\n{code}\n  return 1", [([], 1)])
    assert judged.verdict == "AC", judged.message
    assert judged.attempts == ()


def test_a_policy_that_this_host_can_not_satisfy_is_a_judge_error_that_names_the_layer() -> None:
    program = """
import json, os, sys
from verifier.pipeline import Verifier
from verifier.sandbox import seccomp
from verifier.sandbox.keeper import SandboxOptions
from verifier.sandbox import linux, seccomp
from verifier.sandbox.bpf import ALLOW, assemble, error
from verifier.sandbox.syscalls import architecture
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
refused = {name: error(1) for name in ("prctl", "seccomp", "landlock_create_ruleset", "unshare", "chroot")}
linux.load_filter(assemble(architecture(), refused, default=ALLOW, beyond=ALLOW).code)
for policy in ("linux", "container", "lambda"):
    with Verifier(workers=1, sandbox=SandboxOptions(policy=policy)) as verifier:
        [result] = verifier.score([json.loads(sys.argv[1])])
        print(json.dumps(result.report()))
"""
    sample = {"id": 1, "code": "def f(): return 'refused'", "reference_answer": SUITE}
    command = [sys.executable, "-c", program, json.dumps(sample)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "linux.prctl" in done.stderr and "PermissionError" in done.stderr:
        pytest.skip("this host refuses prctl itself")
    linux, container, in_lambda = map(json.loads, done.stdout.splitlines())
    assert [r["verdict"] for r in (linux, container, in_lambda)] == ["JE", "JE", "AC"]
    assert "policy 'linux' requires the layer 'seccomp'; seccomp: Operation not permitted (EPERM)" in linux["message"]
    assert "policy 'container' requires the layer 'seccomp'" in container["message"]
    assert in_lambda["isolation"]["holds"] == "lambda"
    assert {"seccomp", "landlock", "namespaces", "no new privileges"} <= set(in_lambda["isolation"]["missing"])


@pytest.mark.parametrize("seccomp", [Need.BEST_EFFORT, Need.OFF])
def test_a_file_is_missing_whatever_refuses_it(seccomp: Need) -> None:
    code = """
import pathlib
def f():
    try: open("input.txt")
    except FileNotFoundError: pass
    try: pathlib.Path("input.txt").read_text()
    except FileNotFoundError: pass
    try: open("output.txt", "w")
    except PermissionError: pass
    return "refused"
"""
    judged = judge(code, PRESETS["library"].with_need(Layer.SECCOMP, seccomp))
    assert judged.verdict == "AC", judged.message


def test_memory_that_is_charged_to_nobody_is_refused(judge_function, in_force: frozenset[str]) -> None:
    """Shared memory without a file keeps its pages when they leave the process's own count."""
    if "seccomp" not in in_force:
        pytest.skip("needs seccomp")
    flags = "mmap.MAP_SHARED | mmap.MAP_ANONYMOUS"
    code = (
        LIBC
        + f"""
import mmap
C.mmap.restype = ctypes.c_void_p
def f():
    return C.mmap(None, ctypes.c_size_t(1 << 20), 3, {flags}, -1, ctypes.c_long(0)) == ctypes.c_void_p(-1).value
def g():
    m = mmap.mmap(-1, 1000 << 20)
    one = bytes([1]) * (4 << 20)
    for o in range(0, 1000 << 20, 4 << 20):
        m[o:o + (4 << 20)] = one
        m.madvise(mmap.MADV_DONTNEED, o, 4 << 20)
    return m[999 << 20]
"""
    )
    assert judge_function(code, [([], True)]).verdict == "AC"
    judged = judge_function(code, [([], 1)], "g", limits={"memory_bytes": 64 << 20, "cpu_time_s": 20})
    assert judged.score.correctness == 0
    judged = judge_function(code, [([], 0)], "g", limits={"memory_bytes": 64 << 20, "cpu_time_s": 20})
    assert judged.verdict == "AC", judged.message


# The doctor


def test_the_doctor_names_every_layer_with_meaning_and_mend(in_force: frozenset[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from verifier.cli import main; main()", "doctor", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [layer["layer"] for layer in told["layers"]] == [str(layer) for layer in Layer]
    for layer in told["layers"]:
        assert layer["meaning"]
        assert layer["in_force"] == (layer["problem"] is None)
        assert bool(layer["mend"]) == (not layer["in_force"])
        if layer["layer"] != "hidden keeper":
            assert layer["in_force"] == (layer["layer"] in in_force)


def test_the_doctor_s_exit_status_says_whether_the_policy_is_satisfied(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = Policy("impossible", {Layer.NAMESPACES: Need.OFF, Layer.HIDDEN_KEEPER: Need.OFF})
    monkeypatch.setitem(PRESETS, "library", impossible)
    ok = CliRunner().invoke(cli.main, ["doctor", "--policy", "library"])
    assert (ok.exit_code, "switched off" in ok.output) == (0, True)
    broken = CliRunner().invoke(cli.main, ["doctor", "--python", "/no/such/python"])
    assert broken.exit_code == cli.EXIT_JUDGE_ERROR
    assert "/no/such/python" in broken.output


# Scratch directories

WORKS_ON_FILES = """
import os, shutil, sqlite3, tempfile, pathlib
def f():
    with open("a.txt", "w") as s: s.write("x" * 100_000)
    os.makedirs("b/c"); shutil.copy2("a.txt", "b/c/d.txt"); os.rename("a.txt", "b/e.txt"); os.symlink("b/e.txt", "l")
    assert pathlib.Path("l").read_text() == "x" * 100_000 and sorted(os.listdir(".")) == ["b", "l", "tmp"]
    with tempfile.TemporaryDirectory() as t: pathlib.Path(t, "x").touch()
    with tempfile.NamedTemporaryFile("w+") as t: t.write("x")
    shutil.rmtree("b")
    pathlib.Path("~/.settings").expanduser().write_text("x"); assert (pathlib.Path.home() / ".settings").exists()
    db = sqlite3.connect("x.db"); db.execute("create table t (a)"); db.execute("insert into t values (1)"); db.commit()
    assert db.execute("select a from t").fetchall() == [(1,)]
    return "refused"
"""
OUT_OF_REACH = {
    "another file": f"open({__file__!r})",
    "the interpreter": f"open({sys.executable!r}, 'rb')",
    "a path upwards": "open('../../../../../../etc/passwd')",
    "a link upwards": "os.symlink('/etc/passwd', 'l'); open('l')",
    "the root's directory": "assert os.listdir('/') == ['tmp'] and __import__('errno') and os.listdir('/etc')",
    "proc": "open('/proc/self/environ')",
    "a device": "os.mknod('d', 0o020666, os.makedev(1, 3))",
    "a socket": "__import__('socket').socket()",
    "more descriptors": "[open(f'{n}', 'w') for n in range(70)].clear() or open('x')",
    "more bytes": "open('x', 'wb').write(bytes(65 << 20))",
    "more bytes in many files": "[pathlib.Path(f'{n}').write_bytes(bytes(9 << 20)) for n in range(9)]",
    "more files": "[pathlib.Path(f'{n}').touch() for n in range(5000)]",
}  # fmt: skip


@pytest.fixture
def scratch(in_force: frozenset[str]) -> dict[str, object]:
    if not {"empty root", "seccomp"} <= in_force:
        pytest.skip("no scratch directories on this host")
    return {**SUITE, "scratch": True}


def test_a_submission_may_work_on_files_where_its_suite_says_so(verifier: Verifier, scratch) -> None:
    judged = verifier.judge(WORKS_ON_FILES, parse_suite(scratch))
    assert judged.verdict == "AC", judged.message
    stdio = {"kind": "stdio", "scratch": True, "cases": [{"stdin": "1", "stdout": "1"}, {"stdin": "2", "stdout": "2"}]}
    code = "import os\nassert not os.path.exists('n')\nopen('n', 'w').write(input())\nprint(open('n').read())"
    judged = verifier.judge(code, parse_suite(stdio))
    assert judged.verdict == "AC", judged.message
    tested = {"kind": "asserts", "scratch": True, "asserts": ["assert f() == 'refused'"]}
    judged = verifier.judge(WORKS_ON_FILES, parse_suite(tested))
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("name", OUT_OF_REACH)
def test_a_scratch_directory_is_all_there_is_of(verifier: Verifier, scratch, name: str) -> None:
    code = f"import os, pathlib\ndef f():\n  try:\n    {OUT_OF_REACH[name]}\n  except OSError: return 'refused'\n  return 'had'"
    judged = verifier.judge(code, parse_suite(scratch))
    if name == "more bytes" and judged.verdict != "AC":
        assert judged.verdict == "OLE"  # killed by SIGXFSZ, where it is not ignored
    else:
        assert judged.verdict == "AC", judged.message


UNSEEN = {
    "room without size": "C.fallocate(os.open('x', os.O_CREAT | os.O_RDWR), 1, 0, 1 << 30) and no()",
    "files that only memory holds": "import mmap\n  mmap.mmap(os.open('x', os.O_CREAT | os.O_RDWR), 4096)",
}
FILLS = {
    "many large files": "for n in range(30): open(f'{n}', 'wb').write(bytes(4 << 20))",
    "many files": "for n in range(6000): open(f'{n}', 'w').close()",
    "files without a name": "f = [open('x', 'wb') for _ in range(1)]\n  for n in range(30):\n    f.append(open(f'{n}', 'wb')); f[-1].write(bytes(4 << 20)); f[-1].flush(); os.unlink(f'{n}')",
    "a directory that can't be looked into": "os.mkdir('d', 0o300); open('d/x', 'w').close()",
}


@pytest.mark.parametrize("name", FILLS)
def test_a_scratch_directory_that_is_no_file_system_of_its_own_is_watched(scratch, name: str) -> None:
    if os.geteuid() == 0 and "looked" in name:
        pytest.skip("root looks into everything")
    without_mounts = PRESETS["library"].with_need(Layer.NAMESPACES, Need.OFF)
    code = f"import os, time\ndef f():\n  {FILLS[name]}\n  time.sleep(60)\n  return 'refused'"
    slow = {"cpu_time_s": 20, "wall_time_s": 50}
    assert judge(code, without_mounts, scratch=True, limits=slow).verdict == "OLE"
    assert judge(WORKS_ON_FILES, without_mounts, scratch=True).verdict == "AC"


@pytest.mark.parametrize("name", UNSEEN)
def test_what_takes_room_without_being_seen_is_refused(scratch, name: str) -> None:
    without_mounts = PRESETS["library"].with_need(Layer.NAMESPACES, Need.OFF)
    code = f"import os\n{LIBC}def no(): raise OSError\ndef f():\n  os.close(os.open('x', os.O_CREAT)); os.truncate('x', 9999)\n  try:\n    {UNSEEN[name].replace(chr(10), chr(10) + '  ')}\n  except OSError: return 'refused'\n  return 'had'"
    judged = judge(code, without_mounts, scratch=True)
    assert judged.verdict == "AC", judged.message


def test_nothing_of_a_scratch_directory_tells_of_its_last_user(scratch) -> None:
    without_mounts = PRESETS["library"].with_need(Layer.NAMESPACES, Need.OFF)
    leaves = "import os\ndef f(): os.utime('tmp', ns=(1, 1111)); os.utime('.', ns=(1, 77)); return 'refused'"
    finds = (
        "import os\ndef f(): return 'had' if {77, 1111} & {os.stat(p).st_mtime_ns for p in ('.', 'tmp')} else 'refused'"
    )
    with Verifier(workers=1, sandbox=SandboxOptions(policy=without_mounts)) as verifier:
        for code in (leaves, finds):
            judged = verifier.judge(code, parse_suite(scratch))
            assert judged.verdict == "AC", judged.message


def test_nothing_stays_in_a_scratch_directory(verifier: Verifier, scratch) -> None:
    deep = "\n  for n in range(1500):\n    os.mkdir('d'); os.chdir('d')\n  os.chmod('.', 0)"
    leaves = f"import os\ndef f():\n  open('left', 'w').write('x'); os.mkdir('left.d', 0); os.chmod('tmp', 0){deep}\n  return 'refused'"
    finds = "import os\ndef f(): return 'refused' if os.listdir('.') == ['tmp'] and os.listdir('tmp') == [] else os.listdir('.')"
    before = set(Path("/tmp").glob(f"verifier-{os.getpid()}-*"))
    for _ in range(3):
        judged = verifier.judge(leaves, parse_suite(scratch))
        assert judged.verdict == "AC", judged.message
        judged = verifier.judge(finds, parse_suite(scratch))
        assert judged.verdict == "AC", judged.message
    with Verifier(workers=1) as short_lived:
        assert short_lived.judge(leaves, parse_suite(scratch)).verdict == "AC"
    assert len(set(Path("/tmp").glob(f"verifier-{os.getpid()}-*")) - before) <= verifier.workers


def test_where_nothing_confines_it_a_scratch_directory_is_refused() -> None:
    judged = judge("def f(): return 'refused'", only(), scratch=True)
    assert judged.verdict == "JE"
    assert "scratch = true: needs the layer 'empty root', which this host does not grant" in judged.message
