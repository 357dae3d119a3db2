"""The analyses as SQL of Athena's, run by DuckDB over the same files, equal those in Python.

DuckDB is shown what Athena sees: the files that the symlinks name, and a column `dt`. Athena keeps milliseconds of a
time; the simulated shoppers, some of whom come back after 30 minutes and a microsecond, are counted with all digits.
"""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics.folders import Folder
from shoplib.core import events, lake
from shoplib.errors import LabError
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import destinations
from shoplib.shoppers.simulation.world import World
from tests.lake_events import Row, put, row
from tests.nightly import sized

DATABASE, SPAN = "shop_clickstream_lake", ("2009-01-01", "2030-12-31")
NARROW = 1e-9


@contextmanager
def athena(folder: Path, precision: str = "millisecond") -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the table as the Glue catalog describes it."""
    texts = sorted((folder / "curated" / "symlinks").rglob("*.txt"))
    files = [line for text in texts for line in text.read_text(encoding="utf-8").splitlines()]
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute(f"CREATE SCHEMA {DATABASE}")
        connection.execute(f"""CREATE VIEW {DATABASE}.events AS
            SELECT * REPLACE (date_trunc('{precision}', event_time)::TIMESTAMP AS event_time)
            FROM read_parquet({files}, hive_partitioning = true, hive_types = {{'dt': VARCHAR}})""")
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, name: str, span: tuple[str, str] = SPAN) -> pd.DataFrame:
    return connection.execute(analytics.athena_sql(name, DATABASE, *span)).df()


def rows_of(table: pd.DataFrame, *columns: str) -> dict[Any, tuple[Any, ...]]:
    """First column(s) -> the others; nulls as None, and amounts as Decimals."""
    plain = table.astype(object).where(table.notna(), None)
    keys = [tuple(key) if len(columns) > 1 else key[0] for key in plain[list(columns)].itertuples(index=False)]
    others = [name for name in plain if name not in columns]
    return dict(zip(keys, plain[others].itertuples(index=False, name=None), strict=True))


def assert_equal(found: pd.DataFrame, expected: pd.DataFrame, *keys: str) -> None:
    """The same rows, whatever their order; numbers to a billionth."""
    left, right = rows_of(found[list(expected)], *keys), rows_of(expected, *keys)
    assert left.keys() == right.keys()
    for key, values in right.items():
        assert [_number(each) for each in left[key]] == pytest.approx(
            [_number(each) for each in values], rel=NARROW, nan_ok=True
        ), key


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def minor(amounts: pd.Series) -> pd.Series:
    return amounts.map(lambda amount: amount * 100)


def conversion(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    visits = analytics.sessions(cleaned)
    for key in ("all", "day", "device", "source", "country"):
        told = analytics.conversion_rate(visits, None if key == "all" else key)
        value = [None] if key == "all" else told[key].map(lambda each: None if pd.isna(each) else str(each))
        told = told.assign(value=value).rename(columns={"sessions": "trials", "purchases": "successes"})
        assert_equal(sql[sql.key == key], told[["value", "successes", "trials", "rate", "low", "high"]], "value")


def abandonment(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    told = analytics.abandonment(analytics.sessions(cleaned))
    told = told.rename(columns={"sessions": "trials", "abandoned": "successes"})
    assert_equal(sql, told[["stage", "successes", "trials", "rate", "low", "high"]], "stage")


def funnel(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    for by in (None, "device"):
        told = analytics.funnel(cleaned, by=by)
        told = told[told.sessions > 0].rename(columns={"sessions": "successes", "rate_from_first": "rate"})
        keys = ["value", "step"] if by else ["step"]
        told = told.rename(columns={by: "value"}) if by else told
        own = sql[sql.key == (by or "all")]
        assert_equal(own, told[[*keys, "successes", "rate", "low", "high"]], *keys)
        later = told[told.step != "view_item"]
        assert_equal(own[own.step != "view_item"], later[[*keys, "rate_from_previous"]], *keys)
        for name in ("median_seconds", "p90_seconds"):  # Athena cuts both ends of a wait to milliseconds
            found, expected = rows_of(own[[*keys, name]], *keys), rows_of(told[[*keys, name]], *keys)
            assert {key: value[0] for key, value in found.items()} == pytest.approx(
                {key: value[0] for key, value in expected.items()}, abs=0.001
            )


def sales(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    for key in ("day", "month", "product", "country", "category", "device", "source"):
        told = analytics.sales_by(cleaned, key).rename(columns={key: "value"})
        told["revenue_minor"] = minor(told.revenue)
        assert_equal(sql[sql.key == key], told[["value", "orders", "pieces", "revenue_minor"]], "value")
    whole = sql[sql.key == "all"].iloc[0]
    assert Decimal(whole.revenue_minor).quantize(Decimal("0.001")) == analytics.revenue(cleaned) * 100


def cohorts(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    for measure in ("customers", "orders", "revenue"):
        wide = analytics.cohorts(cleaned, measure).set_index("cohort").drop(columns="size")
        told = {key: value for key, value in wide.stack().items() if not pd.isna(value) and value}
        column = "revenue_minor" if measure == "revenue" else measure
        found = {(row.cohort, row.age): getattr(row, column) for row in sql.itertuples() if getattr(row, column)}
        scale = 100 if measure == "revenue" else 1
        assert {key: float(value) for key, value in found.items()} == pytest.approx(
            {key: float(value * scale) for key, value in told.items()}, rel=NARROW
        )


def customers(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    told = analytics.rfm(cleaned)
    told["monetary_minor"] = minor(told.monetary)
    assert_equal(sql, told[["user_id", "recency_days", "frequency", "monetary_minor", "r", "f", "m"]], "user_id")


def repeats(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    told = analytics.repeat_purchases(cleaned).iloc[0]
    found = sql.iloc[0]
    assert (found.successes, found.trials) == (told.repeaters, told.customers)
    if told.customers:
        assert (found.rate, found.low, found.high) == pytest.approx((told.share, told.low, told.high))


def basket(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    assert_equal(sql, analytics.basket(cleaned, 10), "product_a", "product_b")


def attribution(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    models = ("first", "last", "last_non_direct")
    told = analytics.attribution(cleaned, models=models)
    told = told[told[[f"orders_{model}" for model in models]].sum(axis=1) > 0]
    renamed = {f"revenue_{model}": f"revenue_minor_{model}" for model in models}
    told = told.assign(**{name: minor(told[name]) for name in renamed}).rename(columns=renamed)
    sums = sql[[name for name in sql if name.startswith("orders_")]].sum(axis=1)
    assert_equal(sql[sums > 0], told, "source", "medium")


def experiments(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    for name in sql.experiment.unique():
        told = analytics.experiment(cleaned, name, resamples=2).variants
        told = told[told.users > 0].assign(revenue_minor=minor(told.revenue))
        told = told.rename(columns={"users": "trials", "conversions": "successes"})
        columns = ["variant", "successes", "trials", "revenue_minor", "rate", "low", "high"]
        assert_equal(sql[sql.experiment == name], told[columns], "variant")


def transitions(sql: pd.DataFrame, cleaned: pd.DataFrame, _: analytics.Scan) -> None:
    matrix = analytics.transitions(cleaned, counts=True)
    told = {key: int(value) for key, value in matrix.stack().items() if value}
    assert {(row.event, row.next): row.transitions for row in sql.itertuples()} == told


def quality(sql: pd.DataFrame, _: pd.DataFrame, scan: analytics.Scan) -> None:
    told = scan.counts[scan.counts["rows"] > 0]
    found = {row.day: (row.events, row.bots, row.late) for row in sql.itertuples()}
    assert found == {str(day): (row["rows"], row["bots"], row["late"]) for day, row in told.iterrows()}


PROOFS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, analytics.Scan], None]] = {
    "conversion_rate": conversion,
    "abandonment": abandonment,
    "funnel": funnel,
    "sales": sales,
    "cohorts": cohorts,
    "rfm": customers,
    "repeat_purchases": repeats,
    "basket": basket,
    "attribution": attribution,
    "experiments": experiments,
    "transitions": transitions,
    "quality": quality,
}


def test_every_query_has_its_proof():
    assert sorted(PROOFS) == analytics.athena_queries()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, ...]]:
    folder = tmp_path_factory.mktemp("athena")
    simulation.run(World(seed=9, sessions=sized(9_000, 800)), destinations.Lake(folder / "lake"), folder)
    analytics.compact(folder / "lake")
    scan = analytics.scan(folder / "lake")
    with athena(folder / "lake", "microsecond") as connection:
        yield connection, analytics.clean(scan.to_pandas()).events, scan


@pytest.mark.parametrize("name", PROOFS)
def test_sql_of_simulated_shoppers_equals_python(name: str, simulated: tuple[Any, ...]):
    connection, cleaned, scan = simulated
    table = asked(connection, name)
    PROOFS[name](table, cleaned, scan)


def visitors(dice: random.Random, count: int) -> list[Row]:
    """Few visitors, many ties, gaps of exactly 30 minutes, lines told twice, users of several devices, months apart."""
    rows = []
    for number in range(count):
        name = dice.choice([*events.NAMES, "purchase", "purchase"])
        sale = name in events.SALES
        told = {
            "event_name": name,
            "user_id": dice.choice([None, None, "u1", "u2", "a"]),
            "device": dice.choice(events.DEVICES),
            "source": dice.choice([None, "google", "news", "direct"]),
            "medium": dice.choice([None, "cpc"]),
            "category": dice.choice([None, "toys"]),
            "product_id": dice.choice(["p1", "p2", None]),
            "product_name": dice.choice([None, "Blue Mug"]),
            "channel": dice.choice(["web", "web", None, "import"]),
            "experiment": dice.choice([None, "button"]),
            "variant": dice.choice(["control", "green", "green"]),
            "order_id": dice.choice(["o1", "o2", "o3", f"x{number}", None]) if sale else None,
            "order_line": dice.choice([1, 2, None]) if sale else None,
            "value_minor": Decimal(dice.randrange(10_000)) / 8 if sale else None,
            "quantity": dice.choice([None, 1, 3]) if sale else None,
        }
        seconds = dice.choice([0, 0, 1_800, 1_800.001, 3_600, 86_400, 40 * 86_400]) * dice.randrange(4)
        rows.append(row(number, seconds + dice.choice([0, 0.25, 60]), dice.choice("abc"), **told))
    return rows


@given(st.randoms(use_true_random=False), st.integers(1, 60))
@settings(max_examples=4, deadline=None)
def test_sql_of_odd_visitors_equals_python(tmp_path_factory: Any, dice: random.Random, count: int):
    folder = tmp_path_factory.mktemp("odd")
    put(Folder(folder), "batch", visitors(dice, count))
    analytics.compact(folder)
    scan = analytics.scan(folder)
    cleaned = analytics.clean(scan.to_pandas()).events
    with athena(folder) as connection:
        for name, proof in PROOFS.items():
            proof(asked(connection, name), cleaned, scan)


def test_only_the_days_asked_for_are_read(simulated: tuple[Any, ...]):
    connection, cleaned, _ = simulated
    day = str(cleaned.event_time.dt.date.min())
    assert set(asked(connection, "quality", (day, day)).day) == {day}
    plan = connection.execute(f"EXPLAIN {analytics.athena_sql('quality', DATABASE, day, day)}").fetchall()[0][1]
    assert {found[0] for found in re.findall(r"Scanning Files:\W*(\d+)/(\d+)", plan)} == {"1"}


def test_replaced_parts_are_not_counted_again(tmp_path: Path):
    put(Folder(tmp_path), "first", [row(1, 10)])
    analytics.compact(tmp_path)
    put(Folder(tmp_path), "second", [row(2, 20)])
    analytics.compact(tmp_path)
    assert len(list((tmp_path / "curated" / "events").rglob("*.parquet"))) == 2
    with athena(tmp_path) as connection:
        assert asked(connection, "quality").events.tolist() == [2]


def test_the_table_has_the_columns_of_the_lake():
    text = Path("shoplib/patterns/clickstream/template.yaml").read_text(encoding="utf-8")
    yaml.SafeLoader.add_multi_constructor("!", lambda loader, tag, node: None)
    table = yaml.safe_load(text)["Resources"]["EventsTable"]["Properties"]["TableInput"]
    kinds = {
        "string": "string",
        "timestamp": "timestamp[us, tz=UTC]",
        "int": "int32",
        "bigint": "int64",
        "double": "double",
    }
    kinds |= {"tinyint": "int8", "boolean": "bool", "decimal(18,3)": "decimal128(18, 3)"}
    found = [(column["Name"], kinds[column["Type"]]) for column in table["StorageDescriptor"]["Columns"]]
    assert found == [(field.name, str(field.type)) for field in lake.CURATED_SCHEMA]


@pytest.mark.parametrize(
    ("name", "database", "start", "message"),
    [
        ("funnels", DATABASE, "2026-01-01", "query not found: funnels"),
        ("funnel", "a; DROP", "2026-01-01", "not a valid database name"),
        ("funnel", DATABASE, "yesterday", "'yesterday' is not a valid date"),
    ],
)
def test_what_cannot_be_asked_is_named(name: str, database: str, start: str, message: str):
    with pytest.raises(LabError, match=re.escape(message)):
        analytics.athena_sql(name, database, start, "2026-01-31")
