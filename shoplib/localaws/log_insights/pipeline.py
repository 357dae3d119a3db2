"""Compiles the commands of a query to one SQL statement: each command is a relation over the previous one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shoplib.localaws.log_insights.sql import Compiler
from shoplib.localaws.log_insights.syntax import (
    Column,
    Command,
    Dedup,
    Display,
    Expression,
    Field,
    Fields,
    Filter,
    Limit,
    Parse,
    Sort,
    Stats,
)
from shoplib.localaws.log_insights.values import TEXT, TIME, Sql

BUILT_IN = {
    "@timestamp": Sql("time", TIME),
    "@ingestionTime": Sql("ingestion", TIME),
    "@message": Sql("message", TEXT),
    "@logStream": Sql("stream", TEXT),
    "@log": Sql("log", TEXT),
    "@ptr": Sql("ptr", TEXT),
}
EVENTS = "SELECT * FROM events"


@dataclass
class Plan:
    """The statement so far. `discovered` are the fields that the table of events needs, by column."""

    now: float
    relation: str = EVENTS
    known: dict[str, Sql] = field(default_factory=lambda: dict(BUILT_IN))
    discovered: dict[str, str] = field(default_factory=dict)  # name -> column
    visible: list[str] = field(default_factory=list)
    order: str = "time DESC, number DESC"
    matched: str = EVENTS  # the events that count as matched
    grouped: bool = False
    columns: int = 0
    compiler: Compiler = field(init=False)

    def __post_init__(self) -> None:
        self.compiler = Compiler(self._column, self.now)

    def statement(self, limit: int) -> str:
        """The result rows, with all values as text."""
        cells = ", ".join(f"{self.known[name].string} AS r{at}" for at, name in enumerate(self.results()))
        return f"SELECT {cells} FROM ({self.relation}) ORDER BY {self.order} LIMIT {int(limit)}"

    def results(self) -> list[str]:
        """The names of the result's columns."""
        if self.grouped:
            return self.visible
        return [*(self.visible or ["@timestamp", "@message"]), "@ptr"]

    def _column(self, name: str) -> Sql:
        """The column of a name. A name that no command defines is a field of the events; after stats there are no such
        fields.
        """
        if name not in self.known:
            if self.grouped:
                return Sql("CAST(NULL AS VARCHAR)", TEXT)
            self.discovered[name] = f"f{len(self.discovered)}"
            self.known[name] = Sql(self.discovered[name], TEXT)
        return self.known[name]

    def add(self, column: Column) -> None:
        """Add a column, unless a column of its name already exists."""
        if column.expression == Field(column.name):
            self._column(column.name)
            return
        value = self.compiler.expression(column.expression)
        self.relation = f"SELECT *, {value.text} AS {self._new()} FROM ({self.relation})"
        self.known[column.name] = Sql(f"c{self.columns}", value.kind)

    def show(self, names: Sequence[str]) -> None:
        self.visible = list(dict.fromkeys([*self.visible, *names]))

    def _new(self) -> str:
        self.columns += 1
        return f"c{self.columns}"

    def filter(self, command: Filter) -> None:
        condition = self.compiler.expression(command.condition).truth
        self.relation = f"SELECT * FROM ({self.relation}) WHERE {condition}"
        if not self.grouped:
            self.matched = self.relation

    def fields(self, command: Fields) -> None:
        for column in command.columns:
            self.add(column)
        self.show([column.name for column in command.columns])

    def display(self, command: Display) -> None:
        self.visible = []
        self.fields(Fields(command.columns))

    def parse(self, command: Parse) -> None:
        """parse: no value where the pattern does not match."""
        source = self.compiler.expression(command.source).string
        for number, name in enumerate(command.names, 1):
            if name:
                pattern, again = self.compiler.bind(command.pattern), self.compiler.bind(command.pattern)
                matches, value = f"regexp_matches({source}, {pattern})", f"regexp_extract({source}, {again}, {number})"
                extract = f"CASE WHEN {matches} THEN {value} END"
                self.relation = f"SELECT *, {extract} AS {self._new()} FROM ({self.relation})"
                self.known[name] = Sql(f"c{self.columns}", TEXT)
        if self.visible:
            self.show([name for name in command.names if name])

    def stats(self, command: Stats) -> None:
        for column in command.groups:
            self.add(column)
        groups = [(column.name, self.known[column.name]) for column in command.groups]
        values = list(self._aggregates(command.columns))
        parts, known = [], {}
        for name, value in [*groups, *values]:
            parts.append(f"{value.text} AS {self._new()}")
            known[name] = Sql(f"c{self.columns}", value.kind)
        times = [name for name, value in groups if value.kind == TIME]
        parts.append(f"{min_time(groups)} AS time")
        by = f" GROUP BY {', '.join(str(at) for at in range(1, len(groups) + 1))}" if groups else ""
        self.relation = f"SELECT {', '.join(parts)} FROM ({self.relation}){by}"
        self.known, self.visible, self.grouped = known, list(known), True
        others = [known[name].text for name, _ in groups if name not in times]
        self.order = ", ".join([*(f"{known[name].text} DESC" for name in times), *others]) or "1"

    def _aggregates(self, columns: Sequence[Column]) -> Iterator[tuple[str, Sql]]:
        """The aggregates; each may use earlier ones by name."""
        before, self.compiler.in_stats = dict(self.known), True
        for column in columns:
            value = self.compiler.expression(column.expression)
            yield column.name, value
            self.known[column.name] = Sql(f"({value.text})", value.kind)
        self.known, self.compiler.in_stats = before, False

    def sort(self, command: Sort) -> None:
        self.order = ", ".join([*(self._key(*key) for key in command.keys), self.order])

    def _key(self, expression: Expression, descending: bool) -> str:
        """Sort key: numbers before text, missing values last."""
        value, direction = self.compiler.expression(expression), "DESC" if descending else "ASC"
        self.relation = f"SELECT *, {value.text} AS {self._new()} FROM ({self.relation})"
        key = Sql(f"c{self.columns}", value.kind)
        return f"{key.number} {direction} NULLS LAST, {key.text} {direction} NULLS LAST"

    def limit(self, command: Limit) -> None:
        self.relation = f"SELECT * FROM ({self.relation}) ORDER BY {self.order} LIMIT {int(command.count)}"

    def dedup(self, command: Dedup) -> None:
        """dedup: the first event of each combination of values; events that lack one of the fields are kept."""
        keys = [self.compiler.expression(key).string for key in command.keys]
        place = f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY {self.order})"
        missing = " OR ".join(f"{key} IS NULL" for key in keys)
        self.relation = f"SELECT * FROM ({self.relation}) QUALIFY {place} = 1 OR {missing}"


def min_time(groups: Sequence[tuple[str, Sql]]) -> str:
    """The time of a group: its bin, else the latest event. A second stats can use it."""
    return next((value.text for _, value in groups if value.kind == TIME), "max(time)")


def plan(commands: Sequence[Command], now: float) -> Plan:
    """The plan of a query. Raises MalformedQuery."""
    own = Plan(now)
    steps: Mapping[type, Callable[..., None]] = {
        Fields: own.fields,
        Display: own.display,
        Filter: own.filter,
        Parse: own.parse,
        Stats: own.stats,
        Sort: own.sort,
        Limit: own.limit,
        Dedup: own.dedup,
    }
    for command in commands:
        steps[type(command)](command)
    return own
