"""How commands are carried out, part by part. Every step can be repeated, and can be overtaken by another delivery.

A part moves its stock and leaves its mark in one transaction: the mark decides. A reservation that is refused leaves
marks, too, so that it stays refused, and one that is released before it was made cannot be made any more.
"""

from dataclasses import replace

from shoplib.core import clock, stock
from shoplib.core.errors import Conflict, NotFound
from shoplib.core.stock import Command, Outcome
from shoplib.services.inventory import domain, store
from shoplib.services.inventory.domain import Mark

_ENDED = (stock.REFUSED, stock.RELEASED)


def carry_out(command: Command) -> Outcome:
    """Brings a command to its end, whoever began it. Unavailable when others kept changing the same products."""
    return _CARRY_OUT[command.operation](command)


def _take(command: Command) -> Outcome:
    marks = []
    for part in _parts(command):
        marks.append(_take_part(part))
        if marks[-1].state in _ENDED:
            return _standing([_give_back(part) for part in _parts(command)])
    return _standing(marks)


def _parts(command: Command) -> list[Mark]:
    """The parts as they are if nothing is in the way."""
    state = {stock.SELL: stock.SHIPPED, stock.RESTOCK: stock.RESTOCKED}.get(command.operation, stock.RESERVED)
    sold = command.operation == stock.SELL
    parts = enumerate(domain.parts(command.pieces))
    return [Mark(command.reservation_id, number, state, pieces, sold=sold) for number, pieces in parts]


def _take_part(part: Mark) -> Mark:
    shifts = domain.sell(part.pieces) if part.sold else domain.hold(part.pieces)
    short = store.add(part, shifts, today=None if part.sold else today())
    if short is None:
        return _fill(store.require(part))
    if not short:
        return part
    return _refuse(part, short) if part.sold else _plan(part)


def _refuse(part: Mark, short: list[str]) -> Mark:
    refusal = replace(part, state=stock.REFUSED, pieces={}, missing=tuple(short))
    return store.require(part) if store.add(refusal, {}) is None else refusal


def _plan(part: Mark) -> Mark:
    """Not everything is simply there: held as far as it is, and waited for, if that is possible."""
    for _ in range(store.ATTEMPTS):
        mark, shifts = domain.plan(part, store.levels(part.pieces), today())
        short = store.add(mark, shifts)
        if short is None:
            return store.require(part)
        if not short:
            return mark
    raise store.busy()


def _fill(mark: Mark) -> Mark:
    """A part that stands already; one that waits gets what has come in since."""
    if mark.state != stock.WAITING:
        return mark
    present = mark
    for product_id, count in mark.owed.items():
        if present.state == stock.WAITING and product_id in present.owed:
            store.arrive(present, product_id, count)
            present = store.require(mark)
    levels = store.levels(present.pieces)
    if present.state != stock.WAITING or present.owed or any(level.is_ahead(today()) for level in levels.values()):
        return present
    return _change(present, stock.RESERVED, {})


def _change(mark: Mark, state: str, shifts: domain.Shifts) -> Mark:
    done = store.change(mark, state, shifts)
    return replace(mark, state=state) if done else store.require(mark)


def _release(command: Command) -> Outcome:
    return _standing([_give_back(part) for part in _parts(command)])


def _give_back(part: Mark) -> Mark:
    """A part that holds nothing any more, and never will."""
    while not (mark := store.find(part)):
        store.add(replace(part, state=stock.RELEASED, pieces={}), {})
    while mark.is_open or (part.sold and mark.state == stock.SHIPPED):
        mark = _change(mark, stock.RELEASED, domain.release(mark))
    return mark


def _ship(command: Command) -> Outcome:
    return _standing([_ship_part(part) for part in _parts(command)])


def _ship_part(part: Mark) -> Mark:
    mark = store.find(part)
    if not mark:
        raise NotFound("no_such_reservation", f"Nothing is reserved as {part.reservation_id}.")
    if mark.state == stock.WAITING:
        raise Conflict("reservation_waits", f"{part.reservation_id} waits for products that are not here.")
    while mark.state == stock.RESERVED:
        mark = _change(mark, stock.SHIPPED, domain.ship(mark))
    return mark


def _restock(command: Command) -> Outcome:
    for part in _parts(command):
        store.add(part, domain.restock(part.pieces))
    return _standing([store.require(part) for part in _parts(command)])


def _standing(marks: list[Mark]) -> Outcome:
    waiting = [mark for mark in marks if mark.state == stock.WAITING]
    products = {name for mark in waiting for name in (*mark.pieces, *mark.owed)}
    return domain.outcome(marks, store.levels(products), today())


def today() -> str:
    """The day, as levels have it."""
    return clock.now().date().isoformat()


_CARRY_OUT = {
    stock.RESERVE: _take,
    stock.SELL: _take,
    stock.RELEASE: _release,
    stock.SHIP: _ship,
    stock.RESTOCK: _restock,
}
