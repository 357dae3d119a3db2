"""SELECT: the tables it names become views, its text DuckDB's, and what DuckDB answers Athena's values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from sqlglot import exp

from shoplib.localaws.athena.errors import QueryCancelled, QueryFailed, at
from shoplib.localaws.athena.hive_types import athena_type, duckdb_type
from shoplib.localaws.athena.session import Outcome, ResultColumn, Row, Session
from shoplib.localaws.athena.sql import failures, strictness, typed_forms
from shoplib.localaws.athena.sql.dialect import parse, place_of
from shoplib.localaws.athena.sql.functions import definitions
from shoplib.localaws.athena.sql.tables import table_references, used_columns
from shoplib.localaws.athena.sql.translation import IsMap, Translator
from shoplib.localaws.athena.tables import information
from shoplib.localaws.athena.tables.catalog import CATALOG, Table
from shoplib.localaws.athena.tables.copies import Copies
from shoplib.localaws.athena.tables.partitions import conditions_on
from shoplib.localaws.athena.tables.relations import HIDDEN, Relations
from shoplib.localaws.athena.values import formatter

ROWS_AT_ONCE = 20_000
DEEPEST_VIEW = 16
INFORMATION = "information_schema"
MAPS = frozenset(["map", "map_agg", "map_filter", "map_concat", "map_from_entries", "histogram", "multimap_agg"])


@dataclass
class Answer:
    """A query that was bound: its statement for DuckDB, and the columns that it answers."""

    statement: str
    names: list[str]
    kinds: list[str]


def run(session: Session, query: exp.Query) -> Outcome:
    answer = bind(session, query)
    columns = [ResultColumn(name, *athena_type(kind)) for name, kind in zip(answer.names, answer.kinds, strict=True)]
    return Outcome(columns, _rows(session, query, answer), is_table=True)


def bind(session: Session, query: exp.Query) -> Answer:
    """QueryFailed for whatever the query names and is not there, and for types that do not fit."""
    names = _names(query)
    resolved = _Tables(session, query).resolve()
    translator = Translator(session.text, session.now, _maps(resolved.tables), _doubles(resolved.tables))
    translated = translator.translate(resolved.query)
    _define(session, translated, typed_forms.MACROS)
    translated = typed_forms.exact(translated, session.connection)
    statement = _define(session, translated)
    with in_athenas_words(query, session.text):
        strictness.check(translated, session.text, session.connection)
        described = session.connection.execute(f"DESCRIBE {statement}").fetchall()
    kinds = [kind for _, kind, *_ in described]
    return Answer(statement, names or [name for name, *_ in described], kinds)


def _define(session: Session, query: exp.Expr, others: Iterable[str] = ()) -> str:
    """The statement for DuckDB, which knows by then the macros that it calls, and `others`."""
    statement = query.sql("duckdb", normalize_functions=False)
    for macro in definitions(" ".join([statement, *(f"athena.{name}" for name in others)])):
        session.connection.execute(macro)
    return statement


def _rows(session: Session, query: exp.Query, answer: Answer) -> Iterator[Row]:
    with in_athenas_words(query, session.text):
        reader = session.connection.execute(answer.statement).to_arrow_reader(ROWS_AT_ONCE)
        formats = [formatter(field.type) for field in reader.schema]
        for batch in reader:
            yield from zip(*map(_texts, batch.columns, formats), strict=True)


def _texts(column: pa.Array, write: object) -> list[str | None]:
    return [None if value is None else write(value) for value in column.to_pylist()]  # type: ignore[operator]


class in_athenas_words:
    def __init__(self, query: exp.Expr, text: str) -> None:
        self._query, self._text = query, text

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, duckdb.Error):
            raise failures.translated(error, self._query, self._text) from error
        if isinstance(error, OSError | pa.ArrowException):
            if "INTERRUPT" in str(error):
                raise QueryCancelled() from error
            raise failures.translated(duckdb.Error(str(error)), self._query, self._text) from error


def _names(query: exp.Expr) -> list[str]:
    """Names of the columns as Athena gives them; none where a star decides."""
    first = query
    while isinstance(first, exp.SetOperation | exp.Subquery | exp.Paren):
        first = first.this
    if not isinstance(first, exp.Select) or any(each.is_star for each in first.expressions):
        return []
    return [_name(each, number) for number, each in enumerate(first.expressions)]


def _name(projection: exp.Expr, number: int) -> str:
    if isinstance(projection, exp.Alias | exp.Column | exp.Dot):
        return str(projection.alias or projection.name)
    return f"_col{number}"


def _maps(tables: list[Table]) -> IsMap:
    names = {column.name for table in tables for column in table.columns if duckdb_type(column.type).startswith("MAP")}

    def is_map(node: exp.Expr) -> bool:
        node = node.unnest()
        if isinstance(node, exp.Cast):
            return node.to.this == exp.DataType.Type.MAP
        if isinstance(node, exp.Anonymous):
            return str(node.this).lower() in MAPS
        return isinstance(node, exp.Column) and node.name.lower() in names

    return is_map


def _doubles(tables: list[Table]) -> frozenset[str]:
    return frozenset(column.name for table in tables for column in table.columns if column.type in ("double", "float"))


class _Tables:
    """Replaces what a query names by views of DuckDB's."""

    def __init__(self, session: Session, query: exp.Query) -> None:
        self._session = session
        self.query = query.copy()
        self.tables: list[Table] = []
        copies = Copies(session.folder)
        self._relations = Relations(session.catalog, session.objects, copies, session.connection)

    def resolve(self) -> "_Tables":
        self._expand_views()
        groups: dict[tuple[str, str], list[exp.Table]] = defaultdict(list)
        for node in table_references(self.query):
            groups[self._database(node), node.name.lower()].append(node)
        used, hidden = used_columns(self.query), self._has_hidden()
        for (database, name), nodes in groups.items():
            self._replace(nodes, self._view(database, name, nodes, used, hidden))
        session = self._session
        session.scanned_bytes += self._relations.scanned_bytes
        if session.bytes_limit is not None and session.scanned_bytes > session.bytes_limit:
            raise QueryCancelled("Query cancelled! : Bytes scanned limit was exceeded")
        return self

    def _expand_views(self) -> None:
        for _ in range(DEEPEST_VIEW):
            views = [(node, view) for node in table_references(self.query) if (view := self._view_text(node))]
            if not views:
                return
            for node, (text, database) in views:
                inner = parse(text)
                for each in table_references(inner):
                    if not each.db:
                        each.set("db", exp.to_identifier(database))
                alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name))
                node.replace(exp.Subquery(this=inner, alias=alias.copy()))
        raise QueryFailed(f"VIEW_IS_STALE: views within views are more than {DEEPEST_VIEW} deep")

    def _view_text(self, node: exp.Table) -> tuple[str, str] | None:
        table = self._session.catalog.find(self._database(node), node.name)
        text = table.view_text if table else None
        return (text, table.database) if table and text else None

    def _database(self, node: exp.Table) -> str:
        if node.catalog and node.catalog.lower() != CATALOG:
            place = place_of(node, self._session.text)
            raise at(*place, f"Catalog '{node.catalog}' does not exist", "CATALOG_NOT_FOUND")
        return (node.db or self._session.database).lower()

    def _view(self, database: str, name: str, nodes: list[exp.Table], used: set[str] | None, hidden: bool) -> str:
        session = self._session
        if database == INFORMATION and (view := information.create_view(name, session.catalog, session.connection)):
            return view
        table = session.catalog.find(database, name)
        if table is None:
            raise self._missing(database, name, nodes[0])
        self.tables.append(table)
        references = [conditions_on(table, _around(node), node.alias_or_name.lower()) for node in nodes]
        return self._relations.create_view(table, references, used, hidden)

    def _missing(self, database: str, name: str, node: exp.Table) -> QueryFailed:
        place = place_of(node, self._session.text)
        if not self._session.catalog.has_database(database):
            return at(*place, f"Schema '{database}' does not exist", "SCHEMA_NOT_FOUND")
        return at(*place, f"Table '{CATALOG}.{database}.{name}' does not exist", "TABLE_NOT_FOUND")

    def _replace(self, nodes: list[exp.Table], view: str) -> None:
        for node in nodes:
            alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name, quoted=True))
            replacement = exp.Table(this=exp.to_identifier(view), alias=alias.copy(), sample=node.args.get("sample"))
            self._shorten_names(node)
            node.replace(replacement)

    def _shorten_names(self, node: exp.Table) -> None:
        """database.table.column is table.column."""
        for column in self.query.find_all(exp.Column):
            if node.db and column.table == node.name and column.args.get("db") and column.args["db"].name == node.db:
                column.set("db", None)
                column.set("catalog", None)

    def _has_hidden(self) -> bool:
        if not any(column.name.lower() in HIDDEN for column in self.query.find_all(exp.Column)):
            return False
        for star in self.query.find_all(exp.Star):
            if not isinstance(star.parent, exp.Anonymous):
                star.set("except_", [exp.to_identifier(each, quoted=True) for each in HIDDEN])
        return True


def _around(node: exp.Table) -> exp.Expr | None:
    """The SELECT in whose FROM the table stands; an outer join keeps rows for which its WHERE holds all the same."""
    parent = node.parent
    return parent.parent if isinstance(parent, exp.From | exp.Join) else None
