"""What every conversation does, done once in a zygote: so that no cell and no tester pays for the first time.

Python adapts code to what it meets as it runs, which writes to the pages that hold it. Each page that a child writes to
is copied, at some 4 microseconds; what the zygote has run already is adapted already.
"""

from __future__ import annotations

import _socket
import _thread
import contextlib
import sys

from verifier.sandbox.proxy.cell import operations
from verifier.sandbox.proxy.link import Link

_SUBMISSION = """
class Error(ValueError):
    pass
class Thing:
    size = 1
    def __init__(self, items): self.items = items
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __eq__(self, other): return self.items == other.items
    def __contains__(self, item): return item in self.items
    def add(self, item, times=1): self.items += [item] * times; return self
    @property
    def first(self): return self.items[0]
def double(n): return 2 * n
def order(items): items.sort(); return items
def fail(text): raise Error(text)
def call(function, value): return [function(value), {"a": (1, 2.5, None)}, {3}]
"""


def converse() -> None:
    """Both sides of a conversation, in this process. Leaves nothing behind."""
    mine, theirs = _socket.socketpair()
    ended = _thread.allocate_lock()
    ended.acquire()
    argv, path = sys.argv[:], sys.path[:]

    def serve() -> None:
        try:
            link = Link(theirs.fileno(), guarded=False)
            link.operations.update(operations(compile(_SUBMISSION, "warm_up.py", "exec"), None, lambda link: None))
            link.serve_main()
        finally:
            ended.release()

    _thread.start_new_thread(serve, ())
    try:
        _use(Link(mine.fileno(), guarded=True))
    finally:
        mine.close()
        ended.acquire()
        theirs.close()
        sys.modules.pop("warm_up", None)
        sys.argv[:], sys.path[:] = argv, path


def _use(link: Link) -> None:
    link.mentioned = frozenset({"Thing", "Error"})
    module = link.request("load", ["warm_up"])
    for _ in range(3):
        module.double(module.double(n=2))
        module.order([3, 1, 2])
        module.call(lambda value: value * 2, "text")
        thing, other = module.Thing([1, 2]), module.Thing([1])
        other.add(2)
        thing.size = other.size + thing.first
        assert len(thing) == 2 and 2 in thing and list(thing) == [1, 2] and thing == other
        assert thing != 5 and isinstance(other, module.Thing)
        with contextlib.suppress(ValueError):
            module.fail("no")
        with contextlib.suppress(AttributeError):
            _ = thing.nothing
