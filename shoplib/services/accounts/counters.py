"""What is counted in the accounts table: `GUESSES#...`, and `HASHING#<n>`, the places at which passwords are hashed."""

from datetime import UTC, datetime, timedelta

from shoplib.core import clock
from shoplib.services.accounts import store
from shoplib.services.accounts.domain import FORGOTTEN_AFTER, Guesses


def count_guess(key: str, free: int, now: datetime) -> bool:
    """Counts a guess under a key if fewer than `free` are counted, in one step: many at a time do not slip by."""
    try:
        store.table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="ADD guesses :one SET last_at = :now, expires_at = :end",
            ConditionExpression="attribute_not_exists(pk) OR guesses < :free",
            ExpressionAttributeValues={":one": 1, ":free": free, **_times(now)},
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def guesses(key: str) -> Guesses:
    """What is counted under a key."""
    item = store.read(f"GUESSES#{key}") or {"guesses": 0, "last_at": 0}
    return Guesses(int(item["guesses"]), datetime.fromtimestamp(int(item["last_at"]) / 1000, UTC))


def count_next(key: str, seen: Guesses, count: int, now: datetime) -> bool:
    """Makes it `count` guesses under a key, if nobody else has guessed since `seen`."""
    try:
        store.table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="SET guesses = :count, last_at = :now, expires_at = :end",
            ConditionExpression="guesses = :seen AND last_at = :last",
            ExpressionAttributeValues={":count": count, ":seen": seen.count, ":last": _ms(seen.last), **_times(now)},
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def forget_guesses(key: str) -> None:
    """Starts anew under a key."""
    store.table().delete_item(Key={"pk": f"GUESSES#{key}"})


def take_back_guess(key: str) -> None:
    """Counts one guess less: it was none."""
    try:
        store.table().update_item(
            Key={"pk": f"GUESSES#{key}"},
            UpdateExpression="ADD guesses :less",
            ConditionExpression="guesses > :none",
            ExpressionAttributeValues={":less": -1, ":none": 0},
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return


def take_place(number: int, holder: str, now: datetime, lease: timedelta) -> bool:
    """Takes one of the places at which passwords are hashed, if it is free or its holder's time is over."""
    until = now + lease
    try:
        store.table().put_item(
            Item={
                "pk": f"HASHING#{number}",
                "holder": holder,
                "until_ms": _ms(until),
                "expires_at": clock.epoch_seconds(until) + 1,
            },
            ConditionExpression="attribute_not_exists(pk) OR until_ms < :now",
            ExpressionAttributeValues={":now": _ms(now)},
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def leave_place(number: int, holder: str) -> None:
    """Leaves a place, if it was not given to somebody else meanwhile."""
    try:
        store.table().delete_item(
            Key={"pk": f"HASHING#{number}"},
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues={":holder": holder},
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return


def _times(now: datetime) -> dict[str, int]:
    return {":now": _ms(now), ":end": clock.epoch_seconds(now + FORGOTTEN_AFTER)}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
