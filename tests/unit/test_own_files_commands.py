"""A file of one's own on the command line: what was made of it is said, kept, and put into a lake."""

import json
import re
import sys
from pathlib import Path

import pytest

from shoplib import analytics
from shoplib.cli import main

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def shoplib(monkeypatch, tmp_path):
    """`shoplib ...` in an empty folder; answers the exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["shoplib", *arguments])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return run


def test_the_readmes_messy_file_gives_the_readmes_words(shoplib, tmp_path, capsys):
    file, said = re.findall(r"```text\n((?:Umsätze|read ).*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "january.csv").write_bytes(file.encode("cp1252"))
    assert shoplib("lake", "add", "january.csv", "--tz", "Europe/Berlin", "--lake", "mine", "--json") == 0
    told = capsys.readouterr()
    assert told.err == said
    assert json.loads(told.out) | {"lake": ""} == {"lake": "", "events": 2, "days": 2, "rejected": 2, "had": 0}
    events = analytics.clean(analytics.events("mine")).events
    assert analytics.revenue(events) == 2487 and set(events.currency) == {"EUR"}
    assert analytics.sales_by(analytics.scan("mine"), "product", engine="duckdb").pieces.tolist() == [2.0, 1.5]


CLICKS = "Purchased At,evt,who,sid\n2026-01-01 10:00,Order Completed,a,s1\n2026-01-01 10:40,Product Viewed,a,s1\n"
OPTIONS = ("--column", "event_time=Purchased At", "--column", "event_name=evt", "--column", "user_id=who",
           "--event-name", "purchase=Order Completed", "--constant", "currency=EUR", "--gap", "45 min",
           "--sessions-from", "sid")  # fmt: skip


def test_options_are_kept_beside_the_file_and_taken_from_there(shoplib, tmp_path, capsys):
    (tmp_path / "clicks.csv").write_text(CLICKS)
    assert shoplib("report", "--events", "clicks.csv", *OPTIONS, "--save-mapping", "--json") == 0
    assert json.loads(capsys.readouterr().out)["orders"] == 1
    kept = analytics.load_options(tmp_path / "clicks.csv")
    assert kept["mapping"]["event_time"] == "Purchased At" and kept["sessions_from"] == "sid"
    assert kept["event_names"] == {"Order Completed": "purchase"}
    assert shoplib("report", "--events", "clicks.csv", "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["orders"] == 1 and "options from clicks.csv.toml" in told.err
    events = analytics.load_events("clicks.csv", **kept).events
    assert len(analytics.sessions(events)) == 1


ORDERS = "Purchase No,Purchased At,Client,Each\n17,2024-01-05,k1,12.00\n"


@pytest.mark.parametrize(
    "mapped, said",
    [
        ((), 'did you mean --column order_id="Purchase No"? pass --column value="..."'),
        (("order_id=Purchased At",), "no column for event_time, nor for value"),
        (("order_id=Purchased At", "event_time=Purchased At"), "is mapped to event_time and to order_id"),
        (("price=Each", "quantity=Each", "order_id=Purchase No"), "'Each' is mapped to"),
    ],
)
def test_missing_columns_are_named_at_once_and_each_column_means_one_thing(shoplib, tmp_path, capsys, mapped, said):
    (tmp_path / "orders.csv").write_text(ORDERS)
    arguments = [part for each in mapped for part in ("--column", each)]
    assert shoplib("report", "--orders", "orders.csv", *arguments) == 1
    error = " ".join(capsys.readouterr().err.split())
    assert said in error
    assert 'event_time="Purchase No"' not in error


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--orders", "clicks.csv"), "no column for order_id"),
        (("--events", "clicks.csv", "--column", "evt"), "--column evt is not NAME=VALUE"),
        (("--events", "clicks.csv", "--rate", "USD=x"), "--rate x is"),
        (("--orders", "clicks.csv", "--gap", "45 min"), "orders have no gap"),
        (("--lake", ".", "--currency", "EUR"), "a lake is read as it is"),
        (("--events", "clicks.csv", "--tz", "Mars/Base"), "unknown time zone"),
    ],
)
def test_what_cannot_be_is_refused_by_name(shoplib, tmp_path, capsys, arguments, said):
    (tmp_path / "clicks.csv").write_text(CLICKS)
    assert shoplib("report", *arguments) == 1
    told = capsys.readouterr().err
    assert said in told and "next: " in told


def test_decimals_are_no_cents_and_a_sale_without_a_quantity_is_told(shoplib, tmp_path, capsys):
    rows = ["A-1,2024-01-05,c1,2,4.50", "A-2,2024-01-06,c2,,12.00"]
    (tmp_path / "odd.csv").write_text("\n".join(["order_id,date,customer,quantity,Unit Amount", *rows]))
    assert shoplib("report", "--orders", "odd.csv") == 0
    shown = " ".join("".join(capsys.readouterr()).split())
    assert "price = Unit Amount" in shown and "21.00" in shown
    assert "1 sales without a quantity count as one piece each" in shown
    (tmp_path / "odd.csv").write_text("order_id,date,customer,Unit Amount\nA-1,2024-01-05,c1,450\n")
    assert shoplib("report", "--orders", "odd.csv") == 0
    assert "price_minor = Unit Amount" in "".join(capsys.readouterr())


def test_sales_in_two_currencies_are_reported_apart(shoplib, tmp_path, capsys):
    for day, code in ((1, "EUR"), (2, "GBP")):
        sale = f"2026-01-0{day} 10:00,purchase,u{day},o{day},{day}.50,{code}\n"
        (tmp_path / f"{code}.csv").write_text(f"timestamp,event,user,order_id,value,currency\n{sale}")
        assert shoplib("lake", "add", f"{code}.csv", "--lake", "mine") == 0
    capsys.readouterr()
    assert shoplib("report", "--lake", "mine", "--json") == 0
    sales = json.loads(capsys.readouterr().out)["sales"]
    assert [(each["currency"], each["net_revenue"]) for each in sales] == [("EUR", "1.50"), ("GBP", "2.50")]
    assert shoplib("report", "--lake", "mine") == 0
    page = capsys.readouterr().out
    assert "net revenue, EUR" in page and "1.50" in page
    assert "replayed" not in page


def test_what_the_figures_do_not_say_is_said_below_them(shoplib, tmp_path, capsys):
    lines = ["1,2026-01-01 10:00,ann,2,1.50", "2,2026-01-01 11:00,,1,1.50", "3,2026-01-02 09:00,ann,-1,1.50"]
    (tmp_path / "shop.csv").write_text("\n".join(["order_id,time,customer,quantity,price", *lines]))
    assert shoplib("report", "--orders", "shop.csv") == 0
    said = capsys.readouterr().out
    assert "3 invoices: 2 orders and 1 with refunds; 1 of 3 invoices name no customer" in " ".join(said.split())
    assert shoplib("lake", "add", "shop.csv", "--lake", "mine") == 0
    assert shoplib("report", "--lake", "mine") == 0
    assert "Sales: imported orders" in capsys.readouterr().out


def test_a_file_that_is_no_text_is_not_read_as_one(shoplib, tmp_path, capsys):
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x00\x01\x02\xff" * 50)
    assert shoplib("report", "--orders", "photo.csv") == 1
    assert "photo.csv is not text: it has zero bytes" in capsys.readouterr().err
