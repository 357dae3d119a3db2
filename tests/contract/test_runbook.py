"""Each alarm of the shop has its section in the runbook, with what one needs at three in the morning."""

import re
from pathlib import Path

import pytest

from shoplib.provision import pattern_names
from tests.contract import patterns

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))


def names(kind: str) -> set[str]:
    return {name for pattern in pattern_names() for name in patterns.resources(pattern, kind)}


def test_each_alarm_has_a_section_and_no_other_thing_has() -> None:
    assert set(SECTIONS) == names("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("alarm", SECTIONS)
def test_a_section_says_what_it_means_where_to_look_and_how_to_fix_it(alarm: str) -> None:
    parts = re.findall(r"^\*\*(\w+(?: when)?)\.?\*\*", SECTIONS[alarm], re.MULTILINE)
    assert parts == ["Means", "Look", "Fix", "Over when"]


def test_functions_and_queues_in_it_are_the_shops() -> None:
    words = set(re.findall(r"\b[A-Z]\w+(?:Function|Queue)\b", RUNBOOK))
    known = {name.removesuffix("LogGroup") for name in names("AWS::Lambda::Function") | names("AWS::SQS::Queue")}
    assert words - known == set()
