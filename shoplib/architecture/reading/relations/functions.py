"""Functions: asynchronous outcomes, dead letters, user-pool triggers, and addresses handed over in the environment."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.relations.apis import HTTP, REST
from shoplib.architecture.reading.relations.events import dead_letters, failures
from shoplib.architecture.reading.world import Resource, World

OF_PAGES = re.compile(r"(PAGES?|LINKS?|SITE)_(URL|ADDRESS)$")


def edges(world: World) -> Iterator[Edge]:
    for function in world.of_type("AWS::Lambda::Function"):
        dead = function.properties.get("DeadLetterConfig")
        yield from dead_letters(world, function.id, dead, "on failure", f"{function.id}.DeadLetterConfig")
        yield from _addresses(world, function)
    for config in world.of_type("AWS::Lambda::EventInvokeConfig"):
        function_id = world.owner(config.id)
        if function_id:
            yield from failures(world, function_id, config.properties.get("DestinationConfig"), config.id)
    for pool in world.of_type("AWS::Cognito::UserPool"):
        for trigger, value in (pool.properties.get("LambdaConfig") or {}).items():
            for target in world.targets(value):
                yield Edge(pool.id, target, "invoke", (trigger,), (f"{pool.id}.LambdaConfig.{trigger}",))


def variables(function: Resource) -> Mapping[str, Any]:
    declared = (function.properties.get("Environment") or {}).get("Variables")
    return declared if isinstance(declared, dict) else {}


def _addresses(world: World, function: Resource) -> Iterator[Edge]:
    """An address of an API in the environment needs no permission: the function calls it over HTTPS. A WebSocket
    API's is for what is posted to its connections, which a policy tells. An address of pages is for people, who open
    it: the function writes it down."""
    for name, value in variables(function).items():
        for target in world.targets(value, name):
            if _is_address(world, name, target) and not OF_PAGES.search(name):
                place = f"{function.id}.Environment.{name}"
                yield Edge(function.id, target, "request", ("HTTPS",), (place,))


def _is_address(world: World, name: str, target: str) -> bool:
    if target in world.resources:
        api = world.resources[target]
        return api.type in (REST, HTTP) and api.properties.get("ProtocolType") != "WEBSOCKET"
    if target in world.elsewhere:
        return world.elsewhere[target] in (REST, HTTP)
    words = target.removesuffix("Url").removesuffix("Uri").removesuffix("Endpoint")
    return words != target and not words.endswith(("Queue", "Topic"))
