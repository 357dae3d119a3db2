"""Products, categories, and the words under which products are found."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core import checks, money
from shoplib.core.errors import InvalidRequest

MAX_PAGE = 100
MAX_IMPORT = 1_000
MAX_WORDS = 20
MAX_CATEGORY = 100
# A full cart of the dearest products still has a sum that an amount can be.
MAX_PRICE = 10**10
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Product:
    product_id: str
    name: str
    category: str
    price_minor: money.Amount
    currency: str
    description: str | None = None

    @property
    def words(self) -> frozenset[str]:
        return frozenset(words_of(f"{self.name} {self.category}")[:MAX_WORDS])


@dataclass(frozen=True)
class Search:
    """A request for products; `words` must all occur."""

    category: str | None
    words: tuple[str, ...]
    limit: int
    cursor: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Some products and where the next page starts; an empty `cursor` ends."""

    products: list[Product]
    cursor: tuple[str, ...] = ()


def product(entry: Any) -> Product:
    """A product from an import. InvalidRequest names the field that is wrong."""
    if not isinstance(entry, dict):
        raise InvalidRequest("A product must be an object.")
    price = checks.amount(entry, "price_minor")
    if not 0 <= price <= MAX_PRICE:
        raise InvalidRequest(f"price_minor must be from 0 to {MAX_PRICE}.")
    return Product(
        product_id=_product_id(entry),
        name=checks.text(entry, "name"),
        category=_category(entry),
        price_minor=price,
        currency=checks.currency(entry),
        description=checks.optional_text(entry, "description", maximum=2_000),
    )


def sort_out(entries: list[Any]) -> tuple[list[Product], list[dict[str, Any]]]:
    """The good products of an import (the last one of an id counts), and what is wrong with the others."""
    good: dict[str, Product] = {}
    rejected = []
    for index, entry in enumerate(entries):
        try:
            parsed = product(entry)
            good[parsed.product_id] = parsed
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    return list(good.values()), rejected


def words_of(text: str) -> list[str]:
    """The words of a text, folded: case and accents do not matter, order of first occurrence is kept."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return list(dict.fromkeys(_WORD.findall(plain)))


def search(query: Mapping[str, str]) -> Search:
    """The search in a request's query parameters."""
    limit = query.get("limit", "20")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MAX_PAGE:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_PAGE}.")
    text = checks.optional_text(query, "q") or ""
    words = tuple(words_of(text)[:MAX_WORDS])
    if text and not words:
        raise InvalidRequest("q must hold a letter or digit.")
    category = checks.optional_text(query, "category", maximum=MAX_CATEGORY)
    return Search(category, words, int(limit), _decode_cursor(query.get("cursor", "")))


def encode_cursor(cursor: tuple[str, ...]) -> str | None:
    """A cursor as clients see it: opaque."""
    if not cursor:
        return None
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()


def _decode_cursor(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    try:
        opened = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error, RecursionError):
        opened = None
    if not isinstance(opened, list) or len(opened) != 2 or not _are_keys(*opened):
        raise InvalidRequest("cursor must be the next_cursor of an earlier page.")
    return tuple(opened)


def _are_keys(category: Any, product_id: Any) -> bool:
    """Whether a product can have both: each is as its own rule leaves it."""
    keys = {"category": category, "product_id": product_id}
    try:
        return (_category(keys), _product_id(keys)) == (category, product_id)
    except InvalidRequest:
        return False


def _category(source: Mapping[str, Any]) -> str:
    return checks.text(source, "category", maximum=MAX_CATEGORY)


def _product_id(source: Mapping[str, Any]) -> str:
    return checks.identifier(source, "product_id", maximum=64)
