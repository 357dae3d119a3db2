"""Template and parameters -> what shall exist, in which order. Everything that can be refused is refused here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shoplib.localaws.cloudformation import (
    endpoint_checks,
    lookups,
    parameters,
    property_support,
    rules,
    schemas,
    template_checks,
    template_urls,
)
from shoplib.localaws.cloudformation.absent_services import absent_services
from shoplib.localaws.cloudformation.addresses import on_this_machine
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.function_shapes import check_functions
from shoplib.localaws.cloudformation.graph import attributes, ordered, references, unresolved
from shoplib.localaws.cloudformation.included import included
from shoplib.localaws.cloudformation.intrinsics import (
    NO_VALUE,
    Scope,
    check_lookups,
    chosen,
    holds,
    resolve,
    text,
)
from shoplib.localaws.cloudformation.permitted import EVERYTHING, Permitted
from shoplib.localaws.cloudformation.resource_providers import provider_of
from shoplib.localaws.cloudformation.stack import Output, Stack
from shoplib.localaws.cloudformation.template import Template, parse
from shoplib.localaws.cloudformation.transform import expand

REFUSED = "Template refused, nothing was created: "
NOT_SUPPORTED = f"{REFUSED}not supported by the local AWS: "


@dataclass(frozen=True)
class Plan:
    """`order` holds the logical ids of the resources that shall exist; `scope` resolves their properties.

    `imported` collects the exports of other stacks while they are being resolved.
    """

    text: str
    template: Template
    parameter_values: dict[str, str]
    described_parameters: list[dict[str, str]]
    order: list[str]
    scope: Scope
    imported: set[str]

    def definition(self, logical_id: str) -> dict[str, Any]:
        definition: dict[str, Any] = self.template["Resources"][logical_id]
        return definition

    def public_scope(self) -> Scope:
        """For what everybody may read: without the values of NoEcho parameters, and secrets as they are referred to."""
        hidden = dict.fromkeys(parameters.hidden(self.template), parameters.MASK)
        return replace(self.scope, values={**self.scope.values, **hidden}, secrets=lookups.as_written)

    def public_properties(self, definition: dict[str, Any]) -> str:
        """The properties of a resource as its events show them; nothing when they cannot be resolved."""
        try:
            properties = resolve(definition["Properties"], self.public_scope())
        except ValidationError:
            return ""
        return json.dumps(schemas.fit(definition["Type"], properties), separators=(",", ":"))

    def metadata(self, definition: dict[str, Any]) -> str:
        """As DescribeStackResource shows it: with what it refers to, and as it is written where that is unknown."""
        written = definition.get("Metadata") or {}
        try:
            return json.dumps(resolve(written, self.scope))
        except ValidationError:
            return json.dumps(written)

    def outputs(self) -> list[Output]:
        """Only when every resource exists."""
        declared: dict[str, dict[str, Any]] = self.template.get("Outputs") or {}
        return [self._output(key, output) for key, output in declared.items() if _is_active(output, self.scope)]

    def _output(self, key: str, output: dict[str, Any]) -> Output:
        export = resolve((output.get("Export") or {}).get("Name"), self.scope)
        value = on_this_machine(text(resolve(output["Value"], self.scope)), str(self.scope.values["AWS::AccountId"]))
        return Output(key, value, output.get("Description"), str(export) if export else None)


def plan(
    stack: Stack, template_text: str, parameter_values: Mapping[str, str], permitted: Permitted = EVERYTHING
) -> Plan:
    """ValidationError, with nothing created, when this template cannot be deployed here with these parameters."""
    parsed = parse(template_text)
    permitted.check_transforms(parsed)
    written = included(parsed, parameter_values, stack.account_id, stack.region)
    template = expand(written, parameter_values, stack.region)
    values = parameters.values(template, parameter_values, lookups.ssm_parameter(stack.account_id, stack.region))
    imported: set[str] = set()
    scope = Scope(
        values={**values, **_pseudo(stack)},
        mappings=template.get("Mappings") or {},
        conditions=template.get("Conditions") or {},
        imports=lookups.exported_value(stack.account_id, stack.region, imported),
        secrets=lookups.dynamic_reference(stack.account_id, stack.region),
    )
    rules.check(template, scope)
    for section in ("Conditions", "Resources", "Outputs"):
        check_functions(template.get(section))
    for name in scope.conditions:
        holds(name, scope)
    resources: dict[str, dict[str, Any]] = template["Resources"]
    active = [name for name, resource in resources.items() if _is_active(resource, scope)]
    permitted.check({name: resources[name] for name in active})
    _refuse_unsupported(stack, {name: resources[name] for name in active}, scope)
    present = {name: chosen(resources[name], scope) for name in active}
    _refuse_sections(template)
    _refuse_absent_services(present)
    _check_properties(present)
    _refuse_faults(present, scope)
    _check_outputs(template, active, scope)
    _check_attributes(template, active, scope)
    check_lookups(list(present.values()), scope)
    order = ordered(resources, active, scope)
    described = parameters.describe(template, parameter_values, values)
    return Plan(template_text, template, dict(parameter_values), described, order, scope, imported)


def _is_active(element: dict[str, Any], scope: Scope) -> bool:
    return "Condition" not in element or holds(element["Condition"], scope)


def _pseudo(stack: Stack) -> dict[str, Any]:
    return {
        "AWS::AccountId": stack.account_id,
        "AWS::NoValue": NO_VALUE,
        "AWS::NotificationARNs": stack.options.notification_arns,
        "AWS::Partition": "aws",
        "AWS::Region": stack.region,
        "AWS::StackId": stack.stack_id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _refuse_unsupported(stack: Stack, resources: Mapping[str, dict[str, Any]], scope: Scope) -> None:
    lacking = [f"{name} ({each['Type']})" for name, each in resources.items() if provider_of(each["Type"]) is None]
    for name, each in resources.items():
        if each["Type"] == "AWS::CloudFormation::Stack":
            lacking += [f"{name}/{inner}" for inner in _lacking_within(stack, each, scope)]
    if lacking:
        raise ValidationError(NOT_SUPPORTED + ", ".join(lacking))


def _refuse_absent_services(resources: Mapping[str, dict[str, Any]]) -> None:
    absent = absent_services(resources)
    if absent:
        raise ValidationError(f"{NOT_SUPPORTED}the service{'s' if len(absent) > 1 else ''} {', '.join(absent)}")


def _refuse_sections(template: Template) -> None:
    if template.get("Hooks"):
        raise ValidationError(f"{NOT_SUPPORTED}Hooks (CodeDeploy's blue and green deployments)")


def _refuse_faults(resources: Mapping[str, dict[str, Any]], scope: Scope) -> None:
    faults = [*template_checks.objections(resources), *endpoint_checks.objections(resources, scope)]
    if faults:
        raise ValidationError(f"{REFUSED}{'; '.join(faults)}")


def _check_properties(resources: Mapping[str, dict[str, Any]]) -> None:
    _refuse_unknown(resources)
    refused = {
        name: property_support.unsupported_paths(each["Type"], each["Properties"]) for name, each in resources.items()
    }
    lacking = [f"{path} of {name} ({resources[name]['Type']})" for name, paths in refused.items() for path in paths]
    if lacking:
        raise ValidationError(NOT_SUPPORTED + ", ".join(lacking))


def _refuse_unknown(resources: Mapping[str, dict[str, Any]]) -> None:
    wrong = {name: schemas.unknown_properties(each["Type"], each["Properties"]) for name, each in resources.items()}
    problems = [f"{name} ({resources[name]['Type']}): {', '.join(each)}" for name, each in wrong.items() if each]
    if problems:
        raise ValidationError(f"{REFUSED}encountered unsupported property {problems[0]}")


def _check_attributes(template: Template, active: list[str], scope: Scope) -> None:
    """AWS finds an attribute that a type does not have before it creates anything."""
    resources = template["Resources"]
    users = [resources[name]["Properties"] for name in active]
    users += [each["Value"] for each in (template.get("Outputs") or {}).values() if _is_active(each, scope)]
    for name, attribute in attributes(users, scope):
        type_name = resources[name]["Type"] if name in active else ""
        if not schemas.has_attribute(type_name, attribute):
            raise ValidationError(
                f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )


def _lacking_within(stack: Stack, nested: dict[str, Any], scope: Scope) -> list[str]:
    """What a nested stack's template needs and we lack, as far as its URL is known before anything exists."""
    try:
        url = str(resolve(nested["Properties"].get("TemplateURL"), scope))
        inner = parse(template_urls.read(url, stack.account_id, stack.region))["Resources"]
    except ValidationError:
        return []
    sam = "AWS::Serverless::"
    types = {name: each["Type"] for name, each in inner.items() if not each["Type"].startswith(sam)}
    lacking = [f"{name} ({kind})" for name, kind in types.items() if provider_of(kind) is None]
    present = {name: kind for name, kind in types.items() if provider_of(kind)}
    paths = {
        name: property_support.unsupported_paths(kind, inner[name]["Properties"]) for name, kind in present.items()
    }
    return lacking + [f"{path} of {name} ({types[name]})" for name, each in paths.items() for path in each]


def _check_outputs(template: Template, active: list[str], scope: Scope) -> None:
    for output in (template.get("Outputs") or {}).values():
        if not _is_active(output, scope):
            continue
        for name in references(output["Value"], scope):
            if name not in scope.values and name not in active:
                raise unresolved(name, "Outputs")
