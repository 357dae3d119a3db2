"""Direct service integrations, mapped Lambda and HTTP integrations, on the real engine over real HTTP."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import pytest
import requests

from shoplib.localaws import Engine
from tests.cloud.roles import role

SERVICE = "arn:aws:apigateway:us-east-1:{}"
Client = Callable[..., Any]


class Api:
    """One REST API with a method per integration."""

    def __init__(self, engine: Engine, aws: Client) -> None:
        self.engine = engine
        self.client, self._role = aws("apigateway"), role(aws, "gateway")
        created = self.client.create_rest_api(name="direct")
        self.id, self._root = created["id"], created["rootResourceId"]

    def method(self, path: str, http_method: str, responses: list[dict[str, Any]], **integration: Any) -> None:
        resource = self.client.create_resource(restApiId=self.id, parentId=self._root, pathPart=path)["id"]
        where = {"restApiId": self.id, "resourceId": resource, "httpMethod": http_method}
        self.client.put_method(**where, authorizationType="NONE")
        self.client.put_integration(
            **where, **{"integrationHttpMethod": "POST", "credentials": self._role, **integration}
        )
        for response in responses:
            self.client.put_integration_response(**where, **response)
        self.client.create_deployment(restApiId=self.id, stageName="prod")

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        url = f"{self.engine.url}/_aws/execute-api/{self.id}/prod/{path}"
        return requests.request(method, url, timeout=30, **request)


@pytest.fixture
def api(engine: Engine, aws: Client) -> Api:
    return Api(engine, aws)


OK = [{"statusCode": "200"}]


def test_sqs_send_message(api: Api, aws: Client) -> None:
    sqs = aws("sqs")
    queue = sqs.create_queue(QueueName=f"direct-{uuid4().hex[:8]}")["QueueUrl"]
    template = {"statusCode": "202", "responseTemplates": {"application/json": """#set($r = $input.path('$'))
{"id": "$r.SendMessageResponse.SendMessageResult.MessageId"}"""}}  # fmt: skip
    api.method(
        "orders",
        "POST",
        [template],
        type="AWS",
        uri=SERVICE.format(f"sqs:path/123456789012/{queue.rpartition('/')[2]}"),
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        passthroughBehavior="NEVER",
    )
    answer = api.call("POST", "orders", json={"order": "a & b"})
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert (answer.status_code, answer.json()) == (202, {"id": message["MessageId"]})
    assert json.loads(message["Body"]) == {"order": "a & b"}
    other = api.call("POST", "orders", data="x", headers={"Content-Type": "text/plain"})
    assert (other.status_code, other.json()) == (415, {"message": "Unsupported Media Type"})


def test_sqs_is_called_by_an_action_with_its_parameters(api: Api, aws: Client) -> None:
    sqs = aws("sqs")
    queue = sqs.create_queue(QueueName=f"action-{uuid4().hex[:8]}")["QueueUrl"]
    api.method(
        "send",
        "POST",
        [{"statusCode": "200"}],
        type="AWS",
        uri=SERVICE.format("sqs:action/SendMessage"),
        requestParameters={
            "integration.request.querystring.QueueUrl": f"'{queue}'",
            "integration.request.querystring.MessageBody": "method.request.querystring.text",
            "integration.request.querystring.MessageAttribute.1.Name": "'colour'",
            "integration.request.querystring.MessageAttribute.1.Value.StringValue": "'red'",
            "integration.request.querystring.MessageAttribute.1.Value.DataType": "'String'",
        },
    )
    answer = api.call("POST", "send", params={"text": "a & b"})
    [message] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert answer.json()["SendMessageResponse"]["SendMessageResult"]["MessageId"] == message["MessageId"]
    assert message["Body"] == "a & b"
    assert message["MessageAttributes"]["colour"]["StringValue"] == "red"


def test_services_with_the_query_protocol_answer_all_members_in_json(api: Api, aws: Client) -> None:
    """One item of a list is a list, what is not there is null, and a list in a query needs no number."""
    queue = aws("sqs").create_queue(QueueName=f"read-{uuid4().hex[:8]}")["QueueUrl"]
    topic = aws("sns").create_topic(Name=f"read-{uuid4().hex[:8]}")["TopicArn"]
    asks(api, "receive", "sqs:action/ReceiveMessage", QueueUrl=queue, AttributeName="SentTimestamp")
    asks(api, "attributes", "sqs:action/GetQueueAttributes", QueueUrl=queue, AttributeName="DelaySeconds")
    asks(api, "nowhere", "sqs:action/GetQueueUrl", QueueName="nobody")
    asks(api, "tags", "sns:action/ListTagsForResource", ResourceArn=topic)
    assert result(api, "receive") == {"messages": None}
    sent = aws("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    [message] = result(api, "receive")["messages"]
    assert message.pop("ReceiptHandle")
    assert [each["Name"] for each in message.pop("Attributes")] == ["SentTimestamp"]
    assert message == {
        "Body": "hello",
        "MD5OfBody": sent["MD5OfMessageBody"],
        "MD5OfMessageAttributes": None,
        "MessageAttributes": None,
        "MessageId": sent["MessageId"],
    }
    assert result(api, "attributes") == {"Attributes": [{"Name": "DelaySeconds", "Value": "0"}]}
    error = api.call("GET", "nowhere").json()
    assert error["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert error["RequestId"]
    assert result(api, "tags") == {"Tags": []}
    aws("sns").tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "b"}])
    assert result(api, "tags") == {"Tags": [{"Key": "a", "Value": "b"}]}


def test_parameters_of_systems_manager_are_read_by_its_legacy_query_protocol(api: Api, aws: Client) -> None:
    name = f"direct-{uuid4().hex[:8]}"
    aws("ssm").put_parameter(Name=name, Value="123", Type="String")
    asks(api, "parameter", "ssm:action/GetParameter", Name=name, WithDecryption="true")
    asks(api, "parameters", "ssm:action/GetParameters", **{"Names.member.1": name, "Names.member.2": "nobody"})
    asks(api, "nowhere", "ssm:action/GetParameter", Name="nobody")
    found = result(api, "parameter")["Parameter"]
    assert found.pop("ARN").endswith(f":parameter/{name}")
    assert found.pop("LastModifiedDate") > 1_000_000_000
    assert found == {
        "DataType": "text",
        "Name": name,
        "Selector": None,
        "SourceResult": None,
        "Type": "String",
        "Value": "123",
        "Version": 1,
    }
    several = api.call("GET", "parameters").json()["GetParametersResponse"]["GetParametersResult"]
    assert ([each["Value"] for each in several["Parameters"]], several["InvalidParameters"]) == (["123"], ["nobody"])
    failed = api.call("GET", "nowhere").json()
    assert (failed["Error"]["Code"], failed["Error"]["Type"]) == ("ParameterNotFound", "Sender")


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("logs:action/CreateLogGroup", '{"logGroupName": "direct-made"}'),
        ("states:action/DeleteStateMachine", '{"stateMachineArn": "%s:nobody"}'),
        ("events:action/DeleteRule", '{"Name": "nobody"}'),
    ],
)
def test_an_output_without_members_is_an_empty_object(api: Api, action: str, text: str) -> None:
    template = text.replace("%s", "arn:aws:states:us-east-1:123456789012:stateMachine")
    api.method(
        "do", "POST", OK, type="AWS", uri=SERVICE.format(action), requestTemplates={"application/json": template}
    )
    answer = api.call("POST", "do", json={})
    assert (answer.status_code, answer.json()) == (200, {})


def asks(api: Api, path: str, action: str, **parameters: str) -> None:
    """A GET of the path calls the action with constant parameters."""
    mapped = {f"integration.request.querystring.{name}": f"'{value}'" for name, value in parameters.items()}
    api.method(path, "GET", [{"statusCode": "200"}], type="AWS", uri=SERVICE.format(action), requestParameters=mapped)


def result(api: Api, path: str) -> Any:
    [(_, answer)] = api.call("GET", path).json().items()
    assert answer.pop("ResponseMetadata")["RequestId"]
    [only] = answer.values()
    return only


def test_dynamodb_put_and_query(api: Api, aws: Client) -> None:
    table = f"direct-{uuid4().hex[:8]}"
    aws("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = """{"id": {"S": "$input.path('$.id')"}, "n": {"N": "$input.path('$.n')"}}"""
    put = f'{{"TableName": "{table}", "Item": {item}}}'
    failure = {"statusCode": "400", "selectionPattern": "4\\d\\d"}
    api.method(
        "put",
        "POST",
        [*OK, failure],
        type="AWS",
        uri=SERVICE.format("dynamodb:action/PutItem"),
        requestTemplates={"application/json": put},
    )
    get = f'{{"TableName": "{table}", "Key": {{"id": {{"S": "$input.params(\'id\')"}}}}}}'
    shape = """#set($item = $input.path('$.Item'))
#if($item == '')#set($context.responseOverride.status = 404){"missing": true}#else{"n": $item.n.N}#end"""
    api.method(
        "get",
        "GET",
        [{"statusCode": "200", "responseTemplates": {"application/json": shape}}],
        type="AWS",
        uri=SERVICE.format("dynamodb:action/GetItem"),
        requestTemplates={"application/json": get},
    )
    assert api.call("POST", "put", json={"id": "a", "n": 7}).status_code == 200
    found = api.call("GET", "get?id=a")
    assert (found.status_code, found.json()) == (200, {"n": 7})
    missing = api.call("GET", "get?id=b")
    assert (missing.status_code, missing.json()) == (404, {"missing": True})
    assert api.call("POST", "put", json={"id": "", "n": 1}).status_code == 400


def test_kinesis_put_record(api: Api, aws: Client) -> None:
    stream = f"direct-{uuid4().hex[:8]}"
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    data = """"Data": "$util.base64Encode($input.json('$.event'))", "PartitionKey": "$input.path('$.key')\""""
    template = f'{{"StreamName": "{stream}", {data}}}'
    api.method(
        "events",
        "POST",
        OK,
        type="AWS",
        uri=SERVICE.format("kinesis:action/PutRecord"),
        requestTemplates={"application/json": template},
    )
    assert api.call("POST", "events", json={"key": "k", "event": {"a": 1}}).json()["ShardId"]
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    assert [(record["Data"], record["PartitionKey"]) for record in records] == [(b'{"a":1}', "k")]


def test_sns_publish_with_query_parameters(api: Api, aws: Client) -> None:
    topic = aws("sns").create_topic(Name=f"direct-{uuid4().hex[:8]}")["TopicArn"]
    api.method(
        "publish",
        "POST",
        OK,
        type="AWS",
        uri=SERVICE.format("sns:action/Publish"),
        requestParameters={
            "integration.request.querystring.TopicArn": f"'{topic}'",
            "integration.request.querystring.Message": "method.request.body.text",
        },
    )
    answer = api.call("POST", "publish", json={"text": "hi"}).json()
    assert answer["PublishResponse"]["PublishResult"]["MessageId"]


def test_s3_object_by_path(api: Api, aws: Client) -> None:
    bucket = f"direct-{uuid4().hex[:8]}"
    s3 = aws("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a.txt", Body=b"text", ContentType="text/plain")
    kind = {"method.response.header.Content-Type": "integration.response.header.Content-Type"}
    api.method(
        "object",
        "GET",
        [{"statusCode": "200", "responseParameters": kind}, {"statusCode": "404", "selectionPattern": "404"}],
        type="AWS",
        integrationHttpMethod="GET",
        uri=SERVICE.format(f"s3:path/{bucket}/{{key}}"),
        requestParameters={"integration.request.path.key": "method.request.querystring.key"},
    )
    found = api.call("GET", "object?key=a.txt")
    assert (found.text, found.headers["content-type"]) == ("text", "text/plain")
    missing = api.call("GET", "object?key=nope")
    assert (missing.status_code, "<Code>NoSuchKey</Code>" in missing.text) == (404, True)


NOBODY = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
INVOCATIONS = SERVICE.format(f"lambda:path/2015-03-31/functions/{NOBODY}/invocations")
HANDLER = """
def handler(event, context):
    if event.get("fail"):
        raise Exception("NotFound: " + event["fail"])
    return {"doubled": event["n"] * 2}
"""


def test_lambda_with_mapping_templates(api: Api, aws: Client) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("index.py", HANDLER)
    name = f"mapped-{uuid4().hex[:8]}"
    arn = aws("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role(aws, name),
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    not_found = {
        "statusCode": "404",
        "selectionPattern": "NotFound: .*",
        "responseTemplates": {"application/json": '{"error": "$input.path(\'$.errorMessage\')"}'},
    }
    api.method(
        "double",
        "POST",
        [{"statusCode": "200", "responseTemplates": {"application/json": "$input.path('$.doubled')"}}, not_found],
        type="AWS",
        uri=SERVICE.format(f"lambda:path/2015-03-31/functions/{arn}/invocations"),
        requestTemplates={"application/json": '{"n": $input.json("$.n"), "fail": $input.json("$.fail")}'},
    )
    assert api.call("POST", "double", json={"n": 21}).text == "42"
    failed = api.call("POST", "double", json={"n": 1, "fail": "x"})
    assert (failed.status_code, failed.json()) == (404, {"error": "NotFound: x"})


class Endpoint(BaseHTTPRequestHandler):
    """An HTTP backend on this machine that tells what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {"path": self.path, "body": body.decode(), "x": self.headers.get("X-Added")}
        if self.path.startswith("/headers"):
            told = {"headers": {name.lower(): value for name, value in self.headers.items()}, "path": self.path}
        self.send_response(201)
        self.send_header("x-amzn-RequestId", "of the endpoint")
        self.send_header("X-Backend", "yes")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_http_proxy_to_this_machine_only(api: Api, endpoint: str) -> None:
    api.method(
        "proxy",
        "POST",
        [],
        type="HTTP_PROXY",
        uri=f"{endpoint}/backend",
        requestParameters={"integration.request.header.X-Added": "'static'"},
    )
    answer = api.call("POST", "proxy?a=1", data="raw")
    assert answer.json() == {"path": "/backend?a=1", "body": "raw", "x": "static"}
    assert (answer.status_code, answer.headers["x-backend"]) == (201, "yes")
    api.method("away", "POST", [], type="HTTP_PROXY", uri="https://example.com/")
    away = api.call("POST", "away", data="raw")
    assert (away.status_code, away.json()) == (500, {"message": "Internal server error"})


RESERVED = ("Authorization", "Content-Length", "Date", "Expect", "Host", "Server", "Trailer", "WWW-Authenticate")
PLAIN = ("Accept", "Age", "Content-Encoding", "Pragma", "Range", "TE", "Via", "Warn")


def test_http_endpoints_learn_who_asks_and_reserved_headers_are_remapped(api: Api, endpoint: str) -> None:
    mapped = {f"integration.request.header.{name}": "'x'" for name in ("Age", "Connection", "Expect", "TE", "Via")}
    answered = {f"method.response.header.{name}": "'x'" for name in (*RESERVED, *PLAIN, "Transfer-Encoding")}
    ok = [{"statusCode": "200", "responseParameters": answered}]
    api.method("mapped", "POST", ok, type="HTTP", uri=f"{endpoint}/headers", requestParameters=mapped)
    answer = api.call("POST", "mapped", data="{}", headers={"X-Mine": "1"}, stream=True)
    told = json.loads(answer.raw.read())["headers"]
    assert (told["accept"], told["user-agent"]) == ("application/json", f"AmazonAPIGateway_{api.id}")
    assert (told["x-amzn-apigateway-api-id"], told["age"]) == (api.id, "x")
    assert not {"accept-encoding", "x-mine", "connection", "expect", "te", "via"} & set(told) - {"connection"}
    got = {name for name, value in answer.headers.items() if value == "x"}
    assert got == {*(f"x-amzn-Remapped-{name}" for name in RESERVED), *PLAIN}
    assert answer.headers["X-Amzn-Trace-Id"].startswith("Root=1-")


def test_http_proxies_pass_on_the_client_and_remap_the_endpoint(api: Api, endpoint: str) -> None:
    api.method("proxied", "POST", [], type="HTTP_PROXY", uri=f"{endpoint}/headers")
    answer = api.call("POST", "proxied?a=1&a=2", data="{}", headers={"Accept": "text/x", "User-Agent": "me"})
    told = answer.json()["headers"]
    assert (told["accept"], told["user-agent"], told["accept-encoding"]) == ("text/x", "me", "gzip, deflate")
    assert answer.json()["path"] == "/headers?a=1&a=2"
    assert answer.headers["x-amzn-Remapped-x-amzn-RequestId"] == "of the endpoint"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("HTTP", "Content-Length"), ("HTTP_PROXY", "Transfer-Encoding"), ("AWS", "Authorization"), ("AWS_PROXY", "TE")],
)
def test_headers_that_nobody_may_map(api: Api, endpoint: str, kind: str, name: str) -> None:
    uri = f"{endpoint}/headers" if kind.startswith("HTTP") else INVOCATIONS
    mapped = {f"integration.request.header.{name}": "'x'"}
    api.method(kind.lower(), "POST", OK, type=kind, uri=uri, requestParameters=mapped)
    answer = api.call("POST", kind.lower(), data="{}")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})


def test_functions_are_invoked_by_post_alone(api: Api, aws: Client) -> None:
    api.method("get", "GET", [], type="AWS_PROXY", integrationHttpMethod="GET", uri=INVOCATIONS)
    answer = api.call("GET", "get")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})
    assert answer.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_http_api_first_class_integration(engine: Engine, aws: Client) -> None:
    sqs, client = aws("sqs"), aws("apigatewayv2")
    queue = sqs.create_queue(QueueName=f"direct-{uuid4().hex[:8]}")["QueueUrl"]
    api_id = client.create_api(Name="direct", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        CredentialsArn=role(aws, "gateway"),
        PayloadFormatVersion="1.0",
        RequestParameters={"QueueUrl": queue, "MessageBody": "$request.body.order"},
    )["IntegrationId"]
    client.create_route(ApiId=api_id, RouteKey="POST /orders", Target=f"integrations/{integration}")
    client.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    url = f"{engine.url}/_aws/execute-api/{api_id}/orders"
    assert requests.post(url, json={"order": {"id": 1}}, timeout=30).status_code == 200
    assert json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]) == {"id": 1}


@pytest.mark.parametrize("action", ["states:action/StartExecution", "events:action/PutEvents"])
def test_a_body_that_is_no_json_is_the_services_to_refuse(api: Api, action: str) -> None:
    responses = [{"statusCode": "200"}, {"statusCode": "400", "selectionPattern": "4\\d\\d"}]
    api.method("raw", "POST", responses, type="AWS", uri=SERVICE.format(action))
    answer = api.call("POST", "raw", data="no json", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")
