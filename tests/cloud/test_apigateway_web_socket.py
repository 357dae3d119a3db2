"""WebSocket APIs as their clients and their functions see them."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import websocket
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from shoplib import provision
from shoplib.lab import Lab
from shoplib.localaws import Engine
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, assumable

CODE = """
import json, boto3
def handler(event, context):
    print("SEEN " + json.dumps(event))
    about = event["requestContext"]
    if about["eventType"] == "CONNECT":
        wish = event.get("queryStringParameters") or {}
        if wish.get("fail"):
            raise ValueError("no")
        chosen = {"Sec-WebSocket-Protocol": "letters"} if wish.get("protocol") else {}
        return {"statusCode": int(wish.get("status", 200)), "headers": chosen}
    if about["routeKey"] == "fail":
        raise ValueError("no")
    if about["routeKey"] == "nothing":
        return None
    if about["routeKey"] == "post":
        address = f"https://{about['domainName']}/{about['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
        client.post_to_connection(ConnectionId=about["connectionId"], Data=b"from behind")
    return {"statusCode": 200, "body": "answer to " + event.get("body", "")}
"""
AUTHORIZER = """
import json
def handler(event, context):
    print("SEEN " + json.dumps(event))
    token = event["queryStringParameters"].get("token")
    if token == "nobody":
        raise Exception("Unauthorized")
    effect = "Allow" if token == "friend" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": token, "policyDocument": policy, "context": {"level": 3}}
"""


@dataclass(frozen=True)
class Socket:
    """A WebSocket API: its id, the stage `live`, and the function behind all of its routes."""

    id: str
    function: str
    engine: Engine
    room: Room

    def open(self, query: str = "", **options: Any) -> Any:
        address = self.engine.url.replace("http", "ws", 1)
        where = f"{address}/_aws/execute-api/{self.id}/live{query}"
        return websocket.create_connection(where, timeout=10, suppress_origin=True, **options)

    def refusal(self, query: str = "") -> tuple[int, Any]:
        """What a client gets that is not let in."""
        wish = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        where = f"{self.engine.url}/_aws/execute-api/{self.id}/live{query}"
        answer = requests.get(where, headers=wish | {"Sec-WebSocket-Key": "A" * 22 + "=="}, timeout=10)
        return answer.status_code, answer.json() if answer.content else None

    def management(self, aws: Callable[..., Any]) -> Any:
        return aws("apigatewaymanagementapi", endpoint_url=f"{self.engine.url}/_aws/execute-api/{self.id}/live")

    def events(self, kind: str, connection_id: str = "") -> list[Any]:
        seen = [event for event in self.room.seen(self.function) if event["requestContext"]["eventType"] == kind]
        return [e for e in seen if connection_id in ("", e["requestContext"]["connectionId"])]


class Maker:
    """Makes APIs of routes that all lead to one function."""

    def __init__(self, aws: Callable[..., Any], engine: Engine) -> None:
        self.aws, self.engine, self.room = aws, engine, Room(aws)
        self.api = aws("apigatewayv2")

    def create(self, code: str = CODE, **routes: dict[str, Any]) -> Socket:
        function = self.room.function(code, Timeout=10)
        arn = self.allow(function)
        api = self.api.create_api(
            Name=function, ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )
        target = self.integrate(api["ApiId"], IntegrationType="AWS_PROXY", IntegrationUri=arn)
        for key, route in routes.items():
            made = {"Target": target, **route}
            answers = made.pop("answers", False)
            if answers:
                made["RouteResponseSelectionExpression"] = "$default"
            created = self.api.create_route(ApiId=api["ApiId"], RouteKey=key.replace("_", "$", 1), **made)
            if answers:
                self.api.create_route_response(
                    ApiId=api["ApiId"], RouteId=created["RouteId"], RouteResponseKey="$default"
                )
        self.api.create_stage(ApiId=api["ApiId"], StageName="live", AutoDeploy=True, StageVariables={"colour": "red"})
        return Socket(api["ApiId"], function, self.engine, self.room)

    def allow(self, function: str) -> str:
        """The URI of an integration with the function, which any API may now call."""
        about = self.aws("lambda").get_function_configuration(FunctionName=function)
        self.aws("lambda").add_permission(
            FunctionName=function,
            StatementId=uuid.uuid4().hex,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{about['FunctionArn']}/invocations"

    def integrate(self, api: str, **properties: Any) -> str:
        made = self.api.create_integration(ApiId=api, **properties)
        return f"integrations/{made['IntegrationId']}"


@pytest.fixture(scope="module")
def maker(aws: Callable[..., Any], engine: Engine) -> Maker:
    return Maker(aws, engine)


@pytest.fixture(scope="module")
def socket(maker: Maker) -> Socket:
    plain: dict[str, Any] = {}
    routes = dict.fromkeys(("_connect", "_disconnect", "say", "fail", "nothing", "post"), plain)
    return maker.create(**routes, ask={"answers": True})


@pytest.fixture
def client(socket: Socket) -> Iterator[Any]:
    opened = socket.open()
    yield opened
    opened.close()
    opened.shutdown()  # `close` leaves the socket open when the other side has closed before


def test_an_api_says_where_it_is(socket: Socket, maker: Maker) -> None:
    api = maker.api.get_api(ApiId=socket.id)
    assert api["ProtocolType"] == "WEBSOCKET"
    assert api["ApiEndpoint"].startswith("ws://127.0.0.1:")
    with pytest.raises(ClientError, match="RouteSelectionExpression"):
        maker.api.create_api(Name="no expression", ProtocolType="WEBSOCKET")


def test_a_function_gets_the_three_kinds_of_events(socket: Socket) -> None:
    opened = socket.open("?name=ada&name=bob", header={"X-Colour": "blue"})
    opened.send('{"action": "say", "text": "ü"}')
    message = eventually(lambda: [e for e in socket.events("MESSAGE") if "ü" in e["body"]])[0]
    about = message["requestContext"]
    connect = socket.events("CONNECT", about["connectionId"])[0]
    opened.close(status=1000, reason=b"enough")
    disconnect = eventually(lambda: socket.events("DISCONNECT", about["connectionId"]))[0]

    assert connect["headers"]["X-Colour"] == "blue" and "Upgrade" not in connect["headers"]
    assert connect["multiValueHeaders"]["X-Colour"] == ["blue"]
    assert connect["queryStringParameters"] == {"name": "bob"}
    assert connect["multiValueQueryStringParameters"] == {"name": ["ada", "bob"]}
    assert (connect["isBase64Encoded"], "body" in connect) == (False, False)
    assert set(message) == {"requestContext", "body", "isBase64Encoded", "stageVariables"}
    assert message["stageVariables"] == {"colour": "red"}
    assert set(about) == {
        *("routeKey", "messageId", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage"),
        *("connectedAt", "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId"),
    }
    assert (about["routeKey"], about["stage"], about["apiId"]) == ("say", "live", socket.id)
    assert about["identity"] == {"sourceIp": "127.0.0.1"}
    assert about["domainName"] == f"{socket.id}.execute-api.us-east-1.amazonaws.com"
    assert abs(about["connectedAt"] / 1000 - time.time()) < 60
    end = disconnect["requestContext"]
    assert (end["routeKey"], end["disconnectStatusCode"], end["disconnectReason"]) == ("$disconnect", 1000, "enough")
    assert disconnect["headers"]["Host"] == about["domainName"]


def test_only_a_route_with_a_response_answers(client: Any) -> None:
    client.send(json.dumps({"action": "say"}))
    client.send(json.dumps({"action": "ask"}))
    assert client.recv() == 'answer to {"action": "ask"}'


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('{"action": "fail"}', "Internal server error"),
        ('{"action": "nothing"}', "Internal server error"),
        ('{"action": "unknown"}', "Forbidden"),
        ('{"action": "$connect"}', "Forbidden"),
        ("no JSON", "Forbidden"),
    ],
)
def test_what_goes_wrong_is_a_frame(client: Any, message: str, said: str) -> None:
    client.send(message)
    answer = json.loads(client.recv())
    assert (answer["message"], set(answer)) == (said, {"message", "connectionId", "requestId"})


def test_a_backend_reaches_the_connection_at_the_events_address(client: Any) -> None:
    client.send(json.dumps({"action": "post"}))
    assert client.recv() == "from behind"


def test_connections_are_managed(socket: Socket, aws: Callable[..., Any]) -> None:
    opened = socket.open(header={"User-Agent": "tests"})
    opened.send("?")
    id = json.loads(opened.recv())["connectionId"]
    management = socket.management(aws)
    management.post_to_connection(ConnectionId=id, Data="ä".encode() * 50_000)
    assert opened.recv() == "ä" * 50_000
    management.post_to_connection(ConnectionId=id, Data=b"\xff\x00")
    assert opened.recv() == b"\xff\x00"
    about = management.get_connection(ConnectionId=id)
    assert about["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "tests"}
    assert about["ConnectedAt"] <= about["LastActiveAt"]
    with pytest.raises(ClientError) as refused:
        management.post_to_connection(ConnectionId=id, Data=b"x" * (128 * 1024 + 1))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert management.delete_connection(ConnectionId=id)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert opened.recv_data()[0] == websocket.ABNF.OPCODE_CLOSE
    opened.shutdown()
    for call in (management.get_connection, management.delete_connection):
        with pytest.raises(management.exceptions.GoneException):
            call(ConnectionId=id)
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId=id, Data=b"x")
    eventually(lambda: socket.events("DISCONNECT", id))


def test_faults_reach_connections_and_their_management(socket: Socket, aws: Callable[..., Any]) -> None:
    lab = Lab(provision.local())
    management = socket.management(aws)
    with lab.fault("aws:fis:inject-api-throttle-error", "execute-api"):
        assert socket.refusal()[0] == 429
        with pytest.raises(management.exceptions.LimitExceededException):
            management.get_connection(ConnectionId="any=")
    with pytest.raises(management.exceptions.GoneException):
        management.get_connection(ConnectionId="any=")


def test_the_engines_address_alone_leads_to_a_connection(client: Any, aws: Callable[..., Any]) -> None:
    client.send("?")
    management = aws("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=json.loads(client.recv())["connectionId"], Data=b"hello")
    assert client.recv() == "hello"
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId="nobody=", Data=b"hello")


@pytest.mark.parametrize("where", ["/_aws/execute-api/{id}/live/@connections/x", "/@connections/x"])
def test_whoever_signs_nothing_manages_nothing(socket: Socket, where: str) -> None:
    answer = requests.post(socket.engine.url + where.format(id=socket.id), data=b"hello", timeout=10)
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_iam_decides_who_manages_connections_and_who_connects(
    client: Any, socket: Socket, maker: Maker, aws: Callable[..., Any]
) -> None:
    client.send("?")
    id = json.loads(client.recv())["connectionId"]
    signed = maker.create(_connect={"AuthorizationType": "AWS_IAM"})
    mine = f"arn:aws:execute-api:us-east-1:123456789012:{socket.id}/live/POST/@connections/*"
    statements = (
        allow("execute-api:ManageConnections", mine),
        allow("execute-api:Invoke", f"arn:aws:execute-api:us-east-1:123456789012:{signed.id}/*"),
    )
    friend, stranger = (
        _session(aws, f"sockets-{uuid.uuid4().hex[:6]}", *each) for each in (statements, [allow("s3:*")])
    )
    where = f"{socket.engine.url}/_aws/execute-api/{socket.id}/live"
    management = aws("apigatewaymanagementapi", endpoint_url=where, **friend)
    management.post_to_connection(ConnectionId=id, Data=b"hello")
    assert client.recv() == "hello"
    with pytest.raises(management.exceptions.ForbiddenException, match="not authorized to perform: execute-api:Manage"):
        management.get_connection(ConnectionId=id)
    strange = aws("apigatewaymanagementapi", endpoint_url=where, **stranger)
    with pytest.raises(management.exceptions.ForbiddenException):
        strange.post_to_connection(ConnectionId=id, Data=b"hello")
    signed.open(header=_signature(signed, friend)).close()
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        signed.open(header=_signature(signed, stranger))
    assert "execute-api:Invoke" in json.loads(refused.value.resp_body)["message"]


def _session(aws: Callable[..., Any], name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """The keys of a role's session, as a client takes them."""
    role = assumable(aws, name, *statements)
    keys = aws("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def _signature(socket: Socket, keys: dict[str, str]) -> list[str]:
    where = f"{socket.engine.url}/_aws/execute-api/{socket.id}/live"
    request = AWSRequest("GET", where)
    SigV4Auth(Credentials(*keys.values()), "execute-api", "us-east-1").add_auth(request)
    return [f"{name}: {value}" for name, value in request.headers.items()]


def test_connect_may_be_refused(socket: Socket) -> None:
    status, body = socket.refusal("?status=401")
    assert status == 401
    status, body = socket.refusal("?fail=1")
    assert (status, body["message"]) == (502, "Internal server error")
    where = f"{socket.engine.url}/_aws/execute-api/{socket.id}/live"
    assert requests.get(where, timeout=10).json() == {"message": "Forbidden"}
    assert requests.get(f"{where}x", timeout=10).status_code == 403


def test_connect_chooses_the_subprotocol(socket: Socket) -> None:
    opened = socket.open("?protocol=1", subprotocols=["letters", "words"])
    assert opened.subprotocol == "letters"
    opened.close()


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda opened: opened.send_binary(b"x"), 1003),
        (lambda opened: opened.send("x" * (32 * 1024 + 1)), 1009),
        (lambda opened: [opened.send_frame(each) for each in _pieces("x" * 20_000, 7)], 1009),
        (lambda opened: opened.sock.sendall(b"\x81\x01x"), 1002),
    ],
    ids=["binary", "large frame", "large message", "unmasked"],
)
def test_what_is_not_taken_ends_the_connection(client: Any, send: Callable[[Any], Any], code: int) -> None:
    send(client)
    opcode, data = client.recv_data()
    assert (opcode, int.from_bytes(data[:2], "big")) == (websocket.ABNF.OPCODE_CLOSE, code)


def test_a_message_comes_in_frames_between_pings(client: Any) -> None:
    text = json.dumps({"action": "ask", "text": "x" * 100_000})
    for number, piece in enumerate(_split(text, 6)):
        client.send_frame(piece)
        if number == 2:
            client.ping("still there?")
    assert client.recv() == f"answer to {text}"


def test_an_authorizer_lets_in_and_is_remembered(maker: Maker, aws: Callable[..., Any]) -> None:
    guard = maker.room.function(AUTHORIZER)
    plain: dict[str, Any] = {}
    socket = maker.create(_connect=plain, ask={"answers": True})
    authorizer = maker.api.create_authorizer(
        ApiId=socket.id,
        Name="guard",
        AuthorizerType="REQUEST",
        AuthorizerUri=maker.allow(guard),
        IdentitySource=["route.request.querystring.token"],
    )
    connect = next(r for r in maker.api.get_routes(ApiId=socket.id)["Items"] if r["RouteKey"] == "$connect")
    maker.api.update_route(
        ApiId=socket.id,
        RouteId=connect["RouteId"],
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer["AuthorizerId"],
    )
    assert socket.refusal()[0] == 401
    assert socket.refusal("?token=nobody")[0] == 401
    status, body = socket.refusal("?token=foe")
    assert status == 403 and "not authorized" in body["message"]
    opened = socket.open("?token=friend")
    opened.send(json.dumps({"action": "ask"}))
    opened.recv()
    opened.close()
    asked = eventually(lambda: maker.room.seen(guard))[-1]
    assert (asked["type"], asked["methodArn"].rpartition("/")[2]) == ("REQUEST", "$connect")
    assert "httpMethod" not in asked and asked["requestContext"]["eventType"] == "CONNECT"
    known = {"principalId": "friend", "level": "3"}
    for event in (socket.events("CONNECT")[-1], eventually(lambda: socket.events("MESSAGE"))[-1]):
        assert known.items() <= event["requestContext"]["authorizer"].items()


def test_a_signature_or_a_key_may_be_asked_for(maker: Maker, aws: Callable[..., Any]) -> None:
    plain: dict[str, Any] = {}
    signed = maker.create(_connect={"AuthorizationType": "AWS_IAM"}, say=plain)
    assert signed.refusal()[0] == 403
    keyed = maker.create(_connect={"ApiKeyRequired": True}, say=plain)
    assert keyed.refusal()[1]["message"] == "Forbidden"
    rest = aws("apigateway")
    plan = rest.create_usage_plan(name="sockets", apiStages=[{"apiId": keyed.id, "stage": "live"}])
    key = rest.create_api_key(name="sockets", enabled=True)
    rest.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    keyed.open(header={"x-api-key": key["value"]}).close()


def test_a_mock_answers_without_a_function(maker: Maker) -> None:
    socket = maker.create(ask={})
    mock = maker.integrate(
        socket.id,
        IntegrationType="MOCK",
        TemplateSelectionExpression="200",
        RequestTemplates={"200": '{"statusCode": 200}'},
    )
    made = maker.api.create_integration_response(
        ApiId=socket.id,
        IntegrationId=mock.rpartition("/")[2],
        IntegrationResponseKey="$default",
        TemplateSelectionExpression="$request.body.tongue",
        ResponseTemplates={
            "$default": '{"pong": "$context.connectionId"}',
            "de": '{"klopf": true}',
        },
    )
    assert made["IntegrationResponseKey"] == "$default"
    route = maker.api.create_route(
        ApiId=socket.id, RouteKey="ping", Target=mock, RouteResponseSelectionExpression="$default"
    )
    maker.api.create_route_response(ApiId=socket.id, RouteId=route["RouteId"], RouteResponseKey="$default")
    opened = socket.open()
    opened.send(json.dumps({"action": "ping"}))
    assert len(json.loads(opened.recv())["pong"]) == 16
    opened.send(json.dumps({"action": "ping", "tongue": "de"}))
    assert json.loads(opened.recv()) == {"klopf": True}
    opened.close()


def test_a_deployment_is_what_connections_get(maker: Maker) -> None:
    socket = maker.create(ask={"answers": True})
    deployment = maker.api.create_deployment(ApiId=socket.id)
    maker.api.update_stage(ApiId=socket.id, StageName="live", AutoDeploy=False, DeploymentId=deployment["DeploymentId"])
    opened = socket.open()
    target = maker.api.get_routes(ApiId=socket.id)["Items"][0]["Target"]
    route = maker.api.create_route(
        ApiId=socket.id, RouteKey="$default", Target=target, RouteResponseSelectionExpression="$default"
    )
    maker.api.create_route_response(ApiId=socket.id, RouteId=route["RouteId"], RouteResponseKey="$default")
    opened.send("hello")
    assert json.loads(opened.recv())["message"] == "Forbidden"
    maker.api.create_deployment(ApiId=socket.id, StageName="live")
    opened.send("hello")
    assert opened.recv() == "answer to hello"
    opened.close()


def test_models_of_routes_are_refused_by_name(socket: Socket, maker: Maker) -> None:
    with pytest.raises(ClientError, match="does not implement apigatewayv2:CreateRoute"):
        maker.api.create_route(ApiId=socket.id, RouteKey="m", ModelSelectionExpression="$request.body.action")
    mock = maker.integrate(socket.id, IntegrationType="MOCK").rpartition("/")[2]
    with pytest.raises(ClientError, match="does not implement apigatewayv2:CreateIntegrationResponse"):
        maker.api.create_integration_response(
            ApiId=socket.id,
            IntegrationId=mock,
            IntegrationResponseKey="$default",
            ResponseParameters={"route.response.header.x": "'y'"},
        )


def test_metrics_and_access_logs_have_each_message(maker: Maker, aws: Callable[..., Any]) -> None:
    plain: dict[str, Any] = {}
    socket = maker.create(_connect=plain, ask={"answers": True})
    group = f"/sockets/{socket.id}"
    aws("logs").create_log_group(logGroupName=group)
    arn = aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"]
    form = "$context.eventType $context.routeKey $context.status $context.connectionId"
    maker.api.update_stage(
        ApiId=socket.id,
        StageName="live",
        AccessLogSettings={"DestinationArn": arn, "Format": form},
        DefaultRouteSettings={"LoggingLevel": "INFO", "DataTraceEnabled": True, "DetailedMetricsEnabled": True},
    )
    opened = socket.open()
    opened.send(json.dumps({"action": "ask"}))
    opened.recv()
    opened.send("?")
    id = json.loads(opened.recv())["connectionId"]

    def lines() -> list[str]:
        found = aws("logs").filter_log_events(logGroupName=group)["events"]
        return [each["message"] for each in found] if len(found) >= 3 else []

    assert eventually(lines) == [
        f"CONNECT $connect 200 {id}",
        f"MESSAGE ask 200 {id}",
        f"MESSAGE $default 403 {id}",
    ]
    opened.close()
    events = aws("logs").filter_log_events(logGroupName=f"/aws/apigateway/{socket.id}/live")["events"]
    execution = [each["message"].partition(") ")[2] for each in events]
    assert "WebSocket Request Route: [ask]" in execution
    assert (
        f'WebSocket API [{socket.id}] received message from client [{id}]. Message: [{{"action": "ask"}}]' in execution
    )
    assert "Execution failed due to an error: no route matches the message, and there is no $default route" in execution

    def total(name: str, *more: dict[str, str]) -> float:
        found = aws("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=name,
            Dimensions=[{"Name": "ApiId", "Value": socket.id}, *more, {"Name": "Stage", "Value": "live"}],
            StartTime=time.time() - 600,
            EndTime=time.time() + 600,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in found))

    eventually(lambda: total("MessageCount") == 2)
    assert total("MessageCount", {"Name": "Route", "Value": "ask"}) == 1
    assert (total("ConnectCount"), total("ClientError"), total("ExecutionError")) == (1, 1, 0)


def test_a_page_of_any_origin_may_connect(socket: Socket) -> None:
    opened = socket.open(header={"Origin": "https://example.com"})
    opened.send(json.dumps({"action": "ask"}))
    assert opened.recv().startswith("answer")
    opened.close()


def _split(text: str, count: int) -> list[Any]:
    """Frames of one message."""
    size = -(-len(text) // count)
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    kinds = [websocket.ABNF.OPCODE_TEXT, *[websocket.ABNF.OPCODE_CONT] * (len(parts) - 1)]
    last = len(parts) - 1
    return [
        websocket.ABNF.create_frame(part, kind, int(n == last))
        for n, (part, kind) in enumerate(zip(parts, kinds, strict=True))
    ]


def _pieces(text: str, count: int) -> list[Any]:
    return _split(text * count, count)
