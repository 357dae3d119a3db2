"""What Lambda says of an event that is not JSON, in the words of the parser that it has."""

import json
import re

PLACE = " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {}]"
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
BLANKS = b" \t\r\n"
TOKEN = re.compile(rb"[A-Za-z_$][\w$]*")


def refusal(event: bytes) -> str | None:
    """None for JSON."""
    try:
        json.loads(event)
        return None
    except ValueError as error:
        reason = _parser_words(event) or str(error)
        return f"Could not parse payload into json: {reason}"


def _parser_words(event: bytes) -> str | None:
    """For what does not even begin as a value does; of all else the reason is Python's."""
    start = len(event) - len(event.lstrip(BLANKS))
    token = TOKEN.match(event, start)
    if token is None:
        return _first_byte(event[start : start + 1], start)
    rest = event[token.end() : token.end() + 1]
    if rest and 0x80 <= rest[0] < 0xC0:
        return f"Invalid UTF-8 start byte 0x{rest[0]:x}\n{PLACE.format(token.end() + 2)}"
    return f"Unrecognized token '{token[0].decode()}': was expecting {VALUES}\n{PLACE.format(token.end() + 1)}"


def _first_byte(first: bytes, start: int) -> str | None:
    if not first or (first[0] < 0x80 and first not in b"'=+*/&%<>;@|"):
        return None
    text = f"(CTRL-CHAR, code {first[0]})" if first[0] >= 0x80 else f"'{first.decode()}' (code {first[0]})"
    return f"Unexpected character ({text}): expected a valid value {VALUES}\n{PLACE.format(start + 1)}"
