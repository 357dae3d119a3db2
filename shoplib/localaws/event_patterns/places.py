"""Where a refused pattern is wrong, as AWS tells it: ` at [Source: (String)"..."; line: 1, column: 11]`."""

import json
import re
from dataclasses import dataclass

from shoplib.localaws.event_patterns.invalid import InvalidPattern, Place

TOKEN = re.compile(r'\s*([{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+)')
WORD = re.compile(r"[A-Za-z0-9_$]+")
LONGEST_SOURCE = 500


@dataclass(frozen=True)
class Span:
    """Of a value in the text: behind its first character, or behind all of a number, and behind all of it."""

    head: int
    end: int


def explained(text: str, error: InvalidPattern) -> str:
    """The reason with its place, as EventBridge answers it."""
    try:
        spans = _spans(text)
    except json.JSONDecodeError as fault:
        return _not_json(text, fault.pos) or str(error)
    if error.placeless or error.place not in spans:
        return str(error)
    span = spans[error.place]
    return str(error) + _place(text, span.end if error.behind else span.head) * (2 if error.twice else 1)


def _not_json(text: str, position: int) -> str | None:
    """What AWS's parser says of a word that is none of JSON's, and of a name without quotes."""
    if word := WORD.match(text, position):
        expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        return f"Unrecognized token '{word[0]}': was expecting {expected}" + _place(text, word.end())
    if text[:position].rstrip()[-1:] in ("{", ",") and text[position:]:
        character = text[position]
        reason = f"Unexpected character ('{character}' (code {ord(character)})): was expecting double-quote to start"
        return f"{reason} field name" + _place(text, position)
    return None


def _place(text: str, position: int) -> str:
    """`position` counts the characters before it."""
    source = f'"{text[:LONGEST_SOURCE]}"'
    if len(text) > LONGEST_SOURCE:
        source += f"[truncated {len(text) - LONGEST_SOURCE} chars]"
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"\n at [Source: (String){source}; line: {line}, column: {column}]"


def _spans(text: str) -> dict[Place, Span]:
    """By place; of members of the same name the last. Raises json.JSONDecodeError."""
    json.loads(text)
    spans: dict[Place, Span] = {}
    open_values: list[tuple[Place, int, str]] = []
    name: str | None = None
    count = [0]
    for match in TOKEN.finditer(text):
        token, start, end = match[1], match.start(1), match.end(1)
        inside_object = bool(open_values) and open_values[-1][2] == "{"
        if token in ("}", "]"):
            place, head, _ = open_values.pop()
            spans[place] = Span(head, end)
            count.pop()
        elif token in (",", ":"):
            count[-1] += token == ","
            name = None if token == "," else name
        elif inside_object and name is None:
            name = json.loads(token)
        else:
            above = open_values[-1][0] if open_values else ()
            step: Place = () if not open_values else (name,) if inside_object and name is not None else (count[-1],)
            if token in ("{", "["):
                open_values.append(((*above, *step), end, token))
                count.append(0)
                name = None
            else:
                spans[*above, *step] = Span(start + 1 if token[0] == '"' else end, end)
    return spans
