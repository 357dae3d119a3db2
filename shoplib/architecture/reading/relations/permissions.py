"""What policies allow. A statement that names a resource is an edge, or confirms the edge that is there already."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shoplib.architecture.model import Edge, merged
from shoplib.architecture.reading.relations import naming
from shoplib.architecture.reading.relations.containers import tasks_of
from shoplib.architecture.reading.world import Resource, World, listed
from shoplib.architecture.resource_types import TYPE_OF_SERVICE

# Logs, metrics, traces, keys and network interfaces: every function has them; they are badges or nothing.
SILENT = {"logs", "xray", "cloudwatch", "ec2", "kms", "sts", "iam"}
READS_SOURCE = {
    "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
    "GetRecords", "GetShardIterator", "DescribeStream", "DescribeStreamSummary", "ListShards", "ListStreams",
    "SubscribeToShard",
}  # fmt: skip
EVERYTHING = ("*", ":", "*")
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
DELIVERS = {
    "SendMessage", "Publish", "InvokeFunction", "PutEvents", "PutObject", "PutRecord", "PutRecords", "StartExecution",
    "StartSyncExecution",
}  # fmt: skip


@dataclass(frozen=True)
class Grant:
    """One action on one resource, and the statement that allows it."""

    service: str
    action: str
    target: str
    place: str


def confirmed(world: World, known: Sequence[Edge]) -> list[Edge]:
    """`known` with the evidence of policies and resource policies, then an edge for each grant that is news."""
    edges = list(merged(known))
    for principal in _principals(world):
        for grant in _grants(world, principal):
            _add(edges, _edge(principal.id, grant))
    for edge in _resource_permissions(world):
        _add(edges, edge)
    return list(merged(edges))


def _edge(principal: str, grant: Grant) -> Edge:
    return Edge(principal, grant.target, "call", (grant.action,), (f"{grant.place}: {grant.service}:{grant.action}",))


def _add(edges: list[Edge], edge: Edge) -> None:
    """Receiving from one's own source, or sending to one's own destination, is the edge that exists already."""
    for index, other in enumerate(edges):
        if _same_story(other, edge):
            edges[index] = replace(other, evidence=(*other.evidence, *edge.evidence))
            return
    if edge.source != edge.target:
        edges.append(edge)


def _same_story(known: Edge, edge: Edge) -> bool:
    if known.kind in ("call", "request", "reference"):
        return False
    verb = edge.verbs[0]
    if known.verbs == ("task",) and known.key[:2] == edge.key[:2]:
        return True  # the right to do what the workflow's task does
    if verb in READS_SOURCE and known.kind == "event":
        return (known.source, known.target) == (edge.target, edge.source)
    return verb in DELIVERS and (known.source, known.target) == (edge.source, edge.target)


def _principals(world: World) -> Iterator[Resource]:
    return (resource for resource in world.drawn if roles_of(world, resource))


def roles_of(world: World, resource: Resource) -> list[str]:
    """Logical ids of the roles, within the template, that `resource` acts as."""
    actors = [resource, *tasks_of(world, resource)]
    values = [
        value for it in actors for key, value in it.properties.items() if key in ("Role", "RoleArn", "TaskRoleArn")
    ]
    names = [name for name in world.names(values) if name in world.resources]
    return [name for name in names if world.resources[name].type == "AWS::IAM::Role"]


def _grants(world: World, principal: Resource) -> Iterator[Grant]:
    for role in roles_of(world, principal):
        for place, document in _documents(world, role):
            for index, statement in enumerate(listed(document.get("Statement"))):
                if statement.get("Effect") == "Allow":
                    yield from _statement(world, statement, f"{place}.Statement[{index}]")


def _documents(world: World, role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, policy in enumerate(listed(world.resources[role].properties.get("Policies"))):
        yield f"{role}.Policies[{index}]", policy.get("PolicyDocument", {})
    for policy in world.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        attached = role in world.names(policy.properties.get("Roles"))
        is_managed = policy.id in world.names(world.resources[role].properties.get("ManagedPolicyArns"))
        if attached or is_managed:
            yield policy.id, policy.properties.get("PolicyDocument", {})


def _statement(world: World, statement: dict[str, Any], place: str) -> Iterator[Grant]:
    resources = [(_own(world, value), value) for value in listed(statement.get("Resource"))]
    for action in listed(statement.get("Action")):
        service, _, verb = EVERYTHING if action == "*" else str(action).partition(":")
        if service in SILENT or not verb:
            continue
        targets = [target for own, value in resources for target in own or _elsewhere(service, value)]
        for target in dict.fromkeys(targets):
            if _fits(world, service, target):
                yield Grant(service, verb if verb != "*" else "any action", target, place)


def _own(world: World, value: Any) -> list[str]:
    """Resources of the template, by reference or by name; else the parameters that tell one of another's."""
    targets = world.targets(value)
    return [id for id in targets if id in world.resources] or naming.named_in(world, value) or targets


def _fits(world: World, service: str, target: str) -> bool:
    """A statement may name several kinds of resources; an action acts on those of its own service."""
    expected = TYPE_OF_SERVICE.get(service)
    resource = world.resources.get(target)
    if resource is None or expected is None or resource.type not in TYPE_OF_SERVICE.values():
        return True
    return resource.type == expected


def _elsewhere(service: str, value: Any) -> list[str]:
    """A resource that the template does not make: the name at the end of its ARN, or the whole service for `*`."""
    names = [_name(service, arn) for arn in map(_literal, listed(value)) if arn]
    return list(dict.fromkeys(f"{service}:{name or '*'}" for name in names))


def _name(service: str, arn: str) -> str:
    """The resource's own name: without the objects of a bucket, the indexes of a table, the qualifier of a function."""
    rest = arn.split(":", 5)[-1]
    if service == "s3":
        return rest.partition("/")[0]
    if service == "lambda":
        return rest.removeprefix("function:").partition(":")[0]
    if service == "dynamodb":
        return rest.removeprefix("table/").partition("/")[0]
    return rest.rpartition(":")[2].removesuffix("/*").rpartition("/")[2]


def _literal(arn: Any) -> str:
    """An ARN as text, with * for what only deploying tells. Empty when nothing of it can be known."""
    if isinstance(arn, dict) and isinstance(arn.get("Fn::Sub"), list):
        text, variables = arn["Fn::Sub"]
        return _VARIABLE.sub(lambda match: _plain(variables.get(match.group(1), "*")), str(text))
    if isinstance(arn, dict) and "Fn::Sub" in arn:
        return _VARIABLE.sub("*", str(arn["Fn::Sub"]))
    if isinstance(arn, dict) and isinstance(arn.get("Fn::Join"), list):
        separator, parts = arn["Fn::Join"]
        return str(separator).join(part if isinstance(part, str) else "*" for part in listed(parts))
    return arn if isinstance(arn, str) else ""


def _plain(value: Any) -> str:
    """A substituted value as far as the text knows it: itself, or the name of another stack's export."""
    return str(value.get("Fn::ImportValue", "")) if isinstance(value, dict) else str(value)


def _resource_permissions(world: World) -> Iterator[Edge]:
    """`AWS::Lambda::Permission` with a source: only news where no rule, route or notification says it already."""
    for permission in world.of_type("AWS::Lambda::Permission"):
        function = world.owner(permission.id)
        sources = world.targets(permission.properties.get("SourceArn"))
        for source in sources if function else ():
            if source in world.resources:
                yield Edge(source, str(function), "invoke", ("InvokeFunction",), (permission.id,))
