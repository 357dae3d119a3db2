"""What goes with a product, for its page and for other services; and the nightly refresh from what was bought."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import commands, http, telemetry
from shoplib.services.recommendations import domain, store

router = Router()


@router.get("/products/<product_id>/related")
def related(product_id: str) -> Response[str]:
    product_id = http.path_value(product_id)
    row = store.row(product_id)
    others = [one["product_id"] for one in row.get("related", [])]
    return http.answer(200, domain.answer(product_id, row, store.products([product_id, *others])))


def refresh_related(_event: Any, _context: Any) -> dict[str, Any]:
    """Counts the lake's baskets anew: {"orders": n, "products": with something related, "removed": without it now}."""
    baskets = store.baskets(domain.DAYS)
    related = domain.rank_related(baskets)
    rows = [domain.item(product, goes_with) for product, goes_with in related.items()]
    removed = store.replace([*rows, domain.best_sellers(baskets)])
    telemetry.count("ProductsWithRelated", len(related))
    return {"orders": len(baskets), "products": len(related), "removed": removed}


def look_up_related(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"product_ids": [...]} -> {"related": {product_id: [{product_id, orders, confidence, lift}]}, "best_sellers":
    [product_id]}, for other services."""
    return commands.answer(_look_up, command)


def _look_up(command: dict[str, Any]) -> dict[str, Any]:
    names = domain.product_ids(command)
    return domain.lookup(names, store.rows([*names, domain.BEST_SELLERS]))


handler = http.rest_handler(router)
look_up = telemetry.instrument(look_up_related)
refresh = telemetry.instrument(refresh_related)
