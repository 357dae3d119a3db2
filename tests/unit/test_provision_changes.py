"""What an update does, told from two templates: added, changed, replaced, removed, and why."""

from typing import Any

import pytest

from shoplib.provision.changes import compare, sections
from shoplib.provision.references import mentions


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def actions(old: dict[str, Any], new: dict[str, Any], *parameters: str, **more: Any) -> dict[str, str]:
    found = compare({"Resources": old, **more}, {"Resources": new, **more}, set(parameters))
    return {change.logical_id: " ".join([change.action, *change.why]) for change in found}


def test_a_new_stack_is_all_additions():
    assert [change.action for change in compare({}, {"Resources": {"A": queue()}}, set())] == ["add"]


def test_added_kept_and_removed():
    found = actions({"A": queue(), "B": queue()}, {"A": queue(), "C": queue()})
    assert found == {"A": "keep", "C": "add", "B": "remove"}


def test_a_changed_property_is_named():
    assert actions({"A": queue(DelaySeconds=1)}, {"A": queue(DelaySeconds=2)}) == {"A": "change DelaySeconds"}
    assert actions({"A": queue(DelaySeconds=1)}, {"A": queue()}) == {"A": "change DelaySeconds"}


def test_attributes_beside_the_properties_count():
    assert actions({"A": queue()}, {"A": queue() | {"DeletionPolicy": "Retain"}}) == {"A": "change DeletionPolicy"}


def test_what_is_fixed_at_creation_is_replaced():
    assert actions({"A": queue(QueueName="a")}, {"A": queue(QueueName="b")}) == {"A": "replace QueueName"}
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [{"AttributeName": "a"}]}}
    other = {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": [{"AttributeName": "b"}]}}
    assert actions({"T": table}, {"T": other}) == {"T": "replace KeySchema"}


def test_another_type_is_a_replacement():
    assert actions({"A": queue()}, {"A": {"Type": "AWS::SNS::Topic"}}) == {"A": "replace Type"}


def test_a_type_that_aws_does_not_publish_is_changed_in_place():
    before, after = ({"Type": "Custom::Thing", "Properties": {"Name": name}} for name in "ab")
    assert actions({"A": before}, {"A": after}) == {"A": "change Name"}


def test_who_refers_to_a_replaced_resource_changes_too():
    watcher = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"X": {"Fn::GetAtt": ["A", "QueueName"]}}}
    old, new = {"A": queue(QueueName="a"), "W": watcher}, {"A": queue(QueueName="b"), "W": watcher}
    assert actions(old, new)["W"] == "change refers to A"


def test_a_parameter_alone_changes_those_that_use_it():
    both = {"A": queue(DelaySeconds={"Ref": "Delay"}), "B": queue(QueueName={"Fn::Sub": "q-${Name}"}), "C": queue()}
    assert actions(both, both, "Delay") == {"A": "change DelaySeconds", "B": "keep", "C": "keep"}
    assert actions(both, both, "Name") == {"A": "keep", "B": "replace QueueName", "C": "keep"}


def test_a_parameter_reaches_through_conditions():
    conditions = {"Has": {"Fn::Not": [{"Fn::Equals": [{"Ref": "P"}, ""]}]}, "Both": {"Fn::And": [{"Condition": "Has"}]}}
    both = {
        "A": queue(DelaySeconds={"Fn::If": ["Both", 1, 2]}),
        "B": queue() | {"Condition": "Has"},
        "C": queue(),
    }
    found = actions(both, both, "P", Conditions=conditions)
    assert found == {"A": "change DelaySeconds", "B": "change Condition", "C": "keep"}


def test_a_changed_mapping_changes_who_looks_into_it():
    resources = {"A": queue(DelaySeconds={"Fn::FindInMap": ["Delays", "x", "y"]})}
    old, new = ({"Resources": resources, "Mappings": {"Delays": {"x": {"y": value}}}} for value in (1, 2))
    assert [change.action for change in compare(old, new, set())] == ["change"]
    assert sections(old, new) == ("Mappings",)


def test_outputs_alone_are_worth_an_update():
    old, new = {"Resources": {}}, {"Resources": {}, "Outputs": {"Name": {"Value": "x"}}}
    assert sections(old, new) == ("Outputs",)
    assert sections({}, new) == ()


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ({"Ref": "A"}, {"A"}),
        ({"Fn::GetAtt": ["A", "Arn"]}, {"A"}),
        ({"Fn::GetAtt": "A.Arn"}, {"A"}),
        ({"Fn::Sub": "x-${A}-${B.Arn}-${!Literal}-${AWS::Region}"}, {"A", "B", "AWS::Region"}),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "A"}}]}, {"x", "A"}),
        ({"Fn::If": ["C", {"Ref": "A"}, [{"Ref": "B"}]]}, {"C", "A", "B"}),
        ({"Statement": {"Condition": {"StringEquals": {"a": "b"}}}}, set()),
        ({"DependsOn": ["A", "B"]}, {"A", "B"}),
        ({"DependsOn": "A"}, {"A"}),
        ("Ref", set()),
    ],
)
def test_references(part, names):
    assert mentions(part) == names
