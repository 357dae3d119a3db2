"""Reads JSON as records: one object per line, an array of objects, or an object that contains such an array."""

import json
from typing import Any

Record = dict[str, Any]
Broken = list[tuple[int, str, str]]
# As texts, so that amounts keep their decimals.
DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def records(text: str) -> tuple[list[Record], list[int], Broken]:
    """The records, the line at which each starts, and the invalid parts."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == "[":
        return _array(text, start + 1)
    whole = _parse_object(text)
    if whole is not None and (name := _find_list_name(whole)):
        return _array(text, text.index("[", text.index(json.dumps(name))) + 1)
    if whole is not None:
        return [whole], [_line(text, start)], []
    return _lines(text)


def _parse_object(text: str) -> Record | None:
    """The text as one object; None if it is not one."""
    try:
        value = DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _find_list_name(whole: Record) -> str | None:
    """The key of the only list of objects at an object's top level, as in API responses."""
    lists = [name for name, value in whole.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    plain = [value for value in whole.values() if not isinstance(value, list | dict)]
    return (
        lists[0] if len(lists) == 1 and len(plain) <= 3 and next(iter(whole)) in (lists[0], "object", "data") else None
    )


def _lines(text: str) -> tuple[list[Record], list[int], Broken]:
    records, lines, broken = list[Record](), list[int](), Broken()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(_object(DECODER.decode(line.strip())))
            lines.append(number)
        except (ValueError, RecursionError) as error:
            broken.append((number, line, f"not a JSON object: {error}"))
    return records, lines, broken


def _array(text: str, at: int) -> tuple[list[Record], list[int], Broken]:
    """Parses an array element by element, so that an invalid element does not affect the others."""
    records, lines, broken, line, position = list[Record](), list[int](), Broken(), 1, 0
    while (at := _next(text, at)) < len(text) and text[at] != "]":
        line, position = line + text.count("\n", position, at), at
        try:
            value, end = DECODER.raw_decode(text, at)
            records.append(_object(value))
            lines.append(line)
        except (ValueError, RecursionError) as error:
            end = _after(text, at)
            broken.append((line, text[at:end], f"not a JSON object: {error}"))
        at = end
    return records, lines, broken


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _after(text: str, at: int) -> int:
    """Where the next element may begin: after a value that is not an object, else at the next line."""
    try:
        return DECODER.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        end = text.find("\n", at)
        return end + 1 if end >= 0 else len(text)


def _object(value: Any) -> Record:
    if not isinstance(value, dict):
        raise ValueError(f"it is {type(value).__name__}")
    return value


def _line(text: str, at: int) -> int:
    return 1 + text.count("\n", 0, at)
