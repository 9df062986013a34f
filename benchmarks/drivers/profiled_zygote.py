"""The verifier's zygote with a stopwatch at each stage of a cell; started by `profile_cell.py` in the zygote's place.

Sums go to a shared mapping, since a cell can open nothing and ends without a word. The clock is the process's CPU time,
which begins at 0 with the fork, and page faults are counted beside it: a cell's cost is mostly pages that it copies.
"""

import mmap
import os
import resource
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))

from verifier.sandbox import inside, running, zygote  # noqa: E402 -- the path is set above

OWNERS = {name: inside for name in vars(inside) if name.startswith(("setup_", "lock_"))}
OWNERS |= {name: running for name in vars(running) if name.startswith(("compile_", "report_", "share_"))}
OWNERS |= dict.fromkeys(
    ("read_frame", "entry_point", "what_to_compare", "call", "run_function", "run_program", "leave"), running
)
STAGES = list(OWNERS)
NAMES = ["fork, as the cell sees it", *STAGES, "exit", "whole cell"]
RECORD = struct.Struct("ddd")  # times seen, CPU seconds, page faults; each stage without the stages in it


def main():
    with open(os.environ.pop("PROFILE_FILE"), "r+b") as stream:
        table = mmap.mmap(stream.fileno(), 0)
    table[: len(NAMES) * 64 + 64] = "\n".join(NAMES).encode().ljust(len(NAMES) * 64 + 64, b"\0")
    start = len(table) // 2
    clock, usage, own = time.process_time, resource.getrusage, resource.RUSAGE_SELF
    open_stages = []

    def add(index, seconds, faults):
        at = start + index * RECORD.size
        seen, total, faulted = RECORD.unpack_from(table, at)
        RECORD.pack_into(table, at, seen + 1, total + seconds, faulted + faults)

    def now():
        return clock(), usage(own).ru_minflt

    def timed(function, index):
        def stage(*args, **kwargs):
            began, faults = now()
            open_stages.append([0.0, 0])
            try:
                return function(*args, **kwargs)
            finally:
                ended, after = now()
                inner = open_stages.pop()
                add(index, ended - began - inner[0], after - faults - inner[1])
                if open_stages:
                    open_stages[-1][0] += ended - began
                    open_stages[-1][1] += after - faults

        return stage

    for index, name in enumerate(STAGES, 1):
        setattr(OWNERS[name], name, timed(getattr(OWNERS[name], name), index))
    run, wait4 = inside.run, os.wait4
    left = mmap.mmap(-1, mmap.PAGESIZE)
    end = os._exit

    def leave(status):
        struct.pack_into("dd", left, 0, *now())
        end(status)

    def profiled_run(*args):
        add(0, *now())
        os._exit = leave
        run(*args)

    def profiled_wait4(*args):
        pid, status, used = wait4(*args)
        if pid > 0:
            seconds, (at_exit, faults) = used.ru_utime + used.ru_stime, struct.unpack_from("dd", left)
            add(len(NAMES) - 1, seconds, used.ru_minflt)
            if at_exit:
                add(len(NAMES) - 2, max(0.0, seconds - at_exit), used.ru_minflt - faults)
            struct.pack_into("dd", left, 0, 0.0, 0.0)
        return pid, status, used

    inside.run, os.wait4 = profiled_run, profiled_wait4
    zygote.main()


if __name__ == "__main__":
    main()
