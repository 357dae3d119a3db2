"""Recommendations: what others bought together with what the shopper has, else best sellers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shoplib.core.errors import InvalidRequest
from shoplib.services.reviews.purchases import Purchase

# Products from the newest purchases that are asked for, and how many candidates are looked up in the catalog.
MAX_SEEDS, MAX_CANDIDATES, MAX_ANSWER = 50, 60, 20
DEFAULT_ANSWER = "8"
BOUGHT_TOGETHER, BEST_SELLER = "bought_together", "best_seller"
PURCHASES, NO_HISTORY = "purchases", "no_history"

Rows = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Suggestion:
    """`because` is the purchase that it is based on; a best seller has none."""

    product_id: str
    because: str | None = None


def limit(text: str | None) -> int:
    text = text or DEFAULT_ANSWER
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:3]) <= MAX_ANSWER:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_ANSWER}.")
    return int(text[:3])


def seeds(purchases: Iterable[Purchase]) -> list[str]:
    """The products of the newest purchases."""
    return list(dict.fromkeys(product for each in purchases for product in each.product_ids))[:MAX_SEEDS]


def suggest(seeds: list[str], related: Rows, best_sellers: Iterable[str], owned: frozenset[str]) -> list[Suggestion]:
    """Candidates, best first: by how likely each is bought with what the shopper has (the sum of the confidences), then
    by id; after them the best sellers. `owned` products are excluded."""
    because = dict(_related(seeds, related))
    ranked = [Suggestion(name, because.get(name)) for name in dict.fromkeys([*because, *best_sellers])]
    return [each for each in ranked if each.product_id not in owned][:MAX_CANDIDATES]


def _related(seeds: list[str], related: Rows) -> Iterator[tuple[str, str]]:
    """Related products, each with the seed of the highest confidence."""
    links: dict[str, list[tuple[Decimal, str]]] = {}
    for seed in seeds:
        for row in related.get(seed, []):
            links.setdefault(row["product_id"], []).append((Decimal(row["confidence"]), seed))
    for name, causes in sorted(links.items(), key=lambda link: (-sum(sure for sure, _ in link[1]), link[0])):
        yield name, max(causes, key=lambda cause: cause[0])[1]


def owned(purchases: Iterable[Purchase]) -> frozenset[str]:
    """What a shopper has, and its parent products."""
    return frozenset(name for each in purchases for name in (*each.product_ids, *each.subjects))


def answer(
    suggestions: list[Suggestion], products: Mapping[str, dict[str, Any]], owned: frozenset[str], limit: int
) -> dict[str, Any]:
    """The response: current names and prices, without discontinued products and variants of owned ones."""
    rows = [_row(each, products) for each in suggestions if each.product_id in products]
    rows = [row for row in rows if row["parent_id"] not in owned]
    return {"basis": PURCHASES, "recommendations": rows[:limit]}


def _row(suggestion: Suggestion, products: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    product = products[suggestion.product_id]
    fields = {name: product[name] for name in ("product_id", "name", "category", "price_minor", "currency")}
    cause = products.get(suggestion.because or "", {"name": None})
    because = suggestion.because and {"product_id": suggestion.because, "name": cause["name"]}
    why = BOUGHT_TOGETHER if suggestion.because else BEST_SELLER
    return {**fields, "parent_id": product.get("parent_id"), "why": why, "because": because}
