"""A quote: what goods cost at a destination, with discount, shipping and tax, each line exact."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from shoplib.core import checks, currencies, money
from shoplib.core.currencies import Exchange
from shoplib.core.errors import Conflict, InvalidRequest
from shoplib.core.orders import OrderLine
from shoplib.services.pricing import exchange, promotions, shipping, taxes
from shoplib.services.pricing.promotions import Promotion
from shoplib.services.pricing.shipping import Offer
from shoplib.services.pricing.taxes import Destination, Rate

MAX_LINES = 100
MAX_QUANTITY = 99
ROUNDING = "tax of each line and of shipping is rounded by itself to a whole minor unit, a half away from zero"


@dataclass(frozen=True)
class Request:
    """What a shopper asks for: where to, how, with which code; and who it is, as far as that is known."""

    destination: Destination
    shipping_method: str | None = None
    promotion_code: str | None = None
    customers: tuple[str, ...] = ()
    currency: str | None = None


@dataclass(frozen=True)
class Goods:
    """What is to be bought, at its present prices; `exchange` is how those were converted, if they were."""

    lines: tuple[OrderLine, ...]
    currency: str
    exchange: Exchange | None = None

    @property
    def value_minor(self) -> money.Amount:
        return money.total(line.value_minor for line in self.lines)


@dataclass(frozen=True)
class Quote:
    """The whole price of goods at a destination."""

    request: Request
    goods: Goods
    rate: Rate
    offers: tuple[Offer, ...]
    shipping: Offer
    promotion: Promotion | None

    @property
    def shipping_tax_minor(self) -> int:
        return self.rate.added(self.shipping.cost_minor) if self.rate.on_shipping else 0

    @property
    def included_tax_minor(self) -> money.Amount:
        in_shipping = self.rate.contained(self.shipping.cost_minor) if self.rate.on_shipping else 0
        return money.total([in_shipping, *(line.included_tax_minor for line in self.goods.lines)])

    @property
    def discount_minor(self) -> money.Amount:
        return money.total(line.discount_minor for line in self.goods.lines)

    @property
    def tax_minor(self) -> money.Amount:
        return money.total([self.shipping_tax_minor, *(line.tax_minor for line in self.goods.lines)])

    @property
    def total_minor(self) -> money.Amount:
        return money.total([self.shipping.cost_minor, self.shipping_tax_minor, *_totals(self.goods.lines)])


def _totals(lines: Iterable[OrderLine]) -> Iterable[money.Amount]:
    return (line.total_minor for line in lines)


def request(body: Mapping[str, Any], customers: tuple[str, ...] = ()) -> Request:
    """The wishes in a request's body, of these customers. InvalidRequest names the field that is wrong."""
    code = checks.optional_text(body, "promotion_code", maximum=100)
    return Request(
        taxes.destination(body),
        checks.optional_text(body, "shipping_method", maximum=40),
        promotions.code(code) if code else None,
        customers,
        exchange.asked_currency(body),
    )


def quote(request: Request, goods: Goods, promotion: Promotion | None, now: datetime) -> Quote:
    """The price of everything. Conflict when the promotion does not hold, InvalidRequest for an unknown method."""
    goods = convert(goods, request.currency or goods.currency, now.date())
    if promotion:
        promotion = promotions.convert(promotion, goods.currency, now.date())
        promotions.check(promotion, goods.value_minor, goods.currency, now)
    rate = taxes.rate(request.destination, now.date())
    goods = _taxed(_discounted(goods, promotion), rate)
    offered = _offers(request, goods, promotion, now)
    return Quote(request, goods, rate, tuple(offered), shipping.choose(offered, request.shipping_method), promotion)


def convert(goods: Goods, currency: str, on: date) -> Goods:
    """The goods with each price by itself converted to a currency; all that follows is exact in that."""
    by = exchange.between(goods.currency, currency, on)
    if not by:
        return goods
    lines = (replace(line, price_minor=currencies.convert(line.price_minor, by, currency)) for line in goods.lines)
    return Goods(tuple(lines), currency, by)


def _discounted(goods: Goods, promotion: Promotion | None) -> Goods:
    """The discount is spread over the lines as their values are to each other, by largest remainder."""
    whole = [int(line.value_minor) for line in goods.lines]
    discount = min(promotion.discount(goods.value_minor), sum(whole)) if promotion else 0
    parts = money.apportion(discount, whole)
    lines = (replace(line, discount_minor=part) for line, part in zip(goods.lines, parts, strict=True))
    return replace(goods, lines=tuple(lines))


def _taxed(goods: Goods, rate: Rate) -> Goods:
    return replace(goods, lines=tuple(_taxed_line(line, rate) for line in goods.lines))


def _taxed_line(line: OrderLine, rate: Rate) -> OrderLine:
    net = line.total_minor
    return replace(line, tax_minor=rate.added(net), included_tax_minor=rate.contained(net))


def _offers(request: Request, goods: Goods, promotion: Promotion | None, now: datetime) -> list[Offer]:
    worth = money.total(_totals(replace(line, tax_minor=0) for line in goods.lines))
    offered = shipping.offers(request.destination, worth, goods.currency, now)
    if not promotion or promotion.kind != promotions.FREE_SHIPPING:
        return offered
    if request.shipping_method not in (None, shipping.STANDARD):
        message = f"{promotion.code} makes {shipping.STANDARD} shipping free; choose that as shipping_method."
        raise Conflict("promotion_shipping_method", message)
    return [replace(offer, cost_minor=0) if offer.method == shipping.STANDARD else offer for offer in offered]


def pieces(body: Mapping[str, Any]) -> dict[str, int]:
    """Pieces by product of a request's `lines`. Prices are the catalog's to say: whoever sends one is told so."""
    by_product: dict[str, int] = {}
    for number, line in enumerate(checks.objects(body, "lines", maximum=MAX_LINES), 1):
        try:
            product_id, quantity = _piece(line)
        except InvalidRequest as error:
            raise InvalidRequest(f"Line {number}: {error.message}") from None
        if product_id in by_product:
            raise InvalidRequest(f"Line {number}: {product_id} stands in a line before; add the quantities up.")
        by_product[product_id] = quantity
    return by_product


def _piece(line: Any) -> tuple[str, int]:
    if not isinstance(line, Mapping):
        raise InvalidRequest("must be an object.")
    if strange := sorted(set(line) - {"product_id", "quantity"}):
        raise InvalidRequest(f"has {strange[0][:40]}, but takes product_id and quantity alone.")
    product_id = checks.identifier(line, "product_id", maximum=64)
    return product_id, checks.integer(line, "quantity", low=1, high=MAX_QUANTITY)


def goods_of(priced: Mapping[str, Any]) -> Goods:
    """The goods of a cart, or of whoever else sends {"currency", "lines"} with prices."""
    return Goods(tuple(map(_line, priced["lines"])), priced["currency"])


def _line(line: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        product_id=line["product_id"],
        product_name=line["product_name"],
        category=line.get("category"),
        quantity=line["quantity"],
        price_minor=money.parse(line["price_minor"]),
    )


def goods_at(products: Iterable[Mapping[str, Any]], pieces: Mapping[str, int]) -> Goods:
    """So many pieces of products as the catalog describes them. Conflict when they are not in one currency."""
    lines = [
        {**product, "product_name": product["name"], "quantity": pieces[product["product_id"]]} for product in products
    ]
    currencies = sorted({line["currency"] for line in lines})
    if len(currencies) > 1:
        raise Conflict("mixed_currencies", f"The products are sold in {' and '.join(currencies)}; quote them apart.")
    return goods_of({"lines": lines, "currency": currencies[0]})


def prices(products: Iterable[Mapping[str, Any]], currency: str, on: date) -> list[dict[str, Any]]:
    """What products cost in a currency, each with how its price was converted."""
    return [_price(product, currency, on) for product in products]


def _price(product: Mapping[str, Any], currency: str, on: date) -> dict[str, Any]:
    amount, by = money.parse(product["price_minor"]), exchange.between(product["currency"], currency, on)
    return {
        "product_id": product["product_id"],
        "price_minor": currencies.convert(amount, by, currency) if by else amount,
        "exchange": by.to_json() if by else None,
    }


def product_ids(text: str | None) -> list[str]:
    """The ids in a query's `ids=a,b,c`."""
    ids = list(dict.fromkeys(filter(None, (part.strip() for part in (text or "").split(",")))))
    if not 1 <= len(ids) <= MAX_LINES or any(len(each) > 64 or not each.isprintable() for each in ids):
        raise InvalidRequest(f"ids must be 1 to {MAX_LINES} ids of products, with commas between them.")
    return ids


def to_response(quote: Quote) -> dict[str, Any]:
    """A quote as shoppers and checkout see it."""
    return {
        "currency": quote.goods.currency,
        "decimals": currencies.decimals(quote.goods.currency),
        "exchange": quote.goods.exchange.to_json() if quote.goods.exchange else None,
        "destination": {**asdict(quote.request.destination), "name": quote.request.destination.name},
        "lines": [_shown_line(line) for line in quote.goods.lines],
        "promotion_code": quote.promotion.code if quote.promotion else None,
        "shipping_method": quote.shipping.method,
        "delivery_by": quote.shipping.delivery_by.isoformat(),
        "shipping_methods": [_shown_offer(offer) for offer in quote.offers],
        "tax": _shown_rate(quote.rate),
        "amount_minor": quote.goods.value_minor,
        "discount_minor": quote.discount_minor,
        "shipping_minor": quote.shipping.cost_minor,
        "shipping_tax_minor": quote.shipping_tax_minor,
        "tax_minor": quote.tax_minor,
        "included_tax_minor": quote.included_tax_minor,
        "total_minor": quote.total_minor,
    }


def _shown_line(line: OrderLine) -> dict[str, Any]:
    return {**asdict(line), "value_minor": line.value_minor, "total_minor": line.total_minor}


def _shown_offer(offer: Offer) -> dict[str, Any]:
    return {**asdict(offer), "delivery_by": offer.delivery_by.isoformat()}


def _shown_rate(rate: Rate) -> dict[str, Any]:
    return {
        "name": rate.tax,
        "percent": format(rate.percent, "f"),
        "included_in_prices": rate.included,
        "since": rate.since.isoformat(),
        "source": rate.source,
        "rounding": ROUNDING,
    }
