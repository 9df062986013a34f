"""Plain `subprocess.run`: a file for each submission, an interpreter for each run, no jail at all.

Function tasks run as one file, the submission and its asserts, judged by the exit status; programs run once a case,
judged by what they print. With the argument `bare` the interpreter starts with -I -S, and finds no
installed package.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from serve import WORKERS, serve

COMMAND = [sys.executable, *(["-I", "-S"] if sys.argv[1:] == ["bare"] else [])]


def check_function(task):
    path, submission, limit_s = task
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(f"{submission['code']}\n\n{submission['check']}\n\ncheck({submission['entry_point']})\n")
    try:
        done = subprocess.run([*COMMAND, path], capture_output=True, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return "timed out"
    return "passed" if done.returncode == 0 else "failed"


def check_program(task):
    path, submission, limit_s = task
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(submission["code"])
    for given, wanted in submission["cases"]:
        try:
            done = subprocess.run([*COMMAND, path], input=given.encode(), capture_output=True, timeout=limit_s)
        except subprocess.TimeoutExpired:
            return "timed out"
        if done.returncode or done.stdout.split() != wanted.encode().split():
            return "failed"
    return "passed"


def main():
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:

        def run(job):
            tasks = [
                (os.path.join(folder, f"{number}.py"), submission, job["time_limit_s"])
                for number, submission in enumerate(job["submissions"])
            ]
            check = check_program if job["kind"] == "programs" else check_function
            began = time.perf_counter()
            verdicts = list(pool.map(check, tasks))
            return {"seconds": time.perf_counter() - began, "verdicts": verdicts}

        serve(run)


if __name__ == "__main__":
    main()
