"""PartiQL as DynamoDB takes it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html"""

from shoplib.localaws.dynamodb.expressions import Condition, Path
from shoplib.localaws.dynamodb.partiql.conditions import Conditions
from shoplib.localaws.dynamodb.partiql.statements import (
    AttributeValue,
    Delete,
    Exists,
    Insert,
    Select,
    Statement,
    Update,
)
from shoplib.localaws.dynamodb.partiql.values import Values
from shoplib.localaws.dynamodb.partiql.words import END, Words, malformed
from shoplib.localaws.dynamodb.refusals import ValidationException

RETURNING = {
    ("ALL", "OLD"): "ALL_OLD",
    ("ALL", "NEW"): "ALL_NEW",
    ("MODIFIED", "OLD"): "UPDATED_OLD",
    ("MODIFIED", "NEW"): "UPDATED_NEW",
}
UNEQUAL = "Number of parameters in request and statement don't match."


def parse(statement: str, parameters: list[AttributeValue]) -> Statement:
    """ValidationException for what is no statement, or has other parameters."""
    words = Words(statement)
    parser = _Parser(words, Values(words, parameters))
    parsed = parser.statement()
    words.accept(";")
    if words.next.kind != END:
        raise words.unexpected()
    if parser.values.used != len(parameters):
        raise ValidationException(UNEQUAL)
    return parsed


class _Parser:
    def __init__(self, words: Words, values: Values) -> None:
        self._words, self.values = words, values
        self._conditions = Conditions(words, values)

    def statement(self) -> Statement:
        if self._words.accept("SELECT"):
            return self._select()
        if self._words.accept("INSERT", "INTO"):
            return self._insert()
        if self._words.accept("UPDATE"):
            return self._update(self._table())
        if self._words.accept("DELETE", "FROM"):
            table, where, returning = self._table(), self._where(), self._returning()
            return Delete(self.values.aliases, table, where, returning)
        if self._words.accept("EXISTS", "("):
            return self._exists()
        raise malformed("Expected data manipulation")

    def _select(self) -> Select:
        paths = [] if self._words.accept("*") else self._paths()
        self._words.expect("FROM")
        table, index = self._table(), self._index()
        selected = Select(self.values.aliases, table, index, paths, self._where())
        if self._words.accept("ORDER", "BY"):
            selected.order = self.values.identifier()
            selected.descending = self._words.accept("DESC") or (self._words.accept("ASC") and False)
        return selected

    def _exists(self) -> Exists:
        self._words.expect("SELECT")
        selected = self._select()
        self._words.expect(")")
        return Exists(selected)

    def _insert(self) -> Insert:
        table = self._table()
        self._words.expect("VALUE")
        item = self.values.literal()
        if "M" not in item:
            raise malformed("Expected a tuple")
        return Insert(table, item["M"])

    def _update(self, table: str) -> Update:
        clauses: dict[str, list[str]] = {}
        while not self._words.follows("WHERE") and self._words.next.kind != END:
            self._clause(clauses)
        if not clauses:
            raise malformed("Expected SET or REMOVE")
        where = self._where()
        return Update(self.values.aliases, table, clauses, where, self._returning())

    def _clause(self, clauses: dict[str, list[str]]) -> None:
        if self._words.accept("REMOVE"):
            clauses.setdefault("REMOVE", []).append(self.values.path_text(self.values.path()))
            return
        self._words.expect("SET")
        self._assign(clauses)
        while self._words.accept(","):
            self._assign(clauses)

    def _assign(self, clauses: dict[str, list[str]]) -> None:
        target = self.values.path_text(self.values.path())
        self._words.expect("=")
        for function, clause in (("SET_ADD", "ADD"), ("SET_DELETE", "DELETE")):
            if self._words.accept(function, "("):
                clauses.setdefault(clause, []).append(f"{target} {self._set_operand(target)}")
                return
        clauses.setdefault("SET", []).append(f"{target} = {self.values.sum_text()}")

    def _set_operand(self, target: str) -> str:
        if self.values.path_text(self.values.path()) != target:
            raise ValidationException("The first operand of a set function must be the attribute that is set")
        self._words.expect(",")
        alias = self.values.aliases.value(self.values.literal())
        self._words.expect(")")
        return alias

    def _paths(self) -> list[Path]:
        paths = [self.values.path()]
        while self._words.accept(","):
            paths.append(self.values.path())
        return paths

    def _table(self) -> str:
        return self.values.identifier()

    def _index(self) -> str:
        return self.values.identifier() if self._words.accept(".") else ""

    def _where(self) -> Condition | None:
        return self._conditions.disjunction() if self._words.accept("WHERE") else None

    def _returning(self) -> str:
        if not self._words.accept("RETURNING"):
            return "NONE"
        for words, value in RETURNING.items():
            if self._words.accept(*words):
                self._words.expect("*")
                return value
        raise self._words.unexpected()
