"""The checkout table (`ORDER#<id>` drafts, `PAYMENT#<id>` decisions, `CART#<id>` claims), the queue, the cart's API,
which is spared while it is not well (`CIRCUIT#cart`), and the payments service."""

from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
import urllib3
from botocore.config import Config as ClientConfig

from shoplib.core import carts, config, events, orders, outbox, payments, telemetry
from shoplib.core.breaker import Breaker, Dependency
from shoplib.core.carts import Caller
from shoplib.core.errors import Unavailable
from shoplib.services.checkout import domain
from shoplib.services.checkout.config import (
    CartsConfig,
    Config,
    PaymentsConfig,
    QueueConfig,
    StreamConfig,
)
from shoplib.services.checkout.domain import Claim, Decision, Draft
from shoplib.services.checkout.requests import Request

_HTTP_TIMEOUT = 5.0
_ATTEMPTS = 5
# As whoever wrote it last left it: the condition on which a claim may be changed.
_UNCHANGED_CLAIM = "holder = :holder AND beat = :beat AND #state = :state"
_STATE = {"#state": "state"}


class CartFails(Exception):
    """The cart's API did not answer, or answered that it fails."""


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).checkout_table_name)


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def functions() -> Any:
    """Waits for less than this function may take, and does not insist: whoever checks out may ask again."""
    retries = {"mode": "standard", "total_max_attempts": 2}
    return boto3.client("lambda", config=ClientConfig(read_timeout=25, retries=retries))


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


@cache
def http() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_HTTP_TIMEOUT, retries=False)


@cache
def breaker() -> Breaker:
    """What guards the cart's API; made once per environment, its circuit is shared by all."""
    message = "The shop API is not well and is given time to recover; try again."
    cart = Dependency("cart", (CartFails,), "cart_unavailable", message)
    return Breaker(cart, table, {"id": "CIRCUIT#cart"})


def draft(order_id: str) -> Draft | None:
    """The order that an earlier attempt priced."""
    item = _item(f"ORDER#{order_id}")
    return domain.deserialize(item["draft"]) if item else None


def keep(draft: Draft, published: list[events.Event]) -> Draft:
    """Stores a priced order, with the events that report it, and answers it, or the one that was stored meanwhile."""
    key = f"ORDER#{draft.order.order_id}"
    whose = {"user_id": draft.order.user_id} if draft.order.user_id else {}
    if _put_new({"id": key, "draft": domain.serialize(draft)} | whose | outbox.attribute(published)):
        return draft
    return domain.deserialize(_item(key)["draft"])


def authorize(order: orders.Order, request: Request, source: str) -> Decision:
    """What the payments service makes of an order's payment. Unavailable while that is unknown: it is asked again."""
    command = payments.authorize(
        order.order_id, order.total_minor, order.currency, request.method, request.token, source
    )
    name = config.load(PaymentsConfig).payments_function_name
    outcome = payments.request(functions().invoke, name, command)
    return Decision(outcome.status == payments.AUTHORIZED, outcome.reason)


def decision(order_id: str) -> Decision | None:
    """What was decided on an order's payment."""
    item = _item(f"PAYMENT#{order_id}")
    return Decision(item["approved"], item["reason"]) if item else None


def use_key(order_id: str) -> dict[str, str]:
    """The key of the note that an order has counted the use of a code and is not paid yet."""
    return {"id": f"USE#{order_id}"}


def claim(cart_id: str) -> Claim | None:
    """Which order buys a cart, or bought it last."""
    item = _item(f"CART#{cart_id}")
    if not item:
        return None
    names = set(Claim.__dataclass_fields__) & set(item)
    return Claim(**{name: item[name] for name in names} | {name: int(item[name]) for name in ("version", "beat")})


def take(new: Claim, old: Claim | None) -> bool:
    """Puts a claim in the place of `old`; False when that is no longer there."""
    item = {"id": f"CART#{new.cart_id}", **asdict(new)}
    condition = _if_unchanged(old) if old else {"ConditionExpression": "attribute_not_exists(id)"}
    try:
        table().put_item(Item=item, **condition)
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def beat(claim: Claim) -> bool:
    """Says that a claim's holder is alive; False when the claim is no longer its own."""
    key = {"Key": {"id": f"CART#{claim.cart_id}"}, "TableName": table().name}
    # The client, not the table: it is called beside the one who holds the claim, and only clients are for many threads.
    client = table().meta.client
    try:
        client.update_item(
            **key,
            UpdateExpression="ADD beat :one",
            ConditionExpression="holder = :holder AND #state = :paying",
            ExpressionAttributeNames=_STATE,
            ExpressionAttributeValues={":one": 1, ":holder": claim.holder, ":paying": domain.PAYING},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def release(claim: Claim) -> bool:
    """Gives a claim back: nothing was decided. False when it was another's already."""
    key = {"id": f"CART#{claim.cart_id}"}
    try:
        table().delete_item(Key=key, **_if_holder(claim))
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def record(order: orders.Order, method: str, decision: Decision, claim: Claim) -> bool:
    """Stores what was decided on a payment, and what that makes of the claim; False when the claim was lost."""
    charged = {"amount_minor": Decimal(order.total_minor), "currency": order.currency, "method": method}
    payment = {"id": f"PAYMENT#{order.order_id}", **charged, **vars(decision)}
    put = {"TableName": table().name, "Item": payment, "ConditionExpression": "attribute_not_exists(id)"}
    client = table().meta.client
    # With the decision it is known what becomes of the use of a code: nobody has to look after it any more.
    noted = [{"Delete": {"TableName": table().name, "Key": use_key(order.order_id)}}] if order.promotion_code else []
    try:
        client.transact_write_items(TransactItems=[{"Put": put}, _outcome_write(claim, decision), *noted])
    except client.exceptions.TransactionCanceledException:
        return False
    return True


def finish(claim: Claim) -> None:
    """Says that an accepted order is in the queue and its cart removed."""
    table().update_item(
        Key={"id": f"CART#{claim.cart_id}"},
        UpdateExpression="SET #state = :finished",
        ConditionExpression="order_id = :order_id",
        ExpressionAttributeNames=_STATE,
        ExpressionAttributeValues={":finished": domain.FINISHED, ":order_id": claim.order_id},
    )


def enqueue(order: orders.Order) -> None:
    """Puts an order into the queue. Twice is harmless: its consumer knows the order by its id."""
    sqs().send_message(
        QueueUrl=config.load(QueueConfig).orders_queue_url,
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


def cart(cart_id: str, caller: Caller) -> dict[str, Any] | None:
    """The cart as the cart service shows it to the caller, if it does."""
    return _carts().read(cart_id, caller)


def remove_cart(draft: Draft, caller: Caller) -> None:
    """Removes the cart of an order that is in the queue already, unless it has changed since: a failure is logged and
    costs the shopper a click."""
    try:
        status, _ = _call("DELETE", draft.cart_id, caller, {"If-Match": f'"{draft.cart_version}"'})
    except Unavailable:
        status = None
    if status not in (204, 404, 412):
        telemetry.logger().warning("The cart was not removed.", extra={"status": status})


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def _item(key: str) -> dict[str, Any]:
    item: dict[str, Any] = table().get_item(Key={"id": key}, ConsistentRead=True).get("Item", {})
    return item


def _put_new(item: dict[str, Any]) -> bool:
    try:
        table().put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _if_unchanged(claim: Claim) -> dict[str, Any]:
    values = {":holder": claim.holder, ":beat": claim.beat, ":state": claim.state}
    return {
        "ConditionExpression": _UNCHANGED_CLAIM,
        "ExpressionAttributeNames": _STATE,
        "ExpressionAttributeValues": values,
    }


def _if_holder(claim: Claim) -> dict[str, Any]:
    values = {":holder": claim.holder}
    return {"ConditionExpression": "holder = :holder", "ExpressionAttributeValues": values}


def _outcome_write(claim: Claim, decision: Decision) -> dict[str, Any]:
    """An approved payment makes the claim good, any other gives the cart back."""
    common = {"TableName": table().name, "Key": {"id": f"CART#{claim.cart_id}"}, **_if_holder(claim)}
    if not decision.approved:
        return {"Delete": common}
    common["ExpressionAttributeValues"][":accepted"] = domain.ACCEPTED
    names = {"ExpressionAttributeNames": _STATE}
    return {"Update": {**common, **names, "UpdateExpression": "SET #state = :accepted"}}


def _send(entries: list[dict[str, Any]]) -> None:
    for _ in range(_ATTEMPTS):
        answer = sqs().send_message_batch(QueueUrl=config.load(QueueConfig).orders_queue_url, Entries=entries)
        refused = {failure["Id"] for failure in answer.get("Failed", [])}
        entries = [entry for entry in entries if entry["Id"] in refused]
        if not entries:
            return
    raise Unavailable("queue_unavailable", f"The queue refused {len(entries)} orders; import them again.")


def _call(method: str, cart_id: str, caller: Caller, more: dict[str, str]) -> tuple[int, bytes]:
    return _carts().call(method, cart_id, caller, more)


def _carts() -> carts.Api:
    return carts.Api(_request, config.load(CartsConfig).shop_api_url)


def _request(method: str, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
    return breaker().call(lambda: _ask(method, url, headers))


def _ask(method: str, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
    try:
        answer = http().request(method, url, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise CartFails(method) from error
    if answer.status >= 500:
        raise CartFails(f"{method}: {answer.status}")
    return answer


def _attributes() -> dict[str, Any]:
    correlation_id = telemetry.logger().get_correlation_id()
    return {"correlation_id": {"DataType": "String", "StringValue": correlation_id}} if correlation_id else {}
