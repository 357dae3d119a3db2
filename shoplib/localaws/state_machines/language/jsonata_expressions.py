"""One JSONata expression, `{% $states.input.price * 2 %}`, evaluated within bounds of time and depth."""

import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language.failures import QUERY, EvaluationFailure

EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)
LONGEST_MS = 1_000  # AWS ends an expression after one second
DEEPEST = 300  # evaluations within each other
MOST_ITEMS = 100_000
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and EXPRESSION.fullmatch(value) is not None


def inner(value: str) -> str:
    """The expression without its delimiters; what is none stays as it is."""
    match = EXPRESSION.fullmatch(value)
    return match[1].strip() if match else value


def is_function(name: str) -> bool:
    """Whether the name is that of a function which every expression knows."""
    from jsonata import Jsonata

    return name in _functions() or Jsonata.static_frame.lookup(name) is not None


def syntax_error(value: str) -> str:
    """What is wrong with an expression's syntax; nothing when it can be read."""
    from jsonata import Jsonata
    from jsonata.jexception import JException

    try:
        Jsonata.jsonata(inner(value))
    except JException as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply"
    return ""


def evaluate(value: Any, bindings: Mapping[str, Any], location: str) -> Any:
    """`value` with all expressions in it evaluated; what is none stays as it is. Raises EvaluationFailure."""
    if isinstance(value, dict):
        return {name: evaluate(each, bindings, f"{location}/{name}") for name, each in value.items()}
    if isinstance(value, list):
        return [evaluate(each, bindings, f"{location}[{number}]") for number, each in enumerate(value)]
    return _evaluated(inner(value), bindings, location) if is_expression(value) else value


def _evaluated(text: str, bindings: Mapping[str, Any], location: str) -> Any:
    from jsonata.utils import Utils

    what = f"The JSONata expression '{text}' specified for the field '{location}'"
    try:
        value = _run(text, {name: _with_nulls(each) for name, each in bindings.items()})
    except Exception as error:  # noqa: BLE001 - the library raises Python's errors for what an expression does
        raise EvaluationFailure(QUERY, f"{what} threw an error during evaluation: {_words(error)}", location) from None
    if value is None:
        raise EvaluationFailure(QUERY, f"{what} returned nothing (undefined).", location)
    if Utils.is_function(value) or not _is_json(value):
        raise EvaluationFailure(QUERY, f"{what} returned an unsupported result type.", location)
    return _plain(value)


def _run(text: str, bindings: dict[str, Any]) -> Any:
    from jsonata import Jsonata

    expression = Jsonata.jsonata(text, timeout=LONGEST_MS, stack=DEEPEST)
    expression.set_output_convert_nulls(False)
    expression.set_validate_input(False)
    for name, function in _functions().items():
        expression.register_lambda(name, function)
    return expression.evaluate(None, bindings)


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the expression is nested too deeply"
    code = getattr(error, "error", "")
    return f"{code}: {error}" if code else str(error) or type(error).__name__


def _with_nulls(value: Any) -> Any:
    """A copy in which null is the library's own: None means undefined to it."""
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return {name: _with_nulls(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_nulls(each) for each in value]
    return Utils.NULL_VALUE if value is None else value


def _plain(value: Any) -> Any:
    """The library's lists and nulls as Python's."""
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | range):
        return [_plain(each) for each in value]
    return None if value is Utils.NULL_VALUE else value


def _is_json(value: Any) -> bool:
    from jsonata.utils import Utils

    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return isinstance(value, str | int | float | bool) or value is Utils.NULL_VALUE


def _functions() -> dict[str, Callable[..., Any]]:
    """What Step Functions adds to JSONata's own functions, and `$eval`, which it takes away."""
    return {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": _random,
        "uuid": lambda: str(uuid.uuid4()),
        "parse": _parse,
        "eval": _no_eval,
    }


def _partition(items: Any, size: Any) -> Any:
    if items is None:
        return None
    each, width = list(items) if isinstance(items, list | range) else [items], int(size)
    if width < 1:
        raise ValueError("the size of a partition must be a positive integer")
    return [each[at : at + width] for at in range(0, len(each), width)]


def _range(first: Any, last: Any, step: Any) -> list[int]:
    start, end, by = int(first), int(last), int(step)
    items = range(start, end + (1 if by > 0 else -1), by)
    if len(items) > MOST_ITEMS:
        raise ValueError(f"a range must not have more than {MOST_ITEMS} items")
    return list(items)


def _hash(data: Any, algorithm: Any = "SHA-256") -> Any:
    if data is None:
        return None
    if algorithm not in HASHES:
        raise ValueError(f"the algorithm must be one of {', '.join(HASHES)}")
    text = data if isinstance(data, str) else compact(_plain(data))
    return hashlib.new(HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _random(seed: Any = None) -> float:
    return random.Random(seed).random() if seed is not None else random.random()


def _parse(text: Any) -> Any:
    return None if text is None else _with_nulls(json.loads(text))


def _no_eval(*_: Any) -> Any:
    raise ValueError("$eval is not supported, use $parse")
