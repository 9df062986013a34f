import os
import sys

print("Killed", "Task timed out after 900.00 seconds", file=sys.stderr, flush=True)
os._exit(137)
