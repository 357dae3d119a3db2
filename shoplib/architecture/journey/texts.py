"""Payloads made readable: JSON in JSON unfolded, base64 in clear, of a batch only the entries that are asked for."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# Text in base64 within JSON, or within JSON within JSON, or where the record of the call was cut.
RUN = r"[A-Za-z0-9+/]{16,}={0,2}"
BASE64 = re.compile(rf'(?<="){RUN}(?=\\*"|$)')
# Where services keep what belongs to different senders in one call.
BATCHES = (
    *("Records", "Entries", "Messages", "Responses", "RequestItems", "UnprocessedItems", "UnprocessedKeys"),
    *("Successful", "Failed", "batchItemFailures"),
    *("commands", "outcomes"),  # of the shop's own services
)
FIRST_ENTRY = re.compile(rf'"({"|".join(BATCHES)})"\s*:\s*\[\s*')
Filter = Callable[[str], bool]


def clear(text: str) -> str:
    """`text` with what is in base64 decoded, in place; works for text that was cut, too."""
    return BASE64.sub(lambda match: decode(match[0]) or match[0], text)


def decode(run: str) -> str | None:
    """The text that `run` is the base64 of; None when it is none."""
    data = base64.b64decode(run[: len(run) // 4 * 4])
    text = data.decode("utf-8", "replace").rstrip("\ufffd")
    return text if is_text(text) else None


def is_text(text: str) -> bool:
    """Whether a person can read it: no control characters, no bytes of something else."""
    return "\ufffd" not in text and all(char.isprintable() or char in "\r\n\t" for char in text)


def parse(text: str) -> Any:
    """The object or list that the JSON in `text` is; None for anything else, and for JSON that was cut."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_whole(text: str) -> bool:
    """Whether `text` is all that was said: neither empty, nor cut, nor bytes."""
    return bool(text) and is_text(text) and (parse(text) is not None or text.lstrip()[:1] not in ("{", "["))


def unfold(value: Any) -> Any:
    """`value` with each text that is JSON, or its base64, as the object that it is."""
    if isinstance(value, dict):
        return {key: unfold(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unfold(each) for each in value]
    if not isinstance(value, str):
        return value
    plain = (decode(value) or value) if re.fullmatch(RUN, value) else value
    inner = parse(plain)
    return plain if inner is None else unfold(inner)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def readable(text: str) -> str:
    """`text` as a person wants to read it."""
    value = parse(text)
    try:
        return clear(text) if value is None else pretty(unfold(value))
    except RecursionError:
        return text


@dataclass
class Part:
    """Those entries of a text that are asked for, and how many entries it has. `text` is empty when nothing is."""

    text: str = ""
    own: int = 0
    of: int = 0
    cut: bool = False

    @property
    def is_all(self) -> bool:
        return self.own == self.of and not self.cut


def part(text: str, accepts: Filter) -> Part:
    """What `text` has of what is `asked` for. Entries of others are left out, and what cannot be taken apart."""
    value = parse(text)
    result = Part(cut=value is None and not is_whole(text))
    value = _recover_entries(text) if result.cut else value
    if value is None:
        result.text = "" if result.cut or not accepts(clear(text)) else clear(text)
        return result
    try:
        content = pretty(_select(unfold(value), accepts, result))
    except RecursionError:
        return Part(cut=True)
    only_entries = isinstance(value, dict) and bool(value) and set(value) <= set(BATCHES)
    result.text = content if accepts(content) or (only_entries and result.is_all) else ""
    return result


def _select(value: Any, accepts: Filter, result: Part) -> Any:
    if isinstance(value, list):
        return _entries(value, accepts, result)
    if not isinstance(value, dict):
        return value
    return {key: _entries(each, accepts, result) if key in BATCHES else each for key, each in value.items()}


def _entries(value: Any, accepts: Filter, result: Part) -> Any:
    """The entries that are asked for: in a list, or in lists by table as DynamoDB has them."""
    if isinstance(value, dict):
        return {key: _entries(each, accepts, result) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    own = [each for each in value if accepts(pretty(each))]
    result.own, result.of = result.own + len(own), result.of + len(value)
    return own


def _recover_entries(text: str) -> Any:
    """The whole entries at the beginning of a batch that was cut."""
    start = FIRST_ENTRY.search(text)
    return {start[1]: list(_from(text, start.end()))} if start else None


def _from(text: str, place: int) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while place < len(text):
        try:
            entry, place = decoder.raw_decode(text, place)
        except ValueError:
            return
        yield entry
        place += len(text[place:]) - len(text[place:].lstrip(" \t\r\n,"))
