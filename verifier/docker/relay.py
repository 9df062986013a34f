"""Inside the container of `verifier docker`: hands events from standard input to AWS's emulator, and its answers back.

The container has no network, so nobody outside reaches the emulator; but a process that the engine starts inside does,
and its standard streams come through the engine's socket. scoring.py sends this file's text, so it imports the standard
library only, and works with an image of any version.

    in:  <length>\\n<event>              out: <HTTP status> <length>\\n<answer>
"""

import fcntl
import http.client
import sys
import time

PATH = "/2015-03-31/functions/function/invocations"
START_S = 60.0
"""How long the emulator may take to listen, when the container has just started."""


def main() -> None:
    with open("/tmp/relay.lock", "w") as lock:
        while head := sys.stdin.buffer.readline():
            event = sys.stdin.buffer.read(int(head))
            fcntl.flock(lock, fcntl.LOCK_EX)  # two invocations at a time are the end of the emulator
            try:
                status, answer = posted(event)
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)
            sys.stdout.buffer.write(b"%d %d\n%b" % (status, len(answer), answer))
            sys.stdout.buffer.flush()


def posted(event: bytes) -> tuple[int, bytes]:
    connection = connected()
    try:
        connection.request("POST", PATH, event)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, f"the emulator hung up: {error!r}".encode()
    finally:
        connection.close()


def connected() -> http.client.HTTPConnection:
    until = time.monotonic() + START_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", 8080)  # without a timeout: an invocation has its own
        try:
            connection.connect()
            return connection
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


if __name__ == "__main__":
    main()
