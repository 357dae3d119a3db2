"""The real shop's data: found, verified figure by figure, and replayed exactly."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from shoplib import analytics
from shoplib.core import events, money, orders
from shoplib.errors import LabError
from shoplib.shoppers import online_retail, replay
from tests.nightly import sized


@pytest.fixture(scope="module")
def path() -> Path:
    found = online_retail.find()
    if not found:
        pytest.skip(f"UCI Online Retail is not here: {online_retail.how_to_get_it()}")
    return found


@pytest.fixture(scope="module")
def source(path) -> online_retail.Source:
    return online_retail.load(path)


def test_the_published_figures_hold(source):
    assert online_retail.figures(source.lines) == online_retail.FIGURES


def test_a_changed_copy_is_refused_and_each_difference_named(path, tmp_path):
    altered = pd.read_parquet(path).iloc[1:]
    altered.to_parquet(tmp_path / "altered.parquet")
    with pytest.raises(LabError, match="rows is 541,908, not 541,909") as refusal:
        online_retail.load(tmp_path / "altered.parquet")
    assert "sum(Quantity x UnitPrice)" in str(refusal.value)
    assert online_retail.HOME in refusal.value.next


DATES = ["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]


@pytest.mark.parametrize("dates", sized(DATES, DATES[2:]))
def test_a_csv_copy_is_as_good_however_its_dates_are_written(path, tmp_path, source, dates):
    lines = pd.read_parquet(path)
    written = lines.assign(InvoiceDate=lines.InvoiceDate.dt.strftime(dates))
    written.to_csv(tmp_path / "online_retail.csv", index=False)
    again = online_retail.load(tmp_path / "online_retail.csv")
    assert again.lines.mills.equals(source.lines.mills)
    assert (again.lines.placed_at == source.lines.placed_at).all()


@pytest.mark.parametrize("name", ["Online Retail.xlsx", "online+retail.zip"])
def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(LabError, match="is a spreadsheet or an archive") as refusal:
        online_retail.load(tmp_path / name)
    assert "as CSV" in refusal.value.next


def test_a_file_with_other_columns_says_which_are_missing(tmp_path):
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    with pytest.raises(LabError, match="has no column InvoiceNo"):
        online_retail.load(tmp_path / "wrong.csv")


def test_a_file_that_is_no_data_is_refused(tmp_path):
    (tmp_path / "noise.parquet").write_bytes(b"not parquet")
    with pytest.raises(LabError, match="cannot be read"):
        online_retail.load(tmp_path / "noise.parquet")


def test_a_named_file_that_is_absent_is_an_error(tmp_path):
    with pytest.raises(LabError, match="file not found"):
        online_retail.find(tmp_path / "nowhere.csv")


def test_the_variable_names_the_file(tmp_path, monkeypatch):
    copy = tmp_path / "copy.parquet"
    copy.touch()
    monkeypatch.setenv(online_retail.VARIABLE, str(copy))
    assert online_retail.find() == copy


def test_events_of_all_lines_add_up_exactly_and_are_valid(source):
    sample = source.invoices(500)
    made = [replay.event(line) for line in replay.lines(sample)]
    sign = {"purchase": 1, "refund": -1}
    total = sum(sign[event["event_name"]] * Decimal(event["value_minor"]) for event in made)
    assert total * 10 == int((sample.Quantity * sample.mills).sum())
    assert not [wrong for event in made if (wrong := events.problem(json.loads(events.encode(event))))]
    assert len({event["event_id"] for event in made}) == len(made)


def test_all_lines_through_the_analyses_give_the_published_totals(source):
    """The same figures as the data set's own, by another way: lines -> events' fields -> sales analysis."""
    lines = list(replay.lines(source.lines))
    frame = pd.DataFrame(
        {
            "event_name": ["refund" if line.is_return else "purchase" for line in lines],
            "value_minor": [line.value_minor for line in lines],
            "quantity": [line.quantity for line in lines],
            "order_id": [line.invoice for line in lines],
            "user_id": [line.customer for line in lines],
            "country": [line.country for line in lines],
        }
    )
    totals = analytics.totals(frame)
    assert totals.pop("net_revenue") == Decimal("9747747.934")
    assert totals == {"orders": 22_064, "invoices": 25_900, "lines": 541_909, "customers": 4_372, "countries": 38}


def test_prices_of_a_tenth_of_a_penny_stay_exact(source):
    odd = source.lines[source.lines.mills % 10 != 0]
    assert [str(line.price_minor) for line in replay.lines(odd)] == [f"{mills / 10:.1f}" for mills in odd.mills]


def test_orders_carry_every_line_once_and_returns_are_returns(source):
    sample = source.invoices(500)
    made = list(replay.orders(sample))
    assert sum(len(order.lines) for order in made) == len(sample)
    assert {order.order_id for order in made if order.type == "return"} == set(sample.InvoiceNo[sample.is_return])
    for order in made[:50]:
        text = json.dumps(order.to_message(), default=money.to_json)
        assert orders.parse(json.loads(text)).amount_minor == order.amount_minor


def test_the_shop_time_becomes_utc(source):
    summer = source.lines[source.lines.InvoiceDate.dt.month == 7].iloc[0]
    assert summer.InvoiceDate.hour - summer.placed_at.hour == 1
