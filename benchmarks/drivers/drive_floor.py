"""The floor: fork and wait of the zygote's interpreter, with nothing in between.

Two processes, as there are two workers, each loaded as a zygote of the verifier loads itself (run with the verifier's
own options `-s -P -S -B` and its environment). What a submission costs beyond this is ours to save.
"""

import gc
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))

from serve import WORKERS, serve  # noqa: E402 -- the path is set above

from verifier.sandbox import inside, zygote  # noqa: E402, F401 -- loaded because a zygote has them loaded
from verifier.sandbox.modules import Environment  # noqa: E402


def forks(count):
    began = time.perf_counter()
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    return time.perf_counter() - began


def load():
    environment = Environment((), (), whole_stdlib=False)
    environment.load()
    environment.seal()
    inside.warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()


def second(orders, results):
    """The second worker: does what it is told through one pipe, and says how long it took through another."""
    load()
    while order := os.read(orders, 16):
        os.write(results, json.dumps(forks(int(order))).encode())


def main():
    orders, results = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.set_inheritable(orders[0], True)
        os.set_inheritable(results[1], True)
        command = [sys.executable, "-s", "-P", "-S", "-B", os.path.abspath(__file__), str(orders[0]), str(results[1])]
        os.execv(sys.executable, command)
    os.close(orders[0])
    os.close(results[1])
    load()

    def run(job):
        count = job["count"] // WORKERS
        os.write(orders[1], str(count).encode())
        mine = forks(count)
        return {"seconds": max(mine, float(os.read(results[0], 64))), "verdicts": ["ok"] * (count * WORKERS)}

    with open("/proc/self/statm", "rb") as stream:
        resident = int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    serve(run, {"modules": len(sys.modules), "resident_bytes": resident})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        second(*map(int, sys.argv[1:]))
    else:
        main()
