"""Categories and products; for other services and the back office prices, all products, import (direct invokes)."""

from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import catalogs, checks, clock, commands, events, health, http, ids, telemetry
from shoplib.core.products import Product
from shoplib.services.catalog import domain, importing, store
from shoplib.services.catalog.categories import tree

router = Router()


@router.get("/categories")
def categories() -> Response[str]:
    paths = store.categories()
    return http.answer(200, {"categories": paths, "tree": tree(paths)})


@router.get("/products")
def products() -> Response[str]:
    search = domain.search(router.current_event.query_string_parameters or {})
    page = store.find(search)
    if search.words and not search.cursor:
        _emit("search", category=search.category, props={"q": " ".join(search.words), "results": len(page.products)})
    rows = [domain.row(product) for product in page.products]
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
    return http.answer(200, domain.page(item, store.variants(item)))


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"catalog table": store.is_reachable})


def _emit(name: str, **fields: Any) -> None:
    store.emit(events.new(name, http.visit(router), event_id=ids.new_id(), at=clock.now(), **fields))


handler = http.rest_handler(router)


def present_prices(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"product_ids": [...]} -> {"products": [{product_id, name, category, price_minor, currency}]}; with
    {"details": true} a product has its `description` and `image_url`, too.

    Unknown ids are left out; amounts are in their JSON form. A product with `variants` is sold as one of these ids; one
    with `parent_id` is a variant of that product.
    """
    priced = store.products(checks.objects(event, "product_ids", maximum=domain.MAX_PAGE))
    details = checks.flag(event, "details")
    return {"products": [domain.priced(product, details=details) for product in priced.values()]}


prices = telemetry.instrument(present_prices)


def scan_products(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"cursor"?} -> {"products": [...], "cursor"}: all products of the catalog, page by page (`core.catalogs`)."""
    return commands.answer(_page, event)


def _page(event: dict[str, Any]) -> dict[str, Any]:
    products, cursor = store.scan(domain.scan_start(event), domain.MAX_SCAN)
    return catalogs.answer(products, domain.encode_cursor(cursor))


list_products = telemetry.instrument(scan_products)


def change_products(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"products": [...], "remove": [ids]} -> {"imported": n, "rejected": [{index, error}]}, and {"removed": n} if
    something was to be. Each product is as `importing` says."""
    good, rejected = _sort_out(event)
    remove = _ids(event) if "remove" in event else []
    change = importing.change(good, remove, old := _touched(good, remove), clock.timestamp(clock.now()))
    store.put(change.new, change.leaving, old)
    telemetry.count("ProductsImported", len(good))
    answer = {"imported": len(good), "rejected": rejected}
    return answer | ({"removed": len(change.leaving)} if "remove" in event else {})


def _sort_out(event: dict[str, Any]) -> tuple[list[Product], list[dict[str, Any]]]:
    if "remove" in event and "products" not in event:
        return [], []
    return importing.sort_out(checks.objects(event, "products", maximum=importing.MAX_IMPORT))


def _ids(event: dict[str, Any]) -> list[str]:
    entries = checks.objects(event, "remove", maximum=importing.MAX_IMPORT)
    return [domain.product_id({"product_id": each}) for each in entries]


def _touched(products: Iterable[Product], remove: Iterable[str]) -> dict[str, Product]:
    """All that an import replaces or removes, as it is now: what is named, and its variants."""
    heads = store.products([*(each.product_id for each in products), *remove])
    return heads | store.products(id for each in heads.values() for id in each.variant_ids if id not in heads)


import_products = telemetry.instrument(change_products)
