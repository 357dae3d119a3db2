"""The functions of the query language in SQL: scalar functions and aggregate functions."""

from collections.abc import Callable, Mapping, Sequence

from shoplib.localaws.log_insights.values import BOOLEAN, NUMBER, TEXT, TIME, Sql

Function = Callable[..., Sql]


def _number(template: str) -> Function:
    return lambda *values: Sql(template.format(*(value.number for value in values)), NUMBER)


def _text(template: str) -> Function:
    return lambda *values: Sql(template.format(*(value.string for value in values)), TEXT)


def _truth(template: str) -> Function:
    return lambda *values: Sql(template.format(*(value.string for value in values)), BOOLEAN)


def _listed(name: str) -> Function:
    return lambda *values: Sql(f"{name}({', '.join(value.number for value in values)})", NUMBER)


def _coalesce(*values: Sql) -> Sql:
    kinds = {value.kind for value in values}
    if kinds == {TIME} or kinds == {NUMBER}:
        return Sql(f"coalesce({', '.join(value.text for value in values)})", kinds.pop())
    return Sql(f"coalesce({', '.join(value.string for value in values)})", TEXT)


def _if(condition: Sql, positive: Sql, negative: Sql) -> Sql:
    if positive.kind == negative.kind:
        chosen = f"CASE WHEN {condition.truth} THEN {positive.text} ELSE {negative.text} END"
        return Sql(chosen, positive.kind)
    return Sql(f"CASE WHEN {condition.truth} THEN {positive.string} ELSE {negative.string} END", TEXT)


def _substring(text: Sql, start: Sql, *length: Sql) -> Sql:
    """substr: positions count from 0."""
    begin = f"CAST({start.number} AS BIGINT) + 1"
    rest = "".join(f", CAST({each.number} AS BIGINT)" for each in length)
    return Sql(f"substr({text.string}, {begin}{rest})", TEXT)


def _trim(name: str) -> Function:
    return lambda text, *characters: Sql(f"{name}({', '.join(each.string for each in (text, *characters))})", TEXT)


def _floor(time: Sql, period: Sql) -> Sql:
    return Sql(f"CAST(floor({time.number} / {period.number}) * {period.number} AS BIGINT)", TIME)


def _ceiling(time: Sql, period: Sql) -> Sql:
    return Sql(f"CAST(ceil({time.number} / {period.number}) * {period.number} AS BIGINT)", TIME)


# name -> (fewest arguments, most arguments, SQL generator)
OF_VALUES: Mapping[str, tuple[int, int, Function]] = {
    "abs": (1, 1, _number("abs({})")),
    "ceil": (1, 1, _number("ceil({})")),
    "floor": (1, 1, _number("floor({})")),
    "greatest": (1, 99, _listed("greatest")),
    "least": (1, 99, _listed("least")),
    "log": (1, 1, _number("CASE WHEN {0} > 0 THEN ln({0}) END")),
    "sqrt": (1, 1, _number("CASE WHEN {0} >= 0 THEN sqrt({0}) END")),
    "ispresent": (1, 1, _truth("({} IS NOT NULL)")),
    "isempty": (1, 1, _truth("(coalesce({}, '') = '')")),
    "isblank": (1, 1, _truth("(trim(coalesce({}, '')) = '')")),
    "coalesce": (1, 99, _coalesce),
    "if": (3, 3, _if),
    "concat": (1, 99, lambda *values: Sql(f"concat({', '.join(value.string for value in values)})", TEXT)),
    "ltrim": (1, 2, _trim("ltrim")),
    "rtrim": (1, 2, _trim("rtrim")),
    "trim": (1, 2, _trim("trim")),
    "strlen": (1, 1, lambda value: Sql(f"length({value.string})", NUMBER)),
    "toupper": (1, 1, _text("upper({})")),
    "tolower": (1, 1, _text("lower({})")),
    "substr": (2, 3, _substring),
    "replace": (3, 3, _text("replace({}, {}, {})")),
    "strcontains": (2, 2, _truth("contains({}, {})")),
    "datefloor": (2, 2, _floor),
    "dateceil": (2, 2, _ceiling),
    "frommillis": (1, 1, lambda value: Sql(f"CAST({value.number} AS BIGINT)", TIME)),
    "tomillis": (1, 1, lambda value: Sql(value.number, NUMBER)),
}


def _by_order(name: str, order: str) -> Callable[[Sql], Sql]:
    return lambda value: Sql(f"{name}({value.text}, {order})", value.kind)


def _extreme(name: str) -> Callable[[Sql], Sql]:
    """min or max: a time for times, a number for numeric text."""
    return lambda value: Sql(f"{name}({value.text if value.kind == TIME else value.number})", _kind_of_extreme(value))


def _kind_of_extreme(value: Sql) -> str:
    return TIME if value.kind == TIME else NUMBER


def _count(*values: Sql) -> Sql:
    return Sql(f"count({values[0].text})" if values else "count(*)", NUMBER)


OF_GROUPS: Mapping[str, tuple[int, int, Function]] = {
    "count": (0, 1, _count),
    "count_distinct": (1, 1, lambda value: Sql(f"count(DISTINCT {value.string})", NUMBER)),
    "avg": (1, 1, _number("avg({})")),
    "sum": (1, 1, _number("sum({})")),
    "min": (1, 1, _extreme("min")),
    "max": (1, 1, _extreme("max")),
    "stddev": (1, 1, _number("stddev_samp({})")),
    "median": (1, 1, _number("median({})")),
    "earliest": (1, 1, _by_order("arg_min", "time")),
    "latest": (1, 1, _by_order("arg_max", "time")),
    "sortsfirst": (1, 1, lambda value: Sql(f"min({value.string})", TEXT)),
    "sortslast": (1, 1, lambda value: Sql(f"max({value.string})", TEXT)),
}


def known() -> Sequence[str]:
    return sorted({*OF_VALUES, *OF_GROUPS, "bin", "now", "pct"})
