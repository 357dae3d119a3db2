"""A routing tree compiled once per deployment: literal before {parameter} before {greedy+}, with backtracking."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Node(Generic[Value]):
    __slots__ = ("greedy", "literals", "parameter", "value")

    def __init__(self) -> None:
        self.literals: dict[str, Node[Value]] = {}
        self.parameter: Node[Value] | None = None
        self.greedy: Node[Value] | None = None
        self.value: Value | None = None


class Router(Generic[Value]):
    """Paths such as `/items/{id}/{rest+}`. `strict_slash` keeps `/items/` apart from `/items`, as HTTP APIs do; they
    find routes by the decoded path, in which `%2F` divides as `/` does. REST APIs find them by the path as it was sent:
    only `literal` is decoded, and `read` is how a parameter's value is read."""

    def __init__(
        self,
        strict_slash: bool = False,
        read: Callable[[str], str] = str,
        literal: Callable[[str], str] = str,
    ) -> None:
        self._root: Node[Value] = Node()
        self._read, self._literal = read, literal
        self._ends = ([],) if strict_slash else ([], [""])

    def put(self, path: str, value: Value) -> None:
        self._descend(path).value = value

    def at(self, path: str) -> Value | None:
        """Value stored for exactly this path pattern."""
        return self._descend(path).value

    def _descend(self, path: str) -> Node[Value]:
        node = self._root
        for part in segments(path):
            node = _child(node, part)
        return node

    def matches(self, path: str) -> Iterator[tuple[Value, list[str]]]:
        """Every value whose path fits, most specific first, with the values of its parameters in order."""
        return self._walk(self._root, segments(path))

    def _walk(self, node: Node[Value], rest: list[str]) -> Iterator[tuple[Value, list[str]]]:
        if rest in self._ends:
            if node.value is not None:
                yield node.value, []
            return
        head, tail = rest[0], rest[1:]
        literal = node.literals.get(self._literal(head))
        if literal is not None:
            yield from self._walk(literal, tail)
        if node.parameter is not None and head:
            for value, captured in self._walk(node.parameter, tail):
                yield value, [self._read(head), *captured]
        if node.greedy is not None and node.greedy.value is not None and head:
            yield node.greedy.value, [self._read("/".join(rest))]


def _child(node: Node[Value], part: str) -> Node[Value]:
    if part.startswith("{") and part.endswith("+}"):
        node.greedy = node.greedy or Node()
        return node.greedy
    if part.startswith("{") and part.endswith("}"):
        node.parameter = node.parameter or Node()
        return node.parameter
    return node.literals.setdefault(part, Node())


def segments(path: str) -> list[str]:
    """["items", "1"] for "/items/1"; [] for "/"; a trailing slash leaves a last empty segment."""
    return path[1:].split("/") if path not in ("", "/") else []


def parameter_names(path: str) -> list[str]:
    """Names of the parameters of a path pattern, in order: ["id", "rest"] for "/items/{id}/{rest+}"."""
    return [part[1:-1].rstrip("+") for part in segments(path) if part.startswith("{") and part.endswith("}")]
