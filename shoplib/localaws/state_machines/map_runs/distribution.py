"""What the executions of a Map Run share, what each of them gets, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.state_machines.interpreter.map_limits import Tolerance


@dataclass(frozen=True)
class Distribution:
    """`label` names the executions, `machine` is what each of them follows."""

    label: str
    is_express: bool
    machine: Mapping[str, Any]
    most_at_once: int  # 0 for as many as there can be
    tolerance: Tolerance
    most_items: int | None  # that are read of a data set


@dataclass(frozen=True)
class Batch:
    """The input of one execution, and for how many items it stands."""

    document: Any
    items: int = 1


@dataclass(frozen=True)
class Outcome:
    """How one execution ended: its status, its output, and all that DescribeExecution says of it."""

    status: str
    output: Any
    record: dict[str, Any]
