"""Stated traffic: `ShopApi.requests=1000000`, or a TOML file with a table per resource or connection."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from shoplib.architecture import Model
from shoplib.costs import usage as counting
from shoplib.costs.bill import Traffic
from shoplib.costs.price_table import PriceTable
from shoplib.costs.resources import Resource, Resources
from shoplib.costs.usage import FUNCTION, QUEUE, STREAM, TOPIC, Usage
from shoplib.errors import LabError

ARROW = "->"
Amounts = Mapping[str, Decimal]
HTTP_API, BUS = "AWS::ApiGatewayV2::Api", "AWS::Events::EventBus"
# What may be stated of a type beside the dimensions that are billed. What is left out counts as the number.
SHORTHANDS: Mapping[str, Mapping[str, Decimal | None]] = {
    FUNCTION: {"requests": None, "ms": None, "log_kb": Decimal(0)},
    STREAM: {"records": None, "kb": Decimal(1)},
    QUEUE: {"messages": None, "kb": Decimal(1)},
    TOPIC: {"requests": None, "kb": Decimal(1)},
    HTTP_API: {"requests": None, "kb": Decimal(1)},
    BUS: {"events": None, "kb": Decimal(1)},
}
PER_MESSAGE = 3  # sent, received and deleted, one by one


def read(statements: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """Parse the statements, by resource or connection. LabError names an invalid statement."""
    amounts: dict[str, dict[str, Decimal]] = {}
    for statement in statements:
        is_file = statement.endswith(".toml")
        for place, more in (_file(Path(statement)) if is_file else _statement(statement)).items():
            amounts.setdefault(place, {}).update(more)
    return amounts


def _statement(text: str) -> dict[str, dict[str, Decimal]]:
    where, equals, value = text.partition("=")
    place, dot, name = where.rpartition(".")
    if not (equals and dot):
        advice = "write --traffic ShopApi.requests=1000000, or name a .toml file"
        raise LabError(f"--traffic {text} is not RESOURCE.QUANTITY=NUMBER", advice)
    return {place.strip(): {name.strip(): _number(value, text)}}


def _file(path: Path) -> dict[str, dict[str, Decimal]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be read: {error}", 'a table per resource: ["ShopApi"] requests = 1000') from None
    for place, amounts in content.items():
        if not isinstance(amounts, dict):
            raise LabError(f"{path}: {place} is not a table", f'write ["{place}"] and below it requests = 1000')
    return {
        place: {name: _number(str(value), f"{path}: {place}.{name}") for name, value in amounts.items()}
        for place, amounts in content.items()
    }


def _number(text: str, where: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace("_", "").replace(",", ""))
    except InvalidOperation:
        raise LabError(f"{where}: {text} is not a number", "write it as 1000000 or 1e6") from None
    if not value.is_finite() or value < 0:
        raise LabError(f"{where}: {text} is not a valid quantity", "use a number from 0")
    return value


def traffic(amounts: Mapping[str, Amounts], model: Model, resources: Resources, table: PriceTable) -> Traffic:
    """Convert stated traffic to billed units. LabError for an unknown resource or quantity."""
    usages: list[Usage] = []
    requests: dict[str, Decimal] = {}
    for place, stated in amounts.items():
        source, resource = _ends(place, resources, model)
        usages += _usages(source, resource, stated, model, table)
        count = next((stated[name] for name in ("requests", "messages", "records", "events") if name in stated), None)
        if count is not None:
            requests[resource.id] = requests.get(resource.id, Decimal(0)) + count
    stated_of = {_ends(place, resources, model)[1].id for place in amounts}
    return Traffic(tuple(usages), requests, (), tuple(silent(resources, table, stated_of)))


def silent(resources: Resources, table: PriceTable, seen: Iterable[str]) -> list[str]:
    """Return the resources that are billed by use and have no stated traffic."""
    known = set(seen)
    return [each.id for each in resources.values() if each.id not in known and _is_by_use(each, table)]


def _is_by_use(resource: Resource, table: PriceTable) -> bool:
    """Whether any part of it is billed by use, not by the month or hour."""
    names = [name for name in table.dimensions(resource.type) if "months" not in name and "hours" not in name]
    return bool(names)


def _ends(place: str, resources: Resources, model: Model) -> tuple[str, Resource]:
    """Both ends of a connection; for a single resource the first is empty."""
    source, _, target = (part.strip() for part in place.rpartition(ARROW))
    if target not in resources:
        raise LabError(f"traffic: the template has no {target}", f"it has: {', '.join(resources)}")
    callers = list(dict.fromkeys(edge.source for edge in model.edges if edge.target == target))
    if source and source not in callers:
        advice = f"state what {', '.join(callers) or 'nobody'} does there, or {target} alone"
        raise LabError(f"traffic: {source} does not call {target}", advice)
    return source, resources[target]


def _usages(source: str, resource: Resource, stated: Amounts, model: Model, table: PriceTable) -> list[Usage]:
    billed, shorthands = table.dimensions(resource.type), SHORTHANDS.get(resource.type, {})
    for name in stated:
        if name not in billed and name not in shorthands:
            known = ", ".join(dict.fromkeys([*shorthands, *billed])) or "nothing"
            raise LabError(f"{resource.id} ({resource.type}) is not billed by {name}", f"state {known}")
    source = source or _only_source(resource, model)
    amounts = {**{name: value for name, value in shorthands.items() if value is not None}, **stated}
    derive = _DERIVED.get(resource.type)
    derived = derive(resource, amounts) if derive else {}
    direct = {name: value for name, value in stated.items() if name in billed and name not in shorthands}
    usages = counting.usages(source, resource.id, resource, {**direct, **derived})
    return usages + (_readers(resource, amounts, model) if resource.type == STREAM else [])


def _only_source(resource: Resource, model: Model) -> str:
    """The caller, if a resource has exactly one."""
    sources = {edge.source for edge in model.edges if edge.target == resource.id and edge.kind != "failure"}
    return sources.pop() if len(sources) == 1 else "(all)"


def _function(resource: Resource, amounts: Amounts) -> dict[str, Decimal]:
    if ("requests" in amounts) != ("ms" in amounts):
        if {"requests", "gb_seconds"} <= set(amounts):
            return {"requests": amounts["requests"]}
        raise LabError(f"{resource.id}: a function is billed by requests and by ms", "state both: requests=1000, ms=12")
    if "requests" not in amounts:
        return {}
    logs = amounts["requests"] * amounts["log_kb"] / counting.KB_PER_GB
    billed_ms = amounts["requests"] * counting.rounded_up(amounts["ms"])
    return {**counting.of_function(resource, amounts["requests"], billed_ms), "log_gb": logs}


def _stream(resource: Resource, amounts: Amounts) -> dict[str, Decimal]:
    return counting.of_stream(resource, amounts["records"], amounts["kb"]) if "records" in amounts else {}


def _queue(resource: Resource, amounts: Amounts) -> dict[str, Decimal]:
    """A message is sent, received and deleted, which is three requests; `requests` are counted as stated."""
    messages = amounts.get("messages", Decimal(0)) * PER_MESSAGE
    return {"requests": counting.chunks(messages, amounts["kb"])["requests"] + amounts.get("requests", Decimal(0))}


def _by_chunks(name: str, kb: int) -> Callable[[Resource, Amounts], dict[str, Decimal]]:
    return lambda _, amounts: (
        {name: counting.chunks(amounts[name], amounts["kb"], kb)["requests"]} if name in amounts else {}
    )


_DERIVED: Mapping[str, Callable[[Resource, Amounts], dict[str, Decimal]]] = {
    FUNCTION: _function,
    STREAM: _stream,
    QUEUE: _queue,
    TOPIC: _by_chunks("requests", 64),
    HTTP_API: _by_chunks("requests", 512),
    BUS: _by_chunks("events", 64),
}


def _readers(resource: Resource, amounts: Amounts, model: Model) -> list[Usage]:
    """Each function that reads a stream reads all of it."""
    readers = [edge.target for edge in model.edges if edge.source == resource.id and edge.kind == "event"]
    quantities = counting.of_stream_reader(resource, amounts.get("records", Decimal(0)), amounts["kb"])
    return [each for reader in readers for each in counting.usages(resource.id, reader, resource, quantities)]
