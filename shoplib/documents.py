"""JSON, YAML and XML that somebody else wrote, held to limits before it is read: size, depth, and nodes with all
aliases expanded. Reading within the limits needs neither much memory nor deep recursion."""

import json
import re
from collections.abc import Iterable
from typing import Any

LARGEST = 6 * 1024 * 1024  # characters; an OpenAPI document is the largest that AWS takes
LARGEST_TEMPLATE = 1024 * 1024  # of CloudFormation
DEEPEST = 100  # of what is read as a document and walked through by recursion
DEEPEST_JSON = 200  # of JSON that is data, and of XML
MOST_NODES = 250_000
_STRUCTURE = frozenset(b'[]{}"\\')
_REST = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_STRING = re.compile(rb'"[^"]*"?')


class Unbounded(ValueError):
    """The text goes beyond a limit; the message says which."""


class Unreadable(ValueError):
    """The text is neither JSON nor YAML; the message says where, not what a parser thought of it."""


def is_too_deep(text: bytes, deepest: int = DEEPEST_JSON) -> bool:
    """Whether objects and lists of JSON are within each other more than `deepest` times."""
    if text.count(b"{") + text.count(b"[") <= deepest:
        return False
    # An escaped quote is the only thing that hides the end of a string; a pair of backslashes hides nothing.
    bare = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _REST)
    depth = 0
    for byte in _STRING.sub(b"", bare).replace(b"{}", b"").replace(b"[]", b""):
        depth += 1 if byte in b"{[" else -1
        if depth > deepest:
            return True
    return False


def is_unbounded_xml(text: bytes, deepest: int = DEEPEST_JSON) -> bool:
    """Whether elements of XML are within each other more than `deepest` times, or it declares a document type, whose
    entities stand for more than is written. What is not well-formed is for its reader to refuse."""
    from xml.parsers import expat

    parser, depth = expat.ParserCreate(), _Depth(deepest)
    parser.StartElementHandler, parser.EndElementHandler = depth.begin, depth.end
    parser.StartDoctypeDeclHandler = depth.refuse
    try:
        parser.Parse(text, True)
    except Unbounded:
        return True
    except (expat.ExpatError, LookupError, ValueError):
        pass
    return False


class _Depth:
    """Of the element of XML that is being read."""

    def __init__(self, deepest: int) -> None:
        self._left = deepest

    def begin(self, *_: object) -> None:
        self._left -= 1
        if self._left < 0:
            raise Unbounded

    def end(self, _: str) -> None:
        self._left += 1

    def refuse(self, *_: object) -> None:
        raise Unbounded


def load_json(text: str | bytes, deepest: int = DEEPEST_JSON) -> Any:
    """As json.loads, within the depth. Raises Unbounded or Unreadable, which are ValueErrors."""
    if is_too_deep(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), deepest):
        raise Unbounded(f"it is nested more than {deepest} levels deep")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None


def load(text: str, loader: Any = None, largest: int = LARGEST) -> Any:
    """JSON (what begins with a brace) or YAML, by the loader that is given or the one of texts."""
    import yaml

    from shoplib.yaml_text import TextLoader

    require_bounded(text, largest)
    # JSON is tried first: it is not quite a subset of YAML (tabs), and much faster to read.
    if _is_json(text):
        return load_json(text, DEEPEST)
    try:
        return yaml.load(text, loader or TextLoader)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise Unreadable(_place(error)) from None


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def require_bounded(text: str, largest: int = LARGEST) -> None:
    """Raises Unbounded, or Unreadable for what is no YAML. Nothing is built: the parser's events are counted."""
    import yaml

    if len(text) > largest:
        raise Unbounded(f"it has more than {largest:,} characters")
    if _is_json(text):
        if is_too_deep(text.encode("utf-8", "surrogatepass"), DEEPEST):
            raise Unbounded(f"it is nested more than {DEEPEST} levels deep")
        return
    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _measure(yaml.parse(text, parser))
    except yaml.YAMLError as error:
        raise Unreadable(_place(error)) from None


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "a value is malformed"


def _measure(events: Iterable[Any]) -> None:
    """Nodes and heights from the inside out, an alias counting as all that its anchor holds."""
    from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

    anchors: dict[str, tuple[int, int]] = {}
    within: list[list[Any]] = [["", 0, 0]]  # anchor, nodes, height
    for event in events:
        if isinstance(event, AliasEvent):
            _add(within, *_expanded(anchors, event.anchor))
        elif isinstance(event, ScalarEvent):
            _keep(anchors, event.anchor, 1, 1)
            _add(within, 1, 1)
        elif isinstance(event, CollectionStartEvent):
            anchors.pop(event.anchor or "", None)
            within.append([event.anchor, 1, 0])
        elif isinstance(event, CollectionEndEvent):
            anchor, nodes, height = within.pop()
            _keep(anchors, anchor, nodes, height + 1)
            _add(within, nodes, height + 1)


def _expanded(anchors: dict[str, tuple[int, int]], name: str | None) -> tuple[int, int]:
    if name is None or name not in anchors:
        raise Unbounded(f"the alias *{str(name)[:50]} stands for nothing, or for what it is within")
    return anchors[name]


def _keep(anchors: dict[str, tuple[int, int]], name: str | None, nodes: int, height: int) -> None:
    if name:
        anchors[name] = nodes, height


def _add(within: list[list[Any]], nodes: int, height: int) -> None:
    top = within[-1]
    top[1] += nodes
    top[2] = max(top[2], height)
    if top[1] > MOST_NODES:
        raise Unbounded(f"it has more than {MOST_NODES:,} nodes with its aliases expanded")
    if len(within) + height > DEEPEST:
        raise Unbounded(f"it is nested more than {DEEPEST} levels deep")
