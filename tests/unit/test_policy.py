"""What a policy asks for, and what a response says of it."""

from __future__ import annotations

import errno

import pytest

from verifier.errors import RequestError, SandboxError
from verifier.sandbox.policy import ALWAYS, PRESETS, Layer, Need, Policy, Problem, isolation, policy_of, strongest

REFUSED = Problem("seccomp", "Operation not permitted", errno.EPERM)


def test_a_required_layer_that_is_missing_stops_with_layer_step_and_errno() -> None:
    with pytest.raises(SandboxError, match=r"'linux' requires the layer 'seccomp'; seccomp: .*not permitted \(EPERM\)"):
        PRESETS["linux"].check({Layer.SECCOMP: REFUSED})


@pytest.mark.parametrize(
    ("name", "missing", "stops"),
    [
        ("lambda", set(Layer) - ALWAYS, False),
        ("auto", set(Layer) - ALWAYS, False),
        ("container", {Layer.SECCOMP}, True),
        ("container", {Layer.PRIVILEGES}, True),
        ("container", {Layer.IDENTITY, Layer.LANDLOCK, Layer.NAMESPACES, Layer.ROOT}, False),
        ("linux", {Layer.LANDLOCK}, True),
        ("linux", {Layer.NAMESPACES}, True),
        ("linux", {Layer.ROOT}, True),
        ("linux", {Layer.IDENTITY, Layer.HIDDEN_KEEPER}, False),
        ("auto", {Layer.LOCK}, True),
    ],
)
def test_presets(name: str, missing: set[Layer], stops: bool) -> None:
    problems = dict.fromkeys(missing, REFUSED)
    if stops:
        with pytest.raises(SandboxError):
            PRESETS[name].check(problems)
    else:
        PRESETS[name].check(problems)


def test_what_is_always_required_can_not_be_given_up() -> None:
    policy = Policy("weak", dict.fromkeys(Layer, Need.OFF))
    assert {layer for layer in Layer if policy.need(layer) is Need.REQUIRED} == ALWAYS
    assert set(policy.asked()) == {str(layer) for layer in ALWAYS}


def test_the_strongest_preset_that_holds() -> None:
    def holds(*missing: Layer) -> str:
        return strongest(dict.fromkeys(missing, REFUSED))

    assert holds() == holds(Layer.IDENTITY) == "linux"
    assert holds(Layer.LANDLOCK) == holds(Layer.IDENTITY, Layer.NAMESPACES, Layer.ROOT) == "container"
    assert holds(Layer.SECCOMP) == holds(*(set(Layer) - ALWAYS)) == "lambda"


def test_a_response_names_each_layer_once() -> None:
    told = isolation(PRESETS["auto"], {Layer.SECCOMP: REFUSED})
    assert {*told.in_force, *told.missing} == {str(layer) for layer in Layer}
    assert told.missing == {"seccomp": "seccomp: Operation not permitted"}
    assert (told.policy, told.holds) == ("auto", "lambda")


def test_policies_by_name() -> None:
    own = PRESETS["linux"].with_need(Layer.IDENTITY, Need.REQUIRED)
    assert policy_of("lambda") is PRESETS["lambda"]
    assert policy_of(own) is own
    assert (own.need(Layer.IDENTITY), PRESETS["linux"].need(Layer.IDENTITY)) == (Need.REQUIRED, Need.BEST_EFFORT)
    with pytest.raises(RequestError, match="policy: must be one of auto, library, linux, container, lambda, not 'x'"):
        policy_of("x")
