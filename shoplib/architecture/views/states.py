"""The states of a thing and what leads from one to the next, read from the table in its service's `states.py`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shoplib.architecture.linking.links import Place
from shoplib.architecture.model import TRANSITION, Edge, Group, Model, Node, merge_edges
from shoplib.architecture.resource_types import STATE

TABLE, ROW = "TRANSITIONS", "Transition"


@dataclass(frozen=True)
class Transition:
    """A row of the table, and its line."""

    name: str
    before: str
    after: str
    by: str
    line: int


def transitions(path: Path) -> list[Transition]:
    """The rows of the table, in order. Nothing of the file is executed."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = dict(_constants(tree))
    rows = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == ROW]
    return [_transition(row, constants) for row in sorted(rows, key=lambda row: row.lineno)]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`A, B = "a", "b"`, at the top of the module."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
            names = [ast.unparse(name) for name in statement.targets[0].elts]
            yield from zip(names, ast.literal_eval(statement.value), strict=True)


def _transition(row: ast.Call, constants: Mapping[str, str]) -> Transition:
    texts = [constants[each.id] if isinstance(each, ast.Name) else ast.literal_eval(each) for each in row.args]
    name, before, after, by = texts
    return Transition(name, before, after, by, row.lineno)


def diagram(path: Path, title: str, source: str) -> Model:
    """The states as nodes; an edge says what is done, and who may do it."""
    rows = transitions(path)
    names = dict.fromkeys(state for row in rows for state in (row.before, row.after))
    nodes = [Node(name, STATE, "states", (_kind(name, rows),) if _kind(name, rows) else ()) for name in names]
    edges = merge_edges(
        Edge(row.before, row.after, TRANSITION, (f"{_words(row.name)} ({row.by})",), (f"{TABLE}: {row.name}",))
        for row in rows
    )
    summary = f"{len(nodes)} states and the {len(rows)} transitions between them, each with who may cause it."
    return Model(title, source, 0, (Group("states", title),), tuple(nodes), edges, summary)


def _kind(name: str, rows: list[Transition]) -> str:
    if all(row.after != name for row in rows):
        return "where it begins"
    return "" if any(row.before == name for row in rows) else "where it ends"


def _words(name: str) -> str:
    return name.replace("_", " ")


def places(path: Path) -> dict[str, Place]:
    """The line of the first row that leads to a state, or leaves it."""
    rows, root = transitions(path), Path(__file__).parents[3]
    lines = {state: row.line for row in reversed(rows) for state in (row.before, row.after)}
    lines |= {row.after: row.line for row in reversed(rows)}
    return {state: Place(path, line, root) for state, line in lines.items()}
