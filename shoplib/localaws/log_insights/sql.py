"""Compiles expressions to SQL with bound parameters: the SQL contains no text of the query."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.log_insights import functions
from shoplib.localaws.log_insights.syntax import Binary, Call, Expression, Field, In, Like, Literal, Not, Period, Regex
from shoplib.localaws.log_insights.tokens import MalformedQuery
from shoplib.localaws.log_insights.values import BOOLEAN, NUMBER, TEXT, TIME, Sql

ARITHMETIC = {"+": "+", "-": "-", "*": "*", "/": "/", "%": "%", "^": "**"}
SIGNS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass
class Compiler:
    """`column` returns the SQL of a field; `now` is the time of the query in milliseconds."""

    column: Callable[[str], Sql]
    now: float
    parameters: dict[str, Any] = field(default_factory=dict)
    in_stats: bool = False

    def bind(self, value: Any, sql_type: str = "VARCHAR") -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"CAST(${name} AS {sql_type})"

    def expression(self, node: Expression) -> Sql:
        match node:
            case Literal(value):
                return (
                    Sql(self.bind(value), TEXT) if isinstance(value, str) else Sql(self.bind(value, "DOUBLE"), NUMBER)
                )
            case Period(milliseconds):
                return Sql(self.bind(milliseconds, "DOUBLE"), NUMBER)
            case Regex(pattern):
                return Sql(self.bind(pattern), TEXT)
            case Field(name):
                return self.column(name)
            case Not(inner):
                return Sql(f"(NOT {self.expression(inner).truth})", BOOLEAN)
            case Call():
                return self._call(node)
        return self._operation(node)

    def _operation(self, node: Expression) -> Sql:
        match node:
            case Like(inner, Regex(pattern)):
                return Sql(f"regexp_matches({self.expression(inner).string}, {self.bind(pattern)})", BOOLEAN)
            case Like(inner, Literal(value)):
                return Sql(f"contains({self.expression(inner).string}, {self.bind(str(value))})", BOOLEAN)
            case In(inner, members):
                own = self.expression(inner)
                return Sql(f"({' OR '.join(_compared(own, '=', self.expression(each)) for each in members)})", BOOLEAN)
            case Binary(("and" | "or") as word, left, right):
                both = (self.expression(left).truth, self.expression(right).truth)
                return Sql(f"({both[0]} {word.upper()} {both[1]})", BOOLEAN)
            case Binary(sign, left, right) if sign in SIGNS:
                return Sql(_compared(self.expression(left), SIGNS[sign], self.expression(right)), BOOLEAN)
            case Binary(sign, left, right):
                return _calculated(self.expression(left), ARITHMETIC[sign], self.expression(right))
        raise AssertionError(node)

    def _call(self, call: Call) -> Sql:
        if call.name == "now" and not call.arguments:
            return Sql(self.bind(self.now // 1000, "DOUBLE"), NUMBER)
        if call.name in ("pct", "percentile") and len(call.arguments) == 2:
            return self._percentile(call)
        arguments = [self.expression(each) for each in call.arguments]
        if call.name == "bin" and len(arguments) == 1:
            return functions.OF_VALUES["datefloor"][2](self.column("@timestamp"), *arguments)
        entry = functions.OF_VALUES.get(call.name) or functions.OF_GROUPS.get(call.name)
        if entry is None or (call.name in functions.OF_GROUPS and not self.in_stats):
            raise _unknown(call)
        fewest, most, function = entry
        if not fewest <= len(arguments) <= most:
            message = f"Invalid arguments: {call.name} takes {fewest} to {most}, not {len(arguments)}"
            raise MalformedQuery(message, call.start, call.end)
        return function(*arguments)

    def _percentile(self, call: Call) -> Sql:
        """A percentile; DuckDB requires a constant percentage."""
        value, share = call.arguments
        if not isinstance(share, Literal) or not isinstance(share.value, float) or not 0 <= share.value <= 100:
            raise MalformedQuery("The percentage must be a number from 0 to 100", call.start, call.end)
        if not self.in_stats:
            raise _unknown(call)
        return Sql(f"quantile_cont({self.expression(value).number}, {share.value / 100!r})", NUMBER)


def _unknown(call: Call) -> MalformedQuery:
    if call.name in functions.OF_GROUPS:
        message = f"{call.name} is an aggregate function: use it in stats"
    else:
        message = f"The function {call.name} is not supported; known functions: {', '.join(functions.known())}"
    return MalformedQuery(message, call.start, call.end)


def _calculated(left: Sql, sign: str, right: Sql) -> Sql:
    """Arithmetic: a time plus or minus milliseconds is a time; division by zero has no value."""
    divisor = f"nullif({right.number}, 0)" if sign in "/%" else right.number
    kind = TIME if sign in "+-" and {left.kind, right.kind} == {TIME, NUMBER} else NUMBER
    return Sql(f"({left.number} {sign} {divisor})", kind)


def _compared(left: Sql, sign: str, right: Sql) -> str:
    """Compares numbers and numeric text as numbers, everything else as text."""
    if TEXT not in (left.kind, right.kind) or NUMBER in (left.kind, right.kind):
        numbers = f"({left.number} {sign} {right.number})"
        if sign != "<>" or TEXT not in (left.kind, right.kind):
            return numbers
    elif TIME in (left.kind, right.kind):
        return f"({left.string} {sign} {right.string})"
    both = f"{left.number} IS NOT NULL AND {right.number} IS NOT NULL"
    texts = f"{left.string} {sign} {right.string}"
    return f"(CASE WHEN {both} THEN {left.number} {sign} {right.number} ELSE {texts} END)"
