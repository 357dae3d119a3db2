"""Java's strings, lists and maps as templates see them: properties, indexes, methods and toString."""

from collections.abc import Callable
from typing import Any

import regex  # type: ignore[import-untyped]  # unlike re it gives up when told to

from shoplib.localaws.apigateway.integrations.velocity.errors import VelocityError
from shoplib.localaws.json_text import compact

LONGEST = 10 * 1024 * 1024  # characters of one value
MOST_ITEMS = 500_000
REGEX_S = 0.5


class JsonArray(list[Any]):
    """A list that came from JSON: it prints as JSON, not as Java's [a, b]."""


class Exposed:
    """An object that templates may call: its `vtl_<name>` methods, and its `vtl_properties`."""

    vtl_properties: tuple[str, ...] = ()


def require_bounded(value: Any) -> Any:
    """`value`; VelocityError when it alone is too long. What it holds is weighed when it becomes text."""
    if isinstance(value, str | list | dict) and len(value) > (LONGEST if isinstance(value, str) else MOST_ITEMS):
        raise VelocityError(f"a value of the template is longer than {LONGEST:,} characters or {MOST_ITEMS:,} items")
    return value


def _require_printable(value: list[Any] | dict[Any, Any]) -> None:
    """Lists and maps that hold each other may print as far more than they are."""
    waiting: list[Any] = [value]
    items = length = 0
    while waiting:
        each = waiting.pop()
        items += 1
        length += len(each) if isinstance(each, str) else 1
        if items > MOST_ITEMS or length > LONGEST:
            raise VelocityError("a value of the template is too large to be written")
        waiting.extend(each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())


def java_text(value: Any) -> str:
    """toString(); nothing for null. VelocityError when the text would be too long."""
    if isinstance(value, list | dict):
        _require_printable(value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonArray):
        return compact(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inside(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_inside(item)}" for key, item in value.items()) + "}"
    return str(value)


def _inside(value: Any) -> str:
    return "null" if value is None else _text(value)


def get_property(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        if name not in value and name in ("empty", "size"):
            return call(value, "isEmpty" if name == "empty" else "size", [])
        return value.get(name)
    if isinstance(value, Exposed) and name in value.vtl_properties:
        return getattr(value, name)
    if isinstance(value, list | str) and name in ("empty", "size"):
        return call(value, "isEmpty" if name == "empty" else "size", [])
    return None


def index(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list):
        return value[int(key)] if -len(value) <= int(key) < len(value) else None
    raise VelocityError(f"[{key!r}] on {type(value).__name__}: only lists and maps have an index")


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    method = _method(value, name)
    if method is None:
        raise VelocityError(f"method {name}() of {type(value).__name__} is not supported")
    try:
        return method(*arguments) if isinstance(value, Exposed) else method(value, *arguments)
    except (TypeError, ValueError, IndexError, TimeoutError, regex.error) as error:
        raise VelocityError(f"{name}({', '.join(map(repr, arguments))}): {error}") from error


def _method(value: Any, name: str) -> Callable[..., Any] | None:
    if isinstance(value, Exposed):
        return getattr(value, f"vtl_{name}", None)
    for kind, methods in METHODS:
        if isinstance(value, kind) and name in methods:
            return methods[name]
    return ANY.get(name)


def _java_regex(pattern: str) -> str:
    """The regular expressions of templates are simple enough to be the same in both languages, but for possessives."""
    return pattern.replace("\\p{Alpha}", "[A-Za-z]").replace("\\p{Punct}", r"[!-/:-@\[-`{-~]")


def _replacement(text: str) -> str:
    return regex.sub(r"\$(\d)", r"\\\1", text)


def _split(text: str, pattern: str, limit: int = 0) -> list[str]:
    parts = regex.split(_java_regex(pattern), text, maxsplit=max(limit - 1, 0), timeout=REGEX_S)
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _put(target: dict[Any, Any], key: Any, value: Any) -> Any:
    before = target.get(key)
    target[key] = value
    return before


def _add(target: list[Any], *arguments: Any) -> bool:
    if len(arguments) == 2:
        target.insert(int(arguments[0]), arguments[1])
    else:
        target.append(arguments[0])
    return True


def _remove(target: list[Any], what: Any) -> Any:
    if isinstance(what, int) and not isinstance(what, bool):
        return target.pop(what)
    if what in target:
        target.remove(what)
        return True
    return False


def _find(items: list[Any], what: Any) -> int:
    return items.index(what) if what in items else -1


STRING: dict[str, Callable[..., Any]] = {
    "charAt": lambda s, i: s[int(i)],
    "concat": lambda s, other: s + java_text(other),
    "contains": lambda s, part: java_text(part) in s,
    "endsWith": lambda s, part: s.endswith(part),
    "equalsIgnoreCase": lambda s, other: s.lower() == java_text(other).lower(),
    "indexOf": lambda s, part, start=0: s.find(part, int(start)),
    "isBlank": lambda s: not s.strip(),
    "isEmpty": lambda s: not s,
    "lastIndexOf": lambda s, part: s.rfind(part),
    "length": len,
    "size": len,
    "matches": lambda s, pattern: regex.fullmatch(_java_regex(pattern), s, timeout=REGEX_S) is not None,
    "replace": lambda s, old, new: s.replace(java_text(old), java_text(new)),
    "replaceAll": lambda s, old, new: regex.sub(_java_regex(old), _replacement(java_text(new)), s, timeout=REGEX_S),
    "replaceFirst": lambda s, old, new: regex.sub(
        _java_regex(old), _replacement(java_text(new)), s, count=1, timeout=REGEX_S
    ),
    "split": _split,
    "startsWith": lambda s, part: s.startswith(part),
    "substring": lambda s, start, end=None: s[int(start) : None if end is None else int(end)],
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
}
LIST: dict[str, Callable[..., Any]] = {
    "add": _add,
    "addAll": lambda items, more: bool(items.extend(more)) or True,
    "contains": lambda items, what: what in items,
    "get": lambda items, at: items[int(at)],
    "indexOf": _find,
    "isEmpty": lambda items: not items,
    "remove": _remove,
    "set": lambda items, at, value: _put(dict(enumerate(items)), at, items.__setitem__(int(at), value)),
    "size": len,
    "subList": lambda items, start, end: items[int(start) : int(end)],
}
MAP: dict[str, Callable[..., Any]] = {
    "containsKey": lambda m, key: key in m,
    "containsValue": lambda m, value: value in m.values(),
    "entrySet": lambda m: [{"key": key, "value": value} for key, value in m.items()],
    "get": lambda m, key: m.get(key),
    "getKey": lambda entry: entry.get("key"),
    "getOrDefault": lambda m, key, default: m.get(key, default),
    "getValue": lambda entry: entry.get("value"),
    "isEmpty": lambda m: not m,
    "keySet": list,
    "put": _put,
    "putAll": lambda m, more: m.update(more),
    "remove": lambda m, key: m.pop(key, None),
    "size": len,
    "values": lambda m: list(m.values()),
}
NUMBER: dict[str, Callable[..., Any]] = {
    "doubleValue": float,
    "intValue": int,
    "longValue": int,
    "parseInt": lambda _, text: int(text),
}
ANY: dict[str, Callable[..., Any]] = {
    "equals": lambda value, other: value == other,
    "hashCode": hash,
    "toString": java_text,
}
METHODS: list[tuple[Any, dict[str, Callable[..., Any]]]] = [
    (str, STRING),
    (list, LIST),
    (dict, MAP),
    ((int, float), NUMBER),
]
