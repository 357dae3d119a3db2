"""What the service writes to shoppers by email."""

from dataclasses import dataclass
from typing import Any

from shoplib.core import messages
from shoplib.core.messages import mark

VERIFICATION, RECOVERY, PASSWORD_CHANGED = "verification", "recovery", "password_changed"
KINDS = (VERIFICATION, RECOVERY, PASSWORD_CHANGED)


@dataclass(frozen=True)
class Ask:
    """A mail that somebody asked for: to a user, or to whoever has an address."""

    kind: str
    user_id: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def letter(kind: str, language: str, name: str, token: str) -> Letter:
    """The mail of a kind, in a language."""
    subject, text = (messages.translate(language, each, name=name, token=token) for each in _LETTERS[kind])
    return Letter(messages.direct(language, subject), messages.direct(language, text))


def asks(batch: dict[str, Any]) -> list[Ask]:
    """The mails that the new items of a table's stream ask for: a new user's verification, and requests."""
    images = [record["dynamodb"]["NewImage"] for record in batch["Records"] if record["eventName"] == "INSERT"]
    images = [image for image in images if not image.get("email_verified", {}).get("BOOL")]
    wishes = [_ask({name: value["S"] for name, value in image.items() if "S" in value}) for image in images]
    return [ask for ask in wishes if ask]


def _ask(item: dict[str, str]) -> Ask | None:
    prefix, _, key = item["pk"].partition("#")
    if prefix == "USER":
        return Ask(VERIFICATION, user_id=key)
    return Ask(item["kind"], item.get("user_id"), item.get("email")) if prefix == "MAIL" else None


_LETTERS = {
    VERIFICATION: (
        mark("Confirm your email address"),
        mark(
            "Hello %(name)s,\n\nwelcome to the shop. Please confirm that this is your address, with this code within"
            " three days:\n\n%(token)s\n\nIf you did not register, ignore this mail.\n"
        ),
    ),
    RECOVERY: (
        mark("Set a new password"),
        mark(
            "Hello %(name)s,\n\nsomebody, hopefully you, asked for a new password. Set it with this code within 30"
            " minutes; it serves once:\n\n%(token)s\n\nIf it was not you, ignore this mail: nothing has changed.\n"
        ),
    ),
    PASSWORD_CHANGED: (
        mark("Your password was changed"),
        mark(
            "Hello %(name)s,\n\nyour password was changed and all devices were signed out. If it was not you, ask for a"
            " new password at once.\n"
        ),
    ),
}
