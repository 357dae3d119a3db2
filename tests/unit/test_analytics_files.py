"""Files as analysts have them: each oddity with the figures that are right, and the words that say what was assumed."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics import Loaded, load_events, load_orders
from shoplib.errors import LabError

Write = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def revenue(loaded: Loaded) -> Decimal:
    """Of cleaned events; every row of the file is used, or rejected with a line and a reason."""
    provenance = loaded.provenance
    assert provenance.rows == provenance.rows_used + len(loaded.rejected)
    assert not loaded.rejected.duplicated(["file", "line"]).any()
    assert loaded.rejected.empty or (loaded.rejected.reason.str.len() > 0).all()
    return analytics.revenue(analytics.clean(loaded.events).events)


def orders_of(file: Write, *rows: str, header: str = "order_id,date,price", **options: Any) -> Loaded:
    return load_orders(file("\n".join([header, *rows]) + "\n"), **options)


def test_events_of_the_same_second_stay_in_the_order_of_the_file(file):
    steps = ("view_item", "add_to_cart", "begin_checkout", "purchase")
    rows = [f"2024-01-01 10:00:00,{step},u{number}" for number in range(30) for step in steps]
    loaded = load_events(file("\n".join(["time,event,user_id", *rows])))
    assert analytics.funnel(analytics.clean(loaded.events).events).sessions.tolist() == [30] * 4


def ga4(name: str, place: int, **more: Any) -> dict[str, Any]:
    session = {"key": "ga_session_id", "value": {"string_value": None, "int_value": 777}}
    return {
        "event_timestamp": 1704103200000000,
        "event_name": name,
        "event_params": [session, {"key": "currency", "value": {"string_value": "EUR"}}],
        "user_pseudo_id": "p1",
        "batch_event_index": place,
        "device": {"category": "mobile"},
        "geo": {"country": "Germany"},
        "items": [{"item_id": "a", "price": 20.25, "quantity": 2}, {"item_id": "b", "price": 30.0, "quantity": 1}],
        **more,
    }


def test_ga4s_export_has_its_items_its_parameters_and_its_order(file, tmp_path):
    events = [ga4("purchase", 3, ecommerce={"transaction_id": "T1", "purchase_revenue": 70.5}), ga4("view_item", 0)]
    events += [ga4("begin_checkout", 2), ga4("add_to_cart", 1)]
    pq.write_table(pa.Table.from_pylist(events), tmp_path / "ga4.parquet")
    lines = file("\n".join(map(json.dumps, events)), "ga4.json")
    for place in (lines, file(json.dumps(events, indent=1), "ga4-array.json"), tmp_path / "ga4.parquet"):
        loaded = load_events(place)
        assert revenue(loaded) == Decimal("70.50")
        cleaned = analytics.clean(loaded.events).events
        assert analytics.funnel(cleaned).sessions.tolist() == [1, 1, 1, 1]
        sold = cleaned[cleaned.event_name == "purchase"]
        assert sold[["product_id", "quantity", "order_id"]].values.tolist() == [["a", 2, "T1"], ["b", 1, "T1"]]
        assert set(cleaned.session_id) == {"777"} and set(cleaned.country) == {"Germany"}


def test_segments_orders_have_their_products_and_its_names_are_suggested(file):
    products = [{"product_id": "a", "price": 10, "quantity": 1}, {"product_id": "b", "price": 7.5, "quantity": 2}]
    person = {"anonymousId": "x", "timestamp": "2024-01-01T10:00:00.000Z"}
    events = [
        {"type": "page", "messageId": "1", **person},
        {"type": "track", "event": "Product Viewed", "messageId": "2", "properties": {"product_id": "a"}, **person},
        {"type": "track", "event": "Order Completed", "messageId": "3", **person,
         "properties": {"order_id": "o1", "revenue": 25.0, "total": 27.5, "currency": "USD", "products": products}},
    ]  # fmt: skip
    path = file("\n".join(map(json.dumps, events)), "segment.ndjson")
    loaded = load_events(path)
    assert loaded.events.event_name.tolist() == ["page", "Product Viewed", "Order Completed"]
    assert '--event-name purchase="Order Completed"' in loaded.report()
    loaded = load_events(path, event_names={"Order Completed": "purchase"})
    assert revenue(loaded) == 25
    assert loaded.events.product_id.tolist()[1:] == ["a", "a", "b"]


SHOPIFY = """\
Name,Email,Financial Status,Currency,Subtotal,Shipping,Total,Discount Amount,Created at,Lineitem quantity,\
Lineitem name,Lineitem price,Refunded Amount
#1,a@x.de,paid,EUR,18.00,4.90,22.90,2.00,2024-01-05 10:00:00 +0100,1,Mug,8.00,0.00
#1,a@x.de,,,,,,,2024-01-05 10:00:00 +0100,1,Tea,12.00,
#2,b@x.de,refunded,EUR,8.00,4.90,12.90,0.00,2024-01-06 10:00:00 +0100,1,Mug,8.00,12.90
#3,c@x.de,voided,EUR,8.00,4.90,12.90,0.00,2024-01-07 10:00:00 +0100,1,Mug,8.00,0.00
#4,d@x.de,partially_refunded,EUR,24.00,4.90,28.90,0.00,2024-01-08 10:00:00 +0100,3,Mug,8.00,8.00
"""


def test_shopifys_discounts_refunds_and_voided_orders_are_honoured(file):
    loaded = load_orders(file(SHOPIFY))
    assert revenue(loaded) == 18 + 8 - 8 + 24 - 8
    assert loaded.rejected[["line", "reason"]].values.tolist() == [[5, "never paid, by its status"]]
    lines = loaded.events[loaded.events.order_id == "#1"]
    assert lines.value_minor.tolist() == [Decimal(720), Decimal(1080)]
    assert "discounts" in loaded.report() and "refunds" in loaded.report()


def test_stripes_payments_are_read_from_its_files_and_its_api(file):
    rows = (
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n"
        "ch_1,2024-01-01 23:30:00,20.00,0.00,eur,Paid,cus_1\n"
        "ch_2,2024-01-02 10:00:00,30.00,30.00,eur,Refunded,cus_2\n"
        "ch_3,2024-01-02 10:00:00,30.00,0.00,eur,Failed,cus_2\n"
    )
    loaded = load_orders(file(rows), time_zone="Europe/Berlin")
    assert revenue(loaded) == 20
    assert analytics.sales_by(loaded.events, "day").day[0] == "2024-01-02"
    charge = {"id": "ch_1", "object": "charge", "amount": 2000, "created": 1704103200, "currency": "usd"}
    assert revenue(load_orders(file(json.dumps({"object": "list", "data": [charge]}), "s.json"))) == 20
    yen = charge | {"currency": "jpy", "amount": 500}
    assert revenue(load_orders(file(json.dumps([yen]), "y.json"))) == 500


@pytest.mark.parametrize(
    "header, rows, right",
    [
        ("order_id,date,product,order_total", ["1,2024-01-05,Mug,30", "1,2024-01-05,Tea,30", "2,2024-01-06,Tea,10"], 40),  # noqa: E501
        ("order_id,date,product,price,qty,revenue", ["1,2024-01-05,Mug,10,2,30", "1,2024-01-05,Tea,10,1,30"], 30),
        ("Order ID,Order Date,Item Name,Quantity,Item Cost,Order Line Total,Order Status",
         ["1,2024-01-05,Mug,2,8,16,wc-completed", "2,2024-01-05,Tea,1,9,9,wc-cancelled"], 16),
        ("ID,Purchase Date,Bill-to Name,Grand Total (Base),Status",
         ['1,"Jan 5, 2024, 10:00:00 AM",Ann,$36.39,complete', '2,"Jan 6, 2024, 1:00:00 PM",Bob,$29.00,canceled'], "36.39"),  # noqa: E501
        ("amazon-order-id,purchase-date,sku,quantity,currency,item-price", ["1,2024-01-05T10:00:00Z,S,2,EUR,20.00"], 20),  # noqa: E501
        ("Transaction ID,Date,Time,Item,Qty,Net Sales",
         ["t1,2024-01-05,10:30:12,Latte,1.0,$4.50", "t2,2024-01-05,11:30:12,Latte,-1.0,($4.50)"], 0),
        ("Bestellnummer;Bestelldatum;Kundennummer;Menge;Einzelpreis",
         ["1;05.01.2024;K1;2;1.234,50 €", "2;06.01.2024;K2;1,5;12,00 €", "Summe;;;;2.487,00 €"], 2487),
        ("Commande;Date de commande;Client;Quantité;Prix unitaire",
         ["1;05/01/2024;C1;2;1 234,50", "2;16/01/2024;C2;1;12,00"], 2481),
        ("Order Number,Order Date,Customer,Qty,Unit Price", ['1,1/25/2024 2:30 PM,Ann,2,"$1,234.50"', ',,,Total,"$2,469.00"'],  # noqa: E501
         2469),
        ("order_id,date,product,qty,price", ["1,2024-01-05,rope,2.5,4.00", "2,2024-01-06,free,1,0"], 10),
        ("order_id,date,amount", ["1,2024-01-05,(12.50)", "2,2024-01-05,−4.00", "3,2024-01-05,5-", "4,2024-01-05,10%"],
         "-21.5"),
        ("order_id,date,amount", ["1,2024-01-05,0.30000000000000004", "2,2024-01-05,12.1"], "12.4"),
        ("order_id,date,price,price,,", ["1,2024-01-05,10,11,,"], 10),
    ],
)  # fmt: skip
def test_exports_of_shops_come_to_the_right_revenue(file, header, rows, right):
    assert revenue(orders_of(file, *rows, header=header)) == Decimal(right)


@pytest.mark.parametrize(
    "price, currency",
    [("12.50 EUR", "EUR"), ("100 SEK", "SEK"), ("$8.50", "USD"), ("24.90 USD", "USD"), ("CHF 1'234.50", "CHF"),
     ("£3", "GBP"), ("10 kr", None), ("10", None)],
)  # fmt: skip
def test_currencies_are_read_from_signs_and_never_invented(file, price, currency):
    loaded = orders_of(file, f"1,2024-01-05,{price}")
    assert loaded.provenance.currency == currency
    assert ("unknown" in loaded.report()) == (currency is None)


def test_a_columns_name_may_say_the_currency(file):
    for name, code in (("Price (EUR)", "EUR"), ("price_usd", "USD"), ("Total", None)):
        assert orders_of(file, "1,2024-01-05,5", header=f"order_id,date,{name}").provenance.currency == code
    with pytest.raises(LabError, match=r"EUR \(1 rows\), USD \(1 rows\)"):
        orders_of(file, "1,2024-01-05,5 EUR", "2,2024-01-05,5 USD")


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2024010112", "2024-01-01 12:00"),
        ("202401011230", "2024-01-01 12:30"),
        ("20240101123015", "2024-01-01 12:30:15"),
        ("45292.5", "2024-01-01 12:00"),
        ("1704103200", "2024-01-01 10:00"),
        ("1704103200000000000", "2024-01-01 10:00"),
        ("21.03.2025", "2025-03-21"),
        ("31-Dec-2011 2:30 PM", "2011-12-31 14:30"),
        ("1. März 2025 10:00", "2025-03-01 10:00"),
        ("15 janv. 2025", "2025-01-15"),
        ("Mon, 05 Jan 2026 10:00:00 GMT", "2026-01-05 10:00"),
        ("05-01-2024 10:00 +0200", None),
        ("9999-12-31", "9999-12-31"),
        ("1970-01-01", "1970-01-01"),
    ],
)
def test_times_are_what_they_say(file, text, moment):
    path = file(f'order_id,date,price\n1,"{text}",5\n')
    if moment is None:
        with pytest.raises(LabError, match="day or with the month"):
            load_orders(path)
        return
    loaded = load_orders(path)
    assert loaded.events.event_time.tolist() == [pd.Timestamp(moment, tz="UTC")]
    assert ("Excel" in loaded.report()) == text.startswith("452")
    assert ("look whether" in loaded.report()) == (moment[:4] in ("9999", "1970"))


def test_one_impossible_date_is_one_rejected_row(file):
    loaded = orders_of(file, "1,01/15/2025,5", "2,01/16/2025,5", "3,45/45/2025,5", "4,31.02.2025,5", "5,2025-02-30,5")
    assert loaded.rejected.line.tolist() == [4, 5, 6]
    assert revenue(loaded) == 10
    with pytest.raises(LabError, match="--day-first"):
        orders_of(file, "1,01/15/2025,5", "2,15/01/2025,5", "3,16/01/2025,5", "4,01/16/2025,5")


def test_amounts_that_can_be_read_two_ways_are_asked_about(file):
    with pytest.raises(LabError, match="--decimal"):
        orders_of(file, "1;2024-01-05;1.500", header="order_id;date;price")
    assert revenue(orders_of(file, "1;2024-01-05;1.500", header="order_id;date;price", decimal=",")) == 1500
    assert revenue(orders_of(file, "1,2024-01-05,1.500", "2,2024-01-05,0.5")) == 2
    assert "separates thousands" in orders_of(file, '1,2024-01-05,"1,500"').report()
    with pytest.raises(LabError, match="decimal"):
        orders_of(file, "1,2024-01-05,1", decimal="x")


def test_ids_that_a_spreadsheet_spoilt_are_whole_again_and_nobody_is_nobody(file):
    rows = ("12345.0,2024-01-05,5.00000000005e+11,5", "12346.0,2024-01-05,,5")
    events = orders_of(file, *rows, header="order_id,date,customer_id,price").events
    assert events[["order_id", "user_id"]].fillna("").values.tolist() == [["12345", "500000000005"], ["12346", ""]]
    nobody = ("undefined", "null", "(not set)", "NaN", "0", "00000000-0000-0000-0000-000000000000", "N/A")
    loaded = load_events(file("time,event,user_id\n" + "".join(f"2024-01-01,view,{each}\n" for each in nobody)))
    assert loaded.events.empty and len(loaded.rejected) == len(nobody)
    shortened = orders_of(file, "1,2024-01-05,5.1E+11,5", header="order_id,date,customer_id,price")
    assert "shortened by a spreadsheet" in shortened.report()


def test_what_was_loaded_twice_is_counted_once_or_said(file, tmp_path):
    rows = [f"2024-01-01 10:0{minute},purchase,a,T{order},50" for minute, order in ((0, 1), (5, 1), (6, 2))]
    loaded = load_events(file("time,event,user_id,transaction_id,value\n" + "\n".join(rows)))
    assert revenue(loaded) == analytics.revenue(loaded.events) == 100
    assert loaded.rejected[["line", "reason"]].values.tolist() == [
        [3, "the same order was there before, with the same lines"]
    ]
    assert "29 rows are word for word the same" in orders_of(file, *["1,2024-01-05,10"] * 30).report()
    folder = tmp_path / "twice"
    folder.mkdir()
    for name, more in (("a.csv", ""), ("b.csv", "3,2024-01-06,4\n")):
        (folder / name).write_text("order_id,date,price\n1,2024-01-05,10\n2,2024-01-05,10\n" + more)
    loaded = load_orders(folder)
    assert revenue(loaded) == 24 and loaded.rejected.file.tolist() == ["b.csv", "b.csv"]


def test_what_was_used_ignored_and_assumed_is_said(file):
    loaded = load_events(file("time,event,user_id,Revenue,product,tz,note\n2024-01-01,view,a,TRUE,Mug,CET,\n"))
    provenance = loaded.provenance
    assert {use.field: use.column for use in provenance.used}["product_name"] == "product"
    ignored = {each.column: each.why for each in provenance.ignored}
    assert "yes or no" in ignored["Revenue"] and "--tz" in ignored["tz"] and ignored["note"] == "empty"
    assert '--event-name view_item="view"' in loaded.report()


@pytest.mark.parametrize(
    "header, near",
    [("Purchased When,who,price,order_id", "Purchased When"), ("Purchase Dt,price,order_id", "Purchase Dt"),
     ("Tiem,price,order_id", "Tiem"), ("date,prise,order_id", "prise"), ("date,price,ordr id", "ordr id")],
)  # fmt: skip
def test_columns_with_unusual_names_are_suggested(file, header, near):
    days = ",".join(f"2026-01-0{number}" for number in range(1, 2 + header.count(",")))
    with pytest.raises(LabError) as raised:
        orders_of(file, days, header=header)
    assert f'="{near}"?' in raised.value.next


def test_titles_above_and_totals_below_are_no_rows(file):
    loaded = load_orders(file("Sales of January\n\nOrder,Date,Qty,Price\n1,2024-01-05,2,8.00\nTotal,,2,16.00\n"))
    assert revenue(loaded) == 16
    assert loaded.rejected[["line", "reason"]].values.tolist() == [[5, "a row of totals"]]
    assert "line 3" in loaded.report()


def test_a_quote_that_never_ends_does_not_swallow_rows_silently(file):
    loaded = orders_of(
        file, '1,2024-01-05,10,"a\nb"', '2,2024-01-05,10,"open', "3,2024-01-05,10,x", header="order_id,date,price,note"
    )
    assert revenue(loaded) == 10
    assert loaded.rejected[["line", "reason"]].values.tolist() == [[4, "a quote that opens here is never closed"]]


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["made by us"])
    sheet = book.create_sheet("Orders")
    sheet.append(["Monthly sales"])
    sheet.append(["Order ID", "Order Date", "Customer ID", "Quantity", "Unit Price"])
    sheet.append([1001, datetime(2024, 1, 5, 10, 30), 5, 2, 0.1 + 0.2])
    sheet.append([1002, datetime(2024, 1, 6), None, 2.5, 1.5])
    sheet.append(["Total", None, None, None, 5.1])
    book.save(path)
    return path


def test_every_container_holds_the_same_orders(file, tmp_path):
    frame = pd.DataFrame({"order_id": [1, 2], "created_at": pd.to_datetime(["2024-01-01 10:00", "2024-01-02 00:00"]),
                          "amount": [0.1 + 0.2, 12.345], "customer_id": [7.0, None]})  # fmt: skip
    frame["created_at"] = frame.created_at.astype("datetime64[ns]") + pd.Timedelta(1, "ns")
    frame.to_parquet(tmp_path / "ns.parquet")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders/a.csv", frame.to_csv(index=False))
        archive.writestr("__MACOSX/a.csv", "nonsense")
    rows = frame.astype({"created_at": str}).to_dict("records")
    places = [tmp_path / "ns.parquet", frame, pa.Table.from_pandas(frame), frame.set_index("order_id")]
    places += [file(packed.getvalue(), "packed.zip"), file(json.dumps(rows), "rows.json")]
    for place in places:
        loaded = load_orders(place)
        assert revenue(loaded) == Decimal("12.645"), place
        assert loaded.events.user_id.fillna("").tolist() == ["7", ""]
    loaded = load_orders(workbook(tmp_path / "book.xlsx"))
    assert revenue(loaded) == Decimal("4.35")
    assert loaded.rejected.reason.tolist() == ["a row of totals"] and "Orders" in loaded.report()


def test_a_json_element_that_is_none_leaves_the_others(file):
    text = '[{"order_id":1,"date":"2024-01-05","price":10.10},\n7,\n{"order_id":3 "date"},\n{"order_id":4,"date":"x","price":1}]'  # noqa: E501
    loaded = load_orders(file(text, "rows.json"))
    assert revenue(loaded) == Decimal("10.10") and loaded.rejected.line.tolist() == [2, 3, 4]


def test_days_months_and_cohorts_are_those_of_the_time_zone(file):
    rows = ("1,2024-01-31T23:30:00Z,a,10", "2,2024-03-31T22:30:00Z,a,10")
    loaded = orders_of(file, *rows, header="order_id,date,customer,price", time_zone="Europe/Berlin")
    events = analytics.clean(loaded.events).events
    assert analytics.sales_by(events, "day").day.tolist() == ["2024-02-01", "2024-04-01"]
    assert analytics.sales_by(events, "month").month.tolist() == ["2024-02", "2024-04"]
    assert analytics.cohorts(events).cohort.tolist() == ["2024-02"]
    assert analytics.rfm(events).recency_days.tolist() == [0]
    assert analytics.between(events, "2024-02-01", "2024-02-01").order_id.tolist() == ["1"]


def test_an_hour_that_clocks_show_twice_is_told_by_the_order_of_the_file(file):
    hours = ("01:30", "02:10", "02:50", "02:10", "02:50", "03:10")
    for order in (hours, hours[::-1]):
        rows = "".join(f"2026-10-25 {hour},view,u{number}\n" for number, hour in enumerate(order))
        loaded = load_events(file("time,event,user_id\n" + rows), time_zone="Europe/Berlin")
        utc = sorted(loaded.events.event_time.dt.tz_convert("UTC").dt.strftime("%H:%M"))
        assert utc == ["00:10", "00:50", "01:10", "01:50", "02:10", "23:30"]


def test_visits_end_by_another_gap_or_where_a_column_says(file):
    rows = ("10:00,view,s1", "10:40,view,s1", "10:41,view,s2", "10:42,purchase,s1", "10:43,view,")
    path = file("time,event,sid,user_id\n" + "".join(f"2026-01-01 {row},a\n" for row in rows))
    for options, right in (({}, 2), ({"gap": "45 min"}, 1), ({"sessions_from": "sid"}, 3)):
        events = analytics.clean(load_events(path, **options).events).events
        assert len(analytics.sessions(events)) == right
        bought = analytics.funnel(events, ["view", "purchase"], per="visitor").visitors.tolist()
        assert bought == [1, 1]
    assert analytics.sessions(events).events.tolist() == [3, 1, 1]
    with pytest.raises(LabError, match="not a valid duration"):
        load_events(path, gap="soon")


def test_customers_with_one_order_are_frequent_by_one(file):
    rows = [f"{number},2024-01-05,c{number if number < 80 else number % 20},5" for number in range(100)]
    table = analytics.rfm(orders_of(file, *rows, header="order_id,date,customer,price").events)
    assert table.groupby("frequency").f.unique().map(list).to_dict() == {1: [1], 2: [4]}
    alone = analytics.rfm(orders_of(file, rows[0], header="order_id,date,customer,price").events)
    assert alone.f.tolist() == [1]


ROW = st.tuples(
    st.dates(date(2001, 1, 1), date(2026, 1, 1)), st.integers(-3, 3).filter(bool), st.integers(0, 10**7), st.booleans()
)
STYLES: list[tuple[str, Callable[[date], str], Callable[[Decimal], str], str]] = [
    (",", lambda day: f"{day}", lambda price: f"{price}", "utf-8"),
    (";", lambda day: f"{day:%d.%m.%Y}", lambda price: f"{price:,}".translate(str.maketrans(",.", ".,")), "cp1252"),
    ("\t", lambda day: f"{day:%d %b %Y}", lambda price: f"{price:,} €", "utf-16"),
    ("|", lambda day: f"{day:%Y%m%d}", lambda price: f"EUR {price:,}".replace(",", "\u202f"), "utf-8-sig"),
]


@given(st.lists(ROW, min_size=1, max_size=12), st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_the_same_rows_in_any_order_and_style_give_the_same_figures(tmp_path_factory, rows, seed):
    folder = tmp_path_factory.mktemp("styles")
    right = sum((Decimal(price) / 100 * pieces for _, pieces, price, good in rows if good), Decimal(0))
    dice, seen = random.Random(seed), []
    for number, (comma, day, amount, encoding) in enumerate(STYLES):
        lines = [
            comma.join([f"{place}", day(when) if good else "nonsense", f"{pieces}", amount(Decimal(price) / 100 + 0)])
            for place, (when, pieces, price, good) in enumerate(rows)
        ]
        dice.shuffle(lines)
        lines.append(comma.join(["lead", day(date(2020, 2, 28)), "1", amount(Decimal("0.25"))]))
        path = folder / f"{number}.csv"
        path.write_bytes(
            "\n".join([comma.join(["Order ID", "Order Date", "Qty", "Unit Price"]), *lines]).encode(encoding)
        )
        loaded = load_orders(path)
        assert loaded.provenance.rows == len(lines)
        assert len(loaded.rejected) == sum(not good for *_, good in rows)
        assert revenue(loaded) == right + Decimal("0.25")
        seen.append(analytics.sales_by(loaded.events, "day"))
    for table in seen[1:]:
        pd.testing.assert_frame_equal(table, seen[0])


CELL = st.one_of(
    st.sampled_from(
        ["", "1", "x", "-2", "2024-01-05", "31/12/2024", "12.50", "1,5", "nan", "€ 3", "purchase", '"', "a\nb"]
    ),
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=6),
)


@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_every_row_is_used_or_rejected_with_line_and_reason(tmp_path_factory, rows):
    frame = pd.DataFrame(rows, columns=["time", "event", "user_id", "price"]).replace("\x00", "", regex=True)
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    frame.to_csv(path, index=False, lineterminator="\n")
    try:
        loaded = load_events(path, decimal=".", day_first=True)
    except LabError as asked:
        assert asked.next
        return
    filled = frame.map(lambda cell: bool(cell.strip())).any(axis=1).sum()
    assert loaded.provenance.rows == filled
    assert filled == loaded.events.sequence_number.nunique() + len(loaded.rejected)
    assert (loaded.rejected.line > 1).all() and (loaded.rejected.reason.str.len() > 0).all()
    assert loaded.events.event_time.max() - loaded.events.event_time.min() >= timedelta(0) or loaded.events.empty
