"""What a statement of PartiQL says, its conditions in the form of DynamoDB's expressions."""

from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.dynamodb.expressions import Condition, Path, Placeholders

AttributeValue = dict[str, Any]


@dataclass
class Aliases:
    """Placeholders for the names and values of a statement."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, AttributeValue] = field(default_factory=dict)

    def name(self, name: str) -> str:
        for alias, present in self.names.items():
            if present == name:
                return alias
        alias = f"#n{len(self.names)}"
        self.names[alias] = name
        return alias

    def value(self, value: AttributeValue) -> str:
        alias = f":v{len(self.values)}"
        self.values[alias] = value
        return alias

    def placeholders(self) -> Placeholders:
        return Placeholders(self.names, self.values)


@dataclass
class Select:
    aliases: Aliases
    table: str
    index: str
    paths: list[Path]  # none for `*`
    where: Condition | None
    order: str = ""
    descending: bool = False


@dataclass
class Insert:
    table: str
    item: dict[str, AttributeValue]


@dataclass
class Update:
    """`clauses` are those of an UpdateExpression: SET, REMOVE, ADD and DELETE."""

    aliases: Aliases
    table: str
    clauses: dict[str, list[str]]
    where: Condition | None
    returning: str


@dataclass
class Delete:
    aliases: Aliases
    table: str
    where: Condition | None
    returning: str


@dataclass
class Exists:
    select: Select


Write = Insert | Update | Delete | Exists
Statement = Select | Write
