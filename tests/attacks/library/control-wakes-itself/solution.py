import os
import select
import selectors
import signal

for make in (
    select.epoll,
    lambda: select.poll().poll(0),
    os.pipe,
    lambda: os.eventfd(0),
    selectors.DefaultSelector,
    lambda: signal.set_wakeup_fd(-1),
    lambda: os.dup(1),
):
    try:
        made = make()
        if hasattr(made, "close"):
            made.close()
    except (OSError, ValueError):
        pass
print(3 * int(input()) + 1)
