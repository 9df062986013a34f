"""AWS Lambda's Invoke API on loopback, for boto3's `endpoint_url`: functions are Python callables, and a test may have
requests throttled, hang, or answered with anything."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Answer:
    """What is sent in place of the function's own answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


THROTTLED = Answer(
    b'{"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."}',
    429,
    {"x-amzn-errortype": "TooManyRequestsException"},
)
UNAVAILABLE = Answer(b'{"message": "try later"}', 503, {"x-amzn-errortype": "ServiceException"})
HUNG_UP = Answer(b"", 0)
"""The connection ends without one."""
NOT_FOUND = Answer(b'{"message": "no such function"}', 404, {"x-amzn-errortype": "ResourceNotFoundException"})


def failed(kind: str = "Runtime.ExitError", message: str = "Runtime exited") -> Answer:
    body = json.dumps({"errorType": kind, "errorMessage": message}).encode()
    return Answer(body, headers={"x-amz-function-error": "Unhandled"})


class LambdaServer:
    """`functions` by name. `fault(name, event)` is asked before each: an Answer takes the function's place."""

    def __init__(self, functions: Mapping[str, Handler]) -> None:
        self.functions = dict(functions)
        self.fault: Callable[[str, Any], Answer | None] = lambda name, event: None
        self.requests: list[bytes] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        server = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                answer = server._answer(self.path, self.rfile.read(length))
                if answer is HUNG_UP:
                    self.close_connection = True
                    return
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Length", str(len(answer.body)))
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)
                except OSError:
                    pass  # the caller has gone: it was a hang

            def log_message(self, *arguments: object) -> None:
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def options(self) -> dict[str, Any]:
        """How a client finds it."""
        session = boto3.Session(aws_access_key_id="id", aws_secret_access_key="key", region_name="eu-west-1")
        return {"endpoint_url": f"http://127.0.0.1:{self._http.server_port}", "session": session}

    def _answer(self, path: str, body: bytes) -> Answer:
        parts = path.split("/")
        assert parts[1:3] == ["2015-03-31", "functions"], path
        assert parts[4] == "invocations", path
        with self._lock:
            self.requests.append(body)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            event = json.loads(body)
            answer = self.fault(parts[3], event)
            if answer is not None:
                return answer
            if parts[3] not in self.functions:
                return NOT_FOUND
            try:
                return Answer(json.dumps(self.functions[parts[3]](event, None)).encode())
            except Exception as error:
                return failed(type(error).__name__, str(error))
        finally:
            with self._lock:
                self.at_once -= 1

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
