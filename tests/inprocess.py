"""The shop in this process: tables, queues and variables come from the templates, AWS is moto, time stands still."""

import base64
import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from samtranslator.yaml_helper import yaml_parse

from shoplib.core import clock, config, ids, telemetry
from shoplib.localaws.event_sources import filters
from shoplib.provision import pattern_names
from shoplib.services.accounts import domain as accounts
from tests import moto_contents

PATTERNS = Path(__file__).parent.parent / "shoplib" / "patterns"
REGION, ACCOUNT = "us-east-1", "123456789012"
PROVIDER_KEY = "key-of-the-merchant"
SENDER = "shop@example.com"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@cache
def client(service: str) -> Any:
    """A boto3 client; one for all tests, for making one takes longer than most tests."""
    return boto3.client(service, REGION)


@cache
def tables() -> Any:
    """The resource that reads tables, made once for the same reason."""
    return boto3.resource("dynamodb", REGION)


@dataclass
class Context:
    """What handlers use of a Lambda context."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:123456789012:function:function"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


@dataclass
class Answer:
    """An HTTP answer of a handler."""

    status: int
    body: Any
    headers: dict[str, Any]


class _Gone(Exception):
    """As botocore's GoneException of a connection."""


@dataclass
class Sockets:
    """The open connections of WebSocket APIs: what was sent to each."""

    frames: dict[str, list[Any]] = field(default_factory=dict)

    class exceptions:
        GoneException = _Gone

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:
        if ConnectionId not in self.frames:
            raise _Gone
        self.frames[ConnectionId].append(json.loads(Data))


class Unauthorized(Exception):
    """The authorizer lets nobody in with that."""


@dataclass
class World:
    """The whole shop. `now` is the handlers' clock; set it to travel in time."""

    now: datetime = NOON
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    counter: int = 0
    relayed: dict[str, int] = field(default_factory=dict)
    sockets: Sockets = field(default_factory=Sockets)

    def invoke(self, function: str, event: Any) -> Any:
        """Runs the function of that logical id, with JSON in and out as Lambda does."""
        module, _, name = self.functions[function]["Handler"].rpartition(".")
        answer = getattr(importlib.import_module(module), name)(json.loads(json.dumps(event)), Context())
        return json.loads(json.dumps(answer))

    def rest(
        self,
        function: str,
        method: str,
        path: str,
        body: Any = None,
        user: str | None = None,
        role: str | None = None,
        **headers: str,
    ) -> Answer:
        """A request as a REST API passes it on; `user` is whom the authorizer let in, `role` what else it said."""
        url = urlsplit(path)
        event = {
            "resource": url.path,
            "path": url.path,
            "httpMethod": method,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "multiValueHeaders": {name.replace("_", "-"): [value] for name, value in headers.items()},
            "queryStringParameters": dict(parse_qsl(url.query)) or None,
            "multiValueQueryStringParameters": None,
            "requestContext": {
                "requestId": "request-1",
                "stage": "live",
                "path": f"/live{url.path}",
                "authorizer": {
                    **({"user_id": user, "principalId": user} if user else {}),
                    **({"role": role} if role else {}),
                },
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
        }
        return _answer(self.invoke(function, event))

    def http(self, function: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request as an HTTP API passes it on."""
        url = urlsplit(path)
        event = {
            "version": "2.0",
            "rawPath": url.path,
            "rawQueryString": url.query,
            "queryStringParameters": dict(parse_qsl(url.query)),
            "headers": {name.replace("_", "-").lower(): value for name, value in headers.items()},
            "requestContext": {
                "requestId": "request-1",
                "stage": "$default",
                "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
                "http": {"method": method, "path": url.path},
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
        }
        return _answer(self.invoke(function, event))

    def connect(self, connection: str = "one", function: str = "SocketFunction") -> Any:
        """Opens a WebSocket."""
        answer = self._socket(function, connection, "CONNECT")
        if answer["statusCode"] == 200:
            self.sockets.frames[connection] = []
        return answer

    def disconnect(self, connection: str = "one", function: str = "SocketFunction") -> None:
        """Closes a WebSocket in order."""
        self.sockets.frames.pop(connection, None)
        self._socket(function, connection, "DISCONNECT")

    def frame(self, connection: str = "one", function: str = "SocketFunction", **content: Any) -> Any:
        """Sends a frame of JSON; what it is answered."""
        return self.frame_text(json.dumps(content), connection, function)

    def frame_text(self, text: str, connection: str = "one", function: str = "SocketFunction") -> Any:
        """Sends a frame of text; what it is answered."""
        return json.loads(self._socket(function, connection, "MESSAGE", body=text)["body"])

    def _socket(self, function: str, connection: str, kind: str, **more: Any) -> Any:
        about = {"eventType": kind, "connectionId": connection, "requestId": "request-1", "stage": "live"}
        return self.invoke(function, {"requestContext": {**about, "identity": {"sourceIp": "192.0.2.1"}}, **more})

    def drain(self, function: str = "OrdersFunction", queue: str = "OrdersQueue", copies: int = 1) -> list[Any]:
        """Delivers all visible messages of a queue, each `copies` times; deletes what did not fail."""
        sqs, url, answers = client("sqs"), self.names[queue], []
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        ).get("Messages"):
            event = {"Records": [_sqs_record(message) for message in messages]}
            for _ in range(copies):
                answers.append(self.invoke(function, event))
            failed = {failure["itemIdentifier"] for failure in answers[-1]["batchItemFailures"]}
            for message in messages:
                if message["MessageId"] not in failed:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return answers

    def user_of(self, headers: dict[str, str]) -> str | None:
        """Whom the authorizer of routes that are open to guests, too, lets in. Raises Unauthorized."""
        event = {"type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-1:1:api/live/GET/x", "headers": headers}
        try:
            user = self.invoke("AuthorizerFunction", event)["context"].get("user_id")
        except Exception as error:
            if str(error) == "Unauthorized":  # the message that API Gateway makes a 401 of
                raise Unauthorized from None
            raise
        return str(user) if user else None

    def relay(self) -> None:
        """Brings what changed in tables to the functions behind their streams."""
        for name, function in self.functions.items():
            for source in function.get("Events", {}).values():
                if source["Type"] == "DynamoDB":
                    stream = source["Properties"]["Stream"]
                    table = stream["Fn::GetAtt"][0] if "Fn::GetAtt" in stream else self.names[stream["Ref"]]
                    self._relay(name, table, source["Properties"].get("FilterCriteria"))

    def _relay(self, function: str, table: str, criteria: dict[str, Any] | None) -> None:
        records = _changes(self.names[table])[self.relayed.get(function, 0) :]
        if passing := _passing(criteria, records):
            with _another_process():
                self.invoke(function, {"Records": passing})
        self.relayed[function] = self.relayed.get(function, 0) + len(records)

    def events(self) -> list[dict[str, Any]]:
        """All events that were put on the stream, in order."""
        self.relay()
        kinesis = client("kinesis")
        stream = self.names["EventStream"]
        told = []
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            told += [json.loads(record["Data"]) for record in kinesis.get_records(ShardIterator=iterator)["Records"]]
        return sorted(told, key=lambda event: (event["event_time"], event["event_id"]))

    def mailbox(self, address: str) -> list[Any]:
        """The mails that an address got, in order, when all that changed was looked at."""
        self.relay()
        sent = ses_backends[ACCOUNT][REGION].sent_messages
        return [mail for mail in sent if address in mail.destinations["ToAddresses"]]

    def messages(self, topic: str) -> list[dict[str, Any]]:
        """All messages that were published on a topic, in order."""
        self.relay()
        sent = sns_backends[ACCOUNT][REGION].topics[self.names[topic]].sent_notifications
        return [json.loads(message) for _, message, *_ in sent]

    def table(self, logical_id: str) -> list[dict[str, Any]]:
        """All items of a table."""
        return tables().Table(self.names[logical_id]).scan()["Items"]

    def forget_streams(self) -> None:
        """What nobody will relay any more: moto copies a table with its stream in each transaction."""
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            if table.stream_shard is not None:
                table.stream_shard.items.clear()

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def build(monkeypatch: Any) -> World:
    """Creates what the templates declare inside the running mock and wires the services to each other."""
    world = World()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_LOG_DEDUPLICATION_DISABLED", "true")
    if _made:
        moto_contents.put_back(_made["contents"], ACCOUNT, REGION)
    names = _made.get("names", {})
    for pattern in pattern_names():
        _create(world, _template(pattern), names, monkeypatch)
    if not _made:
        _made.update(names=names, contents=moto_contents.kept(ACCOUNT, REGION))
    config.load.cache_clear()
    _forget_circuits()
    _stand_still(world, monkeypatch)
    _connect(world, monkeypatch)
    return world


@cache
def _template(pattern: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml_parse((PATTERNS / pattern / "template.yaml").read_text(encoding="utf-8"))
    return template


# What the first world has made: the names of resources, and moto's contents, from which each later world begins.
_made: dict[str, Any] = {}


def _create(world: World, template: dict[str, Any], made: dict[str, str], monkeypatch: Any) -> None:
    world.names.update(SenderAddress=SENDER, PasswordHashPasses="1", PasswordsAtOnce="2", HoldDays="30")
    world.names.update(EventStreamName=world.names.get("EventStream", ""))
    world.names.update(LakeBucketName=world.names.get("LakeBucket", ""))
    world.names.setdefault("ShopApiUrl", "http://shop.example/live")
    world.names.setdefault("CheckoutApiUrl", "http://checkout.example")
    world.names.setdefault("ProductPagesAddress", "https://shop.example/share/")
    world.names.setdefault("PaymentsFunctionName", "PaymentsFunction")
    world.names.setdefault("PricesFunctionName", "PricesFunction")
    # Carts cost what is in them; whoever wants more sets the variables.
    world.names.update(QuoteFunctionName="", PromotionUsesFunctionName="")
    for name, parameter in template["Parameters"].items():
        world.names.setdefault(name, str(parameter["Default"]))
    for logical_id, resource in template["Resources"].items():
        if logical_id not in made:
            create = _CREATE.get(resource["Type"], _nothing)
            made[logical_id] = create(logical_id, resource["Properties"])
        world.names[logical_id] = made[logical_id]
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            world.functions[logical_id] = resource["Properties"]
            for name, value in resource["Properties"]["Environment"]["Variables"].items():
                monkeypatch.setenv(name, _text(world, value) if isinstance(value, dict) else str(value))
    outputs = {name: output["Value"] for name, output in template["Outputs"].items()}
    world.names.update({name: world.names[value["Ref"]] for name, value in outputs.items() if "Ref" in value})
    streams = {name: value["Fn::GetAtt"] for name, value in outputs.items() if name.endswith("StreamArn")}
    world.names.update({name: table for name, (table, _) in streams.items()})


def _text(world: World, value: dict[str, str]) -> str:
    """Of a Ref, or of the Sub that is an API's address."""
    return world.names[value["Ref"]] if "Ref" in value else "https://api.example"


def _nothing(name: str, _properties: dict[str, Any]) -> str:
    return name


def _create_table(name: str, properties: dict[str, Any]) -> str:
    supported = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes", "StreamSpecification")
    definition = {key: properties[key] for key in supported if key in properties}
    if stream := definition.get("StreamSpecification"):
        definition["StreamSpecification"] = {"StreamEnabled": True, **stream}
    client("dynamodb").create_table(TableName=name, **definition)
    return name


def _create_queue(name: str, _properties: dict[str, Any]) -> str:
    return client("sqs").create_queue(QueueName=name)["QueueUrl"]


def _create_secret(name: str, _properties: dict[str, Any]) -> str:
    return client("secretsmanager").create_secret(Name=name, SecretString=PROVIDER_KEY)["ARN"]


def _create_topic(name: str, _properties: dict[str, Any]) -> str:
    return client("sns").create_topic(Name=name)["TopicArn"]


def _create_stream(name: str, _properties: dict[str, Any]) -> str:
    client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name


def _create_sender(_name: str, _properties: dict[str, Any]) -> str:
    client("sesv2").create_email_identity(EmailIdentity=SENDER)
    return SENDER


def _create_bucket(name: str, _properties: dict[str, Any]) -> str:
    bucket = {"LakeBucket": "lake"}.get(name, name.lower())
    client("s3").create_bucket(Bucket=bucket)
    return bucket


_CREATE = {
    "AWS::DynamoDB::Table": _create_table,
    "AWS::SQS::Queue": _create_queue,
    "AWS::SecretsManager::Secret": _create_secret,
    "AWS::SNS::Topic": _create_topic,
    "AWS::Kinesis::Stream": _create_stream,
    "AWS::S3::Bucket": _create_bucket,
    "AWS::SES::EmailIdentity": _create_sender,
}


def _stand_still(world: World, monkeypatch: Any) -> None:
    def next_number() -> int:
        world.counter += 1
        return world.counter

    monkeypatch.setattr(clock, "now", lambda: world.now)
    monkeypatch.setattr(ids, "new_id", lambda: f"00000000-0000-4000-8000-{next_number():012}")
    monkeypatch.setattr(ids, "new_secret", lambda: f"secret-number-{next_number():06}")
    # A password is hashed at a thousandth of its cost; what it costs is tested with the domain.
    monkeypatch.setattr(accounts, "_N", 2**4)


def _forget_circuits() -> None:
    """What an environment remembers of circuits and keys: each world has its own, and its own time."""
    from shoplib.services.checkout import store as checkout
    from shoplib.services.payments import charging
    from shoplib.services.payments import store as payments
    from shoplib.services.provider import store as provider
    from shoplib.services.search import store as search

    search.reader.cache_clear()
    search.writer.cache_clear()
    payments.provider_key.cache_clear()
    provider.key.cache_clear()
    charging.breaker.cache_clear()
    checkout.breaker.cache_clear()


def _connect(world: World, monkeypatch: Any) -> None:
    from shoplib.services.cart import store as cart
    from shoplib.services.checkout import store as checkout
    from shoplib.services.content import store as content
    from shoplib.services.delivery import store as delivery
    from shoplib.services.inventory import store as inventory
    from shoplib.services.orders import store as orders
    from shoplib.services.payments import store as payments
    from shoplib.services.pricing import store as pricing
    from shoplib.services.recommendations import store as recommendations
    from shoplib.services.reviews import store as reviews
    from shoplib.services.search import store as search
    from shoplib.services.support import store as support
    from shoplib.services.wishlist import store as wishlist

    class Functions:
        def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
            with _another_process():
                answer = world.invoke(FunctionName, json.loads(Payload))
            return {"StatusCode": 200, "Payload": _Stream(json.dumps(answer).encode())}

    class ShopApi:
        def request(self, method: str, url: str, headers: dict[str, str]) -> Any:
            path = urlsplit(url).path.removeprefix("/live")
            with _another_process():
                try:
                    user = world.user_of(headers)
                except Unauthorized:
                    return _Http(401, b"{}")
                function = "AccountsFunction" if path == "/profile" else "CartFunction"
                answer = world.rest(function, method, path, user=user, **headers)
            return _Http(answer.status, json.dumps(answer.body).encode())

    class CheckoutApi:
        def request(self, method: str, url: str, headers: dict[str, str]) -> Any:
            with _another_process():
                answer = world.http("OrderStatusFunction", method, urlsplit(url).path, **headers)
            return _Http(answer.status, json.dumps(answer.body).encode())

    class ProviderApi:
        def request(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Any:
            text = body.decode() if body else None
            with _another_process():
                answer = world.http("ProviderFunction", method, urlsplit(url).path, text, **headers)
            return _Http(answer.status, json.dumps(answer.body).encode())

    monkeypatch.setattr(cart, "functions", Functions)
    monkeypatch.setattr(checkout, "functions", Functions)
    monkeypatch.setattr(delivery, "functions", Functions)
    monkeypatch.setattr(inventory, "functions", Functions)
    monkeypatch.setattr(orders, "functions", Functions)
    monkeypatch.setattr(orders, "http", ShopApi)
    monkeypatch.setattr(payments, "http", ProviderApi)
    monkeypatch.setattr(pricing, "functions", Functions)
    monkeypatch.setattr(pricing, "http", ShopApi)
    monkeypatch.setattr(recommendations, "functions", Functions)
    monkeypatch.setattr(reviews, "functions", Functions)
    monkeypatch.setattr(wishlist, "functions", Functions)
    monkeypatch.setattr(search, "functions", Functions)
    monkeypatch.setattr(checkout, "http", ShopApi)
    monkeypatch.setattr(content, "functions", Functions)
    monkeypatch.setattr(support, "functions", Functions)
    monkeypatch.setattr(support, "http", CheckoutApi)
    monkeypatch.setattr(support, "sockets", lambda: world.sockets)


def _changes(table: str) -> list[dict[str, Any]]:
    """All records of a table's stream, in Lambda's form; moto's own API for streams has no door in this process."""
    shard = dynamodb_backends[ACCOUNT][REGION].tables[table].stream_shard
    assert shard is not None, f"{table} has no stream"
    return json.loads(json.dumps([item.to_json() for item in shard.items], default=str))  # type: ignore[no-any-return]


def _passing(criteria: dict[str, Any] | None, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those records that an event source's filters let through."""
    patterns = filters.parse(criteria)
    return [each for each in records if filters.accepts(each, patterns, "dynamodb")]


@contextmanager
def _another_process() -> Iterator[None]:
    """On AWS each function has its own process; here the caller gets its request and correlation id back."""
    correlation_id = telemetry.logger().get_correlation_id()
    # None before the first request: Powertools makes these attributes of the class then.
    request = (getattr(BaseRouter, "current_event", None), getattr(BaseRouter, "lambda_context", None))
    yield
    BaseRouter.current_event, BaseRouter.lambda_context = request
    telemetry.logger().set_correlation_id(correlation_id)


@dataclass
class _Stream:
    content: bytes

    def read(self) -> bytes:
        return self.content


@dataclass
class _Http:
    status: int
    data: bytes

    def json(self) -> Any:
        return json.loads(self.data)


def _answer(answer: dict[str, Any]) -> Answer:
    headers = answer.get("multiValueHeaders") or answer.get("headers") or {}
    kind = next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "json")
    body = answer["body"] or None
    return Answer(answer["statusCode"], json.loads(body) if body and "json" in kind else body, headers)


def _sqs_record(message: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:OrdersQueue",
        "awsRegion": REGION,
    }


def kinesis_event(
    *events: Any, shard: str = "shardId-000000000000", first: int = 1, arrival: datetime = NOON
) -> dict[str, Any]:
    """A batch as Lambda gets it from a stream; bytes stay as they are, anything else becomes JSON."""
    data = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "key",
                    "sequenceNumber": f"{number:056}",
                    "data": base64.b64encode(content).decode(),
                    "approximateArrivalTimestamp": arrival.timestamp(),
                },
                "eventSource": "aws:kinesis",
                "eventID": f"{shard}:{number:056}",
                "eventSourceARN": f"arn:aws:kinesis:{REGION}:123456789012:stream/EventStream",
                "awsRegion": REGION,
            }
            for number, content in enumerate(data, first)
        ]
    }
