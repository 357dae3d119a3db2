"""A product with its variants: one row of the index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shoplib.core import money
from shoplib.core.products import Product
from shoplib.core.words import words_of

# How much a word in each column of the index says, against the others.
WEIGHTS = {"name": 10, "brand": 6, "category": 4, "options": 3, "specifications": 2, "description": 1}
CATEGORY, BRAND, PRICE, OPTION, SPECIFICATION = "category", "brand", "price", "option.", "spec."


@dataclass(frozen=True)
class Family:
    """A product and its items for sale: its variants, or itself."""

    product: Product
    sold: tuple[Product, ...]

    @property
    def options(self) -> dict[str, list[str]]:
        """Each option's values, in the order of the variants."""
        values: dict[str, dict[str, None]] = {}
        for each in self.sold:
            for name, value in each.options.items():
                values.setdefault(name, {})[value] = None
        return {name: list(different) for name, different in values.items()}


def family(product: Product | None, members: Mapping[str, Product]) -> Family | None:
    """A product with its existing variants; None if it does not exist, is a variant itself, or has only missing
    variants.
    """
    if not product or product.parent_id:
        return None
    if not product.variant_ids:
        return Family(product, (product,))
    variants = [members[each] for each in product.variant_ids if each in members]
    sold = tuple(each for each in variants if each.parent_id == product.product_id)
    return Family(product, sold) if sold else None


def card(family: Family) -> dict[str, Any]:
    """A product in a search response."""
    product, prices = family.product, [each.price_minor for each in family.sold]
    names = ("product_id", "name", "category", "description", "brand", "image_url", "currency", "listed_at")
    return {name: getattr(product, name) for name in names} | {
        "price_minor": money.to_json(min(prices)),
        "max_price_minor": money.to_json(max(prices)),
        "has_variants": bool(product.variant_ids),
        "options": family.options,
        "specifications": dict(product.specifications),
    }


def texts(family: Family) -> dict[str, str]:
    """Normalized words by index column."""
    product, options = family.product, [value for values in family.options.values() for value in values]
    specifications = [text for pair in product.specifications.items() for text in pair]
    return {
        "name": _folded([product.name]),
        "brand": _folded([product.brand or ""]),
        "category": _folded([product.category]),
        "options": _folded(options),
        "specifications": _folded(specifications),
        "description": _folded([product.description or ""]),
    }


def _folded(parts: Iterable[str]) -> str:
    return " ".join(words_of(" ".join(parts)))


def values(family: Family, sold: Product) -> list[tuple[str, str]]:
    """The (field, value) pairs by which filters find an item, including its category's ancestors."""
    product = family.product
    parts = product.category.split("/")
    branches = [(CATEGORY, "/".join(parts[: depth + 1])) for depth in range(len(parts))]
    brand = [(BRAND, product.brand)] if product.brand else []
    options = [(OPTION + name, value) for name, value in sold.options.items()]
    return [*branches, *brand, *options, *((SPECIFICATION + name, value) for name, value in specifications(product))]


def specifications(product: Product) -> Iterable[tuple[str, str]]:
    return product.specifications.items()


def thousandths(price: money.Amount) -> int:
    """An amount as an exact integer: prices have at most three decimal places."""
    return int(Decimal(price) * 1_000)
