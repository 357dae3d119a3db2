"""Syntax tree of a template: what `templates` and `expressions` parse and `render` walks."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Property:
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: list[Any]


@dataclass(frozen=True, slots=True)
class Index:
    value: Any


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    steps: list[Property | Call | Index]


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes: a template of its own."""

    block: list[Any]


@dataclass(frozen=True, slots=True)
class ListOf:
    items: list[Any]


@dataclass(frozen=True, slots=True)
class Range:
    first: Any
    last: Any


@dataclass(frozen=True, slots=True)
class MapOf:
    entries: list[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Assign:
    target: Reference
    value: Any


@dataclass(frozen=True, slots=True)
class If:
    branches: list[tuple[Any, list[Any]]]  # the condition of #else is Literal(True)


@dataclass(frozen=True, slots=True)
class Foreach:
    variable: str
    items: Any
    block: list[Any]


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    parameters: list[tuple[str, Any]]  # name and default
    block: list[Any]


@dataclass(frozen=True, slots=True)
class MacroCall:
    name: str
    arguments: list[Any]
    body: list[Any] | None = None  # of `#@name() body #end`, which is $bodyContent there


@dataclass(frozen=True, slots=True)
class Define:
    """A block under a name, rendered anew wherever the name is written."""

    name: str
    block: list[Any]


@dataclass(frozen=True, slots=True)
class Break:
    pass


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(slots=True)
class Cursor:
    """A position in a template's text, shared by the two parsers."""

    text: str
    at: int = 0
    macros: set[str] = field(default_factory=set)

    def peek(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    @property
    def end(self) -> bool:
        return self.at >= len(self.text)

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
