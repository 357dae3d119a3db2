"""What CloudFormation answers, word by word: descriptions, events, change sets, and what it refuses."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message, status_and_code
from tests.cloud.stacks import Stacks

PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "test"}}
MINIMAL = {"Resources": {"Simple": PARAMETER}}
TOPICS = {"Foo": {"Type": "AWS::SNS::Topic"}}
MAPPED = {
    "Parameters": {"Key": {"Type": "String", "Default": "C"}},
    "Resources": {
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::FindInMap": ["Suffixes", {"Ref": "Key"}, "Suffix"]}},
        }
    },
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
NAME_RULE = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"


def output(value: Any) -> dict[str, Any]:
    return {"Resources": TOPICS, "Outputs": {"MyOutput": value}}


def maps(table: Any) -> dict[str, Any]:
    return {**MAPPED, "Mappings": {"Suffixes": table}}


def parameter(**slot: Any) -> dict[str, Any]:
    value = {**PARAMETER["Properties"], "Value": {"Ref": "Input"}}
    return {"Parameters": {"Input": slot}, "Resources": {"P": {**PARAMETER, "Properties": value}}}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (output({"Value": None}), "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates"),
        (output({}), "Template format error: Every Outputs member must contain a Value object"),
        ({}, "Template format error: At least one Resources member must be defined."),
        ({"Resources": ""}, "Template format error: Any Resources member must be an object."),
        ({"Resources": {"A": {**PARAMETER, "Invalid": 10}}}, "Invalid template resource property 'Invalid'"),
        (
            {"Resources": {"A": {**PARAMETER, "DependsOn": "None1"}}},
            "Template format error: Unresolved resource dependencies [None1] in the Resources block of the template",
        ),
        (maps({"A": {"Suffix": "s"}}), "Template error: Unable to get mapping for Suffixes::C::Suffix"),
        (
            maps({"A": {"Suffix": {"Ref": "Key"}}}),
            "Template format error: Every Mappings attribute must be a String or a List.",
        ),
        (maps({"A": "suffix"}), "Template format error: Every Mappings member A must be a map"),
        (
            {"Conditions": {"X": {"Fn::Equals": ["a"]}}, "Resources": TOPICS},
            "Template error: every Fn::Equals object requires a list of 2 string parameters.",
        ),
        (
            output({"Value": {"Fn::Sub": []}}),
            "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a "
            "string as first argument, and an optional second argument to specify a mapping of values to replace in "
            "the string",
        ),
        (
            {"Resources": {"A": {**PARAMETER, "Properties": {"Fn::Transform": {"Name": {"Ref": "AWS::Region"}}}}}},
            "Key Name of transform definition must be a string.",
        ),
        (parameter(Type="String"), "Parameters: [Input] must have values"),
        (
            parameter(Type="AWS::SSM::Parameter::Value<String>"),
            "Parameter Input should either have input value or default value",
        ),
        (
            {"Resources": {"A": {**PARAMETER, "Properties": {"Value": {"Fn::Nope": "x"}}}}},
            "Template error: Encountered unsupported function: Fn::Nope Supported functions are: [Fn::Base64, "
            "Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, "
            "Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, "
            "Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]",
        ),
        (
            {**MINIMAL, "AWSTemplateFormatVersion": "2012-10-17"},
            "Template format error: 2012-10-17 is not a supported value for AWSTemplateFormatVersion.",
        ),
        (
            {"Resources": {"A": {**PARAMETER, "DeletionPolicy": "Keep"}}},
            "Template format error: Unrecognized DeletionPolicy Keep for resource A",
        ),
        (
            {"Resources": {"A": {**PARAMETER, "UpdateReplacePolicy": ["Keep"]}}},
            "Template format error: Every UpdateReplacePolicy member must be a string.",
        ),
        ('{"no": "value"', "Template format error: JSON not well-formed. (line 1, column 16)"),
    ],
)
def test_a_template_is_refused_in_awss_words(stacks: Stacks, template: Any, message: str) -> None:
    body = template if isinstance(template, str) else json.dumps(template)
    calls: list[tuple[Callable[..., Any], dict[str, str]]] = [
        (stacks.cloudformation.create_stack, {}),
        (stacks.cloudformation.create_change_set, {"ChangeSetName": "one", "ChangeSetType": "CREATE"}),
    ]
    for call, more in calls:
        answer = code_and_message(call, StackName="refused", TemplateBody=body, **more)
        assert answer == ("ValidationError", message)


ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/none/7b4ba0f1-3d5f-4e5c-9d5f-2d1e3c4b5a69"


@pytest.mark.parametrize(
    ("operation", "parameters", "answer"),
    [
        ("describe_stacks", {"StackName": "none"}, ("ValidationError", "Stack with id none does not exist")),
        ("describe_stack_events", {"StackName": "none"}, ("ValidationError", "Stack [none] does not exist")),
        (
            "describe_stack_resource",
            {"StackName": "none", "LogicalResourceId": "A"},
            ("ValidationError", "Stack 'none' does not exist"),
        ),
        (
            "update_stack",
            {"StackName": "none", "TemplateBody": "{}"},
            ("ValidationError", "Stack [none] does not exist"),
        ),
        ("get_template", {"ChangeSetName": "none"}, ("ValidationError", "StackName is a required parameter.")),
        ("describe_change_set", {"ChangeSetName": ARN}, ("ChangeSetNotFound", f"ChangeSet [{ARN}] does not exist")),
        (
            "describe_change_set",
            {"StackName": "none", "ChangeSetName": "one"},
            ("ValidationError", "Stack [none] does not exist"),
        ),
        (
            "delete_change_set",
            {"ChangeSetName": "one"},
            ("ValidationError", "StackName must be specified if ChangeSetName is not specified as an ARN."),
        ),
        (
            "create_stack",
            {"StackName": "*@_$", "TemplateBody": json.dumps(MINIMAL)},
            (
                "ValidationError",
                f"1 validation error detected: Value '*@_$' at 'stackName' failed to satisfy constraint: {NAME_RULE}",
            ),
        ),
        (
            "create_stack",
            {"StackName": "url", "TemplateURL": "https://example.com/template"},
            ("ValidationError", "TemplateURL must be a supported URL."),
        ),
        (
            "create_stack",
            {"StackName": "iam", "TemplateBody": json.dumps({"Resources": {"R": ROLE}})},
            ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"),
        ),
        (
            "create_stack",
            {"StackName": "sam", "TemplateBody": json.dumps({**MINIMAL, "Transform": "AWS::LanguageExtensions"})},
            ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"),
        ),
        (
            "create_stack",
            {"StackName": "types", "TemplateBody": json.dumps(MINIMAL), "ResourceTypes": ["AWS::EC2::*"]},
            (
                "ValidationError",
                "Resource type AWS::SSM::Parameter is not allowed by parameter ResourceTypes [AWS::EC2::*]",
            ),
        ),
        (
            "create_stack",
            {
                "StackName": "triggers",
                "TemplateBody": json.dumps(MINIMAL),
                "RollbackConfiguration": {"RollbackTriggers": [{"Arn": "abc", "Type": "Another"}]},
            },
            ("ValidationError", "Rollback Trigger Type not supported"),
        ),
        (
            "create_stack",
            {
                "StackName": "role",
                "TemplateBody": json.dumps(MINIMAL),
                "RoleARN": "arn:aws:iam::123456789012:role/nobodys",
            },
            ("ValidationError", "Role arn:aws:iam::123456789012:role/nobodys is invalid or cannot be assumed"),
        ),
    ],
)
def test_a_call_is_refused_in_awss_words(
    stacks: Stacks, operation: str, parameters: dict[str, Any], answer: tuple[str, str]
) -> None:
    assert code_and_message(getattr(stacks.cloudformation, operation), **parameters) == answer


def test_a_stack_is_described_without_empty_lists(stacks: Stacks) -> None:
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high"
    triggers = {"RollbackTriggers": [{"Arn": alarm, "Type": "AWS::CloudWatch::Alarm"}], "MonitoringTimeInMinutes": 5}
    name = stacks.deploy(MINIMAL, RollbackConfiguration=triggers)
    described = stacks.describe(name)
    assert (described["RollbackConfiguration"], described["EnableTerminationProtection"]) == (triggers, False)
    assert described["Capabilities"] == ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    assert not {"Parameters", "Outputs", "ChangeSetId", "LastUpdatedTime"} & set(described)
    stacks.delete(name)
    gone = stacks.cloudformation.describe_stacks(StackName=described["StackId"])["Stacks"][0]
    assert "EnableTerminationProtection" not in gone and gone["StackStatus"] == "DELETE_COMPLETE"


def test_events_have_properties_reasons_and_moments_of_their_own(stacks: Stacks) -> None:
    template = parameter(Type="String", NoEcho=True)
    name = stacks.deploy(template, Parameters=[{"ParameterKey": "Input", "ParameterValue": "secret"}])
    events = stacks.cloudformation.describe_stack_events(StackName=name)["StackEvents"][::-1]
    told = [
        (each["ResourceStatus"], each.get("ResourceStatusReason"), bool(each["PhysicalResourceId"])) for each in events
    ]
    assert told == [
        ("CREATE_IN_PROGRESS", "User Initiated", True),
        ("CREATE_IN_PROGRESS", None, False),
        ("CREATE_IN_PROGRESS", "Resource creation Initiated", True),
        ("CREATE_COMPLETE", None, True),
        ("CREATE_COMPLETE", None, True),
    ]
    assert json.loads(events[1]["ResourceProperties"]) == {"Type": "String", "Value": "****"}
    assert "ResourceProperties" not in events[0]
    assert re.fullmatch(r"P-CREATE_COMPLETE-\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", events[3]["EventId"])
    assert len({each["Timestamp"] for each in events}) == 5


def test_what_a_type_needs_fails_its_resource(stacks: Stacks) -> None:
    attached_to_nobody = {"PolicyName": "p", "PolicyDocument": {"Statement": []}}
    for kind, properties, reason in (
        ("AWS::SSM::Parameter", {"Value": "a"}, "Property validation failure: [The property {/Type} is required]"),
        ("AWS::IAM::Policy", attached_to_nobody, "At least one of [Groups,Roles,Users] must be non-empty."),
    ):
        name = stacks.deploy({"Resources": {"Bad": {"Type": kind, "Properties": properties}}})
        assert stacks.reasons(name)["Bad"] == reason


def change(stacks: Stacks, name: str, number: str, template: dict[str, Any], **more: Any) -> str:
    kind = "CREATE" if number == "1" else "UPDATE"
    answer = stacks.cloudformation.create_change_set(
        StackName=name, ChangeSetName=f"c{number}", ChangeSetType=kind, TemplateBody=json.dumps(template), **more
    )
    return str(answer["Id"])


def test_a_change_set_says_what_changes_and_why(stacks: Stacks) -> None:
    client, name = stacks.cloudformation, "explained"
    template = {
        "Parameters": {"N": {"Type": "String", "Default": "topic-one"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "N"}}},
            "Follower": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Topic", "TopicName"]}},
            },
        },
    }
    first = change(stacks, name, "1", template)
    seen = client.describe_change_set(ChangeSetName=first, IncludePropertyValues=True)["Changes"]
    contexts = [json.loads(each["ResourceChange"]["AfterContext"])["Properties"] for each in seen]
    assert contexts == [
        {"TopicName": "topic-one"},
        {"Type": "String", "Value": "{{changeSet:KNOWN_AFTER_APPLY}}"},
    ]
    client.execute_change_set(ChangeSetName=first)
    assert stacks.describe(name)["ChangeSetId"] == first
    assert client.list_change_sets(StackName=name)["Summaries"] == []
    second = change(stacks, name, "2", template, Parameters=[{"ParameterKey": "N", "ParameterValue": "topic-two"}])
    changes = [each["ResourceChange"] for each in client.describe_change_set(ChangeSetName=second)["Changes"]]
    target = {"Attribute": "Properties", "Name": "TopicName", "RequiresRecreation": "Always"}
    assert changes[0] == {
        "Action": "Modify",
        "LogicalResourceId": "Topic",
        "PhysicalResourceId": "arn:aws:sns:us-east-1:123456789012:topic-one",
        "ResourceType": "AWS::SNS::Topic",
        "PolicyAction": "ReplaceAndDelete",
        "Replacement": "True",
        "Scope": ["Properties"],
        "Details": [
            {"Target": target, "Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": "N"},
            {"Target": target, "Evaluation": "Dynamic", "ChangeSource": "DirectModification"},
        ],
    }
    assert (changes[1]["Replacement"], changes[1]["Details"]) == (
        "False",
        [
            {
                "Target": {"Attribute": "Properties", "Name": "Value", "RequiresRecreation": "Never"},
                "Evaluation": "Static",
                "ChangeSource": "ResourceAttribute",
                "CausingEntity": "Topic.TopicName",
            }
        ],
    )
    client.execute_change_set(ChangeSetName=second)
    reasons = [
        (each["ResourceStatus"], each.get("ResourceStatusReason"))
        for each in client.describe_stack_events(StackName=name)["StackEvents"][::-1]
        if each["LogicalResourceId"] == "Topic"
    ][3:]
    replacing = "Requested update requires the creation of a new physical resource; hence creating one."
    assert reasons == [
        ("UPDATE_IN_PROGRESS", replacing),
        ("UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("UPDATE_COMPLETE", None),
        ("DELETE_IN_PROGRESS", None),
        ("DELETE_COMPLETE", None),
    ]
    assert stacks.delete(name) == "DELETE_COMPLETE"


def topics(**names: Any) -> dict[str, Any]:
    return {"Resources": {name: {"Type": "AWS::SNS::Topic", "Properties": value} for name, value in names.items()}}


def test_a_property_that_was_given_is_an_attribute_as_well(stacks: Stacks) -> None:
    copied = {"TopicName": "copied", "DisplayName": {"Fn::GetAtt": ["First", "DisplayName"]}}
    template = topics(First={"TopicName": "first", "DisplayName": "shown"}, Second=copied)
    name = stacks.deploy({**template, "Outputs": {"Shown": {"Value": {"Fn::GetAtt": ["Second", "DisplayName"]}}}})
    assert stacks.outputs(name) == {"Shown": "shown"}


def test_a_subscription_is_made_where_its_topic_is(stacks: Stacks, aws: Callable[..., Any]) -> None:
    there, sqs = aws("sns", region_name="us-east-2"), aws("sqs")
    topic, url = there.create_topic(Name="elsewhere")["TopicArn"], sqs.create_queue(QueueName="subscribed")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    properties = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "Region": "us-east-2"}
    name = stacks.deploy({"Resources": {"Own": {"Type": "AWS::SNS::Subscription", "Properties": properties}}})
    (listed,) = there.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert stacks.physical_ids(name)["Own"] == listed["SubscriptionArn"]
    stacks.delete(name)
    assert there.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_metadata_is_told_with_what_it_refers_to(stacks: Stacks) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Metadata": {"Of": {"Ref": "Input"}}}
    template = {"Parameters": {"Input": {"Type": "String", "NoEcho": True}}, "Resources": {"Topic": topic}}
    name = stacks.deploy(template, Parameters=[{"ParameterKey": "Input", "ParameterValue": "one"}])
    cloudformation = stacks.cloudformation
    detail = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Topic")["StackResourceDetail"]
    assert json.loads(detail["Metadata"]) == {"Of": "one"}
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="metadata",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Input", "ParameterValue": "two"}],
    )
    change_set = cloudformation.describe_change_set(StackName=name, ChangeSetName="metadata")
    details = change_set["Changes"][0]["ResourceChange"]["Details"]
    assert [(each["Target"]["Attribute"], each["ChangeSource"], each["Evaluation"]) for each in details] == [
        ("Metadata", "ParameterReference", "Static"),
        ("Metadata", "DirectModification", "Dynamic"),
    ]


def test_what_was_replaced_and_is_kept_is_told(stacks: Stacks) -> None:
    def kept(name: str) -> dict[str, Any]:
        properties = {**PARAMETER["Properties"], "Name": name}
        return {"Resources": {"P": {**PARAMETER, "Properties": properties, "UpdateReplacePolicy": "Retain"}}}

    name = stacks.deploy(kept("kept-one"))
    stacks.update(name, kept("kept-two"))
    events = stacks.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    skipped = [each["PhysicalResourceId"] for each in events if each["ResourceStatus"] == "DELETE_SKIPPED"]
    assert skipped == ["kept-one"]


DENY = {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}
ALLOW = {**DENY, "Effect": "Allow"}
OF_TOPICS = {"Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}}
DENIED = "Action denied by stack policy: Statement "


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([DENY], f"{DENIED}[#1] does not allow [Update:*] for resource [*]"),
        ([ALLOW, DENY], f"{DENIED}[#2] does not allow [Update:*] for resource [*]"),
        ([DENY, ALLOW], ""),
        ([{**DENY, **OF_TOPICS}, ALLOW], f"{DENIED}[#1] does not allow [Update:*] for resource [*]"),
        ([{**DENY, "Action": "Update:Delete"}, ALLOW], ""),
        (
            [{**ALLOW, "Resource": "LogicalResourceId/Other"}],
            "Action not allowed by stack policy: No statement allows [Update:Replace] for resource "
            "[LogicalResourceId/Topic]",
        ),
        ([], ""),
    ],
)
def test_a_stack_policy_protects_what_an_update_would_replace(
    stacks: Stacks, statements: list[dict[str, Any]], reason: str
) -> None:
    name = stacks.deploy(topics(Topic={"TopicName": "before"}))
    stacks.cloudformation.set_stack_policy(StackName=name, StackPolicyBody=json.dumps({"Statement": statements}))
    stacks.update(name, topics(Topic={"TopicName": "afterwards"}))
    assert stacks.status(name) == ("UPDATE_ROLLBACK_COMPLETE" if reason else "UPDATE_COMPLETE")
    assert stacks.physical_ids(name)["Topic"].endswith("before" if reason else "afterwards")
    assert stacks.reasons(name).get("Topic", "") == reason


def test_a_stack_policy_protects_what_an_update_would_delete_or_change(stacks: Stacks) -> None:
    def policy(action: str) -> str:
        return json.dumps({"Statement": [{**DENY, "Action": action, "Resource": "LogicalResourceId/B"}, ALLOW]})

    name = stacks.deploy(topics(A={}, B={"DisplayName": "one"}))
    stacks.update(name, topics(A={}), StackPolicyDuringUpdateBody=policy("Update:Delete"))
    assert (stacks.status(name), set(stacks.physical_ids(name))) == ("UPDATE_ROLLBACK_COMPLETE", {"A", "B"})
    assert "StackPolicyBody" not in stacks.cloudformation.get_stack_policy(StackName=name)
    stacks.update(name, topics(A={}, B={"DisplayName": "two"}), StackPolicyBody=policy("Update:Modify"))
    assert stacks.status(name) == "UPDATE_COMPLETE"
    stacks.update(name, topics(A={}, B={"DisplayName": "three"}))
    assert stacks.status(name) == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    "policy",
    [
        {"StackPolicyBody": "short"},
        {"StackPolicyBody": json.dumps({"Statement": [{**DENY, "Principal": "somebody"}]})},
        {"StackPolicyBody": json.dumps({"Statement": [{**DENY, "Action": "Delete:*"}]})},
        {"StackPolicyBody": json.dumps({"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*"}]})},
    ],
)
def test_what_is_no_stack_policy_is_refused(stacks: Stacks, policy: dict[str, str]) -> None:
    name = stacks.deploy(MINIMAL)
    set_policy = stacks.cloudformation.set_stack_policy
    wrong = ("ValidationError", "Error validating stack policy: Invalid stack policy")
    assert code_and_message(set_policy, StackName=name, **policy) == wrong
    both = ("ValidationError", "You cannot specify both StackPolicyURL and StackPolicyBody")
    url = "https://s3.amazonaws.com/bucket/policy.json"
    assert code_and_message(set_policy, StackName=name, StackPolicyURL=url, **policy) == both


def test_a_stack_in_review_can_be_created_without_its_change_set(stacks: Stacks) -> None:
    client = stacks.cloudformation
    waiting = change(stacks, "reviewed", "1", MINIMAL)
    stack_id = stacks.describe("reviewed")["StackId"]
    review = "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
    assert code_and_message(client.get_template_summary, StackName="reviewed") == ("ValidationError", review)
    stacks.deploy(MINIMAL, "reviewed")
    assert (stacks.describe("reviewed")["StackId"], stacks.status("reviewed")) == (stack_id, "CREATE_COMPLETE")
    assert client.describe_change_set(ChangeSetName=waiting)["ExecutionStatus"] == "OBSOLETE"
    again = {"StackName": "reviewed", "ChangeSetName": "c1", "ChangeSetType": "CREATE"}
    refused = "Stack [reviewed] already exists and cannot be created again with the changeSet [c1]."
    answer = code_and_message(client.create_change_set, TemplateBody=json.dumps(MINIMAL), **again)
    assert answer == ("ValidationError", refused)
    stacks.delete("reviewed")
    revived = {**again, "StackName": stack_id, "TemplateBody": json.dumps(MINIMAL)}
    assert status_and_code(client.create_change_set, **revived) == (400, "ValidationError")


def test_a_summary_says_what_a_template_needs(stacks: Stacks) -> None:
    named = {**ROLE, "Properties": {**ROLE["Properties"], "RoleName": "r"}}
    body = json.dumps({"Metadata": {"A": "b"}, "Resources": {"R": named, "Queue": {"Type": "AWS::SQS::Queue"}}})
    summary = stacks.cloudformation.get_template_summary(TemplateBody=body)
    assert (summary["Capabilities"], summary["Metadata"]) == (["CAPABILITY_NAMED_IAM"], "{'A': 'b'}")
    assert summary["CapabilitiesReason"] == "The following resource(s) require capabilities: [AWS::IAM::Role]"
    assert {
        each["ResourceType"]: each.get("ResourceIdentifiers") for each in summary["ResourceIdentifierSummaries"]
    } == {
        "AWS::IAM::Role": ["RoleName"],
        "AWS::SQS::Queue": None,
    }


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Select": ["x", ["a"]]},
        {"Ref": ["Foo"]},
        {"Fn::Length": 5},
        {"Fn::Cidr": "x"},
        {"Fn::Join": ["", {"Fn::Cidr": ["10.0.0.0/16", 2, 99]}]},
        {"Fn::Join": ["", {"Fn::Cidr": ["10.0.0.0/24", 200, 5]}]},
        {"Fn::Join": ["", {"Fn::Cidr": ["10.0.0.0/1", 10**9, 1]}]},
    ],
)
def test_an_argument_of_another_kind_is_named_with_its_function(stacks: Stacks, value: Any) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}
    name = stacks.deploy({"Resources": {"Foo": topic}})
    (inner,) = value.values()
    function = next((each for each in ("Fn::Cidr",) if each in str(inner)), next(iter(value)))
    assert stacks.reasons(name)["Foo"].startswith(f"Template error: {function} cannot ")
    assert stacks.status(name) == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    "conditions", [{"A": {"Condition": "B"}, "B": {"Condition": "A"}}, {"A": {"Fn::Not": [{"Condition": "A"}]}}]
)
def test_conditions_that_depend_on_each_other(aws: Callable[..., Any], conditions: Any) -> None:
    body = {"Conditions": conditions, "Resources": {"Foo": {"Type": "AWS::SNS::Topic", "Condition": "A"}}}
    found = code_and_message(aws("cloudformation").create_stack, StackName="round", TemplateBody=json.dumps(body))
    assert found == ("ValidationError", "Template error: Circular dependency between conditions: A")


def test_blocks_are_of_the_network_that_an_address_is_in(stacks: Stacks) -> None:
    value = {"Fn::Join": [",", {"Fn::Cidr": ["10.1.2.3/16", 2, 8]}]}
    assert stacks.outputs(stacks.deploy(output({"Value": value})))["MyOutput"] == "10.1.0.0/24,10.1.1.0/24"
