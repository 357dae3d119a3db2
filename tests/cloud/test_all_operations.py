"""Every operation of the services that the README claims: answered, refused as AWS refuses, or refused by name."""

import os
import re
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tomli_w
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib.localaws.coverage import OPERATIONS, operations_by_service
from tests.cloud.minimal_input import minimal_input

Aws = Callable[..., Any]
SERVICES = (
    *("apigateway", "apigatewayv2", "cloudcontrol", "cloudformation", "cloudwatch", "dynamodb", "dynamodbstreams"),
    *("events", "iam", "kinesis", "lambda", "logs", "s3", "scheduler", "schemas", "sns", "sqs", "stepfunctions", "sts"),
    *("acm", "application-autoscaling", "athena", "cloudtrail", "cognito-identity", "cognito-idp", "ecr", "firehose"),
    *("glue", "kms", "pipes", "resource-groups", "resourcegroupstaggingapi", "route53", "secretsmanager", "ses"),
    *("sesv2", "ssm", "xray"),
)
# Structures of which no member is required: the query protocol has no way to say that one is there and empty.
STATED: dict[str, dict[str, Any]] = {
    "AssumeRoot": {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}},
    "BatchDescribeTypeConfigurations": {"TypeConfigurationIdentifiers": [{"TypeName": "AWS::Example::Example"}]},
    "CreateDelegationRequest": {"Permissions": {"PolicyTemplateArn": "arn:aws:iam:::delegation-template/example"}},
    "CreateStackRefactor": {"StackDefinitions": [{"StackName": "example"}]},
}
# AWS's own words, of a condition that the operation does not take.
OF_A_HEADER = "A header you provided implies functionality that is not implemented"
# What only Python says.
PYTHON = re.compile(r"NoneType|object has no attribute|Traceback|<class |[A-Z]\w+Error\(|moto|not subscriptable|unpack")


@pytest.mark.parametrize(
    "everything", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["required", "everything"]
)
@pytest.mark.parametrize("service", SERVICES)
def test_no_operation_fails_within(aws: Aws, service: str, everything: bool) -> None:
    config = Config(parameter_validation=False, inject_host_prefix=False, s3={"addressing_style": "path"})
    client = aws(service, region_name="eu-north-1", config=config)
    names = operations(client)
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(names, pool.map(lambda name: answer(client, name, everything), names), strict=True))
    assert answers
    assert not {name: said for name, said in answers.items() if not is_ones_own(*said, service)}
    if not everything:
        refused = sorted(name for name, (status, *_) in answers.items() if status == 501)
        compare_with_page(service, {"operations": len(answers), "refused": refused})


def compare_with_page(service: str, answered: dict[str, Any]) -> None:
    """With what docs/coverage.md says, or record it for the page (`make coverage-operations`)."""
    if "SHOPLIB_RECORD_OPERATIONS" in os.environ:
        recorded = tomllib.loads(OPERATIONS.read_text(encoding="utf-8")) | {service: answered}
        OPERATIONS.write_text(tomli_w.dumps(dict(sorted(recorded.items())), multiline_strings=False), encoding="utf-8")
    assert operations_by_service()[service] == answered, "make coverage-operations"


def operations(client: Any) -> list[str]:
    model = client.meta.service_model
    return [name for name in model.operation_names if not model.operation_model(name).has_event_stream_input]


def answer(client: Any, name: str, everything: bool) -> tuple[int, str, str]:
    """Status, code and message."""
    shape = client.meta.service_model.operation_model(name).input_shape
    parameters = minimal_input(shape, everything) | STATED.get(name, {})
    parameters.pop("EndpointId", None)  # an endpoint of several regions, which only another signer calls
    try:
        done = getattr(client, xform_name(name))(**parameters)
    except ClientError as error:
        said = error.response["Error"]
        return error.response["ResponseMetadata"]["HTTPStatusCode"], said["Code"], said.get("Message", "")
    for part in done.values():
        if hasattr(part, "close"):
            part.close()
    return 200, "", ""


def is_ones_own(status: int, code: str, message: str, service: str) -> bool:
    if status == 501:
        return code == "NotImplemented" and (f" {service}:" in message or message == OF_A_HEADER)
    return status < 500 and code != "InternalFailure" and not PYTHON.search(message)
