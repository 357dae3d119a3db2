"""Orders from the queue; events of settled ones; their status over HTTP; the back office's stock."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shoplib.core import checks, http, orders, outbox, telemetry
from shoplib.core.errors import InvalidRequest, NotFound
from shoplib.services.orders import domain, fulfilment, store

router = Router()


def take_orders(event: dict[str, Any], context: Any) -> Any:
    # A batch that failed as a whole is answered item by item too: an exception would hide which message is at fault.
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event, record_handler=_take, processor=processor, context=context)
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for record in event["Records"]:
        if record["messageId"] in failed:
            receives = int(record["attributes"]["ApproximateReceiveCount"])
            store.retry_in(record["receiptHandle"], domain.pause_after(receives))
    return answer


def _take(record: SQSRecord) -> None:
    telemetry.logger().set_correlation_id(_correlation_id(record))
    try:
        progress = fulfilment.fulfil(orders.parse(checks.json_object(record.body)))
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


def publish_settled(batch: dict[str, Any], _context: Any) -> None:
    # An order's events follow from the order: nothing but its settled item is needed to publish them.
    outbox.relay(batch, lambda image: domain.events_of_settlement(store.order_of(image)), store.publish)


publish = telemetry.instrument(publish_settled)


def announce_changes(batch: dict[str, Any], _context: Any) -> None:
    images = [record["dynamodb"].get("NewImage", {}) for record in batch["Records"]]
    changes = [change for image in images if (change := domain.change_of(store.order_of(image)))]
    for change in changes:
        store.announce(change)
    telemetry.count("OrderChangesPublished", len(changes))


announce = telemetry.instrument(announce_changes)


@router.get("/orders/<order_id>")
def order(order_id: str) -> Response[str]:
    key = http.header(router, "x-order-key")
    if not key:
        raise InvalidRequest("Send the order_key of the checkout's answer as x-order-key.")
    progress = store.find(http.path_value(order_id))
    # A wrong key and an unknown order look the same: nobody can try out which orders exist.
    if not progress or not domain.may_read(progress, key):
        raise NotFound("no_such_order", "There is no such order for this key, or it still waits in the queue.")
    return http.answer(200, domain.to_response(progress))


@router.get("/health")
def health() -> Response[str]:
    store.find("health")
    return http.answer(200, {"status": "ok"})


handler = http.http_handler(router)


def put_stock(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"stock": [{product_id, available}]} -> {"set": n, "rejected": [{index, error}]}."""
    levels, rejected = domain.stock(checks.objects(event, "stock", maximum=domain.MAX_STOCK_ENTRIES))
    store.set_stock(levels)
    return {"set": len(levels), "rejected": rejected}


set_stock = telemetry.instrument(put_stock)
