"""Facets: the number of products for each value that can be chosen next.

A choice in a facet narrows all other facets but not its own, so that it shows what other choices would find.
"""

from collections.abc import Iterator
from typing import Any

from shoplib.services.search.domain import Prices, Search
from shoplib.services.search.families import BRAND, CATEGORY, OPTION, PRICE, SPECIFICATION
from shoplib.services.search.snapshot import Snapshot

MAX_SHOWN = 50
MAX_CATEGORIES = 200
MAX_SPECIFICATIONS = 20
Facet = dict[str, Any]


class Choices:
    """A search's choices: sets of items by field, among those that match its words."""

    def __init__(self, snapshot: Snapshot, search: Search, matches: int) -> None:
        self.snapshot, self.matches = snapshot, matches
        self.sets = {field: snapshot.with_values(field, values) for field, values in search.filters.items()}
        if search.prices != Prices():
            self.sets[PRICE] = snapshot.priced(search.prices)

    def pieces(self, without: str | None = None) -> int:
        """Items that match all choices; one and the same item of a product must match them all."""
        pieces = self.matches
        for field, chosen in self.sets.items():
            if field != without:
                pieces &= chosen
        return pieces


def facets(snapshot: Snapshot, search: Search, choices: Choices) -> list[Facet]:
    """All facets with something to choose: category, price, brand, options, specifications."""
    fields = [CATEGORY, BRAND, *(name for name in snapshot.fields if name.startswith(OPTION))]
    main = [_of_field(snapshot, search, choices, field) for field in fields]
    # Those that say most of what was found come first.
    more = sorted(_specifications(snapshot, search, choices), key=_products, reverse=True)[:MAX_SPECIFICATIONS]
    prices = _of_prices(snapshot, search, choices.pieces(without=PRICE))
    return [each for each in (main[0], prices, *main[1:], *more) if each.get("values") or each.get("ranges")]


def _specifications(snapshot: Snapshot, search: Search, choices: Choices) -> Iterator[Facet]:
    for field in snapshot.fields:
        if field.startswith(SPECIFICATION):
            yield _of_field(snapshot, search, choices, field)


def _products(facet: Facet) -> int:
    return sum(value["count"] for value in facet["values"])


def _of_field(snapshot: Snapshot, search: Search, choices: Choices, field: str) -> Facet:
    pieces, chosen = choices.pieces(without=field), search.filters.get(field, ())
    sets = snapshot.fields.get(field, {})
    counts = {value: snapshot.segments.count(pieces & each) for value, each in sets.items()} | {
        value: 0 for value in chosen if value not in sets
    }
    rows = [_value(field, value, count, value in chosen) for value, count in counts.items()]
    visible = [row for row in rows if row["count"] or row["selected"]]
    return {"field": field, "name": _name(field), "values": _cut(field, visible)}


def _cut(field: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many values as a page can show: categories in their order, others by number of products, largest first."""
    if field == CATEGORY:
        return sorted(rows, key=lambda row: (not row["selected"], row["value"]))[:MAX_CATEGORIES]
    return sorted(rows, key=lambda row: (not row["selected"], -row["count"], row["value"]))[:MAX_SHOWN]


def _value(field: str, value: str, count: int, selected: bool) -> dict[str, Any]:
    name = value.rpartition("/")[2] if field == CATEGORY else value
    return {"value": value, "name": name, "count": count, "selected": selected}


def _name(field: str) -> str:
    for prefix in (OPTION, SPECIFICATION):
        if field.startswith(prefix):
            return field.removeprefix(prefix)
    return field.capitalize()


def _of_prices(snapshot: Snapshot, search: Search, pieces: int) -> Facet:
    rows = [_range(snapshot, search, prices, pieces & each) for prices, each in snapshot.price_ranges]
    return {"field": PRICE, "name": "Price", "ranges": [row for row in rows if row["count"] or row["selected"]]}


def _range(snapshot: Snapshot, search: Search, prices: Prices, pieces: int) -> dict[str, Any]:
    return {
        "min_minor": prices.low,
        "below_minor": prices.high,
        "count": snapshot.segments.count(pieces),
        "selected": search.prices == prices,
    }
