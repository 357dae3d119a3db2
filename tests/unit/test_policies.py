"""Who may call: policy documents, resource policies of APIs, and the functions' own permissions."""

from typing import Any

import pytest

from shoplib.localaws.apigateway.lambda_functions import FunctionArn, InvokeFailed
from shoplib.localaws.functions.permissions import permits
from shoplib.localaws.policies import InvalidPolicy, Request, Verdict, evaluate, validate

METHOD = "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/items/7"
ALLOW, IMPLICIT, EXPLICIT = Verdict.ALLOW, Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY


def statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", **parts}


def invoke(principal: str = "*", **facts: str | list[str]) -> Request:
    return Request("execute-api:Invoke", METHOD, principal, facts)


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
    assert (
        evaluate({"Statement": statements}, Request("execute-api:Invoke", METHOD, facts={"aws:sourceip": "127.0.0.1"}))
        is verdict
    )


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (None, "not a policy"),
        ({}, "not a policy"),
        ({"Statement": [{"Action": "*", "Resource": "*"}]}, "Effect"),
        (
            {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke"}]},
            "exactly one of Resource and NotResource",
        ),
        (
            {"Statement": statement(Condition={"Boolean": {"aws:SecureTransport": "true"}})},
            "Boolean is not a condition",
        ),
    ],
)
def test_invalid_documents_are_named(document: Any, names: str) -> None:
    with pytest.raises(InvalidPolicy, match=names):
        validate(document)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
        ({"NumericGreaterThanEquals": {"aws:EpochTime": "1577836800"}}, True),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, True),
        ({"NumericNotEquals": {"s3:max-keys": ["7", "8"]}}, False),
        ({"StringEqualsIgnoreCase": {"aws:UserAgent": "CURL/8"}}, True),
        ({"StringNotEquals": {"aws:UserAgent": ["curl/8", "wget"]}}, False),
        ({"StringEquals": {"aws:Referer": "x"}}, False),  # a key that is absent
        ({"StringNotEquals": {"aws:Referer": "x"}}, True),
        ({"StringEqualsIfExists": {"aws:Referer": "x"}}, True),
        ({"Null": {"aws:Referer": "true"}}, True),
        ({"Null": {"aws:UserAgent": "true"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::in*"}}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:*:inbox"}}, False),  # no wildcard over colons
        ({"StringLike": {"aws:SourceArn": "arn:aws:*:inbox"}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["b", "z"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:Absent": ["b"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:Absent": ["b"]}}, True),
        ({"StringEquals": {"aws:UserAgent": "${aws:Client}/8"}}, True),  # a policy variable
        ({"StringEquals": {"aws:UserAgent": "${aws:Nobody}/8"}}, False),
        ({"StringEquals": {"aws:UserAgent": "${aws:Nobody, 'curl'}/8"}}, True),
        ({"IpAddress": {"aws:SourceIp": "::1/128"}}, False),
    ],
)
def test_conditions(condition: Any, holds: bool) -> None:
    facts: dict[str, str | list[str]] = {
        "aws:sourceip": "127.0.0.1",
        "aws:useragent": "curl/8",
        "aws:client": "curl",
        "aws:sourcearn": "arn:aws:s3:::inbox",
        "aws:tagkeys": ["a", "b"],
        "s3:max-keys": "7",
    }
    document = {"Statement": statement(Condition=condition)}
    validate(document)
    assert (evaluate(document, invoke(**facts)) is ALLOW) is holds


ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.mark.parametrize(
    ("principal", "caller", "named"),
    [
        ("*", "*", True),
        ({"AWS": "*"}, ROLE, True),
        ({"AWS": ROLE}, ROLE, True),
        ({"AWS": "123456789012"}, ROLE, True),
        ({"AWS": ["arn:aws:iam::123456789012:root"]}, ROLE, True),
        ({"AWS": "999999999999"}, ROLE, False),
        ({"AWS": ROLE}, "*", False),
        ({"Service": "s3.amazonaws.com"}, "s3.amazonaws.com", True),
        ({"Service": "s3.amazonaws.com"}, ROLE, False),
        ({"AWS": "123456789012"}, "s3.amazonaws.com", False),
    ],
)
def test_principals(principal: Any, caller: str, named: bool) -> None:
    assert (evaluate({"Statement": statement(Principal=principal)}, invoke(caller)) is ALLOW) is named
    assert (evaluate({"Statement": statement(NotPrincipal=principal)}, invoke(caller)) is ALLOW) is not named


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
    assert permits(statements, function, "apigateway.amazonaws.com", SOURCE) is permitted


def test_a_name_is_not_an_arn() -> None:
    with pytest.raises(InvokeFailed, match="not the ARN"):
        FunctionArn.parse("shop")
