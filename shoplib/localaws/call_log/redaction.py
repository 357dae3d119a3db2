"""Payloads as anybody may see them: what is secret or personal is redacted by the name of its field, and by its shape.

Also in JSON within JSON, in JSON that is cut or malformed, in XML, forms, query strings and paths, in base64, and in
DynamoDB's or HTTP's way to write a value.
"""

import base64
import binascii
import json
import re
from functools import lru_cache
from typing import Any

MASK = "***"
VALUES = ("value", "stringvalue", "values")
_SECRET_WORDS = (
    r"password|passwd|passphrase|secret(?!id)|token|authorization(?!type)|credential|cookie|signature"
    r"|api[_-]?key|private[_-]?key|order[_-]?key|cart[_-]?key"
    r"|e[_-]?mail|phone|mobile|birth|iban|cvc|cvv|ssn|card[_-]?(?:no|num|holder)|post[_-]?code|postal|zip[_-]?code|street"
    r"|first[_-]?name|last[_-]?name|full[_-]?name|given[_-]?name|family[_-]?name|customer[_-]?name|recipient[_-]?name"
    r"|billing[_-]?name|shipping[_-]?name|contact[_-]?name|surname"
    r"|shipping[_-]?address|billing[_-]?address|delivery[_-]?address|home[_-]?address|invoice[_-]?address"
)
# Of lower-case text, each word beginning with a letter: so the search skips to where one can begin, 20 times as fast.
SECRET = re.compile(_SECRET_WORDS)
PAIR = re.compile(rf"((?:^|(?<=[?&;\s]))[\w.%\[\]-]*(?:{_SECRET_WORDS})[\w.%\[\]-]*=)[^&;\s\"]+", re.IGNORECASE)
TAG = re.compile(rf"(<(?![/?!])[^<>]*(?:{_SECRET_WORDS})[^<>/]*>)[^<]+", re.IGNORECASE)
RUN = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
# Names before a colon, and what ends their values: in JSON that was cut, and in what was meant to be JSON (with other
# quotes, or none). Whether a name is secret is asked of it alone: looking for secret words everywhere takes far longer.
FIELDS = re.compile(r'\\*"(?=([^"\\]*)(\\*"\s*:\s*).)', re.DOTALL), re.compile(r'\\*"\s*[,}\]]|$')
LOOSE = re.compile(r"(?<![\w-])([\w-]++)(?=('?\s*:\s*)(?![\s\"*\\])[^,}\]\n])"), re.compile(r"[,}\]\n]|\Z")
EMAIL = r"(?<![\w.+'~-])[\w.+'~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"
PHONE = r"(?<![\w.+-])(?:\+|%2B)\d(?:[\s()/.-]{0,2}\d){6,14}(?!\w)|(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w.-])"
BEARER = (
    r"(?<=Bearer )[\w.~+/=-]+|(?<=Bearer%20)[\w.~+/=%-]+|(?<=Basic )[A-Za-z0-9+/=]{8,}|\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"
)
# What a text must hold for the shape to be there at all: looking for that is quick, and most texts hold none.
SHAPES = (
    (re.compile(EMAIL), re.compile("@|%40")),
    (re.compile(PHONE, re.IGNORECASE), re.compile(r"\d[ .-]\d{4}|\+|%2[Bb]")),
    (re.compile(BEARER, re.IGNORECASE), re.compile("earer|asic|eyj", re.IGNORECASE)),
)
CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")


def redact_body(body: bytes) -> str:
    return redact(body.decode("utf-8", "replace"))


def redact(text: str) -> str:
    """`text` itself, to the letter, when nothing in it sounds or looks secret or personal."""
    has_secret_name = SECRET.search(text.lower()) is not None
    if not (has_secret_name or RUN.search(text)):
        return _without_shapes(text)
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    clean = RUN.fullmatch(text) and _decode(text) or text
    return _without_shapes(_pairs(clean) if has_secret_name or clean is not text else clean)


def _without_shapes(text: str) -> str:
    for shape, hint in SHAPES:
        if hint.search(text):
            text = shape.sub(MASK, text)
    return CARD.sub(lambda match: MASK if _is_card(match[0]) else match[0], text)


@lru_cache(maxsize=4096)
def _sounds_secret(name: str) -> bool:
    return SECRET.search(name.lower()) is not None


def _is_card(text: str) -> bool:
    """By the check digit that every card's number ends with (Luhn)."""
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def _pairs(text: str) -> str:
    return TAG.sub(rf"\1{MASK}", PAIR.sub(rf"\1{MASK}", text))


def _json(text: str) -> str:
    try:
        value = json.loads(text)
        clean = _value(value)
    except (ValueError, RecursionError):
        cut = _mask_named(_mask_named(text, *FIELDS), *LOOSE)
        return _without_shapes(RUN.sub(lambda run: _decode(run[0]) or run[0], _pairs(cut)))
    return text if clean == value else json.dumps(clean)


def _mask_named(text: str, names: re.Pattern[str], value_end: re.Pattern[str]) -> str:
    parts, done = list[str](), 0
    for name in names.finditer(text):
        begin = name.end(2)
        if name.start() >= done and _sounds_secret(name[1]):
            end = value_end.search(text, begin + 1)
            parts += text[done:begin], MASK
            done = end.start() if end else len(text)
    return "".join((*parts, text[done:]))


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        secret = _is_secret_pair(value)
        return {
            _without_shapes(key): MASK
            if each and (_sounds_secret(key) or (secret and key.lower() in VALUES))
            else _value(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_value(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and CARD.fullmatch(str(value)) and _is_card(str(value)):
        return MASK
    return redact(value) if isinstance(value, str) else value


def _is_secret_pair(value: dict[str, Any]) -> bool:
    """An attribute written as a pair: {"Name": "phone", "Value": "..."}, or one that says so itself, as EventBridge's
    connections write it."""
    if any(each is True for key, each in value.items() if key.lower() == "isvaluesecret"):
        return True
    name = next((each for key, each in value.items() if key.lower() in ("name", "key")), "")
    return isinstance(name, str) and _sounds_secret(name)


def _decode(run: str) -> str | None:
    """Base64 of the clean text; None when `run` is none of a text, or one without secrets."""
    try:
        text = _text(base64.b64decode(run[: len(run) // 4 * 4], validate=True))  # the end of what was cut is lost
    except (binascii.Error, UnicodeDecodeError):
        return None
    clean = redact(text)
    return None if clean == text else base64.b64encode(clean.encode()).decode()


def _text(raw: bytes) -> str:
    """UTF-8, of which the last letter may be cut."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            raise
        return raw[: error.start].decode()
