"""`where=[("device", "==", "mobile")]`: converts row and column filters to Arrow expressions or SQL."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import lake
from shoplib.errors import LabError

# All of the conditions, or (a list of lists) all of the conditions of one of the lists, or an expression of Arrow's.
Where: TypeAlias = "Sequence[tuple[str, str, Any]] | Sequence[Sequence[tuple[str, str, Any]]] | pc.Expression | None"

_COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "==": ("=", lambda field, value: field == value),
    "!=": ("<>", lambda field, value: field != value),
    "<": ("<", lambda field, value: field < value),
    "<=": ("<=", lambda field, value: field <= value),
    ">": (">", lambda field, value: field > value),
    ">=": (">=", lambda field, value: field >= value),
}
_MEMBERS = {"in": "IN", "not in": "NOT IN"}
_EXAMPLE = 'for example where=[("device", "==", "mobile")]'


@dataclass(frozen=True)
class Condition:
    """A comparison of a column with one or several values of its type."""

    column: str
    operator: str
    values: pa.Array

    def expression(self) -> pc.Expression:
        field = pc.field(self.column)
        if self.operator not in _MEMBERS:
            return _COMPARISONS[self.operator][1](field, self.values[0])
        inside = field.isin(self.values)
        # As in SQL, nothing is known of an empty cell, so it is not among the others either.
        return inside if self.operator == "in" else ~inside & field.is_valid()

    def sql(self) -> tuple[str, list[Any]]:
        """The condition with placeholders, and their values."""
        values, marks = self.values.to_pylist(), ", ".join("?" * len(self.values))
        if self.operator in _MEMBERS:
            return (f'"{self.column}" {_MEMBERS[self.operator]} ({marks})', values) if values else _of_no_values(self)
        return f'"{self.column}" {_COMPARISONS[self.operator][0]} {marks}', values


def _of_no_values(condition: Condition) -> tuple[str, list[Any]]:
    return ("false" if condition.operator == "in" else f'"{condition.column}" IS NOT NULL'), []


def columns_of(columns: Sequence[str] | None, schema: pa.Schema) -> list[str]:
    """The requested columns, by default all; LabError names unknown ones."""
    if isinstance(columns, str):
        raise LabError(f"columns={columns!r} is a string, not a list", f'name columns in a list: ["{columns}"]')
    names = schema.names if columns is None else list(columns)
    if unknown := [name for name in names if name not in schema.names]:
        raise LabError(f"events have no column {', '.join(map(str, unknown))}", f"columns: {', '.join(schema.names)}")
    return names


def alternatives(where: Where, schema: pa.Schema) -> list[list[Condition]]:
    """Conditions as alternatives, of which one must hold; LabError for values that cannot be compared."""
    if not where:
        return []
    groups = where if isinstance(where[0], list) else [where]
    return [[_condition(one, schema) for one in group] for group in groups]


def expression(where: Where, schema: pa.Schema) -> pc.Expression | None:
    """The filter as an Arrow expression."""
    if where is None or isinstance(where, pc.Expression):
        return where
    groups = [_all(condition.expression() for condition in group) for group in alternatives(where, schema)]
    return _any(groups) if groups else None


def _all(expressions: Iterable[pc.Expression]) -> pc.Expression:
    first, *others = list(expressions) or [pc.scalar(True)]
    for each in others:
        first = first & each
    return first


def _any(expressions: Iterable[pc.Expression]) -> pc.Expression:
    first, *others = expressions
    for each in others:
        first = first | each
    return first


def sql(where: Where, schema: pa.Schema) -> tuple[str, list[Any]]:
    """The filter for DuckDB: a condition with placeholders, and their values."""
    groups = [[condition.sql() for condition in group] for group in alternatives(where, schema)]
    text = " OR ".join("(" + (" AND ".join(test for test, _ in group) or "true") + ")" for group in groups)
    return text or "true", [value for group in groups for _, values in group for value in values]


def _condition(condition: Any, schema: pa.Schema) -> Condition:
    if not isinstance(condition, tuple) or len(condition) != 3:
        raise LabError(f"{condition!r} is not a condition", _EXAMPLE)
    column, operator, value = condition
    operator = {"=": "=="}.get(operator, operator)
    columns_of([column], schema)
    if operator not in {*_COMPARISONS, *_MEMBERS}:
        raise LabError(
            f"{operator!r} is not a comparison operator", f"operators:  {', '.join([*_COMPARISONS, *_MEMBERS])}"
        )
    if operator in _MEMBERS and (isinstance(value, str) or not isinstance(value, Iterable)):
        raise LabError(f'{column} cannot be "{operator}" {value!r}', "pass a list of values")
    values = list(value) if operator in _MEMBERS else [value]
    return Condition(column, operator, _to_array(column, values, schema.field(column).type))


def _to_array(column: str, values: list[Any], kind: pa.DataType) -> pa.Array:
    if any(value is None for value in values):
        raise LabError(f"{column} cannot be compared with None", f'use where=pc.field("{column}").is_null()')
    try:
        return pa.array([_FORMS.get(kind, _same)(value) for value in values], kind)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
        raise LabError(f"{column} cannot be compared with {values!r}", f"its values are {kind}") from None


def _same(value: Any) -> Any:
    return value


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))


def _moment(value: str | date | datetime) -> pd.Timestamp:
    moment = pd.Timestamp(value)
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")


_FORMS: dict[pa.DataType, Callable[[Any], Any]] = {lake.MOMENT: _moment, lake.AMOUNT: _amount}
