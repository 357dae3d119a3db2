"""The syntax tree of a query: expressions and commands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    value: str | float


@dataclass(frozen=True)
class Regex:
    pattern: str
    start: int = 0


@dataclass(frozen=True)
class Period:
    milliseconds: int


@dataclass(frozen=True)
class Field:
    name: str


@dataclass(frozen=True)
class Call:
    name: str  # in lower case
    arguments: "tuple[Expression, ...]"  # of count(*): none
    start: int
    end: int


@dataclass(frozen=True)
class Binary:
    sign: str  # + - * / % ^ = != < <= > >= and or
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Not:
    inner: "Expression"


@dataclass(frozen=True)
class Like:
    inner: "Expression"
    pattern: Literal | Regex


@dataclass(frozen=True)
class In:
    inner: "Expression"
    members: "tuple[Expression, ...]"


Expression = Literal | Regex | Period | Field | Call | Binary | Not | Like | In


@dataclass(frozen=True)
class Column:
    """An expression, and the name of its column."""

    expression: Expression
    name: str
    start: int = 0


@dataclass(frozen=True)
class Fields:
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Display:
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Filter:
    condition: Expression


@dataclass(frozen=True)
class Parse:
    source: Expression
    pattern: str  # a regular expression with as many groups as names
    names: tuple[str, ...]


@dataclass(frozen=True)
class Stats:
    columns: tuple[Column, ...]
    groups: tuple[Column, ...]


@dataclass(frozen=True)
class Sort:
    keys: tuple[tuple[Expression, bool], ...]  # True: from the largest


@dataclass(frozen=True)
class Limit:
    count: int


@dataclass(frozen=True)
class Dedup:
    keys: tuple[Expression, ...]


Command = Fields | Display | Filter | Parse | Stats | Sort | Limit | Dedup
