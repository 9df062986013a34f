"""template.yaml: valid for CloudFormation, right for Lambda, and no more rights than are needed."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import itertools
import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("aws_lambda_powertools")
pytest.importorskip("samtranslator")
pytest.importorskip("cfnlint")

from cfnlint.api import ManualArgs, lint, lint_file

from tests.deploy.stack import IMAGE, ROOT, TEMPLATE, MissingResource, Stack, template, transformed
from verifier.judging.judge import Judgement
from verifier.judging.reward import Score
from verifier.observe import PowertoolsObserver
from verifier.pipeline import Result
from verifier.sandbox.base import Isolation
from verifier.sandbox.policy import PRESETS
from verifier.verdict import CaseResult, Verdict

IGNORED: dict[str, str] = {}
"""Findings of cfn-lint that are let pass, with the reason for each."""

METRICS_NAMESPACE = "CodeVerifier"
METRICS = {
    "Samples": "Sum",
    "JudgeErrors": "Sum",
    "SecurityViolations": "Sum",
    "ZeroRewards": "Sum",
    "ColdStart": "Sum",
    **{f"Verdict_{verdict}": "Sum" for verdict in Verdict if verdict != Verdict.SK},
    "Reward": "Average",
    "Penalty": "Average",
    "SandboxOverheadMs": "p99",
    "QueueMs": "p99",
}
"""What the function emits, with `service` as its only dimension, and the statistic that makes sense of it."""

LAMBDA_METRICS = {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-1111-2222-333344445555"
FEATURES: dict[str, dict[str, str]] = {
    "tracing": {"Tracing": "Active"},
    "concurrency": {"ReservedConcurrency": "128", "ExecutorReservedConcurrency": "128"},
    "provisioned": {"ProvisionedConcurrency": "8"},
    "bucket": {"SuiteBucket": "suites", "S3PrefixListId": "pl-12345678"},
    "folders": {"SuitePrefix": "code/v1", "EventsPrefix": "events", "SuiteKeyArn": KEY},
    "executor": {"Executor": "yes", "LambdaEndpointSecurityGroupId": "sg-12345678"},
    "vpc": {"VpcId": "vpc-12345678", "SubnetIds": "subnet-12345678,subnet-0123456789abcdef0"},
    "roles": {"SageMakerRoleName": "training", "BedrockRoleName": "customization"},
    "settings": {"Workers": "2", "ResponseEnvelope": "http", "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:t"},
}
EVERYTHING = {name: value for feature in FEATURES.values() for name, value in feature.items()}


def having(*features: str) -> Stack:
    return Stack({name: value for feature in features for name, value in FEATURES[feature].items()})


@functools.cache
def every_combination() -> list[tuple[tuple[str, ...], Stack]]:
    """Every combination of features that the template's rules allow."""
    return [
        (chosen, having(*chosen))
        for count in range(len(FEATURES) + 1)
        for chosen in itertools.combinations(FEATURES, count)
        if "bucket" in chosen or "folders" not in chosen
    ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- valid


@pytest.mark.slow
@pytest.mark.parametrize("what", ["as it stands", "transformed"])
def test_cfn_lint_finds_nothing(what: str) -> None:
    """No error, no warning and no remark, before SAM's transformation and after it."""
    config = ManualArgs(
        regions=["us-east-1", "eu-west-1"], include_checks=["I"], ignore_checks=list(IGNORED), mandatory_checks=["E"]
    )
    matches = (
        lint_file(TEMPLATE, config=config)
        if what == "as it stands"
        else lint(json.dumps(transformed(EVERYTHING)), config=config)
    )

    assert [str(match) for match in matches] == []


@pytest.mark.parametrize("parameters", [*FEATURES.values(), EVERYTHING], ids=[*FEATURES, "everything"])
def test_sam_makes_plain_cloudformation_of_it(parameters: dict[str, str]) -> None:
    """Nothing of SAM is left and no role of its making is added, with any choice of parameters the same."""
    cloudformation = transformed(parameters)

    assert not [r["Type"] for r in cloudformation["Resources"].values() if r["Type"].startswith("AWS::Serverless")]
    roles = {name for name, r in cloudformation["Resources"].items() if r["Type"] == "AWS::IAM::Role"}
    assert roles == {"RewardRole", "ExecutorRole"}
    assert cloudformation == transformed({})


def test_every_combination_of_features_holds_together() -> None:
    """No resource or output refers to one that its parameters leave out, and no rule forbids what is meant to work."""
    for chosen, stack in every_combination():
        assert stack.broken_rules() == [], chosen
        assert ("ExecutorFunction" in stack.resources) == ("executor" in chosen)
        assert ("RewardSecurityGroup" in stack.resources) == ("vpc" in chosen)
        assert ("ExecutorSecurityGroup" in stack.resources) == ("vpc" in chosen and "executor" in chosen)


def test_a_reference_to_what_is_left_out_would_be_seen() -> None:
    """The check above can fail."""
    cloudformation = transformed({})
    cloudformation["Outputs"]["Wrong"] = {"Value": {"Fn::GetAtt": ["ExecutorFunction", "Arn"]}}

    with pytest.raises(MissingResource):
        Stack(cloudformation=cloudformation)


@pytest.mark.parametrize(
    "parameters",
    [
        {"VpcId": "vpc-12345678"},
        {"SubnetIds": "subnet-12345678"},
        FEATURES["vpc"] | {"SuiteBucket": "suites"},
        FEATURES["vpc"] | {"Executor": "yes"},
        {"SuitePrefix": "code"},
        {"EventsPrefix": "events"},
        {"SuiteKeyArn": KEY},
    ],
    ids=str,
)
def test_what_can_not_work_together_is_refused(parameters: dict[str, str]) -> None:
    """Half a choice is refused before anything is deployed."""
    assert len(Stack(parameters).broken_rules()) == 1


# --- parameters


def test_every_parameter_is_described_bounded_and_in_a_group() -> None:
    """A parameter without a description, a bound or a place in the console's form is unfinished."""
    source = template()
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    assert list(source["Parameters"]) == [name for group in groups for name in group["Parameters"]]
    for name, parameter in source["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter) or name == "AlarmRewardMean", name


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("MemorySize", 128, 10_240),
        ("ExecutorMemorySize", 128, 10_240),
        ("Timeout", 1, 900),
        ("EphemeralStorageSize", 512, 10_240),
    ],
)
def test_bounds_are_within_those_of_lambda(name: str, lowest: int, highest: int) -> None:
    """What the template accepts, Lambda accepts; and the most that Lambda gives can be had."""
    parameter = template()["Parameters"][name]

    assert lowest <= parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"] == highest


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("FunctionName", ["SageMaker-x", "SageMaker-" + "x" * 45], ["x", "sagemaker-x", "SageMaker-" + "x" * 46]),
        ("SuiteBucket", ["", "my-suites.v1"], ["s3://suites", "Suites", "suites/code", "*"]),
        ("SuitePrefix", ["", "code", "code/v1.2"], ["/code", "code/", "code//v1", "co*de", "${aws:username}", "a b"]),
        ("EventsPrefix", ["", "events/today"], ["/events", "events/", "*"]),
        ("SuiteKeyArn", ["", KEY], ["*", "alias/suites", KEY.replace("key/", "alias/"), KEY + "*"]),
        ("VpcId", ["", "vpc-12345678"], ["12345678", "vpc-x"]),
        ("SubnetIds", ["", EVERYTHING["SubnetIds"]], ["subnet-12345678,", "subnet-12345678, subnet-12345679"]),
        ("S3PrefixListId", ["", "pl-12345678"], ["0.0.0.0/0"]),
        ("LambdaEndpointSecurityGroupId", ["", "sg-12345678"], ["0.0.0.0/0"]),
        ("AlarmTopicArn", ["", EVERYTHING["AlarmTopicArn"]], ["t", "arn:aws:sqs:us-east-1:123456789012:t"]),
        ("SageMakerRoleName", ["", "training"], ["arn:aws:iam::123456789012:role/training", "path/training"]),
        ("Release", ["none", "v1.2.3+4"], ["", "a b"]),
    ],
)
def test_patterns_take_what_is_right_and_nothing_else(name: str, accepted: list[str], refused: list[str]) -> None:
    """In particular nothing that would widen a policy."""
    pattern = re.compile(template()["Parameters"][name]["AllowedPattern"])

    assert [text for text in (*accepted, *refused) if pattern.fullmatch(text)] == accepted


def test_policies_of_the_jail_are_the_verifiers() -> None:
    """Only presets that there are, and none that Lambda can't fulfil."""
    assert set(template()["Parameters"]["SandboxPolicy"]["AllowedValues"]) <= set(PRESETS) | {"auto"}


# --- functions


def test_names_are_those_that_trainers_may_invoke() -> None:
    """They start with SageMaker-, and the longest name that can be chosen is not too long for any function."""
    for name in ("SageMaker-code-verifier", "SageMaker-" + "x" * 45):
        functions = Stack(EVERYTHING | {"FunctionName": name}).of_type("AWS::Lambda::Function")

        assert all(re.fullmatch(r"SageMaker-[A-Za-z0-9_-]{1,54}", f["FunctionName"]) for f in functions.values())
        assert functions["RewardFunction"]["FunctionName"] == name


def test_both_functions_are_the_image_of_this_repository() -> None:
    """One build for both: the same metadata, a target that the Dockerfile has, and handlers that differ."""
    resources = template()["Resources"]
    metadata = [resources[name]["Metadata"] for name in ("RewardFunction", "ExecutorFunction")]
    stack = having("executor")

    assert metadata[0] == metadata[1]
    assert (ROOT / metadata[0]["DockerContext"] / metadata[0]["Dockerfile"]).is_file()
    stages = re.findall(r"^FROM \S+ AS (\S+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert metadata[0]["DockerBuildTarget"] in stages
    for function in stack.of_type("AWS::Lambda::Function").values():
        assert function["PackageType"] == "Image" and function["Code"] == {"ImageUri": IMAGE}
        assert not {"Handler", "Runtime", "Layers"} & set(function)
    assert "ImageConfig" not in stack.properties("RewardFunction")
    [handler] = stack.properties("ExecutorFunction")["ImageConfig"]["Command"]
    module, _, name = handler.rpartition(".")
    assert handler == "verifier.executor.handler" and callable(getattr(importlib.import_module(module), name))


def test_parameters_arrive_at_the_function() -> None:
    """What is chosen is what the function has."""
    chosen = {
        "Architecture": "arm64",
        "MemorySize": "1024",
        "ExecutorMemorySize": "2048",
        "Timeout": "900",
        "EphemeralStorageSize": "1024",
        "Tracing": "Active",
        "LogRetentionDays": "7",
    }
    stack = Stack(EVERYTHING | chosen)

    for function in stack.of_type("AWS::Lambda::Function").values():
        assert function["Architectures"] == ["arm64"]
        assert function["Timeout"] == "900"
        assert function["EphemeralStorage"] == {"Size": "1024"}
        assert function["ReservedConcurrentExecutions"] == "128"
        assert function["VpcConfig"]["SubnetIds"] == ["subnet-12345678", "subnet-0123456789abcdef0"]
    assert stack.properties("RewardFunction")["MemorySize"] == "1024"
    assert stack.properties("ExecutorFunction")["MemorySize"] == "2048"
    assert stack.properties("RewardFunction")["TracingConfig"] == {"Mode": "Active"}
    assert {group["RetentionInDays"] for group in stack.of_type("AWS::Logs::LogGroup").values()} == {"7"}


def test_nothing_is_reserved_or_kept_warm_unless_asked_for() -> None:
    """A reservation of 0 would stop the function; so 0 means none."""
    [alias] = Stack().of_type("AWS::Lambda::Alias").values()
    assert "ReservedConcurrentExecutions" not in Stack().properties("RewardFunction")
    assert "ProvisionedConcurrencyConfig" not in alias

    [alias] = having("provisioned").of_type("AWS::Lambda::Alias").values()
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": "8"}
    assert "SageMaker" in alias["Name"]


def test_settings_are_those_of_the_handler() -> None:
    """With the defaults the image's own settings stand; with all features each variable has its value."""
    plain = Stack().properties("RewardFunction")["Environment"]["Variables"]
    full = Stack(EVERYTHING).properties("RewardFunction")["Environment"]["Variables"]

    assert plain == {
        "VERIFIER_POLICY": "auto",
        "VERIFIER_TIME_RESERVE_S": "2",
        "VERIFIER_DETAILS": "0",
        "VERIFIER_EARLY_RESPONSE_LOCK": "0",
        "POWERTOOLS_SERVICE_NAME": "SageMaker-code-verifier",
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    assert full == plain | {
        "VERIFIER_SUITES": "s3://suites/code/v1",
        "VERIFIER_EVENTS_PREFIX": "s3://suites/events",
        "VERIFIER_WORKERS": "2",
        "VERIFIER_EXECUTOR_FUNCTION": "<ExecutorFunction>",
        "RESPONSE_ENVELOPE": "http",
        "POWERTOOLS_TRACE_DISABLED": "false",
    }
    assert having("bucket").properties("RewardFunction")["Environment"]["Variables"]["VERIFIER_SUITES"] == "s3://suites"


def test_the_executor_is_told_nothing_of_suites() -> None:
    """Its environment says how to run code, and not where anything is."""
    variables = Stack(EVERYTHING).properties("ExecutorFunction")["Environment"]["Variables"]

    assert set(variables) == {"VERIFIER_POLICY", "VERIFIER_TIME_RESERVE_S", "VERIFIER_EARLY_RESPONSE_LOCK"}


NOT_OF_THE_FUNCTION = {"FunctionName", "SubnetIds", "SageMakerRoleName", "BedrockRoleName", "AlarmTopicArn"}
"""Another name is another function; for subnets a version's text has no room, as docs/deploy.md says."""
OTHER_VALUES = {
    "Release": "v2",
    "Architecture": "arm64",
    "MemorySize": "2048",
    "Timeout": "60",
    "EphemeralStorageSize": "1024",
    "LogRetentionDays": "7",
    "Tracing": "PassThrough",
    "ReservedConcurrency": "64",
    "ProvisionedConcurrency": "4",
    "SandboxPolicy": "lambda",
    "Workers": "3",
    "TimeReserveSeconds": "5",
    "ResponseEnvelope": "raw",
    "EarlyResponseLock": "1",
    "Details": "1",
    "SuiteBucket": "other",
    "SuitePrefix": "code/v2",
    "SuiteKeyArn": KEY[:-1] + "6",
    "EventsPrefix": "others",
    "Executor": "no",
    "ExecutorMemorySize": "2048",
    "ExecutorReservedConcurrency": "64",
    "VpcId": "vpc-87654321",
    "S3PrefixListId": "pl-87654321",
    "LambdaEndpointSecurityGroupId": "sg-87654321",
}


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_the_alias_follows_what_is_chosen(name: str) -> None:
    """A version is published when a parameter changes the function. When none does, Lambda would refuse to make one."""
    before = Stack(EVERYTHING)
    after = Stack(EVERYTHING | {name: OTHER_VALUES[name]})
    versions = [stack.of_type("AWS::Lambda::Version") for stack in (before, after)]
    functions = [dict(stack.properties("RewardFunction")) for stack in (before, after)]
    for function in functions:
        # Not part of a version.
        del function["ReservedConcurrentExecutions"]

    # The group's id stays the same, but it is another one.
    assert (versions[0] != versions[1]) == (functions[0] != functions[1] or name == "VpcId")


def test_no_parameter_is_forgotten_there() -> None:
    """A new parameter is either of the function or not."""
    names = {name for name in template()["Parameters"] if not re.fullmatch("Alarm.*(Percent|Samples|Mean)", name)}

    assert names - NOT_OF_THE_FUNCTION == set(OTHER_VALUES)


def test_a_new_image_publishes_a_version() -> None:
    """The image's address has its digest in it."""
    versions = [set(transformed({}, image)["Resources"]) for image in (IMAGE, IMAGE + "2")]

    assert {name[:21] for name in versions[0] ^ versions[1]} == {"RewardFunctionVersion"}


def test_the_longest_description_of_a_version_is_not_too_long() -> None:
    """Lambda takes 256 characters."""
    longest = {
        "Release": "x" * 24,
        "MemorySize": "10240",
        "Timeout": "900",
        "EphemeralStorageSize": "10240",
        "Workers": "64",
        "TimeReserveSeconds": "60",
        "SandboxPolicy": "lambda",
        "SuiteBucket": "x" * 63,
        "SuitePrefix": "x" * template()["Parameters"]["SuitePrefix"]["MaxLength"],
        "EventsPrefix": "x" * template()["Parameters"]["EventsPrefix"]["MaxLength"],
        "VpcId": "vpc-0123456789abcdef0",
        "Executor": "yes",
    }
    stack = Stack(EVERYTHING | longest | {"Tracing": "PassThrough"})
    [version] = stack.of_type("AWS::Lambda::Version").values()

    assert len(version["Description"]) <= 256
    assert len(stack.properties("RewardFunction")["Description"]) <= 256


# --- rights

NEEDED_FOR_ALL_RESOURCES = {
    "xray:PutTraceSegments": "X-Ray has no resources for it",
    "xray:PutTelemetryRecords": "X-Ray has no resources for it",
    "ec2:AssignPrivateIpAddresses": "for Lambda itself, denied to the function's code",
    "ec2:CreateNetworkInterface": "for Lambda itself, denied to the function's code",
    "ec2:DeleteNetworkInterface": "for Lambda itself, denied to the function's code",
    "ec2:DescribeNetworkInterfaces": "for Lambda itself, denied to the function's code",
    "ec2:DescribeSubnets": "for Lambda itself, denied to the function's code",
    "ec2:UnassignPrivateIpAddresses": "for Lambda itself, denied to the function's code",
}


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def grants(role: dict[str, Any]) -> set[tuple[str, str]]:
    """The role's rights, each an action and a resource."""
    return {
        (action, resource)
        for statement in statements(role)
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def own_logs(group: str) -> set[tuple[str, str]]:
    return {("logs:CreateLogStream", f"<{group}.Arn>"), ("logs:PutLogEvents", f"<{group}.Arn>")}


INTERFACES = {(action, "*") for action in NEEDED_FOR_ALL_RESOURCES if action.startswith("ec2:")}


@pytest.mark.parametrize(
    ("features", "more"),
    [
        ((), set()),
        (("concurrency", "provisioned", "roles", "settings"), set()),
        (("tracing",), {("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}),
        (("bucket",), {("s3:GetObject", "arn:aws:s3:::suites/*"), ("s3:ListBucket", "arn:aws:s3:::suites")}),
        (
            ("bucket", "folders"),
            {
                ("s3:GetObject", "arn:aws:s3:::suites/code/v1/*"),
                ("s3:GetObject", "arn:aws:s3:::suites/events/*"),
                ("s3:ListBucket", "arn:aws:s3:::suites"),
                ("kms:Decrypt", KEY),
            },
        ),
        (("executor",), {("lambda:InvokeFunction", "<ExecutorFunction.Arn>")}),
        (("vpc",), INTERFACES),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_the_reward_function_may_do_what_it_needs(features: tuple[str, ...], more: set[tuple[str, str]]) -> None:
    """Its own log, and what each feature adds; nothing else."""
    assert grants(having(*features).properties("RewardRole")) == own_logs("RewardLogGroup") | more


def test_the_executor_may_write_its_log_and_nothing_else() -> None:
    """In a VPC Lambda itself needs the role for network interfaces, which the function's code may not touch."""
    for chosen, stack in every_combination():
        if "executor" in chosen:
            role = stack.properties("ExecutorRole")
            assert grants(role) == own_logs("ExecutorLogGroup") | (INTERFACES if "vpc" in chosen else set())


def test_no_right_is_for_anything_at_all() -> None:
    """No wildcard in an action, and none alone as a resource but where AWS knows no other."""
    for _, stack in every_combination():
        policies = [statements(role) for role in stack.of_type("AWS::IAM::Role").values()]
        policies += [p["PolicyDocument"]["Statement"] for p in stack.of_type("AWS::IAM::ManagedPolicy").values()]
        for statement in itertools.chain.from_iterable(policies):
            assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement)
            if statement["Effect"] == "Allow":
                assert not [action for action in listed(statement["Action"]) if "*" in action]
                if "*" in listed(statement["Resource"]):
                    assert set(listed(statement["Action"])) <= set(NEEDED_FOR_ALL_RESOURCES)


def test_code_in_the_functions_may_not_use_what_lambda_needs() -> None:
    """Each role denies what it grants for the VPC to calls that come from its own function."""
    stack = having("vpc", "executor")
    for role, function in (("RewardRole", "RewardFunction"), ("ExecutorRole", "ExecutorFunction")):
        name = stack.properties(function)["FunctionName"]
        [deny] = [s for s in statements(stack.properties(role)) if s["Effect"] == "Deny"]

        assert (deny["Action"], deny["Resource"]) == ("ec2:*", "*")
        assert deny["Condition"] == {
            "ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}"}
        }


def test_lists_and_keys_are_bound_to_the_suites() -> None:
    """Listing is for the suites' folder, and the key is for what comes from S3."""
    by_action = {listed(s["Action"])[0]: s for s in statements(Stack(EVERYTHING).properties("RewardRole"))}

    assert by_action["s3:ListBucket"]["Condition"] == {"StringLike": {"s3:prefix": "code/v1/*"}}
    assert by_action["kms:Decrypt"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def test_roles_are_for_lambda_and_logs_are_made_in_advance() -> None:
    """Nobody else can take a role; no role can make log groups, so there must be one, and the function must use it."""
    stack = having("executor")
    for role in stack.of_type("AWS::IAM::Role").values():
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert "ManagedPolicyArns" not in role
    for kind in ("Reward", "Executor"):
        function = stack.properties(f"{kind}Function")
        assert function["Role"] == f"<{kind}Role.Arn>"
        assert function["LoggingConfig"]["LogGroup"] == f"<{kind}LogGroup>"
        assert stack.properties(f"{kind}LogGroup")["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}"


def test_nothing_leaves_the_vpc() -> None:
    """Egress is said, since EC2 would allow everything otherwise, and leads nowhere but to what was asked for."""
    nowhere = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    to_s3 = https | {"DestinationPrefixListId": "pl-12345678"}
    to_lambda = https | {"DestinationSecurityGroupId": "sg-12345678"}
    for chosen, stack in every_combination():
        if "vpc" not in chosen:
            assert not stack.of_type("AWS::EC2::SecurityGroup")
            assert not any("VpcConfig" in f for f in stack.of_type("AWS::Lambda::Function").values())
            continue
        for kind, more in (
            ("Reward", [to_s3] * ("bucket" in chosen) + [to_lambda] * ("executor" in chosen)),
            ("Executor", []),
        ):
            if f"{kind}Function" in stack.resources:
                group = stack.properties(f"{kind}SecurityGroup")
                egress = [
                    {k: v for k, v in rule.items() if k != "Description"} for rule in group["SecurityGroupEgress"]
                ]
                assert egress == [nowhere, *more]
                assert "SecurityGroupIngress" not in group
                assert stack.properties(f"{kind}Function")["VpcConfig"]["SecurityGroupIds"] == [
                    f"<{kind}SecurityGroup>"
                ]


def test_trainers_may_invoke_the_reward_function_and_no_other() -> None:
    """By its name or by an alias of it; attached to the roles that are named, and to none otherwise."""
    for stack, roles in ((Stack(), None), (having("roles", "executor"), ["training"])):
        for name in ("SageMakerInvokePolicy", "BedrockInvokePolicy"):
            [statement] = stack.properties(name)["PolicyDocument"]["Statement"]
            assert statement == {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": ["<RewardFunction.Arn>", "<RewardFunction.Arn>:*"],
            }
        assert stack.properties("SageMakerInvokePolicy").get("Roles") == roles
    assert not stack.of_type("AWS::Lambda::Permission")


def test_outputs_are_what_a_training_job_needs() -> None:
    """Function, alias, policies, logs, dashboard; the executor where there is one."""
    names = {
        "RewardFunctionArn",
        "RewardFunctionAliasArn",
        "LogGroupName",
        "DashboardUrl",
        "SageMakerInvokePolicyArn",
        "BedrockInvokePolicyArn",
    }
    assert set(Stack().outputs) == names
    assert set(having("executor").outputs) == names | {"ExecutorFunctionArn"}


# --- alarms and dashboard


def written(service: str = "verifier", namespace: str = METRICS_NAMESPACE) -> list[dict[str, Any]]:
    """The lines that the function writes for one sample of each verdict."""
    score = Score(
        reward=0.9,
        correctness=1.0,
        passed=1,
        total=1,
        time_penalty=1.0,
        memory_penalty=0.0,
        cpu_time_s=0.01,
        peak_memory_bytes=1000,
    )
    isolation = Isolation((), holds="lambda")
    results = [
        Result(i, f"s{i}", Judgement(verdict, score, (CaseResult(0, verdict),), isolation), 0.5, 0.125, "a@sha256:0")
        for i, verdict in enumerate(Verdict)
        if verdict != Verdict.SK
    ]
    with contextlib.redirect_stdout(io.StringIO()) as stdout:
        PowertoolsObserver(service, namespace, tracing=False).record(results, SimpleNamespace(aws_request_id="request"))
    return [json.loads(line) for line in stdout.getvalue().splitlines()]


def test_the_function_emits_what_is_watched() -> None:
    """The metrics that alarms and dashboard are held to below are those of its lines, dimension and all."""
    variables = Stack().properties("RewardFunction")["Environment"]["Variables"]
    lines = written(variables["POWERTOOLS_SERVICE_NAME"], variables["POWERTOOLS_METRICS_NAMESPACE"])
    [line] = [line for line in lines if "_aws" in line]
    [directive] = line["_aws"]["CloudWatchMetrics"]

    assert (directive["Namespace"], directive["Dimensions"]) == (METRICS_NAMESPACE, [["service"]])
    assert line["service"] == "SageMaker-code-verifier"
    assert {metric["Name"] for metric in directive["Metrics"]} == set(METRICS)


def metrics_of(alarm: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The alarm's metrics, with the statistic of each."""
    if "MetricName" in alarm:
        yield alarm, alarm["Statistic"]
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"], query["MetricStat"]["Stat"]


def test_alarms_watch_metrics_that_there_are() -> None:
    """Namespace, name and dimensions must be exactly those emitted, or an alarm waits for ever."""
    for name, alarm in Stack(EVERYTHING).of_type("AWS::CloudWatch::Alarm").items():
        for metric, statistic in metrics_of(alarm):
            [dimension] = metric["Dimensions"]
            if metric["Namespace"] == METRICS_NAMESPACE:
                assert statistic in (METRICS[metric["MetricName"]], "SampleCount"), name
                assert dimension == {"Name": "service", "Value": "SageMaker-code-verifier"}
            else:
                assert metric["Namespace"] == "AWS/Lambda" and metric["MetricName"] in LAMBDA_METRICS
                assert dimension == {"Name": "FunctionName", "Value": "<RewardFunction>"}
    service = Stack().properties("RewardFunction")["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert service == "SageMaker-code-verifier"


def test_alarms_need_several_bad_periods_and_tell_whom_they_should() -> None:
    """M of N, silent while nothing runs; a topic only where there is one. Lambda's own errors and throttles last for a
    minute or two: after that a trainer has given up, and calls no more. So one of them is enough."""
    for name, alarm in Stack().of_type("AWS::CloudWatch::Alarm").items():
        at_once = name in ("ErrorsAlarm", "ThrottlesAlarm")
        assert (1 if at_once else 2) <= alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]
        assert (alarm["DatapointsToAlarm"] == 1) == at_once
        assert alarm["TreatMissingData"] == "notBreaching"
        assert not {"AlarmActions", "OKActions"} & set(alarm)
    for alarm in having("settings").of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [EVERYTHING["AlarmTopicArn"]]


def raises(alarm: dict[str, Any], **values: float) -> bool:
    """Whether a period with these values is bad. The expressions of CloudWatch that are used are Python's too."""
    if "Metrics" in alarm:
        [expression] = [query["Expression"] for query in alarm["Metrics"] if "Expression" in query]
        [returned] = [query for query in alarm["Metrics"] if query.get("ReturnData", True)]
        assert returned["Expression"] == expression
        functions = {"IF": lambda test, yes, no: yes if test else no, "FILL": lambda value, _: value}
        value = eval(expression, {"__builtins__": {}} | functions, values)
    else:
        [value] = values.values()
    threshold = float(alarm["Threshold"])
    return {"GreaterThanThreshold": value > threshold, "LessThanThreshold": value < threshold}[
        alarm["ComparisonOperator"]
    ]


@pytest.mark.parametrize(
    ("alarm", "bad", "good"),
    [
        ("ErrorsAlarm", [{"errors": 1}], [{"errors": 0}]),
        ("ThrottlesAlarm", [{"throttles": 1}], [{"throttles": 0}]),
        ("DurationAlarm", [{"p99": 240_001}], [{"p99": 240_000}]),
        (
            "JudgeErrorsAlarm",
            [{"bad": 11, "samples": 1000}],
            [{"bad": 10, "samples": 1000}, {"bad": 19, "samples": 19}],
        ),
        (
            "SecurityViolationsAlarm",
            [{"bad": 51, "samples": 1000}],
            [{"bad": 50, "samples": 1000}, {"bad": 19, "samples": 19}],
        ),
        (
            "ZeroRewardsAlarm",
            [{"bad": 96, "samples": 100, "errors": 0}, {"bad": 20, "samples": 100, "errors": 80}],
            [
                {"bad": 95, "samples": 100, "errors": 0},
                {"bad": 19, "samples": 19, "errors": 0},
                {"bad": 19, "samples": 100, "errors": 81},
            ],
        ),
        (
            "RewardMeanAlarm",
            [{"reward": 0.01, "judged": 20}],
            [{"reward": 0.02, "judged": 20}, {"reward": 0, "judged": 19}],
        ),
    ],
)
def test_alarms_tell_bad_from_good(alarm: str, bad: list[dict[str, float]], good: list[dict[str, float]]) -> None:
    """Just beyond the default thresholds and just within; and a handful of samples proves nothing."""
    properties = Stack().properties(alarm)

    assert all(raises(properties, **values) for values in bad)
    assert not any(raises(properties, **values) for values in good)


def test_the_mean_is_over_enough_samples_that_were_judged() -> None:
    """Judge errors have no reward, so they don't count among those that the mean must be over."""
    queries = {query["Id"]: query.get("MetricStat") for query in Stack().properties("RewardMeanAlarm")["Metrics"]}

    assert queries["judged"]["Stat"] == "SampleCount"
    assert queries["judged"]["Metric"] == queries["reward"]["Metric"]


def rows(widget: dict[str, Any]) -> Iterator[list[str]]:
    """A widget's metrics with CloudWatch's shorthand ("." and "...") written out, without options."""
    previous: list[str] = []
    for row in widget["properties"]["metrics"]:
        named = [part for part in row if isinstance(part, str)]
        if not named:
            continue
        if named == ["..."]:
            named = previous
        previous = [previous[i] if part == "." else part for i, part in enumerate(named)]
        yield previous


@pytest.mark.parametrize("features", [(), ("executor",)], ids=str)
def test_the_dashboard_shows_metrics_that_there_are(features: tuple[str, ...]) -> None:
    """It is JSON, its widgets do not overlap, and each metric is one that is emitted."""
    stack = having(*features)
    widgets = json.loads(stack.properties("Dashboard")["DashboardBody"])["widgets"]
    metrics = [row for widget in widgets if widget["type"] == "metric" for row in rows(widget)]
    tiles = [
        (x, y) for w in widgets for x in range(w["x"], w["x"] + w["width"]) for y in range(w["y"], w["y"] + w["height"])
    ]

    assert len(tiles) == len(set(tiles)) and max(x for x, _ in tiles) < 24
    functions = (
        {"SageMaker-code-verifier", "SageMaker-code-verifier-executor"} if features else {"SageMaker-code-verifier"}
    )
    assert {name for namespace, _, _, name in metrics if namespace == "AWS/Lambda"} == functions
    for namespace, name, dimension, value in metrics:
        if namespace == METRICS_NAMESPACE:
            assert name in METRICS and (dimension, value) == ("service", "SageMaker-code-verifier")
        else:
            assert namespace == "AWS/Lambda" and name in LAMBDA_METRICS and dimension == "FunctionName"
    assert {name for namespace, name, _, _ in metrics if namespace == METRICS_NAMESPACE} == set(METRICS)
    [alarms] = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    assert alarms == [f"<{name}.Arn>" for name in stack.of_type("AWS::CloudWatch::Alarm")]


def test_the_dashboards_share_of_zeros_is_of_what_was_judged() -> None:
    """As the alarm's: ten judge errors beside ten zeros are no ten zeros of twenty."""
    widgets = json.loads(Stack().properties("Dashboard")["DashboardBody"])["widgets"]
    [share] = [
        row[0]["expression"]
        for widget in widgets
        for row in widget["properties"].get("metrics", ())
        if isinstance(row[0], dict) and "zero" in row[0]["expression"]
    ]

    values = {"zero": 10, "samples": 20, "errors": 10, "FILL": lambda value, _: value}
    assert eval(share, {"__builtins__": {}}, values) == 100


# --- queries

LAMBDA_FIELDS = {"@timestamp", "@logStream", "@type", "@duration", "@initDuration", "@maxMemoryUsed"}
COMMANDS = {"fields", "filter", "stats", "sort", "limit", "dedup"}
WORDS = {"and", "or", "not", "in", "like", "as", "by", "asc", "desc"}
FUNCTIONS = {"avg", "bin", "count", "floor", "ispresent", "max", "min", "pct", "stddev", "sum"}


def unknown_words(query: str) -> set[str]:
    """The words of a query that are neither its language's, nor a field of the log, nor a name that it has given."""
    text = re.sub(r'"[^"]*"', " ", query)
    named = set(re.findall(r"\bas (\w+)", text))
    words = set(re.findall(r"(?<![\w@.])@?[A-Za-z_][\w.]*", text))
    called = set(re.findall(r"\b(\w+)\(", text))
    assert called <= FUNCTIONS
    return words - named - COMMANDS - WORDS - called - log_fields() - LAMBDA_FIELDS


@functools.cache
def log_fields() -> set[str]:
    """The keys of a sample's line in the log."""
    return {key for line in written() if "_aws" not in line for key in line}


def documented_queries() -> list[str]:
    text = (ROOT / "docs/logs-insights.md").read_text("utf-8")
    return [block.strip() for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("query", documented_queries(), ids=lambda query: query.split("\n", 1)[0])
def test_queries_ask_for_what_the_log_has(query: str) -> None:
    """Each line is a command, and each field one that a line of the log has."""
    assert unknown_words(query) == set()
    lines = [line.strip() for line in query.splitlines()]
    assert all(line.startswith("| ") or lines[i - 1].endswith(",") for i, line in enumerate(lines) if i)
    for line in query.split("|"):
        assert line.split()[0] in COMMANDS


def test_all_keys_of_the_log_are_documented() -> None:
    """The table in docs/logs-insights.md has them, and no others."""
    [table] = re.findall(
        r"^\| \| \|\n(.*?)\n\n", (ROOT / "docs/logs-insights.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))

    assert set(re.findall(r"`(\w+)`", first_cells)) == log_fields()


def test_a_misspelt_field_would_be_seen() -> None:
    """The check above can fail."""
    assert unknown_words("filter reward_score = 0 | sort @timestamp desc") == {"reward_score"}


def test_saved_queries_are_the_documented_ones() -> None:
    """What the template saves stands in docs/logs-insights.md word for word, and is about the reward function's log."""
    saved = Stack().of_type("AWS::Logs::QueryDefinition")

    assert len(saved) == 8
    for query in saved.values():
        assert query["QueryString"] in documented_queries()
        assert query["LogGroupNames"] == ["<RewardLogGroup>"]
        assert query["Name"].startswith("SageMaker-code-verifier/")


# --- documentation


def table_rows(text: str) -> list[tuple[str, str]]:
    return [(name, default.strip()) for name, default in re.findall(r"^\| `(\w+)` \|(.*?)\|", text, re.MULTILINE)]


def test_every_parameter_is_in_the_documentation_with_its_default() -> None:
    """docs/deploy.md's table has the template's parameters, in its order, with its defaults."""
    documented = table_rows((ROOT / "docs/deploy.md").read_text("utf-8"))
    parameters = template()["Parameters"].items()

    assert [(name, f"`{p['Default']}`" if p["Default"] != "" else "") for name, p in parameters] == documented
