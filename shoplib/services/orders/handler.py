"""Orders from the queue; what is told of their changes; buyers and staff over HTTP; the operator; what waits."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shoplib.core import (
    account_changes,
    batches,
    checks,
    commands,
    delivery_changes,
    health,
    http,
    orders,
    outbox,
    telemetry,
)
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, ShopError, Unauthenticated
from shoplib.core.orders import Order
from shoplib.services.orders import domain, forgetting, fulfilment, publishing, states, store

router = Router()


def take_orders(event: dict[str, Any], context: Any) -> Any:
    batch = {record["messageId"]: _order(record) for record in event["Records"]}
    known = {message_id: order for message_id, order in batch.items() if isinstance(order, Order)}
    answers = batch | dict(zip(known, fulfilment.reserve(list(known.values())), strict=True))

    def take(record: SQSRecord) -> None:
        _take(record, batch[record.message_id], answers[record.message_id])

    answer = batches.each(event, context, take)
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for record in event["Records"]:
        if record["messageId"] in failed:
            receives = int(record["attributes"]["ApproximateReceiveCount"])
            store.retry_in(record["receiptHandle"], domain.pause_after(receives))
    return answer


def _order(record: dict[str, Any]) -> Order | ShopError:
    """The order of a message, or what is wrong with it."""
    try:
        return orders.parse(checks.json_object(record["body"]))
    except ShopError as error:
        return error


def _take(record: SQSRecord, order: Order | ShopError, answer: Any) -> None:
    telemetry.logger().set_correlation_id(_correlation_id(record))
    try:
        if isinstance(order, ShopError):
            raise order
        progress = fulfilment.begin(order, answer)
    except Exception:
        telemetry.count("OrdersFailed")
        telemetry.logger().exception("not settled", extra={"message_id": record.message_id})
        raise
    telemetry.count(f"Orders{progress.status.title()}")
    telemetry.logger().info("settled", extra={"order_id": progress.order.order_id, "status": progress.status})


def _correlation_id(record: SQSRecord) -> str:
    attribute = record.raw_event["messageAttributes"].get("correlation_id", {})
    return str(attribute.get("stringValue", record.message_id))


consume = telemetry.instrument(take_orders)


def publish_events(batch: dict[str, Any], _context: Any) -> None:
    # An order's events follow from the order: nothing but its item is needed to publish them.
    outbox.relay(batch, lambda image: publishing.events_of(store.order_of(image)), store.publish)


publish = telemetry.instrument(publish_events)


def announce_changes(batch: dict[str, Any], _context: Any) -> None:
    images = [record["dynamodb"].get("NewImage", {}) for record in batch["Records"]]
    changes = [change for image in images if (change := publishing.change_of(store.order_of(image)))]
    for change in changes:
        store.announce(change)
    telemetry.count("OrderChangesPublished", len(changes))


announce = telemetry.instrument(announce_changes)


@router.get("/orders")
def history() -> Response[str]:
    page = store.of_user(_member(), http.query(router, "before"))
    older = page[-1]["placed_at"] if len(page) == domain.PAGE_SIZE else None
    return http.answer(200, {"orders": [domain.summary(item) for item in page], "before": older})


@router.get("/orders/<order_id>")
def order(order_id: str) -> Response[str]:
    return http.answer(200, domain.to_response(_own(order_id)))


@router.post("/orders/<order_id>/cancellation")
def cancel(order_id: str) -> Response[str]:
    progress = fulfilment.change(_own(order_id), "cancel", states.BUYER)
    return http.answer(200, domain.to_response(progress))


@router.post("/orders/<order_id>/returns")
def request_return(order_id: str) -> Response[str]:
    progress = fulfilment.request_return(_own(order_id), http.body(router))
    return http.answer(200, domain.to_response(progress))


def _own(order_id: str) -> domain.Progress:
    """The order of whoever asks."""
    key = http.header(router, "x-order-key")
    if not (key or http.header(router, "Authorization")):
        raise InvalidRequest("Send the order_key of the checkout's answer as x-order-key, or sign in.")
    user_id = None if key else _member()
    progress = store.find(http.path_value(order_id))
    # A wrong key and an unknown order look the same: nobody can try out which orders exist.
    if not progress or not domain.may_read(progress, key, user_id):
        raise NotFound("no_such_order", "You have no such order, or it still waits in the queue.")
    return progress


def _member() -> str:
    authorization = http.header(router, "Authorization", maximum=4_096)
    if not authorization:
        raise Unauthenticated("unauthenticated", "Sign in first: this route needs Authorization: Bearer <token>.")
    return store.member(authorization)


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"orders table": lambda: store.find("health")})


handler = http.http_handler(router)


desk = Router()


@desk.get("/warehouse/orders")
def waiting() -> Response[str]:
    """Orders that wait for the staff in a status, the oldest first."""
    _require_staff()
    status = checks.choice({"status": http.query(desk, "status")}, "status", states.IN_WAREHOUSE)
    page = store.in_warehouse(status, http.query(desk, "after"))
    newer = page[-1]["placed_at"] if len(page) == domain.PAGE_SIZE else None
    return http.answer(200, {"orders": [domain.summary(item) for item in page], "after": newer})


@desk.get("/warehouse/orders/<order_id>")
def order_in_warehouse(order_id: str) -> Response[str]:
    _require_staff()
    return http.answer(200, domain.to_warehouse(_of_website(order_id)))


@desk.post("/warehouse/orders/<order_id>/changes")
def change_in_warehouse(order_id: str) -> Response[str]:
    """{"operation": pack | ship | deliver | receive_return | reject_return, "tracking_number"}."""
    _require_staff()
    progress = _of_website(order_id)
    _, name, noted = domain.change({**http.body(desk), "order_id": progress.order.order_id})
    progress = fulfilment.change(progress, name, states.BACK_OFFICE, states.CARRIER, **noted)
    return http.answer(200, domain.to_warehouse(progress))


def _require_staff() -> None:
    store.directory().staff_of(http.header(desk, "Authorization"))


def _of_website(order_id: str) -> domain.Progress:
    progress = store.find(http.path_value(order_id))
    if not progress or not domain.of_shop(progress.order):
        raise NotFound("no_such_order", "There is no such order of the website.")
    return progress


warehouse = http.http_handler(desk)


def change_each(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"changes": [{order_id, operation, tracking_number}]} -> {"changed": [{order_id, status}], "rejected": [...]}."""
    changed, rejected = [], []
    for index, entry in enumerate(checks.objects(event, "changes", maximum=domain.MAX_CHANGES)):
        try:
            progress = _changed(entry)
            changed.append({"order_id": progress.order.order_id, "status": progress.status})
        except ShopError as error:
            rejected.append({"index": index, "error": error.message})
    return {"changed": changed, "rejected": rejected}


def _changed(entry: Any) -> domain.Progress:
    order_id, name, changes = domain.change(entry)
    progress = store.find(order_id)
    if not progress:
        raise NotFound("no_such_order", f"There is no order {order_id}.")
    return fulfilment.change(progress, name, states.BACK_OFFICE, states.CARRIER, **changes)


change_orders = telemetry.instrument(change_each)


def tell_address(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"order_id"} -> where its parcel goes (`core.addresses`), for whoever labels it."""
    return commands.answer(_address, command)


def _address(command: dict[str, Any]) -> dict[str, Any]:
    progress = store.find(checks.identifier(command, "order_id", maximum=64))
    if not progress or progress.status not in states.WITH_PARCEL or not progress.order.address:
        raise NotFound("no_address", "There is no such order, it has no parcel on its way, or nobody's address.")
    return asdict(progress.order.address)


address = telemetry.instrument(tell_address)


def hear_deliveries(event: dict[str, Any], context: Any) -> Any:
    return batches.each(event, context, _hear)


def _hear(record: SQSRecord) -> None:
    change = delivery_changes.parse(checks.json_object(record.body))
    for name in domain.STEPS_OF_PARCELS.get(change.status, ()):
        changes = {"tracking_number": change.tracking_number} if name == "ship" else {}
        try:
            fulfilment.change(store.require(change.order_id), name, states.CARRIER, **changes)
        except Conflict:
            # A change may come twice, and after a later one: the order is further already.
            telemetry.logger().info("known", extra={"order_id": change.order_id, "status": change.status})


hear = telemetry.instrument(hear_deliveries)


def resume_pending(_event: Any, _context: Any) -> dict[str, int]:
    """Does what is pending of orders -> {"done": n}."""
    return {"done": fulfilment.resume()}


resume = telemetry.instrument(resume_pending)


def forget_buyers(event: dict[str, Any], _context: Any) -> None:
    """Takes the persons of accounts that were deleted out of their orders."""
    for change in account_changes.each(event):
        forgetting.forget(change.user_id)


forget = telemetry.instrument(forget_buyers)
