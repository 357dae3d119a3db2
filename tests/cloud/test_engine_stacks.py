"""Stacks: what CloudFormation refuses, creates, changes, rolls back and deletes, whatever the resource types."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.stacks import Stacks, refusal

QUEUE = {"Type": "AWS::SQS::Queue"}
BROKEN = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}, "DependsOn": "Good"}
UNKNOWN = {"Resources": {"Good": QUEUE, "Odd": {"Type": "AWS::Transfer::Server"}, "Other": {"Type": "My::Own::Thing"}}}


@pytest.fixture
def sqs(aws: Callable[..., Any]) -> Any:
    return aws("sqs")


def queue_urls(sqs: Any) -> set[str]:
    return set(sqs.list_queues().get("QueueUrls", []))


def test_unsupported_types_are_refused_by_name_before_anything_is_created(stacks: Stacks, sqs: Any) -> None:
    before, body = queue_urls(sqs), json.dumps(UNKNOWN)
    for call, more in (
        (stacks.cloudformation.create_stack, {}),
        (stacks.cloudformation.create_change_set, {"ChangeSetName": "first", "ChangeSetType": "CREATE"}),
    ):
        message = refusal(call, StackName="refused", TemplateBody=body, **more)
        assert message.startswith("ValidationError")
        assert "Odd (AWS::Transfer::Server), Other (My::Own::Thing)" in message
        assert "nothing was created" in message
    assert queue_urls(sqs) == before
    assert "does not exist" in refusal(stacks.cloudformation.describe_stacks, StackName="refused")


def test_an_update_is_refused_as_a_whole(stacks: Stacks, sqs: Any) -> None:
    name = stacks.deploy({"Resources": {"Good": QUEUE}})
    before = queue_urls(sqs)
    message = refusal(stacks.cloudformation.update_stack, StackName=name, TemplateBody=json.dumps(UNKNOWN))
    assert "Odd (AWS::Transfer::Server)" in message
    assert stacks.status(name) == "CREATE_COMPLETE"
    assert queue_urls(sqs) == before


def test_a_type_behind_a_false_condition_is_not_refused(stacks: Stacks) -> None:
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Good": QUEUE, "Odd": {"Type": "AWS::Transfer::Server", "Condition": "Never"}},
    }
    assert list(stacks.physical_ids(stacks.deploy(template))) == ["Good"]


def test_resources_are_made_in_waves_of_what_they_need(stacks: Stacks) -> None:
    """As on AWS, which starts all at once that waits for nothing: what depends on one of two like resources, such as a
    deployment on one of an API's routes, comes after the other, too."""
    last = QUEUE | {"DependsOn": "FirstRoute"}
    routes = {name: QUEUE | {"DependsOn": name.replace("Route", "Role")} for name in ("FirstRoute", "OtherRoute")}
    template = {"Resources": {"Last": last, **routes, "FirstRole": QUEUE, "OtherRole": QUEUE}}
    name = stacks.deploy(template)
    made = [id for id, status in stacks.events(name) if status == "CREATE_COMPLETE" and id != name]
    assert made == ["FirstRole", "OtherRole", "FirstRoute", "OtherRoute", "Last"]


def test_a_failed_create_is_rolled_back_with_reasons(stacks: Stacks, sqs: Any) -> None:
    before = queue_urls(sqs)
    name = stacks.deploy({"Resources": {"Good": QUEUE, "Bad": BROKEN}})
    assert stacks.status(name) == "ROLLBACK_COMPLETE"
    assert queue_urls(sqs) == before
    assert "Can only include alphanumeric characters" in stacks.reasons(name)["Bad"]
    assert [each for each in stacks.events(name) if each[0] != name] == [
        ("Good", "CREATE_IN_PROGRESS"),
        ("Good", "CREATE_IN_PROGRESS"),  # again, with the id of what is being created
        ("Good", "CREATE_COMPLETE"),
        ("Bad", "CREATE_IN_PROGRESS"),
        ("Bad", "CREATE_FAILED"),
        ("Good", "DELETE_IN_PROGRESS"),
        ("Good", "DELETE_COMPLETE"),
    ]
    assert "ROLLBACK_COMPLETE state and can not be updated" in refusal(
        stacks.cloudformation.update_stack, StackName=name, TemplateBody=json.dumps({"Resources": {"Good": QUEUE}})
    )
    assert stacks.delete(name) == "DELETE_COMPLETE"


def test_on_failure_decides_what_happens(stacks: Stacks, sqs: Any) -> None:
    template = {"Resources": {"Good": QUEUE, "Bad": BROKEN}}
    before = queue_urls(sqs)
    kept = stacks.deploy(template, OnFailure="DO_NOTHING")
    assert stacks.status(kept) == "CREATE_FAILED"
    assert len(queue_urls(sqs) - before) == 1
    assert stacks.delete(kept) == "DELETE_COMPLETE"
    gone = stacks.deploy(template, OnFailure="DELETE")
    assert "does not exist" in refusal(stacks.cloudformation.describe_stacks, StackName=gone)
    assert queue_urls(sqs) == before


def test_a_fault_in_an_output_fails_the_stack(stacks: Stacks) -> None:
    outputs = {"Odd": {"Value": {"Fn::Select": [3, ["a"]]}}}
    name = stacks.deploy({"Resources": {"Good": QUEUE}, "Outputs": outputs})
    assert stacks.status(name) == "ROLLBACK_COMPLETE"
    assert any(
        "nonexistent value at index 3" in (event.get("ResourceStatusReason") or "") for event in _events(stacks, name)
    )


def _events(stacks: Stacks, name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = stacks.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return events


def test_an_existing_thing_is_not_taken_over(stacks: Stacks, sqs: Any) -> None:
    url = sqs.create_queue(QueueName="mine")["QueueUrl"]
    name = stacks.deploy({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "mine"}}}})
    assert stacks.status(name) == "ROLLBACK_COMPLETE"
    assert "already exists" in stacks.reasons(name)["Queue"]
    assert url in queue_urls(sqs)
    sqs.delete_queue(QueueUrl=url)


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def test_an_update_changes_adds_removes_and_replaces(stacks: Stacks, sqs: Any) -> None:
    first = {"Resources": {"Kept": queue(VisibilityTimeout=10), "Gone": QUEUE, "Moved": queue(QueueName="before")}}
    name = stacks.deploy(first)
    old = stacks.physical_ids(name)
    second = {
        "Resources": {
            "Kept": queue(VisibilityTimeout=20),
            "New": QUEUE,
            "Moved": queue(QueueName="after"),
            "Reader": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Moved", "QueueName"]}},
            },
        },
        "Outputs": {"Moved": {"Value": {"Fn::GetAtt": ["Moved", "QueueName"]}}},
    }
    stacks.update(name, second)
    new = stacks.physical_ids(name)
    assert stacks.status(name) == "UPDATE_COMPLETE"
    assert new["Kept"] == old["Kept"]
    attributes = sqs.get_queue_attributes(QueueUrl=new["Kept"], AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "20"}
    assert stacks.outputs(name) == {"Moved": "after"}
    assert {old["Gone"], old["Moved"]}.isdisjoint(queue_urls(sqs))
    assert {new["New"], new["Moved"]} <= queue_urls(sqs)


def test_an_update_without_changes_is_refused(stacks: Stacks) -> None:
    template = {"Resources": {"Good": QUEUE}}
    name = stacks.deploy(template)
    message = refusal(stacks.cloudformation.update_stack, StackName=name, TemplateBody=json.dumps(template))
    assert message == "ValidationError: No updates are to be performed."


def test_a_failed_update_puts_everything_back(stacks: Stacks, sqs: Any) -> None:
    first = {"Resources": {"Kept": queue(VisibilityTimeout=10), "Good": QUEUE}}
    name = stacks.deploy(first)
    old, before = stacks.physical_ids(name), queue_urls(sqs)
    stacks.update(
        name, {"Resources": {"Kept": queue(VisibilityTimeout=20), "Good": QUEUE, "New": QUEUE, "Bad": BROKEN}}
    )
    assert stacks.status(name) == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.physical_ids(name) == old
    assert queue_urls(sqs) == before
    attributes = sqs.get_queue_attributes(QueueUrl=old["Kept"], AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "10"}
    stacks.update(name, {"Resources": {"Kept": queue(VisibilityTimeout=30), "Good": QUEUE}})
    assert stacks.status(name) == "UPDATE_COMPLETE"


def test_a_parameter_alone_changes_what_depends_on_it(stacks: Stacks, sqs: Any) -> None:
    template = {
        "Parameters": {"Seconds": {"Type": "Number", "Default": 10}, "Label": {"Type": "String"}},
        "Resources": {"Queue": queue(VisibilityTimeout={"Ref": "Seconds"})},
    }
    name = stacks.deploy(template, Parameters=[{"ParameterKey": "Label", "ParameterValue": "x"}])
    stacks.cloudformation.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Label", "UsePreviousValue": True},
            {"ParameterKey": "Seconds", "ParameterValue": "25"},
        ],
    )
    url = stacks.physical_ids(name)["Queue"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "25"}
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stacks.describe(name)["Parameters"]}
    assert parameters == {"Seconds": "25", "Label": "x"}


@pytest.mark.parametrize(
    ("parameters", "given", "message"),
    [
        ({"A": {"Type": "String"}}, {}, "Parameters: [A] must have values"),
        ({}, {"A": "x"}, "Parameters: [A] do not exist in the template"),
        ({"A": {"Type": "String", "AllowedValues": ["x", "y"]}}, {"A": "z"}, "must be one of AllowedValues"),
        ({"A": {"Type": "Number", "MaxValue": 5}}, {"A": "6"}, "not greater than 5"),
        ({"A": {"Type": "String", "AllowedPattern": "[a-z]+"}}, {"A": "1"}, "must match pattern"),
        ({"A": {"Type": "AWS::SSM::Parameter::Value<String>"}}, {"A": "/none"}, "Unable to fetch parameters [/none]"),
    ],
)
def test_bad_parameters_are_refused(
    stacks: Stacks, parameters: dict[str, Any], given: dict[str, str], message: str
) -> None:
    template = {"Parameters": parameters, "Resources": {"Good": QUEUE}}
    listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    answer = refusal(
        stacks.cloudformation.create_stack, StackName="bad", TemplateBody=json.dumps(template), Parameters=listed
    )
    assert answer.startswith("ValidationError")
    assert message in answer


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Resources: [", "not well-formed"),
        ("just text", "unsupported structure"),
        ("Description: nothing", "At least one Resources member must be defined"),
        ("Resources: {A: {Properties: {}}}", "must contain a Type member"),
        ("Odd: {}\nResources: {A: {Type: 'AWS::SQS::Queue'}}", "Invalid template property or properties [Odd]"),
        ("Resources: {A: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref None1}}}", "[None1]"),
        (
            "Resources: {A: {Type: 'AWS::SQS::Queue', DependsOn: B}, B: {Type: 'AWS::SQS::Queue', DependsOn: A}}",
            "Circular dependency between resources: [A, B]",
        ),
        ("Transform: My-Macro\nResources: {A: {Type: 'AWS::SQS::Queue'}}", "transform My-Macro is not supported"),
    ],
)
def test_bad_templates_are_refused(stacks: Stacks, template: str, message: str) -> None:
    answer = refusal(
        stacks.cloudformation.create_stack,
        StackName="bad",
        TemplateBody=template,
        Capabilities=["CAPABILITY_AUTO_EXPAND"],
    )
    assert answer.startswith("ValidationError")
    assert message in answer


def test_intrinsic_functions(stacks: Stacks, aws: Callable[..., Any]) -> None:
    aws("ssm").put_parameter(Name="/stored", Value="from-ssm", Type="String", Overwrite=True)
    aws("secretsmanager").create_secret(Name="stored", SecretString='{"key": "from-secret"}')
    template = """
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /stored}
Mappings:
  Sizes: {us-east-1: {small: '1', large: '2'}}
Conditions:
  Here: !Equals [!Ref 'AWS::Region', us-east-1]
  Elsewhere: !Not [!Condition Here]
  Both: !And [!Condition Here, !Or [!Condition Elsewhere, !Condition Here]]
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: !If [Elsewhere, 5, !Ref 'AWS::NoValue']}}
Outputs:
  Join: {Value: !Join ['-', [x, !Ref 'AWS::AccountId', !Select [1, !Ref Names]]]}
  Sub: {Value: !Sub ['${Queue.QueueName} ${!Literal} ${Local} ${AWS::Partition}', {Local: !Ref Stored}]}
  Matches: {Value: !Equals [!Sub '${Queue.Arn}', !GetAtt Queue.Arn]}
  Map: {Value: !FindInMap [Sizes, !Ref 'AWS::Region', large]}
  Split: {Value: !Select [2, !Split ['|', 'a|b|c']]}
  Zone: {Value: !Select [0, !GetAZs '']}
  Base64: {Value: {'Fn::Base64': hello}}
  Cidr: {Value: !Select [1, !Cidr [10.0.0.0/16, 4, 8]]}
  Json: {Value: {'Fn::ToJsonString': {a: [1, true]}}}
  Secret: {Value: '{{resolve:secretsmanager:stored:SecretString:key}} {{resolve:ssm:/stored}}'}
  Both: {Value: !If [Both, both, none]}
  Hidden: {Condition: Elsewhere, Value: hidden}
"""
    name = stacks.deploy(template)
    queue_name = stacks.physical_ids(name)["Queue"].rsplit("/", 1)[-1]
    assert stacks.outputs(name) == {
        "Join": "x-123456789012-b",
        "Sub": f"{queue_name} ${{Literal}} from-ssm aws",
        "Matches": "true",
        "Map": "2",
        "Split": "c",
        "Zone": "us-east-1a",
        "Base64": "aGVsbG8=",
        "Cidr": "10.0.1.0/24",
        "Json": '{"a":[1,true]}',
        "Secret": "from-secret from-ssm",
        "Both": "both",
    }


def test_exports_are_unique_imported_and_guarded(stacks: Stacks) -> None:
    exporting = {
        "Resources": {"Queue": QUEUE},
        "Outputs": {
            "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": {"Fn::Sub": "x-${AWS::Region}"}}}
        },
    }
    owner = stacks.deploy(exporting)
    imported = {"Type": "String", "Value": {"Fn::ImportValue": {"Fn::Sub": "x-${AWS::Region}"}}}
    user = stacks.deploy({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": imported}}})
    assert stacks.status(user) == "CREATE_COMPLETE"
    assert stacks.cloudformation.list_imports(ExportName="x-us-east-1")["Imports"] == [user]
    assert "x-us-east-1" in {each["Name"] for each in stacks.cloudformation.list_exports()["Exports"]}
    assert "in use by" in refusal(stacks.cloudformation.delete_stack, StackName=owner)
    second = stacks.deploy(exporting)
    assert stacks.status(second) == "ROLLBACK_COMPLETE"
    missing = {"Type": "String", "Value": {"Fn::ImportValue": "nobody"}}
    third = stacks.deploy({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": missing}}})
    assert "No export named nobody found" in stacks.reasons(third)["Parameter"]


def test_change_sets_show_and_then_do(stacks: Stacks) -> None:
    client = stacks.cloudformation
    client.create_change_set(
        StackName="changing",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Queue": QUEUE, "Gone": QUEUE}}),
    )
    assert stacks.status("changing") == "REVIEW_IN_PROGRESS"
    client.get_waiter("change_set_create_complete").wait(StackName="changing", ChangeSetName="first")
    client.execute_change_set(StackName="changing", ChangeSetName="first")
    assert stacks.status("changing") == "CREATE_COMPLETE"
    body = json.dumps({"Resources": {"Queue": queue(DelaySeconds=5), "New": QUEUE}})
    client.create_change_set(StackName="changing", ChangeSetName="second", TemplateBody=body)
    described = client.describe_change_set(StackName="changing", ChangeSetName="second")
    changes = {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in described["Changes"]}
    assert {name: change["Action"] for name, change in changes.items()} == {
        "Queue": "Modify",
        "New": "Add",
        "Gone": "Remove",
    }
    assert set(stacks.physical_ids("changing")) == {"Queue", "Gone"}
    client.execute_change_set(StackName="changing", ChangeSetName="second")
    assert stacks.status("changing") == "UPDATE_COMPLETE"
    assert set(stacks.physical_ids("changing")) == {"Queue", "New"}
    client.create_change_set(StackName="changing", ChangeSetName="third", TemplateBody=body)
    nothing = client.describe_change_set(StackName="changing", ChangeSetName="third")
    assert (nothing["Status"], nothing["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in nothing["StatusReason"]
    assert stacks.delete("changing") == "DELETE_COMPLETE"


def test_retained_and_protected(stacks: Stacks, sqs: Any) -> None:
    retained = {**queue(QueueName="retained"), "DeletionPolicy": "Retain"}
    name = stacks.deploy({"Resources": {"Queue": retained, "Other": QUEUE}}, EnableTerminationProtection=True)
    assert "TerminationProtection" in refusal(stacks.cloudformation.delete_stack, StackName=name)
    stacks.cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    ids = stacks.physical_ids(name)
    assert stacks.delete(name) == "DELETE_COMPLETE"
    assert ids["Queue"] in queue_urls(sqs)
    assert ids["Other"] not in queue_urls(sqs)
    sqs.delete_queue(QueueUrl=ids["Queue"])


def test_what_cannot_be_deleted_is_said_and_can_be_left(stacks: Stacks, aws: Callable[..., Any]) -> None:
    name = stacks.deploy({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Queue": QUEUE}})
    bucket = stacks.physical_ids(name)["Bucket"]
    aws("s3").put_object(Bucket=bucket, Key="full", Body=b"x")
    assert stacks.delete(name) == "DELETE_FAILED"
    assert "not empty" in stacks.reasons(name)["Bucket"]
    assert stacks.delete(name, RetainResources=["Bucket"]) == "DELETE_COMPLETE"
    aws("s3").delete_object(Bucket=bucket, Key="full")
    aws("s3").delete_bucket(Bucket=bucket)


def test_a_nested_stack(stacks: Stacks, aws: Callable[..., Any], sqs: Any) -> None:
    inner = {
        "Parameters": {"Seconds": {"Type": "Number"}},
        "Resources": {"Queue": queue(VisibilityTimeout={"Ref": "Seconds"})},
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
    }
    s3 = aws("s3")
    s3.create_bucket(Bucket="nested-templates")
    s3.put_object(Bucket="nested-templates", Key="inner.json", Body=json.dumps(inner))
    url = "https://nested-templates.s3.us-east-1.amazonaws.com/inner.json"

    def outer(seconds: int) -> dict[str, Any]:
        properties = {"TemplateURL": url, "Parameters": {"Seconds": seconds}}
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
        outputs = {"Url": {"Value": {"Fn::GetAtt": ["Nested", "Outputs.Url"]}}}
        return {"Resources": {"Nested": nested}, "Outputs": outputs}

    name = stacks.deploy(outer(11))
    assert stacks.outputs(name)["Url"] in queue_urls(sqs)
    stacks.update(name, outer(12))
    attributes = sqs.get_queue_attributes(QueueUrl=stacks.outputs(name)["Url"], AttributeNames=["VisibilityTimeout"])
    assert attributes["Attributes"] == {"VisibilityTimeout": "12"}
    queue_url = stacks.outputs(name)["Url"]
    assert stacks.delete(name) == "DELETE_COMPLETE"
    assert queue_url not in queue_urls(sqs)


def test_a_template_includes_a_file_of_s3(stacks: Stacks, aws: Callable[..., Any], sqs: Any) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="includes")
    s3.put_object(Bucket="includes", Key="queue.yaml", Body=b"VisibilityTimeout: !Ref Seconds")
    properties = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://includes/queue.yaml"}}}
    template = {
        "Parameters": {"Seconds": {"Type": "Number", "Default": 77}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}},
    }
    url = stacks.physical_ids(stacks.deploy(template))["Queue"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "77"}


def test_a_sam_template_is_expanded_by_the_engine(stacks: Stacks, aws: Callable[..., Any]) -> None:
    template = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return {"hello": event["name"]}
  Things: {Type: AWS::Serverless::SimpleTable}
Outputs:
  Name: {Value: !Ref Hello}
"""
    name = stacks.deploy(template)
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    answer = aws("lambda").invoke(FunctionName=stacks.outputs(name)["Name"], Payload=b'{"name": "you"}')
    assert json.loads(answer["Payload"].read()) == {"hello": "you"}
    processed = stacks.cloudformation.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    assert processed["Resources"]["Hello"]["Type"] == "AWS::Lambda::Function"
    assert stacks.delete(name) == "DELETE_COMPLETE"


def test_a_custom_resource_is_made_by_its_function(stacks: Stacks, aws: Callable[..., Any]) -> None:
    template = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Fail: {Type: String, Default: 'no'}}
Resources:
  Maker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        import json, urllib.request
        def handler(event, context):
            failing = event["ResourceProperties"]["Fail"] == "yes" and event["RequestType"] != "Delete"
            body = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
            body |= {"Status": "FAILED" if failing else "SUCCESS", "Reason": "as asked", "PhysicalResourceId": "made-1"}
            body["Data"] = {"Doubled": str(2 * int(event["ResourceProperties"]["Number"]))}
            request = urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT")
            urllib.request.urlopen(request).close()
  Custom: {Type: 'Custom::Doubler', Properties: {ServiceToken: !GetAtt Maker.Arn, Number: 21, Fail: !Ref Fail}}
Outputs:
  Doubled: {Value: !GetAtt Custom.Doubled}
  Id: {Value: !Ref Custom}
"""
    name = stacks.deploy(template)
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    assert stacks.outputs(name) == {"Doubled": "42", "Id": "made-1"}
    assert stacks.delete(name) == "DELETE_COMPLETE"
    failed = stacks.deploy(template, Parameters=[{"ParameterKey": "Fail", "ParameterValue": "yes"}])
    assert stacks.status(failed) == "ROLLBACK_COMPLETE"
    assert "as asked" in stacks.reasons(failed)["Custom"]


def test_waiters_and_pages_of_the_api(stacks: Stacks) -> None:
    template = {"Resources": {f"Queue{number}": QUEUE for number in range(60)}}
    name = stacks.deploy(template)
    stacks.cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    assert len(stacks.events(name)) == 3 * 60 + 2
    summary = stacks.cloudformation.get_template_summary(StackName=name)
    assert summary["ResourceTypes"] == ["AWS::SQS::Queue"]
    stack_id = stacks.describe(name)["StackId"]
    stacks.cloudformation.delete_stack(StackName=name)
    stacks.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    listed = stacks.cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert stack_id in {each["StackId"] for each in listed}
