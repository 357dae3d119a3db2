"""The language of stock: what the orders service asks of inventory, and what it answers.

A reservation is named after what it is for, as a rule an order. Each command has one effect per reservation, however
often it is sent, and is answered with how the reservation stands then: of two commands that contradict each other the
first one counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from shoplib.core import checks, commands, errors, telemetry

RESERVE, SELL, RELEASE, SHIP, RESTOCK = OPERATIONS = ("reserve", "sell", "release", "ship", "restock")
RESERVED, WAITING, REFUSED, RELEASED = "reserved", "waiting", "refused", "released"
SHIPPED, RESTOCKED = "shipped", "restocked"
MAX_COMMANDS, MAX_PRODUCTS, MAX_PIECES = 100, 2_000, 1_000_000_000

# Pieces by product.
Pieces = dict[str, int]


@dataclass(frozen=True)
class Command:
    """`reserve` holds pieces, or waits for them where the product may be ordered ahead; `sell` takes them off the shelf
    at once. `release` gives back what is held, `ship` takes it out of the house, `restock` puts pieces on the shelf."""

    operation: str
    reservation_id: str
    pieces: Pieces = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a reservation stands. `missing` are the products for which it was refused, `expected` is the date (ISO) by
    which all of one that waits should be there."""

    status: str
    missing: tuple[str, ...] = ()
    expected: str | None = None

    def to_message(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}


def request(
    invoke: commands.Invoke, function_name: str, requests: Sequence[Command]
) -> list[Outcome | errors.ShopError]:
    """What inventory makes of commands, one by one. Unavailable when it does not answer at all."""
    if not requests:
        return []
    message = {"commands": [asdict(command) for command in requests]}
    answer = commands.send(invoke, function_name, message, "inventory_unavailable")
    outcomes = [_outcome(entry) for entry in answer["outcomes"]]
    for command, outcome in zip(requests, outcomes, strict=True):
        if command.operation == RELEASE and isinstance(outcome, Outcome):
            telemetry.count_of_function("ReservationsReleased", called=function_name)
    return outcomes


def _outcome(entry: dict[str, Any]) -> Outcome | errors.ShopError:
    try:
        accepted = commands.result_of(entry)
    except errors.ShopError as error:
        return error
    return Outcome(accepted["status"], tuple(accepted.get("missing", ())), accepted.get("expected"))


def parse(message: Mapping[str, Any], operations: tuple[str, ...] = OPERATIONS) -> Command:
    """The command in a message. InvalidRequest names the field that is wrong."""
    if not isinstance(message, Mapping):
        raise errors.InvalidRequest("A command must be an object.")
    operation = checks.choice(message, "operation", operations)
    pieces = checks.mapping(message, "pieces")
    if len(pieces) > MAX_PRODUCTS:
        raise errors.InvalidRequest(f"pieces must be of at most {MAX_PRODUCTS} products.")
    for product_id in pieces:
        checks.integer(pieces, product_id, low=1, high=MAX_PIECES)
    return Command(operation, checks.identifier(message, "reservation_id", maximum=100), dict(pieces))
