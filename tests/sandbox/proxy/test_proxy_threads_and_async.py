"""Threads and coroutines of both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import solution
import solution as s
from solution import *
from unittest import mock
import pytest, asyncio, io, sys
"""

CASES = {
    "async": """
show(asyncio.run(dbl(2)))
async def m():
    items = [x async for x in agen(3)]
    return [await dbl(1), await asyncio.gather(dbl(2), dbl(3)), items, await asyncio.wait_for(dbl(4), 5)]
show(asyncio.run(m()))
""",
    "async error": """
async def m():
    with pytest.raises(MyErr):
        await afail()
    r = await asyncio.gather(afail(), dbl(1), return_exceptions=True)
    return (type(r[0]) is MyErr, r[1])
show(asyncio.run(m()))
with pytest.raises(MyErr):
    asyncio.run(afail())
show('k')
""",
    "async with": """
async def m():
    async with AC() as c:
        c.log.append('body')
    async with actx() as a:
        pass
    return (c.log, a)
show(asyncio.run(m()))
""",
    "async iter": """
async def m():
    out = []
    async for x in AI(3):
        out.append(x)
    g = agen(3)
    out.append(await g.__anext__())
    out.append(await anext(g))
    await g.aclose()
    return out
show(asyncio.run(m()))
""",
    "async task": """
async def m():
    t = asyncio.create_task(dbl(3))
    return (await t, await asyncio.ensure_future(dbl(4)))
show(asyncio.run(m()))
""",
    "async callback": """
async def cb(x):
    await asyncio.sleep(0)
    return x + 1
show(asyncio.run(await_it(cb(1))), asyncio.run(call_async(cb, 5)))
show(asyncio.run(gather(cb(1), cb(2))))
""",
    "async callback error": """
async def cb():
    raise KeyError('z')
with pytest.raises(KeyError):
    asyncio.run(call_async(cb))
show('ok')
""",
    "async mock": """
m = mock.AsyncMock(return_value=4)
show(asyncio.run(call_async(m, 1)))
m.assert_awaited_once_with(1)
""",
    "async queue": """
async def m():
    q = AQ()
    await q.put(1)
    await q.put(2)
    return (await q.get(), await q.get(), await asyncio.gather(q.locked(1), q.locked(2)))
show(asyncio.run(m()))
""",
    "async producer": """
async def m():
    q = AQ()
    t = asyncio.create_task(q.get())
    await asyncio.sleep(0)
    await q.put(5)
    return await asyncio.wait_for(t, 2)
show(asyncio.run(m()))
""",
    "async concurrent": """
seen = []
async def step(n):
    seen.append(n)
    await asyncio.sleep(0)
    await slow(0.01)
    seen.append(n)
async def m():
    # Were they run one after the other, this would wait for ever.
    q = AQ()
    async def first():
        return await q.get()
    async def second():
        await slow(0.01)
        await q.put(5)
    got, _ = await asyncio.gather(first(), second())
    await asyncio.gather(*[step(n) for n in range(5)])
    return got, seen[:5]
show(asyncio.run(m()))
""",
    "async timeout": """
async def m():
    try:
        await asyncio.wait_for(slow(3600), 0.1)
    except asyncio.TimeoutError:
        return 'timeout'
show(asyncio.run(m()))
""",
    "async timeout ctx": """
async def m():
    try:
        async with asyncio.timeout(0.1):
            await slow(3600)
    except TimeoutError:
        return 'timeout'
show(asyncio.run(m()))
""",
    "async cancel": """
async def m():
    t = asyncio.create_task(slow(3))
    await asyncio.sleep(0.05)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        return 'cancelled'
show(asyncio.run(m()))
""",
    "async order": """
log = []
async def m():

    async def a():
        for i in range(3):
            log.append(i)
            await asyncio.sleep(0.02)
    await asyncio.gather(a(), slow(0.1))
asyncio.run(m())
show(log)
""",
    "awaitable": """
async def m():
    return await Awaitable()
show(asyncio.run(m()))
""",
    "async isco": """
import inspect
show(inspect.iscoroutinefunction(dbl), asyncio.iscoroutinefunction(dbl))
show(inspect.isasyncgenfunction(agen), inspect.isawaitable((c := dbl(1))), inspect.iscoroutine(c))
show(asyncio.iscoroutine(c))
c.close()
""",
    "async unittest": """
import unittest
class TT(unittest.IsolatedAsyncioTestCase):

    async def test_a(self):
        self.assertEqual(await dbl(2), 4)
r = unittest.TestResult()
TT('test_a').run(r)
show(r.wasSuccessful(), r.testsRun)
""",
    "async two runs": """
q = AQ()
async def m():
    await q.put(1)
    return await q.get()
show(asyncio.run(m()))
show(asyncio.run(dbl(1)))
""",
    "async loop": """
loop = asyncio.new_event_loop()
show(loop.run_until_complete(dbl(4)))
show(loop.run_until_complete(asyncio.gather(dbl(1), dbl(2)) if False else dbl(5)))
loop.close()
""",
    "threads": """
import threading
c = Counter()
ts = [threading.Thread(target=lambda: [c.inc() for _ in range(20)]) for _ in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
show(c.n)
""",
    "threads pool": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as p:
    show(list(p.map(helper2 if False else lambda x: lam(x), range(10))))
""",
    "threads bg": """
got = []
t = bg(lambda: got.append(1))
t.join()
show(got, t.is_alive())
bg_join(lambda: got.append(2))
show(got)
""",
    "threads worker": """
w = Worker()
w.put(1)
w.put(2)
w.stop()
show(w.out)
""",
    "threads blocking": """
import threading
b = Blocking()
got = []
t = threading.Thread(target=lambda: got.append(b.get()))
t.start()
import time
time.sleep(0.05)
b.put(5)
t.join(5)
show(got, t.is_alive())
""",
    "threads callback while sleeping": """
import time
got = []
t = every(got.append, 3)
time.sleep(0.3)
show(got)
t.join()
ev = __import__('threading').Event()
t = every(lambda i: ev.set(), 1)
show(ev.wait(5))
t.join()
""",
    "threads exception": """
import threading
errs = []
def run():
    try:
        fail('t')
    except MyErr as e:
        errs.append(str(e))
t = threading.Thread(target=run)
t.start()
t.join()
show(errs)
""",
    "threads queue": """
import queue
q = queue.Queue()
t = every(q.put, 3)
show([q.get(timeout=5) for _ in range(3)])
t.join()
""",
    "threads pool there": """
show(pool(lambda x: x * 2, [1, 2, 3]), pool(str, [1]))
""",
    "threads lock args": """
import threading
l = threading.Lock()
show(apply(lambda: l.locked()))
l.acquire()
l.release()
show(with_(l))
""",
    "threads event arg": """
import threading
e = threading.Event()
bg(e.set).join()
show(e.is_set())
""",
}


@pytest.mark.parametrize("case", CASES)
def test_it_runs_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("mixed", PRELUDE + CASES[case])
