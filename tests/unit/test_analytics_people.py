"""People at the shop's page, told apart from whoever is simulated or imported."""

import pandas as pd
import pytest

from shoplib import analytics
from shoplib.analytics.people import PREFIX
from shoplib.errors import LabError
from shoplib.services.storefront import store


def test_people_are_those_whom_the_page_has_named():
    names = ["page-1", "visitor-page-1", None, "", "page-2", "import"]
    events = pd.DataFrame({"anonymous_id": names, "event_name": list("abcdef")})
    assert list(analytics.people(events).event_name) == ["a", "e"]
    assert list(events.event_name) == list("abcdef")


def test_where_nobody_was_there_is_nobody():
    events = pd.DataFrame({"anonymous_id": ["visitor-1"], "event_name": ["purchase"]})
    assert analytics.people(events).empty
    assert analytics.people(events.iloc[:0]).empty
    with pytest.raises(LabError, match="anonymous_id"):
        analytics.people(events[["event_name"]])


def test_the_page_names_its_visitors_so():
    assert f"`{PREFIX}${{crypto.randomUUID()}}`" in store.assets()["app/visit.js"].decode()
