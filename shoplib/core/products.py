"""A product of the catalog, as its table holds it and the table's stream tells it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shoplib.core import money

KEY_PREFIX = "PRODUCT#"
# A variant's category, under a name that the index of categories does not know: lists show the parent.
_CATEGORY_OF_VARIANT = "variant_category"
# A map of DynamoDB has no order; these have.
_PAIRS = ("specifications", "options")


@dataclass(frozen=True)
class Product:
    """What the shop sells. One that comes in sizes or colours is sold as its variants, which are products of their
    own: it has their `variant_ids` and the lowest of their prices, each of them its `parent_id` and `options`."""

    product_id: str
    name: str
    category: str
    price_minor: money.Amount
    currency: str
    description: str | None = None
    brand: str | None = None
    image_url: str | None = None
    specifications: Mapping[str, str] = field(default_factory=dict)
    variant_ids: tuple[str, ...] = ()
    parent_id: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    listed_at: str | None = None

    def replace(self, **changes: Any) -> "Product":
        return dataclasses.replace(self, **changes)


def key(product_id: str) -> dict[str, str]:
    """The key of a product in the catalog's table."""
    return {"pk": f"{KEY_PREFIX}{product_id}", "sk": "PRODUCT"}


def to_item(product: Product) -> dict[str, Any]:
    """A product as an item, without what is not said of it."""
    present = {name: value for name, value in vars(product).items() if value not in (None, {}, ())}
    present |= {name: [list(pair) for pair in present[name].items()] for name in _PAIRS if name in present}
    if product.parent_id:
        present[_CATEGORY_OF_VARIANT] = present.pop("category")
    return {**key(product.product_id), **present}


def from_item(item: Mapping[str, Any]) -> Product:
    """The product that an item is."""
    names = [each.name for each in dataclasses.fields(Product) if each.name in item]
    values: dict[str, Any] = {"category": item.get(_CATEGORY_OF_VARIANT)} | {name: item[name] for name in names}
    values |= {name: dict(values[name]) for name in _PAIRS if name in values}
    values |= {"price_minor": money.parse(item["price_minor"]), "variant_ids": tuple(item.get("variant_ids", ()))}
    return Product(**values)
