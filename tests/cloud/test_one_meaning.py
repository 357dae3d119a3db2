"""A request means one thing to IAM and to the service: what could be read in two ways is refused, and nothing is done.

The caller may list the account's queues, tables, users and secrets, and do nothing else.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.minimal_input import minimal_input
from tests.cloud.roles import allow, assumable, document
from tests.cloud.test_all_operations import SERVICES, operations

Aws = Callable[..., Any]
JSON, FORM = "application/x-amz-json-1.0", "application/x-www-form-urlencoded"
LISTS = ("dynamodb:ListTables", "iam:GetUser", "secretsmanager:ListSecrets", "sqs:ListQueues", "states:List*")
# What AWS answers to anybody: who somebody is, and what a user pool's own tokens and passwords allow.
FOR_ANYBODY = {"GetCallerIdentity", "GetSessionToken"}
DENIALS = ("AccessDenied", "AuthorizationError", "UnauthorizedOperation", "403")


class Caller:
    """Signs as a user, or as whoever else has the keys."""

    def __init__(self, engine: localaws.Engine, key_id: str, secret: str) -> None:
        self.engine = engine
        self.keys = Credentials(key_id, secret)

    def send(
        self, service: str, body: bytes | str = b"", path: str = "/", method: str = "POST", **headers: str
    ) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, self.engine.url + path, headers=named, data=body)
        SigV4Auth(self.keys, service, "us-east-1").add_auth(request)
        return requests.request(method, request.url or "", headers=dict(request.headers), data=body, timeout=30)

    def form(self, service: str, body: str, **more: Any) -> requests.Response:
        return self.send(service, body, **{"Content_Type": FORM, **more})

    def json(self, service: str, target: str, body: Any, **more: Any) -> requests.Response:
        return self.send(service, json.dumps(body), Content_Type=JSON, X_Amz_Target=target, **more)


def new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def user(engine: localaws.Engine, aws: Aws, *statements: dict[str, Any]) -> Caller:
    iam, name = aws("iam"), new("user")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Caller(engine, key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def caller(engine: localaws.Engine, aws: Aws) -> Caller:
    return user(engine, aws, allow(list(LISTS)))


@pytest.fixture(scope="module")
def account(engine: localaws.Engine) -> Caller:
    return Caller(engine, engine.key_id, engine.secret)


CREATE = "Action=CreateUser&UserName=intruder&Version=2010-05-08"
CREATE_PARTS = (
    '--x\r\nContent-Disposition: form-data; name="Action"\r\n\r\nCreateUser\r\n'
    '--x\r\nContent-Disposition: form-data; name="UserName"\r\n\r\nintruder\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (f"{CREATE}&Action=GetUser", {}),
        (f"Action=GetUser&{CREATE}", {}),
        (CREATE, {"path": "/?Action=GetUser"}),
        ("Action=GetUser&Version=2010-05-08", {"path": f"/?{CREATE}"}),
        (CREATE, {"X_Amz_Target": "any.GetUser"}),
        (CREATE, {"X_Amz_Target": "any."}),
        (CREATE, {"Content_Type": "text/plain"}),
        (CREATE_PARTS, {"Content_Type": "multipart/form-data; boundary=x"}),
        (CREATE_PARTS, {"Content_Type": "multipart/form-data; boundary=x", "path": "/?Action=GetUser"}),
        ("", {"Action": "CreateUser", "UserName": "intruder", "Version": "2010-05-08"}),
        ("", {"path": "/any", "Action": "CreateUser", "UserName": "intruder"}),
    ],
)
def test_an_operation_is_said_once(caller: Caller, aws: Aws, body: str, more: dict[str, str]) -> None:
    answer = caller.form("iam", body, **more)
    assert 400 <= answer.status_code < 500 and answer.content
    assert "intruder" not in [each["UserName"] for each in aws("iam").list_users()["Users"]]


def test_a_parameter_is_said_once(engine: localaws.Engine, aws: Aws) -> None:
    sqs, own = aws("sqs"), new("own")
    mine, other = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in (own, new("other")))
    caller = user(engine, aws, allow("sqs:*", f"arn:aws:sqs:*:*:{own}"))
    for first, second in ((mine, other), (other, mine)):
        body = f"Action=SendMessage&MessageBody=m&QueueUrl={quote(first)}"
        answers = (
            caller.form("sqs", f"{body}&QueueUrl={quote(second, safe='')}"),
            caller.form("sqs", body, path=f"/?QueueUrl={quote(second, safe='')}"),
        )
        for answer in answers:
            assert answer.status_code == 400 and "QueueUrl is given more than once" in answer.text
    assert "Messages" not in sqs.receive_message(QueueUrl=other)
    assert caller.form("sqs", f"Action=SendMessage&MessageBody=m&QueueUrl={quote(mine)}").status_code == 200


@pytest.mark.parametrize("path", ["/", "/?Action=CreateSecret&Name=intruder", "/?Name=intruder"])
def test_in_json_the_target_is_the_operation(caller: Caller, aws: Aws, path: str) -> None:
    body = {"Name": "intruder", "SecretString": "s&Action=CreateSecret&Name=intruder&a="}
    answer = caller.json("secretsmanager", "secretsmanager.ListSecrets", body, path=path, Action="CreateSecret")
    assert answer.status_code == 200 and "SecretList" in answer.json()
    assert "intruder" not in [each["Name"] for each in aws("secretsmanager").list_secrets()["SecretList"]]


def test_text_that_looks_like_a_form_is_text(aws: Aws) -> None:
    text, name = (
        "https://example.com/?a=1&Action=DeleteSecret&Name=other&FunctionName=other&State=DISABLED&b=",
        new("t"),
    )
    secrets, parameters, events = aws("secretsmanager"), aws("ssm"), aws("events")
    assert secrets.create_secret(Name=name, SecretString=text)["Name"] == name
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == text
    parameters.put_parameter(Name=name, Value=text, Type="String")
    assert parameters.get_parameter(Name=name)["Parameter"]["Value"] == text
    entry = {"Source": "test", "DetailType": "any", "Detail": json.dumps({"text": text})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    api = aws("apigateway").create_rest_api(name=name, description=text)
    assert aws("apigateway").get_rest_api(restApiId=api["id"])["description"] == text


def test_an_operation_is_one_of_the_service_that_is_signed_for(engine: localaws.Engine, aws: Aws) -> None:
    caller, table = user(engine, aws, allow("sqs:*")), new("table")
    aws("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    answer = caller.json("sqs", "DynamoDB_20120810.Scan", {"TableName": table})
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")


def test_region_and_account_are_those_of_the_signature(engine: localaws.Engine, aws: Aws) -> None:
    caller, name = user(engine, aws, allow("sqs:*", "arn:aws:sqs:us-east-1:123456789012:*")), new("queue")
    elsewhere = {
        "User_Agent": "aws-sdk region/eu-west-1",
        "Host": "sqs.eu-west-1.amazonaws.com",
        "X_Moto_Account_Id": "999999999999",
    }
    for header, value in elsewhere.items():
        made = caller.json("sqs", "AmazonSQS.CreateQueue", {"QueueName": f"{name}-{header}"}, **{header: value})
        assert made.json()["QueueUrl"].endswith(f"/123456789012/{name}-{header}")
        assert "/queue/" not in made.json()["QueueUrl"]
    topic = caller.form("sns", f"Action=CreateTopic&Name={name}", X_Moto_Account_Id="999999999999")
    assert topic.status_code == 403


@pytest.mark.parametrize("body", [b"no json", b"[]", b"null", b'"text"', b"1", b'{"a": NaN}', b'{"a": \xff}', b"{"])
@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("states", "AWSStepFunctions.StartExecution"),
        ("events", "AWSEvents.PutEvents"),
        ("dynamodb", "DynamoDB_20120810.PutItem"),
        ("sqs", "AmazonSQS.SendMessage"),
        ("kinesis", "Kinesis_20131202.PutRecord"),
        ("logs", "Logs_20140328.PutLogEvents"),
        ("athena", "AmazonAthena.StartQueryExecution"),
        ("cognito-idp", "AWSCognitoIdentityProviderService.DescribeUserPool"),
        ("monitoring", "GraniteServiceVersion20100801.PutMetricData"),
    ],
)
def test_a_body_that_is_no_object_is_not_read(
    caller: Caller, account: Caller, service: str, target: str, body: bytes
) -> None:
    """Whoever sends it: what nobody can read, IAM cannot decide about."""
    for each in (caller, account):
        answer = each.send(service, body, Content_Type=JSON, X_Amz_Target=target)
        assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("service", SERVICES)
def test_who_may_nothing_does_nothing(engine: localaws.Engine, aws: Aws, service: str) -> None:
    keys = user(engine, aws).keys
    config = Config(parameter_validation=False, inject_host_prefix=False, s3={"addressing_style": "path"})
    session = boto3.Session(keys.access_key, keys.secret_key, region_name="us-east-1")
    client = session.client(service, endpoint_url=engine.url, config=config)
    answered = {name: said for name in operations(client) if not is_denied(said := _answer(client, name))}
    assert not answered


def is_denied(code: str) -> bool:
    """Or refused for itself, before anything is looked up."""
    return code.startswith(DENIALS) or code in ("NotImplemented", "unsigned")


def _answer(client: Any, name: str) -> str:
    model = client.meta.service_model.operation_model(name)
    if model.auth_type == "none" or name in FOR_ANYBODY:
        return "unsigned"
    try:
        getattr(client, xform_name(name))(**(minimal_input(model.input_shape) if model.input_shape else {}))
    except ClientError as error:
        said = error.response["Error"]
        return said["Code"] if said["Code"] not in OF_ITSELF.get(name, ()) else "NotImplemented"
    return "OK" if name not in OF_NO_TABLE else "NotImplemented"


# Statements and iterators that mean nothing: there is no table or stream to ask about.
OF_ITSELF = {
    "ExecuteStatement": ("ValidationException",),
    "ExecuteTransaction": ("ValidationException",),
    "TransactWriteItems": ("ValidationException",),
    "GetRecords": ("InvalidArgumentException",),
}
OF_NO_TABLE = ("BatchExecuteStatement",)


@pytest.mark.parametrize("operation", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_no_role_is_given_for_a_token_of_nobody(account: Caller, aws: Aws, operation: str) -> None:
    role = assumable(aws, new("role"))
    parameters = {
        "AssumeRoleWithWebIdentity": {"RoleSessionName": "me", "WebIdentityToken": "any.to.ken"},
        "AssumeRoleWithSAML": {
            "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/any",
            "SAMLAssertion": "PHNhbWw+",
        },
    }[operation]
    body = "&".join(f"{name}={quote(value)}" for name, value in {**parameters, "RoleArn": role}.items())
    answer = account.form("sts", f"Action={operation}&Version=2011-06-15&{body}")
    assert answer.status_code == 501 and f"does not implement sts:{operation}." in answer.text


def test_a_user_is_not_the_account_by_name(engine: localaws.Engine, aws: Aws) -> None:
    iam = boto3.Session(engine.key_id, engine.secret, region_name="us-east-1").client(
        "iam", endpoint_url=engine.url, config=Config(parameter_validation=False)
    )
    with pytest.raises(ClientError, match="The specified value for userName is invalid"):
        iam.create_user(UserName="x:root")


@pytest.mark.parametrize("path", ["mailbox", "observed?calls=1", "faults", "permissions"])
def test_the_engines_own_paths_are_the_accounts(caller: Caller, account: Caller, path: str) -> None:
    assert caller.send("lambda", method="GET", path=f"/_aws/{path}").status_code == 403
    assert account.send("lambda", method="GET", path=f"/_aws/{path}").status_code == 200
