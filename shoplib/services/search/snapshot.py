"""A version of the index, opened for searches: SQLite finds words; sets in memory filter and count."""

import heapq
import json
import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from shoplib.core.words import folded
from shoplib.services.search import families
from shoplib.services.search.bitsets import Segments, of_places, union
from shoplib.services.search.domain import CHEAPEST, DEAREST, NAME, NEWEST, RELEVANCE, Prices, Search
from shoplib.services.search.spelling import Vocabulary

_RANK = f"bm25(words, {', '.join(map(str, families.WEIGHTS.values()))})"
# Different values up to which a field is a facet.
MAX_VALUES = 500
RANGES = 5
Key = tuple[Any, str]


class Snapshot:
    """The products of an index by number, from 0, and their items by position."""

    def __init__(self, content: bytes) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.deserialize(content)
        self.db.execute("PRAGMA query_only = ON")
        meta = dict(self.db.execute("SELECT name, value FROM meta"))
        self.indexed_at: str | None = meta["indexed_at"]
        rows = list(self.db.execute("SELECT number, product_id, card, sold FROM families ORDER BY product_id"))
        self.numbers = {number: place for place, (number, *_) in enumerate(rows)}
        self.ids = [product_id for _, product_id, *_ in rows]
        self.cards = [card for *_, card, _ in rows]
        sold = [json.loads(text) for *_, text in rows]
        self.segments = Segments(len(pieces) for pieces in sold)
        self.prices = sorted((price, place) for place, (price, _) in enumerate(_flat(sold)))
        self.places = _places(sold)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(dict(self.db.execute("SELECT term, doc FROM vocabulary")))

    @cached_property
    def fields(self) -> dict[str, dict[str, int]]:
        """For each facet field, the set of each value. A field with very many values is not a facet."""
        sizes = Counter(field for field, _ in self.places)
        fields: dict[str, dict[str, int]] = {}
        for (field, value), places in sorted(self.places.items()):
            if sizes[field] <= MAX_VALUES:
                fields.setdefault(field, {})[value] = of_places(places, self.segments.starts[-1])
        return fields

    def matches(self, words: Iterable[str]) -> dict[int, float]:
        """Products that contain each word, or a word that begins with it, with their rank; a lower rank is a better
        match.
        """
        # Words hold letters and digits alone, so quotes make them plain strings of the query.
        terms = [f'("{word}" OR "{word}" *)' if len(word) > 1 else f'"{word}"' for word in words]
        query = f"SELECT rowid, {_RANK} FROM words WHERE words MATCH ?"
        return {self.numbers[number]: rank for number, rank in self.db.execute(query, (" AND ".join(terms),))}

    def with_values(self, field: str, values: Iterable[str]) -> int:
        """Items that have one of these values."""
        return union([self._set(field, value) for value in values])

    def _set(self, field: str, value: str) -> int:
        known = self.fields.get(field, {}).get(value)
        return of_places(self.places.get((field, value), ()), self.segments.starts[-1]) if known is None else known

    def priced(self, prices: Prices) -> int:
        """Items with a price within bounds."""
        low = bisect_left(self.prices, (_thousandths(prices.low, 0), -1))
        high = bisect_left(self.prices, (_thousandths(prices.high, 1 << 62), -1))
        return of_places((place for _, place in self.prices[low:high]), self.segments.starts[-1])

    @cached_property
    def price_ranges(self) -> list[tuple[Prices, int]]:
        """Ranges between round prices that divide all items into parts of about the same size, and the items in
        each.
        """
        prices = [price // 1_000 for price, _ in self.prices]
        quantiles = {_round(prices[len(prices) * part // RANGES]) for part in range(1, RANGES)} if prices else set()
        edges = sorted(edge for edge in quantiles if prices[0] < edge <= prices[-1])
        bounds = zip((0, *edges), (*edges, None), strict=True) if edges else ()
        ranges = [Prices(low, high) for low, high in bounds]
        return [(each, self.priced(each)) for each in ranges]

    def keys(self, sort: str, ranks: dict[int, float]) -> "Keys":
        """The sort keys of products."""
        return Keys(self, sort, ranks)

    def card(self, number: int) -> dict[str, Any]:
        return dict(json.loads(self.cards[number]))

    @cached_property
    def by_price(self) -> list[int]:
        lowest = {self._owners[place]: price for price, place in reversed(self.prices)}
        return [lowest[number] for number in range(len(self.ids))]

    @cached_property
    def by_name(self) -> list[str]:
        return [folded(json.loads(card)["name"]) for card in self.cards]

    @cached_property
    def by_listing(self) -> list[str]:
        return [json.loads(card)["listed_at"] or "" for card in self.cards]

    @cached_property
    def _owners(self) -> list[int]:
        sizes = zip(self.segments.starts, self.segments.starts[1:], strict=False)
        return [number for number, (start, end) in enumerate(sizes) for _ in range(start, end)]


class Keys:
    """Selects a page of the matching products."""

    def __init__(self, snapshot: Snapshot, sort: str, ranks: dict[int, float]) -> None:
        columns = {
            RELEVANCE: ranks,
            CHEAPEST: snapshot.by_price,
            DEAREST: snapshot.by_price,
            NAME: snapshot.by_name,
            NEWEST: snapshot.by_listing,
        }
        self.column: Any = columns[sort]
        self.ids = snapshot.ids
        self.falling = sort in (DEAREST, NEWEST)

    def of(self, number: int) -> Key:
        return self.column[number], self.ids[number]

    def page(self, search: Search, numbers: list[int]) -> tuple[list[int], Key | None]:
        """The products of the page, and the key of its last one if there are more."""
        after = tuple(search.after)
        if after:
            numbers = [each for each in numbers if self._is_past(self.of(each), after)]
        # One more than the page holds shows whether there is a next one.
        first = (heapq.nlargest if self.falling else heapq.nsmallest)(search.limit + 1, numbers, key=self.of)
        page = first[: search.limit]
        return page, self.of(page[-1]) if len(first) > len(page) else None

    def _is_past(self, key: Key, last: Key) -> bool:
        return key < last if self.falling else key > last


def _flat(sold: list[Any]) -> list[Any]:
    return [piece for pieces in sold for piece in pieces]


def _places(sold: list[Any]) -> dict[tuple[str, str], list[int]]:
    """The positions of the items that have a value of a field."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, (_, values) in enumerate(_flat(sold)):
        for field, value in values:
            places.setdefault((field, value), []).append(place)
    return places


def _round(price: int) -> int:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10 ** (len(str(price)) - 1)
    return min((abs(price - step * power), step * power) for step in (1, 2, 5, 10))[1]


def _thousandths(amount: Any, otherwise: int) -> int:
    return otherwise if amount is None else families.thousandths(amount)
