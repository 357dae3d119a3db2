"""Attribution: divides revenue and orders exactly over the touches before a purchase."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics import exact
from shoplib.analytics.clean import moments
from shoplib.analytics.conditions import part
from shoplib.analytics.sessions import columns_to_read, visitor_numbers, with_sessions
from shoplib.errors import LabError

Whole = npt.NDArray[np.int64]
NULLS = {"source": "(direct)", "medium": "(none)", "campaign": "(not set)"}
DIRECT = ("(direct)", "direct")
LOOKBACK, HALF_LIFE = timedelta(days=30), timedelta(days=7)
# An order is shared out in millionths. Weights of time decay are whole, too: of a millionth of the newest.
PARTS = 1_000_000
MICROSECOND = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class Touches:
    """One row per (order, session before or with it), sorted by order and session start.

    `order` counts from 0; `place` is the touch's number of `count` in its order; `age` the microseconds from the start
    of the touch to the purchase, never negative; `channel` the group of the touch.
    """

    order: Whole
    place: Whole
    count: Whole
    age: Whole
    direct: npt.NDArray[np.bool_]
    channel: Whole


def attribution(
    events: pd.DataFrame,
    model: str | None = None,
    *,
    models: Sequence[str] | None = None,
    by: str | Sequence[str] = ("source", "medium"),
    lookback: timedelta = LOOKBACK,
    half_life: timedelta = HALF_LIFE,
) -> pd.DataFrame:
    """Revenue and orders of cleaned events, credited to the channels that led to them.

    The touches of an order are the visitor's sessions that start at most `lookback` before its purchase (that moment
    included), up to the converting session, which is always one of them. An order is all purchase lines of an order_id;
    its time and session are those of its first line. A session's channel is that of its first event with a source,
    medium or campaign; a null is shown as (direct), (none), (not set), the source "direct" as (direct). Models:

    - first: the first touch has all of the credit
    - last: the converting session has it
    - last_non_direct: the last touch with a source other than (direct) has it; the converting session if all are direct
    - linear: all touches have equal credit
    - position: 40 % the first, 40 % the last, 20 % equally those between; with two touches, half each; a single touch
      has all
    - time_decay: a touch has half the weight of one that started a `half_life` later (7 days)

    Credits are whole thousandths of a minor unit, and millionths of an order, by the largest remainder method (on ties,
    the earlier touch): the credits of every model add up exactly to the revenue of `sessions(events)`. Refunds are not
    subtracted; replayed history (channel import) has no visits and is ignored.

    With one `model` the columns are [by...,] orders, revenue (Decimals; revenue in major units), share (of revenue,
    float); with `models` (default: all) [by...,] and for each model revenue_<model> and orders_<model>. Sorted by the
    first model's revenue, largest first. `by` is one or several of source, medium, campaign. LabError on unknown
    models.
    """
    chosen = [model] if model else list(models or MODELS)
    keys = [by] if isinstance(by, str) else list(by)
    _check(chosen, keys, lookback, half_life)
    rows = with_sessions(part(events, columns_to_read(events, ["order_id", "value_minor", "currency", *NULLS])))
    orders, channels = _orders(rows), _channels(rows, keys)
    touches = _touches(rows, orders, channels, lookback)
    groups = channels[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    table = groups.assign(**{name: None for each in chosen for name in (f"revenue_{each}", f"orders_{each}")})
    for each in chosen:
        weights = MODELS[each](touches, half_life)
        for what, worth in (("revenue", orders.units.to_numpy()), ("orders", np.full(len(orders), PARTS))):
            table[f"{what}_{each}"] = _add_credits(touches, weights, worth, len(groups))
    return _format(table, keys, chosen, alone=model is not None)


def _check(models: list[str], keys: list[str], lookback: timedelta, half_life: timedelta) -> None:
    if unknown := [each for each in models if each not in MODELS]:
        raise LabError(f"unknown attribution model: {', '.join(unknown)}", f"models: {', '.join(MODELS)}")
    if not keys or (unknown := [key for key in keys if key not in NULLS]):
        raise LabError(f"revenue cannot be credited by {', '.join(unknown)}", f"choose of {', '.join(NULLS)}")
    if lookback < timedelta(0) or half_life <= timedelta(0):
        raise LabError(
            "lookback must not be negative, and half_life must be positive", "for example timedelta(days=30)"
        )


def _orders(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per order: session, moment (microseconds) and value (`units`, thousandths of a minor unit)."""
    exact.require_one_currency(rows[rows.event_name == "purchase"])
    lines = rows[rows.event_name == "purchase"].sort_values(["event_time", "event_id"])
    # A line without a number is an order of its own.
    number = lines.order_id.astype(object).where(lines.order_id.notna(), lines.event_id)
    lines = lines.assign(units=exact.units(lines.value_minor), number=number, moment=moments(lines.event_time))
    groups = lines.groupby("number", sort=False)
    return groups.agg(session=("session", "first"), moment=("moment", "first"), units=("units", "sum"))


def _channels(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per session: source, medium, campaign, owner (number of the visitor), start, `direct` and `channel`."""
    has_source = rows[list(NULLS)].notna().any(axis=1)
    # The first event that tells where the visit comes from, else the first event.
    best = rows.assign(silent=~has_source).sort_values(["session", "silent"], kind="stable").drop_duplicates("session")
    table = best[list(NULLS)].astype(object).reset_index(drop=True)
    table = table.where(table.notna(), pd.DataFrame([NULLS], index=table.index))
    table["source"] = table.source.where(~table.source.isin(DIRECT), DIRECT[0])
    firsts = rows.drop_duplicates("session")
    table["owner"] = visitor_numbers(rows)[firsts.index]
    table["start"] = moments(firsts.event_time)
    table["channel"] = table.groupby(keys, sort=True).ngroup().astype("int64")
    return table.assign(direct=table.source == DIRECT[0])


def _touches(rows: pd.DataFrame, orders: pd.DataFrame, channels: pd.DataFrame, lookback: timedelta) -> Touches:
    session, moment = orders.session.to_numpy(dtype=np.int64), orders.moment.to_numpy(dtype=np.int64)
    owner, start = channels.owner.to_numpy(), channels.start.to_numpy(dtype=np.int64)
    earliest = np.searchsorted(owner, owner[session])
    first = _first_since(start, earliest, session, moment - pd.Timedelta(lookback) // MICROSECOND)
    count = session - first + 1
    order = np.repeat(np.arange(len(orders)), count)
    place = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    touched = first[order] + place
    age = np.maximum(moment[order] - start[touched], 0)
    parts = channels.iloc[touched]
    return Touches(order, place, count[order], age, parts.direct.to_numpy(dtype=bool), parts.channel.to_numpy())


def _first_since(start: Whole, low: Whole, high: Whole, limit: Whole) -> Whole:
    """Vectorized bisection: the first index from `low` on that does not start before the limit, or `high`."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = (low + high) // 2
        before = (start[middle] < limit) & (low < high)
        low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
    return low


def _first(touches: Touches, _half_life: timedelta) -> Whole:
    return (touches.place == 0).astype(np.int64)


def _last(touches: Touches, _half_life: timedelta) -> Whole:
    return (touches.place == touches.count - 1).astype(np.int64)


def _last_non_direct(touches: Touches, _half_life: timedelta) -> Whole:
    chosen = np.zeros(touches.order.max(initial=-1) + 1, dtype=np.int64) - 1
    np.maximum.at(chosen, touches.order, np.where(touches.direct, -1, touches.place))
    place = chosen[touches.order]
    return (touches.place == np.where(place < 0, touches.count - 1, place)).astype(np.int64)


def _linear(touches: Touches, _half_life: timedelta) -> Whole:
    return np.ones_like(touches.place)


def _position(touches: Touches, _half_life: timedelta) -> Whole:
    ends = (touches.place == 0) | (touches.place == touches.count - 1)
    # 2/5 : 1/5 / (count - 2) in whole numbers
    return np.where(ends, np.maximum(2 * (touches.count - 2), 1), 1)


def _time_decay(touches: Touches, half_life: timedelta) -> Whole:
    halvings = touches.age / (pd.Timedelta(half_life) // MICROSECOND)
    newest = np.zeros(touches.order.max(initial=-1) + 1)
    newest[touches.order] = halvings  # the last touch of an order is written last
    return np.maximum(np.rint(np.exp2(newest[touches.order] - halvings) * PARTS), 1).astype(np.int64)


Model = Callable[[Touches, timedelta], Whole]
MODELS: dict[str, Model] = {
    "first": _first,
    "last": _last,
    "last_non_direct": _last_non_direct,
    "linear": _linear,
    "position": _position,
    "time_decay": _time_decay,
}


def _add_credits(touches: Touches, weights: Whole, worth: Whole, channels: int) -> Whole:
    """Divides the `worth` of each order by weight, and adds it up per channel."""
    totals = np.zeros(channels, dtype=np.int64)
    np.add.at(totals, touches.channel, divide_worth(touches.order, weights, worth))
    return totals


def divide_worth(order: Whole, weights: Whole, worth: Whole) -> Whole:
    """Divides `worth` (an integer per order) over the rows of each order in proportion to integer weights, by the
    largest remainder method (on ties, the earlier row). Exact. `order` is sorted, 0, 1, ... without gaps; one order's
    weights add up to less than 2^40 and at least 1."""
    total = np.zeros(len(worth), dtype=np.int64)
    np.add.at(total, order, weights)
    # worth = quotient * total + rest, so that no product can overflow.
    quotient, rest = worth // np.maximum(total, 1), worth % np.maximum(total, 1)
    shares = quotient[order] * weights + rest[order] * weights // total[order]
    remainder = rest[order] * weights % total[order]
    totals = np.zeros(len(worth), dtype=np.int64)
    np.add.at(totals, order, shares)
    by_remainder = np.lexsort((np.arange(len(order)), -remainder, order))
    rank = np.arange(len(order)) - np.searchsorted(order, order)
    shares[by_remainder] += rank < (worth - totals)[order]
    return shares


def _format(table: pd.DataFrame, keys: list[str], models: list[str], *, alone: bool) -> pd.DataFrame:
    ordered = table.sort_values(f"revenue_{models[0]}", ascending=False, kind="stable", ignore_index=True)
    whole = int(ordered[f"revenue_{models[0]}"].sum())
    share = ordered[f"revenue_{models[0]}"].astype("float64") / whole if whole else float("nan")
    for each in models:
        ordered[f"revenue_{each}"] = ordered[f"revenue_{each}"].map(exact.major).astype(object)
        ordered[f"orders_{each}"] = ordered[f"orders_{each}"].map(_millionths).astype(object)
    if not alone:
        return ordered
    names = {f"{what}_{models[0]}": what for what in ("orders", "revenue")}
    return ordered.rename(columns=names)[[*keys, "orders", "revenue"]].assign(share=share)


def _millionths(count: int) -> Decimal:
    return Decimal(int(count)) / PARTS
