"""A submission: exceptions, callbacks, patching, coroutines, threads."""

# ruff: noqa
import asyncio, functools, contextlib, sys, time, random, threading, os, io, builtins, warnings, datetime, queue, logging


class MyErr(ValueError):
    def __init__(self, msg, code=7):
        super().__init__(msg)
        self.code = code

    def describe(self):
        return f"{self.code}:{self}"


class StrErr(Exception):
    def __str__(self):
        return "custom " + repr(self.args)


class SubErr(MyErr):
    pass


class LookErr(LookupError, TypeError):
    pass


class AttrErr(Exception):
    def __init__(self, *, a):
        self.a = a


class NoArgs(Exception):
    pass


class PropErr(Exception):
    @property
    def p(self):
        return 5


def fail(msg="bad"):
    raise MyErr(msg, 3)


def fail_with(e):
    raise e


def sfail():
    raise StrErr(1, "x")


def builtin(name, *a):
    raise getattr(builtins, name)(*a)


def chain():
    try:
        {}["k"]
    except KeyError as e:
        raise MyErr("outer") from e


def chain_own():
    try:
        fail("inner")
    except MyErr as e:
        raise NoArgs("o") from e


def ctxchain():
    try:
        {}["k"]
    except KeyError:
        raise ValueError("second")


def fromnone():
    try:
        {}["k"]
    except KeyError:
        raise ValueError("none") from None


def noted():
    e = ValueError("n")
    e.add_note("note 1")
    raise e


def noted_own():
    e = MyErr("n")
    e.add_note("note 1")
    raise e


def group():
    raise ExceptionGroup("many", [ValueError("a"), TypeError("b")])


def group_own():
    raise ExceptionGroup("many", [MyErr("a")])


class Several(ExceptionGroup):
    pass


class SeveralOf(ExceptionGroup):
    def __new__(cls, count):
        return super().__new__(cls, f"{count} errors", [ValueError(n) for n in range(count)])


def several():
    raise Several("many", [MyErr("a"), ValueError("b")])


def several_of(count):
    raise SeveralOf(count)


def oserr():
    raise FileNotFoundError(2, "No such file", "name")


def uerr():
    return b"\xff".decode("utf-8")


def keyerr():
    return {}["k"]


def zero():
    return 1 / 0


def rec(n):
    return rec(n + 1)


def ret_err():
    return MyErr("returned")


def guard(fn):
    try:
        return ("ok", fn())
    except Exception as e:
        return (type(e).__name__, str(e), e)


def guard_type(fn, t):
    try:
        fn()
    except t as e:
        return e


def through(fn):
    return fn()


def fin(fn, log):
    try:
        return fn()
    finally:
        log.append("finally")


def wrapexc(fn):
    try:
        fn()
    except Exception as e:
        raise RuntimeError("wrapped") from e


def apply(fn, *a, **k):
    return fn(*a, **k)


def each(fn, xs):
    return [fn(x) for x in xs]


def lazy(fn, xs):
    for x in xs:
        yield fn(x)


def compose(f, g):
    return lambda x: f(g(x))


def counter():
    n = 0

    def inc(by=1):
        nonlocal n
        n += by
        return n

    return inc


def twice(fn):

    @functools.wraps(fn)
    def w(*a, **k):
        return (fn(*a, **k), fn(*a, **k))

    return w


def decorate(n):

    def d(fn):

        @functools.wraps(fn)
        def w(*a, **k):
            return [fn(*a, **k)] * n

        return w

    return d


class Memo:
    def __init__(self, fn):
        self.fn = fn
        self.cache = {}
        functools.update_wrapper(self, fn)

    def __call__(self, *a):
        if a not in self.cache:
            self.cache[a] = self.fn(*a)
        return self.cache[a]


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.singledispatch
def kind(x):
    return "other"


@kind.register
def _(x: int):
    return "int"


@kind.register(list)
def _(x):
    return "list"


part = functools.partial(int, base=2)
lam = lambda x, y=1: x + y


def fold(f, xs, init):
    return functools.reduce(f, xs, init)


def sort_by(xs, key):
    return sorted(xs, key=key)


def pingpong(fn, n):
    return fn(n) if n > 0 else "done"


class Bus:
    def __init__(self):
        self.handlers = {}

    def on(self, name, fn):
        self.handlers.setdefault(name, []).append(fn)
        return fn

    def off(self, name, fn):
        self.handlers[name].remove(fn)

    def emit(self, name, *a, **k):
        return [h(*a, **k) for h in self.handlers.get(name, [])]


class Tree:
    def __init__(self, v, kids=()):
        self.v = v
        self.kids = list(kids)

    def walk(self, fn):
        fn(self)
        for k in self.kids:
            k.walk(fn)

    def __iter__(self):
        yield self.v
        for k in self.kids:
            yield from k


def use(o):
    return (o.name, o.greet("x"), len(o), o[1], list(o), o == o, str(o), o + 1, bool(o), o.prop)


def setit(o):
    o.new = 5
    o.count += 1
    return o


def consume(it):
    return list(it)


def first(it):
    return next(it)


def write(f):
    f.write("hi\n")
    return f


def readl(f):
    return [l.strip() for l in f]


def with_(c):
    with c as x:
        return x


def hello(n):
    print("hello", n)
    print("err", file=sys.stderr)


def raw():
    sys.stdout.buffer.write(b"bytes\n")
    sys.stdout.flush()


def wr():
    sys.stdout.write("w")
    print("no newline", end="")
    print()


def ask():
    return input("name? ")


def lines():
    return [l.rstrip() for l in sys.stdin]


def rd():
    return sys.stdin.read()


def rdl():
    return sys.stdin.readline()


def now():
    return time.time()


def slp(n):
    time.sleep(n)
    return "slept"


def roll():
    return random.randint(1, 6)


def ch():
    return random.choice([1, 2, 3])


def today():
    return datetime.date.today()


def env(k):
    return os.environ.get(k)


def rfile(p):
    with open(p) as f:
        return f.read()


def wfile(p, t):
    with open(p, "w") as f:
        f.write(t)


def exists(p):
    return os.path.exists(p)


def helper():
    return "real"


def calls_helper():
    return helper()


class Svc:
    url = "u"

    def fetch(self):
        return "real"

    def get(self):
        return self.fetch()

    @staticmethod
    def st():
        return "st"

    @classmethod
    def cl(cls):
        return cls.url


CONFIG = {"a": 1}
LIMIT = 5


def over(x):
    return x > LIMIT


def conf():
    return CONFIG.get("b")


def warn():
    warnings.warn("old", DeprecationWarning)
    return 1


async def dbl(x):
    await asyncio.sleep(0)
    return x * 2


async def afail():
    await asyncio.sleep(0)
    raise MyErr("async")


async def agen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


class AC:
    def __init__(self):
        self.log = []

    async def __aenter__(self):
        self.log.append("in")
        return self

    async def __aexit__(self, *a):
        self.log.append("out")
        return False


class AI:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        return self.n


async def await_it(c):
    return await c


async def call_async(fn, *a):
    return await fn(*a)


async def gather(*cs):
    return await asyncio.gather(*cs)


class AQ:
    def __init__(self):
        self.q = asyncio.Queue()
        self.lock = asyncio.Lock()

    async def put(self, x):
        await self.q.put(x)

    async def get(self):
        return await self.q.get()

    async def locked(self, x):
        async with self.lock:
            await asyncio.sleep(0)
            return x


async def slow(n):
    await asyncio.sleep(n)
    return n


class Awaitable:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return "awaited"


@contextlib.asynccontextmanager
async def actx():
    yield "a"


@contextlib.contextmanager
def ctx(log):
    log.append("enter")
    try:
        yield "v"
    except KeyError:
        log.append("swallowed")
    finally:
        log.append("exit")


@contextlib.contextmanager
def timer():
    yield


class Sup:
    def __init__(self, *t):
        self.t = t

    def __enter__(self):
        return self

    def __exit__(self, k, e, tb):
        self.seen = (k, e)
        return k is not None and issubclass(k, self.t)


class Counter:
    def __init__(self):
        self.n = 0
        self.lock = threading.Lock()

    def inc(self):
        with self.lock:
            self.n += 1


def bg(fn):
    t = threading.Thread(target=fn)
    t.start()
    return t


def bg_join(fn):
    t = threading.Thread(target=fn)
    t.start()
    t.join()


class Worker:
    def __init__(self):
        self.q = queue.Queue()
        self.out = []
        self.t = threading.Thread(target=self.run, daemon=True)
        self.t.start()

    def run(self):
        while True:
            x = self.q.get()
            if x is None:
                return
            self.out.append(x * 2)

    def put(self, x):
        self.q.put(x)

    def stop(self):
        self.q.put(None)
        self.t.join()


class Blocking:
    def __init__(self):
        self.c = threading.Condition()
        self.items = []

    def put(self, x):
        with self.c:
            self.items.append(x)
            self.c.notify()

    def get(self):
        with self.c:
            while not self.items:
                self.c.wait()
            return self.items.pop(0)


def every(fn, n):

    def run():
        for i in range(n):
            time.sleep(0.01)
            fn(i)

    t = threading.Thread(target=run)
    t.start()
    return t


def sysexit(n):
    sys.exit(n)


def kbd():
    raise KeyboardInterrupt


def stop():
    raise StopIteration


def isco(f):
    return asyncio.iscoroutinefunction(f)


def pool(fn, xs):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as p:
        return list(p.map(fn, xs))


def log_it(m):
    logging.getLogger("solution").warning(m)


def nargs(f):
    return f.__code__.co_argcount


def nm(f):
    return (f.__name__, f.__doc__)
