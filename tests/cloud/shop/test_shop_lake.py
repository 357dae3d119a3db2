"""The lake of the deployed shop: compacted by the function and by the command, read from the lab."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from shoplib import analytics
from shoplib.cli import application
from shoplib.core import events, ids
from shoplib.core.lake.objects import Bucket
from shoplib.errors import LabError
from tests.cloud.shop.conftest import Shop
from tests.lake_events import put, row


def test_the_deployed_function_compacts_what_the_pipeline_wrote(shop: Shop):
    visits = [events.Visit(ids.new_id()) for _ in range(5)]
    made = [
        events.new("view_item", visits[n % 5], event_id=ids.new_id(), at=datetime(2019, 5, 31, 23, n, tzinfo=UTC), n=n)
        for n in range(40)
    ]
    stream = shop.lab.outputs("clickstream")["EventStreamName"]
    events.publish(shop.lab.client("kinesis").put_records, stream, [*made, *made[:7]])
    shop.drain()
    before = analytics.scan(shop.lab, "2019-05-31", "2019-05-31")
    assert before.counts.iloc[0].to_dict() == {"rows": 40, "duplicates": 7, "bots": 0, "late": 40, "malformed": 0}
    answer = shop.lab.invoke("clickstream", "CompactFunction", {"days": ["2019-05-31"]})
    assert (answer["failed"], answer["left"]) == ([], [])
    assert answer["days"][0]["counts"] == {"read": 47, "rows": 40, "duplicates": 7, "bots": 0, "late": 40}
    after = analytics.scan(shop.lab, "2019-05-31", "2019-05-31")
    assert after.is_compacted
    assert after.arrow().equals(before.arrow())
    assert after.counts.equals(before.counts)
    arrived = analytics.events(shop.lab, "2019-05-31", "2019-05-31", engine="duckdb")
    assert arrived.event_id.nunique() == 40
    assert len(arrived) == 47


def test_the_command_says_what_was_done(shop: Shop):
    objects = Bucket(shop.lab.client("s3"), shop.lab.outputs("clickstream")["LakeBucketName"])
    put(objects, "of-the-command", [row(1), row(2), row(2)])
    asked = ["compact", "--days", "2026-01-31"]
    shown = CliRunner().invoke(application(), asked)
    assert shown.exit_code == 0, shown.output
    assert shown.output.splitlines()[1].split()[:3] == ["2026-01-31", "1", "1"]
    answer = json.loads(CliRunner().invoke(application(), [*asked, "--json"]).stdout)
    assert [(day["objects"], day["counts"]["duplicates"]) for day in answer["days"]] == [(0, 1)]
    odd = "raw/events/dt=2026-01-31/hour=00/odd.parquet"
    objects.write(odd, b"odd")
    shown = CliRunner().invoke(application(), asked)
    aside = shop.objects("quarantine/objects/")
    objects.delete([odd, *aside])
    # The day was compacted without it: that is no failure, but it is said.
    assert shown.exit_code == 0, shown.output
    assert aside == {f"quarantine/objects/{odd}": b"odd"}
    assert f"{odd} is not a file of events" in shown.output
    assert f"it is in the lake's quarantine now: quarantine/objects/{odd}" in shown.output
    with pytest.raises(LabError, match="31.1. is not a valid date"):
        CliRunner().invoke(application(), ["compact", "--days", "31.1."], catch_exceptions=False)


def test_the_command_fails_when_a_day_was_not_compacted(monkeypatch: pytest.MonkeyPatch):
    answer = {"days": [], "failed": [{"day": "2026-01-31", "error": "others were faster"}], "left": []}
    monkeypatch.setattr("shoplib.cli.places.Place.find_deployed", lambda _: None)
    monkeypatch.setattr("shoplib.lab.start", lambda _: SimpleNamespace(invoke=lambda *_: answer))
    shown = CliRunner().invoke(application(), ["compact", "--days", "2026-01-31"])
    assert shown.exit_code == 1
    assert "2026-01-31 was not compacted: others were faster" in shown.output
