"""The accounts table: `USER#<id>` profiles, `EMAIL#<address>` credentials, `SESSION#<token hash>` sessions."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, config, events
from shoplib.core.errors import Conflict, NotFound
from shoplib.services.accounts.config import Config
from shoplib.services.accounts.domain import Changes, Credentials, Session, User


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).accounts_table_name)


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def add_user(user: User, password_hash: str) -> None:
    """Stores a new user. Conflict when the email address is taken: address and user appear together or not at all."""
    credentials = {"pk": f"EMAIL#{user.email}", **asdict(Credentials(user.user_id, password_hash))}
    client = table().meta.client
    try:
        client.transact_write_items(TransactItems=[_put_new(credentials), _put_new(_user_item(user))])
    except client.exceptions.TransactionCanceledException as error:
        if "ConditionalCheckFailed" in _reasons(error):
            raise Conflict("email_taken", "An account with this email address exists; sign in instead.") from None
        raise


def credentials(email: str) -> Credentials | None:
    """The credentials registered for an email address."""
    item = _get(f"EMAIL#{email}")
    return Credentials(item["user_id"], item["password_hash"]) if item else None


def user(user_id: str) -> User:
    """A user's profile."""
    item = _get(f"USER#{user_id}")
    if not item:
        raise NotFound("no_such_user", "This account no longer exists.")
    return _user(item)


def change_user(user_id: str, changes: Changes) -> User:
    """Applies changes to a profile and answers the new one."""
    wanted = {name: value for name, value in asdict(changes).items() if value is not None}
    try:
        answer = table().update_item(
            Key={"pk": f"USER#{user_id}"},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in wanted),
            ExpressionAttributeNames={f"#{name}": name for name in wanted},
            ExpressionAttributeValues={f":{name}": value for name, value in wanted.items()},
            ConditionExpression="attribute_exists(pk)",
            ReturnValues="ALL_NEW",
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        raise NotFound("no_such_user", "This account no longer exists.") from None
    return _user(answer["Attributes"])


def add_session(session: Session) -> None:
    """Stores a session by the fingerprint of its token; DynamoDB removes it some time after its end."""
    table().put_item(
        Item={
            "pk": f"SESSION#{session.token_hash}",
            "user_id": session.user_id,
            "expires_at": clock.epoch_seconds(session.expires_at),
        }
    )


def session_user(token_hash: str, now: datetime) -> str | None:
    """User of a session that has not ended. The table's own removal may come days late, so the end is checked here."""
    item = _get(f"SESSION#{token_hash}")
    if not item or datetime.fromtimestamp(int(item["expires_at"]), UTC) <= now:
        return None
    return str(item["user_id"])


def remove_session(token_hash: str) -> None:
    """Ends a session; ending it twice is fine."""
    table().delete_item(Key={"pk": f"SESSION#{token_hash}"})


def emit(event: events.Event) -> None:
    """Offers an event to the stream; the shopper's request does not depend on it."""
    events.offer(lambda **call: kinesis().put_records(**call), config.load(Config).event_stream_name, [event])


def _get(pk: str) -> dict[str, Any] | None:
    item: dict[str, Any] | None = table().get_item(Key={"pk": pk}, ConsistentRead=True).get("Item")
    return item


def _put_new(item: dict[str, Any]) -> dict[str, Any]:
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _user_item(user: User) -> dict[str, Any]:
    present = {name: value for name, value in asdict(user).items() if value is not None}
    return {"pk": f"USER#{user.user_id}", **present}


def _user(item: dict[str, Any]) -> User:
    return User(**{name: value for name, value in item.items() if name != "pk"})


def _reasons(error: Any) -> list[str]:
    return [reason.get("Code", "") for reason in error.response.get("CancellationReasons", [])]
