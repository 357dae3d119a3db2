"""Who may call: policy documents, resource policies of APIs, and the functions' own permissions."""

from typing import Any

import pytest

from shoplib.localaws.apigateway.lambda_functions import FunctionArn, InvokeFailed, permits
from shoplib.localaws.apigateway.policies import InvalidPolicy, Verdict, evaluate

METHOD = "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items/7"
ALLOW, IMPLICIT, EXPLICIT = Verdict.ALLOW, Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY


def statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", **parts}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        (statement(), ALLOW),
        ([statement(Resource=METHOD.replace("items/7", "*"))], ALLOW),
        ([statement(Resource=METHOD.replace("GET", "???"))], ALLOW),
        ([statement(Resource=METHOD.replace("GET", "POST"))], IMPLICIT),
        ([statement(Action="execute-api:*"), statement(Effect="Deny", Resource="*/items/*")], EXPLICIT),
        ([statement(Action="s3:GetObject")], IMPLICIT),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], ALLOW),
        ([{"Effect": "Allow", "Action": "*", "NotResource": METHOD}], IMPLICIT),
        ([statement(Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.1"]}})], ALLOW),
        ([statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], IMPLICIT),
        ([statement(Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], ALLOW),
        ([statement(Condition={"StringLike": {"aws:UserAgent": "curl/*"}})], IMPLICIT),
        ([], IMPLICIT),
    ],
)
def test_verdicts(statements: Any, verdict: Verdict) -> None:
    assert evaluate({"Statement": statements}, METHOD, {"aws:sourceip": "127.0.0.1"}) is verdict


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (None, "not a policy"),
        ({}, "not a policy"),
        ({"Statement": [{"Action": "*", "Resource": "*"}]}, "Effect"),
        ({"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke"}]}, "no Resource"),
        ({"Statement": statement(Condition={"Bool": {"aws:SecureTransport": "true"}})}, "operator Bool"),
    ],
)
def test_invalid_documents_are_named(document: Any, names: str) -> None:
    with pytest.raises(InvalidPolicy, match=names):
        evaluate(document, METHOD)


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:shop"
GATEWAY = {"Service": "apigateway.amazonaws.com"}
SOURCE = "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items/{id}"


def permission(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Principal": GATEWAY, "Resource": FUNCTION, **parts}


@pytest.mark.parametrize(
    ("statements", "function", "permitted"),
    [
        ([permission()], FUNCTION, True),
        ([permission()], f"{FUNCTION}:live", False),
        ([permission(Resource=f"{FUNCTION}:live")], f"{FUNCTION}:live", True),
        ([permission(Resource=f"{FUNCTION}:live")], FUNCTION, False),
        ([permission(Principal={"Service": "sns.amazonaws.com"})], FUNCTION, False),
        ([permission(Principal="*")], FUNCTION, True),
        ([permission(Action="lambda:*")], FUNCTION, True),
        ([permission(Action="lambda:GetFunction")], FUNCTION, False),
        ([permission(Condition={"ArnLike": {"AWS:SourceArn": SOURCE.replace("{id}", "*")}})], FUNCTION, True),
        ([permission(Condition={"ArnLike": {"AWS:SourceArn": SOURCE.replace("GET", "POST")}})], FUNCTION, False),
        ([permission(Condition={"StringEquals": {"AWS:SourceAccount": "123456789012"}})], FUNCTION, True),
        ([permission(Condition={"StringEquals": {"AWS:SourceAccount": "999999999999"}})], FUNCTION, False),
        ([permission(), permission(Effect="Deny")], FUNCTION, False),
        ([], FUNCTION, False),
    ],
)
def test_permission_to_invoke(statements: list[dict[str, Any]], function: str, permitted: bool) -> None:
    assert permits(statements, FunctionArn.parse(function), SOURCE) is permitted


def test_a_name_is_not_an_arn() -> None:
    with pytest.raises(InvokeFailed, match="not the ARN"):
        FunctionArn.parse("shop")
