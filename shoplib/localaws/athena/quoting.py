"""Names and texts within statements of DuckDB's."""

from collections.abc import Iterable, Mapping


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def texts(values: Iterable[str]) -> str:
    return f"[{', '.join(map(text, values))}]"


def struct(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{text(key)}: {text(value)}" for key, value in values.items()) + "}"
