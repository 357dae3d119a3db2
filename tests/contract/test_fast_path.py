"""The fast path answers what moto itself answers: the same calls take both ways, in two regions, and are compared."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from shoplib.localaws.fast_path import JsonEndpoint

MOTO, HOT = "eu-west-1", "us-east-1"
# What each run draws anew: ids, receipts, tokens and times.
DRAWN = {"MessageId", "ReceiptHandle", "SequenceNumber", "ShardIterator", "NextShardIterator"}
DRAWN |= {"SentTimestamp", "ApproximateFirstReceiveTimestamp", "ApproximateArrivalTimestamp", "MillisBehindLatest"}
DRAWN |= {
    "RequestId",
    "CreationDateTime",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "x-amzn-requestid",
    "date",
    "x-amz-crc32",
    "content-length",
}
COMPARED_HEADERS = {"content-type", "x-amzn-errortype", "x-amzn-query-error"}
Handler = Callable[..., AWSResponse]


class Raw(io.BytesIO):
    """A response body as urllib3 hands it on."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def over(application: Callable[..., Any]) -> Handler:
    """Sends a client's requests to a WSGI application instead of a socket."""

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        answered: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            answered.update(status=int(status.split()[0]), headers={name.lower(): value for name, value in headers})

        body = b"".join(application(environ(request), start_response))
        return AWSResponse(request.url, answered["status"], answered["headers"], Raw(body))

    return send


def environ(request: AWSPreparedRequest) -> dict[str, Any]:
    body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    return {
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in texts.items()},
        "REQUEST_METHOD": request.method,
        "PATH_INFO": "/",
        "CONTENT_TYPE": texts["Content-Type"],
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "aws.test",
        "SERVER_NAME": "aws.test",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }


@pytest.fixture
def client() -> Iterator[Callable[[str, str], Any]]:
    moto, door = DomainDispatcherApplication(create_backend_app), JsonEndpoint()
    BackendDict.reset()

    def hot_or_moto(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return (door if door.matches(environ) else moto)(environ, start_response)

    def make(service: str, region: str) -> Any:
        made = boto3.client(service, region, aws_access_key_id="a", aws_secret_access_key="b")
        made.meta.events.register("before-send", over(hot_or_moto if region == HOT else moto))
        return made

    yield make
    BackendDict.reset()


def plain(value: Any) -> Any:
    """Without what each run draws anew, and without the region."""
    if isinstance(value, dict):
        return {key: _plain_member(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.replace(MOTO, HOT) if isinstance(value, str) else value


def _plain_member(key: str, value: Any) -> Any:
    if key == "HTTPHeaders":
        return {name: text for name, text in value.items() if name in COMPARED_HEADERS}
    return "drawn" if key in DRAWN else plain(value)


def answers(client: Any, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    seen = []
    for operation, arguments in calls:
        try:
            seen.append(plain(getattr(client, operation)(**arguments)))
        except ClientError as error:
            seen.append(plain(error.response))
    return seen


QUEUE = {"QueueUrl": "http://aws.test/123456789012/orders"}
BINARY = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
SQS = [
    ("create_queue", {"QueueName": "orders"}),
    ("send_message", {**QUEUE, "MessageBody": "é", "MessageAttributes": {"b": BINARY}}),
    ("send_message_batch", {**QUEUE, "Entries": [{"Id": "1", "MessageBody": "x"}, {"Id": "2", "MessageBody": "y"}]}),
    ("send_message_batch", {**QUEUE, "Entries": [{"Id": "1", "MessageBody": "x"}, {"Id": "1", "MessageBody": "y"}]}),
    (
        "receive_message",
        {**QUEUE, "MaxNumberOfMessages": 10, "AttributeNames": ["All"], "MessageAttributeNames": ["b"]},
    ),
    ("receive_message", QUEUE),
    ("receive_message", {**QUEUE, "MaxNumberOfMessages": 11}),
    ("get_queue_attributes", {**QUEUE, "AttributeNames": ["All"]}),
    ("delete_message", {**QUEUE, "ReceiptHandle": "nonsense"}),
    ("delete_message_batch", {**QUEUE, "Entries": [{"Id": "1", "ReceiptHandle": "nonsense"}]}),
    ("change_message_visibility", {**QUEUE, "ReceiptHandle": "nonsense", "VisibilityTimeout": 1}),
    ("send_message", {"QueueUrl": "http://aws.test/123456789012/missing", "MessageBody": "x"}),
]
TABLE = {"TableName": "carts"}
ONE: dict[str, Any] = {"id": {"S": "1"}}
ITEM = {**ONE, "n": {"N": "1.50"}, "b": {"B": b"\x00\xff"}, "l": {"L": [{"M": {"x": {"BS": [b"1"]}}}, {"NULL": True}]}}
ABSENT = {"ConditionExpression": "attribute_not_exists(id)"}
DYNAMODB = [
    (
        "create_table",
        {
            **TABLE,
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    ),
    ("put_item", {**TABLE, "Item": ITEM, "ReturnConsumedCapacity": "TOTAL"}),
    ("put_item", {**TABLE, "Item": ITEM, **ABSENT}),
    ("put_item", {**TABLE, "Item": ITEM, **ABSENT, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    ("get_item", {**TABLE, "Key": ONE}),
    ("get_item", {**TABLE, "Key": {"id": {"S": "2"}}}),
    ("get_item", {**TABLE, "Key": {"wrong": {"S": "2"}}}),
    ("get_item", {"TableName": "missing", "Key": ONE}),
    (
        "update_item",
        {
            **TABLE,
            "Key": ONE,
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    ("query", {**TABLE, "KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "1"}}}),
    ("scan", {**TABLE, "Limit": 1}),
    ("batch_get_item", {"RequestItems": {"carts": {"Keys": [ONE]}}}),
    ("batch_write_item", {"RequestItems": {"carts": [{"PutRequest": {"Item": {"id": {"S": "3"}}}}]}}),
    ("transact_write_items", {"TransactItems": [{"Put": {**TABLE, "Item": ITEM, **ABSENT}}]}),
    ("transact_get_items", {"TransactItems": [{"Get": {**TABLE, "Key": ONE}}]}),
    ("delete_item", {**TABLE, "Key": ONE, "ReturnValues": "ALL_OLD"}),
]
STREAM = {"StreamName": "clicks"}
RECORD = {"Data": b"\x00\xff", "PartitionKey": "p"}
KINESIS: list[tuple[str, dict[str, Any]]] = [
    ("create_stream", {**STREAM, "ShardCount": 1}),
    ("put_record", {**STREAM, **RECORD}),
    ("put_records", {**STREAM, "Records": [RECORD, {**RECORD, "ExplicitHashKey": "5"}]}),
    ("put_record", {"StreamName": "missing", **RECORD}),
    ("get_shard_iterator", {**STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}),
]


@pytest.mark.parametrize(("service", "calls"), [("sqs", SQS), ("dynamodb", DYNAMODB), ("kinesis", KINESIS)])
def test_hot_and_moto_answer_the_same(client: Callable[[str, str], Any], service: str, calls: list[Any]) -> None:
    assert answers(client(service, HOT), calls) == answers(client(service, MOTO), calls)


def test_records_come_back_as_they_were_put(client: Callable[[str, str], Any]) -> None:
    kinesis = client("kinesis", HOT)
    answers(kinesis, KINESIS[:2])
    iterator = kinesis.get_shard_iterator(**KINESIS[4][1])["ShardIterator"]
    assert [each["Data"] for each in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"\x00\xff"]


def test_a_body_that_is_no_json_is_refused(client: Callable[[str, str], Any]) -> None:
    sqs = client("sqs", HOT)
    sqs.meta.events.register("before-call", lambda params, **_: params.update(body=b"{"))
    with pytest.raises(ClientError, match="SerializationException"):
        sqs.send_message(**QUEUE, MessageBody="x")
