"""The payments table, one item per payment, movement and gift card; and the payment provider's API.

| id | entry | item |
|---|---|---|
| payment id | `payment` | a payment and its version |
| payment id | `authorize`, `capture`, `void`, `refund#<id>` | a movement of its ledger |
| `GIFT#<fingerprint of the code>` | `card` | a gift card's balance |
| `GIFT#<fingerprint of the code>` | `<payment id>#<movement>` | what changed the balance |
| `GUESSES#<source>#<window>` | `count` | gift cards that did not pay |
| `CIRCUIT#provider` | `state` | whether the provider is spared at present |
"""

import json
from dataclasses import asdict, fields
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import boto3
import urllib3

from shoplib.core import clock, config, money, numbers, telemetry
from shoplib.services.payments.config import Config, ProviderConfig
from shoplib.services.payments.domain import REQUESTED, Movement, Payment

Write = dict[str, Any]
Record = TypeVar("Record", Payment, Movement)

_HTTP_TIMEOUT = 5.0
_PAYMENT, _CARD, _COUNT = "payment", "card", "count"
_CONDITION = "ConditionalCheckFailed"


class Overtaken(Exception):
    """Another attempt has moved the payment on; look again."""


class NotCovered(Exception):
    """There is no such gift card of this currency, or it has less than the amount."""


class NoAnswer(Exception):
    """The provider did not answer in time: nobody knows whether it did what it was asked for."""


class Failing(NoAnswer):
    """The provider answered that it fails, or what is no answer at all."""


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).payments_table_name)


@cache
def http() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_HTTP_TIMEOUT, retries=False)


@cache
def secrets() -> Any:
    return boto3.client("secretsmanager")


@cache
def provider_key() -> str:
    """The key that opens the provider's API; read once per environment, and again when it no longer opens."""
    secret = secrets().get_secret_value(SecretId=config.load(ProviderConfig).provider_key_arn)
    return str(secret["SecretString"])


def find(payment_id: str) -> tuple[Payment | None, dict[str, Movement]]:
    """A payment, if there is one, and its movements by their entry."""
    items = _entries(payment_id)
    payment = next((_record(Payment, item) for item in items if item["entry"] == _PAYMENT), None)
    return payment, {item["entry"]: _record(Movement, item) for item in items if item["entry"] != _PAYMENT}


def waiting(before: str) -> list[str]:
    """The payments that hold something since before a moment, and were not captured."""
    query = {
        "IndexName": "by_wait",
        "KeyConditionExpression": "waiting = :yes AND since < :before",
        "ExpressionAttributeValues": {":yes": "yes", ":before": before},
    }
    return [item["id"] for item in _query(query)]


def begin(before: Payment | None, after: Payment, movement: Movement) -> None:
    """Records that a movement was requested. Overtaken when the payment is no longer as it was."""
    _transact([_put_payment(before, after), _put_movement(movement, "attribute_not_exists(id)", {})])


def finish(before: Payment, after: Payment, movement: Movement, change: money.Amount | None) -> None:
    """Records what became of a movement, and by how much it changes the balance of the payment's gift card, if any.

    Overtaken when the payment is no longer as it was; NotCovered when the gift card has too little.
    """
    writes = [_put_payment(before, after), _put_movement(movement, "#state = :state", {":state": REQUESTED})]
    _transact(writes + ([] if change is None else _change_card(after, movement, change)))


def add_gift_card(fingerprint: str, amount: money.Amount, currency: str) -> None:
    """Stores a new gift card."""
    value = Decimal(amount)
    card = {"id": f"GIFT#{fingerprint}", "entry": _CARD, "currency": currency}
    table().put_item(
        Item=card | {"issued_minor": value, "balance_minor": value, "at": _now()},
        ConditionExpression="attribute_not_exists(id)",
    )


def gift_card_movements(payment: Payment) -> list[Movement]:
    """The movements of a payment as the ledger of its gift card has them."""
    items = _entries(f"GIFT#{payment.token_hash}", f"{payment.payment_id}#")
    return [_record(Movement, item) for item in items]


def guesses(window: str) -> int:
    """How many gift cards did not pay in a window."""
    item = table().get_item(Key={"id": f"GUESSES#{window}", "entry": _COUNT}, ConsistentRead=True).get("Item")
    return int(item["guesses"]) if item else 0


def count_guess(window: str, expires_at: int) -> None:
    """Counts a gift card that did not pay."""
    table().update_item(
        Key={"id": f"GUESSES#{window}", "entry": _COUNT},
        UpdateExpression="ADD guesses :one SET expires_at = :expires_at",
        ExpressionAttributeValues={":one": 1, ":expires_at": expires_at},
    )


def ask_provider(method: str, path: str, body: dict[str, Any] | None, key: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the provider's answer to a request under an idempotency key. NoAnswer, Failing."""
    headers = {
        "Authorization": f"Bearer {provider_key()}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "x-correlation-id": telemetry.logger().get_correlation_id() or "",
        **telemetry.trace_headers(),
    }
    url = config.load(ProviderConfig).provider_api_url.rstrip("/") + path
    data = None if body is None else json.dumps(body, default=money.to_json).encode()
    try:
        answer = http().request(method, url, headers=headers, body=data)
        if answer.status == 401:
            provider_key.cache_clear()  # it was changed, perhaps: the next request reads it anew
        return answer.status, dict(numbers.read(answer.data.decode()))
    except urllib3.exceptions.HTTPError as error:
        raise NoAnswer(f"{method} {path}") from error
    except (ValueError, TypeError) as error:
        raise Failing(f"{method} {path}") from error


def _entries(id_: str, prefix: str | None = None) -> list[dict[str, Any]]:
    condition, values = "id = :id", {":id": id_}
    if prefix:
        condition, values = f"{condition} AND begins_with(entry, :prefix)", values | {":prefix": prefix}
    return _query({"KeyConditionExpression": condition, "ExpressionAttributeValues": values, "ConsistentRead": True})


def _query(query: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        answer = table().query(**query)
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return items
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _record(kind: type[Record], item: dict[str, Any]) -> Record:
    values = {field.name: item[field.name] for field in fields(kind) if field.name in item}
    amounts = {name: money.parse(value) for name, value in values.items() if isinstance(value, Decimal)}
    return kind(**values | amounts)


def _put_payment(before: Payment | None, after: Payment) -> Write:
    # Only what waits is in the index by_wait.
    waits = {"waiting": "yes"} if after.is_waiting else {}
    put = _put(after.payment_id, _PAYMENT, asdict(after) | {"since": after.since or _now()} | waits)
    if not before:
        return {"Put": {**put, "ConditionExpression": "attribute_not_exists(id)"}}
    values = {":version": before.version}
    return {"Put": {**put, "ConditionExpression": "version = :version", "ExpressionAttributeValues": values}}


def _put_movement(movement: Movement, condition: str, values: dict[str, Any]) -> Write:
    put = _put(movement.payment_id, movement.entry, asdict(movement) | {"at": _now()})
    put["ConditionExpression"] = condition
    if values:
        put |= {"ExpressionAttributeValues": values, "ExpressionAttributeNames": {"#state": "state"}}
    return {"Put": put}


def _put(id_: str, entry: str, values: dict[str, Any]) -> Write:
    present = {name: value for name, value in values.items() if value is not None}
    return {"TableName": table().name, "Item": present | {"id": id_, "entry": entry}}


def _change_card(payment: Payment, movement: Movement, change: money.Amount) -> list[Write]:
    id_ = f"GIFT#{payment.token_hash}"
    values = {":change": Decimal(change), ":least": Decimal(max(-change, 0)), ":currency": payment.currency}
    balance = {
        "TableName": table().name,
        "Key": {"id": id_, "entry": _CARD},
        "UpdateExpression": "ADD balance_minor :change",
        "ConditionExpression": "currency = :currency AND balance_minor >= :least",
        "ExpressionAttributeValues": values,
    }
    entry = _put(id_, f"{movement.payment_id}#{movement.entry}", asdict(movement) | {"at": _now()})
    return [{"Update": balance}, {"Put": {**entry, "ConditionExpression": "attribute_not_exists(id)"}}]


def _transact(writes: list[Write]) -> None:
    client = table().meta.client
    try:
        client.transact_write_items(TransactItems=writes)
    except client.exceptions.TransactionCanceledException as error:
        codes = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
        if set(codes) - {"None", "TransactionConflict", _CONDITION}:
            raise
        # The payment comes first, its gift card third: only a payment that is as it was tells what the card lacks.
        if codes[2:3] == [_CONDITION] and codes[0] == "None":
            raise NotCovered from None
        raise Overtaken from None


def _now() -> str:
    return clock.timestamp(clock.now())
