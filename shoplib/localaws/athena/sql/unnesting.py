"""UNNEST: maps are two columns, arrays of rows one for each field, arrays side by side end with the longest."""

from typing import Any

from sqlglot import exp

from shoplib.localaws.athena.sql.rewriting import call

ENTRIES = "map_entries"


def unnest(translator: Any, node: exp.Expr) -> exp.Expr:
    """A subquery that sees the tables to its left."""
    assert isinstance(node, exp.Unnest)
    alias, ordinality = node.args.get("alias"), node.args.get("offset")
    names = list(alias.columns) if alias else []
    maps = [translator.is_map(each) for each in node.expressions]
    lists = [call(ENTRIES, each) if is_map else each for each, is_map in zip(node.expressions, maps, strict=True)]
    spare = len(names) - sum(2 if is_map else 1 for is_map in maps)
    outer: list[exp.Expr] = []
    for number, is_map in enumerate(maps):
        outer += _columns(f"e{number}", is_map, rows=not is_map and number == 0 and spare > 0)
    inner = [exp.alias_(call("unnest", each), f"e{number}") for number, each in enumerate(lists)]
    if ordinality:
        inner.append(exp.alias_(call("unnest", _numbers(lists)), "ordinality"))
        outer.append(exp.column("ordinality"))
        names.append(ordinality if isinstance(ordinality, exp.Identifier) else exp.to_identifier("ordinality"))
    elements = exp.select(*inner, copy=False).subquery("elements", copy=False)
    table = exp.TableAlias(this=alias.this if alias else None, columns=names)
    return exp.Subquery(this=exp.select(*outer, copy=False).from_(elements, copy=False), alias=table)


def _columns(name: str, is_map: bool, rows: bool) -> list[exp.Expr]:
    if is_map:
        return [exp.Dot(this=exp.column(name), expression=exp.to_identifier(part)) for part in ("key", "value")]
    return [call("unnest", exp.column(name))] if rows else [exp.column(name)]


def _numbers(lists: list[exp.Expr]) -> exp.Expr:
    lengths = [call("len", each) for each in lists]
    return call("generate_series", exp.Literal.number(1), call("greatest", *lengths))
