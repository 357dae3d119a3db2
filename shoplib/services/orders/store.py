"""The orders table, what other services are asked for, and where changes are published."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
import urllib3
from boto3.dynamodb.conditions import Key
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from shoplib.core import clock, config, events, members, money, orders, outbox, payments, stock, telemetry
from shoplib.core.errors import ShopError, Unauthenticated, Unavailable
from shoplib.core.order_changes import OrderChange
from shoplib.core.orders import Order
from shoplib.services.orders import domain, states
from shoplib.services.orders.config import (
    ChangesConfig,
    Config,
    InventoryConfig,
    MembersConfig,
    PaymentsConfig,
    QueueConfig,
    StaffConfig,
    StreamConfig,
)
from shoplib.services.orders.domain import Progress, Return

# Orders that wait for something are one partition of an index, the oldest first.
_PENDING, _WORK = "PendingOrders", "work"
_OF_USER, _IN_WAREHOUSE = "OrdersOfUser", "OrdersInWarehouse"
_AT_ONCE = 200
_HTTP_TIMEOUT = 5.0


class Overtaken(Exception):
    """Somebody else has moved the order on; look again."""


@cache
def dynamodb() -> Any:
    return boto3.resource("dynamodb")


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


@cache
def sns() -> Any:
    return boto3.client("sns")


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def http() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_HTTP_TIMEOUT, retries=False)


def table() -> Any:
    return dynamodb().Table(config.load(Config).orders_table_name)


def find(order_id: str) -> Progress | None:
    """An order as it is now."""
    item = table().get_item(Key={"order_id": order_id}, ConsistentRead=True).get("Item")
    return _progress(item) if item else None


def require(order_id: str) -> Progress:
    """An order that is stored; orders are never deleted."""
    progress = find(order_id)
    if not progress:
        raise LookupError(f"Order {order_id} was there a moment ago.")
    return progress


def pending() -> Iterator[Progress]:
    """Orders that wait for something, the oldest first."""
    answer = table().query(IndexName=_PENDING, KeyConditionExpression=Key("pending").eq(_WORK), Limit=_AT_ONCE)
    return (require(item["order_id"]) for item in answer["Items"])


def of_user(user_id: str, before: str | None) -> list[dict[str, Any]]:
    """A page of what a member ordered, the newest first: order_id, placed_at, status, amounts."""
    chosen = Key("user_id").eq(user_id)
    return _page(_OF_USER, chosen & Key("placed_at").lt(before) if before else chosen, ScanIndexForward=False)


def in_warehouse(status: str, after: str | None) -> list[dict[str, Any]]:
    """A page of the orders of the website that wait in the warehouse in this status, the oldest first."""
    chosen = Key("warehouse").eq(status)
    return _page(_IN_WAREHOUSE, chosen & Key("placed_at").gt(after) if after else chosen)


def _page(index: str, chosen: Any, **options: Any) -> list[dict[str, Any]]:
    answer = table().query(IndexName=index, KeyConditionExpression=chosen, Limit=domain.PAGE_SIZE, **options)
    return list(answer["Items"])


def add(progress: Progress) -> Progress:
    """Stores an order that is not known yet."""
    added, order = replace(progress, at=_now()), progress.order
    amounts = {"amount_minor": Decimal(order.amount_minor), "total_minor": Decimal(order.total_minor)}
    item = {**order.to_message(), **amounts, **_present(_attributes(added)), "change": added.version}
    try:
        table().put_item(Item=item, ConditionExpression="attribute_not_exists(order_id)")
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        raise Overtaken from None
    return added


def move(progress: Progress, name: str, *actors: str, **changes: Any) -> Progress:
    """Changes an order's status as the table of states has it. Conflict when it does not have it, Overtaken when the
    order is not any more as it was read."""
    status = states.after(progress.status, name, *actors)
    common = {"status": status, "pending": status in states.WITH_WORK, "version": progress.version + 1, "at": _now()}
    moved = replace(progress, **{"reason": None, "expected": None, **changes, **common})
    _update(moved, progress.version, moved.version)
    return moved


def done(progress: Progress) -> Progress:
    """Says that what an order's status asks for is done."""
    return _note(replace(progress, pending=False))


def expect(progress: Progress, day: str | None) -> Progress:
    """Says until when an order probably waits."""
    return _note(replace(progress, expected=day))


def _note(progress: Progress) -> Progress:
    """No change of status, so there is nothing to publish."""
    _update(progress, progress.version, None)
    return progress


def _update(progress: Progress, version: int, change: int | None) -> None:
    values = {**_attributes(progress), "change": change}
    present = _present(values)
    assigned = ", ".join(f"#{name} = :{name}" for name in present)
    removed = ", ".join(f"#{name}" for name in values if name not in present)
    try:
        table().update_item(
            Key={"order_id": progress.order.order_id},
            UpdateExpression=f"SET {assigned}" + (f" REMOVE {removed}" if removed else ""),
            ConditionExpression="#version = :read",
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={**{f":{name}": value for name, value in present.items()}, ":read": version},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        raise Overtaken from None


def _attributes(progress: Progress) -> dict[str, Any]:
    """What changes of an order's item; None is not stored."""
    latest = progress.latest_return
    return {
        "status": progress.status,
        "reason": progress.reason,
        "version": progress.version,
        "changed_at": progress.at,
        "pending": _WORK if progress.pending else None,
        "warehouse": progress.status if domain.in_warehouse(progress) else None,
        "sold": progress.sold or None,
        "expected": progress.expected,
        "tracking_number": progress.tracking_number,
        "returned": _texts(progress.returned) or None,
        "latest_return": _present({**vars(latest), "pieces": _texts(latest.pieces)}) if latest else None,
    }


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _texts(pieces: domain.LinePieces) -> dict[str, int]:
    return {str(number): count for number, count in pieces.items()}


def order_of(image: outbox.Image) -> Progress | None:
    """The order of an image in DynamoDB's JSON, if it shows a change of its status."""
    if "change" not in image:
        return None
    plain = TypeDeserializer().deserialize
    return _progress({name: plain(value) for name, value in image.items()})


def _progress(item: dict[str, Any]) -> Progress:
    message = {name: value for name, value in item.items() if name in Order.__dataclass_fields__}
    message["lines"] = [{**line, "quantity": int(line["quantity"])} for line in item["lines"]]
    return Progress(
        order=orders.parse(message),
        status=item["status"],
        reason=item.get("reason"),
        version=int(item["version"]),
        at=item["changed_at"],
        pending="pending" in item,
        sold=item.get("sold", False),
        expected=item.get("expected"),
        tracking_number=item.get("tracking_number"),
        returned=_numbers(item.get("returned", {})),
        latest_return=_return(item["latest_return"]) if "latest_return" in item else None,
    )


def _return(item: dict[str, Any]) -> Return:
    amount = money.parse(item["refund_minor"])
    return Return(int(item["number"]), _numbers(item["pieces"]), amount, item.get("reason"))


def _numbers(pieces: dict[str, Any]) -> domain.LinePieces:
    return {int(number): int(count) for number, count in pieces.items()}


def take_stock(commands: Sequence[stock.Command]) -> list[stock.Outcome | ShopError]:
    """Asks inventory to reserve or sell pieces."""
    return stock.request(functions().invoke, config.load(InventoryConfig).reserve_stock_function_name, commands)


def give_stock(commands: Sequence[stock.Command]) -> list[stock.Outcome | ShopError]:
    """Asks inventory to release, ship or restock pieces."""
    return stock.request(functions().invoke, config.load(InventoryConfig).release_stock_function_name, commands)


def takes_payments() -> bool:
    """Whether there is a payments service; without it no money moves."""
    return bool(config.load(PaymentsConfig).payments_function_name)


def pay(command: payments.Command) -> payments.Outcome:
    """Asks the payments service. Unavailable when it, or the provider, does not answer."""
    return payments.request(functions().invoke, config.load(PaymentsConfig).payments_function_name, command)


def member(authorization: str) -> str:
    """The user whose session it is, as the shop API knows it."""
    url = config.load(MembersConfig).shop_api_url.rstrip("/")
    if not url:
        raise Unavailable("no_shop_api", "Orders was deployed without ShopApiUrl, so it knows no members.")
    correlation = {"x-correlation-id": telemetry.logger().get_correlation_id() or ""}
    headers = {"Authorization": authorization, **correlation, **telemetry.trace_headers()}
    try:
        answer = http().request("GET", f"{url}/profile", headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("shop_api_unavailable", "The shop API does not answer; try again.") from error
    if answer.status != 200:
        raise _refusal(answer.status)
    return str(answer.json()["user_id"])


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(StaffConfig).members_function_name)


def _refusal(status: int) -> ShopError:
    if status in (401, 403, 404):
        return Unauthenticated("unauthenticated", "The session has ended; sign in again.")
    return Unavailable("shop_api_unavailable", "The shop API does not say whose session it is; try again.")


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def announce(change: OrderChange) -> None:
    """Publishes a change of an order; it raises when that fails."""
    topic = config.load(ChangesConfig).order_changes_topic_arn
    sns().publish(TopicArn=topic, Message=change.to_message(), MessageAttributes=change.attributes())


def retry_in(receipt_handle: str, seconds: int) -> None:
    """Makes a failed message come back soon instead of after the queue's whole visibility timeout."""
    queue = config.load(QueueConfig).orders_queue_url
    try:
        sqs().change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
    except ClientError:
        telemetry.logger().warning("A failed message comes back only after the visibility timeout.", exc_info=True)


def _now() -> str:
    return clock.timestamp(clock.now())
