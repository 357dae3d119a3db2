"""Values out of AWS's published model are refused in AWS's words, by every service and before anything is done."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
ROLE = "arn:aws:iam::123456789012:role/a"
FAILED = "failed to satisfy constraint: Member must"
BUFFERED = {"BucketARN": "arn:aws:s3:::a", "RoleARN": ROLE, "BufferingHints": {"SizeInMBs": 129}}
TARGET = {"Arn": "arn:aws:sqs:us-east-1:123456789012:a", "RoleArn": ROLE}
SCHEDULE = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET}
# Service, operation, parameters; code, and what AWS says of them.
CASES: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    (
        *("firehose", "put_record", {"DeliveryStreamName": "a", "Record": {"Data": bytes(1_024_001)}}),
        *("ValidationException", "Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]' at 'record.data'"),
    ),
    (
        *("firehose", "put_record_batch", {"DeliveryStreamName": "a", "Records": []}),
        *("ValidationException", f"Value '[]' at 'records' {FAILED} have length greater than or equal to 1"),
    ),
    (
        "firehose",
        "create_delivery_stream",
        {"DeliveryStreamName": "a", "ExtendedS3DestinationConfiguration": BUFFERED},
        "ValidationException",
        f"S3DestinationConfiguration.bufferingHints.sizeInMBs' {FAILED} have value less than or equal to 128",
    ),
    (
        *("iam", "create_user", {"UserName": "a" * 65}, "ValidationError"),
        f"at 'userName' {FAILED} have length less than or equal to 64",
    ),
    (
        *("iam", "create_user", {"UserName": "a b"}, "ValidationError"),
        "The specified value for userName is invalid. It must contain only alphanumeric characters and/or",
    ),
    ("iam", "list_roles", {"MaxItems": 0}, "ValidationError", "Value '0' at 'maxItems'"),
    (
        *("sts", "get_session_token", {"DurationSeconds": 5}, "ValidationError"),
        f"Value '5' at 'durationSeconds' {FAILED} have value greater than or equal to 900",
    ),
    (
        *("cloudformation", "create_change_set", {"StackName": "a", "ChangeSetName": "1", "TemplateBody": "{}"}),
        *("ValidationError", f"Value '1' at 'changeSetName' {FAILED} satisfy regular expression pattern"),
    ),
    (
        *("ssm", "put_parameter", {"Name": "a", "Value": "b", "Type": "Text"}, "ValidationException"),
        f"at 'type' {FAILED} satisfy enum value set: [SecureString, StringList, String]",
    ),
    (
        *("ssm", "get_parameters", {"Names": []}, "ValidationException"),
        f"Value '[]' at 'names' {FAILED} have length greater than or equal to 1",
    ),
    ("secretsmanager", "list_secrets", {"MaxResults": 101}, "ValidationException", "Value '101' at 'maxResults'"),
    (
        *("cognito-idp", "create_user_pool", {"PoolName": "a", "MfaConfiguration": "MAYBE"}),
        *("InvalidParameterException", f"'mfaConfiguration' {FAILED} satisfy enum value set: [OFF, ON, OPTIONAL]"),
    ),
    (
        *("cognito-idp", "sign_up", {"ClientId": "a", "Username": "b", "Password": " "}),
        *("InvalidParameterException", f"Value at 'password' {FAILED} satisfy regular expression pattern"),
    ),
    (
        "cognito-identity",
        "create_identity_pool",
        {"IdentityPoolName": "!", "AllowUnauthenticatedIdentities": True},
        *("ValidationException", f"Value '!' at 'identityPoolName' {FAILED} satisfy regular expression pattern"),
    ),
    ("scheduler", "create_schedule", {"Name": "a b", **SCHEDULE}, "ValidationException", "Value 'a b' at 'name'"),
    ("pipes", "list_pipes", {"Limit": 101}, "ValidationException", "Value '101' at 'limit'"),
    ("glue", "create_database", {"DatabaseInput": {"Name": ""}}, "ValidationException", "at 'databaseInput.name'"),
    (
        *("athena", "start_query_execution", {"QueryString": "a" * 262_145}, "InvalidRequestException"),
        f"at 'queryString' {FAILED} have length less than or equal to 262144",
    ),
    ("cloudwatch", "describe_alarms", {"MaxRecords": 101}, "ValidationError", "Value '101' at 'maxRecords'"),
    ("acm", "request_certificate", {"DomainName": "-"}, "ValidationException", "Value '-' at 'domainName'"),
    (
        "route53",
        "create_hosted_zone",
        {"Name": "a.example", "CallerReference": ""},
        "InvalidInput",
        "'callerReference'",
    ),
    (
        *("resource-groups", "create_group", {"Name": "a b", "ResourceQuery": {"Type": "X", "Query": "{}"}}),
        *("BadRequestException", "2 validation errors detected: Value 'a b' at 'name'"),
    ),
)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "words"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_a_value_out_of_the_model_is_refused(
    aws: Aws, service: str, operation: str, parameters: dict[str, Any], code: str, words: str
) -> None:
    client = aws(service, config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**parameters)
    error = refused.value.response["Error"]
    assert (error["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert words in error["Message"]
