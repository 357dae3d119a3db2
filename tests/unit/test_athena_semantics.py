"""What expressions mean to Athena (Trino's documentation and engine version 3), and what is refused, in its words."""

import pytest

from shoplib.localaws.athena.errors import InvalidRequest, QueryFailed
from shoplib.localaws.athena.sandbox import sandbox
from shoplib.localaws.athena.session import Session
from shoplib.localaws.athena.sql.dialect import as_query, parse
from shoplib.localaws.athena.statements import check, queries
from shoplib.localaws.athena.statements.prepared import bind
from shoplib.localaws.athena.values import double_text


def run(text: str) -> tuple[list[tuple[str, str]], list[tuple[str | None, ...]]]:
    with sandbox() as (connection, folder):
        place = {"account_id": "123456789012", "region": "us-east-1", "now": 1_700_000_000.0}
        session = Session("id", text, "default", None, False, "primary", connection=connection, folder=folder, **place)
        outcome = queries.run(session, as_query(parse(text)))
        return [(each.name, each.type) for each in outcome.columns], [tuple(row) for row in outcome.rows]


@pytest.fixture(scope="module")
def values() -> dict[str, str | None]:
    """All expressions in one statement: one sandbox for all of them."""
    listed = ", ".join(f"{expression} AS c{number}" for number, (expression, _) in enumerate(VALUES))
    (row,) = run(f"SELECT {listed}")[1]
    return {expression: value for (expression, _), value in zip(VALUES, row, strict=True)}


VALUES = [
    ("7 / 2", "3"),
    ("-7 / 2", "-3"),
    ("7 / 2e0", "3.5"),
    ("1 / 3.0", "0.3"),
    ("-2.5 / 3", "-0.8"),
    ("cast(10 as decimal(10, 2)) / cast(3 as decimal(5, 3))", "3.333"),
    ("2.00 / cast(3 as bigint)", "0.67"),
    ("1.0 / 2e0", "0.5"),
    ("try(1 / 0.0)", None),
    ("transform(array[1.0, 2.5], v -> v / 3)", "[0.3, 0.8]"),
    ("array[1, 2, 3][2]", "2"),
    ("map(array['a'], array[1])['a']", "1"),
    ("row(7, 8)[2]", "8"),
    ("try(array[1][5])", None),
    ("element_at(array[1, 2], -1)", "2"),
    ("element_at(array[1, 2], 9)", None),
    ("element_at(map(array['a'], array[1]), 'b')", None),
    ("1e0 / 0", "Infinity"),
    ("try(1 / 0)", None),
    ("5 % 3", "2"),
    ("round(2.5e0)", "3.0"),
    ("1e10", "1.0E10"),
    ("cast(0.0001 as double)", "1.0E-4"),
    ("cast(0.1 as real)", "0.1"),
    ("1.50", "1.50"),
    ("'a' || null", None),
    ("concat('a', null)", None),
    ("concat('a', 'b', 'c')", "abc"),
    ("greatest(1, null)", None),
    ("least(3, 1, 2)", "1"),
    ("greatest(1, 2, 3, 4, 5)", "5"),
    ("format('%.2f', 1.5e0)", "1.50"),
    ("substr('hello', 0)", ""),
    ("substr('hello', -2)", "lo"),
    ("split_part('a,b', ',', 5)", None),
    ("split('a,b', ',')", "[a, b]"),
    ("strpos('high', 'x')", "0"),
    ("regexp_extract('abc', 'x')", None),
    ("regexp_extract('abc', 'a(b)', 1)", "b"),
    ("regexp_replace('ab12', '([a-z])(\\d)', '$2$1')", "a1b2"),
    ("regexp_like('abc', 'b.')", "true"),
    ("cast('abc' as varchar(2))", "ab"),
    ("date_diff('day', timestamp '2020-01-01 23:00:00', timestamp '2020-01-02 01:00:00')", "0"),
    ("date_diff('month', date '2020-01-31', date '2020-03-01')", "1"),
    ("date_add('month', 1, date '2024-01-31')", "2024-02-29"),
    ("date '2024-01-01' + interval '1' day", "2024-01-02"),
    ("date_trunc('month', date '2024-05-17')", "2024-05-01"),
    ("date_trunc('hour', timestamp '2024-05-17 10:20:30')", "2024-05-17 10:00:00.000"),
    ("day_of_week(date '2024-01-07')", "7"),
    ("extract(dow from date '2024-01-07')", "7"),
    ("week(date '2024-12-30')", "1"),
    ("year_of_week(date '2024-12-30')", "2025"),
    ("date_format(timestamp '2020-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", "2020-01-02 03:04:05"),
    ("date_parse('2020-01-02', '%Y-%m-%d')", "2020-01-02 00:00:00.000"),
    ("format_datetime(timestamp '2020-01-02 03:04:05', 'yyyy/MM/dd')", "2020/01/02"),
    ("from_unixtime(0)", "1970-01-01 00:00:00.000 UTC"),
    ("to_unixtime(from_unixtime(10))", "10.0"),
    ("current_date", "2023-11-14"),
    ("now()", "2023-11-14 22:13:20.000 UTC"),
    ("from_iso8601_date('2024-02-03')", "2024-02-03"),
    ("array[1, null, 3]", "[1, null, 3]"),
    ("array['a', 'b'][1]", "a"),
    ("element_at(array[1], 5)", None),
    ("cardinality(array[1, 2])", "2"),
    ("cardinality(map(array['a'], array[1]))", "1"),
    ("contains(array[1, 2], 2)", "true"),
    ("array_position(array[1], 5)", "0"),
    ("array_join(array[1, null, 2], ',')", "1,2"),
    ("array_sort(array[3, null, 1])", "[1, 3, null]"),
    ("slice(array[1, 2, 3, 4], 2, 2)", "[2, 3]"),
    ("sequence(1, 3)", "[1, 2, 3]"),
    ("sequence(date '2024-01-01', date '2024-01-02')", "[2024-01-01, 2024-01-02]"),
    ("repeat('x', 2)", "[x, x]"),
    ("filter(array[1, 2, 3], x -> x > 1)", "[2, 3]"),
    ("transform(array[1, 2], x -> x * 2)", "[2, 4]"),
    ("reduce(array[1, 2, 3], 0, (s, x) -> s + x, s -> s * 10)", "60"),
    ("any_match(array[1, 2], x -> x > 1)", "true"),
    ("none_match(array[1, 2], x -> x > 5)", "true"),
    ("map(array['a', 'b'], array[1, 2])", "{a=1, b=2}"),
    ("map(array['a'], array[1])['a']", "1"),
    ("row(1, 'x')", "{field0=1, field1=x}"),
    ("cast(row(1, 'x') as row(n integer, s varchar))", "{n=1, s=x}"),
    ('json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a.b\')', "x"),
    ('json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a\')', None),
    ("json_extract('{\"a\": [1]}', '$.a')", "[1]"),
    ("cast(json_parse('[1, 2]') as array(integer))", "[1, 2]"),
    ("to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"),
    ("to_utf8('ab')", "61 62"),
    ("url_extract_host('https://u@example.com:80/p?q=1')", "example.com"),
    ("url_extract_parameter('https://e.com/?a=1&b=x%20y', 'b')", "x y"),
    ("if(1 > 2, 'a', 'b')", "b"),
    ("coalesce(null, 'x')", "x"),
    ("nullif(1, 1)", None),
    ("is_nan(nan())", "true"),
    ("log(2, 8)", "3.0"),
    ("bitwise_and(6, 3)", "2"),
    ("timestamp '2020-01-01 00:00:00' at time zone 'UTC'", "2020-01-01 00:00:00.000 UTC"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_an_expression_means_what_it_means_to_athena(
    values: dict[str, str | None], expression: str, expected: str | None
):
    assert values[expression] == expected


ROWS = [
    ("SELECT x FROM (VALUES 2, null, 1) AS t(x) ORDER BY x DESC", [("2",), ("1",), (None,)]),
    ("SELECT x FROM (VALUES 1, 2, 3, 4) AS t(x) ORDER BY x OFFSET 1 LIMIT 2", [("2",), ("3",)]),
    ("VALUES (1, 'a'), (2, 'b')", [("1", "a"), ("2", "b")]),
    ("SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t(a, b)", [("1", "x"), ("2", None)]),
    ("SELECT k, v, n FROM UNNEST(MAP(ARRAY['a'], ARRAY[1])) WITH ORDINALITY AS t(k, v, n)", [("a", "1", "1")]),
    ("SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x')]) AS t(a, b)", [("1", "x")]),
    ("SELECT u, x FROM (SELECT 5 AS u) CROSS JOIN UNNEST(ARRAY[1]) AS t(x)", [("5", "1")]),
    ("SELECT sum(x), avg(x), count(*) FROM (VALUES 1, 2) AS t(x)", [("3", "1.5", "2")]),
    (
        "SELECT avg(x), avg(DISTINCT x), sum(x) / count(*) FROM (VALUES 1.25, 1.25, 3.0) AS t(x)",
        [("1.83", "2.13", "1.83")],
    ),
    ("SELECT avg(x) FILTER (WHERE x > 1) FROM (VALUES 0.5, 1.5, 2.0) AS t(x)", [("1.8",)]),
    (
        "SELECT avg(x) OVER (PARTITION BY k ORDER BY x) AS mean FROM (VALUES (1.50, 'a'), (2.25, 'a'), (3.00, 'b'))"
        " AS t(x, k) ORDER BY mean",
        [("1.50",), ("1.88",), ("3.00",)],
    ),
    ("SELECT x / y FROM (VALUES (1.0, 3.0)) AS t(x, y) GROUP BY x / y", [("0.3",)]),
    ("SELECT m['a'] FROM (SELECT map(ARRAY['a'], ARRAY[1]) AS m)", [("1",)]),
    ("SELECT max_by(n, x), min_by(n, x) FROM (VALUES ('a', 1), ('b', 2)) AS t(n, x)", [("b", "a")]),
    ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY s) FROM (VALUES 'b', 'a') AS t(s)", [("a,b",)]),
    ("SELECT approx_distinct(x), array_agg(x ORDER BY x DESC) FROM (VALUES 1, 2) AS t(x)", [("2", "[2, 1]")]),
    (
        "SELECT lag(x) IGNORE NULLS OVER (ORDER BY n) FROM (VALUES (1, 1), (2, null), (3, 5)) AS t(n, x)",
        [(None,), ("1",), ("1",)],
    ),
    (
        "SELECT date_trunc('month', max(d)), max(d) + interval '1' day FROM (VALUES date '2024-05-17') AS t(d)",
        [("2024-05-01", "2024-05-18")],
    ),
    ("SELECT floor(2.5e0), ceil(2.1e0), chr(65)", [("2.0", "3.0", "A")]),
    ("SELECT count(*) FILTER (WHERE x > 1) FROM (VALUES 1, 2, 3) AS t(x)", [("2",)]),
    (
        "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t",
        [("1",), ("2",), ("3",)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), ROWS)
def test_a_query_answers_the_rows_that_athena_answers(text: str, rows: list[tuple[str | None, ...]]):
    assert run(text)[1] == rows


def test_columns_have_athenas_names_and_types():
    columns, _ = run(
        "SELECT count(*), 1 AS Foo, 1.5, 1e0, date '2020-01-01', now(), array[1], map(), row(1), true, 'x'"
    )
    names = ["_col0", "Foo", *(f"_col{number}" for number in range(2, 11))]
    kinds = ["bigint", "integer", "decimal", "double", "date", "timestamp with time zone", "array", "map", "row"]
    assert columns == list(zip(names, [*kinds, "boolean", "varchar"], strict=True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT nope FROM (VALUES 1) AS t(x)", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
        ("SELECT x\nFROM (VALUES 1) AS t(x)\nWHERE t.y = 1", "COLUMN_NOT_FOUND: line 3:7: Column 't.y' cannot be"),
        ("SELECT * FROM nodb.x", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nodb' does not exist"),
        ("SELECT * FROM x", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.x' does not exist"),
        ("SELECT foo(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered"),
        ("SELECT nvl(1, 2)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nvl' not registered"),
        ("SELECT 1 / x FROM (VALUES 0) AS t(x)", "DIVISION_BY_ZERO: / by zero"),
        ("SELECT 1.5 / x FROM (VALUES 0) AS t(x)", "DIVISION_BY_ZERO"),
        (
            "SELECT a[4] FROM (VALUES ARRAY[1, 2, 3]) AS t(a)",
            "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 4 > 3",
        ),
        ("SELECT ARRAY[1][0]", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
        ("SELECT ARRAY[1][-1]", "INVALID_FUNCTION_ARGUMENT: Array subscript is negative: -1"),
        ("SELECT element_at(ARRAY[1], 0)", "INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1"),
        ("SELECT map(ARRAY['a'], ARRAY[1])['b']", "INVALID_FUNCTION_ARGUMENT: Key not present in map: b"),
        ("SELECT cast('abc' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INTEGER"),
        (
            "SELECT 1 FROM (VALUES date '2020-01-01') AS t(d) WHERE d > '2020-01-01'",
            "TYPE_MISMATCH: line 1:56: Cannot apply operator: date > varchar",
        ),
        (
            "SELECT 1 FROM (VALUES 'x') AS t(s) WHERE s IN (1, 2)",
            "TYPE_MISMATCH: line 1:42: Cannot apply operator: varchar = integer",
        ),
        ("SELECT s, n FROM (VALUES ('a', 1)) AS t(s, n) GROUP BY s", "EXPRESSION_NOT_AGGREGATE: line 1:11: 'n' must"),
        ("SELECT sum(s) FROM (VALUES 'a') AS t(s)", "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (varchar)"),
    ],
)  # fmt: skip
def test_a_query_fails_in_athenas_words(text: str, reason: str):
    with pytest.raises(QueryFailed) as caught:
        run(text)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "/etc/passwd"',
        "SELECT content FROM glob('/*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT getenv('HOME')",
        "COPY (SELECT 1) TO '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "PRAGMA version",
        "CALL system.x()",
        "SELECT 1; SELECT 2",
    ],
)
def test_a_query_reaches_no_files(text: str):
    with pytest.raises((QueryFailed, InvalidRequest)):
        check(text)
        run(text)


def test_the_sandbox_itself_is_locked():
    """Were a statement to come through, DuckDB refuses it."""
    import duckdb

    with sandbox() as (connection, _):
        for statement in (
            "SELECT * FROM read_text('/etc/hostname')",
            "COPY (SELECT 1) TO '/tmp/shoplib-not-here'",
            "ATTACH '/tmp/shoplib-not-here.db'",
            "SET enable_external_access = true",
            "LOAD httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.001, "0.001"),
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (-2.5e-5, "-2.5E-5"),
        (1e21, "1.0E21"),
    ],
)
def test_doubles_are_written_as_java_writes_them(value: float, text: str):
    assert double_text(value) == text


def test_values_take_the_places_of_question_marks():
    assert bind("SELECT '?' WHERE a = ? AND b = ?", ["1", "'x'"]) == "SELECT '?' WHERE a = 1 AND b = 'x'"
    with pytest.raises(InvalidRequest, match="expected 1 but found 0"):
        bind("SELECT ?", [])
    with pytest.raises(InvalidRequest, match="is not a value"):
        bind("SELECT ?", ["(SELECT 1)"])
