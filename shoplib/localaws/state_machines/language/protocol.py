"""What states ask of a query language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shoplib.localaws.state_machines.language.scope import Scope

Fields = Mapping[str, Any]
Kinds = tuple[type, ...]


@dataclass(frozen=True)
class Result:
    """What a state hands on: its output, and the variables that it assigns."""

    output: Any
    variables: dict[str, Any] = field(default_factory=dict)


class Language(Protocol):
    arguments_field: str  # in which the arguments of a call stand: Parameters or Arguments

    def arguments(self, state: Fields, scope: Scope) -> Any:
        """What the state works on: its input, selected and shaped."""

    def value(self, state: Fields, name: str, scope: Scope) -> Any:
        """A field that may be computed, such as TimeoutSeconds; None when the state has none."""

    def result(self, state: Fields, scope: Scope, value: Any) -> Result:
        """Output and variables of a state that came to `value`."""

    def passed(self, state: Fields, scope: Scope, at: str = "") -> Result:
        """Output and variables of a state that has no result of its own; `at` is where in the state they are."""

    def caught(self, catcher: Fields, scope: Scope, error: dict[str, str], at: str = "") -> Result:
        """Output and variables when `catcher` takes the error."""

    def choice(self, state: Fields, scope: Scope) -> int | None:
        """Which is the first rule that holds."""

    def part(self, fields: Fields, name: str, scope: Scope, at: str) -> Any:
        """A field within a field, such as the arguments of an ItemReader; `at` is where in the state it is."""

    def items(self, state: Fields, scope: Scope, kinds: Kinds = (list,)) -> Any:
        """What a Map goes through, of one of these kinds."""

    def item_input(self, state: Fields, scope: Scope, value: Any) -> Any:
        """The input of one iteration; the context object has the item."""
