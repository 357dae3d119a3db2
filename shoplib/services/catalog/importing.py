"""What the back office may say of a product, checked field by field.

An entry is a product: {product_id, name, category, price_minor, currency, and if there is more to say description,
brand, image_url, specifications, variants}. A product that is sold in sizes or colours has `variants`, each
{product_id, options, and where they differ name, price_minor, image_url}: products of their own, which alone are sold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core import checks, money
from shoplib.core.errors import InvalidRequest
from shoplib.core.products import Product
from shoplib.services.catalog.categories import category
from shoplib.services.catalog.domain import product_id

MAX_IMPORT = 1_000
MAX_VARIANTS = 50
MAX_OPTIONS = 3
MAX_SPECIFICATIONS = 30
MAX_DESCRIPTION = 2_000
# A full cart of the dearest products still has a sum that an amount can be.
MAX_PRICE = 10**10
_FIELDS = frozenset(["product_id", "name", "category", "price_minor", "currency", "description", "brand", "image_url"])
_OF_A_PRODUCT = _FIELDS | {"specifications", "variants"}
_OF_A_VARIANT = frozenset(("product_id", "options", "name", "price_minor", "image_url"))
_IMAGE = re.compile(r"(https://[^/\s]+|)/[^/\s]\S*")


def sort_out(entries: list[Any]) -> tuple[list[Product], list[dict[str, Any]]]:
    """The good products of an import with their variants (the last one of an id counts), and what is wrong with the
    others."""
    good: dict[str, list[Product]] = {}
    rejected = []
    for index, entry in enumerate(entries):
        try:
            family = products(entry)
            _refuse_taken(family, [each for name, each in good.items() if name != family[0].product_id])
            good[family[0].product_id] = family
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    if sum(map(len, good.values())) > MAX_IMPORT:
        raise InvalidRequest(f"An import may have at most {MAX_IMPORT} products, variants included; send several.")
    return [each for family in good.values() for each in family], rejected


def products(entry: Any) -> list[Product]:
    """The product of an entry, and its variants after it. InvalidRequest names the field that is wrong."""
    if not isinstance(entry, dict):
        raise InvalidRequest("A product must be an object.")
    _refuse_unknown(entry, _OF_A_PRODUCT)
    parent = Product(
        product_id=product_id(entry),
        name=checks.text(entry, "name"),
        category=category(entry),
        price_minor=_price(entry),
        currency=checks.currency(entry),
        description=checks.optional_text(entry, "description", maximum=MAX_DESCRIPTION),
        brand=checks.optional_text(entry, "brand", maximum=100),
        image_url=_image_url(entry),
        specifications=_pairs(entry, "specifications", MAX_SPECIFICATIONS) if entry.get("specifications") else {},
    )
    return _family(parent, entry["variants"]) if entry.get("variants") is not None else [parent]


def _family(parent: Product, entries: Any) -> list[Product]:
    checks.objects({"variants": entries}, "variants", maximum=MAX_VARIANTS)
    variants = [_variant(parent, entry, f"variants[{place}]") for place, entry in enumerate(entries)]
    if len({tuple(each.options) for each in variants}) > 1:
        raise InvalidRequest("variants must all have the same options, in the same order.")
    if len({tuple(each.options.values()) for each in variants}) < len(variants):
        raise InvalidRequest("variants must differ in their options.")
    ids = tuple(each.product_id for each in variants)
    if len({parent.product_id, *ids}) <= len(ids):
        raise InvalidRequest("variants must have product_ids of their own.")
    lowest = min(each.price_minor for each in variants)
    return [parent.replace(price_minor=lowest, variant_ids=ids), *variants]


def _variant(parent: Product, entry: Any, where: str) -> Product:
    try:
        if not isinstance(entry, dict):
            raise InvalidRequest("a variant must be an object.")
        _refuse_unknown(entry, _OF_A_VARIANT)
        options = _pairs(entry, "options", MAX_OPTIONS)
        name = entry.get("name", f"{parent.name}, {', '.join(options.values())}")
        return parent.replace(
            product_id=product_id(entry),
            name=checks.text({"name": name}, "name"),
            price_minor=_price(entry) if "price_minor" in entry else parent.price_minor,
            image_url=_image_url(entry) or parent.image_url,
            parent_id=parent.product_id,
            options=options,
        )
    except InvalidRequest as error:
        raise InvalidRequest(f"{where}: {error.message}") from None


def _refuse_unknown(entry: Mapping[str, Any], known: Iterable[str]) -> None:
    if unknown := sorted(set(map(str, entry)) - set(known)):
        raise InvalidRequest(f"{unknown[0][:50]} is no field of a product that can be set; those are {_listed(known)}.")


def _refuse_taken(family: list[Product], others: Iterable[list[Product]]) -> None:
    ids = {each.product_id for other in others for each in other}
    for each in family:
        if each.product_id in ids:
            raise InvalidRequest(f"{each.product_id} is another product of this import.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _price(entry: Mapping[str, Any]) -> money.Amount:
    price = checks.amount(entry, "price_minor")
    if not 0 <= price <= MAX_PRICE:
        raise InvalidRequest(f"price_minor must be from 0 to {MAX_PRICE}.")
    return price


def _image_url(entry: Mapping[str, Any]) -> str | None:
    url = checks.optional_text(entry, "image_url", maximum=500)
    if url and not _IMAGE.fullmatch(url):
        raise InvalidRequest("image_url must begin with https:// or be a path from the page's top, as /images/mug.svg.")
    return url


def _pairs(entry: Mapping[str, Any], field: str, maximum: int) -> dict[str, str]:
    """Names and values, in the order in which they came."""
    pairs = checks.mapping(entry, field)
    if not 1 <= len(pairs) <= maximum:
        raise InvalidRequest(f"{field} must have 1 to {maximum} names with a text each.")
    return {_name(name, field): _value(pairs, name, field) for name in pairs}


def _name(name: str, field: str) -> str:
    return checks.text({f"a name of {field}": name}, f"a name of {field}", maximum=40)


def _value(pairs: Mapping[str, Any], name: str, field: str) -> str:
    return checks.text({f"{field}.{name[:40]}": pairs[name]}, f"{field}.{name[:40]}", maximum=100)


@dataclass(frozen=True)
class Change:
    """What an import makes of the catalog: products that are `new` or replaced, and those that are `leaving`."""

    new: list[Product]
    leaving: list[Product]


def change(new: Iterable[Product], remove: Iterable[str], old: Mapping[str, Product], at: str) -> Change:
    """The change that `new` products and ids to `remove` are, given all that they touch as it was (`old`).

    A product that stays keeps its day of listing. InvalidRequest when a product would be taken from its family."""
    products = {each.product_id: each for each in new}
    ids = dict.fromkeys(each for each in remove if each in old)
    for id in [*products, *ids]:
        if id in old:
            _refuse_parting(old[id], products)
            ids |= dict.fromkeys(old[id].variant_ids)
    leaving = [old[id] for id in ids if id in old and id not in products]
    return Change([each.replace(listed_at=_listed_at(each, old, at)) for each in products.values()], leaving)


def _refuse_parting(was: Product, products: Mapping[str, Product]) -> None:
    """A variant changes with its parent alone, of which it would be missed."""
    becomes = products.get(was.product_id)
    if was.parent_id and was.parent_id not in products and not (becomes and becomes.parent_id == was.parent_id):
        raise InvalidRequest(f"{was.product_id} is a variant of {was.parent_id}; change that product's variants.")


def _listed_at(product: Product, old: Mapping[str, Product], at: str) -> str:
    return (old[product.product_id].listed_at if product.product_id in old else None) or at
