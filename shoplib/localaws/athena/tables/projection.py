"""Partition projection: the partitions that a table's parameters say are there."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from string import Template

from shoplib.localaws import engine_clock
from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.tables.catalog import Table
from shoplib.localaws.athena.tables.dates import Pattern

MOST_VALUES = 1_000_000
NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+))?", re.IGNORECASE)
UNITS = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS")
Equal = Mapping[str, list[str]]  # per column, the values that a query names


def is_projected(table: Table) -> bool:
    return table.parameters.get("projection.enabled", "").lower() == "true"


def projected(table: Table, equal: Equal) -> Iterator[tuple[list[str], str]]:
    """Values and location of each partition; of what a query does not name, all."""
    names = [key.name for key in table.partition_keys]
    for values in product(*(_values(table, name, equal.get(name)) for name in names)):
        yield list(values), _location(table, dict(zip(names, values, strict=True)))


def _location(table: Table, values: dict[str, str]) -> str:
    template = table.parameters.get("storage.location.template")
    if template is None:
        folders = "/".join(f"{name}={value}" for name, value in values.items())
        return f"{table.location.rstrip('/')}/{folders}/"
    # Names of columns are lower case, and those in templates as their authors like.
    return Template(re.sub(r"\$\{(\w+)\}", lambda match: f"${{{match[1].lower()}}}", template)).substitute(values)


def _values(table: Table, name: str, equal: list[str] | None) -> list[str]:
    kind = _setting(table, name, "type").lower()
    if kind == "enum":
        return [each.strip() for each in _setting(table, name, "values").split(",")]
    if kind == "integer":
        return _integers(table, name, equal)
    if kind == "date":
        return _dates(table, name)
    if kind == "injected":
        return _injected(table, name, equal)
    raise _invalid(table, name, f"the projection type {kind} is unknown")


def _injected(table: Table, name: str, equal: list[str] | None) -> list[str]:
    if equal is None:
        raise QueryFailed(
            f"CONSTRAINT_VIOLATION: For the injected projected partition column {name}, the WHERE clause must contain "
            f"only static equality conditions, and at least one such condition must be present."
        )
    return equal


def _integers(table: Table, name: str, equal: list[str] | None) -> list[str]:
    first, last = (int(each) for each in _setting(table, name, "range").split(","))
    step, digits = int(_setting(table, name, "interval", "1")), int(_setting(table, name, "digits", "0"))
    numbers = range(first, last + 1, step)
    if equal is not None:
        return [f"{number:0{digits}d}" for number in map(int, equal) if number in numbers]
    if len(numbers) > MOST_VALUES:
        raise _invalid(table, name, f"more than {MOST_VALUES} values would be listed; name some in the WHERE clause")
    return [f"{number:0{digits}d}" for number in numbers]


def _dates(table: Table, name: str) -> list[str]:
    pattern = Pattern(_setting(table, name, "format"))
    first, last = (_moment(each, pattern) for each in _setting(table, name, "range").split(","))
    unit = _setting(table, name, "interval.unit", pattern.unit).upper()
    interval = int(_setting(table, name, "interval", "1"))
    values: dict[str, None] = {}  # in order, each once
    current = first
    while current <= last:
        values[pattern.format(current)] = None
        if len(values) > MOST_VALUES:
            raise _invalid(table, name, f"its range has more than {MOST_VALUES} values")
        current = _later(current, unit, interval)
    return list(values)


def _moment(text: str, pattern: Pattern) -> datetime:
    match = NOW.fullmatch(text.strip())
    if match is None:
        return pattern.parse(text.strip())
    now = datetime.fromtimestamp(engine_clock.now(), UTC).replace(tzinfo=None)
    if match[1] is None:
        return now
    return _later(now, match[3].upper(), int(match[2]) * (1 if match[1] == "+" else -1))


def _later(moment: datetime, unit: str, number: int) -> datetime:
    unit = unit if unit.endswith("S") else f"{unit}S"
    if unit not in UNITS:
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: the unit {unit} of a partition projection is unknown")
    if unit in ("YEARS", "MONTHS"):
        months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "YEARS" else 1)
        return moment.replace(year=months // 12, month=months % 12 + 1, day=min(moment.day, 28))
    return moment + timedelta(**{unit.lower(): number})


def _setting(table: Table, name: str, setting: str, default: str | None = None) -> str:
    value = table.parameters.get(f"projection.{name}.{setting}", default)
    if value is None:
        raise _invalid(table, name, f"the parameter projection.{name}.{setting} is missing")
    return value


def _invalid(table: Table, name: str, reason: str) -> QueryFailed:
    return QueryFailed(f"INVALID_TABLE_PROPERTY: partition projection of {table.name}, column {name}: {reason}")
