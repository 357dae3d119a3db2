"""Other people's files: what they mean, exactly; what is wrong with them, by line; and nothing lost."""

import csv
import gzip
import io
import json
import random
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics import Constant, load_events, load_orders
from shoplib.analytics.loading import amounts
from shoplib.core import lake
from shoplib.errors import LabError


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


RETAILROCKET = """timestamp,visitorid,event,itemid,transactionid
1433221332117,257597,view,355908,
1433224214164,992329,addtocart,248676,
1433221955914,483717,transaction,12835,22
"""


def test_retailrocket_is_known_by_its_columns(file):
    loaded = load_events(file(RETAILROCKET), event_names={"transaction": "purchase"})
    assert loaded.events.event_name.tolist() == ["view", "addtocart", "purchase"]
    assert loaded.events.anonymous_id.tolist() == ["257597", "992329", "483717"]
    assert loaded.events.event_time[0] == pd.Timestamp("2015-06-02 05:02:12.117", tz="UTC")
    assert loaded.events.order_id[2] == "22"
    assert loaded.events.columns.tolist() == lake.SCHEMA.names


def test_foreign_event_names_are_kept_and_explained(file):
    loaded = load_events(file(RETAILROCKET))
    assert loaded.events.event_name.tolist() == ["view", "addtocart", "transaction"]
    assert "'addtocart': 'add_to_cart'" in loaded.report()
    assert analytics.funnel(loaded.events, ["view", "addtocart"]).sessions.tolist() == [1, 0]


def test_a_continental_file_with_quirks_says_what_is_wrong_on_which_line(file):
    text = (
        "Order ID;Order Date;Customer;SKU;Qty;Price;Ctry;Note\n"
        '1;31/12/2011 23:59;ann;a;2;"1.234,50 €";DE;"two\nlines"\n'
        "\n"
        "2;30/12/2011 10:00;bob;b;x;3,95;FR;\n"
        "3;29/12/2011 10:00;short\n"
        "4;28/03/2011 01:30;cy;c;-1;3,955;FR;ok\n"
        "5;nonsense;cy;c;1;3,95;FR;ok\n"
    )
    loaded = load_orders(file(text), {"country": "Ctry"}, time_zone="Europe/Berlin")
    lines = loaded.events[["order_id", "event_name", "quantity", "price_minor", "value_minor", "country"]]
    assert lines.values.tolist() == [
        ["1", "purchase", 2, Decimal("123450.000"), Decimal("246900.000"), "DE"],
        ["4", "refund", 1, Decimal("395.500"), Decimal("395.500"), "FR"],
    ]
    assert loaded.events.event_time[0] == pd.Timestamp("2011-12-31 22:59", tz="UTC")
    assert loaded.rejected[["line", "column"]].values.tolist() == [[5, "quantity"], [6, ""], [8, "event_time"]]
    assert loaded.rejected.value[2] == "nonsense"
    assert "line 5" in loaded.report()


def test_shopify_writes_an_order_once_and_its_lines_below(file):
    text = (
        "Name,Email,Created at,Currency,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Total\n"
        "#1001,a@b.c,2024-01-05 10:00:00 +0100,EUR,1,Mug,8.50,mug,20.50\n"
        "#1001,,,,1,Tea,12.00,tea,\n"
        "#1002,d@e.f,2024-01-06 10:00:00 +0100,USD,3,Mug,8.50,mug,25.50\n"
    )
    path = file(text)
    with pytest.raises(LabError, match=r"EUR \(2 rows\), USD \(1 rows\)"):
        load_orders(path)
    events = load_orders(path, currency="EUR", rates={"USD": Decimal("0.9")}).events
    assert events.user_id.tolist() == ["a@b.c", "a@b.c", "d@e.f"]
    assert events.event_time[1] == pd.Timestamp("2024-01-05 09:00", tz="UTC")
    assert events.value_minor.tolist() == [Decimal(850), Decimal(1200), Decimal(2295)]
    assert events.order_line.tolist() == [1, 2, 1]
    assert set(events.currency) == {"EUR"}
    assert analytics.revenue(events) == Decimal("43.45")


@pytest.mark.parametrize(
    "text, decimal, exact",
    [
        ("1,234.50", None, "1234.50"),
        ("1.234,50 €", None, "1234.50"),
        ("£3.95", None, "3.95"),
        ("(12.50)", None, "-12.50"),
        ("12,5-", None, "-12.5"),
        ("1,234", None, "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", None, "1.234"),
        ("1'234'567.8", None, "1234567.8"),
        ("1,234,567", None, "1234567"),
        ("0.1", None, "0.1"),
        ("1e3", None, "1000"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, decimal, exact):
    assert amounts.number(text, decimal) == Decimal(exact)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3,4,5", "--", "nan", "1e99999999"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(amounts.NoNumber):
        amounts._exact(amounts.number(text, None) * amounts.MAJOR)


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-01-31T23:59:59.123456Z", "2026-01-31 23:59:59.123456"),
        ("2026-01-31 23:59:59+02:00", "2026-01-31 21:59:59"),
        ("2026-01-31", "2026-01-31 00:00"),
        ("1769903999", "2026-01-31 23:59:59"),
        ("1769903999123", "2026-01-31 23:59:59.123"),
        ("1769903999123456", "2026-01-31 23:59:59.123456"),
        ("31/01/2026 23:59", "2026-01-31 23:59"),
        ("1/31/2026 23:59", "2026-01-31 23:59"),
        ("31.01.2026 23:59", "2026-01-31 23:59"),
    ],
)
def test_times_are_read_as_people_write_them(file, text, moment):
    loaded = load_events(file(f"time,event,user\n{text},view,ann\n"), {"user_id": "user"})
    assert loaded.events.event_time.tolist() == [pd.Timestamp(moment, tz="UTC")], loaded


def test_a_date_that_could_be_two_is_asked_about(file):
    path = file("time,event,user_id\n02/03/2026,view,ann\n")
    with pytest.raises(LabError, match="day_first"):
        load_events(path)
    assert load_events(path, day_first=True).events.event_time[0] == pd.Timestamp("2026-03-02", tz="UTC")


def test_hours_that_clocks_have_twice_or_never_are_counted(file):
    rows = "2026-10-25 01:30,view,ann\n2026-03-29 01:30,view,ann\n"
    loaded = load_events(file(f"time,event,user_id\n{rows}"), time_zone="Europe/London")
    assert loaded.events.event_time.tolist() == [
        pd.Timestamp("2026-10-25 00:30", tz="UTC"),
        pd.Timestamp("2026-03-29 01:00", tz="UTC"),
    ]
    assert "has twice" in loaded.report() and "not at all" in loaded.report()


def test_mappings_take_columns_constants_and_functions(file):
    text = "when,what,who,path\n2026-01-31,view_item,ann,toys/bear\n"
    mapping = {
        "event_time": "when",
        "event_name": "what",
        "user_id": "who",
        "category": lambda frame: frame.path.str.split("/").str[0],
        "currency": Constant("eur"),
    }
    event = load_events(file(text), mapping).events.iloc[0]
    assert (event.category, event.currency, event.user_id, event.anonymous_id) == ("toys", "EUR", "ann", "ann")


@pytest.mark.parametrize(
    "mapping, said",
    [
        ({"event_time": "Tiem"}, "did you mean Time?"),
        ({"evnt_time": "Time"}, "did you mean event_time?"),
        ({"event_time": 5}, "Constant"),
        ({"event_time": None}, "no column for event_time"),
        ({"category": lambda frame: ["a", "b"]}, "returned 2 values for 1 rows"),
    ],
)
def test_mistakes_in_mappings_are_said(file, mapping, said):
    with pytest.raises(LabError) as raised:
        load_events(file("Time,event,user_id\n2026-01-31,view,ann\n"), mapping)
    assert said in f"{raised.value.what} {raised.value.next}"


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("nothing.csv", "", "is empty"),
        ("no.docx", "x", "not in a supported format"),
        ("bad.parquet", "x", "cannot be read"),
        ("who.csv", "time,event\n2026-01-31,view\n", "user_id or anonymous_id"),
    ],
)
def test_files_that_cannot_be_are_refused_by_name(file, name, text, said):
    with pytest.raises(LabError, match=said):
        load_events(file(text, name))
    with pytest.raises(LabError, match="file not found"):
        load_events("nowhere.csv")


def test_the_same_rows_in_every_form_are_the_same_events(file, tmp_path):
    rows = [
        {"time": "2026-01-31T10:00:00Z", "event": "purchase", "user_id": "ann ü", "order_id": "1", "price": "8.50501"},
        {"time": "2026-01-31T10:05:00Z", "event": "view_item", "user_id": "bob", "order_id": None, "price": None},
    ]
    frame = pd.DataFrame(rows)
    text = frame.to_csv(index=False)
    forms = [
        file(text, "a.csv"),
        file(text.encode("utf-16"), "b.csv"),
        file(text.encode("utf-8-sig"), "c.csv"),
        file(text.encode("cp1252"), "d.csv"),
        file(gzip.compress(text.encode()), "e.csv.gz"),
        file(text.replace(",", "\t"), "f.tsv"),
        file(text.replace("\n", "\r\n"), "g.csv"),
        file("\n".join(json.dumps(row) for row in rows), "h.jsonl"),
    ]
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "i.parquet")
    wanted = load_events(forms[0]).events.drop(columns=["shard_id", "sequence_number"])
    assert wanted.value_minor[0] == Decimal("850.501")
    for form in [*forms, tmp_path / "i.parquet"]:
        found = load_events(form)
        assert found.rejected.empty, form
        names = wanted.columns.drop("event_id") if form.suffix in (".jsonl", ".parquet") else wanted.columns
        pd.testing.assert_frame_equal(found.events[names], wanted[names])


def test_loading_twice_gives_the_same_ids_and_equal_rows_stay_apart(file):
    text = "time,user_id,order_id,price\n" + "2026-01-31,ann,1,2.00\n" * 2
    once, twice = load_orders(file(text)).events, load_orders(file(text, "copy.csv")).events
    assert once.event_id.tolist() == twice.event_id.tolist()
    assert once.event_id.nunique() == 2
    assert analytics.revenue(analytics.clean(once).events) == Decimal("4.00")


def test_a_folder_is_all_its_files(file, tmp_path):
    file("time,event,user_id\n2026-01-31,view,ann\n", "one.csv")
    file("time,event,user_id\n2026-02-01,view,\n", "two.csv")
    loaded = load_events(tmp_path)
    assert len(loaded.events) == 1
    assert loaded.rejected[["file", "line", "reason"]].values.tolist() == [["two.csv", 2, "nobody is named"]]


@given(st.integers(0, 10**6), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_orders_written_down_and_loaded_are_the_same_orders(seed, count):
    """Any orders, to the thousandth, through CSV and back."""
    dice, total, out = random.Random(seed), Decimal(0), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID"])
    for number in range(count):
        price, pieces = Decimal(dice.randrange(0, 10**6)) / 1_000, dice.choice([-3, -1, 1, 2, 500])
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        note = dice.choice(["plain", 'with "quotes", and commas', "two\nlines", "", "ü"])
        writer.writerow(
            [number // 3, dice.choice("abc"), note, pieces, moment.isoformat(), price, dice.choice(["7", ""])]
        )
        total += price * pieces
    with tempfile.TemporaryDirectory() as folder:
        orders = Path(folder, "orders.csv")
        orders.write_text(out.getvalue(), encoding="utf-8", newline="")
        loaded = load_orders(orders, decimal=".")
    assert (len(loaded.events), len(loaded.rejected)) == (count, 0)
    assert analytics.revenue(loaded.events) == total
    text = out.getvalue().split("\n")
    first_words: list[Any] = [text[int(line) - 1].split(",")[0] for line in loaded.events.sequence_number]
    assert first_words == loaded.events.order_id.tolist()
