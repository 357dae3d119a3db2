"""Validates a shopper's search; cursors."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from shoplib.core import checks, money
from shoplib.core.errors import InvalidRequest
from shoplib.core.words import words_of
from shoplib.services.search.families import BRAND, CATEGORY, OPTION, PRICE, SPECIFICATION

MAX_LIMIT = 100
MAX_PARAMETERS = 40
MAX_WORDS = 20
MAX_TEXT = 200
RELEVANCE, CHEAPEST, DEAREST, NEWEST, NAME = SORTS = ("relevance", "price", "-price", "newest", "name")
_ONCE = ("q", CATEGORY, "price_min", "price_below", "sort", "limit", "cursor")
_STRANGE = "cursor must be the next_cursor of an earlier page of the same search."


@dataclass(frozen=True)
class Prices:
    """Prices from `low` up to, but not including, `high`; None means no bound."""

    low: money.Amount | None = None
    high: money.Amount | None = None


@dataclass(frozen=True)
class Search:
    """A search: products with all `words`, and one of the values for each field in `filters`."""

    text: str = ""
    words: tuple[str, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prices: Prices = Prices()
    sort: str = NAME
    limit: int = 20
    after: tuple[Any, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A value that is the same for all pages of a search."""
        filters = sorted((name, sorted(values)) for name, values in self.filters.items())
        content = repr((self.words, filters, self.prices, self.sort))
        return hashlib.sha256(content.encode()).hexdigest()[:12]


def search(query: str) -> Search:
    """The search in a query string. InvalidRequest names the invalid parameter."""
    once, filters = _parameters(query)
    text = checks.optional_text(once, "q", maximum=MAX_TEXT) or ""
    words = _words(text)
    first = Search(text, words, filters, _prices(once), _sort(once, words), _limit(once))
    if not (cursor := once.get("cursor")):
        return first
    return Search(**{**vars(first), "after": _after(cursor, first)})


def next_cursor(search: Search, last: tuple[Any, ...] | None) -> str | None:
    """An opaque cursor for the page after `last`; None if there is none."""
    if not last:
        return None
    return base64.urlsafe_b64encode(json.dumps([search.fingerprint, *last]).encode()).decode()


def _parameters(query: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Parameters that may occur once, and filters that may occur several times; blank ones count as absent."""
    pairs = checks.query_pairs(query, MAX_PARAMETERS)
    once: dict[str, str] = {}
    filters: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name not in _ONCE or name == CATEGORY:
            filters |= _filter(filters, name, value)
        elif name in once:
            raise InvalidRequest(f"{name} may come once.")
        else:
            once[name] = value
    return once, filters


def _filter(filters: dict[str, tuple[str, ...]], name: str, value: str) -> dict[str, tuple[str, ...]]:
    if name not in (CATEGORY, BRAND) and not name.startswith((OPTION, SPECIFICATION)):
        known = ", ".join((*_ONCE, BRAND, f"{OPTION}<name>", f"{SPECIFICATION}<name>"))
        raise InvalidRequest(f"{name[:50]!r} is no parameter of a search; those are {known}.")
    if name == CATEGORY and name in filters:
        raise InvalidRequest("category may come once.")
    text = checks.optional_text({name: value}, name, maximum=MAX_TEXT)
    return {name: (*dict.fromkeys((*filters.get(name, ()), text)),)} if text else {}


def _words(text: str) -> tuple[str, ...]:
    words = tuple(words_of(text))
    if text and not words:
        raise InvalidRequest("q must hold a letter or digit.")
    if len(words) > MAX_WORDS:
        raise InvalidRequest(f"q may have at most {MAX_WORDS} words.")
    return words


def _prices(once: dict[str, str]) -> Prices:
    low, high = (checks.amount(once, name) if name in once else None for name in ("price_min", "price_below"))
    return Prices(low, high)


def _sort(once: dict[str, str], words: tuple[str, ...]) -> str:
    sort = checks.choice(once, "sort", SORTS) if "sort" in once else RELEVANCE if words else NAME
    if sort == RELEVANCE and not words:
        raise InvalidRequest("sort=relevance needs words in q.")
    return sort


def _limit(once: dict[str, str]) -> int:
    limit = once.get("limit", "20")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MAX_LIMIT:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_LIMIT}.")
    return int(limit)


def _after(cursor: str, search: Search) -> tuple[Any, ...]:
    """The key and the ID of the previous page's last product. They are only compared."""
    try:
        fingerprint, key, product_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidRequest(_STRANGE) from None
    expected: tuple[type, ...] = (str,) if search.sort in (NAME, NEWEST) else (int, float)
    fits = type(key) in expected and type(product_id) is str
    if fingerprint != search.fingerprint or not fits:
        raise InvalidRequest(_STRANGE)
    return key, product_id


__all__ = ["PRICE", "Prices", "Search", "next_cursor", "search"]
