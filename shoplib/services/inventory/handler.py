"""What is in stock, for shoppers and staff over HTTP; commands of the orders service; the operator's levels."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, commands, http, stock, telemetry
from shoplib.core.errors import NotFound
from shoplib.services.inventory import domain, reserving, store

router = Router()


@router.get("/stock/<product_id>")
def product(product_id: str) -> Response[str]:
    name = http.path_value(product_id)
    level = store.levels([name]).get(name)
    if not level:
        raise NotFound("no_such_product", f"There is no stock of a product {name}.")
    return http.answer(200, domain.to_response(level, reserving.today()))


@router.get("/stock")
def products() -> Response[str]:
    names = domain.product_ids(http.query(router, "product_id"))
    levels = store.levels(names)
    views = [domain.to_response(levels[name], reserving.today()) for name in names if name in levels]
    return http.answer(200, {"stock": views, "unknown": [name for name in names if name not in levels]})


handler = http.http_handler(router)


desk = Router()


@desk.get("/warehouse/stock/<product_id>")
def level(product_id: str) -> Response[str]:
    """The level of a product as the staff see it."""
    _require_staff()
    return http.answer(200, asdict(_level(http.path_value(product_id))))


@desk.put("/warehouse/stock/<product_id>")
def count(product_id: str) -> Response[str]:
    """{"available", "before", "available_from", "backorder_by"}: `before` is how many there were when somebody looked,
    null for a new product."""
    _require_staff()
    body, name = http.body(desk), http.path_value(product_id)
    before = None if body.get("before") is None else checks.integer(body, "before", low=0, high=stock.MAX_PIECES)
    store.count_level(domain.level_to_set({**body, "product_id": name}), before)
    telemetry.count("LevelsCounted")
    return http.answer(200, asdict(_level(name)))


def _level(product_id: str) -> domain.Level:
    known = store.levels([product_id]).get(product_id)
    if not known:
        raise NotFound("no_such_product", f"There is no stock of a product {product_id}.")
    return known


def _require_staff() -> None:
    store.directory().staff_of(http.header(desk, "Authorization"))


shelves = http.http_handler(desk)


def read_levels(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"product_ids": [...]} -> {"stock": [{product_id, status, available, expected?, message}]}, for others."""
    return commands.answer(_levels, command)


def _levels(command: dict[str, Any]) -> dict[str, Any]:
    names = checks.objects(command, "product_ids", maximum=domain.MAX_ASKED)
    levels = store.levels({checks.identifier({"product_id": each}, "product_id", maximum=64) for each in names})
    return {"stock": [domain.to_response(level, reserving.today()) for level in levels.values()]}


stock_levels = telemetry.instrument(read_levels)


def take_stock(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"commands": [{operation: reserve | sell, reservation_id, pieces}]} -> {"outcomes": [...]}, one for each."""
    return _outcomes(event, (stock.RESERVE, stock.SELL))


reserve_stock = telemetry.instrument(take_stock)


def give_stock(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"commands": [{operation: release | ship | restock, reservation_id, pieces}]} -> {"outcomes": [...]}."""
    return _outcomes(event, (stock.RELEASE, stock.SHIP, stock.RESTOCK))


release_stock = telemetry.instrument(give_stock)


def _outcomes(event: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    def carry_out(entry: Any) -> dict[str, Any]:
        return reserving.carry_out(stock.parse(entry, operations)).to_message()

    entries = checks.objects(event, "commands", maximum=stock.MAX_COMMANDS)
    return {"outcomes": [commands.answer(carry_out, entry) for entry in entries]}


def put_stock(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"stock": [{product_id, available, available_from, backorder_by}]} -> {"set": n, "rejected": [...]}."""
    levels, rejected = domain.levels_to_set(checks.objects(event, "stock", maximum=domain.MAX_STOCK_ENTRIES))
    store.set_levels(list(levels.values()))
    return {"set": len(levels), "rejected": rejected}


set_stock = telemetry.instrument(put_stock)
