"""Before and after as one picture: exactly what differs is new or gone, and nothing lies on anything."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture.pictures import PATTERNS_FOLDER
from shoplib.errors import LabError
from tests.unit.architecture_bar import broken_rules

TEMPLATE = PATTERNS_FOLDER / "clickstream" / "template.yaml"
SHAPES = sorted((Path(__file__).parents[1] / "data" / "templates").glob("*.yaml"))


def sayings(model: architecture.Model, *kinds: str) -> set[tuple[str, str, str]]:
    edges = (edge for edge in model.edges if not kinds or edge.kind in kinds)
    return {(edge.source, edge.target, verb) for edge in edges for verb in edge.verbs}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The clickstream with another batch and route, and one right more."""
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("BatchSize: 5000", "BatchSize: 100").replace("Path: /events, Method", "Path: /clicks, Method")
    path = tmp_path / "template.yaml"
    path.write_text(text.replace("Action: kinesis:PutRecords", "Action: [kinesis:PutRecords, kinesis:PutRecord]"))
    return path


def test_what_came_and_went_is_told_and_the_rest_stays(older: Path) -> None:
    picture = architecture.change(architecture.from_template(older), architecture.from_patterns("clickstream"))
    assert sayings(picture.model, "added") == {
        ("EventsApi", "CollectorFunction", "POST /events"),
        ("EventStream", "AnalyticsFunction", "batch 5000"),
    }
    assert sayings(picture.model, "removed") == {
        ("EventsApi", "CollectorFunction", "POST /clicks"),
        ("EventStream", "AnalyticsFunction", "batch 100"),
        ("CollectorFunction", "EventStream", "PutRecord"),
    }
    svg = picture.svg()
    assert "batch 100 (gone)" in svg and "batch 5000 (new)" in svg and "Connections that change: 5." in svg
    assert broken_rules(picture.scene) == []


def test_nothing_changes_from_a_picture_to_itself() -> None:
    shop = architecture.from_patterns()
    assert not sayings(architecture.change(shop, shop).model, "added", "removed")


@given(st.sampled_from(SHAPES), st.sampled_from(SHAPES))
@settings(max_examples=15, deadline=None)
def test_a_change_has_all_of_both_and_keeps_the_bar(before: Path, after: Path) -> None:
    old, new = architecture.from_template(before), architecture.from_template(after)
    changed = architecture.change(old, new)
    kept = sayings(changed.model) - sayings(changed.model, "added", "removed")
    assert kept | sayings(changed.model, "added") == sayings(new.model)
    assert kept | sayings(changed.model, "removed") == sayings(old.model)
    assert {node.id for node in changed.model.nodes} == {node.id for it in (old, new) for node in it.model.nodes}
    assert broken_rules(changed.scene) == []


def test_the_command_draws_a_change_of_one_picture(older: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from shoplib.cli import application

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(application(), ["diagrams", *arguments])

    assert run("clickstream", "--since", str(older), "--out", str(tmp_path)).exit_code == 0
    assert "batch 100 (gone)" in (tmp_path / "change.svg").read_text(encoding="utf-8")
    for refused in ([], ["clickstream", "--check"], ["clickstream", "rest"]):
        assert isinstance(run(*refused, "--since", str(older)).exception, LabError)
    assert isinstance(run("shop-rest", "--deployed", "--check").exception, LabError)
