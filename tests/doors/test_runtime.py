"""The early-response lock's runtime loop, against a Runtime API on loopback. (tests/docker has it behind AWS's own.)"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from verifier import runtime

EVENT = [{"id": "1"}]


class Api(ThreadingHTTPServer):
    """One invocation of EVENT. `says` is what becomes of the headers of an answer: "continue", "nothing"; `status` is
    that of a whole answer."""

    def __init__(self, says: str = "continue", status: int = 202) -> None:
        self.says = says
        self.status = status
        self.began = threading.Event()
        self.posted: list[tuple[str, Any]] = []
        super().__init__(("127.0.0.1", 0), Calls)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api

    def do_GET(self) -> None:
        self.answer(
            200,
            json.dumps(EVENT).encode(),
            {
                "Lambda-Runtime-Aws-Request-Id": "id-1",
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:x",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 600) * 1000)),
            },
        )

    def handle_expect_100(self) -> bool:
        self.server.began.set()
        return self.server.says == "nothing" or super().handle_expect_100()

    def do_POST(self) -> None:
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.posted.append((self.path, json.loads(body)))
        self.answer(self.server.status, b"{}", {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    yield from running(Api())


def running(api: Api) -> Iterator[Api]:
    thread = threading.Thread(target=api.serve_forever)
    thread.start()
    try:
        yield api
    finally:
        api.shutdown()
        thread.join()
        api.server_close()


RESPONSE = "/2018-06-01/runtime/invocation/id-1/response"


def test_the_answer_has_begun_before_the_handler_is_called(api: Api) -> None:
    """The API has the headers of the answer when the handler starts, and has no body of it yet."""
    seen: list[tuple[bool, int]] = []

    def handler(event: Any, context: Any) -> Any:
        seen.append((api.began.is_set(), len(api.posted)))
        return event

    runtime.serve_one(api.address, handler)

    assert seen == [(True, 0)]
    assert api.posted == [(RESPONSE, EVENT)]


def test_the_context_has_lambdas_names(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler reads from it what it reads from Lambda's own."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "SageMaker-verifier")
    contexts: list[runtime.Context] = []
    runtime.serve_one(api.address, lambda event, context: contexts.append(context))

    [context] = contexts
    assert context.aws_request_id == "id-1"
    assert context.invoked_function_arn == "arn:aws:lambda:x"
    assert context.function_name == "SageMaker-verifier"
    assert 0 < context.get_remaining_time_in_millis() <= 600_000
    assert runtime.Context("a", "b", deadline_ms=1).get_remaining_time_in_millis() == 0


@pytest.mark.parametrize("result", [float("nan"), object()], ids=["not a number", "no JSON"])
def test_what_can_not_be_sent_is_an_error_in_the_body(api: Api, result: object) -> None:
    """Nothing but strict JSON is sent."""
    runtime.serve_one(api.address, lambda event, context: result)

    [(path, body)] = api.posted
    assert path == RESPONSE
    assert set(body) == {"errorType", "errorMessage"}


def test_a_handler_that_raises_is_answered_and_the_loop_goes_on(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """The caller learns of the error from the body, since the headers are on their way already."""

    def handler(event: Any, context: Any) -> Any:
        raise ValueError("no samples")

    runtime.serve_one(api.address, handler)
    runtime.serve_one(api.address, lambda event, context: event)

    assert api.posted == [(RESPONSE, {"errorType": "ValueError", "errorMessage": "no samples"}), (RESPONSE, EVENT)]
    assert "no samples" in capsys.readouterr().err


def test_an_api_that_says_nothing_gets_its_answer_and_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lock that can't be confirmed costs no invocation."""
    monkeypatch.setattr(runtime, "LOCK_TIMEOUT_S", 0.05)
    for api in running(Api(says="nothing")):
        runtime.serve_one(api.address, lambda event, context: event)

        assert api.posted == [(RESPONSE, EVENT)]
    assert "no word from the Runtime API" in capsys.readouterr().err


def test_an_answer_that_is_refused_ends_the_runtime() -> None:
    """Lambda then starts a new process; going on would serve nobody."""
    for api in running(Api(status=403)):
        with pytest.raises(runtime.RuntimeApiError, match="403"):
            runtime.serve_one(api.address, lambda event, context: event)


def test_a_handler_that_can_not_be_loaded_is_an_error_of_the_start(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API is told, and the process ends."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", api.address)

    with pytest.raises(SystemExit):
        runtime.main("verifier.no_such_module.handler")

    [(path, body)] = api.posted
    assert path == "/2018-06-01/runtime/init/error"
    assert body["errorType"] == "ModuleNotFoundError"
