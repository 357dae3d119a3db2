"""Parses the emails of SES requests: API v1 and v2, simple or raw MIME."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal


@dataclass(frozen=True)
class Mail:
    """`source` and `to` are unchanged: they may have a display name, as in `Ada <ada@example.com>`."""

    source: str
    to: tuple[str, ...]
    subject: str | None
    text: str
    html: str | None = None


def of_version_1(operation: str, parameters: Mapping[str, Any]) -> Mail:
    """The email of a SendEmail or SendRawEmail request."""
    if operation == "SendRawEmail":
        to = tuple(parameters.get("Destinations") or ())
        return _raw(parameters["RawMessage"]["Data"], parameters.get("Source"), to)
    return _simple(parameters["Message"], parameters["Source"], _receivers(parameters.get("Destination")))


def of_version_2(parameters: Mapping[str, Any]) -> Mail:
    """The email of a version 2 SendEmail request, with simple or raw content."""
    source, to = parameters.get("FromEmailAddress"), _receivers(parameters.get("Destination"))
    content = parameters["Content"]
    if "Raw" in content:
        return _raw(content["Raw"]["Data"], source, to)
    if "Simple" not in content:
        raise Refusal("BadRequestException", "Content must have one of Simple, Raw and Template.")
    return _simple(content["Simple"], source or "", to)


def addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The bare addresses of `Name <address>`."""
    return tuple(address for _, address in getaddresses(list(texts)))


def _simple(message: Mapping[str, Any], source: str, to: tuple[str, ...]) -> Mail:
    body = message["Body"]
    html = body["Html"]["Data"] if "Html" in body else None
    return Mail(source, to, message["Subject"]["Data"], body.get("Text", {}).get("Data", ""), html)


def _raw(data: bytes | str, source: str | None, to: tuple[str, ...]) -> Mail:
    content = data.encode() if isinstance(data, str) else data
    message: Any = message_from_bytes(content, policy=policy.default)
    receivers = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    return Mail(
        source or str(message.get("From", "")),
        to or tuple(receivers),
        message.get("Subject"),
        _part(message, "plain") or "",
        _part(message, "html"),
    )


def _part(message: Any, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else None


def _receivers(destination: Mapping[str, Any] | None) -> tuple[str, ...]:
    by_kind = destination or {}
    return tuple(address for kind in ("To", "Cc", "Bcc") for address in by_kind.get(f"{kind}Addresses") or ())
