"""Which partitions of a table a query reads."""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from shoplib.localaws.athena.hive_types import duckdb_type
from shoplib.localaws.athena.quoting import name
from shoplib.localaws.athena.tables.catalog import Catalog, Table
from shoplib.localaws.athena.tables.projection import Equal, is_projected, projected

Partition = tuple[list[str], str]  # values, location
Conditions = Sequence[exp.Expr]  # on columns of partitions alone; all of them hold


def read_partitions(
    table: Table, catalog: Catalog, references: Sequence[Conditions], connection: duckdb.DuckDBPyConnection
) -> list[Partition]:
    """Partitions for which the conditions of one of the references hold; a table without any is one."""
    if not table.partition_keys:
        return [([], table.location)]
    present = list(_present(table, catalog, _named_values(table, references)))
    if not present or any(not conditions for conditions in references):
        return present
    chosen = set(_matching(table, present, references, connection))
    return [each for number, each in enumerate(present) if number in chosen]


def _present(table: Table, catalog: Catalog, equal: Equal) -> Iterable[Partition]:
    if is_projected(table):
        return projected(table, equal)
    return [(values, str(storage.get("Location") or "")) for values, storage in catalog.partitions(table)]


def _matching(
    table: Table, present: list[Partition], references: Sequence[Conditions], connection: duckdb.DuckDBPyConnection
) -> list[int]:
    columns = zip(*(values for values, _ in present), strict=True)
    arrow = {key.name: pa.array(values, pa.string()) for key, values in zip(table.partition_keys, columns, strict=True)}
    connection.register("partition_values", pa.table({**arrow, "partition_number": range(len(present))}))
    typed = ", ".join(
        f"CAST({name(key.name)} AS {duckdb_type(key.type)}) AS {name(key.name)}" for key in table.partition_keys
    )
    rows = f"(SELECT {typed}, partition_number FROM partition_values)"
    where = " OR ".join(f"({' AND '.join(each.sql('duckdb', normalize_functions=False) for each in conditions)})"
                        for conditions in references)  # fmt: skip
    numbers = connection.execute(f"SELECT partition_number FROM {rows} WHERE {where}").fetchall()
    connection.unregister("partition_values")
    return [number for (number,) in numbers]


def _named_values(table: Table, references: Sequence[Conditions]) -> dict[str, list[str]]:
    """Columns of which every reference names the values."""
    by_column: dict[str, list[str]] = {}
    for key in table.partition_keys:
        each = [_values_of(key.name, conditions) for conditions in references]
        if all(values is not None for values in each):
            by_column[key.name] = sorted({value for values in each for value in values or ()})
    return by_column


def _values_of(column: str, conditions: Conditions) -> list[str] | None:
    for condition in conditions:
        of_column = isinstance(condition.this, exp.Column) and condition.this.name.lower() == column
        if of_column and isinstance(condition, exp.EQ) and isinstance(condition.expression, exp.Literal):
            return [condition.expression.name]
        if (
            of_column
            and isinstance(condition, exp.In)
            and all(isinstance(e, exp.Literal) for e in condition.expressions)
        ):
            return [each.name for each in condition.expressions] or None
    return None


def conditions_on(table: Table, select: exp.Expr | None, alias: str) -> list[exp.Expr]:
    """What the WHERE clause around a reference says of columns of partitions alone, without the name of the table."""
    where = select.args.get("where") if isinstance(select, exp.Select) else None
    if where is None:
        return []
    keys = {key.name for key in table.partition_keys}
    conjuncts = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    return [_unqualified(each) for each in conjuncts if _concerns(each, keys, alias)]


def _concerns(condition: exp.Expr, keys: set[str], alias: str) -> bool:
    columns = list(condition.find_all(exp.Column))
    own = all(each.name.lower() in keys and each.table.lower() in ("", alias) and not each.db for each in columns)
    return bool(columns) and own and not condition.find(exp.Query, exp.Window, exp.Placeholder)


def _unqualified(condition: exp.Expr) -> exp.Expr:
    copy = condition.copy()
    for column in copy.find_all(exp.Column):
        column.set("table", None)
    return copy
