"""The kinds of faults by the names of AWS Fault Injection Service, and the parameters that each takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shoplib.localaws.ingress.refusals import Refusal

LONGEST_MS = 900_000  # the longest that a function may run
Kind = Literal["internal", "throttle", "unavailable", "delay", "timeout", "error", "http-response"]


@dataclass(frozen=True)
class Parameter:
    """A number has bounds, a text and a truth value have none."""

    default: int | bool | str
    least: int = 0
    most: int = 0

    def read(self, name: str, value: Any) -> Any:
        if type(value) is not type(self.default):
            raise Refusal("ValidationException", f"{name} must be of type {type(self.default).__name__}, not {value!r}")
        if isinstance(value, int) and self.most and not self.least <= value <= self.most:
            raise Refusal("ValidationException", f"{name} must be from {self.least} to {self.most}, not {value}")
        return value


PREVENT = Parameter(True)


@dataclass(frozen=True)
class Action:
    """`of` says upon what it acts: functions, or requests to AWS's APIs."""

    name: str
    of: Literal["functions", "requests"]
    kind: Kind
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, those that were not sent by their defaults."""
        if unknown := sorted(set(sent) - set(self.parameters)):
            known = ", ".join(self.parameters) or "none"
            raise Refusal("ValidationException", f"{self.name} has no parameter {unknown[0]}; it has: {known}")
        return {name: each.read(name, sent.get(name, each.default)) for name, each in self.parameters.items()}


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "aws:lambda:invocation-add-delay",
            "functions",
            "delay",
            {"startupDelayMilliseconds": Parameter(2000, 0, LONGEST_MS)},
        ),
        Action("aws:lambda:invocation-error", "functions", "error", {"preventExecution": PREVENT}),
        Action(
            "aws:lambda:invocation-http-integration-response",
            "functions",
            "http-response",
            {
                "statusCode": Parameter(500, 100, 599),
                "contentTypeHeader": Parameter("application/json"),
                "preventExecution": PREVENT,
            },
        ),
        Action("aws:fis:inject-api-internal-error", "requests", "internal"),
        Action("aws:fis:inject-api-throttle-error", "requests", "throttle"),
        Action("aws:fis:inject-api-unavailable-error", "requests", "unavailable"),
        Action("shoplib:inject-api-delay", "requests", "delay", {"delayMilliseconds": Parameter(1000, 1, LONGEST_MS)}),
        Action(
            "shoplib:inject-api-timeout", "requests", "timeout", {"holdMilliseconds": Parameter(60_000, 1, LONGEST_MS)}
        ),
    )
}


def action_of(name: str) -> Action:
    """Refuses an action of AWS's that is not here, and one that nobody has, by its name."""
    if name not in ACTIONS:
        raise Refusal("ValidationException", f"{name} is not a fault that can be injected here: {', '.join(ACTIONS)}")
    return ACTIONS[name]
