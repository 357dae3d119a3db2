"""What is wrong with a text that should be JSON, in the words of the parser that AWS uses (Jackson's)."""

import json
import re
from typing import NamedTuple

VALUES = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"
WORD = re.compile(r"[\w$]+")
# Python's words for what is missing -> Jackson's
EXPECTED = {
    "Expecting property name enclosed in double quotes": "was expecting double-quote to start field name",
    "Expecting ':' delimiter": "was expecting a colon to separate field name and value",
    "Expecting ',' delimiter": "was expecting comma to separate entries",
    "Illegal trailing comma before end of object": "was expecting double-quote to start field name",
}


class JsonFault(NamedTuple):
    """`source` says where the parser stands: behind what it could not take."""

    message: str
    source: str


def json_fault(text: str) -> JsonFault | None:
    """None for what is JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _fault(text, error.pos, error.msg)
    return None


def _fault(text: str, at: int, reason: str) -> JsonFault:
    if at >= len(text):
        return JsonFault("Unexpected end-of-input", _source(text, at))
    word = WORD.match(text, at)
    if word and reason not in EXPECTED and not text[at].isdigit():
        return JsonFault(f"Unrecognized token '{word[0]}': was expecting ({VALUES})", _source(text, word.end()))
    expected = EXPECTED.get(reason, f"expected a valid value ({VALUES})")
    return JsonFault(f"Unexpected character ('{text[at]}' (code {ord(text[at])})): {expected}", _source(text, at + 1))


def _source(text: str, end: int) -> str:
    line = text.count("\n", 0, end) + 1
    column = end - (text.rfind("\n", 0, end) + 1) + 1
    return f'[Source: (String)"{text}"; line: {line}, column: {column}]'
