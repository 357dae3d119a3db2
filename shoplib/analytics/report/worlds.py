"""The worlds of a report: visits, and sales by source and currency. Replayed history and the current shop are years
apart, and pounds and euros cannot be added.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shoplib.analytics import plausible
from shoplib.analytics.headlines import words
from shoplib.analytics.plausible import Span
from shoplib.analytics.sales import order_lines

CHANNELS = {"web": "shoppers", "import": "replayed invoices"}
# Each is a chapter of charts; further ones are named in the box of data quality.
MOST = 4
COLUMNS = [
    "event_time",
    "event_name",
    "channel",
    "currency",
    "order_id",
    "user_id",
    "product_id",
    "product_name",
    "category",
]
COLUMNS += ["country", "units", "pieces"]


@dataclass(frozen=True)
class World:
    """Order lines of one source in one currency (None: unknown); `suffix` distinguishes its headings."""

    name: str
    channel: str
    currency: str | None
    lines: pd.DataFrame
    suffix: str = ""

    @cached_property
    def span(self) -> Span | None:
        return plausible.span(self.lines.event_time)

    @cached_property
    def plausible_lines(self) -> pd.DataFrame:
        """The lines within the plausible span, for charts over time."""
        return (
            self.lines
            if self.span is None or not self.span.outside
            else self.lines[self.span.has(self.lines.event_time)]
        )

    @cached_property
    def purchases(self) -> pd.DataFrame:
        return self.plausible_lines[self.plausible_lines.event_name == "purchase"]

    def of(self, coverage: str = "") -> str:
        """Source, period and coverage of a finding."""
        return " · ".join(filter(None, [self.name, period(self.span), coverage]))

    def naming(self, column: str, thing: str) -> str:
        """A note on how many lines name a customer, a country, ..."""
        count = int(self.lines[column].notna().sum())
        if count == len(self.lines):
            return f"all {words.count(count, 'order line')}" if count > 1 else "one order line"
        return f"{words.share(count / len(self.lines))} of {words.count(len(self.lines), 'order line')} name a {thing}"


def period(span: Span | None) -> str:
    if span is None:
        return ""
    first, last = words.day(span.first), words.day(span.last)
    return first if first == last else f"{first} to {last}"


def compact(lines: pd.DataFrame) -> pd.DataFrame:
    """Order lines with only the columns that the chapters need. Orders and customers are integers: they are counted
    often and never shown.
    """
    return lines[COLUMNS].assign(**{column: _to_numbers(lines[column]) for column in ("order_id", "user_id")})


def _to_numbers(names: pd.Series) -> pd.Series:
    codes, _ = pd.factorize(names)
    numbers = pd.Series(codes, names.index, dtype="int64")
    return numbers if not (codes < 0).any() else numbers.astype("Int64").mask(codes < 0)


def worlds(events: pd.DataFrame, names: Mapping[str, str] | None = None) -> tuple[list[World], list[str]]:
    """The worlds of cleaned events, and notes on events that are in none. `names` are those of channels."""
    lines = compact(order_lines(events))
    if lines.empty:
        return [], []
    names = {**CHANNELS, **(names or {})}
    each_world = list(_split_by_channel(lines, names))
    largest, rest = each_world[:MOST], each_world[MOST:]
    notes = [f"{words.count(len(each.lines), 'order line')} of {each.name}: not reported" for each in rest]
    return _distinguish(largest), notes


def _split_by_channel(lines: pd.DataFrame, names: Mapping[str, str]) -> Iterator[World]:
    channels = lines.channel.dropna().unique() if lines.channel.notna().any() else []
    for channel in sorted(channels, key=lambda each: ([*names, each].index(each), each)):
        part = lines if len(channels) == 1 and lines.channel.notna().all() else lines[lines.channel == channel]
        yield from _currencies(part, names.get(channel, channel), channel)
    if lines.channel.isna().any():
        yield from _currencies(lines[lines.channel.isna()], "sales of an unknown channel", "")


def _currencies(lines: pd.DataFrame, name: str, channel: str) -> Iterator[World]:
    """Lines without a currency have the only currency in the data."""
    counts = lines.currency.value_counts()
    if len(counts) < 2:
        yield World(name, channel, str(counts.index[0]) if len(counts) else None, lines)
        return
    for currency in counts.index:
        yield World(f"{name}, in {currency}", channel, str(currency), lines[lines.currency == currency])
    if lines.currency.isna().any():
        yield World(f"{name}, currency unknown", channel, None, lines[lines.currency.isna()])


def _distinguish(each_world: list[World]) -> list[World]:
    if len(each_world) < 2:
        return each_world
    return [World(each.name, each.channel, each.currency, each.lines, f", {each.name}") for each in each_world]
