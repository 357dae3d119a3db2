"""The embedded metric format: what a line publishes, and what of it is left out."""

import json
from typing import Any

import pytest

from shoplib.localaws.log_metrics import embedded


def line(directive: dict[str, Any] | list[Any], **members: Any) -> str:
    directives = directive if isinstance(directive, list) else [directive]
    return json.dumps({"_aws": {"Timestamp": 1574109732004, "CloudWatchMetrics": directives}, **members})


def directive(**changes: Any) -> dict[str, Any]:
    return {"Namespace": "shop", "Dimensions": [["service"]], "Metrics": [{"Name": "orders"}]} | changes


def names(text: str) -> list[tuple[str, str, Any, dict[str, str]]]:
    extract = embedded.read(text)
    assert extract is not None
    return [
        (space, datum["MetricName"], datum["Values"], {one["Name"]: one["Value"] for one in datum["Dimensions"]})
        for space, datum in extract.data
    ]


def test_each_metric_in_each_set_of_dimensions_of_each_directive():
    first = directive(
        Dimensions=[["service"], ["service", "stage"], []],
        Metrics=[{"Name": "orders", "Unit": "Count"}, {"Name": "time", "Unit": "Milliseconds", "StorageResolution": 1}],
    )
    other = directive(Namespace="else", Dimensions=[[]], Metrics=[{"Name": "time"}])
    text = line([first, other], service="cart", stage="dev", orders=[1, 2.5], time=7, more={"a": 1})
    cart, both = {"service": "cart"}, {"service": "cart", "stage": "dev"}
    orders = [("shop", "orders", [1, 2.5], each) for each in (cart, both, {})]
    times = [("shop", "time", [7], each) for each in (cart, both, {})]
    assert names(text) == [*orders, *times, ("else", "time", [7], {})]
    extract = embedded.read(text)
    assert extract is not None and not extract.errors and extract.timestamp == 1574109732.004
    assert {(datum["Unit"], datum["StorageResolution"]) for _, datum in extract.data} == {
        ("Count", 60),
        ("Milliseconds", 1),
        ("None", 60),
    }


def test_lambda_may_write_before_the_document():
    assert names(f"2026-01-01T00:00:00Z id INFO {line(directive(), service='a', orders=1)}\n")


@pytest.mark.parametrize(
    "text", ["", "CloudWatchMetrics", '{"a": 1}', '{"CloudWatchMetrics": []}', '{"_aws": {"CloudWatchMetrics": [']
)
def test_other_lines_are_not_in_the_format(text):
    assert embedded.read(text) is None


@pytest.mark.parametrize(
    ("wrong", "members"),
    [
        ({}, {"orders": 1}),
        ({}, {"service": "a"}),
        ({}, {"service": "a", "orders": "1"}),
        ({}, {"service": "a", "orders": True}),
        ({}, {"service": "a", "orders": []}),
        ({}, {"service": "a", "orders": [1] * 101}),
        ({}, {"service": 3, "orders": 1}),
        ({"Namespace": ""}, {"service": "a", "orders": 1}),
        ({"Metrics": {}}, {"service": "a", "orders": 1}),
        ({"Metrics": [{"Name": "orders"}] * 101}, {"service": "a", "orders": 1}),
        ({"Metrics": [{"Name": "orders", "Unit": "Furlongs"}]}, {"service": "a", "orders": 1}),
        ({"Metrics": [{"Name": "orders", "StorageResolution": 7}]}, {"service": "a", "orders": 1}),
        ({"Metrics": [{"Unit": "Count"}]}, {"service": "a", "orders": 1}),
        ({"Dimensions": [["service"] * 31]}, {"service": "a", "orders": 1}),
        ({"Dimensions": "service"}, {"service": "a", "orders": 1}),
    ],
)
def test_what_does_not_follow_the_format_publishes_nothing_and_is_counted(wrong, members):
    extract = embedded.read(line(directive(**wrong), **members))
    assert extract is not None
    assert (extract.data, extract.errors) == ([], 1)


def test_what_is_wrong_is_left_out_alone():
    mixed = directive(Dimensions=[["service"], ["nobody"]], Metrics=[{"Name": "orders"}, {"Name": "missing"}])
    text = line([mixed, {"Namespace": 3}], service="a", orders=1)
    assert names(text) == [("shop", "orders", [1], {"service": "a"})]
    extract = embedded.read(text)
    assert extract is not None and extract.errors == 3


def test_a_document_without_a_time_publishes_nothing():
    text = json.dumps({"_aws": {"CloudWatchMetrics": [directive()]}, "service": "a", "orders": 1})
    extract = embedded.read(text)
    assert extract is not None and (extract.data, extract.errors) == ([], 1)
