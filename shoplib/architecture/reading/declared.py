"""The declared architecture: a SAM or CloudFormation template, expanded as CloudFormation would see it, as a Model."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoplib import documents
from shoplib.architecture.model import Group, Model
from shoplib.architecture.reading import nesting
from shoplib.architecture.reading.assembly import model_of, titles
from shoplib.architecture.reading.nesting import Expansion
from shoplib.architecture.reading.world import Resource, World, intrinsic_names
from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.provision import Template

REGION = "us-east-1"  # SAM needs one to expand; nothing in the picture depends on it
PLACEHOLDER = "s3://code/not-packaged"  # a picture needs no code
DEEPEST = 10  # a template that nests itself must not go on for ever
CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
DOCUMENTS = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
    # As `aws cloudformation package` takes them.
    "AWS::ApiGateway::RestApi": ("BodyS3Location", "Body"),
    "AWS::ApiGatewayV2::Api": ("BodyS3Location", "Body"),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location", "Definition"),
}


def read(template: "Template", group: str) -> tuple[Model, dict[str, str]]:
    """The model of one template, with those nested in it, and which node each of its outputs names. LabError when one
    cannot be expanded."""
    path, values = template.path, defaults(template)
    expansion = _expand(template)
    world = world_of(expansion.resources, values)
    if any(isinstance(transform, dict) for transform in template.transforms):
        world.unresolved["Transform"] = "what it includes is in S3"
    title, summary = titles(str(template.body.get("Description", "")), _plain_name(path))
    source = f"{path.resolve().parent.name}/{path.name}" if path.stem == "template" else path.name
    model = model_of(world, Group(group, title), summary, source, expansion.titles)
    return model, _outputs(world, expansion.outputs)


def templates_of(template: "Template", group: str, depth: int = 0) -> dict[str, "Template"]:
    """The template and those nested in it, by the groups of their nodes."""
    inner = _nested_templates(template) if depth < DEEPEST else {}
    return {group: template} | {
        name: each
        for id, nested in inner.items()
        for name, each in templates_of(nested, f"{group}/{id}", depth + 1).items()
    }


def _nested_templates(template: "Template") -> dict[str, "Template"]:
    """Templates of stacks that are files beside this one."""
    from shoplib.provision import artifacts, load

    single = {id: body for id, body in template.resources.items() if isinstance(body, dict)}  # the others are loops
    kinds = {id: artifacts.NESTED.get(body["Type"], "") for id, body in single.items()}
    places = {id: (body.get("Properties") or {}).get(kinds[id]) for id, body in single.items() if kinds[id]}
    paths = {id: template.path.parent / place for id, place in places.items() if isinstance(place, str)}
    return {id: load(path) for id, path in paths.items() if path.is_file()}


def expand_alone(template: "Template", values: Mapping[str, str]) -> dict[str, Any]:
    """CloudFormation of a template without those nested in it. LabError when it cannot be expanded."""
    from shoplib.provision import extensions
    from shoplib.provision import template as templates

    template = extensions.unroll(template, dict(values), REGION)
    body = _replace_code(templates.plain(template.body), template.path.parent)
    return templates.expand(template, body, {name: value or name for name, value in values.items()}, REGION)


def _expand(template: "Template", depth: int = 0) -> Expansion:
    inner = _nested_templates(template) if depth < DEEPEST else {}
    expanded = expand_alone(template, defaults(template))
    outputs = {name: output.get("Value") for name, output in expanded.get("Outputs", {}).items()}
    parts: dict[str, Expansion] = {}
    for id, each in inner.items():
        handed = (expanded["Resources"][id].get("Properties") or {}).get("Parameters") or {}
        known = {name: value for name, value in defaults(each).items() if value} | handed
        title, _ = titles(str(each.body.get("Description", "")), _plain_name(each.path))
        parts[id] = nesting.nest(_expand(each, depth + 1), id, title, known)
    return nesting.join(Expansion(expanded["Resources"], outputs), parts)


def defaults(template: "Template") -> dict[str, str]:
    return {name: str(spec.get("Default", "")) for name, spec in template.parameters.items()}


def world_of(resources: Mapping[str, Any], parameters: Mapping[str, str]) -> World:
    by_id = {id: Resource(id, body["Type"], body.get("Properties") or {}) for id, body in resources.items()}
    return World(by_id, parameters, intrinsic_names)


def _plain_name(path: Path) -> str:
    """What to call a template without a title of its own: its folder, or the file where that says more."""
    name = path.parent.resolve().name if path.stem in ("template", "index", "main") else path.stem
    return name.replace("-", " ").replace("_", " ")


def _outputs(world: World, outputs: Mapping[str, Any]) -> dict[str, str]:
    targets = {name: world.target(value) for name, value in outputs.items()}
    return {name: id for name, id in targets.items() if id and id in world.resources}


def _replace_code(body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Local code becomes a placeholder, local API and workflow documents are put in place."""
    for properties in (body.get("Globals") or {}).values():
        if isinstance(properties, dict):
            properties.pop("CodeUri", None)
    for resource in body["Resources"].values():
        resource["Properties"] = resource.get("Properties") or {}
        _place(resource["Type"], resource["Properties"], folder)
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
    try:
        text = path.read_text(encoding="utf-8")
        return documents.load(text)
    except (OSError, ValueError) as error:
        raise LabError(
            f"{path} cannot be read: {error}", "the template uses it as an API or state machine definition"
        ) from None
