"""What every driver does: one job a line on stdin, one answer a line on stdout, until stdin ends.

A driver is a process of its own for each subject, on the subject's interpreter, and stays warm between jobs. Reading
and decoding a job is not timed; the driver times the work alone. Standard library only, since peers' interpreters
import it.
"""

import json
import os
import sys

WORKERS = 2


def serve(run, about=None):
    """`run(job)` returns a dict that JSON can hold. `about` is said first, when the driver is ready."""
    # What a subject prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print(json.dumps(about or {}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)
