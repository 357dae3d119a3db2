"""The accounts table: `USER#<id>` with profile, sign-ins and fingerprints of mailed secrets, `EMAIL#<address>`
credentials, `IDENTITY#<key>` of other providers, `MAIL#<id>` mails that were asked for. `sign_ins` and `counters` keep
theirs in the same table."""

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, config, events, ids, mails, outbox, transactions
from shoplib.core.account_changes import AccountChange
from shoplib.core.errors import Conflict, NotFound
from shoplib.core.transactions import Write
from shoplib.services.accounts import mail
from shoplib.services.accounts.config import ChangesConfig, Config, MailConfig, StreamConfig
from shoplib.services.accounts.domain import Credentials, User
from shoplib.services.accounts.profiles import Address, PaymentMethod
from shoplib.services.accounts.tokens import Proof

_MAIL_KEPT = timedelta(days=1)
EXISTS = {"ConditionExpression": "attribute_exists(pk)"}


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).accounts_table_name)


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


@cache
def ses() -> Any:
    return boto3.client("sesv2")


@cache
def sns() -> Any:
    return boto3.client("sns")


def read(pk: str) -> dict[str, Any] | None:
    """An item as it is now."""
    item: dict[str, Any] | None = table().get_item(Key={"pk": pk}, ConsistentRead=True).get("Item")
    return item


# ---- users ----


def add_user(user: User, password_hash: str, published: list[events.Event]) -> None:
    """Stores a new user, and the events that report it. Conflict when the email address is taken: address and user
    appear together or not at all."""
    credentials = {"pk": f"EMAIL#{user.email}", **asdict(Credentials(user.user_id, password_hash))}
    item = {"pk": f"USER#{user.user_id}", "sign_ins": {}, **_present(asdict(user)), **outbox.attribute(published)}
    if not transact([put_new(credentials), put_new(item)]):
        raise Conflict("email_taken", "An account with this email address exists; sign in instead.")


def add_federated_user(user: User, identity_key: str, nobody: Credentials) -> bool:
    """Stores a new user whom no password opens yet; False when address or identity have just been taken."""
    credentials = {"pk": f"EMAIL#{user.email}", "user_id": user.user_id, "password_hash": nobody.password_hash}
    item = {"pk": f"USER#{user.user_id}", "sign_ins": {}, "identities": [identity_key], **_present(asdict(user))}
    return transact([put_new(credentials), put_new(item), put_new(_identity_item(user, identity_key))])


def user_of_identity(identity_key: str) -> str | None:
    """Whose account an identity opens."""
    item = read(f"IDENTITY#{identity_key}")
    return str(item["user_id"]) if item else None


def join(user: User, identity_key: str) -> None:
    """Lets an identity open an account. Conflict when it opens another one."""
    appended = "list_append(if_not_exists(identities, :none), :key)"
    joined = {
        "UpdateExpression": f"SET identities = {appended} REMOVE {outbox.ATTRIBUTE}",
        **EXISTS,
        "ExpressionAttributeValues": {":none": [], ":key": [identity_key]},
    }
    writes = [put_new(_identity_item(user, identity_key)), update_write(f"USER#{user.user_id}", joined)]
    if not transact(writes):
        raise Conflict("signing_in", "Somebody is signing in with this identity right now; try again.")


def credentials(email: str) -> Credentials | None:
    """The credentials registered for an email address."""
    item = read(f"EMAIL#{email}")
    return Credentials(item["user_id"], item["password_hash"]) if item else None


def user_of_email(email: str) -> User | None:
    """Who has this email address."""
    known = credentials(email)
    return find_user(known.user_id) if known else None


def find_user(user_id: str) -> User | None:
    """A user's profile, if there is one."""
    item = read(f"USER#{user_id}")
    return _user(item) if item else None


def user(user_id: str) -> User:
    """A user's profile. NotFound when the account was deleted."""
    return find_user(user_id) or no_such_user()


def change_user(user: User, changed: User) -> User:
    """Replaces what a shopper keeps in the profile, if nobody changed it meanwhile. Conflict otherwise."""
    names = ("name", "language", "addresses", "payment_methods")
    before, after = asdict(user), asdict(changed)
    done = update(
        f"USER#{user.user_id}",
        f"SET {', '.join(f'#{name} = :{name}' for name in names)} REMOVE {outbox.ATTRIBUTE}",
        # Accounts from before there were languages have none.
        " AND ".join(f"#{name} = :old_{name}" for name in names if name != "language")
        + " AND (attribute_not_exists(#language) OR #language = :old_language)",
        names={f"#{name}": name for name in names},
        values={f":{name}": _present(after)[name] for name in names}
        | {f":old_{name}": _present(before)[name] for name in names},
    )
    if not done:
        raise Conflict("profile_changed", "The profile was changed at the same time; try again.")
    return changed


def set_role(user_id: str, role: str | None) -> bool:
    """Sets or removes an account's role; False when the account is gone."""
    names = {"#role": "role"}
    if role is None:
        return update(f"USER#{user_id}", f"REMOVE #role, {outbox.ATTRIBUTE}", "attribute_exists(pk)", names=names)
    expression = f"SET #role = :role REMOVE {outbox.ATTRIBUTE}"
    return update(f"USER#{user_id}", expression, "attribute_exists(pk)", names=names, values={":role": role})


def remove_user(user: User) -> None:
    """Deletes an account with its address and identities, and so all its sign-ins."""
    keys = (read(f"USER#{user.user_id}") or {}).get("identities", [])
    pks = [f"USER#{user.user_id}", f"EMAIL#{user.email}", *(f"IDENTITY#{key}" for key in keys)]
    transact([deletion(pk) for pk in pks])


# ---- mails and the secrets in them ----


def ask_for_mail(kind: str, **to: str) -> None:
    """Stores that a mail is asked for; the function behind the table's stream sends it."""
    table().put_item(Item=_mail_item(kind, **to))


def keep_secret(user_id: str, kind: str, fingerprint: str, until: datetime) -> bool:
    """Makes this the newest secret of a kind; False when the account is gone."""
    secret = {"fingerprint": fingerprint, "valid_until": clock.timestamp(until)}
    expression = f"SET {kind} = :secret REMOVE {outbox.ATTRIBUTE}"
    return update(f"USER#{user_id}", expression, "attribute_exists(pk)", values={":secret": secret})


def verify_email(proof: Proof, now: datetime) -> bool:
    """Marks an address as verified by its newest secret; False when it is not that."""
    expression = f"SET email_verified = :yes REMOVE {mail.VERIFICATION}, {outbox.ATTRIBUTE}"
    condition, values = _is_newest(mail.VERIFICATION, proof, now)
    return update(f"USER#{proof.user_id}", expression, condition, values={":yes": True, **values})


def is_asked_for(proof: Proof, now: datetime) -> bool:
    """Whether this is the newest secret for a new password, and still serves."""
    secret: dict[str, str] = (read(f"USER#{proof.user_id}") or {}).get(mail.RECOVERY, {})
    return bool(secret) and secret["fingerprint"] == proof.fingerprint and secret["valid_until"] > clock.timestamp(now)


def reset_password(user: User, proof: Proof, password_hash: str, now: datetime) -> bool:
    """Sets a password by the newest secret, which serves once; False when it is not that. See `_new_password`."""
    condition, values = _is_newest(mail.RECOVERY, proof, now)
    return transact(_new_password(user, password_hash, condition, values))


def set_password(user: User, password_hash: str) -> None:
    """Sets a password. See `_new_password`."""
    if not transact(_new_password(user, password_hash, "attribute_exists(pk)", {})):
        no_such_user()


def send_mail(to: str, letter: mail.Letter) -> None:
    """Sends a mail by SES; it raises when that fails."""
    mails.send(ses().send_email, config.load(MailConfig).sender_address, to, letter.subject, letter.text)


def announce(change: AccountChange) -> None:
    """Publishes a change of an account; it raises when that fails."""
    topic = config.load(ChangesConfig).account_changes_topic_arn
    sns().publish(TopicArn=topic, Message=change.to_message(), MessageAttributes=change.attributes())


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def _new_password(user: User, password_hash: str, condition: str, values: dict[str, Any]) -> list[Write]:
    """A new password ends all sign-ins, is an end of secrets for another one, and its user is told by mail."""
    changed = {
        "UpdateExpression": f"SET sign_ins = :none REMOVE {mail.RECOVERY}, {outbox.ATTRIBUTE}",
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":none": {}, **values},
    }
    hashed = {
        "UpdateExpression": "SET password_hash = :hash",
        **EXISTS,
        "ExpressionAttributeValues": {":hash": password_hash},
    }
    return [
        update_write(f"USER#{user.user_id}", changed),
        update_write(f"EMAIL#{user.email}", hashed),
        put_new(_mail_item(mail.PASSWORD_CHANGED, user_id=user.user_id)),
    ]


def _is_newest(kind: str, proof: Proof, now: datetime) -> tuple[str, dict[str, str]]:
    values = {":fingerprint": proof.fingerprint, ":now": clock.timestamp(now)}
    return f"{kind}.fingerprint = :fingerprint AND {kind}.valid_until > :now", values


def _identity_item(user: User, identity_key: str) -> dict[str, str]:
    return {"pk": f"IDENTITY#{identity_key}", "user_id": user.user_id}


def _mail_item(kind: str, **to: str) -> dict[str, Any]:
    end = clock.epoch_seconds(clock.now() + _MAIL_KEPT)
    return {"pk": f"MAIL#{ids.new_id()}", "kind": kind, "expires_at": end, **to}


def update(
    pk: str,
    expression: str,
    condition: str,
    *,
    names: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
) -> bool:
    """One conditional update; False when its condition failed."""
    more = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    try:
        table().update_item(
            Key={"pk": pk},
            UpdateExpression=expression,
            ConditionExpression=condition,
            **{name: value for name, value in more.items() if value},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def transact(writes: list[Write]) -> bool:
    """All writes or none; False when a condition failed."""
    return not any(transactions.transact(table().meta.client, writes))


def put_new(item: dict[str, Any]) -> Write:
    """The write of an item that must not be there yet."""
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def update_write(pk: str, update: dict[str, Any]) -> Write:
    """The write of an update."""
    return {"Update": {"TableName": table().name, "Key": {"pk": pk}, **update}}


def deletion(pk: str) -> Write:
    """The write that deletes an item."""
    return {"Delete": {"TableName": table().name, "Key": {"pk": pk}}}


def _user(item: dict[str, Any]) -> User:
    present = {field.name: item[field.name] for field in fields(User) if field.name in item}
    present["addresses"] = {key: Address(**entry) for key, entry in present.get("addresses", {}).items()}
    present["payment_methods"] = {key: PaymentMethod(**way) for key, way in present.get("payment_methods", {}).items()}
    return User(**present)


def _present(content: Any) -> Any:
    """Without what is None, at any depth."""
    if isinstance(content, dict):
        return {name: _present(value) for name, value in content.items() if value is not None}
    return content


def no_such_user() -> Any:
    """NotFound of an account that was deleted."""
    raise NotFound("no_such_user", "This account no longer exists.")
