"""Stacks: what an update may replace, what others import, what a template may ask of a type, and its loops."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.stacks import Stacks, refusal

QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.fixture
def sqs(aws: Callable[..., Any]) -> Any:
    return aws("sqs")


def queue_urls(sqs: Any) -> set[str]:
    return set(sqs.list_queues().get("QueueUrls", []))


NAMED_TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "custom-named",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    },
}


def with_properties(resource: dict[str, Any], **changed: Any) -> dict[str, Any]:
    kept = {name: value for name, value in {**resource["Properties"], **changed}.items() if value is not None}
    return {"Resources": {"It": {**resource, "Properties": kept}}}


@pytest.mark.parametrize(
    "changed",
    [
        {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]},
        {
            "KeySchema": [{"AttributeName": "sku", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "sku", "AttributeType": "S"}],
        },
    ],
)
def test_a_custom_named_resource_is_not_replaced_and_keeps_what_it_holds(
    stacks: Stacks, aws: Callable[..., Any], changed: dict[str, Any]
) -> None:
    name = stacks.deploy({"Resources": {"It": NAMED_TABLE}})
    aws("dynamodb").put_item(TableName="custom-named", Item={"id": {"S": "1"}})
    body = json.dumps(with_properties(NAMED_TABLE, **changed))
    stacks.cloudformation.update_stack(StackName=name, TemplateBody=body)
    assert stacks.status(name) == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in stacks.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    ]
    assert any("custom-named resource requires replacing. Rename custom-named and" in reason for reason in reasons)
    assert aws("dynamodb").scan(TableName="custom-named")["Count"] == 1


def test_a_generated_name_lets_a_table_be_replaced_when_an_attribute_changes_its_type(
    stacks: Stacks, aws: Callable[..., Any]
) -> None:
    first = with_properties(NAMED_TABLE, TableName=None)
    name = stacks.deploy(first)
    before = stacks.physical_ids(name)["It"]
    second = with_properties(
        NAMED_TABLE, TableName=None, AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}]
    )
    stacks.cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(second))
    after = stacks.physical_ids(name)["It"]
    assert (stacks.status(name), before != after) == ("UPDATE_COMPLETE", True)
    assert before not in aws("dynamodb").list_tables()["TableNames"]


@pytest.mark.parametrize(("value", "verb"), [({"Value": "other"}, "updated"), (None, "deleted")])
def test_an_export_in_use_stays_as_it_is(stacks: Stacks, value: dict[str, Any] | None, verb: str) -> None:
    export = {"Export": {"Name": f"kept-{verb}"}}
    owner = stacks.deploy({"Resources": {"Good": QUEUE}, "Outputs": {"It": {"Value": "first", **export}}})
    imported = {"Type": "String", "Value": {"Fn::ImportValue": f"kept-{verb}"}}
    user = stacks.deploy({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": imported}}})
    outputs = {"Outputs": {"It": {**value, **export}}} if value else {}
    body = json.dumps({"Resources": {"Good": QUEUE, "More": QUEUE}, **outputs})
    stacks.cloudformation.update_stack(StackName=owner, TemplateBody=body)
    described = stacks.cloudformation.describe_stacks(StackName=owner)["Stacks"][0]
    assert described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert described["Outputs"][0]["OutputValue"] == "first"
    events = stacks.cloudformation.describe_stack_events(StackName=owner)["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events]
    assert f"Export kept-{verb} cannot be {verb} as it is in use by {user}" in reasons


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"Outputs": {"X": {"Value": {"Fn::GetAtt": ["Good", "Arm"]}}}}, "Good does not support attribute type Arm"),
        ({"Outputs": {"X": {"Value": {"Fn::Sub": "${Good.Arm}"}}}}, "Good does not support attribute type Arm"),
    ],
)
def test_an_attribute_that_a_type_does_not_have_is_refused_before_anything_is_created(
    stacks: Stacks, sqs: Any, template: dict[str, Any], message: str
) -> None:
    before, body = queue_urls(sqs), json.dumps({"Resources": {"Good": QUEUE}, **template})
    assert message in refusal(stacks.cloudformation.create_stack, StackName="attributes", TemplateBody=body)
    assert queue_urls(sqs) == before


def test_a_property_that_a_type_does_not_have_is_refused_by_name(stacks: Stacks) -> None:
    body = json.dumps({"Resources": {"Good": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}}})
    message = refusal(stacks.cloudformation.create_stack, StackName="coloured", TemplateBody=body)
    assert "unsupported property Good (AWS::SQS::Queue): Colour" in message


LOOP = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "Red,Blue"}}
Mappings: {Delays: {us-east-1: {Red: 5}}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - ${Name}Queue:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: !FindInMap [Delays, !Ref AWS::Region, !Ref Name, {DefaultValue: 9}]}
  Count:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: {Fn::ToJsonString: {count: {Fn::Length: !Ref Names}}}}
"""


def test_loops_and_functions_of_the_language_extensions(stacks: Stacks, aws: Callable[..., Any]) -> None:
    expanding = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    stacks.cloudformation.create_stack(StackName="loops", TemplateBody=LOOP, **expanding)
    try:
        ids = stacks.physical_ids("loops")
        assert set(ids) == {"RedQueue", "BlueQueue", "Count"}
        delays = [
            aws("sqs").get_queue_attributes(QueueUrl=ids[name], AttributeNames=["DelaySeconds"])["Attributes"]
            for name in ("RedQueue", "BlueQueue")
        ]
        assert delays == [{"DelaySeconds": "5"}, {"DelaySeconds": "9"}]
        assert json.loads(aws("ssm").get_parameter(Name=ids["Count"])["Parameter"]["Value"]) == {"count": 2}
    finally:
        stacks.cloudformation.delete_stack(StackName="loops")


def test_a_loop_without_its_transform_is_refused(stacks: Stacks) -> None:
    body = LOOP.replace("Transform: AWS::LanguageExtensions\n", "")
    message = refusal(stacks.cloudformation.create_stack, StackName="loops", TemplateBody=body)
    assert "Fn::ForEach::Queues needs the transform AWS::LanguageExtensions" in message


def include(name: str) -> dict[str, Any]:
    return {"Name": "AWS::Include", "Parameters": {"Location": f"s3://sections/{name}"}}


def test_a_template_can_include_whole_sections(stacks: Stacks, aws: Callable[..., Any]) -> None:
    aws("s3").create_bucket(Bucket="sections")
    aws("s3").put_object(Bucket="sections", Key="more.yaml", Body=b"Resources: {More: {Type: AWS::SQS::Queue}}")
    body = {"Transform": include("more.yaml"), "Resources": {"Good": QUEUE}}
    assert set(stacks.physical_ids(stacks.deploy(body))) == {"Good", "More"}


def test_an_include_of_itself_is_refused(stacks: Stacks, aws: Callable[..., Any]) -> None:
    aws("s3").create_bucket(Bucket="sections")
    cycle = {"Fn::Transform": include("cycle.json")}
    aws("s3").put_object(Bucket="sections", Key="cycle.json", Body=json.dumps(cycle).encode())
    body = json.dumps({"Resources": {"Good": QUEUE | {"Properties": cycle}}})
    message = refusal(stacks.cloudformation.create_stack, StackName="cycle", TemplateBody=body)
    assert "AWS::Include failed with: s3://sections/cycle.json is included more than 10 levels deep" in message
