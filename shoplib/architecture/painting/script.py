"""A Model as a Python script for the `diagrams` package: a start for whoever wants to change the picture by hand."""

import re
from collections.abc import Iterator

from shoplib.architecture.labels import short
from shoplib.architecture.model import Edge, Model, Node
from shoplib.architecture.resource_types import kind_of


def write(model: Model, name: str) -> str:
    """The script. It needs `pip install diagrams` and Graphviz's `dot`, or `pip install pygraphviz` alone."""
    return "\n".join(_lines(model, name)) + "\n"


def _lines(model: Model, name: str) -> Iterator[str]:
    yield "# ruff: noqa"
    yield "# fmt: off"
    yield f'"""{_safe(model.title)}. Made from {_safe(model.source)}, model {model.hash}; change it as you like."""'
    yield ""
    yield from _imports(model)
    yield ""
    yield ""
    yield from _RENDERER.splitlines()
    yield ""
    yield ""
    yield 'nodes = {"width": "2.2"}'
    yield 'attributes = {"splines": "spline", "pad": "0.4", "labelloc": "t", "nodesep": "0.5", "ranksep": "1.1"}'
    file = f'filename="{name}-by-diagrams"'
    yield f"with Picture({model.title!r}, {file}, direction='LR', show=False, graph_attr=attributes, node_attr=nodes):"
    yield from (f"    {_node(node)}" for node in model.nodes if not node.group)
    for group in model.groups:
        yield f"    with Cluster({group.title!r}):"
        yield from (f"        {_node(node)}" for node in model.nodes if node.group == group.id)
    yield from (f"    {_edge(edge)}" for edge in model.edges)


_RENDERER = '''class Picture(Diagram):
    """Draws with the Graphviz inside the pygraphviz wheel where it is installed, else with the system's `dot`."""

    def render(self):
        try:
            from pygraphviz import AGraph
        except ImportError:
            super().render()
        else:
            self.dot.save()
            drawn = AGraph(string=self.dot.source).draw(format=self.outformat, prog="dot")
            Path(f"{self.filename}.{self.outformat}").write_bytes(drawn)'''


def _imports(model: Model) -> Iterator[str]:
    yield "from pathlib import Path"
    yield ""
    yield "from diagrams import Cluster, Diagram, Edge"
    classes: dict[str, set[str]] = {}
    for node in model.nodes:
        module, _, name = kind_of(node.type).icon.rpartition(".")
        classes.setdefault(module, set()).add(name)
    for module in sorted(classes):
        yield f"from diagrams.{module} import {', '.join(sorted(classes[module]))}"


def _node(node: Node) -> str:
    name = node.text_name if node.title else node.name
    label = "\n".join([name, *node.settings[:1]])
    return f"{_variable(node.id)} = {kind_of(node.type).icon.rpartition('.')[2]}({label!r}, nodeid={node.id!r})"


def _edge(edge: Edge) -> str:
    style = {
        "failure": ', style="dashed"',
        "reference": ', style="dotted"',
        "asynchronous": ', style="dashed"',
        "added": ', style="bold"',
        "removed": ', style="dashed"',
    }.get(edge.kind, "")
    return f"{_variable(edge.source)} >> Edge(label={short(edge)!r}{style}) >> {_variable(edge.target)}"


def _variable(id: str) -> str:
    """A variable name of its own for each id."""
    return "n_" + re.sub(r"\W", lambda match: f"_{ord(match.group()):x}_", id)


def _safe(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")
