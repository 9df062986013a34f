"""Calling AWS Lambda functions through boto3 (extra `aws`), which is loaded at first use.

An answer is bytes. Everything else is told apart by what may be done about it, in the words of `sending`: Later
(throttled, no connection, the service failed), Broken (the function was called and failed), Never (refused).
"""

from __future__ import annotations

import json
from typing import Any

from verifier.errors import RequestError, SandboxError
from verifier.sandbox.remote import ExecutorDied, Transport
from verifier.sending import Broken, Gate, Later, Never
from verifier.text import one_line

MAX_PAYLOAD_BYTES = 6 << 20
"""AWS's limit on the request, and on the response, of a synchronous invocation."""

LONGEST_INVOCATION_S = 900.0

_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"})
_NOT_READY = frozenset({"ResourceConflictException", "ResourceNotReadyException", "CodeArtifactUserPendingException"})
_ABOUT_THE_PAYLOAD = frozenset({"RequestTooLargeException", "InvalidRequestContentException"})
_MOST_READ_BYTES = 2 * MAX_PAYLOAD_BYTES
_ERROR_HEAD_BYTES = 4096
_MESSAGE_CHARS = 300


class FunctionFailed(Broken):
    """The function's own failure, as AWS tells of it."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        self.died = kind == "Runtime.ExitError" or kind == "Sandbox.Timedout" or "Task timed out after" in message
        """Its process ended, or had to be ended, in the midst of the invocation."""
        super().__init__(f"{kind}: {message}" if message else kind)


class _HungUp(Exception):
    """The connection ended after the request was sent, and before there was an answer: the function may have run."""


class Function:
    """A Lambda function, by name, ARN, or either with a qualifier. May be called from several threads.

    `connections` are kept open at most; `timeout_s` is how long an answer may take. `session` is a boto3 session;
    without one, credentials and region are found as boto3 finds them. `endpoint_url` leads elsewhere than to AWS.
    """

    def __init__(
        self,
        name: str,
        *,
        connections: int = 16,
        timeout_s: float = LONGEST_INVOCATION_S,
        region: str | None = None,
        endpoint_url: str | None = None,
        session: Any = None,
    ) -> None:
        try:
            import boto3
            import botocore.exceptions
            from botocore.config import Config
        except ImportError:
            raise RequestError("calling Lambda functions needs boto3: pip install 'rl-code-verifier[aws]'") from None
        self.name = name
        self._errors = botocore.exceptions
        config = Config(
            connect_timeout=10,
            read_timeout=timeout_s,
            max_pool_connections=connections,
            tcp_keepalive=True,  # or a long invocation's connection is forgotten on the way
            retries={"total_max_attempts": 1},  # tried again by us alone, who know what may be
        )
        session = session or boto3.Session()
        try:
            self._client = session.client("lambda", region_name=region, endpoint_url=endpoint_url, config=config)
        except botocore.exceptions.BotoCoreError as error:
            raise RequestError(str(error), path="function_name") from None
        except ValueError as error:
            raise RequestError(str(error), path="endpoint_url" if endpoint_url else "region") from None

    def close(self) -> None:
        self._client.close()

    def invoke(self, payload: bytes) -> bytes:
        """The answer to one invocation. Raises Later, Broken or Never."""
        try:
            return self._invoke(payload)
        except _HungUp:  # as happens to a connection that was kept too long
            try:
                return self._invoke(payload)
            except _HungUp as error:
                raise Broken(str(error)) from None

    def _invoke(self, payload: bytes) -> bytes:
        errors = self._errors
        try:
            response = self._client.invoke(FunctionName=self.name, InvocationType="RequestResponse", Payload=payload)
            stream = response["Payload"]
            try:
                answer: bytes = stream.read(_MOST_READ_BYTES + 1)
            finally:
                stream.close()
        except errors.ClientError as error:
            raise _refusal(error.response) from None
        except errors.ReadTimeoutError:
            raise Broken("no answer in time") from None
        except (errors.ConnectionClosedError, errors.ResponseStreamingError) as error:
            raise _HungUp(_line(str(error))) from None
        except (
            errors.EndpointConnectionError,
            errors.ConnectTimeoutError,
            errors.ProxyConnectionError,
            errors.SSLError,
        ) as error:
            raise Later(_line(str(error))) from None
        except (errors.ConnectionError, errors.HTTPClientError) as error:
            raise _HungUp(_line(str(error))) from None
        except (errors.BotoCoreError, ValueError) as error:
            raise Never(f"the function can't be called: {_line(str(error))}") from None
        if len(answer) > _MOST_READ_BYTES:
            raise Broken("the answer is larger than a function's can be")
        if "FunctionError" in response:
            raise failure_of(_parsed(answer)) or FunctionFailed(str(response["FunctionError"]), "")
        return answer


def _refusal(response: dict[str, Any]) -> Later | Broken | Never:
    told = response.get("Error", {})
    code, status = str(told.get("Code", "")), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    says = _line(f"{code} ({status}): {told.get('Message', '')}")
    if status == 429 or code in _THROTTLED:
        return Later(f"throttled: {says}")
    if status == 502 and code == "502":
        return Broken("the function gave no answer (502)")  # so the emulator says that the runtime died
    if status >= 500 or status == 408 or code in _NOT_READY:
        return Later(says)
    if status == 413 or code in _ABOUT_THE_PAYLOAD:
        return Broken(says)
    return Never(f"the function can't be called: {says}")


def _parsed(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def failure_of(answer: object) -> FunctionFailed | None:
    """The failure that an answer tells of. The emulator, and a runtime that has sent its headers already, answer so
    without saying that it is an error."""
    if not isinstance(answer, dict) or not ({"errorType", "errorMessage"} & answer.keys()):
        return None
    return FunctionFailed(_line(str(answer.get("errorType", "error"))), _line(str(answer.get("errorMessage", ""))))


def _line(text: str) -> str:
    return one_line(text, _MESSAGE_CHARS)


def executor_transport(
    function_name: str,
    *,
    retries: int = 10,
    timeout_s: float = LONGEST_INVOCATION_S,
    connections: int = 64,
    region: str | None = None,
    endpoint_url: str | None = None,
    session: Any = None,
) -> Transport:
    """What `RemoteKeeper` sends by, for an executor that is a Lambda function.

        Verifier(suites, workers=32, sandbox=RemoteKeeper(executor_transport("SageMaker-code-verifier-executor")))

    A call that is throttled waits for its turn until the caller's deadline; without one, until `retries` more calls
    were refused while no other was under way. `timeout_s` is how long an answer may take: not less than the function's
    own timeout. What this returns raises SandboxError, or ExecutorDied where the function's process ended in the midst.
    """
    function = Function(
        function_name,
        connections=connections,
        timeout_s=timeout_s,
        region=region,
        endpoint_url=endpoint_url,
        session=session,
    )
    gate = Gate(connections, retries)

    def send(request: bytes, deadline: float | None = None) -> bytes:
        try:
            return gate.through(lambda: _executed(function, request), deadline)
        except FunctionFailed as problem:
            kind = ExecutorDied if problem.died else SandboxError
            raise kind("call executor", str(problem)) from None
        except (Later, Broken, Never) as problem:
            raise SandboxError("call executor", str(problem)) from None

    return send


def _executed(function: Function, request: bytes) -> bytes:
    answer = function.invoke(request)
    if b'"errorType"' in answer[:_ERROR_HEAD_BYTES] and (failure := failure_of(_parsed(answer))):
        raise failure
    return answer
