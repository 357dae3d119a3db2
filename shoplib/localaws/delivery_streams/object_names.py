"""Object keys that Firehose writes.

https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

import random
import re
import string
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EXPRESSION = re.compile(r"!\{(\w+):([^}]*)\}")
FROM_LAMBDA = re.compile(r"!\{partitionKeyFromLambda:([^}]*)\}")
TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Java's DateTimeFormatter letters as Python's strftime directives.
DATES = {
    "yyyy": "%Y",
    "yy": "%y",
    "YYYY": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "MMM": "%b",
    "MMMM": "%B",
    "EEE": "%a",
    "EEEE": "%A",
    "DDD": "%j",
    "a": "%p",
    "hh": "%I",
}
HOURLY = "!{timestamp:yyyy/MM/dd/HH/}"
ERROR_TYPE = "error-output-type"
EXTENSIONS = {"GZIP": ".gz", "ZIP": ".zip"}


class InvalidPrefix(ValueError):
    """An expression that Firehose does not support; the message names it."""


def object_name(
    prefix: str,
    stream: tuple[str, str],
    at: float,
    *,
    extension: str = "",
    zone: str = "UTC",
    keys: Mapping[str, str] | None = None,
    error_type: str = "",
) -> str:
    """`stream` is its name and version, `at` is in seconds since 1970. A prefix without a date gets YYYY/MM/dd/HH/."""
    whole = prefix if "!{timestamp:" in prefix else prefix + HOURLY
    moment = datetime.fromtimestamp(at, ZoneInfo(zone or "UTC"))
    folder = EXPRESSION.sub(lambda match: _value(match[1], match[2], moment, keys or {}, error_type), whole)
    written = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d-%H-%M-%S")
    return f"{folder}{'-'.join(stream)}-{written}-{uuid.uuid4()}{extension}"


def check_prefix(prefix: str, namespaces: frozenset[str]) -> None:
    """Raises InvalidPrefix for an expression outside `namespaces`, or an unsupported date format."""
    for match in EXPRESSION.finditer(prefix):
        if f"{match[1]}:{match[2]}" not in namespaces and match[1] not in namespaces:
            raise InvalidPrefix(f"{match[0]} is not supported in this prefix")
        if match[1] == "timestamp":
            _date(match[2], datetime.now(UTC))
    if "!{" in EXPRESSION.sub("", prefix):
        raise InvalidPrefix(f"{prefix} has an unterminated expression")


def _value(namespace: str, name: str, moment: datetime, keys: Mapping[str, str], error_type: str) -> str:
    if namespace == "timestamp":
        return _date(name, moment)
    if namespace.startswith("partitionKey"):
        return keys[name]
    return error_type if name == ERROR_TYPE else "".join(random.choices(string.ascii_letters + string.digits, k=11))


def _date(pattern: str, moment: datetime) -> str:
    return "".join(_token(match, moment) for match in TOKEN.finditer(pattern))


def _token(match: re.Match[str], moment: datetime) -> str:
    if match[1] is not None:
        return match[1] or "'"
    if not match[2]:
        return match[0]
    if match[0] not in DATES:
        raise InvalidPrefix(f"the letters {match[0]} in !{{timestamp:...}} are not supported by the local AWS")
    return moment.strftime(DATES[match[0]])
