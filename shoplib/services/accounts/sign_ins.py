"""Sign-ins in the accounts table: a user's item lists those that stand; tokens are `SESSION#` and `REFRESH#` items."""

from datetime import UTC, datetime
from typing import Any

from shoplib.core import clock, events, ids, outbox
from shoplib.core.members import Member
from shoplib.core.transactions import Write
from shoplib.services.accounts import store
from shoplib.services.accounts.tokens import Grant, Session, SignIn

MAX_SIGN_INS = 20


def add_session(session: Session, now: datetime, published: list[events.Event]) -> None:
    """Stores a session by its tokens' fingerprints, its sign-in in the user's item, and the events that report it.
    The oldest sign-in makes room when there are too many. NotFound when the account is gone."""
    writes = _session_items(session, published)
    stands = {
        "UpdateExpression": f"SET sign_ins.#id = :now REMOVE {outbox.ATTRIBUTE}",
        "ConditionExpression": "attribute_exists(pk) AND size(sign_ins) < :most",
        "ExpressionAttributeNames": {"#id": session.sign_in},
        "ExpressionAttributeValues": {":now": clock.timestamp(now), ":most": MAX_SIGN_INS},
    }
    while not store.transact([*writes, store.update_write(f"USER#{session.user_id}", stands)]):
        _end_oldest_sign_in(session.user_id)


def sign_in_of(token_hash: str, now: datetime) -> SignIn | None:
    """The sign-in of an access token that has not ended. The table's own removal may come days late."""
    item = store.read(f"SESSION#{token_hash}")
    return _sign_in(item) if item and _end(item) > now else None


def member_of(owner: SignIn) -> Member | None:
    """Who has signed in, with the present role; None when the sign-in was ended."""
    answer = store.table().get_item(
        Key={"pk": f"USER#{owner.user_id}"},
        ConsistentRead=True,
        ProjectionExpression="sign_ins.#id, email, email_verified, #name, #role",
        ExpressionAttributeNames={"#id": owner.sign_in, "#name": "name", "#role": "role"},
    )
    item = answer.get("Item", {})
    if not item.pop("sign_ins", None):
        return None
    return Member(owner.user_id, item["email"], item.get("email_verified", False), item["name"], item.get("role"))


def refresh_grant(token_hash: str) -> Grant | None:
    """What a refresh token stands for."""
    item = store.read(f"REFRESH#{token_hash}")
    used_at = datetime.fromisoformat(item["used_at"]) if item and "used_at" in item else None
    return Grant(_sign_in(item), _end(item), used_at) if item else None


def renew_session(token_hash: str, session: Session, now: datetime) -> bool:
    """Marks a refresh token as used and stores the new tokens; False when the sign-in has ended."""
    used = {
        "UpdateExpression": "SET used_at = if_not_exists(used_at, :now)",
        **store.EXISTS,
        "ExpressionAttributeValues": {":now": clock.timestamp(now)},
    }
    stands = {
        "TableName": store.table().name,
        "Key": {"pk": f"USER#{session.user_id}"},
        "ConditionExpression": "attribute_exists(sign_ins.#id)",
        "ExpressionAttributeNames": {"#id": session.sign_in},
    }
    writes = [
        store.update_write(f"REFRESH#{token_hash}", used),
        {"ConditionCheck": stands},
        *_session_items(session, []),
    ]
    return store.transact(writes)


def all_of(user_id: str) -> list[dict[str, str]]:
    """A user's sign-ins that stand, and since when."""
    since = (store.read(f"USER#{user_id}") or {}).get("sign_ins", {})
    return [{"sign_in": key, "since": moment} for key, moment in sorted(since.items(), key=lambda entry: entry[1])]


def end_sign_in(owner: SignIn) -> None:
    """Ends a sign-in with all its tokens; ending it twice is fine."""
    expression = f"REMOVE sign_ins.#id, {outbox.ATTRIBUTE}"
    store.update(f"USER#{owner.user_id}", expression, "attribute_exists(pk)", names={"#id": owner.sign_in})


def end_all_sign_ins(user_id: str) -> None:
    """Ends all of a user's sign-ins at once."""
    expression = f"SET sign_ins = :none REMOVE {outbox.ATTRIBUTE}"
    store.update(f"USER#{user_id}", expression, "attribute_exists(pk)", values={":none": {}})


def _session_items(session: Session, published: list[events.Event]) -> list[Write]:
    owner = {"user_id": session.user_id, "sign_in": session.sign_in}
    access = {"pk": f"SESSION#{ids.fingerprint(session.token)}", "expires_at": clock.epoch_seconds(session.expires_at)}
    refresh = {
        "pk": f"REFRESH#{ids.fingerprint(session.refresh_token)}",
        "expires_at": clock.epoch_seconds(session.refresh_until),
    }
    return [store.put_new(owner | access | outbox.attribute(published)), store.put_new(owner | refresh)]


def _end_oldest_sign_in(user_id: str) -> None:
    sign_ins = (store.read(f"USER#{user_id}") or {}).get("sign_ins")
    if sign_ins is None:
        store.no_such_user()
    elif len(sign_ins) >= MAX_SIGN_INS:
        end_sign_in(SignIn(user_id, min(sign_ins, key=lambda sign_in: sign_ins[sign_in])))


def _sign_in(item: dict[str, Any]) -> SignIn:
    return SignIn(item["user_id"], item["sign_in"])


def _end(item: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(item["expires_at"]), UTC)
