"""The chapter on sales."""

from collections.abc import Iterator

from shoplib.analytics import charts
from shoplib.analytics.headlines import sales as headlines
from shoplib.analytics.headlines import words
from shoplib.analytics.report.over_time import judge_days
from shoplib.analytics.report.parts import LeftOut, Part, Piece
from shoplib.analytics.report.worlds import World
from shoplib.analytics.sales import sales_by
from shoplib.analytics.trend import daily

KEYS = {"country": "country", "category": "category", "product": "product_id"}


def chapter(world: World) -> Iterator[Piece]:
    """The sales of one world."""
    yield from _over_time(world)
    for key, column in KEYS.items():
        yield _by(world, key, column)


def _over_time(world: World) -> Iterator[Piece]:
    heading = f"Sales by day{world.suffix}"
    days = sales_by(world.plausible_lines, "day")
    if len(days) < 2:
        yield LeftOut(heading, f"all sales are of {words.day(days.day[0])}" if len(days) else "there are no sales")
        return
    yield Part(heading, charts.sales_by_day(days, world.currency), days, world.of(), days.tail(12))
    # After the last purchase refunds alone still come: their days say nothing of sales.
    until = world.purchases.event_time.max()
    sold = days[days.day <= f"{until:%Y-%m-%d}"] if len(world.purchases) else days.head(0)
    label = f"Revenue, {world.currency or 'currency unknown'}"
    piece = judge_days(label, daily(sold, "revenue"), world.purchases.event_time, world.of())
    yield _add_suffix(piece, world.suffix)


def _add_suffix(piece: Piece, suffix: str) -> Piece:
    if isinstance(piece, LeftOut):
        return LeftOut(piece.heading + suffix, piece.reason)
    return Part(piece.heading + suffix, piece.chart, piece.table, piece.of, piece.excerpt)


def _by(world: World, key: str, column: str) -> Piece:
    heading = f"Sales by {key}{world.suffix}"
    naming = column if key != "product" or world.lines.product_id.notna().any() else "product_name"
    table = sales_by(world.lines, key)
    if reason := headlines.nothing_to_rank(table):
        return LeftOut(heading, reason)
    return Part(heading, charts.top(table, currency=world.currency), table, world.of(world.naming(naming, key)))
