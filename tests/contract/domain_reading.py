"""Who asks and who tells whom, read a second time from the SAM texts and the services' statements. No code of ours."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract import sam_reading
from tests.contract.sam_reading import Saying

SERVICES = Path(__file__).parents[2] / "shoplib" / "services"
STATEMENTS = {
    path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in SERVICES.glob("*/service.toml")
}
WRITING, READING = (
    {"SendMessage", "PutRecords", "PutObject", "PutItem", "BatchWriteItem", "Publish"},
    {"GetObject", "GetItem"},
)

Bodies = Mapping[str, dict[str, Any]]
Interaction = tuple[str, str, str, str]


def interactions(bodies: Bodies) -> set[Interaction]:
    """(source, target, kind, how) between capability groups, of whole templates by name."""
    said = {saying for body in bodies.values() for saying in _sayings(body, bodies)}
    services = dict(_services(bodies))
    every = {*_synchronous(said, services, bodies), *_asynchronous(said, services)}
    return {found for found in every if found[0] != found[1]}


def _sayings(body: dict[str, Any], bodies: Bodies) -> Iterator[Saying]:
    outputs = {name: output["Value"] for other in bodies.values() for name, output in other["Outputs"].items()}
    wires = {name: sam_reading._name(outputs[name]) for name in body["Parameters"] if name in outputs}
    for source, target, kind, verb in sam_reading.connections(set().union(*sam_reading.parts(body).values())):
        yield wires.get(source, source), wires.get(target, target), kind, verb


def _functions(bodies: Bodies) -> Iterator[tuple[str, dict[str, Any]]]:
    for body in bodies.values():
        for id, resource in body["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                yield id, resource["Properties"]


def _services(bodies: Bodies) -> Iterator[tuple[str, str]]:
    yield from ((id, properties["Handler"].split(".")[2]) for id, properties in _functions(bodies))


@cache
def _group(service: str, *names: str) -> str:
    covers = STATEMENTS[service]["covers"]
    return next((group for group, entry in covers.items() if {*names} & {*entry.get("where", ())}), [*covers][0])


def _synchronous(said: set[Saying], services: dict[str, str], bodies: Bodies) -> Iterator[Interaction]:
    for source, target, kind, verb in said:
        if verb == "InvokeFunction":
            ends = _group(services[source], source), _group(services[target], target)
            yield *ends, "synchronous", "invoke"
        for group in _owners(target) if kind == "call" and source in services else ():
            mine = {action for a, b, _, action in said if (a, b) == (source, target)}
            how = "reads its tables" if mine <= {"GetItem", "Query", "BatchGetItem", "Scan"} else "writes its tables"
            yield _group(services[source], source), group, "synchronous", how
        if kind == "request":
            yield from _answered(source, target, said, services)
    yield from _guarded(services, bodies)


@cache
def _owners(table: str) -> list[str]:
    every = (cover for statement in STATEMENTS.values() for cover in statement["covers"].items())
    return [group for group, entry in every if table in entry.get("where", ()) and table.endswith("Table")]


def _answered(caller: str, api: str, said: set[Saying], services: dict[str, str]) -> Iterator[Interaction]:
    group = "Shopper" if caller == "Clients" else _group(services[caller], caller)
    for source, function, kind, route in said:
        if (kind, source) == ("invoke", api) and (
            caller == "Clients" or route in STATEMENTS[services[caller]].get("requests", ())
        ):
            yield group, _group(services[function], function, route), "synchronous", "HTTP"


def _guarded(services: dict[str, str], bodies: Bodies) -> Iterator[Interaction]:
    apis = {id: it["Properties"] for body in bodies.values() for id, it in body["Resources"].items() if "Api" in id}
    for id, properties in _functions(bodies):
        for event in properties.get("Events", {}).values():
            name = event["Properties"].get("Auth", {}).get("Authorizer")
            if name:
                api = apis[sam_reading._name(event["Properties"]["RestApiId"])]
                guard = sam_reading._name(api["Auth"]["Authorizers"][name]["FunctionArn"])
                route = f"{event['Properties']['Method']} {event['Properties']['Path']}"
                ends = _group(services[id], id, route), _group(services[guard], guard)
                yield *ends, "synchronous", "authorizer"


def _asynchronous(said: set[Saying], services: dict[str, str]) -> Iterator[Interaction]:
    sent = [(source, target) for source, target, kind, verb in said if kind == "call" and verb in WRITING]
    taken = [(source, target) for source, target, kind, _ in said if kind == "event"]
    taken += [(target, source) for source, target, kind, verb in said if kind == "call" and verb in READING]
    for source, medium in sent:
        for receiver in _receivers(medium, taken, services):
            if source in services:
                ends = _group(services[source], source), _group(services[receiver], receiver)
                yield *ends, "asynchronous", f"via {medium}"


def _receivers(medium: str, taken: list[tuple[str, str]], services: dict[str, str]) -> Iterator[str]:
    """Functions that a medium calls: itself, or by queues that subscribe to it, also where a parameter names it."""
    for place, receiver in taken:
        if place in (medium, f"{medium}TopicArn"):
            yield from [receiver] if receiver in services else _receivers(receiver, taken, services)
