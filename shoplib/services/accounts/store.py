"""The accounts table: `USER#<id>` profiles, `EMAIL#<address>` credentials, `SESSION#<token hash>` sessions, counted
`GUESSES#...` and `HASHING#<n>`, the places at which passwords may be hashed at the same time."""

from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, config, events, outbox
from shoplib.core.errors import Conflict, NotFound
from shoplib.services.accounts.config import Config, StreamConfig
from shoplib.services.accounts.domain import FORGOTTEN_AFTER, Changes, Credentials, Guesses, Session, User


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).accounts_table_name)


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def add_user(user: User, password_hash: str, published: list[events.Event]) -> None:
    """Stores a new user, and the events that report it. Conflict when the email address is taken: address and user
    appear together or not at all."""
    credentials = {"pk": f"EMAIL#{user.email}", **asdict(Credentials(user.user_id, password_hash))}
    client = table().meta.client
    try:
        client.transact_write_items(
            TransactItems=[_put_new(credentials), _put_new(_user_item(user) | outbox.attribute(published))]
        )
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
    values = {name: value for name, value in asdict(changes).items() if value is not None}
    try:
        answer = table().update_item(
            Key={"pk": f"USER#{user_id}"},
            UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in values)} REMOVE {outbox.ATTRIBUTE}",
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            ConditionExpression="attribute_exists(pk)",
            ReturnValues="ALL_NEW",
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        raise NotFound("no_such_user", "This account no longer exists.") from None
    return _user(answer["Attributes"])


def add_session(session: Session, published: list[events.Event]) -> None:
    """Stores a session by the fingerprint of its token, and the events that report it; DynamoDB removes it some time
    after its end."""
    item = {
        "pk": f"SESSION#{session.token_hash}",
        "user_id": session.user_id,
        "expires_at": clock.epoch_seconds(session.expires_at),
    }
    table().put_item(Item=item | outbox.attribute(published))


def session_user(token_hash: str, now: datetime) -> str | None:
    """User of a session that has not ended. The table's own removal may come days late, so the end is checked here."""
    item = _get(f"SESSION#{token_hash}")
    if not item or datetime.fromtimestamp(int(item["expires_at"]), UTC) <= now:
        return None
    return str(item["user_id"])


def remove_session(token_hash: str) -> None:
    """Ends a session; ending it twice is fine."""
    table().delete_item(Key={"pk": f"SESSION#{token_hash}"})


def count_guess(key: str, free: int, now: datetime) -> bool:
    """Counts a guess under a key if fewer than `free` are counted, in one step: many at a time do not slip by."""
    try:
        table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="ADD guesses :one SET last_at = :now, expires_at = :end",
            ConditionExpression="attribute_not_exists(pk) OR guesses < :free",
            ExpressionAttributeValues={":one": 1, ":free": free, **_times(now)},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def guesses(key: str) -> Guesses:
    """What is counted under a key."""
    item = _get(f"GUESSES#{key}") or {"guesses": 0, "last_at": 0}
    return Guesses(int(item["guesses"]), datetime.fromtimestamp(int(item["last_at"]) / 1000, UTC))


def count_next(key: str, seen: Guesses, count: int, now: datetime) -> bool:
    """Makes it `count` guesses under a key, if nobody else has guessed since `seen`."""
    try:
        table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="SET guesses = :count, last_at = :now, expires_at = :end",
            ConditionExpression="guesses = :seen AND last_at = :last",
            ExpressionAttributeValues={":count": count, ":seen": seen.count, ":last": _ms(seen.last), **_times(now)},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def forget_guesses(key: str) -> None:
    """Starts anew under a key."""
    table().delete_item(Key={"pk": f"GUESSES#{key}"})


def take_back_guess(key: str) -> None:
    """Counts one guess less: it was none."""
    try:
        table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="ADD guesses :less",
            ConditionExpression="guesses > :none",
            ExpressionAttributeValues={":less": -1, ":none": 0},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return


def take_place(number: int, holder: str, now: datetime, lease: timedelta) -> bool:
    """Takes one of the places at which passwords are hashed, if it is free or its holder's time is over."""
    until = now + lease
    try:
        table().put_item(
            Item={
                "pk": f"HASHING#{number}",
                "holder": holder,
                "until_ms": _ms(until),
                "expires_at": clock.epoch_seconds(until) + 1,
            },
            ConditionExpression="attribute_not_exists(pk) OR until_ms < :now",
            ExpressionAttributeValues={":now": _ms(now)},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def leave_place(number: int, holder: str) -> None:
    """Leaves a place, if it was not given to somebody else meanwhile."""
    try:
        table().delete_item(
            Key={"pk": f"HASHING#{number}"},
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": holder},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def _times(now: datetime) -> dict[str, int]:
    return {":now": _ms(now), ":end": clock.epoch_seconds(now + FORGOTTEN_AFTER)}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _get(pk: str) -> dict[str, Any] | None:
    item: dict[str, Any] | None = table().get_item(Key={"pk": pk}, ConsistentRead=True).get("Item")
    return item


def _put_new(item: dict[str, Any]) -> dict[str, Any]:
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _user_item(user: User) -> dict[str, Any]:
    present = {name: value for name, value in asdict(user).items() if value is not None}
    return {"pk": f"USER#{user.user_id}", **present}


def _user(item: dict[str, Any]) -> User:
    return User(**{field.name: item[field.name] for field in fields(User) if field.name in item})


def _reasons(error: Any) -> list[str]:
    return [reason.get("Code", "") for reason in error.response.get("CancellationReasons", [])]
