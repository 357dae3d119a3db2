"""Lambda's event filtering: which records of a source are sent to a function."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoplib.localaws import event_patterns
from shoplib.localaws.event_patterns import Event, InvalidPattern, Pattern

LONGEST = 4096


@dataclass(frozen=True)
class Filter:
    """`decodes` names the fields that the pattern matches as objects; data that is not JSON does not match it."""

    pattern: Pattern
    decodes: frozenset[str]


def parse(filter_criteria: Mapping[str, Any] | None) -> list[Filter]:
    """The filters of a mapping's FilterCriteria. Raises InvalidPattern."""
    return [_filter(entry.get("Pattern")) for entry in (filter_criteria or {}).get("Filters") or []]


def _filter(text: Any) -> Filter:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise InvalidPattern(f"a pattern is a text of at most {LONGEST} characters")
    pattern = event_patterns.parse(text)
    return Filter(pattern, frozenset(_objects(pattern)))


def _objects(pattern: Pattern) -> Iterator[str]:
    yield from (name for name, rule in pattern.fields.items() if isinstance(rule, Pattern))
    for alternatives in pattern.choices:
        for each in alternatives:
            yield from _objects(each)


def accepts(record: Mapping[str, Any], filters: Sequence[Filter], data_key: str) -> bool:
    """True if any filter accepts the record, or there are no filters. `data_key` is the key of the record's own data.

    As on AWS, an object pattern for the data matches only JSON data; a list of strings matches plain text.
    """
    return not filters or any(_accepts(each, record, data_key) for each in filters)


def _accepts(criteria: Filter, record: Mapping[str, Any], data_key: str) -> bool:
    data = record.get(data_key)
    if data_key not in criteria.decodes or not isinstance(data, str):
        return criteria.pattern.matches(Event(record))
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict | list) and criteria.pattern.matches(Event({**record, data_key: content}))
