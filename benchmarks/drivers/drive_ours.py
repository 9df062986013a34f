"""This verifier through its public API: samples in, results out, suites inline."""

import gc
import os
import time

import psutil
from serve import WORKERS, serve

from verifier.pipeline import Verifier


def main() -> None:
    with Verifier(workers=WORKERS) as verifier:
        verifier.start()

        def run(job):
            if job["kind"] == "soak":
                return soak(verifier, job)
            began = time.perf_counter()
            results = verifier.score(job["samples"])
            seconds = time.perf_counter() - began
            # The sandbox says which layers of the jail were in force: figures without the jail would be worth nothing.
            layers = list(results[0].judgement.isolation.in_force)
            return {"seconds": seconds, "verdicts": [str(r.verdict) for r in results], "layers": layers}

        serve(run)


def soak(verifier, job):
    """The same samples as one stream, over and over; memory on the way, processes and descriptors before and after.

    What comes before the first count is warm-up: zygotes of every environment start, caches fill.
    """
    samples, verdicts, me = job["samples"], job["verdicts"], psutil.Process()

    def run(count, mark):
        made = (
            {**samples[n % len(samples)], "id": n, "code": f"{samples[n % len(samples)]['code']}\n# {mark} {n}\n"}
            for n in range(count)
        )
        wrong, rss = 0, []
        for number, result in enumerate(verifier.stream(made), 1):
            wrong += str(result.verdict) != verdicts[(number - 1) % len(samples)]
            if number % max(1, count // 10) == 0:
                rss.append(me.memory_info().rss)
        return wrong, rss

    run(max(len(samples), job["count"] // 10), "warm-up")
    before, began = counts(me), time.perf_counter()
    wrong, rss = run(job["count"], "soak")
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "rss_bytes": rss, "wrong": wrong, "before": before, "after": counts(me)}


def counts(me):
    gc.collect()
    return {"processes": len(me.children(recursive=True)), "descriptors": len(os.listdir("/proc/self/fd"))}


if __name__ == "__main__":
    main()
