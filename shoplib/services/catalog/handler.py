"""Categories, products, search; and for other services and the back office: prices and import (direct invokes)."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, clock, events, health, http, ids, money, telemetry
from shoplib.services.catalog import domain, store

router = Router()


@router.get("/categories")
def categories() -> Response[str]:
    return http.answer(200, {"categories": store.categories()})


@router.get("/products")
def products() -> Response[str]:
    search = domain.search(router.current_event.query_string_parameters or {})
    page = store.find(search)
    if search.words and not search.cursor:
        _emit("search", category=search.category, props={"q": " ".join(search.words), "results": len(page.products)})
    rows = [asdict(product) for product in page.products]
    return http.answer(200, {"products": rows, "next_cursor": domain.encode_cursor(page.cursor)})


@router.get("/products/<product_id>")
def product(product_id: str) -> Response[str]:
    item = store.product(http.path_value(product_id))
    _emit(
        "view_item",
        product_id=item.product_id,
        product_name=item.name,
        category=item.category,
        price_minor=item.price_minor,
        currency=item.currency,
    )
    return http.answer(200, asdict(item))


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"catalog table": store.is_reachable})


def _emit(name: str, **fields: Any) -> None:
    store.emit(events.new(name, http.visit(router), event_id=ids.new_id(), at=clock.now(), **fields))


handler = http.rest_handler(router)


def present_prices(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"product_ids": [...]} -> {"products": [{product_id, name, category, price_minor, currency}]}.

    Unknown ids are left out; amounts are in their JSON form.
    """
    priced = store.products(checks.objects(event, "product_ids", maximum=domain.MAX_PAGE))
    names = ("product_id", "name", "category", "price_minor", "currency")
    return {"products": [_json({name: getattr(product, name) for name in names}) for product in priced.values()]}


def add_products(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"products": [...]} -> {"imported": n, "rejected": [{index, error}]}."""
    good, rejected = domain.sort_out(checks.objects(event, "products", maximum=domain.MAX_IMPORT))
    store.add(good)
    telemetry.count("ProductsImported", len(good))
    return {"imported": len(good), "rejected": rejected}


def _json(product: dict[str, Any]) -> dict[str, Any]:
    return {**product, "price_minor": money.to_json(product["price_minor"])}


prices = telemetry.instrument(present_prices)
import_products = telemetry.instrument(add_products)
