"""How a Map goes through its items: within its execution, or by executions of their own."""

from collections.abc import Mapping
from typing import Any

INLINE, DISTRIBUTED = "INLINE", "DISTRIBUTED"
State = Mapping[str, Any]


def processor(state: State) -> Mapping[str, Any]:
    """The machine that a Map follows for each item, under its present or its former name."""
    machine = state.get("ItemProcessor") or state.get("Iterator")
    return machine if isinstance(machine, dict) else {}


def is_distributed(state: State) -> bool:
    config = processor(state).get("ProcessorConfig")
    return isinstance(config, dict) and config.get("Mode") == DISTRIBUTED
