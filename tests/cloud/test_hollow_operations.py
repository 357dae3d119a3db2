"""What would be accepted and then do nothing is refused by name, by the API as by templates."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

EXPIRED = json.dumps(
    [{"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": "2020-01-01T00:00:00.000Z"}}]
)
FILE_SYSTEM = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
TRIGGER = "arn:aws:lambda:us-east-1:123456789012:function:check"
TO = {"Bucket": "arn:aws:s3:::other"}
INVENTORY = {
    "Id": "all",
    "IsEnabled": True,
    "IncludedObjectVersions": "All",
    "Schedule": {"Frequency": "Daily"},
    "Destination": {"S3BucketDestination": {**TO, "Format": "CSV"}},
}
REPLICATION = {
    "Role": "arn:aws:iam::123456789012:role/r",
    "Rules": [{"Status": "Enabled", "Destination": TO, "Prefix": ""}],
}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "what"),
    [
        (
            "ssm",
            "send_command",
            {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0123456789abcdef0"]},
            "ssm:SendCommand",
        ),
        (
            "ssm",
            "put_parameter",
            {"Name": "/p", "Value": "v", "Type": "String", "Policies": EXPIRED},
            "Policies of ssm",
        ),
        (
            "cognito-idp",
            "create_user_pool",
            {"PoolName": "p", "LambdaConfig": {"KMSKeyID": TRIGGER}},
            "LambdaConfig.KMS",
        ),
        ("cloudwatch", "put_insight_rule", {"RuleName": "r", "RuleDefinition": "{}"}, "cloudwatch:PutInsightRule"),
        (
            "sns",
            "create_platform_application",
            {"Name": "a", "Platform": "GCM", "Attributes": {}},
            "sns:CreatePlatformApplication",
        ),
        (
            *("s3", "put_bucket_replication", {"Bucket": "hollow", "ReplicationConfiguration": REPLICATION}),
            "s3:PutBucketReplication",
        ),
        (
            *("s3", "put_bucket_inventory_configuration"),
            {"Bucket": "hollow", "Id": "all", "InventoryConfiguration": INVENTORY},
            "s3:PutBucketInventoryConfiguration",
        ),
    ],
)
def test_it_is_refused_by_name(
    aws: Callable[..., Any], service: str, operation: str, parameters: dict[str, Any], what: str
) -> None:
    if service == "s3":
        aws("s3").create_bucket(Bucket="hollow")
    with pytest.raises(ClientError) as refused:
        getattr(aws(service), operation)(**parameters)
    error = refused.value.response["Error"]
    assert error["Code"] == "NotImplemented" and what in error["Message"]


def test_a_function_has_no_file_system(aws: Callable[..., Any]) -> None:
    mount = [{"Arn": FILE_SYSTEM, "LocalMountPath": "/mnt/files"}]
    with pytest.raises(ClientError, match="FileSystemConfigs is not supported by the local AWS"):
        aws("lambda").update_function_configuration(FunctionName="any", FileSystemConfigs=mount)
