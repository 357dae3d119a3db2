"""The place of each node in its template, or in the handler of its function. The model knows nothing of lines."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoplib.architecture.linking.links import Place
from shoplib.architecture.model import Model, Node
from shoplib.architecture.resource_types import CLIENTS

if TYPE_CHECKING:
    from shoplib.provision import Template

PACKAGE = Path(__file__).parents[2]
FILES = 256  # whose lines are known
CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Lambda::Function": "Code"}
# The APIs that SAM makes for events that name none: the type of such an event, and how it would name one.
IMPLICIT = {"ServerlessRestApi": ("Api", "RestApiId"), "ServerlessHttpApi": ("HttpApi", "ApiId")}


def find(model: Model, templates: Mapping[str, "Template"]) -> dict[str, Place]:
    """Places by node; `templates` by group. Clients, and what SAM makes of nothing that is written, have none."""
    places = {node.id: _place(node, model, templates) for node in model.nodes}
    return {id: place for id, place in places.items() if place}


def _place(node: Node, model: Model, templates: Mapping[str, "Template"]) -> Place | None:
    if node.id == CLIENTS:
        return None
    if node.external:
        return _parameter(node, templates) or _mention(node, model, templates)
    template = templates[node.group]
    return _handler(template, node.name) or _place_of_keys(template, _keys(template, node.name))


def _parameter(node: Node, templates: Mapping[str, "Template"]) -> Place | None:
    template = next((each for each in templates.values() if node.id in each.parameters), None)
    return _place_of_keys(template, ("Parameters", node.id)) if template else None


def _mention(node: Node, model: Model, templates: Mapping[str, "Template"]) -> Place | None:
    """Of something that has no line of its own: the resource that speaks of it."""
    edge = next(edge for edge in model.edges if node.id in (edge.source, edge.target))
    other = model.node(edge.source if edge.target == node.id else edge.target)
    return _place_of_keys(templates[other.group], _keys(templates[other.group], other.name)) if other.group else None


def _place_of_keys(template: "Template", keys: tuple[str, ...]) -> Place | None:
    line = template.line(*keys) if keys else None
    return Place(template.path, line, _display_path(template.path)) if line else None


def _display_path(template: Path) -> Path:
    """As in the picture's provenance: a file called template is told with its folder."""
    folder = template.resolve().parent
    if PACKAGE in folder.parents:
        return PACKAGE.parent
    return folder.parent if template.stem == "template" else folder


def _keys(template: "Template", id: str) -> tuple[str, ...]:
    """Where a resource is written; of one that SAM makes, the event or the resource that it is made of."""
    if id in template.resources:
        return "Resources", id
    if id in IMPLICIT:
        return next(_events_without_api(template, *IMPLICIT[id]), ())
    owner = _longest(template.resources, id)
    event = _longest(_events(template, owner), id.removeprefix(owner)) if owner else ""
    return _event(owner, event) if event else ("Resources", owner) if owner else _loop(template, id)


def _loop(template: "Template", id: str) -> tuple[str, ...]:
    """Where a loop is written that makes `id`: QueueRed of Queue${Color}."""
    entries: Mapping[str, Any] = template.resources
    loops = {name: body[-1] for name, body in entries.items() if isinstance(body, list)}
    return next((("Resources", name) for name, body in loops.items() if any(_is_of(key, id) for key in body)), ())


def _is_of(key: str, id: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(key)), id))


def _longest(names: Mapping[str, Any], text: str) -> str:
    """The longest of `names` with which `text` begins."""
    return max((name for name in names if text.startswith(name)), key=len, default="")


def _event(owner: str, event: str) -> tuple[str, ...]:
    return "Resources", owner, "Properties", "Events", event


def _events(template: "Template", id: str) -> Mapping[str, Any]:
    resource = template.resources[id]
    return ((resource.get("Properties") or {}).get("Events") or {}) if isinstance(resource, dict) else {}


def _events_without_api(template: "Template", kind: str, name: str) -> Iterator[tuple[str, ...]]:
    for id in template.resources:
        for event, body in _events(template, id).items():
            if body.get("Type") == kind and name not in (body.get("Properties") or {}):
                yield _event(id, event)


def _handler(template: "Template", id: str) -> Place | None:
    """The `def` of a Python function whose file is there; the template's line will do for all others."""
    resource = template.resources.get(id, {"Type": ""})
    everywhere = (template.body.get("Globals") or {}).get("Function") or {}
    properties = {**everywhere, **(resource.get("Properties") or {})}
    code, name = properties.get(CODE.get(resource["Type"], "")), properties.get("Handler")
    if not (isinstance(code, str) and isinstance(name, str)):
        return None
    module, _, function = name.rpartition(".")
    path = (template.path.parent / code / f"{module.replace('.', '/')}.py").resolve()
    line = _lines(path, path.stat().st_mtime_ns).get(function) if path.is_file() else None
    return Place(path, line, _display_path(template.path)) if line else None


@lru_cache(FILES)
def _lines(path: Path, _written_at: int) -> dict[str, int]:
    """Names that a module's statements define -> the line of the last one."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return {}  # a picture needs no code; whoever deploys it is told what is wrong with it
    return {name: statement.lineno for statement in body for name in _names(statement)}


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]
