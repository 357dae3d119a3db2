"""A query of Athena's as one of DuckDB's with the same meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp
from sqlglot.expressions.builders import apply_index_offset

from shoplib.localaws.athena.errors import QueryFailed, at
from shoplib.localaws.athena.sql.dialect import place_of_call
from shoplib.localaws.athena.sql.functions import duckdb_name
from shoplib.localaws.athena.sql.rewriting import REWRITES, call, is_within_try, typed
from shoplib.localaws.athena.sql.unnesting import unnest

# What has a syntax of its own; everything else that looks like a call has to be a function of Athena's.
SYNTAX = (
    exp.Anonymous, exp.Array, exp.And, exp.Or, exp.Not, exp.Case, exp.Cast, exp.TryCast, exp.Exists, exp.Extract,
    exp.If,
    exp.Lambda, exp.Substring, exp.StrPosition, exp.Trim, exp.Unnest, exp.CurrentDate, exp.CurrentTimestamp,
    exp.Localtimestamp, exp.GroupConcat, exp.Xor, exp.JSONObject, exp.ArgMax, exp.ArgMin, exp.Floor, exp.Ceil, exp.Chr,
)  # fmt: skip
DOUBLES = [
    "avg",
    "sqrt",
    "exp",
    "ln",
    "log10",
    "log2",
    "power",
    "pow",
    "cbrt",
    "random",
    "stddev",
    "variance",
    "corr",
    "to_unixtime",
    "epoch",
    "nan",
]
KEEPING = ["sum", "min", "max", "abs", "any_value", "nullif", "coalesce", "round", "floor", "ceil", "ceiling"]
WITH_NULLS_IGNORED = {"lag": exp.Lag, "lead": exp.Lead, "first_value": exp.FirstValue, "last_value": exp.LastValue}
TRINOS_FIRST = 1  # index of an array; sqlglot counts from 0
KINDS_OF_NOW: dict[Any, str] = {exp.CurrentDate: "DATE", exp.Localtimestamp: "TIMESTAMP"}
IsMap = Callable[[exp.Expr], bool]


@dataclass(frozen=True)
class Translator:
    """`text` is the statement as it came, `now` when it began, `is_map` says of an expression that it is a
    map, `doubles` are the names of columns of that type."""

    text: str
    now: float
    is_map: IsMap
    doubles: frozenset[str]

    def translate(self, query: exp.Expr) -> exp.Expr:
        """A changed copy; what is inside is changed before what is around it."""
        root = exp.Paren(this=query.copy())
        for node in reversed(list(root.this.walk(bfs=True))):
            changed = self._change(node)
            if changed is not node:
                node.replace(changed)
        return root.this

    def _change(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Func) and not isinstance(node, SYNTAX):
            raise self._unknown(node.sql_name().lower())
        kind: Any = type(node)
        change = CHANGES.get(kind)
        return change(self, node) if change else node

    def call(self, node: exp.Anonymous) -> exp.Expr:
        function = str(node.this).lower()
        if function == "now":
            return self.now_of(node)
        if function == "cardinality":
            length = call("cardinality" if self.is_map(node.expressions[0]) else "len", *node.expressions)
            return exp.cast(length, "BIGINT", dialect="duckdb")
        if function in REWRITES:
            return REWRITES[function](node)
        name = duckdb_name(function)
        if name is None:
            raise self._unknown(function)
        node.set("this", name)
        return typed(node)

    def is_double(self, node: exp.Expr) -> bool:
        """Is it for certain?"""
        node = node.unnest()
        if isinstance(node, exp.Cast):
            return node.to.this in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
        if isinstance(node, exp.Literal):
            return not node.is_string and "e" in node.name.lower()
        if isinstance(node, exp.Column):
            return node.name.lower() in self.doubles
        if isinstance(node, exp.Anonymous):
            return _is_double_function(node) or (_keeps_type(node) and self.is_double(node.expressions[0]))
        return isinstance(node, exp.Binary) and (self.is_double(node.this) or self.is_double(node.expression))

    def _unknown(self, function: str) -> QueryFailed:
        return at(*place_of_call(function, self.text), f"Function '{function}' not registered", "FUNCTION_NOT_FOUND")

    def now_of(self, node: exp.Expr) -> exp.Expr:
        moment = datetime.fromtimestamp(self.now, UTC).isoformat(sep=" ", timespec="milliseconds")
        kind = KINDS_OF_NOW.get(type(node), "TIMESTAMPTZ")
        text = moment[:10] if kind == "DATE" else moment[: -len("+00:00")] if kind == "TIMESTAMP" else moment
        return exp.cast(exp.Literal.string(text), kind, dialect="duckdb")


def _quotient(translator: Translator, node: exp.Expr) -> exp.Expr:
    """A double may be divided by zero; and what `try` is around is null then."""
    if translator.is_double(node.this) or translator.is_double(node.expression):
        return node
    divisor = node.expression
    if not is_within_try(node) and not _is_safe(divisor):
        divisor = call("athena.nonzero", divisor.unnest())
    if isinstance(node, exp.Mod):
        return exp.Mod(this=node.this, expression=divisor)
    return call("divide", node.this.unnest(), divisor.unnest())


def _subscript(translator: Translator, node: exp.Expr) -> exp.Expr:
    """In brackets what is not there is an error; DuckDB answers null, and so does `try`."""
    if is_within_try(node):
        return node
    array = exp.column("array")  # sqlglot leaves alone what it knows to be none
    places = apply_index_offset(array, node.expressions, TRINOS_FIRST, dialect="trino")
    return call("athena.value_at", node.this, *places)


def _is_double_function(node: exp.Anonymous) -> bool:
    return str(node.this).lower() in DOUBLES


def _keeps_type(node: exp.Anonymous) -> bool:
    return str(node.this).lower() in KEEPING


def _is_safe(divisor: exp.Expr) -> bool:
    """A number that is written and not zero."""
    return isinstance(divisor, exp.Literal) and not divisor.is_string and float(divisor.name) != 0


def _sum(translator: Translator, node: exp.Expr) -> exp.Expr:
    """A date and an interval are a date."""
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval) and isinstance(node, exp.Add):
        left, right = right, left
    if not isinstance(right, exp.Interval):
        return node
    return typed(call("athena.plus" if isinstance(node, exp.Add) else "athena.minus", left, right))


def _cast(translator: Translator, node: exp.Expr) -> exp.Expr:
    """varchar(3) cuts, and char and varchar without a length do not."""
    assert isinstance(node, exp.Cast)
    kind = node.to
    if kind.this in exp.DataType.TEXT_TYPES and kind.expressions:
        length = kind.expressions[0].this
        kind.set("expressions", [])
        return call("left", node, length)
    if kind.this == exp.DataType.Type.TIMESTAMP:
        kind.set("this", exp.DataType.Type.TIMESTAMPNTZ)
        kind.set("expressions", [])
    return node


def _group_concat(translator: Translator, node: exp.Expr) -> exp.Expr:
    separator = node.args.get("separator") or exp.Literal.string("")
    inner, order = node.this, None
    if isinstance(inner, exp.Order):
        inner, order = inner.this, inner
    last = separator.copy()
    if order is not None:
        last = exp.Order(this=last, expressions=[each.copy() for each in order.expressions])
    return call("string_agg", inner, last)


def _extreme(translator: Translator, node: exp.Expr) -> exp.Expr:
    """Of rows whose value is null, too."""
    name = "arg_max_null" if isinstance(node, exp.ArgMax) else "arg_min_null"
    return call(name, *(each for each in (node.this, node.expression, node.args.get("count")) if each is not None))


def _extract(translator: Translator, node: exp.Expr) -> exp.Expr:
    part = node.name.lower()
    days = {"dow": "isodow", "day_of_week": "isodow", "doy": "doy", "day_of_year": "doy", "yow": "isoyear"}
    node.set("this", exp.var(days.get(part, part)))
    return node


def _ignoring_nulls(translator: Translator, node: exp.Expr) -> exp.Expr:
    inner = node.this
    if isinstance(inner, exp.Anonymous) and inner.name.lower() in WITH_NULLS_IGNORED:
        first, *others = inner.expressions
        names = ("offset", "default")
        node.set("this", WITH_NULLS_IGNORED[inner.name.lower()](this=first, **dict(zip(names, others, strict=False))))
    return node


CHANGES: dict[Any, Callable[..., exp.Expr]] = {
    exp.Anonymous: Translator.call,
    exp.CurrentDate: Translator.now_of,
    exp.CurrentTimestamp: Translator.now_of,
    exp.Localtimestamp: Translator.now_of,
    exp.Div: _quotient,
    exp.Mod: _quotient,
    exp.Add: _sum,
    exp.Bracket: _subscript,
    exp.Sub: _sum,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.GroupConcat: _group_concat,
    exp.Extract: _extract,
    exp.IgnoreNulls: _ignoring_nulls,
    exp.ArgMax: _extreme,
    exp.ArgMin: _extreme,
    exp.Unnest: unnest,
}
