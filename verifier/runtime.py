"""The early-response lock: a runtime loop for AWS Lambda that begins to answer before a submission runs.

The Runtime API listens on loopback, where every process of the environment reaches it. While an invocation runs, it
hands the event to whoever asks for the next one, and takes the first answer that comes as the genuine one. Once an
answer has begun, it refuses both (403 for the next event). So this loop sends the headers of its answer first, waits
until the API says that it has them, and only then calls the handler; the body follows when there is one.

The descriptor lock keeps submissions from that API already; this is for whoever wants a second bolt. It stands in for
awslambdaric, and gives up one thing: a handler that raises can't be reported as such any more, so the caller gets the
error as a body, {"errorType", "errorMessage"}.

    python -m verifier.runtime verifier.handler.handler
"""

from __future__ import annotations

import importlib
import json
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NoReturn

API = "/2018-06-01/runtime"
LOCK_TIMEOUT_S = 2.0
"""How long the API may take to say that it has the headers. Where it never says so, that is logged, and the invocation
goes on: the descriptor lock holds without it."""

Handler = Callable[[Any, Any], Any]


class RuntimeApiError(Exception):
    """The Runtime API refused something. Lambda then starts another process."""


@dataclass(frozen=True)
class Context:
    """What Lambda's context has, under its names."""

    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int
    function_name: str | None = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))
    function_version: str | None = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"))
    memory_limit_in_mb: str | None = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
    log_group_name: str | None = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME"))
    log_stream_name: str | None = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME"))

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.deadline_ms - int(time.time() * 1000))


def main(name: str) -> NoReturn:
    """Serves invocations with the handler of that dotted name, for ever."""
    address = os.environ["AWS_LAMBDA_RUNTIME_API"]
    try:
        module, _, attribute = name.rpartition(".")
        handler: Handler = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        traceback.print_exc()
        _request(address, "POST", f"{API}/init/error", _error_body(error))
        sys.exit(1)
    while True:
        serve_one(address, handler)


def serve_one(address: str, handler: Handler) -> None:
    """One invocation. Raises RuntimeApiError or OSError where the API fails."""
    headers, event = _request(address, "GET", f"{API}/invocation/next")
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
    context = Context(
        request_id,
        headers.get("Lambda-Runtime-Invoked-Function-Arn", ""),
        int(headers.get("Lambda-Runtime-Deadline-Ms", "0")),
    )
    response = EarlyResponse(address, request_id)
    if not response.locked:
        print(f"early-response lock: no word from the Runtime API in {LOCK_TIMEOUT_S:g} s", file=sys.stderr, flush=True)
    try:
        body = json.dumps(handler(json.loads(event), context), allow_nan=False).encode()
    except Exception as error:
        traceback.print_exc()
        body = _error_body(error)
    response.finish(body)


class EarlyResponse:
    """An answer whose headers are sent and whose body is still to come."""

    def __init__(self, address: str, request_id: str) -> None:
        self._connection = HTTPConnection(address)
        self._connection.putrequest("POST", f"{API}/invocation/{request_id}/response")
        self._connection.putheader("Content-Type", "application/json")
        self._connection.putheader("Transfer-Encoding", "chunked")
        self._connection.putheader("Expect", "100-continue")  # the API says so when it begins to wait for the body
        self._connection.endheaders()
        self.locked = self._continues()

    def _continues(self) -> bool:
        connected = self._connection.sock
        if not select.select([connected], [], [], LOCK_TIMEOUT_S)[0]:
            return False
        # Left where it is: http.client skips it when it reads the final status.
        return connected.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 100"

    def finish(self, body: bytes) -> None:
        self._connection.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        response = self._connection.getresponse()
        answer = response.read()
        self._connection.close()
        if response.status != 202:
            raise RuntimeApiError(f"response: status {response.status}: {answer[:500]!r}")


def _request(address: str, method: str, path: str, body: bytes | None = None) -> tuple[HTTPMessage, bytes]:
    connection = HTTPConnection(address)  # without a timeout: the next event comes when it comes
    connection.request(method, path, body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status not in (200, 202):
        raise RuntimeApiError(f"{path}: status {response.status}: {content[:500]!r}")
    return response.headers, content


def _error_body(error: Exception) -> bytes:
    return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()


if __name__ == "__main__":
    main(sys.argv[1])
