"""POST /checkout: price, charge, queue. And the back office's import of orders that are paid (direct invoke)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import account_changes, carts, checks, http, ids, languages, order_changes, outbox, telemetry
from shoplib.services.checkout import domain, forgetting, placing, quoting, requests, store, unpaid

router = Router()


@router.post("/checkout")
def checkout() -> Response[str]:
    request = requests.parse(http.header(router, "Idempotency-Key", maximum=requests.MAX_KEY), http.body(router))
    caller = carts.Caller(http.header(router, "Authorization"), http.header(router, "x-cart-key"))
    cart = store.cart(request.cart_id, caller)
    purchase = domain.Checkout(request, domain.owner(caller, cart))
    source = ids.fingerprint(http.source_address(router))
    language = languages.preferred(http.header(router, "Accept-Language"))
    draft = placing.place(placing.Attempt(purchase, caller, cart, http.visit(router), source, language))
    return http.answer(202, domain.to_response(draft))


handler = http.http_handler(router)


def queue_orders(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"orders": [...]} -> {"queued": n, "rejected": [{index, error}]}; an order becomes the message checkout sends."""
    messages, rejected = domain.sort_out(checks.objects(event, "orders", maximum=domain.MAX_IMPORT))
    store.enqueue_all(messages)
    telemetry.count("OrdersImported", len(messages))
    return {"queued": len(messages), "rejected": rejected}


import_orders = telemetry.instrument(queue_orders)


def give_uses_back(event: dict[str, Any], _context: Any) -> None:
    """Of orders that were rejected or cancelled, the uses of their promotion codes."""
    for record in event["Records"]:
        change = order_changes.parse(checks.json_object(record["Sns"]["Message"]))
        quoting.release_use(change.order_id)


release_promotions = telemetry.instrument(give_uses_back)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    outbox.relay(batch, outbox.carried, store.publish)


publish = telemetry.instrument(publish_changes)


def forget_buyers(event: dict[str, Any], _context: Any) -> None:
    """Of accounts that were deleted, what their checkouts know of persons."""
    for change in account_changes.each(event):
        forgetting.forget(change.user_id)


forget = telemetry.instrument(forget_buyers)


def release_unpaid(_event: Any, _context: Any) -> dict[str, int]:
    """Gives uses of promotion codes back whose checkouts died before they were paid -> {"released": n}."""
    return {"released": unpaid.release_old()}


release_unpaid_uses = telemetry.instrument(release_unpaid)
