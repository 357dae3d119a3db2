"""The provider's table: `PAYMENT#<id>` accounts, `REQUEST#<key>` answers, and `TROUBLE`, how badly it behaves."""

import json
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import Any

import boto3

from shoplib.core import config, money, numbers
from shoplib.services.provider.config import Config, KeyConfig
from shoplib.services.provider.domain import Account, Reply, Trouble

_TROUBLE = "TROUBLE"
_AMOUNTS = ("held_minor", "captured_minor")


class Overtaken(Exception):
    """Another request has changed the account or has come under the same key; look again."""


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).provider_table_name)


@cache
def secrets() -> Any:
    return boto3.client("secretsmanager")


@cache
def key() -> str:
    """The key of the only merchant; read once per environment."""
    secret = secrets().get_secret_value(SecretId=config.load(KeyConfig).provider_key_arn)
    return str(secret["SecretString"])


def account(payment_id: str) -> Account | None:
    """What is known of a payment."""
    item = _item(f"PAYMENT#{payment_id}")
    if not item:
        return None
    values = {name: item[name] for name in Account.__dataclass_fields__}
    return Account(**values | {name: money.parse(item[name]) for name in _AMOUNTS} | {"version": int(item["version"])})


def reply(key: str) -> tuple[Reply, str] | None:
    """The answer that was given under an idempotency key, and the fingerprint of what was asked for."""
    item = _item(f"REQUEST#{key}")
    return (Reply(int(item["status"]), numbers.read(item["body"])), item["content_hash"]) if item else None


def keep(key: str, content_hash: str, before: Account | None, after: Account, reply: Reply) -> None:
    """Stores an account and the answer of the request that changed it, both or neither. Overtaken."""
    body = json.dumps(reply.body, default=money.to_json)
    request = {"id": f"REQUEST#{key}", "status": reply.status, "body": body, "content_hash": content_hash}
    new = {"TableName": table().name, "Item": request, "ConditionExpression": "attribute_not_exists(id)"}
    client = table().meta.client
    try:
        client.transact_write_items(TransactItems=[{"Put": new}, {"Put": _put_account(before, after)}])
    except client.exceptions.TransactionCanceledException as error:
        codes = {reason.get("Code", "None") for reason in error.response["CancellationReasons"]}
        if codes - {"None", "TransactionConflict", "ConditionalCheckFailed"}:
            raise
        raise Overtaken from None


def trouble() -> Trouble:
    """How badly the provider behaves at present."""
    item = _item(_TROUBLE)
    return Trouble(**{name: int(item[name]) for name in Trouble.__dataclass_fields__}) if item else Trouble()


def set_trouble(trouble: Trouble) -> None:
    """Makes the provider behave like that from now on; requests are counted anew."""
    table().put_item(Item={"id": _TROUBLE, "requests": 0, **asdict(trouble)})


def count_request() -> int:
    """The number of a request, since trouble was set."""
    answer = table().update_item(
        Key={"id": _TROUBLE},
        UpdateExpression="ADD requests :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["requests"])


def _item(id_: str) -> dict[str, Any]:
    item: dict[str, Any] = table().get_item(Key={"id": id_}, ConsistentRead=True).get("Item", {})
    return item


def _put_account(before: Account | None, after: Account) -> dict[str, Any]:
    version = before.version if before else 0
    amounts = {name: Decimal(getattr(after, name)) for name in _AMOUNTS}
    item = {"id": f"PAYMENT#{after.payment_id}", **asdict(after), **amounts, "version": version + 1}
    put = {"TableName": table().name, "Item": item}
    if not before:
        return {**put, "ConditionExpression": "attribute_not_exists(id)"}
    values = {":version": version}
    return {**put, "ConditionExpression": "version = :version", "ExpressionAttributeValues": values}
