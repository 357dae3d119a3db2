"""What Lambda says of an event that is not JSON, in the words of the parser that it has."""

import json
import re

PLACE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
BLANKS = b" \t\r\n"
TOKEN = re.compile(rb"[A-Za-z_$][\w$]*")
WORD = re.compile(r"[A-Za-z_$][\w$]*")  # the same in text
TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')
KINDS = {"{": "Object", "[": "Array"}
# Python's words for what is missing -> the parser's
MISSING = {
    "Expecting property name enclosed in double quotes": "was expecting double-quote to start field name",
    "Expecting ':' delimiter": "was expecting a colon to separate field name and value",
    "Expecting ',' delimiter": "was expecting comma to separate {} entries",
    "Expecting value": f"expected a valid value {VALUES}",
}


def refusal(event: bytes) -> str | None:
    """None for JSON."""
    try:
        json.loads(event)
        return None
    except json.JSONDecodeError as error:
        reason = _first_token(event) or _later(error)
    except ValueError as error:
        reason = _first_token(event) or str(error)
    return f"Could not parse payload into json: {reason}"


def _first_token(event: bytes) -> str | None:
    """For what does not even begin as a value does."""
    start = len(event) - len(event.lstrip(BLANKS))
    token = TOKEN.match(event, start)
    if token is None:
        return _first_byte(event[start : start + 1], start)
    if token[0] in (b"true", b"false", b"null"):
        return None
    rest = event[token.end() : token.end() + 1]
    if rest and 0x80 <= rest[0] < 0xC0:
        return f"Invalid UTF-8 start byte 0x{rest[0]:x}\n at {PLACE.format(1, token.end() + 2)}"
    words = f"Unrecognized token '{token[0].decode()}': was expecting {VALUES}"
    return f"{words}\n at {PLACE.format(1, token.end() + 1)}"


def _first_byte(first: bytes, start: int) -> str | None:
    if not first or (first[0] < 0x80 and first not in b"'=+*/&%<>;@|"):
        return None
    text = f"(CTRL-CHAR, code {first[0]})" if first[0] >= 0x80 else f"'{first.decode()}' (code {first[0]})"
    return f"Unexpected character ({text}): expected a valid value {VALUES}\n at {PLACE.format(1, start + 1)}"


def _later(error: json.JSONDecodeError) -> str:
    """Of what this does not know (numbers, escapes) the reason is Python's."""
    text, at = error.doc, error.pos
    around = _open_bracket(text[:at])
    if at >= len(text):
        return _end(text, around, error.msg)
    token = WORD.match(text, at)
    if token and error.msg == "Expecting value":
        return f"Unrecognized token '{token[0]}': was expecting {VALUES}\n at {_place(text, token.end())}"
    if error.msg not in MISSING:
        return str(error)
    words = MISSING[error.msg].format(KINDS[text[around]]) if around is not None else MISSING[error.msg]
    return f"Unexpected character ('{text[at]}' (code {ord(text[at])})): {words}\n at {_place(text, at)}"


def _end(text: str, around: int | None, reason: str) -> str:
    if around is None:
        return f"Unexpected end-of-input\n at {_place(text, len(text))}"
    kind = KINDS[text[around]]
    if reason == "Expecting ':' delimiter" or text.rstrip()[-1] == ":":
        missing = f" within/between {kind} entries"
    else:
        missing = f": expected close marker for {kind} (start marker at {_place(text, around)})"
    return f"Unexpected end-of-input{missing}\n at {_place(text, len(text))}"


def _open_bracket(text: str) -> int | None:
    """Where the object or array begins that the end of the text is in."""
    starts: list[int] = []
    for each in TEXT_OR_BRACKET.finditer(text):
        if each[0] in KINDS:
            starts.append(each.start())
        elif each[0] in "]}" and starts:
            starts.pop()
    return starts[-1] if starts else None


def _place(text: str, at: int) -> str:
    line_start = text.rfind("\n", 0, at) + 1
    return PLACE.format(text.count("\n", 0, at) + 1, at - line_start + 1)
