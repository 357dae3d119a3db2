"""A schema of events that were seen, in OpenAPI 3 or JSON Schema."""

import json
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal

Node = dict[str, Any]
DIALECT = "http://json-schema.org/draft-04/schema#"
SCALARS = {bool: "boolean", int: "number", float: "number", str: "string"}


def discover(events: list[str], kind: str) -> str:
    schema = _merged([_schema_of(_parsed(event)) for event in events])
    if kind.startswith("JSONSchema"):
        return json.dumps({"$schema": DIALECT, "title": "Event", **schema})
    information = {"version": "1.0.0", "title": "Event"}
    return json.dumps(
        {"openapi": "3.0.0", "info": information, "paths": {}, "components": {"schemas": {"Event": schema}}}
    )


def _parsed(event: str) -> Any:
    try:
        return json.loads(event)
    except ValueError:
        raise Refusal("BadRequestException", "An event is not valid JSON.") from None


def _schema_of(value: Any) -> Node:
    if isinstance(value, dict):
        properties = {name: _schema_of(each) for name, each in value.items()}
        return {"type": "object", **({"required": sorted(value)} if value else {}), "properties": properties}
    if isinstance(value, list):
        return {"type": "array", "items": _merged([_schema_of(each) for each in value]) if value else {}}
    return {"type": SCALARS[type(value)]} if value is not None else {}


def _merged(schemas: list[Node]) -> Node:
    """What holds of all of them: of objects the common members are required."""
    first = schemas[0]
    if any(each.get("type") != first.get("type") for each in schemas):
        return {}
    if first.get("type") != "object":
        return first if all(each == first for each in schemas) else {"type": first.get("type")}
    names = list(dict.fromkeys(name for each in schemas for name in each["properties"]))
    properties = {
        name: _merged([each["properties"][name] for each in schemas if name in each["properties"]]) for name in names
    }
    required = [name for name in sorted(names) if all(name in each.get("required", ()) for each in schemas)]
    return {"type": "object", **({"required": required} if required else {}), "properties": properties}
