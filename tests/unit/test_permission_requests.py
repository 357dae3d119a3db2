"""What a request needs, as the Service Authorization Reference has it: actions and resources."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.permissions.requests import accesses_of, service_of
from shoplib.localaws.permissions.requests.accesses import Place
from shoplib.localaws.request_scope import SIGNATURE, Signature

ACCOUNT, REGION = "123456789012", "eu-west-1"
Needs = list[tuple[str, str]]


def environ(signed: str, method: str = "POST", path: str = "/", query: str = "", **more: Any) -> dict[str, Any]:
    body = more.pop("body", b"")
    kind = "application/x-www-form-urlencoded" if b"Action=" in body else "application/json"
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": kind,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        SIGNATURE: Signature("K", REGION, signed),
        BODY: body,
        **more,
    }


def needs(request: dict[str, Any]) -> Needs:
    place = Place(service_of(request[SIGNATURE].service), REGION, ACCOUNT)
    return [(each.action, each.resource) for each in accesses_of(request, place)]


def json_call(signed: str, operation: str, **parameters: Any) -> Needs:
    return needs(environ(signed, HTTP_X_AMZ_TARGET=f"Prefix.{operation}", body=json.dumps(parameters).encode()))


def form_call(signed: str, action: str, **parameters: str) -> Needs:
    return needs(environ(signed, body=urlencode({"Action": action, **parameters}).encode()))


def here(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


T, U = here("dynamodb", "table/t"), here("dynamodb", "table/u")


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("GetItem", {"TableName": "t"}, [("GetItem", T)]),
        ("GetItem", {"TableName": T}, [("GetItem", T)]),
        ("Query", {"TableName": "t", "IndexName": "by"}, [("Query", f"{T}/index/by")]),
        ("Scan", {"TableName": "t"}, [("Scan", T)]),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": []}, "u": {}}}, [("BatchGetItem", T), ("BatchGetItem", U)]),
        ("BatchWriteItem", {"RequestItems": {"t": []}}, [("BatchWriteItem", T)]),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]},
            [("PutItem", T), ("ConditionCheckItem", U)],
        ),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "t"}}]}, [("GetItem", T)]),
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "t"."by" WHERE a=1'}, [("PartiQLSelect", f"{T}/index/by")]),
        ("ExecuteStatement", {"Statement": "update t set a=1"}, [("PartiQLUpdate", T)]),
        (
            "ExecuteTransaction",
            {"TransactStatements": [{"Statement": "INSERT INTO t VALUE {}"}, {"Statement": "DELETE FROM u WHERE a=1"}]},
            [("PartiQLInsert", T), ("PartiQLDelete", U)],
        ),
        ("GetRecords", {"ShardIterator": f"{T}/stream/2026|1|abc=="}, [("GetRecords", f"{T}/stream/2026")]),
        ("DescribeStream", {"StreamArn": f"{T}/stream/2026"}, [("DescribeStream", f"{T}/stream/2026")]),
        ("ListTables", {}, [("ListTables", "*")]),
        ("TagResource", {"ResourceArn": T}, [("TagResource", T)]),
    ],
)
def test_dynamodb(operation: str, parameters: dict[str, Any], expected: Needs) -> None:
    assert json_call("dynamodb", operation, **parameters) == [(f"dynamodb:{name}", arn) for name, arn in expected]


DELETE = b"<Delete><Object><Key>x</Key></Object><Object><Key>y</Key><VersionId>1</VersionId></Object></Delete>"
BUCKET, OBJECT = "arn:aws:s3:::b", "arn:aws:s3:::b/k/1"


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "expected"),
    [
        ("GET", "/", "", {}, [("ListAllMyBuckets", "*")]),
        ("GET", "/b", "list-type=2&prefix=k", {}, [("ListBucket", BUCKET)]),
        ("HEAD", "/b", "", {}, [("ListBucket", BUCKET)]),
        ("PUT", "/b", "", {}, [("CreateBucket", BUCKET)]),
        ("GET", "/b", "versions", {}, [("ListBucketVersions", BUCKET)]),
        ("PUT", "/b", "policy", {}, [("PutBucketPolicy", BUCKET)]),
        ("DELETE", "/b", "lifecycle", {}, [("PutLifecycleConfiguration", BUCKET)]),
        ("GET", "/b", "encryption", {}, [("GetEncryptionConfiguration", BUCKET)]),
        ("GET", "/b", "cors", {}, [("GetBucketCORS", BUCKET)]),
        ("HEAD", "/b/k/1", "", {}, [("GetObject", OBJECT)]),
        ("GET", "/b/k/1", "versionId=7", {}, [("GetObjectVersion", OBJECT)]),
        ("GET", "/b/k/1", "tagging", {}, [("GetObjectTagging", OBJECT)]),
        ("PUT", "/b/k/1", "", {}, [("PutObject", OBJECT)]),
        ("PUT", "/b/k/1", "", {"HTTP_X_AMZ_ACL": "private"}, [("PutObject", OBJECT), ("PutObjectAcl", OBJECT)]),
        ("PUT", "/b/k/1", "", {"HTTP_X_AMZ_TAGGING": "a=b"}, [("PutObject", OBJECT), ("PutObjectTagging", OBJECT)]),
        (
            "PUT",
            "/b/k/1",
            "",
            {"HTTP_X_AMZ_COPY_SOURCE": "/other/a%20b"},
            [("PutObject", OBJECT), ("GetObject", "arn:aws:s3:::other/a b")],
        ),
        ("POST", "/b/k/1", "uploads", {}, [("PutObject", OBJECT)]),
        ("PUT", "/b/k/1", "partNumber=1&uploadId=u", {}, [("PutObject", OBJECT)]),
        ("DELETE", "/b/k/1", "uploadId=u", {}, [("AbortMultipartUpload", OBJECT)]),
        ("GET", "/b/k/1", "uploadId=u", {}, [("ListMultipartUploadParts", OBJECT)]),
        ("DELETE", "/b/k/1", "", {}, [("DeleteObject", OBJECT)]),
        (
            "POST",
            "/b",
            "delete",
            {"body": DELETE},
            [("DeleteObject", f"{BUCKET}/x"), ("DeleteObjectVersion", f"{BUCKET}/y")],
        ),
    ],
)
def test_s3(method: str, path: str, query: str, headers: dict[str, Any], expected: Needs) -> None:
    assert needs(environ("s3", method, path, query, **headers)) == [(f"s3:{name}", arn) for name, arn in expected]


def stated(text: str) -> tuple[str, str]:
    """`sqs:SendMessage q`: an action, and a resource of its service, here."""
    action, _, resource = text.partition(" ")
    return action, resource if resource.startswith(("arn:", "*")) else here(action.partition(":")[0], resource)


ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SECRET, MACHINE = here("secretsmanager", "secret:s-AbCdEf"), here("states", "stateMachine:m")
TARGET = {"Arn": here("sqs", "q"), "RoleArn": ROLE}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "expected"),
    [
        ("POST", "/2015-03-31/functions/f/invocations", "", {}, ["lambda:InvokeFunction function:f"]),
        (
            "POST",
            "/2015-03-31/functions/f/invocations",
            "Qualifier=live",
            {},
            ["lambda:InvokeFunction function:f:live"],
        ),
        ("POST", "/2015-03-31/functions/f%3A3/invocations", "", {}, ["lambda:InvokeFunction function:f:3"]),
        ("GET", "/2015-03-31/functions/f/configuration", "", {}, ["lambda:GetFunctionConfiguration function:f"]),
        ("GET", "/2015-03-31/functions/", "", {}, ["lambda:ListFunctions *"]),
        (
            "POST",
            "/2015-03-31/functions",
            "",
            {"FunctionName": "f", "Role": ROLE, "Code": {}},
            ["lambda:CreateFunction function:f", f"iam:PassRole {ROLE}"],
        ),
        (
            "DELETE",
            "/2015-03-31/event-source-mappings/u-1",
            "",
            {},
            ["lambda:DeleteEventSourceMapping event-source-mapping:u-1"],
        ),
    ],
)
def test_lambda(method: str, path: str, query: str, body: dict[str, Any], expected: list[str]) -> None:
    assert needs(environ("lambda", method, path, query, body=json.dumps(body).encode())) == list(map(stated, expected))


@pytest.mark.parametrize(
    ("signed", "operation", "parameters", "expected"),
    [
        ("sqs", "SendMessageBatch", {"QueueUrl": f"http://h/queue/{REGION}/{ACCOUNT}/q"}, ["sqs:SendMessage q"]),
        ("sqs", "DeleteMessageBatch", {"QueueUrl": f"http://h/{ACCOUNT}/q.fifo"}, ["sqs:DeleteMessage q.fifo"]),
        ("sqs", "GetQueueUrl", {"QueueName": "q"}, ["sqs:GetQueueUrl q"]),
        ("sqs", "ListQueues", {}, ["sqs:ListQueues *"]),
        ("kinesis", "PutRecords", {"StreamName": "s"}, ["kinesis:PutRecords stream/s"]),
        ("kinesis", "GetRecords", {"ShardIterator": "czpzaGFyZDow"}, ["kinesis:GetRecords stream/s"]),
        (
            "events",
            "PutEvents",
            {"Entries": [{"EventBusName": "b"}, {}]},
            ["events:PutEvents event-bus/b", "events:PutEvents event-bus/default"],
        ),
        ("events", "PutRule", {"Name": "r", "EventBusName": "b"}, ["events:PutRule rule/b/r"]),
        (
            "events",
            "PutTargets",
            {"Rule": "r", "Targets": [TARGET]},
            ["events:PutTargets rule/r", f"iam:PassRole {ROLE}"],
        ),
        (
            "ssm",
            "GetParameters",
            {"Names": ["/a/b", "c:3"]},
            ["ssm:GetParameters parameter/a/b", "ssm:GetParameters parameter/c"],
        ),
        ("ssm", "GetParametersByPath", {"Path": "/a"}, ["ssm:GetParametersByPath parameter/a"]),
        ("ssm", "DescribeParameters", {}, ["ssm:DescribeParameters *"]),
        ("secretsmanager", "GetSecretValue", {"SecretId": SECRET}, ["secretsmanager:GetSecretValue secret:s-AbCdEf"]),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "g", "logStreamName": "s"},
            ["logs:PutLogEvents log-group:g:log-stream:s"],
        ),
        ("logs", "CreateLogGroup", {"logGroupName": "g"}, ["logs:CreateLogGroup log-group:g"]),
        ("states", "StartExecution", {"stateMachineArn": MACHINE}, ["states:StartExecution stateMachine:m"]),
        (
            "states",
            "CreateStateMachine",
            {"name": "m", "roleArn": ROLE},
            ["states:CreateStateMachine stateMachine:m", f"iam:PassRole {ROLE}"],
        ),
        (
            "glue",
            "GetTable",
            {"DatabaseName": "d", "Name": "t"},
            ["glue:GetTable catalog", "glue:GetTable database/d", "glue:GetTable table/d/t"],
        ),
        ("firehose", "PutRecordBatch", {"DeliveryStreamName": "d"}, ["firehose:PutRecordBatch deliverystream/d"]),
        ("cognito-idp", "AdminGetUser", {"UserPoolId": "p"}, ["cognito-idp:AdminGetUser userpool/p"]),
    ],
)
def test_json_services(signed: str, operation: str, parameters: dict[str, Any], expected: list[str]) -> None:
    assert json_call(signed, operation, **parameters) == list(map(stated, expected))


@pytest.mark.parametrize(
    ("signed", "action", "parameters", "expected"),
    [
        ("sns", "PublishBatch", {"TopicArn": here("sns", "t")}, ["sns:Publish t"]),
        ("sns", "Unsubscribe", {"SubscriptionArn": here("sns", "t:1-2")}, ["sns:Unsubscribe t"]),
        ("sns", "CreateTopic", {"Name": "t"}, ["sns:CreateTopic t"]),
        ("monitoring", "PutMetricData", {"Namespace": "n"}, ["cloudwatch:PutMetricData *"]),
        ("monitoring", "PutMetricAlarm", {"AlarmName": "a"}, ["cloudwatch:PutMetricAlarm alarm:a"]),
        ("sts", "AssumeRole", {"RoleArn": ROLE}, [f"sts:AssumeRole {ROLE}"]),
        ("iam", "CreateUser", {"UserName": "u", "Path": "/p/"}, [f"iam:CreateUser arn:aws:iam::{ACCOUNT}:user/p/u"]),
        ("cloudformation", "DescribeStacks", {"StackName": "s"}, ["cloudformation:DescribeStacks stack/s/*"]),
        ("ec2", "DescribeVpcs", {}, ["ec2:DescribeVpcs *"]),
    ],
)
def test_query_services(signed: str, action: str, parameters: dict[str, str], expected: list[str]) -> None:
    assert form_call(signed, action, **parameters) == list(map(stated, expected))


def test_rest_services_are_read_by_their_published_model() -> None:
    schedule = environ("scheduler", "DELETE", "/schedules/s", "groupName=g")
    assert needs(schedule) == [("scheduler:DeleteSchedule", here("scheduler", "schedule/g/s"))]
    api = environ("apigateway", "GET", "/restapis/a1/resources")
    assert needs(api) == [("apigateway:GET", f"arn:aws:apigateway:{REGION}::/restapis/a1/resources")]


def test_keys_are_told_by_alias_and_by_ciphertext() -> None:
    assert json_call("kms", "Encrypt", KeyId="1-2-3") == [("kms:Encrypt", here("kms", "key/1-2-3"))]
    created = json_call("kms", "CreateAlias", AliasName="alias/a", TargetKeyId="1-2-3")
    assert created == [("kms:CreateAlias", here("kms", each)) for each in ("alias/a", "key/1-2-3")]
    assert json_call("kms", "ListKeys") == [("kms:ListKeys", "*")]
