"""Display of responses: tables for flat data, the rest folded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

MOST_ROWS = 20


@dataclass(frozen=True)
class Answer:
    """A JSON value; displayed in a notebook as a table, with the full JSON folded below."""

    value: Any

    def __repr__(self) -> str:
        return _json(self.value)

    def _repr_html_(self) -> str:
        folded = f"<details><summary>as JSON</summary><pre>{escape(_json(self.value))}</pre></details>"
        return _html(self.value) + (folded if isinstance(self.value, Mapping | list) else "")


def show(value: Any) -> Answer:
    """Display a response of AWS or the shop, without boto3's ResponseMetadata."""
    if isinstance(value, Mapping):
        value = {name: part for name, part in value.items() if name != "ResponseMetadata"}
    return Answer(value)


def _html(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = (
            f"<tr><th style='text-align:left'>{escape(str(name))}</th>{_cell(part)}</tr>"
            for name, part in value.items()
        )
        return f"<table>{''.join(rows)}</table>"
    if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        return _table(value)
    return f"<pre>{escape(_json(value))}</pre>"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(str(name))}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(row.get(name, '')) for name in names)}</tr>" for row in rows[:MOST_ROWS])
    rest = f"<small>and {len(rows) - MOST_ROWS} more</small>" if len(rows) > MOST_ROWS else ""
    return f"<table><tr>{head}</tr>{body}</table>{rest}"


def _cell(part: Any) -> str:
    """One of DynamoDB's values without its type, a flat value as it is, anything else folded."""
    if isinstance(part, Mapping) and len(part) == 1 and next(iter(part)) in ("S", "N", "BOOL"):
        part = next(iter(part.values()))
    if not isinstance(part, Mapping | list):
        return f"<td style='text-align:left'>{escape(str(part))}</td>"
    entries = f"{len(part)} {'entry' if len(part) == 1 else 'entries'}"
    return f"<td style='text-align:left'><details><summary>{entries}</summary>{_html(part)}</details></td>"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
