"""Each deployed API is asked how it is; what is not well is named and counted."""

import pytest

from shoplib.services.monitoring import domain, handler, store
from tests.inprocess import Context

ADDRESSES = {"shop": "http://shop.example/live/", "checkout": "http://checkout.example", "pricing": "", "delivery": ""}


@pytest.fixture
def statuses(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """What the addresses answer."""
    answers: dict[str, int | None] = {"http://shop.example/live/health": 200, "http://checkout.example/health": 200}
    monkeypatch.setattr(handler, "_addresses", lambda: ADDRESSES)
    monkeypatch.setattr(store, "status", lambda url: answers[url])
    return answers


@pytest.mark.parametrize(("status", "reason"), [(503, "status 503"), (None, "no answer"), (301, "status 301")])
def test_what_is_not_well_is_named_and_counted(
    statuses: dict[str, int | None], status: int | None, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses["http://checkout.example/health"] = status
    answer = handler.handler({}, Context())
    assert answer["unhealthy"] == 1
    assert {each["name"]: each["reason"] for each in answer["results"]} == {"shop": None, "checkout": reason}
    assert '"UnhealthyApis":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_well_shop_counts_none(statuses: dict[str, int | None]) -> None:
    assert handler.handler({}, Context())["unhealthy"] == 0


def test_what_is_not_deployed_is_not_asked() -> None:
    assert domain.checks(dict.fromkeys(ADDRESSES, "")) == []


def test_nothing_answers_where_nobody_listens() -> None:
    store.http.cache_clear()
    assert store.status("http://127.0.0.1:9/health") is None
