"""Dashboards of the local AWS, drawn by the command and in a notebook."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from shoplib import lab
from shoplib.errors import LabError
from tests.commands import Command, assert_refused

Aws = Callable[..., Any]


@pytest.fixture
def name(aws: Aws) -> str:
    """A dashboard with a metric, an alarm and a query."""
    name, cloudwatch, logs = f"d-{uuid.uuid4()}", aws("cloudwatch"), aws("logs")
    logs.create_log_group(logGroupName=name)
    cloudwatch.put_metric_data(Namespace=name, MetricData=[{"MetricName": "Orders", "Value": 41}])
    widgets = [
        {"type": "metric", "properties": {"view": "singleValue", "metrics": [[name, "Orders", {"stat": "Sum"}]]}},
        {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:nobody"]}},
        {"type": "log", "properties": {"query": f"SOURCE '{name}' | fields @message"}},
        {"type": "log", "properties": {"query": f"SOURCE '{name}' | pattern @message"}},
    ]
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": widgets}))
    return name


def test_a_notebook_shows_what_there_is_now(name: str) -> None:
    picture = lab.start().dashboard(name, since="30m")
    texts = [text.get_text() for axes in picture.figure.axes for text in axes.texts]
    assert texts[0] == "41" and " unknown " in texts and "No data available" in texts
    assert any("pattern is not supported" in text for text in texts)
    with pytest.raises(LabError, match="dashboard not found: nobody"):
        lab.start().dashboard("nobody")


def test_the_command_writes_a_file(name: str, command: Command, tmp_path: Any) -> None:
    file = tmp_path / "d.png"
    done = command("dashboard", name, "--out", str(file), "--dark")
    assert (done.code, done.out.strip()) == (0, str(file))
    assert file.read_bytes().startswith(b"\x89PNG")
    assert_refused(command("dashboard", "nobody"), "dashboard not found: nobody")
