"""Funnels: how many sessions or visitors reach each step, with confidence intervals, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import proportions
from shoplib.analytics.clean import moments
from shoplib.analytics.conditions import part
from shoplib.analytics.duck.steps import reason_not_duckdb, tally_steps
from shoplib.analytics.funnel_groups import TOUCHES, Groups, groups_of
from shoplib.analytics.funnel_matching import MODES, NEVER, match
from shoplib.analytics.funnel_steps import STEPS, Step, check_steps, columns_needed, label, rows_that_are
from shoplib.analytics.funnel_tables import Tally, quantiles, table
from shoplib.analytics.sessions import NEEDED, columns_to_read, rule_of, visitor_numbers, with_sessions
from shoplib.analytics.sources import Source, for_duckdb, frame
from shoplib.errors import LabError

Window: TypeAlias = timedelta | str | None
PER = {"session": "sessions", "visitor": "visitors"}
MICROSECOND = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class Matched:
    """`rows` of visits in order; `places`: for each step and unit, the row of this step, or NEVER."""

    rows: pd.DataFrame
    owner: npt.NDArray[np.int64]
    moments: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]

    @property
    def depth(self) -> npt.NDArray[np.int64]:
        """The number of steps that each unit reached."""
        return (self.places != NEVER).sum(axis=0)


def funnel(
    events: Source,
    steps: Sequence[Step] = STEPS,
    by: str | Sequence[str] | None = None,
    window: Window = None,
    *,
    mode: str = "ordered",
    per: str = "session",
    touch: str = "first",
    engine: str = "auto",
) -> pd.DataFrame:
    """Sessions (or visitors, `per="visitor"`) that reach each step, of cleaned events or a scan of a lake.

    A step is an event name, a condition on columns such as `{"event_name": "view_item", "category": "toys"}` (a list of
    values: any of them; None: no value), or `("name to show", condition)`. Events of a unit are in order of
    (event_time, event_id): of two at the same moment the one with the smaller event_id is first. Refunds and replayed
    history (channel import) are not visits and are ignored.

    A unit can have several attempts, which start at different events. The attempt that gets furthest counts; on ties,
    the earliest. `mode` defines an attempt:

    - ordered: it starts at an occurrence of step 1; step k is the earliest occurrence after the match of step k-1,
      other events may lie between. Without a window this is the earliest occurrence of step 1 and greedy from there.
    - strict: as ordered, but step k must be the very next event of the unit, of all its events.
    - unordered: it starts at any event that is one of the steps; each step is its earliest occurrence from there on,
      and k is reached when the steps 1 to k all happened. One event may be several steps if the conditions overlap.

    With a `window` (a timedelta, or text such as "7 days") only what happens up to that time after the attempt's first
    event counts, its end included. Reaching k includes reaching k-1; strict <= ordered <= unordered.

    `by` (a column or several; `day` is the day, UTC, on which the session began) gives one funnel per value, null
    included, of units that reached step 1. `touch` says whose value: "first" (of the event that is step 1), "last" (of
    the event that is the last step the unit reached), "all" (every value the unit showed on any of its events: a unit
    counts in several groups, so groups do not add up; under null only if it showed none).

    Columns: [by...,] step, sessions or visitors, rate_from_first, rate_from_previous, low, high (Wilson's 95 % interval
    of rate_from_first), median_seconds and p90_seconds (from the first of the steps 1 to k to the last of them),
    median_seconds_from_previous and p90_seconds_from_previous (from the completion of the steps 1 to k-1 to that of 1
    to k). Quantiles are interpolated linearly. nan for empty groups. LabError on unknown steps, columns and options.

    `engine`: DuckDB counts a scan if it can (ordered, no window, first touch, steps and groups by text columns), else
    pandas; both give the same values.
    """
    groups_by = [by] if isinstance(by, str) else list(by or [])
    _check(mode, per, touch, groups_by)
    labels = [label(step) for step in steps]
    if scan := for_duckdb(events, engine, reason_not_duckdb(steps, groups_by, mode, window, touch)):
        return table(tally_steps(scan, steps, groups_by, per), labels, PER[per])
    matched = _match_steps(events, steps, window, mode, per, groups_by)
    if not groups_by:
        groups = Groups(np.arange(matched.places.shape[1]), np.zeros(matched.places.shape[1], np.int64), None)
    else:
        groups = groups_of(matched.rows, matched.owner, matched.places, groups_by, touch)
    return table(_tally(matched, groups), labels, PER[per])


def funnel_units(
    events: Source,
    steps: Sequence[Step] = STEPS,
    window: Window = None,
    *,
    mode: str = "ordered",
    per: str = "session",
) -> pd.DataFrame:
    """The units behind the figures of `funnel`: one row per session or visitor that reached step 1, with its events.

    Columns: visitor, session (of the event of step 1), reached (steps, from 1), and for each step `<step> at` (its
    moment, UTC) and `<step> event_id`, null where the step was not reached.
    """
    _check(mode, per, "first", [])
    matched = _match_steps(events, steps, window, mode, per, ["event_id"], keys=False)
    there = matched.depth > 0
    places = matched.places[:, there]
    table = matched.rows.iloc[places[0]][["visitor", "session"]].reset_index(drop=True)
    table["reached"] = matched.depth[there]
    for step, place in zip(steps, places, strict=True):
        events_there = matched.rows[["event_time", "event_id"]].take(np.maximum(place, 0)).reset_index(drop=True)
        events_there = events_there.where(pd.Series(place != NEVER), other=None)
        table[f"{label(step)} at"], table[f"{label(step)} event_id"] = events_there.event_time, events_there.event_id
    return table


def funnel_difference(a: pd.DataFrame, b: pd.DataFrame, base: str = "first") -> pd.DataFrame:
    """The difference of the rates of groups `a` and `b` per step: two results of `funnel`, or two parts of one.

    Rates are relative to the first step, or with `base="previous"` to the previous step; the first step, which has no
    rate, is left out. Columns: step, a, a_of, b, b_of (counts), rate_a, rate_b, difference (rate_a - rate_b), low, high
    (Newcombe's 95 % interval), p_value (score test), see `proportions.difference`. Each step is tested separately:
    among many p-values, some are small by chance. Groups of touch="all" share units and must not be compared.
    """
    if base not in ("first", "previous"):
        raise LabError(f"base={base!r} is unknown", 'base is "first" or "previous"')
    counts = [_counts(table) for table in (a, b)]
    if counts[0].index.tolist() != counts[1].index.tolist():
        raise LabError("the two funnels have different steps", "pass two funnels with the same steps, one group each")
    rows = [_compare(*(_of(count, place, base) for count in counts)) for place in range(1, len(counts[0]))]
    return pd.DataFrame(rows, columns=DIFFERENCE).assign(step=counts[0].index[1:])[["step", *DIFFERENCE]]


DIFFERENCE = ["a", "a_of", "b", "b_of", "rate_a", "rate_b", "difference", "low", "high", "p_value"]


def _counts(table: pd.DataFrame) -> pd.Series:
    if table.step.duplicated().any() or table.empty:
        raise LabError(
            "a funnel of exactly one group is needed",
            'choose one: table[table.device == "mobile"]',
        )
    return table.set_index("step")[unit_of(table)]


def unit_of(table: pd.DataFrame) -> str:
    """The unit that a table of `funnel` or `conversion_rate` counts: sessions or visitors."""
    return next(unit for unit in PER.values() if unit in table)


def _of(count: pd.Series, place: int, base: str) -> tuple[int, int]:
    return int(count.iloc[place]), int(count.iloc[0 if base == "first" else place - 1])


def _compare(a: tuple[int, int], b: tuple[int, int]) -> dict[str, Any]:
    rates = {
        f"rate_{name}": part / whole if whole else float("nan") for name, (part, whole) in {"a": a, "b": b}.items()
    }
    return {"a": a[0], "a_of": a[1], "b": b[0], "b_of": b[1], **rates, **proportions.difference(a, b)}


def _check(mode: str, per: str, touch: str, by: list[str]) -> None:
    for what, value, known in (("mode", mode, MODES), ("per", per, tuple(PER)), ("touch", touch, TOUCHES)):
        if value not in known:
            raise LabError(f"{what}={value!r} is unknown", f"{what} is one of {', '.join(known)}")
    if touch == "all" and len(by) > 1:
        raise LabError('touch="all" works with one column only', "choose one column, or another touch")


def _match_steps(
    events: Source, steps: Sequence[Step], window: Window, mode: str, per: str, columns: list[str], keys: bool = True
) -> Matched:
    names = columns_needed(steps, columns)
    rows = frame(events, [*NEEDED, *names], keys)
    check_steps(steps, rows.event_name.unique())
    rows = with_sessions(part(rows, columns_to_read(rows, names)), keep=["event_name", *names])
    owner = rows.session.to_numpy() if per == "session" else visitor_numbers(rows)
    if per == "visitor" and rule_of(rows).by_id:  # sessions by ids may overlap
        rows = rows.iloc[np.lexsort((moments(rows.event_time), owner))].reset_index(drop=True)
        owner = np.sort(owner)
    when = moments(rows.event_time)
    hits = [rows_that_are(rows, step) for step in steps]
    return Matched(rows, owner, when, match(owner, when, hits, mode, _microseconds(window)))


def _microseconds(window: Window) -> int | None:
    if window is None:
        return None
    try:
        span = pd.Timedelta(window) // MICROSECOND
    except ValueError:
        span = -1
    if span < 0:
        raise LabError(f"a window of {window!r} is not a valid duration", 'use "30 min", "7 days" or a timedelta')
    return span


def _tally(matched: Matched, groups: Groups) -> Tally:
    """Per group and step: counts from depths, waiting times from the moments of the steps."""
    many, kinds = len(matched.places), groups.count
    deep = np.bincount(groups.codes * (many + 1) + matched.depth[groups.members], minlength=kinds * (many + 1))
    reached = deep.reshape(kinds, many + 1)[:, ::-1].cumsum(axis=1)[:, -2::-1]
    places = matched.places[:, groups.members]
    there = places != NEVER
    times = matched.moments[places] if len(matched.moments) else places
    # In the modes with an order the earliest is step 1 and the latest is the step itself.
    started, done = np.minimum.accumulate(times), np.maximum.accumulate(times)
    since_first = _quantiles(done - started, there, groups)
    since_previous = _quantiles(np.diff(done, axis=0, prepend=done[:1]), there, groups)
    return Tally(groups.values, reached, since_first, since_previous)


def _quantiles(waits: npt.NDArray[np.int64], there: npt.NDArray[np.bool_], groups: Groups) -> npt.NDArray[np.int64]:
    steps = [
        quantiles(wait[those], groups.codes[those], groups.count) for wait, those in zip(waits, there, strict=True)
    ]
    return np.stack(steps, axis=2)
