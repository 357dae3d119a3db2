"""Payloads as anybody may see them: values of fields that sound secret are redacted, wherever they stand.

Also in JSON within JSON, in forms and query strings, in base64, and in DynamoDB's or HTTP's way to write a value.
"""

import base64
import binascii
import json
import re
from typing import Any

MASK = "***"
_SECRET_WORDS = (
    r"password|passwd|passphrase|secret(?!id)|token|authorization(?!type)|credential|cookie|signature"
    r"|api[_-]?key|private[_-]?key|(?:order|cart)[_-]?key"
)
SECRET = re.compile(_SECRET_WORDS, re.IGNORECASE)
PAIR = re.compile(rf"((?:^|(?<=[?&;\s]))[\w.-]*(?:{_SECRET_WORDS})[\w.-]*=)[^&;\s\"]+", re.IGNORECASE)
RUN = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
# In JSON that was cut, up to what ends a value.
FIELD = re.compile(
    rf'(\\*"[^"\\]*(?:{_SECRET_WORDS})[^"\\]*\\*"\s*:\s*).+?(?=\\*"\s*[,}}\]]|$)', re.IGNORECASE | re.DOTALL
)


def redact_body(body: bytes) -> str:
    return redact(body.decode("utf-8", "replace"))


def redact(text: str) -> str:
    """`text` itself, to the letter, when nothing in it sounds secret."""
    if not (SECRET.search(text) or RUN.search(text)):
        return text
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return PAIR.sub(rf"\1{MASK}", RUN.fullmatch(text) and _decoded(text) or text)


def _json(text: str) -> str:
    try:
        value = json.loads(text)
        clean = _value(value)
    except (ValueError, RecursionError):
        cut = FIELD.sub(rf"\1{MASK}", text)
        return RUN.sub(lambda run: _decoded(run[0]) or run[0], PAIR.sub(rf"\1{MASK}", cut))
    return text if clean == value else json.dumps(clean)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: MASK if each and SECRET.search(key) else _value(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(each) for each in value]
    return redact(value) if isinstance(value, str) else value


def _decoded(run: str) -> str | None:
    """Base64 of the clean text; None when `run` is none of a text, or one without secrets."""
    try:
        text = base64.b64decode(run, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    clean = redact(text)
    return None if clean == text else base64.b64encode(clean.encode()).decode()
