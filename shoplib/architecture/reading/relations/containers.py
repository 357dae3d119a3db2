"""Containers: a load balancer forwards to services; what a task definition names, its services use."""

from collections.abc import Iterator

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.world import Resource, World, as_list

SERVICE, TASK = "AWS::ECS::Service", "AWS::ECS::TaskDefinition"
LISTENERS = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule")


def edges(world: World) -> Iterator[Edge]:
    for service in world.of_type(SERVICE):
        groups = set(
            world.names([entry.get("TargetGroupArn") for entry in as_list(service.properties.get("LoadBalancers"))])
        )
        yield from _forwarding_edges(world, service, groups)
        for task in tasks_of(world, service):
            for target in world.targets(task.properties.get("ContainerDefinitions")):
                if target in world.resources:
                    yield Edge(service.id, target, "reference", ("uses",), (f"{task.id}.ContainerDefinitions",))


def _forwarding_edges(world: World, service: Resource, groups: set[str]) -> Iterator[Edge]:
    for listener in world.of_type(*LISTENERS):
        balancer = world.owner(listener.id)
        actions = [listener.properties.get("DefaultActions"), listener.properties.get("Actions")]
        if balancer and groups & set(world.names(actions)):
            yield Edge(balancer, service.id, "invoke", ("forwards",), (listener.id,))


def tasks_of(world: World, resource: Resource) -> list[Resource]:
    """The task definitions that a container service runs."""
    if resource.type != SERVICE:
        return []
    names = world.names(resource.properties.get("TaskDefinition"))
    return [task for name in names if (task := world.resources.get(name)) and task.type == TASK]
