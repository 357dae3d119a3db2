"""The operations of EventBridge's schema registries, and those of their tags."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shoplib.localaws.ingress.json_service import JsonService, Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.schema_registries.discovery import discover
from shoplib.localaws.schema_registries.registries import Registry, Schema, Version, not_found

Parameters = dict[str, Any]
Result = dict[str, Any]
PAGE = 10
OPENAPI = "OpenApi3"


class SchemaRegistries(JsonService):
    def __init__(self) -> None:
        self._api = _Api()
        super().__init__("schemas", {name: getattr(self._api, method) for name, method in _OPERATIONS.items()})

    def state(self) -> dict[Place, dict[str, Registry]]:
        return dict(self._api.registries)

    def restore(self, state: dict[Place, dict[str, Registry]]) -> None:
        self._api.registries = defaultdict(dict, state)


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
        self.registries: dict[Place, dict[str, Registry]] = defaultdict(dict)

    def create_registry(self, place: Place, parameters: Parameters) -> Result:
        name = parameters["RegistryName"]
        if name in self.registries[place]:
            raise Refusal("ConflictException", f"Registry with name {name} already exists.", 409)
        arn = f"arn:aws:schemas:{place.region}:{place.account_id}:registry/{name}"
        new_registry = Registry(name, arn, parameters.get("Description", ""), dict(parameters.get("Tags") or {}))
        self.registries[place][name] = new_registry
        return _registry(new_registry)

    def describe_registry(self, place: Place, parameters: Parameters) -> Result:
        return _registry(self._registry(place, parameters))

    def update_registry(self, place: Place, parameters: Parameters) -> Result:
        registry = self._registry(place, parameters)
        registry.description = parameters.get("Description", registry.description)
        return _registry(registry)

    def delete_registry(self, place: Place, parameters: Parameters) -> Result:
        del self.registries[place][self._registry(place, parameters).name]
        return {}

    def list_registries(self, place: Place, parameters: Parameters) -> Result:
        if parameters.get("Scope") == "AWS":
            raise NotImplementedError("the registry of AWS's own events")
        registries = _starting(self.registries[place], parameters.get("RegistryNamePrefix"))
        return _page(
            "Registries",
            [_members(each, "RegistryName", "RegistryArn", "Tags") for each in map(_registry, registries)],
            parameters,
        )

    def create_schema(self, place: Place, parameters: Parameters) -> Result:
        registry = self._registry(place, parameters)
        schema = Schema(parameters["SchemaName"], parameters.get("Description", ""), dict(parameters.get("Tags") or {}))
        version = registry.add(schema).add(parameters["Content"], parameters["Type"])
        return _schema(registry, schema, version)

    def describe_schema(self, place: Place, parameters: Parameters) -> Result:
        registry, schema = self._schema(place, parameters)
        version = schema.version(parameters.get("SchemaVersion"))
        return _schema(registry, schema, version) | {"Content": version.content}

    def update_schema(self, place: Place, parameters: Parameters) -> Result:
        registry, schema = self._schema(place, parameters)
        newest = schema.version(None)
        schema.description = parameters.get("Description", schema.description)
        version = schema.add(parameters.get("Content", newest.content), parameters.get("Type", newest.kind))
        return _schema(registry, schema, version)

    def delete_schema(self, place: Place, parameters: Parameters) -> Result:
        registry, schema = self._schema(place, parameters)
        del registry.schemas[schema.name]
        return {}

    def delete_schema_version(self, place: Place, parameters: Parameters) -> Result:
        registry, schema = self._schema(place, parameters)
        schema.delete(parameters["SchemaVersion"])
        if not schema.versions:
            del registry.schemas[schema.name]
        return {}

    def list_schemas(self, place: Place, parameters: Parameters) -> Result:
        registry = self._registry(place, parameters)
        schemas = _starting(registry.schemas, parameters.get("SchemaNamePrefix"))
        rows = [
            _members(_schema(registry, each, each.version(None)), "SchemaName", "SchemaArn", "Tags", "LastModified")
            | {"VersionCount": len(each.versions)}
            for each in schemas
        ]
        return _page("Schemas", rows, parameters)

    def list_schema_versions(self, place: Place, parameters: Parameters) -> Result:
        registry, schema = self._schema(place, parameters)
        names = ("SchemaName", "SchemaArn", "SchemaVersion", "Type")
        return _page(
            "SchemaVersions",
            [_members(_schema(registry, schema, each), *names) for each in schema.versions],
            parameters,
        )

    def get_discovered_schema(self, place: Place, parameters: Parameters) -> Result:
        return {"Content": discover(parameters["Events"], parameters["Type"])}

    def list_tags(self, place: Place, parameters: Parameters) -> Result:
        return {"tags": dict(self._tagged(place, parameters))}

    def tag(self, place: Place, parameters: Parameters) -> Result:
        self._tagged(place, parameters).update(parameters["Tags"])
        return {}

    def untag(self, place: Place, parameters: Parameters) -> Result:
        tags = self._tagged(place, parameters)
        for name in parameters["TagKeys"]:
            tags.pop(name, None)
        return {}

    def _registry(self, place: Place, parameters: Parameters) -> Registry:
        name = parameters["RegistryName"]
        if name not in self.registries[place]:
            raise not_found(f"Registry with name {name}")
        return self.registries[place][name]

    def _schema(self, place: Place, parameters: Parameters) -> tuple[Registry, Schema]:
        registry = self._registry(place, parameters)
        return registry, registry.schema(parameters["SchemaName"])

    def _tagged(self, place: Place, parameters: Parameters) -> dict[str, str]:
        """The tags of a registry or a schema."""
        for registry in self.registries[place].values():
            arns = {registry.arn: registry.tags} | {
                _schema_arn(registry, each): each.tags for each in registry.schemas.values()
            }
            if parameters["ResourceArn"] in arns:
                return arns[parameters["ResourceArn"]]
        raise not_found(f"Resource {parameters['ResourceArn']}")


def _registry(registry: Registry) -> Result:
    summary = {"RegistryName": registry.name, "RegistryArn": registry.arn, "tags": registry.tags}
    return summary | ({"Description": registry.description} if registry.description else {})


def _schema(registry: Registry, schema: Schema, version: Version) -> Result:
    summary = {
        "SchemaName": schema.name,
        "SchemaArn": _schema_arn(registry, schema),
        "SchemaVersion": str(version.number),
        "Type": version.kind,
        "LastModified": schema.version(None).created,
        "VersionCreatedDate": version.created,
        "tags": schema.tags,
    }
    return summary | ({"Description": schema.description} if schema.description else {})


def _schema_arn(registry: Registry, schema: Schema) -> str:
    return f"{registry.arn.replace(':registry/', ':schema/')}/{schema.name}"


def _members(summary: Result, *names: str) -> Result:
    """Some members alone; tags are written small."""
    return {name: summary[name] for name in (each.replace("Tags", "tags") for each in names) if name in summary}


def _starting(by_name: dict[str, Any], prefix: str | None) -> list[Any]:
    return [by_name[name] for name in sorted(by_name) if name.startswith(prefix or "")]


def _page(name: str, entries: Iterable[Result], parameters: Parameters) -> Result:
    start, rows = parameters.get("NextToken") or "0", list(entries)
    if not start.isdecimal():
        raise Refusal("BadRequestException", "Invalid NextToken.")
    end = int(start) + int(parameters.get("Limit") or PAGE)
    return {name: rows[int(start) : end], **({"NextToken": str(end)} if end < len(rows) else {})}
