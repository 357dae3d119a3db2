"""Typed SQL: every expression of a query is SQL of one of four types, and can be converted to another."""

from dataclasses import dataclass

TEXT, NUMBER, BOOLEAN, TIME = "text", "number", "boolean", "time"  # a time: milliseconds since 1970


@dataclass(frozen=True)
class Sql:
    text: str
    kind: str

    @property
    def number(self) -> str:
        """As a number; NULL if it is not a number."""
        if self.kind == TEXT:
            return f"TRY_CAST({self.text} AS DOUBLE)"
        return f"CAST({self.text} AS DOUBLE)"

    @property
    def truth(self) -> str:
        if self.kind == BOOLEAN:
            return self.text
        if self.kind == TEXT:
            return f"({self.text} NOT IN ('', '0', 'false'))"
        return f"({self.text} <> 0)"

    @property
    def string(self) -> str:
        """As text, as in query results."""
        if self.kind == TEXT:
            return self.text
        if self.kind == BOOLEAN:
            return f"CASE WHEN {self.text} THEN '1' WHEN NOT {self.text} THEN '0' END"
        if self.kind == TIME:
            return f"strftime(make_timestamp(CAST({self.text} AS BIGINT) * 1000), '%Y-%m-%d %H:%M:%S.%g')"
        whole = f"CAST(CAST({self.text} AS HUGEINT) AS VARCHAR)"
        rounded = f"CAST(round({self.text}, 4) AS VARCHAR)"
        return f"CASE WHEN {self.text} = floor({self.text}) AND abs({self.text}) < 1e15 THEN {whole} ELSE {rounded} END"
