"""What a failed call of a service is called, such as `Lambda.TooManyRequestsException`."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from shoplib.localaws.state_machines.definition.resources import Resource
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.language.failures import runtime

NEXT_CAPITAL = re.compile(r"([A-Z])([A-Z]+)(?=[A-Z][a-z]|\d|$)")


class Names(NamedTuple):
    """Of an optimized integration: before its errors, of its service, and of an error that its model does not have."""

    prefix: str
    service: str
    generic: str


OPTIMIZED: Mapping[str, Names] = {
    "lambda": Names("Lambda", "AWSLambda", "AWSLambdaException"),
    "sqs": Names("SQS", "AmazonSQS", "AmazonSQSException"),
    "sns": Names("SNS", "AmazonSNS", "AmazonSNSException"),
    "dynamodb": Names("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    "athena": Names("Athena", "AmazonAthena", "AmazonAthenaException"),
    "events": Names("EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"),
    "states": Names("StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"),
}


def failure_of(error: Exception, resource: Resource, model: Any) -> StateFailure:
    """How the state fails when the call does."""
    if isinstance(error, ClientError):
        return _of_answer(error, resource, model)
    if isinstance(error, BotoCoreError):
        return runtime(f"The parameters of {resource.arn} are not valid: {' '.join(str(error).split())}")
    raise error


def _of_answer(error: ClientError, resource: Resource, model: Any) -> StateFailure:
    fault, metadata = error.response["Error"], error.response.get("ResponseMetadata", {})
    name, message = _exception(str(fault.get("Code", "")), model), fault.get("Message") or "null"
    status, request_id = metadata.get("HTTPStatusCode", 500), metadata.get("RequestId", "")
    if resource.is_sdk:
        prefix = service_id(model)
        more = f", Extended Request ID: {metadata.get('HostId') or request_id}" if prefix == "S3" else ""
        cause = f"{message} (Service: {prefix}, Status Code: {status}, Request ID: {request_id}{more})"
        return StateFailure(f"{prefix}.{name or f'{prefix}Exception'}", cause)
    names = OPTIMIZED[resource.service]
    detail = f"Service: {names.service}; Status Code: {status}; Error Code: {fault.get('Code')}"
    cause = f"{message} ({detail}; Request ID: {request_id}; Proxy: null)"
    return StateFailure(f"{names.prefix}.{name or names.generic}", cause)


def _exception(code: str, model: Any) -> str:
    """The exception's name as Java's SDK has it; empty for one that the model does not have."""
    for shape in model.error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            return shape.name if shape.name.endswith("Exception") else f"{shape.name}Exception"
    return ""


def service_id(model: Any) -> str:
    """The service's name as Java's SDK has it: DynamoDb, SecretsManager, Sqs."""
    words = str(model.service_id).replace("-", " ").split()
    return "".join(NEXT_CAPITAL.sub(lambda match: match[1] + match[2].lower(), word) for word in words)
