"""CloudTrail's event history: which calls are in it, as whom, and how they are looked up."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.stacks import refusal

Aws = Callable[..., Any]
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


def events(aws: Aws, key: str = "", value: str = "", **options: Any) -> list[dict[str, Any]]:
    attributes = {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]} if key else {}
    pages = aws("cloudtrail").get_paginator("lookup_events").paginate(**attributes, **options)
    return [event for page in pages for event in page["Events"]]


def record(event: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(event["CloudTrailEvent"]))


@pytest.fixture
def table(aws: Aws) -> str:
    name = f"t-{uuid.uuid4().hex[:8]}"
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
    types = [{"AttributeName": "pk", "AttributeType": "S"}]
    arguments = {"KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"}
    aws("dynamodb").create_table(TableName=name, **arguments)
    return name


def test_a_management_event_has_the_documented_record(aws: Aws, table: str) -> None:
    (event,) = [each for each in events(aws, "ResourceName", table) if each["EventName"] == "CreateTable"]
    assert (event["EventSource"], event["ReadOnly"], event["Username"]) == ("dynamodb.amazonaws.com", "false", "root")
    assert event["Resources"] == [{"ResourceType": "AWS::DynamoDB::Table", "ResourceName": table}]
    assert abs(event["EventTime"] - datetime.now(UTC)) < timedelta(minutes=1)
    written = record(event)
    assert written["eventID"] == event["EventId"] and written["userIdentity"]["type"] == "Root"
    assert (written["eventType"], written["eventCategory"], written["managementEvent"]) == (
        "AwsApiCall",
        "Management",
        True,
    )
    assert (written["awsRegion"], written["recipientAccountId"]) == ("us-east-1", "123456789012")
    assert written["requestParameters"]["tableName"] == table
    assert written["requestParameters"]["keySchema"] == [{"attributeName": "pk", "keyType": "HASH"}]
    assert "Boto3" in written["userAgent"]
    assert written["responseElements"]["tableDescription"]["tableName"] == table


def test_what_was_changed_says_what_it_answered_and_no_secrets(aws: Aws) -> None:
    name = f"u-{uuid.uuid4().hex[:8]}"
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    aws("iam").create_user(UserName=name)
    key = aws("iam").create_access_key(UserName=name)["AccessKey"]
    aws("sqs").list_queues(QueueNamePrefix=name)
    (made,) = [record(each) for each in events(aws, "EventName", "CreateQueue") if name in each["CloudTrailEvent"]]
    assert made["responseElements"] == {"queueUrl": url}
    (issued,) = [each for each in events(aws, "EventName", "CreateAccessKey") if name in each["CloudTrailEvent"]]
    assert record(issued)["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    assert key["SecretAccessKey"] not in issued["CloudTrailEvent"]
    (read,) = [record(each) for each in events(aws, "EventName", "ListQueues") if name in each["CloudTrailEvent"]]
    assert read["responseElements"] is None


def test_what_reads_says_so_and_data_events_are_not_there(aws: Aws, table: str) -> None:
    aws("dynamodb").describe_table(TableName=table)
    aws("dynamodb").put_item(TableName=table, Item={"pk": {"S": "secret"}})
    aws("dynamodb").scan(TableName=table)
    seen = {each["EventName"]: each for each in events(aws, "ResourceName", table)}
    assert set(seen) == {"CreateTable", "DescribeTable"}
    assert seen["DescribeTable"]["ReadOnly"] == "true"


def test_a_failure_has_its_code(aws: Aws) -> None:
    name = f"none-{uuid.uuid4().hex[:8]}"
    with pytest.raises(ClientError):
        aws("dynamodb").delete_table(TableName=name)
    written = record(events(aws, "ResourceName", name)[0])
    assert written["errorCode"] == "ResourceNotFoundException" and "not found" in written["errorMessage"]


def test_each_attribute_and_time_finds_its_events(aws: Aws, table: str) -> None:
    (event,) = events(aws, "ResourceName", table)
    for key in ("EventId", "EventName", "EventSource", "Username", "AccessKeyId", "ReadOnly"):
        assert event["EventId"] in [each["EventId"] for each in events(aws, key, event[key])], key
    assert event["EventId"] in [each["EventId"] for each in events(aws, "ResourceType", "AWS::DynamoDB::Table")]
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert not events(aws, "ResourceName", table, StartTime=later)
    assert not events(aws, "ResourceName", table, EndTime=later - timedelta(hours=1))
    assert len(events(aws, "ResourceName", table, StartTime=later - timedelta(hours=1), EndTime=later)) == 1


def test_pages_are_newest_first_and_complete(aws: Aws) -> None:
    prefix = f"q-{uuid.uuid4().hex[:8]}"
    for number in range(3):
        aws("sqs").create_queue(QueueName=f"{prefix}-{number}")
    first = aws("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateQueue"}], MaxResults=1
    )
    assert len(first["Events"]) == 1 and first["NextToken"]
    listed = events(aws, "EventName", "CreateQueue", PaginationConfig={"PageSize": 2})
    names = [resource["ResourceName"] for each in listed for resource in each["Resources"]]
    assert [name for name in names if name.startswith(prefix)] == [f"{prefix}-{number}" for number in (2, 1, 0)]


def test_users_and_sessions_are_named(aws: Aws, engine: Any) -> None:
    import boto3

    name = f"r-{uuid.uuid4().hex[:8]}"
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    anything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    aws("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(anything))
    keys = aws("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    session.client("sqs", endpoint_url=engine.url).create_queue(QueueName=name)
    (event,) = events(aws, "AccessKeyId", keys["AccessKeyId"])
    identity = record(event)["userIdentity"]
    assert (event["Username"], identity["type"]) == ("ada", "AssumedRole")
    assert identity["sessionContext"]["sessionIssuer"] == {
        **identity["sessionContext"]["sessionIssuer"],
        "type": "Role",
        "arn": role,
        "userName": name,
    }
    assert event["EventId"] in [each["EventId"] for each in events(aws, "Username", "ada")]


def test_lambda_names_have_their_version_and_secrets_are_hidden(aws: Aws) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    aws("secretsmanager").create_secret(Name=name, SecretString="hunter2")
    aws("ssm").put_parameter(Name=name, Value="hunter2", Type="SecureString")
    with pytest.raises(ClientError):
        aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": {"KEY": "hunter2"}})
    seen = {each["EventName"]: each["CloudTrailEvent"] for each in events(aws, "ResourceName", name)}
    assert set(seen) == {"CreateSecret", "PutParameter", "UpdateFunctionConfiguration20150331v2"}
    assert "hunter2" not in "".join(seen.values())
    assert all("HIDDEN_DUE_TO_SECURITY_REASONS" in text for text in seen.values())


def test_what_cannot_be_looked_up_is_refused(aws: Aws) -> None:
    look = aws("cloudtrail").lookup_events
    two = [{"AttributeKey": "EventName", "AttributeValue": "x"}, {"AttributeKey": "EventId", "AttributeValue": "y"}]
    assert refusal(look, LookupAttributes=two).startswith("InvalidLookupAttributesException")
    assert refusal(look, MaxResults=51).startswith("InvalidMaxResultsException")
    assert refusal(look, NextToken="nonsense").startswith("InvalidNextTokenException")
    now = datetime.now(UTC)
    assert refusal(look, StartTime=now, EndTime=now - timedelta(1)).startswith("InvalidTimeRangeException")
    assert "CreateTrail" in refusal(aws("cloudtrail").create_trail, Name="mine", S3BucketName="logs-bucket")
