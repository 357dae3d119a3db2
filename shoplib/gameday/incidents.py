"""The faults of a game: five, in an order and at times drawn from a seed."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("incidents.toml")
CAUSES = {
    "errors": "a function fails before its code runs",
    "delay": "a function starts late, each time",
    "throttling": "a service throttles a function's calls",
    "unavailable": "a service returns errors that it is unavailable",
    "answer": "a function's response is replaced",
}
LAST_BEGINS = 0.8  # of the time, so that it can be mended, too


@dataclass(frozen=True)
class Incident:
    """A fault and its symptoms. `resources` are the accepted answers to where the fault is, `signs` are where its
    symptoms appear.
    """

    name: str
    cause: str
    resources: tuple[str, ...]
    signs: str
    action: str
    target: str
    percentage: float = 100
    principal: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@cache
def incidents() -> tuple[Incident, ...]:
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["incident"]
    return tuple(Incident(**{**entry, "resources": tuple(entry["resources"])}) for entry in entries)


def afternoon(seed: int, seconds: float) -> list[tuple[float, Incident]]:
    """Return all incidents in order, each with the second at which it begins."""
    dice, every = random.Random(seed), incidents()
    order = dice.sample(every, len(every))
    step = seconds * LAST_BEGINS / len(order)
    return [(step * (number + dice.uniform(0.1, 0.6)), incident) for number, incident in enumerate(order)]
