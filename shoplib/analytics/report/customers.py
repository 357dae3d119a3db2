"""The chapter on customers and baskets."""

from collections.abc import Iterator

from shoplib.analytics import charts
from shoplib.analytics.basket import basket, with_bound, with_names
from shoplib.analytics.customers import DAY, cohorts, repeat_purchases, retention, time_to_second_order
from shoplib.analytics.headlines import customers as headlines
from shoplib.analytics.headlines import words
from shoplib.analytics.products import product_names
from shoplib.analytics.report.parts import ROWS, LeftOut, Part, Piece
from shoplib.analytics.report.worlds import World
from shoplib.analytics.rfm import rfm, rfm_segments

COHORTS = "Cohorts: share that orders again, by months since the first order"
SECOND = "Time to the second order"
SEGMENTS = "Customers by recency, frequency and money"
PAIRS = "Bought together"


def chapter(world: World) -> Iterator[Piece]:
    """Who returns, how much customers spend, and what is bought together, in one world."""
    of = world.of(world.naming("user_id", "customer"))
    events = world.plausible_lines[world.plausible_lines.user_id.notna()]
    until = world.plausible_lines.event_time.max() if len(world.plausible_lines) else None
    row = repeat_purchases(events, until).iloc[0]
    many, again = int(row.customers), int(row.repeaters)
    yield _cohorts(world, events, until, of)
    times = events.event_time[events.event_name == "purchase"]
    days = (times.max() - times.min()) / DAY if len(times) else 0.0
    yield _second_order(world, events, until, of, headlines.no_second_orders(days, many, again))
    yield _segments(world, events, of, headlines.no_segments(days, many, again))
    yield _pairs(world)


def _cohorts(world: World, events, until, of: str) -> Piece:
    shares = retention(cohorts(events, until=until))
    if reason := headlines.no_cohorts(shares):
        return LeftOut(COHORTS + world.suffix, reason)
    return Part(COHORTS + world.suffix, charts.cohorts(shares), shares, of)


def _second_order(world: World, events, until, of: str, reason: str | None) -> Piece:
    if reason:
        return LeftOut(SECOND + world.suffix, reason)
    curve = time_to_second_order(events, until)
    thinned = curve.iloc[:: max(1, len(curve) // ROWS)]
    return Part(SECOND + world.suffix, charts.second_order(curve), curve, of, thinned)


def _segments(world: World, events, of: str, reason: str | None) -> Piece:
    if reason:
        return LeftOut(SEGMENTS + world.suffix, reason)
    table = rfm_segments(rfm(events))
    if headlines.segments(table) is None:
        return LeftOut(SEGMENTS + world.suffix, "all customers are in one segment, or brought nothing")
    return Part(SEGMENTS + world.suffix, charts.rfm_segments(table, world.currency), table, of)


def _pairs(world: World) -> Piece:
    pairs = basket(world.lines)
    if pairs.empty:
        return LeftOut(PAIRS + world.suffix, "no two products are in ten orders together")
    names = product_names(world.lines)
    table = with_names(with_bound(pairs), names)
    orders = words.count(world.lines.order_id[world.lines.event_name == "purchase"].nunique(), "order")
    return Part(PAIRS + world.suffix, charts.basket(pairs, names), table, world.of(orders))
