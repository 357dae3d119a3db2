"""Which node a caller or a resource of a run is. Names are unique within a service alone: a table and a queue may both
be called `orders`."""

import re
from collections.abc import Iterable, Mapping

from shoplib.architecture.model import Model
from shoplib.architecture.resource_types import CLIENTS, SERVICE_OF_TYPE
from shoplib.provision import Stack

Ids = Mapping[str, str]  # "sqs:orders" -> the node's id


def key(service: str, name: str) -> str:
    return f"{service}:{name}"


def name_of(physical_id: str) -> str:
    """The name within a physical id, be it a name, an ARN or a queue's URL, or a rule's `bus|name`."""
    return physical_id.rpartition("/")[2].rpartition(":")[2].rpartition("|")[2]


def key_of(resource_type: str, physical_id: str) -> str:
    """The key of a resource that CloudFormation knows by this id."""
    name = name_of(physical_id)
    if resource_type == "AWS::SecretsManager::Secret":
        name = re.sub(r"-\w{6}$", "", name)  # Secrets Manager's own ending
    return key(SERVICE_OF_TYPE.get(resource_type, resource_type), name)


def ids_of(model: Model, stacks: Iterable[Stack], parameters: Mapping[str, str]) -> Ids:
    """Node of each resource's own key; `given` has the parameters that name what others made."""
    types = {node.id: node.type for node in model.nodes}
    ids = {key_of(types[id], name): id for name, id in parameters.items() if id in types}
    for stack in stacks:
        group = stack.name.removeprefix("shop-")
        for resource in stack.resources:
            full = f"{group}/{resource.logical_id}"
            id = full if full in types else resource.logical_id
            if id in types and resource.physical_id:
                ids[key_of(resource.type, resource.physical_id)] = id
    return ids


def node_of(caller: str, ids: Ids) -> str | None:
    """The node that acts: an ARN, an API's id, or Clients. None for one of another stack."""
    if caller == CLIENTS:
        return CLIENTS
    return ids.get(key(*_name_in(caller)) if caller.startswith("arn:") else key("execute-api", caller))


def region_of(caller: str) -> str:
    """Empty for a bucket, an API's id, and whoever has none."""
    return caller.split(":")[3] if caller.startswith("arn:") else ""


def _name_in(arn: str) -> tuple[str, str]:
    """Service and name in an ARN of somebody who acts."""
    service, rest = arn.split(":", 5)[2::3]
    if service == "execute-api":
        return service, rest.partition("/")[0]
    if service == "dynamodb":
        return service, rest.split("/")[1]
    if service == "logs":
        return service, rest.removeprefix("log-group:").removesuffix(":*")
    if rest.startswith("api-destination/"):
        return "api-destination", rest.split("/")[1]
    kind = "rule" if rest.startswith("rule/") else service
    return kind, rest.rpartition("/")[2].rpartition(":")[2]
