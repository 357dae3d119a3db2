"""What shoppers are told of their orders, and how: in their language, with amounts and days as it writes them."""

from collections.abc import Callable
from dataclasses import dataclass

from shoplib.core import ids, messages
from shoplib.core.languages import DEFAULT
from shoplib.core.messages import formats
from shoplib.core.order_changes import OrderChange
from shoplib.services.notifications import sms_text

EMAIL, SMS = "email", "sms"
mark = messages.mark


@dataclass(frozen=True)
class Message:
    """`message_id` follows from the change, so that a change that comes twice is told once."""

    message_id: str
    order_id: str
    channel: str
    to: str
    subject: str
    text: str


def mail(change: OrderChange) -> Message | None:
    """The mail of a change; None when there is nobody to write to, or nothing to say."""
    if change.status not in _SENTENCES or not change.email:
        return None
    return _message(change, EMAIL, change.email, _headline(change), _body(change))


def sms(change: OrderChange) -> Message | None:
    """The SMS of a change, as long as one SMS at most; None when there is no phone number, or nothing to say."""
    if change.status not in _SENTENCES or not change.phone:
        return None
    headline = f"{_headline(change)}."
    text = sms_text.first_that_fits(f"{headline} {_sentences(change)}", headline)
    return _message(change, SMS, change.phone, _subject(change), text)


def _message(change: OrderChange, channel: str, to: str, subject: str, text: str) -> Message:
    language = _language(change)
    subject, text = messages.direct(language, subject), messages.direct(language, text)
    return Message(ids.derived_id("message", change.change_id, channel), change.order_id, channel, to, subject, text)


def _language(change: OrderChange) -> str:
    return change.language or DEFAULT


def _subject(change: OrderChange) -> str:
    return messages.translate(_language(change), _SENTENCES[change.status][0])


def _headline(change: OrderChange) -> str:
    values = {"subject": _subject(change), "order": change.order_id[:8]}
    return messages.translate(_language(change), "%(subject)s (order %(order)s)", **values)


def _sentences(change: OrderChange) -> str:
    return " ".join(_SENTENCES[change.status][1](change))


def _body(change: OrderChange) -> str:
    language = _language(change)
    hello = messages.translate(language, "Hello,")
    lines = "\n".join(f"  {line.quantity} x {line.product_name}" for line in change.lines)
    price = formats.amount(language, change.total_minor, change.currency)
    total = messages.translate(language, "Total: %(total)s", total=price)
    return f"{hello}\n\n{_sentences(change)}\n\n{lines}\n\n{total}\n"


def _say(*sentences: str) -> Callable[[OrderChange], list[str]]:
    return lambda change: [messages.translate(_language(change), sentence) for sentence in sentences]


def _with_day(change: OrderChange, sentence: str) -> str:
    language = _language(change)
    return messages.translate(language, sentence, day=formats.day(language, change.delivery_by or ""))


def _confirmed(change: OrderChange) -> list[str]:
    thanks = _say(mark("Thank you: your order is confirmed and paid."))(change)
    by = mark("It will be with you by %(day)s.")
    return [*thanks, _with_day(change, by)] if change.delivery_by else thanks


def _backordered(change: OrderChange) -> list[str]:
    by, later = mark("We will send your order by %(day)s."), mark("We will send your order as soon as it is in stock.")
    promise = _with_day(change, by) if change.delivery_by else _say(later)(change)[0]
    return [promise, *_say(mark("You pay when it is confirmed; until then you can cancel it."))(change)]


def _rejected(change: OrderChange) -> list[str]:
    sorry, why = mark("We are sorry: we cannot fulfil your order."), mark("Something in it is out of stock.")
    is_out = (change.reason or "").startswith("out_of_stock")
    return _say(sorry, *([why] if is_out else []), mark("You pay nothing."))(change)


_SENTENCES: dict[str, tuple[str, Callable[[OrderChange], list[str]]]] = {
    "confirmed": (mark("Your order is confirmed"), _confirmed),
    "backordered": (mark("Your order waits for stock"), _backordered),
    "rejected": (mark("Your order cannot be fulfilled"), _rejected),
    "packed": (mark("Your order is packed"), _say(mark("Your order is packed and waits for the carrier."))),
    "shipped": (mark("Your order is on its way"), _say(mark("Your order is on its way to you."))),
    "delivered": (mark("Your order was delivered"), _say(mark("Your order was delivered. We hope you like it."))),
    "cancelled": (
        mark("Your order was cancelled"),
        _say(mark("Your order was cancelled. What was paid goes back to you.")),
    ),
    "return_requested": (mark("We await your return"), _say(mark("We await the goods that you send back."))),
    "returned": (
        mark("Your return has arrived"),
        _say(mark("The goods have arrived. What was paid for them goes back to you.")),
    ),
    "refunded": (
        mark("Your money is on its way"),
        _say(mark("What was paid for the goods that came back is on its way to you.")),
    ),
}
STATUSES = tuple(_SENTENCES)
