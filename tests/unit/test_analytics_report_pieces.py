"""What the report is made of: the span of dates, worlds, days that may be judged, exports."""

from decimal import Decimal

import pandas as pd
import pytest
from openpyxl import load_workbook

from shoplib import analytics
from shoplib.analytics import plausible
from shoplib.analytics.report.dictionary import meaning
from shoplib.analytics.report.over_time import drop_unfinished_day, ends_early
from shoplib.analytics.report.worlds import worlds

ORDERS = "order_id,event_time,user_id,product_id,product_name,quantity,price,currency,country\n"


def orders(tmp_path, *lines: str) -> pd.DataFrame:
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS + "\n".join(lines) + "\n")
    return analytics.load_orders(file).events


def moments(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True).astype("datetime64[us, UTC]"))


def test_slips_of_dates_are_outside_of_the_plausible_span():
    days = [f"2024-01-{day:02d}" for day in range(1, 11)]
    found = plausible.span(moments("1970-01-01", *days, "9999-12-31"))
    assert (str(found.first.date()), str(found.last.date())) == ("2024-01-01", "2024-01-10")
    assert (found.before, found.after, found.days) == (1, 1, 10)
    two_years = plausible.span(moments("2021-05-01", "2021-05-02", "2024-05-01"))
    assert two_years.outside == 0
    assert plausible.span(moments("1985-01-01")).outside == 0
    assert plausible.span(moments()) is None


def test_a_last_day_that_is_not_over_is_not_judged():
    late = [f"2026-02-{day:02d} 21:00" for day in range(1, 20)]
    now = pd.Timestamp("2026-11-30", tz="UTC")
    assert ends_early(moments(*late, "2026-02-20 09:00"), now)
    assert not ends_early(moments(*late, "2026-02-20 22:00"), now)
    assert ends_early(moments(*late), pd.Timestamp("2026-02-19 23:00", tz="UTC"))
    series = pd.Series(1.0, index=pd.date_range("2026-02-01", "2026-02-20"))
    kept, note = drop_unfinished_day(series, moments(*late, "2026-02-20 09:00"))
    assert (len(kept), note) == (19, ", without 20 February 2026, which is not over")


def test_currencies_are_worlds_of_their_own_and_none_is_invented(tmp_path):
    rows = orders(tmp_path, "1,2026-01-01,a,c,Cup,1,2.00,EUR,DE", "2,2026-01-01,a,c,Cup,1,3.00,EUR,DE")
    other = rows.head(1).assign(currency="USD", event_id="x", order_id="9")
    found, _ = worlds(analytics.clean(pd.concat([rows, other], ignore_index=True)).events)
    assert [(world.currency, len(world.lines)) for world in found] == [("EUR", 2), ("USD", 1)]
    nothing, _ = worlds(rows.assign(currency=None))
    assert nothing[0].currency is None


def test_a_page_of_little_says_little(tmp_path):
    rows = orders(tmp_path, "1,2026-01-01 10:00,,,Cup,1,450,JPY,", "2,2026-01-02 10:00,,,Tea,2,450,JPY,")
    text = analytics.report.write(analytics.clean(rows), tmp_path / "page.html").read_text()
    assert "net revenue, JPY" in text and "<b>1,350</b>" in text
    for never in ("nan", "-0<", "0 countries", "countries</span>", "None", "customers</span>", "GBP"):
        assert never not in text.split("</style>")[1].replace("base64", "")[:4000]
    assert "Sales by country: no line names a country" in text


def test_a_product_is_called_what_its_lines_say_most_often(tmp_path):
    lines = [
        f"{number},2026-01-0{number},a,c,{name},1,1.00,EUR,DE"
        for number, name in enumerate(["Cup", "Cup", "returned"], 1)
    ]
    table = analytics.sales_by(analytics.clean(orders(tmp_path, *lines)).events, "product")
    assert table[["product", "revenue"]].values.tolist() == [["Cup", Decimal("3.00")]]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    lines = [
        f"{day},2026-01-{day:02d} 10:00,u{day % 3},p{day % 2},=2+{day % 2},1,2.50,EUR,{'DE' if day % 2 else 'AT'}"
        for day in range(1, 29)
    ]
    return analytics.report.make(analytics.clean(orders(tmp_path_factory.mktemp("made"), *lines)))


def test_every_table_is_exported_whole_and_every_column_is_explained(made, tmp_path):
    tables = made.tables()
    assert len(tables["sales_by_day"]) == 28
    assert all(meaning(column) for table in tables.values() for column in table.columns)
    files = {path.stem for path in analytics.report.export_csv(made, tmp_path / "csv")}
    assert files == {*tables, "dictionary"}
    days = pd.read_parquet(
        analytics.report.export_parquet(made, tmp_path / "parquet")[0].with_name("sales_by_day.parquet")
    )
    assert days.revenue.sum() == Decimal("70.00")


def test_no_spreadsheet_takes_a_name_for_a_formula(made, tmp_path):
    analytics.report.export_csv(made, tmp_path)
    assert "'=2+" in (tmp_path / "sales_by_product.csv").read_text()
    book = load_workbook(analytics.report.export_xlsx(made, tmp_path / "report.xlsx"))
    assert book.sheetnames[0] == "dictionary"
    assert {cell.data_type for cell in book["sales_by_product"]["A"]} == {"s"}
