"""The steps of a funnel: event names, or conditions on columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics.conditions import has
from shoplib.core.events import AFTER_VISITS, NAMES
from shoplib.errors import LabError

Condition: TypeAlias = Mapping[str, Any]
Step: TypeAlias = str | Condition | tuple[str, Condition]
STEPS: tuple[Step, ...] = ("view_item", "add_to_cart", "begin_checkout", "purchase")
# `day` is made from the session.
COMPUTED = ("day",)


def label(step: Step) -> str:
    """The name of a step in tables and charts."""
    if isinstance(step, str):
        return step
    if isinstance(step, tuple):
        return step[0]
    return " ".join(str(value) for value in step.values())


def condition(step: Step) -> Condition:
    """The step as the values that columns must have."""
    if isinstance(step, str):
        return {"event_name": step}
    return step[1] if isinstance(step, tuple) else step


def columns_needed(steps: Sequence[Step], by: Sequence[str]) -> list[str]:
    """The columns that steps and groups need."""
    return [column for step in steps for column in condition(step)] + [
        column for column in by if column not in COMPUTED
    ]


def check_steps(steps: Sequence[Step], seen: Iterable[str]) -> None:
    """LabError for steps with the same name, or that cannot occur with the event names in `seen`."""
    labels = [label(step) for step in steps]
    if not labels or len(set(labels)) < len(labels):
        raise LabError(
            f"the steps {labels} are none, or share a name", 'name them: ("second view", {"event_name": ...})'
        )
    for step in steps:
        _check_names(set(seen), condition(step).get("event_name", []))


def _check_names(seen: set[str], names_of_step: Any) -> None:
    names = {names_of_step} if isinstance(names_of_step, str) else set(names_of_step or ())
    if late := names & set(AFTER_VISITS):
        raise LabError(f"a {min(late)} is not a step: it comes days after the visit", "see sales_by for refunds")
    if odd := names - set(NAMES) - seen:
        raise LabError(f"unknown event: {', '.join(sorted(odd))}", f"the shop's events: {', '.join(NAMES)}")


def rows_that_are(rows: pd.DataFrame, step: Step) -> npt.NDArray[np.int64]:
    """Row numbers of this step, ascending."""
    fits = np.ones(len(rows), dtype=bool)
    for column, value in condition(step).items():
        fits &= has(rows[column], value)
    return np.flatnonzero(fits)
