"""What the types of operands decide.

Decimals divided are decimals to Athena, and so is the average of decimals; an element or a key in brackets that is not
there is an error. To DuckDB the first are doubles, the second is null.

Which type an operand has, only DuckDB knows: it says so where an operand stands in a comparison that it must refuse.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import duckdb
from sqlglot import exp

from shoplib.localaws.athena.sql.rewriting import call, is_within_try

MIXED = re.compile(r"Cannot mix values of type (.+) and DATE\[\] in BETWEEN")
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "INTEGER_LITERAL": 10, "BIGINT": 19}
MOST_DIGITS = 38
MACROS = ("decimal_quotient", "decimal_quotient_or_null", "entry", "subscript", "element_or_null")
OPERANDS = {"divide": 2, "avg": 1, "athena.value_at": 1, "athena.value_or_null": 1}  # whose types decide
Kinds = list[str]  # of the operands, as DuckDB calls them; empty where it does not say


def exact(query: exp.Expr, connection: duckdb.DuckDBPyConnection) -> exp.Expr:
    """A translated query with these written out; what is inside comes first. One of them that DuckDB cannot bind as it
    is hides the types of others: these are asked for again when it is written out."""
    root = exp.Paren(this=query)
    waiting = list(reversed(list(_calls(root.this))))
    while waiting:
        unknown: list[exp.Anonymous] = []
        for node in waiting:
            if node.root() is root and not _write_out(root, node, unknown, connection):
                unknown.append(node)
        if len(unknown) == len(waiting):
            break
        waiting = unknown
    for node in waiting:
        if node.root() is root:
            _replace(root, node, [""] * len(node.expressions))
    return root.this


def _write_out(
    root: exp.Paren, node: exp.Anonymous, unknown: list[exp.Anonymous], connection: duckdb.DuckDBPyConnection
) -> bool:
    """False while a type that it takes is not known."""
    if any(ancestor is node for each in unknown for ancestor in _ancestors(each)):
        return False
    twins = [each for each in _calls(root.this) if each == node]
    kinds = [_type(root.this, twins, place, connection) for place in range(OPERANDS[_name(node)])]
    if not all(kinds):
        return False
    _replace(root, node, kinds)
    return True


def _ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    while node.parent is not None:
        node = node.parent
        yield node


def _replace(root: exp.Paren, node: exp.Anonymous, kinds: Kinds) -> None:
    """Wherever the query has it: a grouping and what is grouped stay the same."""
    for twin in [each for each in _calls(root.this) if each == node]:
        if (written := FORMS[_name(twin)](twin, kinds)) is not None:
            _outermost(twin).replace(written)


def _calls(query: exp.Expr) -> Iterator[exp.Anonymous]:
    for node in query.walk(bfs=True):
        if isinstance(node, exp.Anonymous) and _name(node) in FORMS:
            yield node


def _name(node: exp.Anonymous) -> str:
    return str(node.this).lower()


def _type(query: exp.Expr, twins: list[exp.Anonymous], place: int, connection: duckdb.DuckDBPyConnection) -> str:
    operands = [_value(twin.expressions[place]) for twin in twins]
    probes = [_probe(operand) for operand in operands]
    for operand, probe in zip(operands, probes, strict=True):
        operand.replace(probe)
    try:
        connection.execute("EXPLAIN " + query.sql("duckdb", normalize_functions=False))
    except duckdb.Error as error:
        match = MIXED.search(str(error))
        return match[1] if match else ""
    finally:
        for operand, probe in zip(operands, probes, strict=True):
            probe.replace(operand)
    return ""


def _value(operand: exp.Expr) -> exp.Expr:
    return operand.expressions[0] if isinstance(operand, exp.Distinct) else operand


def _probe(operand: exp.Expr) -> exp.Expr:
    lists = [exp.Array(expressions=[exp.cast(exp.Literal.string("2020-01-01"), "DATE")]) for _ in range(2)]
    comparison = exp.Between(this=exp.paren(operand.copy()), low=lists[0], high=lists[1])
    return exp.Case(ifs=[exp.If(this=comparison, true=exp.Literal.number(1))])


def _outermost(node: exp.Expr) -> exp.Expr:
    """An aggregate with its filter and window."""
    while isinstance(node.parent, exp.Filter | exp.Window) and node.arg_key == "this":
        node = node.parent
    return node


def _quotient(node: exp.Anonymous, kinds: Kinds) -> exp.Expr | None:
    first, second = (_digits(kind) for kind in kinds)
    if first is None or second is None or not any("DECIMAL" in kind for kind in kinds):
        return None
    scale = max(first[1], second[1])
    precision = min(MOST_DIGITS, first[0] + second[1] + max(0, second[1] - first[1]))
    dividend, divisor = node.expressions
    return _divided(node, dividend, divisor, shift=scale + second[1] - first[1], result=(precision, scale))


def _average(node: exp.Anonymous, kinds: Kinds) -> exp.Expr | None:
    digits = _digits(kinds[0]) if "DECIMAL" in kinds[0] else None
    return _divided(node, _as(node, "sum"), _as(node, "count"), shift=0, result=digits) if digits else None


def _as(node: exp.Anonymous, function: str) -> exp.Expr:
    """Another aggregate of the same values, filter and window."""
    copied: exp.Expr = _outermost(node).copy()
    aggregate = copied
    while not isinstance(aggregate, exp.Anonymous):
        aggregate = aggregate.this
    aggregate.set("this", function)
    return copied


def _digits(kind: str) -> tuple[int, int] | None:
    """Precision and scale; None for what is neither a decimal nor an integer."""
    if match := DECIMAL.fullmatch(kind):
        return int(match[1]), int(match[2])
    return (DIGITS[kind], 0) if kind in DIGITS else None


def _divided(node: exp.Expr, first: exp.Expr, second: exp.Expr, shift: int, result: tuple[int, int]) -> exp.Expr:
    factor = exp.cast(exp.Literal.string(str(10**shift)), "HUGEINT", dialect="duckdb")
    name = "decimal_quotient_or_null" if is_within_try(node) or _name_of(node) == "avg" else "decimal_quotient"
    text = call(f"athena.{name}", first, second, factor, exp.Literal.number(result[1]))
    return exp.cast(text, f"DECIMAL({result[0]},{result[1]})", dialect="duckdb")


def _name_of(node: exp.Expr) -> str:
    return _name(node) if isinstance(node, exp.Anonymous) else ""


def _in_brackets(node: exp.Anonymous, kinds: Kinds) -> exp.Expr | None:
    if kinds[0].startswith("STRUCT("):
        return call("struct_extract_at", *node.expressions)
    return call("athena.entry" if kinds[0].startswith("MAP(") else "athena.subscript", *node.expressions)


def _element(node: exp.Anonymous, kinds: Kinds) -> exp.Expr | None:
    return None if kinds[0].startswith("MAP(") else call("athena.element_or_null", *node.expressions)


FORMS: Mapping[str, Callable[[exp.Anonymous, Kinds], exp.Expr | None]] = {
    "divide": _quotient,
    "avg": _average,
    "athena.value_at": _in_brackets,
    "athena.value_or_null": _element,
}
