"""The declared architecture: a SAM or CloudFormation template, expanded as CloudFormation would see it, as a Model."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shoplib.architecture import relations
from shoplib.architecture.model import Edge, Group, Model, Node
from shoplib.architecture.resource_types import CLIENTS, TYPE_OF_SERVICE
from shoplib.architecture.settings import badges_of, settings_of
from shoplib.architecture.world import Resource, World, intrinsic_names, type_by_name
from shoplib.errors import LabError

REGION = "us-east-1"  # SAM needs one to expand; nothing in the picture depends on it
PLACEHOLDER = "s3://code/not-packaged"  # a picture needs no code
CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
DOCUMENTS = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
}


def read(path: Path, group: str) -> tuple[Model, dict[str, str]]:
    """The model of one template, and which node each of its outputs names. LabError when it cannot be read."""
    from shoplib.provision import template as templates

    found = templates.load(path)
    body = _without_code(templates.plain(found.body), path.parent)
    values = {name: str(spec.get("Default", "")) for name, spec in found.parameters.items()}
    expanded = templates.expand(found, body, {name: value or name for name, value in values.items()}, REGION)
    world = world_of(expanded["Resources"], values)
    title, summary = _titles(str(body.get("Description", "")), path)
    model = model_of(
        world,
        Group(group, title),
        summary,
        path.name if path.name != "template.yaml" else f"{path.parent.name}/{path.name}",
    )
    return model, _outputs(world, expanded.get("Outputs", {}))


def world_of(resources: Mapping[str, Any], parameters: Mapping[str, str]) -> World:
    found = {id: Resource(id, body["Type"], body.get("Properties") or {}) for id, body in resources.items()}
    return World(found, parameters, intrinsic_names)


def model_of(world: World, group: Group, summary: str, source: str) -> Model:
    edges = relations.find(world)
    drawn = [_node(world, resource, group.id) for resource in world.drawn]
    nodes = (*_outside(world, edges), *drawn)
    return Model(group.title, source, len(world.resources), (group,), nodes, edges, summary)


def _node(world: World, resource: Resource, group: str) -> Node:
    return Node(resource.id, resource.type, group, settings_of(world, resource), badges_of(world, resource))


def _outside(world: World, edges: Iterable[Edge]) -> list[Node]:
    """Clients, and what edges touch although this template does not make it."""
    touched = dict.fromkeys(id for edge in edges for id in (edge.source, edge.target))
    return [_external(id, edges) for id in touched if id not in world.resources]


def _external(id: str, edges: Iterable[Edge]) -> Node:
    if id == CLIENTS:
        return Node(CLIENTS, CLIENTS, external=True)
    by_name = type_by_name(id)
    services = (
        place.partition(": ")[2].partition(":")[0] for edge in edges if edge.target == id for place in edge.evidence
    )
    by_action = next((TYPE_OF_SERVICE[service] for service in services if service in TYPE_OF_SERVICE), None)
    return Node(id, by_action or by_name or "External", external=True, settings=("made elsewhere",))


def _titles(description: str, path: Path) -> tuple[str, str]:
    """A description such as "Name: what it does" gives title and summary; else the folder or file is the title."""
    title, colon, summary = description.partition(":")
    if colon and len(title) <= 40:
        summary = summary.strip()
        return title, summary[:1].upper() + summary[1:]
    name = path.parent.resolve().name if path.stem in ("template", "index", "main") else path.stem
    return name.replace("-", " ").replace("_", " "), description


def _outputs(world: World, outputs: Mapping[str, Any]) -> dict[str, str]:
    named = {name: world.target(output.get("Value")) for name, output in outputs.items()}
    return {name: id for name, id in named.items() if id and id in world.resources}


def _without_code(body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Local code becomes a placeholder, local API and workflow documents are put in place."""
    for properties in (body.get("Globals") or {}).values():
        if isinstance(properties, dict):
            properties.pop("CodeUri", None)
    for resource in body["Resources"].values():
        properties = resource.setdefault("Properties", {}) if resource["Type"].startswith("AWS::Serverless::") else {}
        _place(resource["Type"], properties, folder)
    return body


def _place(resource_type: str, properties: dict[str, Any], folder: Path) -> None:
    if resource_type in CODE and not {"InlineCode", "ImageUri"} & set(properties):
        image = properties.get("PackageType") == "Image"
        properties["ImageUri" if image else CODE[resource_type]] = "code:latest" if image else PLACEHOLDER
    uri, inline = DOCUMENTS.get(resource_type, ("", ""))
    local = properties.get(uri)
    if isinstance(local, str) and "://" not in local:
        properties[inline] = _document(folder / local)
        del properties[uri]


def _document(path: Path) -> Any:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise LabError(f"{path} cannot be read: {error}", "the template names it as a definition") from None
