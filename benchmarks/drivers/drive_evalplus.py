"""evalplus' own function, in a pool of processes as evalplus' own command has it."""

import ast
import time
from concurrent.futures import ProcessPoolExecutor

from evalplus.eval import untrusted_check
from serve import WORKERS, serve


def check(task):
    code, name, inputs, expected, limit_s, stop_early = task
    status, _ = untrusted_check(
        "humaneval",
        code,
        inputs,
        name,
        expected,
        0,
        [0.0] * len(inputs),
        fast_check=stop_early,
        min_time_limit=limit_s,
    )
    return status


def main():
    with ProcessPoolExecutor(WORKERS) as pool:

        def run(job):
            tasks = [
                (
                    s["code"],
                    s["entry_point"],
                    ast.literal_eval(s["inputs"]),
                    ast.literal_eval(s["expected"]),
                    job["time_limit_s"],
                    job["stop_early"],
                )
                for s in job["submissions"]
            ]
            began = time.perf_counter()
            verdicts = list(pool.map(check, tasks))
            return {"seconds": time.perf_counter() - began, "verdicts": verdicts}

        serve(run)


if __name__ == "__main__":
    main()
