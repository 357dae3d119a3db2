"""Products, and how they are found by category and by words of their names."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoplib.core import checks, money
from shoplib.core.errors import InvalidRequest
from shoplib.core.products import Product
from shoplib.core.words import words_of
from shoplib.services.catalog.categories import MAX_PATH, breadcrumb, category

MAX_PAGE = 100
MAX_WORDS = 20
# Items of the table that one page of a scan looks at. DynamoDB reads a megabyte at once, whichever comes first.
MAX_SCAN = 10_000
_OF_A_PRICE = ("product_id", "name", "category", "price_minor", "currency")
_OF_A_ROW = (*_OF_A_PRICE, "description", "brand", "image_url", "parent_id", "listed_at")
_OF_A_VARIANT = ("product_id", "name", "price_minor", "currency", "image_url")


def words(product: Product) -> frozenset[str]:
    """Words that find a product; a variant is found by its parent."""
    text = "" if product.parent_id else f"{product.name} {product.category}"
    return frozenset(words_of(text)[:MAX_WORDS])


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


def row(product: Product) -> dict[str, Any]:
    """A product in a list."""
    return {name: getattr(product, name) for name in _OF_A_ROW} | {"has_variants": bool(product.variant_ids)}


def page(product: Product, variants: Sequence[Product]) -> dict[str, Any]:
    """A product on its own page: a row, and specifications, the values of each option, the variants, and the way to
    its category. A variant has its siblings as `variants`, and its own options as `selected_options`."""
    return {
        **row(product),
        "specifications": dict(product.specifications),
        "options": _values(variants),
        "selected_options": dict(product.options),
        "variants": [_variant(each) for each in variants],
        "breadcrumb": breadcrumb(product.category),
    }


def _variant(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in _OF_A_VARIANT} | {"options": dict(product.options)}


def _values(variants: Sequence[Product]) -> dict[str, list[str]]:
    """Each option's values, in the order in which variants have them."""
    values: dict[str, dict[str, None]] = {}
    for each in variants:
        for name, value in each.options.items():
            values.setdefault(name, {})[value] = None
    return {name: list(different) for name, different in values.items()}


def priced(product: Product, *, details: bool = False) -> dict[str, Any]:
    """What other services need of a product. One with `variants` is not sold itself, these are; a variant has its
    `parent_id`. `details` are for whoever shows it to people."""
    known = {name: getattr(product, name) for name in _OF_A_PRICE} | {"price_minor": money.to_json(product.price_minor)}
    family = {"variants": list(product.variant_ids), "parent_id": product.parent_id}
    more = {"description": product.description, "image_url": product.image_url} if details else {}
    return known | {name: value for name, value in (family | more).items() if value}


def search(query: Mapping[str, str]) -> Search:
    """The search in a request's query parameters."""
    limit = query.get("limit", "20")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MAX_PAGE:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_PAGE}.")
    text = checks.optional_text(query, "q") or ""
    words = tuple(words_of(text)[:MAX_WORDS])
    if text and not words:
        raise InvalidRequest("q must hold a letter or digit.")
    branch = checks.optional_text(query, "category", maximum=MAX_PATH)
    return Search(branch, words, int(limit), _decode_cursor(query.get("cursor", "")))


def encode_cursor(cursor: tuple[str, ...]) -> str | None:
    """A cursor as clients see it: opaque."""
    if not cursor:
        return None
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()


def scan_start(command: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of the item after which a scan goes on, from the cursor of the last page; empty at the start."""
    opened = _opened(checks.optional_text(command, "cursor", maximum=4_000) or "")
    return tuple(checks.identifier({"cursor": each}, "cursor", maximum=2_000) for each in opened)


def _decode_cursor(text: str) -> tuple[str, ...]:
    opened = _opened(text)
    if opened and not _are_keys(*opened):
        raise _strange_cursor()
    return tuple(opened)


def _opened(text: str) -> list[Any]:
    """The two parts of a cursor, whatever they are; none of an empty one."""
    try:
        opened = json.loads(base64.urlsafe_b64decode(text.encode())) if text else []
    except (ValueError, binascii.Error, RecursionError):
        opened = None
    if not isinstance(opened, list) or len(opened) not in (0, 2):
        raise _strange_cursor()
    return opened


def _strange_cursor() -> InvalidRequest:
    return InvalidRequest("cursor must be the next_cursor of an earlier page.")


def _are_keys(path: Any, id: Any) -> bool:
    """Whether a product can have both: each is as its own rule leaves it."""
    keys = {"category": path, "product_id": id}
    try:
        return (category(keys), product_id(keys)) == (path, id)
    except InvalidRequest:
        return False


def product_id(source: Mapping[str, Any]) -> str:
    """The required id in `product_id`."""
    return checks.identifier(source, "product_id", maximum=64)
