"""Where the time of a cold start goes, in the image: `python -m benchmarks.cold_start [--image NAME] [--runs N]`.

Each run is a container of its own (two processors, no network): nothing is warm but the disk's cache. Prints the
median of each step, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess

PROGRAM = """
import os, time
marks = [("container's shell to Python", time.time() - float(os.environ["BEGAN"]))]
last = time.perf_counter()
def mark(name):
    global last
    now = time.perf_counter()
    marks.append((name, now - last))
    last = time.perf_counter()
import verifier.handler
mark("import of the handler")
if hasattr(verifier.handler, "start_early"):
    verifier.handler.start_early()
else:
    verifier.handler._verifier().start()
mark("start of the verifier, its zygotes and its logs")
function = {"kind": "function", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
stdio = {"kind": "stdio", "cases": [{"stdin": "7", "stdout": "7"}]}
tests = {"kind": "pytest", "files": {"test_f.py": "from solution import f\\ndef test_f(): assert f(1) == 1"}}
for name, code, suite in (
    ("first batch of one call", "def f(n): return n", function),
    ("second batch of one call", "def f(n): return n + 0", function),
    ("first batch of one program", "print(input())", stdio),
    ("first batch of one pytest suite", "def f(n): return n", tests),
    ("second batch of one pytest suite", "def f(n): return n + 0", tests),
    ("first batch of one call with numpy", "import numpy\\ndef f(n): return int(numpy.array([n])[0])", function),
    ("second batch of one call with numpy", "import numpy\\ndef f(n): return int(numpy.array([n + 0])[0])", function),
):
    [answer] = verifier.handler.handler([{"id": "1", "code": code, "reference_answer": suite}])
    assert answer["aggregate_reward_score"] > 0.5, answer
    mark(name)
import json
print("\\n" + json.dumps(marks))
"""


def once(image: str) -> list[tuple[str, float]]:
    command = [
        *("docker", "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cpus", "2"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--entrypoint", "sh", image, "-c"),
        'BEGAN=$(date +%s.%N) exec /opt/verifier/bin/python -c "$0"',
        PROGRAM,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    marks: list[tuple[str, float]] = [(name, seconds) for name, seconds in json.loads(done.stdout.splitlines()[-1])]
    return marks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default="rl-code-verifier:lambda")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    runs = [once(options.image) for _ in range(options.runs)]
    for steps in zip(*runs, strict=True):
        print(f"{statistics.median(seconds for _, seconds in steps) * 1000:7.0f} ms  {steps[0][0]}")


if __name__ == "__main__":
    main()
