"""The states of an order: which follows which, and who may cause that. One table; the picture is drawn from it."""

from dataclasses import dataclass

from shoplib.core.errors import Conflict

PLACED, CONFIRMED, BACKORDERED, REJECTED = "placed", "confirmed", "backordered", "rejected"
PACKED, SHIPPED, DELIVERED, CANCELLED = "packed", "shipped", "delivered", "cancelled"
RETURN_REQUESTED, RETURNED, REFUNDED = "return_requested", "returned", "refunded"

# Who causes a transition: the shop's own functions, the buyer, the people in the warehouse, whoever brings the parcel.
SHOP, BUYER, BACK_OFFICE, CARRIER = "shop", "buyer", "back office", "carrier"


@dataclass(frozen=True)
class Transition:
    """`name` is what is done to an order that is `before`, and makes it `after`."""

    name: str
    before: str
    after: str
    by: str


TRANSITIONS = (
    Transition("confirm", PLACED, CONFIRMED, SHOP),
    Transition("wait", PLACED, BACKORDERED, SHOP),
    Transition("reject", PLACED, REJECTED, SHOP),
    Transition("cancel", PLACED, CANCELLED, BUYER),
    Transition("confirm", BACKORDERED, CONFIRMED, SHOP),
    Transition("reject", BACKORDERED, REJECTED, SHOP),
    Transition("cancel", BACKORDERED, CANCELLED, BUYER),
    Transition("cancel", CONFIRMED, CANCELLED, BUYER),
    Transition("pack", CONFIRMED, PACKED, BACK_OFFICE),
    Transition("ship", PACKED, SHIPPED, CARRIER),
    Transition("deliver", SHIPPED, DELIVERED, CARRIER),
    Transition("request_return", DELIVERED, RETURN_REQUESTED, BUYER),
    Transition("request_return", REFUNDED, RETURN_REQUESTED, BUYER),
    Transition("receive_return", RETURN_REQUESTED, RETURNED, BACK_OFFICE),
    Transition("reject_return", RETURN_REQUESTED, DELIVERED, BACK_OFFICE),
    Transition("refund", RETURNED, REFUNDED, SHOP),
)
STATES = tuple(dict.fromkeys(state for each in TRANSITIONS for state in (each.before, each.after)))

# What the shop has to do for an order that came to a state, until it is done; `fulfilment` does it.
WITH_WORK = (PLACED, BACKORDERED, REJECTED, CANCELLED, PACKED, RETURNED)

# Orders with which somebody in the warehouse has to do something.
IN_WAREHOUSE = (CONFIRMED, PACKED, RETURN_REQUESTED)
# Its parcel needs an address.
WITH_PARCEL = (PACKED, SHIPPED)

_PAST = {"cancel": "cancelled", "request_return": "returned"}


def after(state: str, name: str, *actors: str) -> str:
    """The state that a transition by one of `actors` leads to. Conflict when the table has none."""
    for each in TRANSITIONS:
        if (each.before, each.name) == (state, name) and each.by in actors:
            return each.after
    message = f"An order that is {state.replace('_', ' ')} cannot be {_PAST.get(name, f'changed by {name}')}."
    raise Conflict("wrong_state", message, status=state)


def names(actor: str) -> list[str]:
    """The transitions that an actor may cause, in some state."""
    return list(dict.fromkeys(each.name for each in TRANSITIONS if each.by == actor))


def targets(name: str) -> set[str]:
    """The states that transitions of this name lead to."""
    return {each.after for each in TRANSITIONS if each.name == name}


def possible(state: str, actor: str) -> list[str]:
    """The names of the transitions that an actor may cause now."""
    return [each.name for each in TRANSITIONS if each.before == state and each.by == actor]
