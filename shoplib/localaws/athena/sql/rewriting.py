"""Functions and operators that no macro can stand for, as DuckDB writes them."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.athena.tables.dates import strftime_codes

Rewrite = Callable[[exp.Anonymous], exp.Expr]
# MySQL's letters of date_format and date_parse that mean something else in DuckDB.
FORMAT_LETTERS = {
    "i": "%M", "s": "%S", "M": "%B", "h": "%I", "e": "%-d", "c": "%-m", "k": "%-H", "l": "%-I", "W": "%A",
    "T": "%H:%M:%S", "r": "%I:%M:%S %p", "v": "%V", "x": "%G",
}  # fmt: skip
# Macros of which the type of this argument says what they mean.
TYPED = {"athena.date_trunc": 1, "athena.date_add": 2, "athena.plus": 0, "athena.minus": 0, "athena.to_iso8601": 0}
AGGREGATES = ["min", "max", "any_value", "arg_max_null", "arg_min_null", "quantile_disc"]
SAME_LETTERS = frozenset("YymdHISpjaBbf%")


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[each.copy() for each in arguments])


def is_within_try(node: exp.Expr) -> bool:
    ancestor = node.parent
    while ancestor is not None:
        if isinstance(ancestor, exp.Anonymous) and str(ancestor.this).lower() == "try":
            return True
        ancestor = ancestor.parent
    return False


def typed(node: exp.Anonymous) -> exp.Expr:
    """Of macros with a meaning per type DuckDB chooses one before it knows the type of an aggregate: it learns it in a
    function over a list."""
    place = TYPED.get(str(node.this))
    if place is None or not _is_aggregate(node.expressions[place]):
        return node
    value, inner = node.expressions[place], node.copy()
    inner.expressions[place].replace(exp.column("typed_value"))
    each = exp.Lambda(this=inner, expressions=[exp.to_identifier("typed_value")])
    return call(
        "list_extract", call("list_transform", exp.Array(expressions=[value.copy()]), each), exp.Literal.number(1)
    )


def _is_aggregate(node: exp.Expr) -> bool:
    calls = (str(each.this).lower() for each in node.find_all(exp.Anonymous))
    return node.find(exp.Window) is not None or any(name in AGGREGATES for name in calls)


def concat(node: exp.Anonymous) -> exp.Expr:
    first, *others = (each.copy() for each in node.expressions)
    for each in others:
        first = exp.DPipe(this=exp.paren(first, copy=False), expression=exp.paren(each, copy=False))
    return exp.paren(first, copy=False)


def approx_distinct(node: exp.Anonymous) -> exp.Expr:
    """The exact number, which lies within every bound."""
    return call("count", exp.Distinct(expressions=[node.expressions[0].copy()]))


def date_format(node: exp.Anonymous) -> exp.Expr:
    return call("strftime", node.expressions[0], _format(node))


def date_parse(node: exp.Anonymous) -> exp.Expr:
    return call("strptime", node.expressions[0], _format(node))


def format_datetime(node: exp.Anonymous) -> exp.Expr:
    return call("strftime", node.expressions[0], _pattern(node))


def parse_datetime(node: exp.Anonymous) -> exp.Expr:
    return exp.cast(call("strptime", node.expressions[0], _pattern(node)), "TIMESTAMPTZ", dialect="duckdb")


def at_timezone(node: exp.Anonymous) -> exp.Expr:
    raise QueryFailed("NOT_SUPPORTED: at_timezone is not available in the local AWS; say AT TIME ZONE")


def _text(node: exp.Anonymous) -> str:
    last = node.expressions[-1]
    if not (isinstance(last, exp.Literal) and last.is_string):
        raise QueryFailed(f"NOT_SUPPORTED: the local AWS takes the format of {node.name} as a text alone")
    return str(last.name)


def _pattern(node: exp.Anonymous) -> exp.Expr:
    return exp.Literal.string(strftime_codes(_text(node)))


def _format(node: exp.Anonymous) -> exp.Expr:
    text, codes = _text(node), []
    for place, letter in enumerate(text):
        before = text[place - 1] if place else ""
        if before != "%" or (place > 1 and text[place - 2] == "%"):
            codes.append("" if letter == "%" else letter)
        elif letter in FORMAT_LETTERS or letter in SAME_LETTERS:
            codes.append(FORMAT_LETTERS.get(letter, f"%{letter}"))
        else:
            raise QueryFailed(f"INVALID_FUNCTION_ARGUMENT: {node.name}: %{letter} is not supported in a date's format")
    return exp.Literal.string("".join(codes))


def reduce(node: exp.Anonymous) -> exp.Expr:
    array, start, step, finish = node.expressions
    whole = call("list_reduce", array, step, start)
    if not isinstance(finish, exp.Lambda):
        raise QueryFailed("INVALID_FUNCTION_ARGUMENT: the fourth argument of reduce has to be a function")
    parameter = finish.expressions[0].name
    body = finish.this.copy()
    replaced = exp.paren(body, copy=False)
    for column in list(replaced.find_all(exp.Column, exp.Identifier)):
        if isinstance(column, exp.Column) and not column.table and column.name == parameter:
            column.replace(whole.copy())
    for name in list(replaced.find_all(exp.Identifier)):
        if name.name == parameter and not isinstance(name.parent, exp.Column):
            name.replace(whole.copy())
    return replaced


def greatest(node: exp.Anonymous) -> exp.Expr:
    return _null_with_null("greatest", node)


def least(node: exp.Anonymous) -> exp.Expr:
    return _null_with_null("least", node)


def _null_with_null(name: str, node: exp.Anonymous) -> exp.Expr:
    """DuckDB leaves nulls out."""
    nulls = [exp.Is(this=exp.paren(each.copy()), expression=exp.Null()) for each in node.expressions]
    return exp.Case(ifs=[exp.If(this=exp.or_(*nulls), true=exp.Null())], default=call(name, *node.expressions))


def any_match(node: exp.Anonymous) -> exp.Expr:
    return call("list_bool_or", call("list_transform", *node.expressions))


def all_match(node: exp.Anonymous) -> exp.Expr:
    return call("coalesce", call("list_bool_and", call("list_transform", *node.expressions)), exp.true())


def none_match(node: exp.Anonymous) -> exp.Expr:
    return exp.not_(call("coalesce", any_match(node), exp.false()))


def row(node: exp.Anonymous) -> exp.Expr:
    """Fields have names in results; a cast gives them its own, by their places."""
    if node.find_ancestor(exp.Cast):
        return call("row", *node.expressions)
    fields = [
        exp.PropertyEQ(this=exp.to_identifier(f"_{n}"), expression=each.copy())
        for n, each in enumerate(node.expressions)
    ]
    return exp.Struct(expressions=fields)


def map_agg(node: exp.Anonymous) -> exp.Expr:
    return call("map", call("list", node.expressions[0]), call("list", node.expressions[1]))


REWRITES: Mapping[str, Rewrite] = {
    each.__name__: each
    for each in (
        concat, approx_distinct, date_format, date_parse, format_datetime, parse_datetime, at_timezone, reduce,
        any_match,
        greatest,
        least, all_match, none_match, map_agg, row,
    )
}  # fmt: skip
