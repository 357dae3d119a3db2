"""Levels of stock, and the marks of reservations.

Stock and the mark of why it moved change in ONE transaction, so however often a step is repeated it has one effect.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3

from shoplib.core import config, members, transactions
from shoplib.core.errors import Conflict, Unavailable
from shoplib.core.stock import Pieces
from shoplib.core.transactions import ATTEMPTS, Write, pause
from shoplib.services.inventory import domain
from shoplib.services.inventory.config import ReservationsConfig, StaffConfig, StockConfig
from shoplib.services.inventory.domain import Level, Mark, Shift, Shifts

_READ_SIZE, _SET_SIZE = 100, 50


@cache
def dynamodb() -> Any:
    return boto3.resource("dynamodb")


@cache
def functions() -> Any:
    return boto3.client("lambda")


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(StaffConfig).members_function_name)


def busy() -> Unavailable:
    """Others kept changing the same products."""
    return Unavailable("stock_busy", f"No quiet moment in {ATTEMPTS} attempts; try again.")


def levels(product_ids: Iterable[str]) -> dict[str, Level]:
    """The levels of those of the products that there are."""
    keys = [{"product_id": product_id} for product_id in product_ids]
    items = [item for first in range(0, len(keys), _READ_SIZE) for item in _read(keys[first : first + _READ_SIZE])]
    return {item["product_id"]: _level(item) for item in items}


def _read(keys: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    table = config.load(StockConfig).stock_table_name
    query = {table: {"Keys": keys, "ConsistentRead": True}}
    for attempt in range(ATTEMPTS):
        pause(attempt)
        answer = dynamodb().batch_get_item(RequestItems=query)
        yield from answer["Responses"].get(table, [])
        query = answer.get("UnprocessedKeys")
        if not query:
            return
    raise busy()


def _level(item: dict[str, Any]) -> Level:
    known = {name: value for name, value in item.items() if name in Level.__dataclass_fields__}
    return Level(**known | {name: int(item.get(name, 0)) for name in Shift.__dataclass_fields__})


def set_levels(levels: list[Level]) -> None:
    """Sets the available pieces of products, and how they are sold ahead; what is reserved or owed stays."""
    for first in range(0, len(levels), _SET_SIZE):
        _transact([_set(level) for level in levels[first : first + _SET_SIZE]])


def count_level(level: Level, before: int | None) -> None:
    """Sets a level of which somebody saw `before` available pieces (None: no such product). Conflict if it has changed
    since: pieces that were sold meanwhile must not come back."""
    write = _set(level)["Update"]
    seen = "attribute_not_exists(product_id)" if before is None else "available = :before"
    values = write["ExpressionAttributeValues"] | ({} if before is None else {":before": before})
    if _transact([{"Update": {**write, "ConditionExpression": seen, "ExpressionAttributeValues": values}}]):
        raise Conflict("stock_changed", "The stock has changed meanwhile; look again.")


def _set(level: Level) -> Write:
    days = {"available_from": level.available_from, "backorder_by": level.backorder_by}
    values = {":available": level.available, **{f":{name}": day for name, day in days.items() if day}}
    assigned = [f"{name[1:]} = {name}" for name in values]
    absent = [name for name, day in days.items() if not day]
    expression = f"SET {', '.join(assigned)}" + (f" REMOVE {', '.join(absent)}" if absent else "")
    return _stock(level.product_id, {"UpdateExpression": expression, "ExpressionAttributeValues": values})


def find(part: Mark) -> Mark | None:
    """A part as it stands, if it does."""
    table = dynamodb().Table(config.load(ReservationsConfig).reservations_table_name)
    item = table.get_item(Key=_key(part), ConsistentRead=True).get("Item")
    return _mark(part, item) if item else None


def require(part: Mark) -> Mark:
    """A part that stands already; marks are never deleted."""
    mark = find(part)
    if not mark:
        raise LookupError(f"The mark of {part.reservation_id} was there a moment ago.")
    return mark


def add(mark: Mark, shifts: Shifts, today: str | None = None) -> list[str] | None:
    """Moves the stock of a part and leaves its mark, once. Answers the products that have too little: then nothing
    moved; None when the part stands already. With `today`, what is sold ahead counts as too little."""
    put = {
        "TableName": config.load(ReservationsConfig).reservations_table_name,
        "Item": _item(mark),
        "ConditionExpression": "attribute_not_exists(reservation_id)",
    }
    failed = _transact([{"Put": put}, *(_shift(name, shift, today) for name, shift in shifts.items())])
    if failed and failed[0]:
        return None
    return [name for name, short in zip(shifts, failed[1:], strict=False) if short]


def arrive(mark: Mark, product_id: str, count: int) -> bool:
    """Gives a part the pieces of a product that it waits for; False when they are not here, or the part has changed."""
    update = {
        "UpdateExpression": "SET #pieces.#product = :count, #version = :next REMOVE #owed.#product",
        "ExpressionAttributeNames": {"#pieces": "pieces", "#owed": "owed", "#product": product_id},
        "ExpressionAttributeValues": {":count": count},
    }
    return not _transact([_remark(mark, update), _shift(product_id, domain.arrive(count))])


def change(mark: Mark, state: str, shifts: Shifts) -> bool:
    """Changes the state of a part and moves stock for it; False when the part has changed meanwhile."""
    update = {
        "UpdateExpression": "SET #state = :state, #version = :next",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":state": state},
    }
    return not _transact([_remark(mark, update), *(_shift(name, shift) for name, shift in shifts.items())])


def _remark(mark: Mark, update: dict[str, Any]) -> Write:
    """A change of a mark that is still as it was read."""
    names = {**update["ExpressionAttributeNames"], "#version": "version"}
    values = {**update["ExpressionAttributeValues"], ":version": mark.version, ":next": mark.version + 1}
    condition = {"ConditionExpression": "#version = :version"}
    where = {"TableName": config.load(ReservationsConfig).reservations_table_name, "Key": _key(mark)}
    return {
        "Update": {
            **where,
            **update,
            **condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def _shift(product_id: str, shift: Shift, today: str | None = None) -> Write:
    counts = {name: count for name, count in asdict(shift).items() if count}
    values: dict[str, Any] = {f":{name}": count for name, count in counts.items()}
    update: dict[str, Any] = {"UpdateExpression": f"ADD {', '.join(f'{name} :{name}' for name in counts)}"}
    if conditions := list(_conditions(shift, today)):
        texts, needed = zip(*conditions, strict=True)
        update["ConditionExpression"] = " AND ".join(texts)
        values |= {name: value for each in needed for name, value in each.items()}
    return _stock(product_id, {**update, "ExpressionAttributeValues": values})


def _conditions(shift: Shift, today: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    if shift.available < 0:
        yield "available >= :needed", {":needed": -shift.available}
    if shift.reserved > 0 and not shift.backordered:  # first come those who wait
        yield "(attribute_not_exists(backordered) OR backordered = :none)", {":none": 0}
    if shift.backordered > 0:
        yield "attribute_exists(backorder_by)", {}
    if today:
        yield "(attribute_not_exists(available_from) OR available_from <= :today)", {":today": today}


def _stock(product_id: str, update: dict[str, Any]) -> Write:
    table = config.load(StockConfig).stock_table_name
    return {"Update": {"TableName": table, "Key": {"product_id": product_id}, **update}}


def _key(mark: Mark) -> dict[str, str]:
    return {"reservation_id": f"{mark.reservation_id}#{mark.number}"}


def _item(mark: Mark) -> dict[str, Any]:
    return {**asdict(mark), **_key(mark), "missing": list(mark.missing)}


def _mark(part: Mark, item: dict[str, Any]) -> Mark:
    return Mark(
        part.reservation_id,
        part.number,
        state=item["state"],
        pieces=_counts(item["pieces"]),
        owed=_counts(item["owed"]),
        missing=tuple(item["missing"]),
        sold=item["sold"],
        version=int(item["version"]),
    )


def _counts(pieces: dict[str, Any]) -> Pieces:
    return {product_id: int(count) for product_id, count in pieces.items()}


def _transact(writes: list[Write]) -> list[bool]:
    """Does all writes or none. Answers [] or, for each write, whether its condition failed."""
    return transactions.transact(dynamodb().meta.client, writes, busy)
