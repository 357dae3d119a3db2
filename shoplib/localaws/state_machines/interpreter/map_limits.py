"""The numbers of a Map: how many iterations work at once, and how many may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language import Language, Scope
from shoplib.localaws.state_machines.language.failures import runtime

MOST_AT_ONCE = 40  # iterations of an inline Map, as on AWS
State = Mapping[str, Any]


@dataclass(frozen=True)
class Tolerance:
    """How many iterations may fail; None where the state does not say."""

    count: int | None
    percentage: float | None

    def over(self, other: "Tolerance") -> "Tolerance":
        """This one, with the other's numbers where it has none."""
        count = other.count if self.count is None else self.count
        return Tolerance(count, other.percentage if self.percentage is None else self.percentage)

    def is_exceeded(self, failed: int, total: int) -> bool:
        by_count = self.count is not None and failed > self.count
        return by_count or (self.percentage is not None and failed * 100 > self.percentage * total)


def most_at_once(state: State, scope: Scope, language: Language) -> int:
    """As the state says; 0 for as many as there can be. Raises EvaluationFailure."""
    value = _number(state, scope, language, "MaxConcurrency", int)
    if value is not None and value < 0:
        raise runtime(f"The value of the MaxConcurrency field must be a non-negative integer: {value}")
    return int(value or 0)


def most_items(config: State, scope: Scope, language: Language) -> int | None:
    """MaxItems of a ReaderConfig. Raises EvaluationFailure."""
    value = _number(config, scope, language, "MaxItems", int)
    return None if value is None else int(value)


def tolerance(state: State, scope: Scope, language: Language) -> Tolerance:
    """Raises EvaluationFailure."""
    count = _number(state, scope, language, "ToleratedFailureCount", int)
    percentage = _number(state, scope, language, "ToleratedFailurePercentage", int | float)
    if count is not None and count < 0:
        raise runtime("ToleratedFailureCount cannot be negative.")
    if percentage is not None and not 0 <= percentage <= 100:
        raise runtime("ToleratedFailurePercentage must be between 0 and 100.")
    return Tolerance(None if count is None else int(count), percentage)


def _number(state: State, scope: Scope, language: Language, name: str, kind: Any) -> float | None:
    value, path = language.value(state, name, scope), state.get(f"{name}Path")
    if isinstance(value, kind) and not isinstance(value, bool):
        return float(value) if isinstance(value, float) else int(value)
    if path is None and value is None:
        return None
    text = value if isinstance(value, str) else compact(value)
    what = "integer" if kind is int else "float"
    if path is None:
        raise runtime(f'The value of the {name} field is "{text}" which is not a valid {what}')
    raise runtime(f'The {name}Path field refers to value "{text}" which is not a valid {what}: {path}')
