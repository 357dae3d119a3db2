"""What a selector names in a log message: `$.a.b[0]` in JSON, `$status` in a message of fields between spaces."""

import json
import re
from collections.abc import Callable
from typing import Any

from shoplib.localaws.notifications.logs.fields import Fields

STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
SELECTOR = re.compile(r"\$(?:\.[\w-]+|\[\d+\]|\['[^']+'\])+")
MISSING = object()
Lookup = Callable[[str], Any]


def select(value: Any, selector: str) -> Any:
    """MISSING where there is nothing."""
    for name, index, quoted in STEP.findall(selector):
        try:
            value = value[int(index)] if index else value[name or quoted]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def lookup(pattern: str, message: str) -> Lookup:
    """Gives the value of a selector in the message as the (valid) pattern reads it; MISSING where there is none."""
    text = pattern.strip()
    if text.startswith("["):
        values = Fields(text[1:-1]).values(message)
        return lambda selector: values.get(selector.removeprefix("$"), MISSING)
    try:
        document = json.loads(message)
    except ValueError:
        return lambda selector: MISSING
    return lambda selector: select(document, selector)


def extracted(pattern: str, message: str) -> dict[str, str]:
    """What TestMetricFilter says of a message: the values that the pattern names."""
    look, text = lookup(pattern, message), pattern.strip()
    if text.startswith("["):
        by_name = Fields(text[1:-1]).values(message)
        return {f"${name}": value for name, value in by_name.items()}
    selectors = SELECTOR.findall(text) if text.startswith("{") else []
    values = {each: look(each) for each in selectors}
    return {each: _text(value) for each, value in values.items() if value is not MISSING}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
