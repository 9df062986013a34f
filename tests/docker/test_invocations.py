"""Ordinary invocations in the image, arranged as on AWS Lambda."""

from __future__ import annotations

from typing import Any

ADD = {
    "kind": "function",
    "entry_point": "add",
    "cases": [{"args": [1, 2], "expected": 3}, {"args": [0, 0], "expected": 0}],
}
ECHO = {"kind": "stdio", "cases": [{"stdin": "7\n", "stdout": "7\n"}]}
HIDDEN = {"kind": "pytest", "files": {"test_it.py": "from solution import add\ndef test_add(): assert add(1, 2) == 3"}}
SHORT = {"cpu_time_s": 0.5, "memory_bytes": 64 << 20}

BATCH: dict[str, tuple[str, dict[str, Any], float]] = {
    "right": ("def add(a, b): return a + b", ADD, 1.0),
    "half right": ("def add(a, b): return a - b", ADD, 0.5),
    "wrong": ("def add(a, b): return 'x'", ADD, 0.0),
    "no Python": ("def add(a, b) return a + b", ADD, 0.0),
    "endless": ("def add(a, b):\n    while True: pass", {**ADD, "limits": SHORT}, 0.0),
    "greedy": ("def add(a, b): x = [bytearray(1 << 20) for _ in range(300)]", {**ADD, "limits": SHORT}, 0.0),
    "a package": ("import numpy\ndef add(a, b): return int(numpy.sum([a, b]))", ADD, 1.0),
    "a program": ("print(input())", ECHO, 1.0),
    "threads": ("import threading\nt = threading.Thread(target=lambda: print(7)); t.start(); t.join()", ECHO, 1.0),
    "asyncio": ("import asyncio\nasync def add(a, b):\n    await asyncio.sleep(0)\n    return a + b", ADD, 1.0),
    "hidden tests": ("def add(a, b): return a + b", HIDDEN, 1.0),
    "hidden tests fail": ("def add(a, b): return 4", HIDDEN, 0.0),
    "no file": ("def add(a, b):\n    open('/etc/passwd')\n    return a + b", ADD, 0.0),
    "a suite by name": ("def f(): pass", {"suite": "pantry-check"}, 0.0),
}


def batch() -> list[dict[str, Any]]:
    return [{"id": name, "code": code, "reference_answer": suite} for name, (code, suite, _) in BATCH.items()]


def test_a_batch_gets_its_rewards(function: Any) -> None:
    """Each sample of a batch has the reward that it has anywhere else."""
    results = function.invoke(batch())

    assert [(r["id"], r["aggregate_reward_score"]) for r in results] == [(n, r) for n, (_, _, r) in BATCH.items()], (
        results
    )
    assert all(r["verdict"] != "JE" for r in results), results


def test_the_response_says_which_layers_are_in_force(function: Any) -> None:
    """What Lambda refuses is missing, and said to be; what holds everywhere holds."""
    [result] = function.invoke(batch()[:1])

    isolation = result["isolation"]
    assert {"descriptor lock", "resource limits", "sweep"} <= set(isolation["in_force"])
    assert {"seccomp", "landlock", "namespaces", "identity"} <= set(isolation["missing"])


def test_the_environments_are_kept_apart(function: Any) -> None:
    """A submission can import what the sandbox's environment holds, and none of the keeper's packages."""
    samples = [
        {
            "id": name,
            "code": f"def add(a, b):\n    import {name}\n    return a + b",
            "reference_answer": ADD,
        }
        for name in ("numpy", "pytest", "boto3", "pydantic", "awslambdaric", "verifier")
    ]

    results = function.invoke(samples)

    assert [r["aggregate_reward_score"] for r in results] == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], results


def test_nothing_in_the_image_can_be_written_to_by_its_user(function: Any) -> None:
    """Not even where the root were not read-only: nothing belongs to the user, or is open to all."""
    found = function.plain("""
        import os
        for top in ("/opt", "/var/task", "/usr/local"):
            for folder, folders, files in os.walk(top):
                for name in folders + files:
                    path = os.path.join(folder, name)
                    status = os.lstat(path)
                    if not os.path.islink(path) and (status.st_uid != 0 or status.st_mode & 0o002):
                        print(path)
    """)

    assert found == ""


def test_the_command_line_is_in_the_image(engine: Any, image: str) -> None:
    """`docker run <image> verifier ...` is the command line."""
    output = engine.containers.run(image, ["verifier", "score", "--help"], remove=True, read_only=True)

    assert b"samples" in output.lower()
