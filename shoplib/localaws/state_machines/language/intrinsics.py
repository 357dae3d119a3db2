"""The intrinsic functions of JSONPath states, `States.Format` and the others."""

import base64
import binascii
import hashlib
import json
import math
import random
import re
import uuid
from collections.abc import Callable
from inspect import signature
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language import paths
from shoplib.localaws.state_machines.language.failures import INTRINSIC, EvaluationFailure, runtime
from shoplib.localaws.state_machines.language.intrinsic_syntax import Argument, Call, Literal, Unreadable, parse
from shoplib.localaws.state_machines.language.scope import Scope

LONGEST = 10_000  # characters that are encoded or hashed
MOST_ITEMS = 1_000  # of a range
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
HOLE = re.compile(r"\\([{}\\])|\{\}")


class Wrong(ValueError):
    """An argument that the function cannot take; the message says why."""


def evaluate(text: str, scope: Scope) -> Any:
    """The value of a call. Raises EvaluationFailure."""
    try:
        call = parse(text)
    except Unreadable as error:
        raise runtime(f"The function '{text}' is invalid: {error}") from None
    return _value(call, scope, call)


def is_call(text: str) -> bool:
    """Whether `text` can be read and calls only functions that there are."""
    try:
        return _is_known(parse(text))
    except Unreadable:
        return False


def _is_known(call: Call) -> bool:
    inner = [each for each in call.arguments if isinstance(each, Call)]
    return call.name in FUNCTIONS and all(map(_is_known, inner))


def _value(argument: Argument, scope: Scope, whole: Call) -> Any:
    if isinstance(argument, Literal):
        return argument.value
    if isinstance(argument, Call):
        return _called(argument, _arguments(argument, scope, whole))
    value = paths.find(argument.text, scope)
    if value is paths.MISSING:
        raise runtime(
            f"The function '{whole.text}' had the following error: The JsonPath argument for the field "
            f"'{argument.text}' could not be found in the input '{compact(scope.document)}'"
        )
    return value


def _arguments(call: Call, scope: Scope, whole: Call) -> list[Any]:
    values = [_value(each, scope, whole) for each in call.arguments]
    first = call.arguments[0] if call.arguments else None
    if call.name == "States.Format" and isinstance(first, Literal) and isinstance(first.value, str):
        values[0] = first.template
    return values


def _called(call: Call, arguments: list[Any]) -> Any:
    if call.name not in FUNCTIONS:
        raise runtime(f"The function '{call.name}' does not exist")
    try:
        _require_fit(call.name, arguments)
        return FUNCTIONS[call.name](*arguments)
    except Wrong as error:
        message = f"The function '{call.text}' had the following error: {error}"
        raise EvaluationFailure(INTRINSIC, message) from None


def _require_fit(name: str, arguments: list[Any]) -> None:
    try:
        signature(FUNCTIONS[name]).bind(*arguments)
    except TypeError:
        raise Wrong(f"Invalid number of arguments for {name}") from None


def _array(*items: Any) -> list[Any]:
    return list(items)


def _partition(items: Any, size: Any) -> list[list[Any]]:
    _require(isinstance(items, list), "The first argument must be an array")
    _require(_is_integer(size) and size > 0, "The chunk size must be a positive integer")
    return [items[at : at + int(size)] for at in range(0, len(items), int(size))]


def _contains(items: Any, value: Any) -> bool:
    _require(isinstance(items, list), "The first argument must be an array")
    return any(_same(each, value) for each in items)


def _range(first: Any, last: Any, step: Any) -> list[int]:
    _require(all(_is_number(each) for each in (first, last, step)), "The arguments must be integers")
    start, end, by = _whole(first), _whole(last), _whole(step)
    _require(by != 0, "The step must not be 0")
    items = range(start, end + (1 if by > 0 else -1), by)
    _require(len(items) <= MOST_ITEMS, f"The array must not have more than {MOST_ITEMS} items")
    return list(items)


def _get_item(items: Any, index: Any) -> Any:
    _require(isinstance(items, list), "The first argument must be an array")
    _require(_is_integer(index) and 0 <= index < len(items), f"The index {compact(index)} is out of bounds")
    return items[int(index)]


def _length(items: Any) -> int:
    _require(isinstance(items, list), "The argument must be an array")
    return len(items)


def _unique(items: Any) -> list[Any]:
    _require(isinstance(items, list), "The argument must be an array")
    unique: list[Any] = []
    for item in items:
        if not any(_same(item, each) for each in unique):
            unique.append(item)
    return unique


def _encode(text: Any) -> str:
    _require_text(text)
    return base64.b64encode(text.encode()).decode()


def _decode(text: Any) -> str:
    _require_text(text)
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Wrong("The argument is not base64 of a text") from None


def _hash(data: Any, algorithm: Any) -> str:
    text = data if isinstance(data, str) else compact(data)
    _require_text(text)
    _require(isinstance(algorithm, str) and algorithm in HASHES, f"The algorithm must be one of {', '.join(HASHES)}")
    return hashlib.new(HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    _require(isinstance(first, dict) and isinstance(second, dict), "The first two arguments must be objects")
    _require(deep is False, "Only the shallow merging mode is supported: the third argument must be false")
    return {**first, **second}


def _random(start: Any, end: Any, seed: Any = None) -> int:
    _require(_is_number(start) and _is_number(end), "The arguments must be numbers")
    _require(_whole(start) < _whole(end), "The start must be less than the end")
    generator = random.Random(seed) if seed is not None else random
    return generator.randrange(_whole(start), _whole(end))


def _add(first: Any, second: Any) -> int:
    _require(_is_number(first) and _is_number(second), "The arguments must be numbers")
    return _whole(first) + _whole(second)


def _split(text: Any, delimiters: Any) -> list[str]:
    _require(isinstance(text, str) and isinstance(delimiters, str), "The arguments must be strings")
    parts = re.split(f"[{re.escape(delimiters)}]", text) if delimiters else [text]
    return [part for part in parts if part]


def _uuid() -> str:
    return str(uuid.uuid4())


def _format(template: Any, *values: Any) -> str:
    _require(isinstance(template, str), "The first argument must be a string")
    holes = sum(1 for match in HOLE.finditer(template) if match[0] == "{}")
    _require(holes == len(values), f"The template has {holes} placeholders for {len(values)} arguments")
    following = iter(values)
    return HOLE.sub(lambda match: match[1] or _written(next(following)), template)


def _to_text(value: Any) -> str:
    return compact(value)


def _to_json(text: Any) -> Any:
    _require(isinstance(text, str), "The argument must be a string")
    try:
        return json.loads(text) if text.strip() else None  # as AWS's parser takes a blank text
    except ValueError:
        raise Wrong("The argument is not JSON") from None


def _whole(number: float) -> int:
    """Halves up, also below zero, where Python's `round` goes to the even one."""
    return math.floor(number) + (number % 1 >= 0.5)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)


def _same(first: Any, second: Any) -> bool:
    """Python takes true for 1."""
    return isinstance(first, bool) == isinstance(second, bool) and first == second


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and value == int(value)


def _require_text(text: Any) -> None:
    _require(isinstance(text, str), "The argument must be a string")
    _require(len(text) <= LONGEST, f"The argument must not have more than {LONGEST} characters")


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Wrong(reason)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "States.Array": _array,
    "States.ArrayContains": _contains,
    "States.ArrayGetItem": _get_item,
    "States.ArrayLength": _length,
    "States.ArrayPartition": _partition,
    "States.ArrayRange": _range,
    "States.ArrayUnique": _unique,
    "States.Base64Decode": _decode,
    "States.Base64Encode": _encode,
    "States.Format": _format,
    "States.Hash": _hash,
    "States.JsonMerge": _merge,
    "States.JsonToString": _to_text,
    "States.MathAdd": _add,
    "States.MathRandom": _random,
    "States.StringSplit": _split,
    "States.StringToJson": _to_json,
    "States.UUID": _uuid,
}
