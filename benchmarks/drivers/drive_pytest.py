"""`python -m pytest` in a subprocess for each submission, at its best: no plugins but its own, no cache, and the tests'
folder stays, so that their assertions are rewritten once and read from a .pyc file after that. No jail at all."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from serve import WORKERS, serve


def main():
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        tests = os.path.join(folder, "tests")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={tests}", tests]
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

        def check(task):
            """`python -m` puts the submission's folder, which is the current one, on the path."""
            place, submission, limit_s = task
            os.makedirs(place)
            with open(os.path.join(place, "solution.py"), "w", encoding="utf-8") as stream:
                stream.write(submission["code"])
            try:
                done = subprocess.run(command, cwd=place, env=env, capture_output=True, timeout=limit_s)
            except subprocess.TimeoutExpired:
                return "timed out"
            return "passed" if done.returncode == 0 else "failed"

        def run(job):
            os.makedirs(tests, exist_ok=True)
            for name, text in job["files"].items():
                path = os.path.join(tests, name)
                if not os.path.exists(path):
                    with open(path, "w", encoding="utf-8") as stream:
                        stream.write(text)
            round_folder = tempfile.mkdtemp(dir=folder)
            tasks = [
                (os.path.join(round_folder, str(number)), submission, job["time_limit_s"])
                for number, submission in enumerate(job["submissions"])
            ]
            began = time.perf_counter()
            verdicts = list(pool.map(check, tasks))
            return {"seconds": time.perf_counter() - began, "verdicts": verdicts}

        serve(run)


if __name__ == "__main__":
    main()
