"""What goes with a product, for its page; and the nightly refresh from what was bought."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import http, telemetry
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
    removed = store.replace(domain.item(product, goes_with) for product, goes_with in related.items())
    telemetry.count("ProductsWithRelated", len(related))
    return {"orders": len(baskets), "products": len(related), "removed": removed}


handler = http.rest_handler(router)
refresh = telemetry.instrument(refresh_related)
