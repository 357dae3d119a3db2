"""How many pieces of a product can be had and when, and what of it a reservation holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from shoplib.core import checks, stock
from shoplib.core.errors import InvalidRequest
from shoplib.core.stock import Pieces

MAX_STOCK_ENTRIES = 5_000
MAX_ASKED = 100
FEW = 5
# A transaction of DynamoDB takes 100 items; fewer collide less with others. Reservations that are open know their parts
# by this size: it stays as it is.
PART_SIZE = 40

IN_STOCK, OUT_OF_STOCK, PREORDER, BACKORDER = "in_stock", "out_of_stock", "preorder", "backorder"


@dataclass(frozen=True)
class Level:
    """`available` pieces can be promised; `reserved` are promised and still in the house; `backordered` are promised
    and yet to come. A product is sold ahead until `available_from`, and beyond what there is if `backorder_by` says
    when more should be here (ISO dates)."""

    product_id: str
    available: int = 0
    reserved: int = 0
    backordered: int = 0
    available_from: str | None = None
    backorder_by: str | None = None

    def is_ahead(self, today: str) -> bool:
        return self.available_from is not None and self.available_from > today


@dataclass(frozen=True)
class Mark:
    """One part of a reservation: the pieces that it holds, and those that it waits for. What is `sold` at once was
    never held. `version` counts its changes."""

    reservation_id: str
    number: int
    state: str
    pieces: Pieces = field(default_factory=dict)
    owed: Pieces = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    sold: bool = False
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in (stock.RESERVED, stock.WAITING)


@dataclass(frozen=True)
class Shift:
    """What is added to the counts of a product."""

    available: int = 0
    reserved: int = 0
    backordered: int = 0


Shifts = dict[str, Shift]


def parts(pieces: Pieces) -> list[Pieces]:
    """Pieces in parts that fit into one transaction; one empty part for none."""
    entries = iter(sorted(pieces.items()))
    return list(iter(lambda: dict(islice(entries, PART_SIZE)), {})) or [{}]


def plan(part: Mark, levels: Mapping[str, Level], today: str) -> tuple[Mark, Shifts]:
    """How a part can be held, product by product: from what is there, else by waiting; refused when neither is
    possible. What is there goes first to those who wait already."""
    here = {name: count for name, count in part.pieces.items() if _is_here(levels.get(name), count)}
    owed = {name: count for name, count in part.pieces.items() if name not in here}
    missing = tuple(sorted(name for name in owed if name not in levels or not levels[name].backorder_by))
    if missing:
        return replace(part, state=stock.REFUSED, pieces={}, missing=missing), {}
    waits = owed or any(levels[name].is_ahead(today) for name in here)
    mark = replace(part, state=stock.WAITING if waits else stock.RESERVED, pieces=here, owed=owed)
    return mark, hold(here) | {name: Shift(backordered=count) for name, count in owed.items()}


def _is_here(level: Level | None, count: int) -> bool:
    return level is not None and level.available >= count and not level.backordered


def hold(pieces: Pieces) -> Shifts:
    """Pieces go from the shelf into a reservation."""
    return {name: Shift(available=-count, reserved=count) for name, count in pieces.items()}


def sell(pieces: Pieces) -> Shifts:
    """Pieces go off the shelf."""
    return {name: Shift(available=-count) for name, count in pieces.items()}


def restock(pieces: Pieces) -> Shifts:
    """Pieces come onto the shelf."""
    return {name: Shift(available=count) for name, count in pieces.items()}


def ship(mark: Mark) -> Shifts:
    """What a part holds leaves the house."""
    return {name: Shift(reserved=-count) for name, count in mark.pieces.items()}


def release(mark: Mark) -> Shifts:
    """What a part holds goes back onto the shelf, and it waits no longer."""
    if mark.sold:
        return restock(mark.pieces)
    back = {name: Shift(available=count, reserved=-count) for name, count in mark.pieces.items()}
    return back | {name: Shift(backordered=-count) for name, count in mark.owed.items()}


def arrive(count: int) -> Shift:
    """Pieces that somebody waits for are there."""
    return Shift(available=-count, reserved=count, backordered=-count)


def outcome(marks: Iterable[Mark], levels: Mapping[str, Level], today: str) -> stock.Outcome:
    """How a reservation stands, from its parts."""
    parts = list(marks)
    states = [mark.state for mark in parts]
    missing = tuple(sorted({name for mark in parts for name in mark.missing}))
    if missing:
        return stock.Outcome(stock.REFUSED, missing)
    if stock.WAITING in states:
        return stock.Outcome(stock.WAITING, expected=_expected(parts, levels, today))
    return stock.Outcome(min(states, key=_ORDER.index))


# Where parts differ something was interrupted; what is first here is how the reservation ends.
_ORDER = (stock.RELEASED, stock.REFUSED, stock.RESERVED, stock.SHIPPED, stock.RESTOCKED)


def _expected(parts: list[Mark], levels: Mapping[str, Level], today: str) -> str | None:
    """The latest of the days that a reservation waits for."""
    owed = [levels[name].backorder_by for mark in parts for name in mark.owed if name in levels]
    ahead = [levels[name].available_from for mark in parts for name in mark.pieces if name in levels]
    return max((when for when in (*owed, *ahead) if when and when > today), default=None)


def level_to_set(entry: Any) -> Level:
    """What the back office sets of a product: the available pieces, and whether more is sold ahead or beyond them."""
    if not isinstance(entry, Mapping):
        raise InvalidRequest("An entry must be an object.")
    return Level(
        product_id=checks.identifier(entry, "product_id", maximum=64),
        available=checks.integer(entry, "available", low=0, high=stock.MAX_PIECES),
        available_from=checks.optional_date(entry, "available_from"),
        backorder_by=checks.optional_date(entry, "backorder_by"),
    )


def levels_to_set(entries: list[Any]) -> tuple[dict[str, Level], list[dict[str, Any]]]:
    """The levels to set (the last entry of a product counts), and what is wrong with the other entries."""
    levels: dict[str, Level] = {}
    rejected = []
    for index, entry in enumerate(entries):
        try:
            level = level_to_set(entry)
            levels[level.product_id] = level
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    return levels, rejected


def product_ids(text: str | None) -> list[str]:
    """The products of a query, without repetitions."""
    names = list(dict.fromkeys(name for name in (text or "").split(",") if name))
    if not 1 <= len(names) <= MAX_ASKED:
        raise InvalidRequest(f"Ask for 1 to {MAX_ASKED} products, as ?product_id=a,b,c.")
    return names


def to_response(level: Level, today: str) -> dict[str, Any]:
    """What a shopper is shown of a product's stock before paying."""
    status = _status(level, today)
    when = level.available_from if status == PREORDER else level.backorder_by if status == BACKORDER else None
    available = level.available if status in (IN_STOCK, PREORDER) else 0
    view = {"product_id": level.product_id, "status": status, "available": available}
    return view | ({"expected": when} if when else {}) | {"message": _message(status, available, when)}


def _status(level: Level, today: str) -> str:
    if level.available and not level.backordered:
        return PREORDER if level.is_ahead(today) else IN_STOCK
    return BACKORDER if level.backorder_by else OUT_OF_STOCK


def _message(status: str, available: int, when: str | None) -> str:
    if status == IN_STOCK:
        return f"Only {available} left." if available <= FEW else "In stock."
    if status == PREORDER:
        return f"Order ahead: available from {when}."
    return f"On back order: expected by {when}." if status == BACKORDER else "Out of stock."
