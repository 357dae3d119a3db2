"""A Model as a Mermaid flowchart, for Markdown that renders it."""

import re
from collections.abc import Iterator

from shoplib.architecture.labels import FILTERED
from shoplib.architecture.model import Edge, Model, Node
from shoplib.architecture.resource_types import kind_of

ARROWS = {"failure": "-.->", "reference": "-.-", "asynchronous": "-.->", "added": "==>", "removed": "-.-x"}
LONGEST = 40


def write(model: Model) -> str:
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Model) -> Iterator[str]:
    yield f"%% {model.title}: from {model.source}, model {model.hash}"
    yield "flowchart LR"
    yield from (f"  {_node(node)}" for node in model.nodes if not node.group)
    for group in model.groups:
        yield f'  subgraph {_id(group.id)}_lane["{_text(group.title)}"]'
        yield from (f"    {_node(node)}" for node in model.nodes if node.group == group.id)
        yield "  end"
    for edge in model.edges:
        yield f'  {_id(edge.source)} {ARROWS.get(edge.kind, "-->")}|"{_text(_label(edge))}"| {_id(edge.target)}'


def _label(edge: Edge) -> str:
    if len(edge.description) <= LONGEST:
        return edge.description
    more = f" +{len(edge.verbs) - 1}" if len(edge.verbs) > 1 else ""
    return f"{edge.verbs[0]}{more}{FILTERED if edge.filters else ''}"


def _node(node: Node) -> str:
    name = node.text_name if node.title else node.name
    return f'{_id(node.id)}["{_text(name)}<br/><small>{_text(_noun(node))}</small>"]'


def _id(id: str) -> str:
    """Mermaid's keywords (end, subgraph, ...) are no ids; neither are signs."""
    return "n_" + re.sub(r"\W", lambda match: f"_{ord(match.group()):x}_", id)


def _noun(node: Node) -> str:
    """HTTP and WebSocket APIs are of one type."""
    return "WebSocket API" if "WEBSOCKET" in node.settings else kind_of(node.type).noun


def _text(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
