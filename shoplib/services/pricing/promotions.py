"""Promotion codes: what one takes off, and why it does not, in words that a shopper understands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shoplib.core import checks, clock, currencies, events, ids, money
from shoplib.core.errors import Conflict, InvalidRequest
from shoplib.services.pricing import exchange
from shoplib.services.pricing.taxes import round_half_up

PERCENTAGE, AMOUNT, FREE_SHIPPING = KINDS = ("percentage", "amount", "free_shipping")
MAX_ENTRIES = 500
_MAX_USES = 1_000_000_000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,31}")


@dataclass(frozen=True)
class Promotion:
    """A code, valid from a moment (RFC 3339, UTC) and until before another. `used` counts the orders that have it."""

    code: str
    kind: str
    percent: Decimal | int | None = None
    amount_minor: money.Amount | None = None
    currency: str | None = None
    minimum_minor: money.Amount | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    once_per_customer: bool = False
    max_uses: int | None = None
    used: int = 0

    def discount(self, goods_minor: money.Amount) -> int:
        """What it takes off goods, in whole minor units and never more than they cost."""
        if self.kind == PERCENTAGE:
            return min(round_half_up(goods_minor * Decimal(self.percent or 0) / 100), int(goods_minor))
        return int(min(self.amount_minor or 0, goods_minor))


def code(text: str) -> str:
    """A code as it is kept: people write it in small letters and with spaces around it."""
    return text.strip().upper()


def customers(user_id: str | None, email: str | None) -> tuple[str, ...]:
    """Who uses a code, as far as that is known; of an address its fingerprint is enough."""
    known = (f"user:{user_id}" if user_id else "", f"email:{ids.fingerprint(email.casefold())}" if email else "")
    return tuple(filter(None, known))


def unknown(code: str) -> Conflict:
    return Conflict("promotion_unknown", f"There is no promotion code {code[:32]}. Is it spelt right?")


def used_up(code: str) -> Conflict:
    return Conflict("promotion_used_up", f"{code} was for a limited number of orders, and they have all been placed.")


def used_already(code: str) -> Conflict:
    return Conflict("promotion_used_already", f"{code} is for one order of each customer, and you have used it.")


def convert(promotion: Promotion, currency: str, on: date) -> Promotion:
    """The promotion with its amounts in the goods' currency. Conflict where there is no rate."""
    if promotion.currency in (None, currency):
        return promotion
    if promotion.amount_minor is None and promotion.minimum_minor is None:
        message = f"{promotion.code} is for goods in {promotion.currency}, and these are in {currency}."
        raise Conflict("promotion_currency", message)
    amounts: dict[str, Any] = {
        name: exchange.convert(amount, promotion.currency, currency, on)
        for name in ("amount_minor", "minimum_minor")
        if (amount := getattr(promotion, name)) is not None
    }
    return replace(promotion, currency=currency, **amounts)


def check(promotion: Promotion, goods_minor: money.Amount, currency: str, now: datetime) -> None:
    """Conflict when the promotion does not hold for goods of that value just now, and why."""
    name, at = promotion.code, clock.timestamp(now)
    if promotion.valid_from and at < promotion.valid_from:
        raise Conflict("promotion_not_yet_valid", f"{name} is valid from {_say_moment(promotion.valid_from)}.")
    if promotion.valid_until and at >= promotion.valid_until:
        raise Conflict("promotion_expired", f"{name} was valid until {_say_moment(promotion.valid_until)}.")
    if goods_minor < (promotion.minimum_minor or 0):
        minimum, worth = (_say_amount(amount, currency) for amount in (promotion.minimum_minor or 0, goods_minor))
        raise Conflict("promotion_minimum", f"{name} is for goods of {minimum} or more, and these cost {worth}.")
    if promotion.max_uses is not None and promotion.used >= promotion.max_uses:
        raise used_up(name)


def sort_out(entries: Iterable[Any]) -> tuple[list[Promotion], list[dict[str, Any]]]:
    """The good promotions of the back office's, and what is wrong with the others."""
    good, rejected = [], []
    for index, entry in enumerate(entries):
        try:
            good.append(parse(entry))
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    return good, rejected


def parse(entry: Any) -> Promotion:
    """A promotion as the back office writes it. InvalidRequest names the field that is wrong."""
    if not isinstance(entry, Mapping):
        raise InvalidRequest("A promotion must be an object.")
    kind = checks.choice(entry, "kind", KINDS)
    _refuse_unknown(entry)
    promotion = Promotion(
        code=_code(entry),
        kind=kind,
        percent=_percent(entry) if kind == PERCENTAGE else None,
        amount_minor=_positive(entry, "amount_minor") if kind == AMOUNT else None,
        currency=_currency(entry),
        minimum_minor=_positive(entry, "minimum_minor") if "minimum_minor" in entry else None,
        valid_from=_moment(entry, "valid_from"),
        valid_until=_moment(entry, "valid_until"),
        once_per_customer=_flag(entry, "once_per_customer"),
        max_uses=checks.integer(entry, "max_uses", low=0, high=_MAX_USES) if "max_uses" in entry else None,
    )
    if promotion.valid_from and promotion.valid_until and promotion.valid_from >= promotion.valid_until:
        raise InvalidRequest("valid_until must be later than valid_from.")
    return promotion


_FIELDS = tuple(name for name in Promotion.__dataclass_fields__ if name != "used")
_OF_KIND = {"percent": PERCENTAGE, "amount_minor": AMOUNT}


def _refuse_unknown(entry: Mapping[str, Any]) -> None:
    if strange := sorted(set(entry) - set(_FIELDS)):
        raise InvalidRequest(f"{strange[0]} is not known of a promotion; {', '.join(_FIELDS)} are.")
    for name, kind in _OF_KIND.items():
        if name in entry and entry.get("kind") != kind:
            raise InvalidRequest(f"{name} belongs to a promotion of kind {kind}.")


def _code(entry: Mapping[str, Any]) -> str:
    value = code(checks.identifier(entry, "code"))
    if not _CODE.fullmatch(value):
        raise InvalidRequest("code must have 3 to 32 characters: letters, digits, - and _.")
    return value


def _percent(entry: Mapping[str, Any]) -> Decimal | int:
    value = checks.amount(entry, "percent")
    if not 0 < value <= 100:
        raise InvalidRequest("percent must be more than 0 and at most 100.")
    return value


def _positive(entry: Mapping[str, Any], name: str) -> money.Amount:
    value = checks.amount(entry, name)
    if value <= 0 or value != int(value):
        raise InvalidRequest(f"{name} must be a whole number of minor units, more than 0.")
    return value


def _currency(entry: Mapping[str, Any]) -> str | None:
    if "currency" in entry:
        return checks.currency(entry)
    if {"amount_minor", "minimum_minor"} & set(entry):
        raise InvalidRequest("currency must say what amount_minor and minimum_minor are in.")
    return None


def _moment(entry: Mapping[str, Any], name: str) -> str | None:
    value = checks.optional_text(entry, name, maximum=40)
    if value is None:
        return None
    if wrong := events.time_problem(value):
        raise InvalidRequest(f"{name} {wrong}.")
    return clock.timestamp(datetime.fromisoformat(value))


def _flag(entry: Mapping[str, Any], name: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} must be true or false.")
    return value


def _say_moment(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d %B %Y, %H:%M} UTC"


def _say_amount(amount: money.Amount, currency: str) -> str:
    return f"{currencies.units(amount, currency):,.{currencies.decimals(currency)}f} {currency}"


def to_item(promotion: Promotion) -> dict[str, Any]:
    """What is kept of a promotion; how often it was used is counted apart from it."""
    return {name: value for name, value in asdict(promotion).items() if value is not None and name != "used"}
