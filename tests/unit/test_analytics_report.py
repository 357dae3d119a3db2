"""The report: every chapter where there is something to say, data quality counted, nothing from elsewhere."""

import re
import sys

import pandas as pd
import pytest

from shoplib import analytics
from shoplib.cli import main
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import destinations
from shoplib.shoppers.simulation.world import World
from tests.nightly import sized

ORDERS = "order_id,event_time,user_id,product_id,product_name,quantity,price,currency\n"


def shop(tmp_path, days: int = 120):
    """Two customers a day for four months, each again a month later; cup and plate go together."""
    lines = []
    for day in range(days):
        moment = pd.Timestamp("2026-01-01 10:00") + pd.Timedelta(days=day)
        for place in (0, 1):
            who, order = f"customer-{(day % 30) * 2 + place}", f"{day}-{place}"
            things = [("c", "Cup"), ("p", "Plate")] if place else [("s", "Spoon")]
            lines += [f"{order},{moment},{who},{code},{name},1,2.50,EUR" for code, name in things]
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS + "\n".join(lines) + "\n")
    return file


@pytest.fixture
def command(monkeypatch):
    """`shoplib report ...`; answers the exit code."""

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["shoplib", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return run


def test_an_analysts_own_orders_fill_the_chapters(command, tmp_path, capsys):
    page = tmp_path / "mine.html"
    assert command("--orders", shop(tmp_path), "--report", page) == 0
    text = page.read_text()
    for heading in ("Sales by day", "Cohorts", "Time to the second order", "recency, frequency", "Bought together"):
        assert heading in text
    assert "Revenue, EUR: out of the ordinary?" in text
    assert "rows rejected" in text
    assert "net revenue, EUR" in text
    assert "900.00" in text
    assert "360 used, 0 rejected" in capsys.readouterr().err


def test_a_report_is_of_one_source(command, capsys):
    assert command("--orders", "a.csv", "--lake", "b") != 0
    assert "one of --lake, --orders and --events" in capsys.readouterr().err


def test_two_channels_with_years_and_currencies_of_their_own_are_never_added_up(tmp_path):
    old = analytics.load_orders(shop(tmp_path)).events
    new = old.head(30).assign(channel="web", currency="GBP", order_id=lambda rows: "w" + rows.order_id)
    new = new.assign(event_id="w" + new.event_id, event_time=new.event_time + pd.Timedelta(days=3650))
    cleaned = analytics.clean(pd.concat([old, new], ignore_index=True))
    text = analytics.report.write(cleaned, tmp_path / "both.html", noted={"malformed, in quarantine": 7}).read_text()
    assert "Sales by day, replayed invoices" in text
    assert "Sales by day, shoppers" in text
    assert text.index("<td>malformed, in quarantine</td>") < text.index(">7</td>")
    assert "net revenue, EUR" in text and "900.00" in text
    assert "net revenue, GBP" in text and "75.00" in text
    assert "975.00" not in text


def test_a_pair_that_chance_alone_explains_is_no_finding(tmp_path):
    orders = [
        (number, product) for number in range(200) for product, every in (("a", 2), ("b", 3)) if number % every == 0
    ]
    rows = pd.DataFrame(
        [{"event_name": "purchase", "order_id": str(order), "product_id": name} for order, name in orders]
    )
    pairs = analytics.basket(rows)
    assert len(pairs) == 1
    assert "No pair" in analytics.charts.basket(pairs).alt


def test_the_columns_it_reads_are_all_that_it_looks_at(tmp_path):
    simulation.run(World(seed=2, sessions=sized(1_500, 400)), destinations.Lake(tmp_path / "lake"), tmp_path)
    pages = []
    for columns in (None, analytics.report.COLUMNS):
        cleaned = analytics.clean(analytics.events(tmp_path / "lake", columns=columns))
        text = analytics.report.write(cleaned, tmp_path / "page.html").read_text()
        pages.append(re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|base64,[^\"]+|id=\"[^\"]+\"", "", text))
    assert pages[0] == pages[1] and "Funnel" in pages[0]
