"""The operations of EventBridge's schema registries, and those of their tags."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shoplib.localaws.ingress.json_service import JsonService, Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.schema_registries.discovery import discover
from shoplib.localaws.schema_registries.registries import Registry, Schema, Version, not_found

Given = dict[str, Any]
Result = dict[str, Any]
PAGE = 10
OPENAPI = "OpenApi3"


def schema_registries() -> JsonService:
    api = _Api()
    return JsonService("schemas", {name: getattr(api, method) for name, method in _OPERATIONS.items()})


_OPERATIONS = {
    "CreateRegistry": "create_registry",
    "DescribeRegistry": "describe_registry",
    "UpdateRegistry": "update_registry",
    "DeleteRegistry": "delete_registry",
    "ListRegistries": "list_registries",
    "CreateSchema": "create_schema",
    "DescribeSchema": "describe_schema",
    "UpdateSchema": "update_schema",
    "DeleteSchema": "delete_schema",
    "DeleteSchemaVersion": "delete_schema_version",
    "ListSchemas": "list_schemas",
    "ListSchemaVersions": "list_schema_versions",
    "GetDiscoveredSchema": "get_discovered_schema",
    "ListTagsForResource": "list_tags",
    "TagResource": "tag",
    "UntagResource": "untag",
}


class _Api:
    def __init__(self) -> None:
        self._registries: dict[Place, dict[str, Registry]] = defaultdict(dict)

    def create_registry(self, place: Place, given: Given) -> Result:
        name = given["RegistryName"]
        if name in self._registries[place]:
            raise Refusal("ConflictException", f"Registry with name {name} already exists.", 409)
        arn = f"arn:aws:schemas:{place.region}:{place.account_id}:registry/{name}"
        made = Registry(name, arn, given.get("Description", ""), dict(given.get("Tags") or {}))
        self._registries[place][name] = made
        return _registry(made)

    def describe_registry(self, place: Place, given: Given) -> Result:
        return _registry(self._registry(place, given))

    def update_registry(self, place: Place, given: Given) -> Result:
        registry = self._registry(place, given)
        registry.description = given.get("Description", registry.description)
        return _registry(registry)

    def delete_registry(self, place: Place, given: Given) -> Result:
        del self._registries[place][self._registry(place, given).name]
        return {}

    def list_registries(self, place: Place, given: Given) -> Result:
        if given.get("Scope") == "AWS":
            raise NotImplementedError("the registry of AWS's own events")
        registries = _starting(self._registries[place], given.get("RegistryNamePrefix"))
        return _page(
            "Registries",
            [_described(each, "RegistryName", "RegistryArn", "Tags") for each in map(_registry, registries)],
            given,
        )

    def create_schema(self, place: Place, given: Given) -> Result:
        registry = self._registry(place, given)
        schema = Schema(given["SchemaName"], given.get("Description", ""), dict(given.get("Tags") or {}))
        version = registry.add(schema).add(given["Content"], given["Type"])
        return _schema(registry, schema, version)

    def describe_schema(self, place: Place, given: Given) -> Result:
        registry, schema = self._schema(place, given)
        version = schema.version(given.get("SchemaVersion"))
        return _schema(registry, schema, version) | {"Content": version.content}

    def update_schema(self, place: Place, given: Given) -> Result:
        registry, schema = self._schema(place, given)
        newest = schema.version(None)
        schema.description = given.get("Description", schema.description)
        version = schema.add(given.get("Content", newest.content), given.get("Type", newest.kind))
        return _schema(registry, schema, version)

    def delete_schema(self, place: Place, given: Given) -> Result:
        registry, schema = self._schema(place, given)
        del registry.schemas[schema.name]
        return {}

    def delete_schema_version(self, place: Place, given: Given) -> Result:
        registry, schema = self._schema(place, given)
        schema.delete(given["SchemaVersion"])
        if not schema.versions:
            del registry.schemas[schema.name]
        return {}

    def list_schemas(self, place: Place, given: Given) -> Result:
        registry = self._registry(place, given)
        schemas = _starting(registry.schemas, given.get("SchemaNamePrefix"))
        listed = [
            _described(_schema(registry, each, each.version(None)), "SchemaName", "SchemaArn", "Tags", "LastModified")
            | {"VersionCount": len(each.versions)}
            for each in schemas
        ]
        return _page("Schemas", listed, given)

    def list_schema_versions(self, place: Place, given: Given) -> Result:
        registry, schema = self._schema(place, given)
        names = ("SchemaName", "SchemaArn", "SchemaVersion", "Type")
        return _page(
            "SchemaVersions", [_described(_schema(registry, schema, each), *names) for each in schema.versions], given
        )

    def get_discovered_schema(self, place: Place, given: Given) -> Result:
        return {"Content": discover(given["Events"], given["Type"])}

    def list_tags(self, place: Place, given: Given) -> Result:
        return {"tags": dict(self._tagged(place, given))}

    def tag(self, place: Place, given: Given) -> Result:
        self._tagged(place, given).update(given["Tags"])
        return {}

    def untag(self, place: Place, given: Given) -> Result:
        tags = self._tagged(place, given)
        for name in given["TagKeys"]:
            tags.pop(name, None)
        return {}

    def _registry(self, place: Place, given: Given) -> Registry:
        name = given["RegistryName"]
        if name not in self._registries[place]:
            raise not_found(f"Registry with name {name}")
        return self._registries[place][name]

    def _schema(self, place: Place, given: Given) -> tuple[Registry, Schema]:
        registry = self._registry(place, given)
        return registry, registry.schema(given["SchemaName"])

    def _tagged(self, place: Place, given: Given) -> dict[str, str]:
        """The tags of a registry or a schema."""
        for registry in self._registries[place].values():
            arns = {registry.arn: registry.tags} | {
                _schema_arn(registry, each): each.tags for each in registry.schemas.values()
            }
            if given["ResourceArn"] in arns:
                return arns[given["ResourceArn"]]
        raise not_found(f"Resource {given['ResourceArn']}")


def _registry(registry: Registry) -> Result:
    described = {"RegistryName": registry.name, "RegistryArn": registry.arn, "tags": registry.tags}
    return described | ({"Description": registry.description} if registry.description else {})


def _schema(registry: Registry, schema: Schema, version: Version) -> Result:
    described = {
        "SchemaName": schema.name,
        "SchemaArn": _schema_arn(registry, schema),
        "SchemaVersion": str(version.number),
        "Type": version.kind,
        "LastModified": schema.version(None).created,
        "VersionCreatedDate": version.created,
        "tags": schema.tags,
    }
    return described | ({"Description": schema.description} if schema.description else {})


def _schema_arn(registry: Registry, schema: Schema) -> str:
    return f"{registry.arn.replace(':registry/', ':schema/')}/{schema.name}"


def _described(described: Result, *names: str) -> Result:
    """Some members alone; tags are written small."""
    return {name: described[name] for name in (each.replace("Tags", "tags") for each in names) if name in described}


def _starting(named: dict[str, Any], prefix: str | None) -> list[Any]:
    return [named[name] for name in sorted(named) if name.startswith(prefix or "")]


def _page(name: str, entries: Iterable[Result], given: Given) -> Result:
    start, listed = given.get("NextToken") or "0", list(entries)
    if not start.isdecimal():
        raise Refusal("BadRequestException", "Invalid NextToken.")
    end = int(start) + int(given.get("Limit") or PAGE)
    return {name: listed[int(start) : end], **({"NextToken": str(end)} if end < len(listed) else {})}
