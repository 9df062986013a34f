"""Programs that read and print in any style get the verdict that their output deserves."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import pytest

# Each reads two numbers on two lines and prints their sum; the rest of its output is nothing.
READERS = {
    "input": "print(int(input()) + int(input()))",
    "input with a prompt on stderr": "import sys; sys.stderr.write('? '); print(int(input()) + int(input()))",
    "iteration": "import sys; print(sum(int(line) for line in sys.stdin))",
    "read": "import sys; print(sum(map(int, sys.stdin.read().split())))",
    "readline": "import sys; input = sys.stdin.readline; print(int(input()) + int(input()))",
    "readlines": "from sys import stdin; print(sum(int(x) for x in stdin.readlines()))",
    "buffer": "import sys; print(sum(map(int, sys.stdin.buffer.read().split())))",
    "buffer.readline": "import sys; r = sys.stdin.buffer.readline; print(int(r()) + int(r()))",
    "open(0)": "print(sum(map(int, open(0).read().split())))",
    "open(0, 'rb')": "print(sum(map(int, open(0, 'rb').read().split())))",
    "open(0) in a with": "with open(0) as s: print(sum(map(int, s)))",
    "os.read": "import os; print(sum(map(int, os.read(0, 1 << 20).split())))",
    "os.read with fstat": "import os, io; i = io.BytesIO(os.read(0, max(os.fstat(0).st_size, 4096))); print(sum(map(int, i)))",
    "os.fdopen": "import os; print(sum(map(int, os.fdopen(0).read().split())))",
    "io.open": "import io; print(sum(map(int, io.open(0, encoding='utf-8').read().split())))",
    "io.BufferedReader": "import io, sys; print(sum(map(int, io.BufferedReader(sys.stdin.buffer.raw).read().split())))",
    "io.FileIO": "import io; print(sum(map(int, io.FileIO(0).readall().split())))",
    "io.TextIOWrapper": "import io, sys; print(sum(map(int, io.TextIOWrapper(sys.stdin.buffer).read().split())))",
    "fileinput": "import fileinput; print(sum(int(x) for x in fileinput.input()))",
    "/dev/stdin": "print(sum(map(int, open('/dev/stdin').read().split())))",
    "/dev/stdin as bytes": "print(sum(map(int, open('/dev/stdin', 'rb').read().split())))",
    "a file if there is one": "import os, sys\nif os.path.exists('input.txt'): sys.stdin = open('input.txt')\n"
    "print(int(input()) + int(input()))",
    "a file, else stdin": "try: f = open('input.txt')\nexcept IOError: f = open(0)\nprint(sum(map(int, f)))",
    "iter with a sentinel": "import sys; print(sum(map(int, iter(sys.stdin.readline, ''))))",
    "until EOFError": "s = 0\nwhile True:\n  try: s += int(input())\n  except EOFError: break\nprint(s)",
    "a fast reader class": "import os, io, sys\nclass R(io.IOBase):\n  def __init__(s, f): s.b = io.BytesIO(); s.b.write(os.read(0, 9999)); s.b.seek(0)\n"
    "  def readline(s): return s.b.readline().decode()\nsys.stdin = R(sys.stdin); input = sys.stdin.readline\n"
    "print(int(input()) + int(input()))",
    "a generator of tokens": "import sys\ndef t():\n  for line in sys.stdin: yield from line.split()\n"
    "t = t(); print(int(next(t)) + int(next(t)))",
    "a thread": "import threading\ndef main(): print(int(input()) + int(input()))\n"
    "t = threading.Thread(target=main); t.start(); t.join()",
    "a thread that nobody joins": "import threading\nthreading.Thread(target=lambda: print(int(input()) + int(input()))).start()",
    "asyncio": "import asyncio\nasync def main(): print(int(input()) + int(input()))\nasyncio.run(main())",
    "a main guard": "def main(): print(int(input()) + int(input()))\nif __name__ == '__main__': main()",
    "global statements": "s = 0\ndef main():\n  global s\n  s += int(input()) + int(input())\nmain()\nprint(s)",
    "a __future__ import": "from __future__ import annotations\ndef g(x: Missing) -> int: return int(x)\nprint(g(input()) + g(input()))",
    "exec of its own text": "exec('print(int(input()) + int(input()))')",
    "a walrus in a comprehension": "print(sum(int(x) for _ in range(2) if (x := input())))",
}

# Each prints "ok 1" in its own way.
PRINTERS = {
    "print with sep and end": "print('ok', 1, sep=' ', end='\\n')",
    "no newline at the end": "print('ok 1', end='')",
    "print with flush": "print('ok 1', flush=True)",
    "sys.stdout.write": "import sys; sys.stdout.write('ok 1\\n')",
    "sys.stdout.writelines": "import sys; sys.stdout.writelines(['ok', ' 1'])",
    "sys.stdout.buffer.write": "import sys; sys.stdout.buffer.write(b'ok 1\\n')",
    "os.write": "import os; os.write(1, b'ok 1\\n')",
    "open(1)": "open(1, 'w').write('ok 1')",
    "open(1) unbuffered": "open(1, 'wb', 0).write(b'ok 1')",
    "/dev/stdout": "open('/dev/stdout', 'w').write('ok 1')",
    "os.fdopen": "import os; os.fdopen(1, 'w').write('ok 1')",
    "sys.__stdout__": "import sys; sys.__stdout__.write('ok 1')",
    "a StringIO in between": "import sys, io; o = sys.stdout; sys.stdout = io.StringIO(); print('ok 1')\n"
    "o.write(sys.stdout.getvalue())",
    "a file of its own on descriptor 1": "out = open(1, 'w'); out.write('ok 1')",
    "a writer of its own, unflushed": "import io\nout = io.BufferedWriter(io.FileIO(1, 'w', closefd=False)); out.write(b'ok 1')",
    "redirect_stdout": "import contextlib, io\nb = io.StringIO()\nwith contextlib.redirect_stdout(b): print('no')\nprint('ok 1')",
    "reconfigure": "import sys; sys.stdout.reconfigure(line_buffering=True); print('ok 1')",
    "a closed stdout": "import sys; print('ok 1'); sys.stdout.close()",
    "a byte order mark": "print('\\ufeffok 1')",
    "output at exit": "import atexit; atexit.register(print, 'ok 1')",
    "a finalizer": "class A:\n  def __del__(s): print('ok 1')\na = A(); del a",
    "a thread that runs on": "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(0.05), print('ok 1'))).start()",
    "a daemon thread that is left": "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\nprint('ok 1')",
    "exit()": "print('ok 1'); exit()",
    "quit()": "print('ok 1'); quit()",
    "exit(0)": "print('ok 1'); exit(0)",
    "sys.exit()": "import sys; print('ok 1'); sys.exit()",
    "sys.exit(0)": "import sys; print('ok 1'); sys.exit(0)",
    "raise SystemExit": "print('ok 1'); raise SystemExit",
    "os._exit(0) after a flush": "import os; print('ok 1', flush=True); os._exit(0)",
    "stderr beside it": "import sys; print('noise', file=sys.stderr); print('ok 1')",
    "a warning": "import warnings; warnings.warn('x'); print('ok 1')",
    "logging": "import logging; logging.basicConfig(level=0); logging.info('x'); print('ok 1')",
    "no use of stdin": "print('ok 1')",
    "a closed stdin": "import sys; sys.stdin.close(); print('ok 1')",
    "white space around it": "print('\\n\\n  ok \\t 1  \\n\\n')",
    "CRLF": "print('ok 1\\r')",
}

# name: (program, verdict); each prints what is right first.
RIGHT_BUT = {
    "an exception": ("print('ok'); 1 / 0", "RTE"),
    "an exception in a function": ("def g(): raise ValueError('x')\nprint('ok'); g()", "RTE"),
    "exit status 1": ("print('ok'); exit(1)", "RTE"),
    "sys.exit with a message": ("import sys; print('ok'); sys.exit('bye')", "RTE"),
    "os._exit(3)": ("import os; print('ok', flush=True); os._exit(3)", "RTE"),
    "os._exit(0) before the flush": ("import os; print('ok'); os._exit(0)", "WA"),
    "KeyboardInterrupt": ("print('ok'); raise KeyboardInterrupt", "RTE"),
    "an exception group": ("print('ok'); raise BaseExceptionGroup('x', [SystemExit(0)])", "RTE"),
    "reading past the end": ("print('ok'); input()", "RTE"),
    "abort": ("import os; print('ok', flush=True); os.abort()", "RTE"),
    "more output": ("print('ok'); print('and more')", "WA"),
    "output of other bytes": ("import sys; sys.stdout.buffer.write(b'ok \\xff\\xfe')", "WA"),
    "a NUL": ("print('ok\\0')", "WA"),
    "nothing at all": ("pass", "WA"),
    "a prefix only": ("print('o')", "WA"),
    "the answer on stderr": ("import sys; print('ok', file=sys.stderr)", "WA"),
    "a syntax error": ("print('ok'", "CE"),
    "an indentation error": ("print('ok')\n  x", "CE"),
    "a NUL in its text": ("print('ok')\0", "CE"),
    "half a surrogate pair in its text": ("print('ok') # \ud800", "CE"),
    "two hundred thousand brackets": ("print('ok')\nx = " + "(" * 200_000, "CE"),
    "a deep expression": ("print('ok')\nx = " + "-" * 200_000 + "1", "CE"),
    "a wrong __future__": ("from __future__ import braces\nprint('ok')", "CE"),
    "return at the top": ("print('ok')\nreturn", "CE"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_right_program_passes_however_it_reads(judge_stdio, name):
    judged = judge_stdio(READERS[name], [("1\n2\n", "3\n"), ("1\n2", "3"), ("\ufeff5\n6\n"[1:], "11\n")])
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("name", PRINTERS)
def test_a_right_program_passes_however_it_prints_and_ends(judge_stdio, name):
    judged = judge_stdio(PRINTERS[name], [("", "ok 1\n")])
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("name", RIGHT_BUT)
def test_right_output_is_not_enough_with(judge_stdio, name):
    code, verdict = RIGHT_BUT[name]
    judged = judge_stdio(code, [("", "ok\n")])
    assert (judged.verdict, judged.score.reward) == (verdict, 0), judged.message


def test_stdin_that_is_not_read_is_no_error(judge_stdio):
    assert judge_stdio("print('ok')", [("x\n" * (5 << 20), "ok")]).verdict == "AC"


def test_stdin_that_is_read_in_part_is_no_error(judge_stdio):
    assert judge_stdio("print(input())", [("x\n" * (5 << 20), "x")]).verdict == "AC"


@pytest.mark.parametrize(
    "code",
    [
        "print(len(input()))",
        "import sys; print(len(sys.stdin.readline().strip()))",
        "import sys; print(len(sys.stdin.buffer.read().strip()))",
    ],
)
def test_a_line_of_five_megabytes_is_read_whole(judge_stdio, code):
    assert judge_stdio(code, [("7" * 5_000_000 + "\n", "5000000")]).verdict == "AC"


def test_large_input_and_large_output_at_once_do_not_block(judge_stdio):
    text = "".join(f"{n}\n" for n in range(400_000))
    judged = judge_stdio(
        "import sys\nfor line in sys.stdin: sys.stdout.write(line)", [(text, text)], limits={"cpu_time_s": 5}
    )
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize(
    ("stdin", "code", "stdout"),
    [
        ("a\r\nb\r\n", "print([input(), input()])", r"['a\r', 'b\r']"),
        ("a\r\nb\r\n", "import sys; print(sys.stdin.buffer.read())", r"b'a\r\nb\r\n'"),
        ("grüße 漢字 😀\n", "s = input(); print(len(s), s)", "10 grüße 漢字 😀"),
        ("a\0b\n", "print(len(input()))", "3"),
        ("\ufeffa\n", "print(len(input()))", "2"),
        ("", "import sys; print(repr(sys.stdin.read()))", "''"),
        ("\n", "print(repr(input()))", "''"),
        ("a\x0cb\x85c\u2028d\n", "import sys; print(len(list(sys.stdin)))", "1"),
    ],
)
def test_input_arrives_as_it_was_written(judge_stdio, stdin, code, stdout):
    judged = judge_stdio(code, [(stdin, stdout)])
    assert judged.verdict == "AC", judged.message


def test_a_lone_surrogate_in_the_output_is_an_error_of_the_program(judge_stdio):
    assert judge_stdio("print('\\ud800')", [("", "x")]).verdict == "RTE"


def test_the_program_sees_a_script_of_its_own(judge_stdio):
    code = "import sys, __main__\nprint(__name__, __file__, sys.argv, __main__.x, __doc__, __spec__)\nx = 1"
    code = code.replace("\nprint", "\nx = 1\nprint", 1)
    judged = judge_stdio(code, [("", "__main__ solution.py ['solution.py'] 1 None None")])
    assert judged.verdict == "AC", judged.message


def test_a_traceback_tells_the_line_and_nothing_of_ours(judge_stdio):
    code = (
        "import sys, traceback\ntry:\n  1 / 0\nexcept ZeroDivisionError:\n  print(traceback.format_exc().count('File'))"
    )
    assert judge_stdio(code, [("", "1")]).verdict == "AC"


def test_pickling_a_class_of_the_program_works(judge_stdio):
    code = "import pickle\nclass A: x = 1\nprint(pickle.loads(pickle.dumps(A())).x)"
    assert judge_stdio(code, [("", "1")]).verdict == "AC"


@pytest.mark.parametrize("count", [1, 30])
def test_a_compile_error_is_every_case_s_verdict(judge_stdio, count):
    judged = judge_stdio("x = = 1", [(str(n), "ok") for n in range(count)])
    assert [c.verdict for c in judged.cases] == ["CE"] * count
    assert "SyntaxError" in judged.message
