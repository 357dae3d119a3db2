"""AWS's own schema of each resource type, as cfn-lint carries it: its properties, their types, its attributes."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shoplib.localaws.cloudformation.intrinsics import text

Properties = dict[str, Any]
Schema = dict[str, Any]
REGION = "us-east-1"
# CloudFormation knows their properties or attributes only when it runs them.
OPEN = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "AWS::CloudFormation::Macro")


def fit(type_name: str, properties: Properties) -> Properties:
    """Scalars as the schema types them: 2.0 is "2.0" where AWS wants text, "6" is 6 where it wants a number."""
    schema = schema_of(type_name)
    fitted: Properties = _fit(properties, schema, schema) if schema else properties
    return fitted


def unknown_properties(type_name: str, properties: Properties) -> list[str]:
    """Top-level properties that the type does not have."""
    schema = schema_of(type_name)
    if not schema or schema.get("additionalProperties", True):
        return []
    return [name for name in properties if name not in schema["properties"] and not name.startswith("Fn::")]


def has_attribute(type_name: str, name: str) -> bool:
    """Whether Fn::GetAtt may ask for it; True where nobody knows."""
    schema = schema_of(type_name)
    return schema is None or name.split(".")[0] in schema["properties"]


def requires_replacement(type_name: str, before: Properties, now: Properties) -> bool:
    """Whether a property changed that AWS sets at creation only."""
    schema = schema_of(type_name) or {}
    paths = [path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])]
    return any(before.get(name) != now.get(name) for name in paths if "/" not in name)


def recreation(type_name: str, name: str) -> str:
    """Whether a change of a property requires a new resource: Always, Conditionally or Never."""
    schema = schema_of(type_name) or {}
    path, paths = f"/properties/{name}", schema.get("createOnlyProperties", [])
    if path in paths:
        return "Always"
    sometimes = [*schema.get("conditionalCreateOnlyProperties", []), *paths]
    return "Conditionally" if any(each == path or each.startswith(f"{path}/") for each in sometimes) else "Never"


def missing_properties(type_name: str, properties: Properties) -> list[str]:
    """Required top-level properties that are not there."""
    return [name for name in (schema_of(type_name) or {}).get("required", []) if name not in properties]


def identifiers(type_name: str) -> list[str]:
    """The properties by which a resource of the type is imported."""
    schema = schema_of(type_name) or {}
    paths = [each for each in schema.get("primaryIdentifier", []) if each not in schema.get("readOnlyProperties", [])]
    return [each.removeprefix("/properties/") for each in paths]


def schema_of(type_name: str) -> Schema | None:
    """None for a type that AWS does not publish (custom resources)."""
    return None if type_name in OPEN or type_name not in _index() else _load(_index()[type_name])


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = json.loads((_folder() / "providers" / f"{REGION}.json").read_text(encoding="utf-8"))
    return index


@cache
def _load(file: str) -> Schema:
    schema: Schema = json.loads((_folder() / "resources" / f"{file}.json").read_text(encoding="utf-8"))
    return schema


@cache
def _folder() -> Path:
    """cfn-lint's data, read without its code, which takes a second and 100 MB to import."""
    spec = find_spec("cfnlint")
    assert spec and spec.origin
    return Path(spec.origin).parent / "data" / "schemas"


def _fit(value: Any, schema: Schema, root: Schema) -> Any:
    schema = resolved(schema, root)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        others: Schema = next(iter(schema.get("patternProperties", {}).values()), {})
        return {name: _fit(item, members.get(name, others), root) for name, item in value.items()}
    if isinstance(value, list):
        return [_fit(item, schema.get("items", {}), root) for item in value]
    return _fit_scalar(value, schema.get("type", []))


def resolved(schema: Schema, root: Schema) -> Schema:
    """What a `$ref` stands for."""
    while "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _fit_scalar(value: Any, types: str | list[str]) -> Any:
    allowed = [types] if isinstance(types, str) else types
    if isinstance(value, bool | int | float):
        return text(value) if allowed == ["string"] else value
    if isinstance(value, str) and allowed in (["integer"], ["number"], ["boolean"]):
        return _parse(value.strip(), allowed[0])
    return value


def _parse(value: str, kind: str) -> Any:
    """The value as it is when it is no such number: its service refuses it in its own words."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return int(value) if kind == "integer" else float(value)
    except ValueError:
        return value
