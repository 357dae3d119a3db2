"""The checkout table (`ORDER#<id>` drafts, `PAYMENT#<id>` decisions, idempotency keys), the queue, the cart's API."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote

import boto3
import urllib3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from shoplib.core import config, events, orders, telemetry
from shoplib.core.errors import Conflict, NotFound, Unavailable, Unprocessable
from shoplib.services.checkout import domain
from shoplib.services.checkout.config import Config
from shoplib.services.checkout.payment import Decision

_HTTP_TIMEOUT = 5.0
_KEY_LIFETIME = 24 * 60 * 60
_ATTEMPTS = 5

Work = Callable[[], dict[str, Any]]


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).checkout_table_name)


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


@cache
def http() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_HTTP_TIMEOUT, retries=False)


def once(request: domain.Request, work: Work, context: Any) -> dict[str, Any]:
    """The answer of `work` for this request: computed once, then remembered under the idempotency key for a day.

    Unprocessable for another request under the same key, Conflict while the first is still at work. An error of `work`
    is not remembered: the key may be used again.
    """
    settings = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="[cart_id, email, country, method, token]",
        raise_on_no_idempotency_key=True,
        expires_after_seconds=_KEY_LIFETIME,
        hash_function="sha256",
    )
    settings.register_lambda_context(context)
    remembered = idempotent_function(
        lambda *, request: work(),
        data_keyword_argument="request",
        persistence_store=_idempotency(),
        config=settings,
        key_prefix="checkout",
    )
    try:
        answer: dict[str, Any] = remembered(request=vars(request))
    except IdempotencyValidationError:
        message = "This Idempotency-Key was used for another checkout; use a new one."
        raise Unprocessable("idempotency_key_reused", message) from None
    except IdempotencyAlreadyInProgressError:
        raise Conflict("checkout_in_progress", "This checkout is being worked on; ask again in a moment.") from None
    return answer


def draft(order_id: str) -> domain.Draft | None:
    """The order that an earlier attempt priced."""
    item = _item(f"ORDER#{order_id}")
    return domain.restored(item["draft"]) if item else None


def keep(draft: domain.Draft) -> domain.Draft:
    """Stores a priced order and answers it, or the one that another attempt stored meanwhile."""
    if _put_new({"id": f"ORDER#{draft.order.order_id}", "draft": domain.stored(draft)}):
        return draft
    return domain.restored(_item(f"ORDER#{draft.order.order_id}")["draft"])


def charge(order: orders.Order, method: str, decide: Callable[[], Decision]) -> Decision:
    """The provider's decision on an order's payment: taken once, whoever asks again gets the same."""
    key = f"PAYMENT#{order.order_id}"
    if not _item(key):
        decision = decide()
        charged = {"amount_minor": Decimal(order.amount_minor), "currency": order.currency, "method": method}
        _put_new({"id": key, **charged, "approved": decision.approved, "reason": decision.reason})
    taken = _item(key)
    return Decision(taken["approved"], taken["reason"])


def enqueue(order: orders.Order) -> None:
    """Puts an order into the queue. Twice is harmless: its consumer knows the order by its id."""
    sqs().send_message(
        QueueUrl=config.load(Config).orders_queue_url,
        MessageBody=domain.message(order),
        MessageAttributes=_attributes(),
    )


def enqueue_all(messages: list[str]) -> None:
    """Puts messages into the queue, trying again what SQS refused. Unavailable when some stay refused."""
    for batch in domain.batches(messages):
        entries = [
            {"Id": str(number), "MessageBody": text, "MessageAttributes": _attributes()}
            for number, text in enumerate(batch)
        ]
        _send(entries)


def cart(cart_id: str) -> dict[str, Any]:
    """The cart as the cart service shows it; amounts with a fraction are decimal strings."""
    status, body = _call("GET", cart_id)
    if status == 404:
        raise NotFound("no_such_cart", "There is no such cart; it may have expired.")
    if status != 200:
        raise Unavailable("cart_unavailable", "The cart cannot be read just now; try again.")
    found: dict[str, Any] = json.loads(body)
    return found


def remove_cart(cart_id: str) -> None:
    """Removes the cart of an order that is in the queue already: a failure is logged and costs the shopper a click."""
    try:
        status, _ = _call("DELETE", cart_id)
    except Unavailable:
        status = None
    if status not in (204, 404):
        telemetry.logger().warning("The cart was not removed.", extra={"status": status})


def emit(steps: list[events.Event]) -> None:
    """Offers events to the stream; the shopper's request does not depend on it."""
    events.offer(lambda **call: kinesis().put_records(**call), config.load(Config).event_stream_name, steps)


def _item(key: str) -> dict[str, Any]:
    item: dict[str, Any] = table().get_item(Key={"id": key}, ConsistentRead=True).get("Item", {})
    return item


def _put_new(item: dict[str, Any]) -> bool:
    try:
        table().put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


@cache
def _idempotency() -> DynamoDBPersistenceLayer:
    # Powertools speaks DynamoDB's own types, which a resource's client would translate a second time.
    return DynamoDBPersistenceLayer(table_name=table().name, boto3_client=boto3.client("dynamodb"))


def _send(entries: list[dict[str, Any]]) -> None:
    for _ in range(_ATTEMPTS):
        answer = sqs().send_message_batch(QueueUrl=config.load(Config).orders_queue_url, Entries=entries)
        refused = {failure["Id"] for failure in answer.get("Failed", [])}
        entries = [entry for entry in entries if entry["Id"] in refused]
        if not entries:
            return
    raise Unavailable("queue_unavailable", f"The queue refused {len(entries)} orders; import them again.")


def _call(method: str, cart_id: str) -> tuple[int, bytes]:
    url = config.load(Config).shop_api_url.rstrip("/")
    if not url:
        raise Unavailable("no_shop_api", "Checkout was deployed without ShopApiUrl, so it cannot read carts.")
    headers = {"x-correlation-id": telemetry.logger().get_correlation_id() or "", **telemetry.trace_headers()}
    try:
        answer = http().request(method, f"{url}/carts/{quote(cart_id, safe='')}", headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("cart_unavailable", "The shop API does not answer; try again.") from error
    return answer.status, answer.data


def _attributes() -> dict[str, Any]:
    correlation_id = telemetry.logger().get_correlation_id()
    return {"correlation_id": {"DataType": "String", "StringValue": correlation_id}} if correlation_id else {}
