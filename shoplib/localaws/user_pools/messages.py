"""What Cognito would send stands in the log group /aws/cognito/userpools/<pool>, which AWS does not have.

A pool's CustomMessage function words it.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.exceptions import InvalidParameterException
from moto.logs.models import logs_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.triggers import ask, attributes_of

GROUP, STREAM = "/aws/cognito/userpools/", "messages"
CODE, LINK, NAME = "{####}", "{##Click Here##}", "{username}"
NO_WORDS = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
INCOMPLETE = (
    "1 validation error detected: Value at '{member}' failed to satisfy constraint: "
    "Member must satisfy regular expression pattern: .*{placeholder}.*"
)


@dataclass(frozen=True)
class Message:
    """To whom it goes, and the code (or temporary password) in it; `occasion` as triggers name it."""

    to: str
    medium: str
    purpose: str
    occasion: str
    code: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        return (CODE, NAME) if self.is_invitation else (CODE,)

    @property
    def is_invitation(self) -> bool:
        return self.occasion == "AdminCreateUser"


def send(pool: Any, user: Any, message: Message) -> None:
    facts = {"to": message.to, "medium": message.medium, "purpose": message.purpose, "code": message.code}
    _write(pool, facts | _words(pool, user, message))


def _words(pool: Any, user: Any, message: Message) -> dict[str, str]:
    """The function's words with the code in its place; none when the pool's own are sent."""
    request = {
        "userAttributes": attributes_of(user),
        "codeParameter": CODE,
        "linkParameter": LINK,
        "usernameParameter": NAME if message.is_invitation else None,
        **current().metadata,
    }
    answer = ask(pool, "CustomMessage", f"CustomMessage_{message.occasion}", user.username, request, NO_WORDS) or {}
    return _filled(answer, user, message)


def _filled(answer: Mapping[str, Any], user: Any, message: Message) -> dict[str, str]:
    member = "smsMessage" if message.medium == "SMS" else "emailMessage"
    text, subject = answer.get(member), answer.get("emailSubject")
    if text:
        _require_placeholders(text, member, message)
    words = {"message": text, "subject": subject if message.medium == "EMAIL" else None}
    return {name: _with_code(each, user, message) for name, each in words.items() if each}


def _require_placeholders(text: str, member: str, message: Message) -> None:
    for placeholder in message.placeholders:
        if placeholder not in text:
            name = "smsMessage" if member == "smsMessage" else "emailBody"
            raise InvalidParameterException(INCOMPLETE.format(member=name, placeholder=placeholder))


def _with_code(text: str, user: Any, message: Message) -> str:
    return text.replace(CODE, message.code).replace(NAME, user.username)


def _write(pool: Any, message: dict[str, str]) -> None:
    backend = logs_backends[pool.account_id][pool.region]
    group = f"{GROUP}{pool.id}"
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if STREAM not in backend.groups[group].streams:
        backend.create_log_stream(group, STREAM)
    event = {"timestamp": int(engine_clock.now() * 1000), "message": json.dumps(message)}
    backend.put_log_events(group, STREAM, [event])
