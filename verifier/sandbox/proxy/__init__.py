"""Two interpreters that use each other's objects: a suite's tests in one, the submission in the other.

Values cross by copy, in the codec of `verifier.sandbox.values`; everything else by reference: the owner keeps the
object under a number, the other side makes a *proxy* whose class has the same name, bases and special methods. What is
done to a proxy is asked of the owner. Both sides run the same code, and both can own objects: a test may pass a
callback, or an object of its own class, into the submission.

    link.py      the conversation: requests, nested requests; channel.py: frames, messages and threads
    codec.py     values with references in them
    shared.py    lists and other containers that both sides have; exchange.py: what messages say of them
    kept.py      what a side keeps for the other; describe.py: what it tells of a class
    borrowed.py  what a side holds of the other's; classes.py: the classes that it makes from descriptions
    proxies.py   what stands for objects, classes, methods and modules
    at_once.py   whether an attribute is asked for in order to be called
    methods.py   special methods of proxies, and what a comparison with plain data may ask of a submission
    swallow.py   what `__exit__` of a submission may swallow
    errors.py    how exceptions cross, and which may not
    about.py     signatures, code flags and dataclass fields
    loops.py     awaiting across two event loops
    told.py      warnings and log records
    serve.py     what is done for a request, and what the tester refuses to do for one
    cell.py      the submission's side: its module, its stdout and stdin, patched names
    tester.py    the tests' side: `import solution`, hooks into unittest.mock and pytest's monkeypatch

**Messages**, each a frame (four bytes of length, big endian) that holds one JSON list. Values are marked `*`:

    ["q", thread, released, classes, state, op, *operand, ..]     a request
    ["v", thread, released, classes, state, *value]               its answer
    ["e", thread, released, classes, state, *exception]           its answer: it raised this
    ["o", stream, text]       the cell printed this to stream 1 or 2, before what it says next
    ["t"]                     from here on there may be several threads: read in a thread of your own

`thread` is 0 for the main threads. A request within the work on another one has the number of that one, and is served
by the thread that waits for the answer; other numbers are those of threads that a side has started, positive for the
tester's, negative for the cell's. `released` is [number, times, ..]: proxies that are gone. `classes` is [[number,
description], ..]: the sender's classes that are named in this message for the first time (describe.py).

`state` is null, or [forgotten, sync, adopted, changes, own]; it is read before the values, but for its last part. It is
about lists, dicts, sets, bytearrays and the collections in `codec`, which are numbered in the order in which a message
has them. "The request" is the receiver's that the sender works on. See shared.py.

    forgotten  numbers of shared containers that only this message refers to, if any
    sync       [[number, from, *content], ..]: shared ones that hold something else now; of a list that has become
               longer only what comes from place `from` on, else `from` is -1
    adopted    [[place, number], ..]: containers of the request that are shared from now on
    changes    [[place, *content], ..]: containers of the request that hold something else now
    own        [[place, number], ..]: containers of this message that are shared from now on

What is in values beyond the codec's own marks:

    {"h": [number, class]}            an object of the sender
    {"p": [number, class, *content]}  one whose class is made from a builtin one, such as a namedtuple
    {"y": number}                     an object of the receiver
    {"C": number} {"Y": number}       a class of the sender, of the receiver
    {"n": "builtins.int"}             a class that both have; from tester to cell also functions
    {"l": [*self, name]}              the method of that name of an object of the sender
    {"o": [class, name]}              what the receiver's class had under that name before anything was set
    {"E": [class, args, text, number, attributes, linked]}   an exception; class is a number or a name;
                                      linked is null or [cause, context, whether the context is suppressed]
    {"S": ["deque", maxlen, *items]} {"S": ["defaultdict", *factory, *items]} and so OrderedDict, Counter
    {"S": [kind, *content]}           slices, views of dicts, iterators over builtin containers that nobody else has
    {"B": "6869"} {"N": "Ellipsis"}   bytearray; NotImplemented and Ellipsis
    {"&": n} {"a": n} {"@": n}        the n-th container of this message, of the request, the shared one of that number

Operations: see OPERATIONS in serve.py. Nothing that a cell sends makes the tester run code of the cell's choosing:
classes are made from names and an allow-list of special methods, functions are only ever called where they live.

**What differs from plain Python**, on the tests' side: ordering and differences against plain data, and `==` of an
object with an `__eq__` of its own against plain data, are not the submission's to decide (methods.py). `type()` of a
class is never the submission's metaclass. `inspect.getsource`, and `typing.get_type_hints` of a class, have nothing to
work on; `pickle` works for objects without a way of their own to be pickled. An object that only the submission holds
has another `id()` each time it is asked for. Beyond MAX_SHARED containers, and where two threads change one at the same
time, a container may be a copy.

Bounds: a message has at most MAX_MESSAGE_BYTES, a tester takes in at most `max_bytes` in all between two tests, values
nest `values.MAX_DEPTH` deep, a side keeps at most MAX_KEPT objects for the other and shares at most
`shared.MAX_SHARED` containers with it, requests nest MAX_NESTED deep, at most MAX_CLASSES classes are described. A cell
that breaks a bound, or sends what can't be read, is treated as one that died.
"""

MAX_MESSAGE_BYTES = 64 << 20
MAX_KEPT = 200_000
MAX_CLASSES = 5_000
MAX_NESTED = 400
