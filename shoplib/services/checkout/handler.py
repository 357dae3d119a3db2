"""POST /checkout: price, charge, queue. And the back office's import of orders that are paid (direct invoke)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, clock, http, telemetry
from shoplib.core.errors import PaymentDeclined
from shoplib.services.checkout import domain, payment, store

router = Router()


@router.post("/checkout")
def checkout() -> Response[str]:
    key = http.header(router, "Idempotency-Key", maximum=domain.MAX_KEY)
    request = domain.request(key, http.body(router))
    outcome = store.once(request, lambda: _place(request), router.lambda_context)
    if "declined" in outcome:
        raise PaymentDeclined("payment_declined", outcome["declined"])
    return http.answer(202, outcome["accepted"])


def _place(request: domain.Request) -> dict[str, Any]:
    """Each step can be repeated: an attempt that dies anywhere is finished by the next one under the same key."""
    visit = http.visit(router)
    draft = store.draft(request.order_id)
    if not draft:
        draft = store.keep(domain.draft(request, store.cart(request.cart_id), visit, clock.now()))
    store.emit(domain.steps(draft.order, visit.user_agent))
    decision = store.charge(draft.order, request.method, lambda: payment.decide(request.token))
    if not decision.approved:
        telemetry.count("PaymentsDeclined")
        return {"declined": decision.reason}
    store.enqueue(draft.order)
    store.remove_cart(request.cart_id)
    telemetry.count("CheckoutsAccepted")
    return {"accepted": domain.accepted(draft)}


handler = http.http_handler(router)


def queue_orders(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"orders": [...]} -> {"queued": n, "rejected": [{index, error}]}; an order becomes the message checkout sends."""
    messages, rejected = domain.sort_out(checks.objects(event, "orders", maximum=domain.MAX_IMPORT))
    store.enqueue_all(messages)
    telemetry.count("OrdersImported", len(messages))
    return {"queued": len(messages), "rejected": rejected}


import_orders = telemetry.instrumented(queue_orders)
