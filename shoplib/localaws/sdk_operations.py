"""Operations of AWS's APIs as ARNs of SDK calls name them: `arn:aws:states:::aws-sdk:sqs:sendMessage`."""

from functools import cache
from typing import Any

from shoplib.localaws import own_keys

# Where the ARN's name of a service is not boto3's.
SERVICES = {
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "cognitoidentity": "cognito-identity",
    "apigatewaymanagementapi": "apigatewaymanagementapi",
    "dynamodbstreams": "dynamodbstreams",
    "elasticloadbalancingv2": "elbv2",
}


def service_of(name: str) -> str:
    """boto3's name of the service."""
    return SERVICES.get(name, name)


def operation_of(service: str, action: str) -> str | None:
    """The operation's name in the service's model (`SendMessage`); None for one that the service does not have."""
    operation = action[0].upper() + action[1:]
    return operation if operation in operations(service_of(service)) else None


@cache
def operations(name: str) -> frozenset[str]:
    """What a service can do; nothing, when there is no such service. Reading a service's model takes 50 ms."""
    model = model_of(name)
    return frozenset(model.operation_names) if model is not None else frozenset()


@cache
def model_of(name: str) -> Any:
    """botocore's model of a service; None when there is no such service."""
    session = own_keys.session("us-east-1")
    return session.client(name).meta.service_model if name in session.get_available_services() else None
