"""What an expression may not refer to: it has no context item, and `$states` has what the field's place gives it."""

from collections.abc import Iterator
from typing import Any

ERROR = "errorOutput"  # of `$states`, in catchers alone
# Parts that see the context of the whole, and parts that see that of a step.
SAME = (
    *("lhs", "rhs", "expression", "expressions", "arguments", "procedure", "condition", "then", "_else", "body"),
    *("lhs_object", "rhs_object"),
)
STEP = ("stages", "predicate", "group", "terms", "expr", "pattern", "update", "delete")


def wrong_references(tree: Any, has_error: bool) -> Iterator[str]:
    """AWS's words for each. `has_error` says whether there is an error to read."""
    seen = dict.fromkeys(_references(tree, True))
    for kind, name in seen:
        if kind == "name":
            yield f"Reference to '{name}' at the top level is not supported."
        elif kind == "root":
            yield "Reference to '$$' is not supported."
        elif kind == "states" and name == ERROR and not has_error:
            yield f"Field '$states.{name}' does not exist."


def _references(node: Any, is_top: bool) -> Iterator[tuple[str, str]]:
    if isinstance(node, list | tuple):
        for each in node:
            yield from _references(each, is_top)
    elif hasattr(node, "type"):
        yield from _of_node(node, is_top)


def _of_node(node: Any, is_top: bool) -> Iterator[tuple[str, str]]:
    if node.type == "name" and is_top:
        yield "name", str(node.value)
    if node.type == "variable" and node.value == "$":
        yield "root", "$$"
    if node.type == "path":
        yield from _of_steps(node.steps, is_top)
    for part in SAME:
        yield from _references(getattr(node, part, None), is_top)
    for part in STEP:
        yield from _references(getattr(node, part, None), False)


def _of_steps(steps: list[Any], is_top: bool) -> Iterator[tuple[str, str]]:
    first, *rest = steps
    if rest and (first.type, first.value, rest[0].type) == ("variable", "states", "name"):
        yield "states", str(rest[0].value)
    yield from _references(first, is_top)
    yield from _references(rest, False)
