"""References that no rule explains: an unknown type keeps its lines, and a role made elsewhere hides no call."""

from collections.abc import Iterator, Sequence

from shoplib.architecture.model import Edge, merge_edges
from shoplib.architecture.reading.relations.functions import variables
from shoplib.architecture.reading.relations.permissions import roles_of
from shoplib.architecture.reading.world import Resource, World, as_list
from shoplib.architecture.resource_types import KINDS

_BASIC = ("AWSLambdaBasicExecutionRole", "AWSXRay", "AWSLambdaVPCAccess")


def complete(world: World, known: Sequence[Edge]) -> tuple[Edge, ...]:
    """`known`, and a reference for each pair of resources that the template connects without saying how."""
    pairs = {(edge.source, edge.target) for edge in known} | {(edge.target, edge.source) for edge in known}
    news = (edge for edge in _references(world) if (edge.source, edge.target) not in pairs)
    return merge_edges([*known, *news])


def _references(world: World) -> Iterator[Edge]:
    for resource in world.drawn_resources:
        if resource.type == "AWS::Lambda::Function" and not _fully_known(world, resource):
            yield from _environment(world, resource)
        elif resource.type not in KINDS:
            for target in world.targets(dict(resource.properties)):
                if target in world.resources and target != resource.id:
                    yield Edge(resource.id, target, "reference", ("refers to",), (resource.id,))


def _environment(world: World, function: Resource) -> Iterator[Edge]:
    for name, value in variables(function).items():
        for target in world.targets(value, name):
            if target in world.resources and target != function.id:
                yield Edge(function.id, target, "reference", ("uses",), (f"{function.id}.Environment.{name}",))


def _fully_known(world: World, function: Resource) -> bool:
    """All that the function may do is in the template: it has a role there without AWS-managed rights."""
    roles = [world.resources[name] for name in roles_of(world, function)]
    managed = [str(arn) for role in roles for arn in as_list(role.properties.get("ManagedPolicyArns"))]
    return bool(roles) and not [arn for arn in managed if "arn:" in arn and not _is_source_policy(arn)]


def _is_source_policy(arn: str) -> bool:
    return any(name in arn for name in _BASIC) or "ExecutionRole" in arn
