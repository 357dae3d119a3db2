"""Which products are bought together more often than by chance; `analytics.related_products` defines it alike."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from shoplib.core import checks
from shoplib.core.errors import NotFound

# Of the newest days with events: what was bought years ago says little of what goes together now.
DAYS = 90
# Orders with both; fewer may be chance.
FEWEST = 10
MOST = 5
# What sells best is a row beside the products'. A product's id is stripped, so none has this one.
BEST_SELLERS, MOST_BEST_SELLERS = " best sellers ", 40
MAX_ASKED = 50

Basket = frozenset[str]


@dataclass(frozen=True)
class Related:
    """A product that goes with another one: `orders` with both, their share of the orders with the other one
    (`confidence`), and how many times more often than by chance they meet (`lift`)."""

    product_id: str
    orders: int
    confidence: Fraction
    lift: Fraction


def rank_related(baskets: Iterable[Basket], fewest: int = FEWEST, most: int = MOST) -> dict[str, list[Related]]:
    """For each product the up to `most` products that at least `fewest` orders have in common with it and that meet it
    more often than by chance: most common orders first, of equal ones the higher lift, then by id."""
    every = [basket for basket in baskets if basket]
    sizes = Counter(product for basket in every for product in basket)
    # A product in fewer orders cannot be in a pair: leaving it out first keeps the pairs few.
    frequent = {product for product, orders in sizes.items() if orders >= fewest}
    together = Counter(pair for basket in every for pair in combinations(sorted(basket & frequent), 2))
    by_product: dict[str, list[Related]] = {}
    for (one, other), orders in together.items():
        lift = Fraction(orders * len(every), sizes[one] * sizes[other])
        if orders >= fewest and lift > 1:
            by_product.setdefault(one, []).append(Related(other, orders, Fraction(orders, sizes[one]), lift))
            by_product.setdefault(other, []).append(Related(one, orders, Fraction(orders, sizes[other]), lift))
    return {product: sorted(rivals, key=_rank)[:most] for product, rivals in by_product.items()}


def _rank(one: Related) -> tuple[int, Fraction, str]:
    return -one.orders, -one.lift, one.product_id


def item(product_id: str, goes_with: Iterable[Related]) -> dict[str, Any]:
    """A product's row of the table, shares to four decimals."""
    rows = [
        {
            "product_id": one.product_id,
            "orders": one.orders,
            "confidence": _decimal(one.confidence),
            "lift": _decimal(one.lift),
        }
        for one in goes_with
    ]
    return {"product_id": product_id, "related": rows}


def best_sellers(baskets: Iterable[Basket]) -> dict[str, Any]:
    """The row of the products that most orders have: most orders first, of equal ones by id."""
    orders = Counter(product for basket in baskets for product in basket)
    ranked = sorted(orders.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_BEST_SELLERS]
    return {"product_id": BEST_SELLERS, "related": [{"product_id": name, "orders": count} for name, count in ranked]}


def product_ids(command: Mapping[str, Any]) -> list[str]:
    """The different products that a command asks for."""
    entries = checks.objects(command, "product_ids", maximum=MAX_ASKED)
    return list(dict.fromkeys(checks.identifier({"product_id": each}, "product_id", maximum=64) for each in entries))


def lookup(product_ids: Iterable[str], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What another service is told: what goes with each product, and what sells best, by ids alone."""
    related = {name: [_shares(one) for one in rows.get(name, {}).get("related", [])] for name in product_ids}
    best = [one["product_id"] for one in rows.get(BEST_SELLERS, {}).get("related", [])]
    return {"related": {name: several for name, several in related.items() if several}, "best_sellers": best}


def _shares(one: Mapping[str, Any]) -> dict[str, Any]:
    orders, confidence, lift = int(one["orders"]), float(one["confidence"]), float(one["lift"])
    return {"product_id": one["product_id"], "orders": orders, "confidence": confidence, "lift": lift}


def _decimal(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / number.denominator).quantize(Decimal("0.0001"))


def answer(product_id: str, row: Mapping[str, Any], products: Mapping[str, Any]) -> dict[str, Any]:
    """What a shopper sees: related products under their present names and prices; what is no longer sold is left out.

    Raises NotFound for a product that the catalog does not have.
    """
    if product_id not in products:
        raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
    rows = [
        products[one["product_id"]] | _shares(one) for one in row.get("related", []) if one["product_id"] in products
    ]
    return {"product_id": product_id, "related": rows}
