"""What policies allow. A statement that names a resource is an edge, or confirms the edge that is there already."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from shoplib.architecture.model import Edge, merge_edges
from shoplib.architecture.reading import naming
from shoplib.architecture.reading.naming import ANYTHING, EVERYTHING
from shoplib.architecture.reading.relations.containers import tasks_of
from shoplib.architecture.reading.relations.workflows import TASK, services_of_tasks
from shoplib.architecture.reading.world import Resource, World, as_list
from shoplib.architecture.resource_types import TYPE_OF_SERVICE

# Logs, metrics, traces, keys and network interfaces: every function has them; they are badges or nothing.
SILENT = {"logs", "xray", "cloudwatch", "ec2", "kms", "sts", "iam"}
READS_SOURCE = {
    "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch",
    "GetQueueAttributes", "GetQueueUrl",
    "GetRecords", "GetShardIterator", "DescribeStream", "DescribeStreamSummary", "ListShards", "ListStreams",
    "SubscribeToShard",
}  # fmt: skip
ANY_ACTION = ("*", ":", "*")
# What only looks around in an account says nothing of a resource; SAM's policies for streams have it.
LOOKS_AROUND = re.compile(r"List(?!Bucket$|Objects|Shards)|Describe|GetAccount|GetRandomPassword")
MANAGED_RULES = ":rule/StepFunctions"  # by which Step Functions itself hears that a task's job has ended
FEW = 3  # services of which a policy may allow everything, with an arrow each
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


def confirm(world: World, known: Sequence[Edge]) -> list[Edge]:
    """`known` with the evidence of policies and resource policies, then an edge for each grant that is news."""
    edges = list(merge_edges(known))
    for principal in _principals(world):
        calls = services_of_tasks(world, principal)
        for grant in _merge_broad_grants(list(_grants(world, principal))):
            _add(edges, _edge(principal.id, grant), only_confirm=calls is not None and grant.service not in calls)
    for edge in _resource_permissions(world):
        _add(edges, edge)
    return list(merge_edges(edges))


def _merge_broad_grants(grants: Sequence[Grant]) -> list[Grant]:
    """Who may do something with everything of many services has one arrow for all of it."""
    whole = {grant.target for grant in grants if grant.target.endswith(":*")}
    many = whole if len(whole) > FEW else set[str]()
    return [replace(grant, target=EVERYTHING) if grant.target in many else grant for grant in grants]


def _edge(principal: str, grant: Grant) -> Edge:
    return Edge(principal, grant.target, "call", (grant.action,), (f"{grant.place}: {grant.service}:{grant.action}",))


def _add(edges: list[Edge], edge: Edge, *, only_confirm: bool = False) -> None:
    """Receiving from one's own source, or sending to one's own destination, is the edge that exists already."""
    for index, other in enumerate(edges):
        if _same_story(other, edge):
            edges[index] = replace(other, evidence=(*other.evidence, *edge.evidence))
            return
    if edge.source != edge.target and not only_confirm:
        edges.append(edge)


def _same_story(known: Edge, edge: Edge) -> bool:
    if known.kind in ("call", "request", "reference"):
        return False
    verb = edge.verbs[0]
    if known.kind == "invoke" and known.key[:2] == edge.key[:2] and any(_allows(verb, task) for task in known.verbs):
        return True  # the right to do what one of the workflow's tasks does
    if verb in READS_SOURCE and known.kind == "event":
        return (known.source, known.target) == (edge.target, edge.source)
    return verb in DELIVERS and (known.source, known.target) == (edge.source, edge.target)


def _allows(verb: str, task: str) -> bool:
    return task == TASK or verb == "any action" or fnmatchcase(task, verb)


def _principals(world: World) -> Iterator[Resource]:
    return (resource for resource in world.drawn_resources if roles_of(world, resource))


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
        yield from _grants_of_role(world, role)


def own_resources(world: World, credentials: Any, service: str, action: str) -> list[str]:
    """What the template makes and the role in `credentials` may do `action` with: all that a call can act upon which
    learns its resource from a request."""
    roles = [name for name in world.names(credentials) if name in world.resources]
    grants = [grant for role in roles for grant in _grants_of_role(world, role) if grant.service == service]
    allowed = [grant.target for grant in grants if _allows(grant.action, action)]
    return list(dict.fromkeys(allowed)) if all(target in world.resources for target in allowed) else []


def _grants_of_role(world: World, role: str) -> Iterator[Grant]:
    for place, document in _documents(world, role):
        for index, statement in enumerate(as_list(document.get("Statement"))):
            if statement.get("Effect") == "Allow":
                yield from _statement(world, statement, f"{place}.Statement[{index}]")


def _documents(world: World, role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, policy in enumerate(as_list(world.resources[role].properties.get("Policies"))):
        yield f"{role}.Policies[{index}]", policy.get("PolicyDocument", {})
    for policy in world.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        attached = role in world.names(policy.properties.get("Roles"))
        is_managed = policy.id in world.names(world.resources[role].properties.get("ManagedPolicyArns"))
        if attached or is_managed:
            yield policy.id, policy.properties.get("PolicyDocument", {})


def _statement(world: World, statement: dict[str, Any], place: str) -> Iterator[Grant]:
    values = as_list(statement.get("Resource"))
    for unread in (key for key in ("NotAction", "NotResource") if key in statement):
        world.unresolved[f"{place}.{unread}"] = "it allows all but what it names"
    values = [value for value in values if MANAGED_RULES not in naming.spell(value, world.parameters)]
    for action in as_list(statement.get("Action")):
        service, _, verb = ANY_ACTION if action == "*" else str(action).partition(":")
        if service in SILENT or not verb:
            continue
        targets = [target for value in values for target in _reachable_ids(world, f"{service}:{verb}", value, place)]
        for target in dict.fromkeys(targets):
            if _fits(world, service, target):
                yield Grant(service, verb if verb != "*" else "any action", target, place)


def _reachable_ids(world: World, action: str, value: Any, place: str) -> list[str]:
    """Resources of the template, by reference, by name, or as the only one that a pattern fits; else the group that
    the pattern means, or what another makes."""
    if own := world.targets(value):
        return own
    text = naming.spell(value, world.parameters)
    if text != ANYTHING and not any(naming.arns(text)):
        return world.ends(value, f"{place}.Resource")
    service, _, verb = action.partition(":")
    names = (
        [ANYTHING] if text == ANYTHING else [naming.name_of(of, it) for of, it in naming.arns(text) if of == service]
    )
    needed = [name for name in names if name != ANYTHING or not LOOKS_AROUND.match(verb)]
    return [id for name in needed for id in _group(world, service, name)]


def _group(world: World, service: str, pattern: str) -> list[str]:
    """What a name, or a pattern of names, means: the only one here that it fits, or all that it may be."""
    fitting = world.own_names.matching(service, pattern) if ANYTHING in pattern else []
    if len(fitting) == 1:
        return fitting
    id = f"{service}:{naming.plain(pattern) or ANYTHING}"
    world.groups[id] = fitting
    return [id]


def _fits(world: World, service: str, target: str) -> bool:
    """A statement may name several kinds of resources; an action acts on those of its own service."""
    expected = TYPE_OF_SERVICE.get(service)
    resource = world.resources.get(target)
    if resource is None or expected is None or resource.type not in TYPE_OF_SERVICE.values():
        return True
    return resource.type == expected


def _resource_permissions(world: World) -> Iterator[Edge]:
    """`AWS::Lambda::Permission` with a source: only news where no rule, route or notification says it already."""
    for permission in world.of_type("AWS::Lambda::Permission"):
        function = world.owner(permission.id)
        sources = world.targets(permission.properties.get("SourceArn"), "SourceArn")
        for source in sources if function else ():
            if source in world.resources:
                yield Edge(source, str(function), "invoke", ("InvokeFunction",), (permission.id,))
