"""Quotes for shoppers, over HTTP; for checkout, quotes and uses of codes; for the back office, promotions (invokes)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import carts, checks, clock, commands, currencies, health, http, pricing, telemetry
from shoplib.core.errors import Conflict, InvalidRequest, NotFound
from shoplib.services.pricing import domain, exchange, promotions, shipping, store
from shoplib.services.pricing.domain import Goods, Quote, Request
from shoplib.services.pricing.promotions import Promotion

router = Router()


@router.post("/quotes")
def quote_goods() -> Response[str]:
    body = http.body(router)
    if ("cart_id" in body) == ("lines" in body):
        raise InvalidRequest("Send either cart_id, or lines of product_id and quantity.")
    user_id, goods = _cart(body) if "cart_id" in body else (None, _goods(body))
    # An address that anybody can write is no proof of who asks: a quote does not tell whether it has used a code.
    request = domain.request(body, promotions.customers(user_id, None))
    return http.answer(200, domain.to_response(_quote(request, goods)))


@router.get("/currencies")
def all_currencies() -> Response[str]:
    return http.answer(200, exchange.to_response(shipping.CURRENCY, clock.now().date()))


@router.get("/prices")
def prices() -> Response[str]:
    ids = domain.product_ids(http.query(router, "ids"))
    currency = exchange.asked_currency({"currency": http.query(router, "currency")}) or shipping.CURRENCY
    known = store.known_products(ids)
    answer = {
        "currency": currency,
        "decimals": currencies.decimals(currency),
        "prices": domain.prices(known.values(), currency, clock.now().date()),
        "unknown": [each for each in ids if each not in known],
    }
    return http.answer(200, answer)


def _cart(body: dict[str, Any]) -> tuple[str | None, Goods]:
    caller = carts.Caller(http.header(router, "Authorization"), http.header(router, "x-cart-key"))
    cart = store.cart(checks.identifier(body, "cart_id", maximum=64), caller)
    if not cart:
        message = "There is no such cart for this session or x-cart-key; it may have expired."
        raise NotFound("no_such_cart", message)
    if not cart["lines"]:
        raise Conflict("empty_cart", "The cart is empty; put something in first.")
    return cart["user_id"], domain.goods_of(cart)


def _goods(body: dict[str, Any]) -> Goods:
    pieces = domain.pieces(body)
    return domain.goods_at(store.products(pieces), pieces)


def _quote(request: Request, goods: Goods) -> Quote:
    promotion = _promotion(request) if request.promotion_code else None
    return domain.quote(request, goods, promotion, clock.now())


def _promotion(request: Request) -> Promotion:
    code = str(request.promotion_code)
    promotion = store.promotion(code)
    if not promotion:
        raise promotions.unknown(code)
    if store.has_used(promotion, request.customers):
        raise promotions.used_already(code)
    return promotion


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"promotions table": store.is_reachable})


handler = http.http_handler(router)


def quote_checkout(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """A cart with prices and a shopper's wishes -> the quote (`core.pricing.quote`)."""
    return commands.answer(_priced, event)


def _priced(event: dict[str, Any]) -> dict[str, Any]:
    customers = promotions.customers(event.get("user_id"), event.get("email"))
    wishes = {**event, "currency": event.get("pay_in")}
    return domain.to_response(_quote(domain.request(wishes, customers), domain.goods_of(event)))


def count_uses(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"operation": "redeem" | "release", "order_id", ...} -> {"order_id"}, with "released" for a release."""
    return commands.answer(_count, event)


def _count(event: dict[str, Any]) -> dict[str, Any]:
    order_id = checks.identifier(event, "order_id", maximum=64)
    attempt = checks.optional_text(event, "attempt")
    if checks.choice(event, "operation", pricing.OPERATIONS) == pricing.RELEASE:
        return {"order_id": order_id, "released": store.release(order_id, attempt)}
    who = promotions.customers(event.get("user_id"), event.get("email"))
    store.redeem(order_id, promotions.code(checks.identifier(event, "code")), who, attempt)
    telemetry.count("PromotionsRedeemed")
    return {"order_id": order_id}


def put_promotions(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"promotions": [{code, kind, ...}]} -> {"set": n, "rejected": [{index, error}]}."""
    entries = checks.objects(event, "promotions", maximum=promotions.MAX_ENTRIES)
    good, rejected = promotions.sort_out(entries)
    store.set_promotions(good)
    return {"set": len(good), "rejected": rejected}


quote = telemetry.instrument(quote_checkout)
promotion_uses = telemetry.instrument(count_uses)
set_promotions = telemetry.instrument(put_promotions)
