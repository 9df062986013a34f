"""A submission: enums, dataclasses, containers, generators."""

# ruff: noqa
import enum, dataclasses, collections, typing, datetime, decimal, fractions, itertools


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def nice(self):
        return self.name.title()

    def next(self):
        return Color.GREEN if self is Color.RED else Color.RED

    @classmethod
    def parse(cls, s):
        return cls[s.upper()]

    def __str__(self):
        return "color " + self.name


class Auto(enum.Enum):
    A = enum.auto()
    B = enum.auto()


class IC(enum.IntEnum):
    LOW = 1
    HIGH = 10


class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1


class IP(enum.IntFlag):
    A = 1
    B = 2


class Sz(enum.StrEnum):
    S = "small"
    L = enum.auto()


class Planet(enum.Enum):
    EARTH = (1.0, 2.0)
    MARS = (3.0, 4.0)

    def __init__(self, m, r):
        self.m, self.r = (m, r)


class Mode(str, enum.Enum):
    ON = "on"


@dataclasses.dataclass
class P:
    x: int
    y: int = 2
    tags: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, order=True)
class F:
    a: int
    b: str = "q"


@dataclasses.dataclass
class Nest:
    p: P
    ps: list


@dataclasses.dataclass(slots=True)
class Sl:
    a: int


@dataclasses.dataclass
class Post:
    a: int
    b: int = dataclasses.field(init=False)
    secret: int = dataclasses.field(default=3, repr=False, compare=False)
    K: typing.ClassVar[int] = 8

    def __post_init__(self):
        self.b = self.a * 2


NT = collections.namedtuple("NT", "p q", defaults=[9])


class TN(typing.NamedTuple):
    name: str
    n: int = 3

    def up(self):
        return self.name.upper()


class TD(typing.TypedDict):
    a: int


def nt():
    return NT(1, 2)


def dd():
    d = collections.defaultdict(list)
    d["a"].append(1)
    return d


def dl():
    d = collections.defaultdict(lambda: 7)
    d["z"]
    return d


def ctr(s):
    return collections.Counter(s)


def od():
    return collections.OrderedDict([("b", 1), ("a", 2)])


def dq():
    return collections.deque([1, 2, 3], maxlen=3)


def cm():
    return collections.ChainMap({"a": 1}, {"b": 2})


class Stack(list):
    def push(self, x):
        self.append(x)

    def peek(self):
        return self[-1]


class Money(int):
    def __add__(self, o):
        return Money(int(self) + int(o))

    def __repr__(self):
        return f"Money({int(self)})"


class Name(str):
    def shout(self):
        return self.upper() + "!"


class Bag(dict):
    def total(self):
        return sum(self.values())


class Ci(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k.lower(), v)

    def __getitem__(self, k):
        return super().__getitem__(k.lower())

    def __contains__(self, k):
        return super().__contains__(k.lower())


class MySet(set):
    pass


class Vec(tuple):
    def __new__(cls, *a):
        return super().__new__(cls, a)

    def __add__(self, o):
        return Vec(*(x + y for x, y in zip(self, o)))


class UL(collections.UserList):
    pass


class UD(collections.UserDict):
    pass


class US(collections.UserString):
    pass


class DF(float):
    pass


class MyDeque(collections.deque):
    pass


class MySeq(collections.abc.Sequence):
    def __init__(self, *v):
        self.v = v

    def __getitem__(self, i):
        return self.v[i]

    def __len__(self):
        return len(self.v)


class MyMap(collections.abc.MutableMapping):
    def __init__(self):
        self.d = {}

    def __getitem__(self, k):
        return self.d[k]

    def __setitem__(self, k, v):
        self.d[k] = v

    def __delitem__(self, k):
        del self.d[k]

    def __iter__(self):
        return iter(self.d)

    def __len__(self):
        return len(self.d)


def ident(x):
    return x


def pair(x):
    return (x, x)


def sort(l):
    l.sort()
    return l


def app(l, x):
    l.append(x)


def upd(d):
    d["new"] = 1
    return d


def nest(d):
    d["k"].append(5)


def dset(s):
    s.add(9)
    s.discard(1)


def ba(b):
    b[0] = 65
    b.append(66)


def kill(l):
    l.clear()


def swap(a, b):
    a[:], b[:] = (b[:], a[:])


def selfin():
    l = [1]
    l.append(l)
    return l


def same2():
    l = [1]
    return [l, l]


def gen(n):
    for i in range(n):
        yield i


def echo():
    got = None
    try:
        while True:
            got = yield got
    except ValueError as e:
        yield f"caught {e}"
    finally:
        log.append("closed")


log = []


def ret():
    yield 1
    return "end"


def outer_gen():
    r = yield from ret()
    yield r


def big():
    return 10**40


def types_():
    return [
        1,
        1.5,
        "s",
        b"b",
        None,
        True,
        (1,),
        {1},
        frozenset([1]),
        {"a": 1},
        {1: 2},
        2 + 3j,
        range(3),
        bytearray(b"x"),
        ...,
        NotImplemented,
        10**30,
        float("inf"),
        slice(1, 2),
    ]


def dates():
    return [
        datetime.date(2020, 1, 2),
        datetime.datetime(2020, 1, 2, 3),
        datetime.timedelta(1),
        decimal.Decimal("1.5"),
        fractions.Fraction(1, 3),
        datetime.time(1),
    ]


def tz():
    return datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def tname(x):
    return type(x).__name__


def isin(x, c):
    return isinstance(x, c)


def add(a, b):
    return a + b


def mp():
    return map(str, [1, 2])


def zp():
    return zip([1, 2], "ab")


def flt():
    return filter(None, [0, 1])


def enm():
    return enumerate("ab")


def rev():
    return reversed([1, 2])


def chain():
    return itertools.chain([1], [2])


def cnt():
    return itertools.count(5)


def keys(d):
    return d.keys()


def vals(d):
    return d.values()


def items(d):
    return d.items()


def nan():
    return float("nan")


CONST = [1, 2]
TABLE = {"a": [1]}
PI = 3.14
SET = {1, 2}
cache = {}


def remember(k, v):
    cache[k] = v


def cached():
    return cache


class Holder:
    def __init__(self, items=None):
        self.items = items if items is not None else []

    def add(self, x):
        self.items.append(x)

    def get(self):
        return self.items

    def copy(self):
        return list(self.items)
