"""template.yaml as AWS would have it: transformed by SAM, for one choice of parameters, with every function resolved.

Nothing here talks to AWS. What only a deployment knows (an ARN, a generated name) stands as `<Resource.Attribute>`.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/verifier:rewardfunction-0123456789ab-lambda"
"""What `sam build` and `sam package` would write into the template."""
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "verifier",
    "AWS::URLSuffix": "amazonaws.com",
}
_NOTHING = object()


class MissingResource(AssertionError):
    """Something refers to a resource that does not exist with these parameters."""


@functools.cache
def _source() -> dict[str, Any]:
    return yaml_parse(TEMPLATE.read_text("utf-8"))


def template() -> dict[str, Any]:
    return copy.deepcopy(_source())


def transformed(parameters: Mapping[str, str], image: str = IMAGE) -> dict[str, Any]:
    """The template without SAM's types. Needs AWS_DEFAULT_REGION."""
    source = template()
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            del resource["Metadata"]
            resource["Properties"]["ImageUri"] = image
    return Translator({}, Parser()).translate(source, dict(parameters))


@functools.cache
def _plain() -> dict[str, Any]:
    return transformed({})


class Stack:
    """What would be deployed with these parameters.

    SAM's part of the work is done once: that it does not depend on the parameters is a test of its own.
    """

    def __init__(self, parameters: Mapping[str, str] | None = None, *, cloudformation: dict[str, Any] | None = None):
        self._parsed = cloudformation or _plain()
        defaults = {name: str(parameter["Default"]) for name, parameter in self._parsed["Parameters"].items()}
        assert not set(parameters or {}) - set(defaults)
        self.parameters = defaults | dict(parameters or {})
        self.conditions = {name: self._holds(rule) for name, rule in self._parsed["Conditions"].items()}
        self._existing = {name: r for name, r in self._parsed["Resources"].items() if self._exists(r)}
        self.resources = {name: self._resolve(resource) for name, resource in self._existing.items()}
        self.outputs = {
            name: self._resolve(output) for name, output in self._parsed["Outputs"].items() if self._exists(output)
        }

    def properties(self, name: str) -> dict[str, Any]:
        return self.resources[name]["Properties"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of that type."""
        return {name: r["Properties"] for name, r in self.resources.items() if r["Type"] == kind}

    def broken_rules(self) -> list[str]:
        """What the template's rules have against these parameters, as CloudFormation would say it."""
        return [
            assertion["AssertDescription"]
            for rule in self._parsed["Rules"].values()
            if self._holds(rule.get("RuleCondition", True))
            for assertion in rule["Assertions"]
            if not self._holds(assertion["Assert"])
        ]

    def _exists(self, item: Mapping[str, Any]) -> bool:
        return "Condition" not in item or self.conditions[item["Condition"]]

    def _holds(self, rule: Any) -> bool:
        if isinstance(rule, bool):
            return rule
        [(function, of)] = rule.items()
        match function:
            case "Fn::Equals":
                first, second = (self._resolve(item) for item in of)
                return str(first) == str(second)
            case "Fn::Not":
                return not self._holds(of[0])
            case "Fn::And":
                return all(self._holds(item) for item in of)
            case "Fn::Or":
                return any(self._holds(item) for item in of)
            case "Condition":
                return self._holds(self._parsed["Conditions"][of])
        raise AssertionError(function)

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self._resolve, value) if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, of)] = value.items()
            match function:
                case "Ref":
                    return self._ref(of)
                case "Fn::GetAtt":
                    name, attribute = of.split(".", 1) if isinstance(of, str) else of
                    return self._attribute(name, attribute)
                case "Fn::If":
                    return self._resolve(of[1] if self.conditions[of[0]] else of[2])
                case "Fn::Split":
                    return self._resolve(of[1]).split(of[0])
                case "Fn::Sub":
                    return self._sub(*(of if isinstance(of, list) else (of, {})))
            assert not function.startswith("Fn::"), function
        resolved = {name: self._resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not _NOTHING}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        return self._attribute(name, "")

    def _attribute(self, name: str, attribute: str) -> str:
        if name not in self._existing:
            raise MissingResource(f"{name} is referred to and does not exist with {self.parameters}")
        return f"<{name}.{attribute}>" if attribute else f"<{name}>"

    def _sub(self, text: str, values: Mapping[str, Any]) -> str:
        def replace(match: re.Match[str]) -> str:
            name = match[1]
            if name in values:
                return str(self._resolve(values[name]))
            resource, dot, attribute = name.partition(".")
            return self._attribute(resource, attribute) if dot else str(self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", replace, text)
