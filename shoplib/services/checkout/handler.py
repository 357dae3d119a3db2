"""POST /checkout: price, charge, queue. And the back office's import of orders that are paid (direct invoke)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import carts, checks, http, ids, order_changes, outbox, telemetry
from shoplib.services.checkout import domain, placing, quoting, store

router = Router()


@router.post("/checkout")
def checkout() -> Response[str]:
    request = domain.request(http.header(router, "Idempotency-Key", maximum=domain.MAX_KEY), http.body(router))
    caller = carts.Caller(http.header(router, "Authorization"), http.header(router, "x-cart-key"))
    cart = store.cart(request.cart_id, caller)
    purchase = domain.Checkout(request, domain.owner(caller, cart))
    source = ids.fingerprint(http.source_address(router))
    draft = placing.place(placing.Attempt(purchase, caller, cart, http.visit(router), source))
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
