"""API destinations and REST APIs as targets of rules and pipes: what they get, and what is refused."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ClientError

from shoplib import provision
from shoplib.localaws import Engine
from tests.cloud.http_receiver import Receiver, open_receiver
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, open_to_services, role
from tests.cloud.stacks import Stacks
from tests.cloud.stacks import refusal as refused_stack
from tests.cloud.triggers_room import dead_letter

Aws = Callable[..., Any]
QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "s3cret"}}
BASIC = {"BasicAuthParameters": {"Username": "me", "Password": "s3cret"}}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as opened:
        yield opened


def new(prefix: str = "http") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def connection(aws: Aws, kind: str, parameters: dict[str, Any]) -> str:
    made = aws("events").create_connection(Name=new(), AuthorizationType=kind, AuthParameters=parameters)
    return str(made["ConnectionArn"])


def destination(aws: Aws, url: str, kind: str = "API_KEY", parameters: Any = None, **parts: Any) -> str:
    made = aws("events").create_api_destination(
        Name=new(),
        ConnectionArn=connection(aws, kind, parameters or KEY),
        InvocationEndpoint=url,
        **{"HttpMethod": "POST", **parts},
    )
    return str(made["ApiDestinationArn"])


def rule(aws: Aws, arn: str, **target: Any) -> str:
    """A rule for a source of its own with this target; its name, which is also the source."""
    name = new("rule")
    aws("events").put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    given = {"Id": "1", "Arn": arn, "RoleArn": role(aws, "http-targets"), **target}
    aws("events").put_targets(Rule=name, Targets=[{name: each for name, each in given.items() if each is not None}])
    return name


def put(aws: Aws, source: str, detail: Any, count: int = 1) -> None:
    entry = {"Source": source, "DetailType": "placed", "Detail": json.dumps(detail)}
    aws("events").put_events(Entries=[entry] * count)


def letters(aws: Aws) -> tuple[str, dict[str, Any]]:
    """A queue for dead letters: its URL, and what a target says of it."""
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName=new(), Attributes={"Policy": open_to_services("sqs:SendMessage")})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"DeadLetterConfig": {"Arn": arn}, "RetryPolicy": {"MaximumRetryAttempts": 0}}


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return str(refused.value.response["Error"]["Message"])


def test_a_destination_gets_what_its_connection_and_its_target_say(aws: Aws, receiver: Receiver) -> None:
    own = {
        "HeaderParameters": [{"Key": "X-Tenant", "Value": "of-connection", "IsValueSecret": True}],
        "QueryStringParameters": [{"Key": "token", "Value": "hush", "IsValueSecret": True}],
        "BodyParameters": [{"Key": "added", "Value": "yes"}],
    }
    arn = destination(aws, f"{receiver.url}/a/*/b/*?v=1", parameters={**KEY, "InvocationHttpParameters": own})
    parameters = {
        "PathParameterValues": ["$.detail.id", "x/y"],
        "HeaderParameters": {"x-tenant": "of-target", "X-Id": "$.detail.id", "User-Agent": "mine", "Via": "me"},
        "QueryStringParameters": {"q": "$.detail.words", "token": "no"},
    }
    name = rule(aws, arn, HttpParameters=parameters, InputPath="$.detail")
    put(aws, name, {"id": "é 1", "words": [1]})
    got = receiver.request()
    assert (got.method, got.path) == ("POST", "/a/%C3%A9%201/b/x%2Fy?v=1&q=%5B1%5D&token=hush")
    assert json.loads(got.body) == {"id": "é 1", "words": [1], "added": "yes"}
    assert got.headers == {
        "accept-encoding": "gzip,deflate",
        "connection": "close",
        "content-length": str(len(got.body.encode())),
        "content-type": "application/json; charset=utf-8",
        "host": receiver.url.removeprefix("http://"),
        "range": "bytes=0-1048575",
        "user-agent": "Amazon/EventBridge/ApiDestinations",
        "x-id": "é 1".encode().decode("latin-1"),
        "x-key": "s3cret",
        "x-tenant": "of-connection",
    }


def test_basic_authorization_and_a_content_type_of_ones_own(aws: Aws, receiver: Receiver) -> None:
    arn = destination(aws, receiver.url, "BASIC", BASIC, HttpMethod="PUT")
    name = rule(aws, arn, HttpParameters={"HeaderParameters": {"content-type": "text/x"}}, Input='"constant"')
    put(aws, name, {})
    got = receiver.request()
    assert (got.method, got.body, got.headers["content-type"]) == ("PUT", '"constant"', "text/x")
    assert got.headers["authorization"] == f"Basic {base64.b64encode(b'me:s3cret').decode()}"


def test_a_token_is_asked_for_and_renewed_when_it_is_rejected(aws: Aws, receiver: Receiver) -> None:
    events = aws("events")
    client = {
        "AuthorizationEndpoint": f"{receiver.url}/token",
        "ClientParameters": {"ClientID": "me", "ClientSecret": "s3cret"},
        "HttpMethod": "POST",
        "OAuthHttpParameters": {"BodyParameters": [{"Key": "audience", "Value": "shop"}]},
    }
    receiver.answers = [(200, {}, {"access_token": "one", "expires_in": 3600}), (401, {}, {})]
    receiver.answers += [(200, {}, {"access_token": "two", "expires_in": 3600})]
    arn = destination(aws, f"{receiver.url}/in", "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": client})
    asked = receiver.request()
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    fields = {"grant_type": ["client_credentials"], "client_id": ["me"], "client_secret": ["s3cret"]}
    assert parse_qs(asked.body) == {**fields, "audience": ["shop"]}
    described = {"Name": arn.split("/")[1]}
    eventually(lambda: events.describe_api_destination(**described)["ApiDestinationState"] == "ACTIVE")
    put(aws, rule(aws, arn), {})
    seen = [receiver.request() for _ in range(3)]
    assert [each.path for each in seen] == ["/in", "/token", "/in"]
    assert [each.headers.get("authorization") for each in seen] == ["Bearer one", None, "Bearer two"]


def test_a_connection_without_a_token_is_not_authorized(aws: Aws, receiver: Receiver) -> None:
    receiver.answers = [(403, {}, {})]
    client = {
        "AuthorizationEndpoint": f"{receiver.url}/token",
        "ClientParameters": {"ClientID": "me", "ClientSecret": "s3cret"},
        "HttpMethod": "GET",
    }
    arn = connection(aws, "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": client})
    assert "client_secret=s3cret" in receiver.request().path
    name = arn.split("/")[1]
    eventually(lambda: aws("events").describe_connection(Name=name)["ConnectionState"] == "DEAUTHORIZED")


@pytest.mark.parametrize(
    ("answer", "code", "exhausted"),
    [
        ((404, {}, {}), "SDK_CLIENT_ERROR", None),
        ((302, {"Location": "http://127.0.0.1:9/"}, {}), "SDK_CLIENT_ERROR", None),
        ((500, {}, {"echo": "s3cret"}), "ERROR_FROM_TARGET", "MaximumRetryAttempts"),
        ((409, {}, {}), "ERROR_FROM_TARGET", "MaximumRetryAttempts"),
        ((503, {"Retry-After": "-1"}, {}), "SDK_CLIENT_ERROR", None),
    ],
)
def test_a_dead_letter_says_what_failed_and_no_secret(
    aws: Aws, receiver: Receiver, answer: Any, code: str, exhausted: str | None
) -> None:
    url, settings = letters(aws)
    receiver.answers = [answer]
    name = rule(aws, destination(aws, receiver.url), **settings)
    put(aws, name, {"n": 1})
    body, attributes = dead_letter(aws, url)
    assert (body["detail"], attributes["ERROR_CODE"]) == ({"n": 1}, code)
    assert attributes.get("EXHAUSTED_RETRY_CONDITION") == exhausted
    assert str(answer[0]) in attributes["ERROR_MESSAGE"]
    assert "s3cret" not in str(attributes)


def test_what_may_succeed_later_is_tried_again_when_the_endpoint_wants_it(aws: Aws, receiver: Receiver) -> None:
    receiver.answers = [(429, {"Retry-After": "2"}, {})]
    put(aws, rule(aws, destination(aws, receiver.url)), {})
    first, second = receiver.request(), receiver.request()
    assert second.at - first.at >= 1.9


def test_a_destination_is_invoked_as_often_as_it_says(aws: Aws, receiver: Receiver) -> None:
    name = rule(aws, destination(aws, receiver.url, InvocationRateLimitPerSecond=4))
    put(aws, name, {}, count=3)
    times = [receiver.request().at for _ in range(3)]
    assert times[-1] - times[0] >= 0.45


def test_nobody_answers_or_a_value_leads_to_another_path(aws: Aws, receiver: Receiver) -> None:
    url, settings = letters(aws)
    put(aws, rule(aws, destination(aws, "http://127.0.0.1:9/"), **settings), {})
    attributes = dead_letter(aws, url)[1]
    assert attributes["ERROR_MESSAGE"].endswith("API destination endpoint cannot be reached.")
    for value, code in (("..", "INVALID_PARAMETER"), ("a", None)):
        url, settings = letters(aws)
        arn = destination(aws, f"{receiver.url}/a/*/b")
        name = rule(aws, arn, HttpParameters={"PathParameterValues": ["$.detail.to"]}, **settings)
        put(aws, name, {"to": value})
        assert receiver.request().path == "/a/a/b" if code is None else dead_letter(aws, url)[1]["ERROR_CODE"] == code


def test_a_role_is_needed_and_must_be_allowed(aws: Aws, receiver: Receiver) -> None:
    arn = destination(aws, receiver.url)
    said = refusal(rule, aws=aws, arn=arn, RoleArn=None)
    assert said == f"RoleArn is required for target {arn}."
    url, settings = letters(aws)
    other = role(aws, new(), allow("events:InvokeApiDestination", arn.replace("/http", "/other")))
    put(aws, rule(aws, arn, RoleArn=other, **settings), {})
    assert dead_letter(aws, url)[1]["ERROR_CODE"] == "NO_PERMISSIONS"
    named = role(aws, new(), allow("events:InvokeApiDestination", arn.rpartition("/")[0]))
    put(aws, rule(aws, arn, RoleArn=named), {})
    assert receiver.request().headers["x-key"] == "s3cret"


def test_nothing_leads_out_of_this_machine(aws: Aws, receiver: Receiver) -> None:
    events = aws("events")
    for address in ("https://example.com/hook", "https://abcdefghij.execute-api.us-east-1.amazonaws.com/x"):
        arn = destination(aws, address)
        assert f"{address} is not on this machine" in refusal(rule, aws=aws, arn=arn)
    client = {
        "AuthorizationEndpoint": "https://example.com/token",
        "ClientParameters": {"ClientID": "me", "ClientSecret": "s3cret"},
        "HttpMethod": "POST",
    }
    arn = destination(aws, receiver.url, "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": client})
    assert "https://example.com/token is not on this machine" in refusal(rule, aws=aws, arn=arn)
    arn = destination(aws, receiver.url)
    rule(aws, arn)
    named = {"Name": arn.split("/")[1], "InvocationEndpoint": "https://example.com/hook"}
    assert "a rule or pipe invokes it" in refusal(events.update_api_destination, **named)
    assert events.describe_api_destination(Name=named["Name"])["InvocationEndpoint"] == receiver.url
    schedule = {"Arn": arn, "RoleArn": role(aws, "http-targets")}
    wanted = {"Name": new(), "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    assert "not a supported target" in refusal(aws("scheduler").create_schedule, Target=schedule, **wanted)


def rest_api(aws: Aws, authorization: str) -> tuple[str, str, str]:
    """An API with `POST /in/{id}` that sends what it gets into a queue: its id, the queue's URL, its ARN to invoke."""
    api, room = aws("apigateway"), Room(aws)
    url, arn = room.queue()
    region, account, queue = arn.split(":")[3:]
    id = api.create_rest_api(name=new())["id"]
    root = api.get_resources(restApiId=id)["items"][0]["id"]
    parent = api.create_resource(restApiId=id, parentId=root, pathPart="in")["id"]
    method = {
        "restApiId": id,
        "resourceId": api.create_resource(restApiId=id, parentId=parent, pathPart="{id}")["id"],
        "httpMethod": "POST",
    }
    api.put_method(**method, authorizationType=authorization)
    seen = "$input.params('id') $input.params('q') $input.params('x-word') $input.body"
    api.put_integration(
        **method,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:sqs:path/{account}/{queue}",
        credentials=role(aws, "http-targets"),
        requestTemplates={"application/json": f'Action=SendMessage&MessageBody=$util.urlEncode("{seen}")'},
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
    )
    api.put_method_response(**method, statusCode="200")
    api.put_integration_response(**method, statusCode="200")
    api.create_deployment(restApiId=id, stageName="live")
    return id, url, f"arn:aws:execute-api:{region}:{account}:{id}/live/POST/in/*"


def test_a_rest_api_gets_the_event_as_its_target_says(aws: Aws) -> None:
    _, url, arn = rest_api(aws, "NONE")
    parameters = {
        "PathParameterValues": ["$.detail.id"],
        "HeaderParameters": {"x-word": "hello"},
        "QueryStringParameters": {"q": "$.source"},
    }
    name = rule(aws, arn, RoleArn=None, HttpParameters=parameters, InputPath="$.detail")
    put(aws, name, {"id": "o-1"})
    (body,) = eventually(lambda: Room(aws).received(url))
    assert body == f'o-1 {name} hello {{"id":"o-1"}}'


def test_a_rest_api_knows_the_rule_by_its_role(aws: Aws) -> None:
    _, url, arn = rest_api(aws, "AWS_IAM")
    values = {"HttpParameters": {"PathParameterValues": ["o-2"]}}
    put(aws, rule(aws, arn, RoleArn=role(aws, new(), allow("execute-api:Invoke", arn)), **values), {})
    assert eventually(lambda: Room(aws).received(url))[0].startswith("o-2 ")
    for who in (None, role(aws, new(), allow("execute-api:Invoke", arn.replace("/in/", "/out/")))):
        dead, settings = letters(aws)
        put(aws, rule(aws, arn, RoleArn=who, **values, **settings), {})
        assert dead_letter(aws, dead)[1]["ERROR_MESSAGE"].endswith("answered 403")


def test_what_no_api_takes_is_refused_by_name(aws: Aws) -> None:
    id, _, arn = rest_api(aws, "NONE")
    forbidden = {"HttpParameters": {"HeaderParameters": {"X-Amz-Date": "now"}}}
    assert "Header X-Amz-Date is not allowed" in refusal(rule, aws=aws, arn=arn, **forbidden)
    wrong = {"HttpParameters": {"PathParameterValues": ["$.detail['id']"]}}
    assert "InputPath for target 1 is invalid" in refusal(rule, aws=aws, arn=arn, **wrong)
    http = aws("apigatewayv2").create_api(Name=new(), ProtocolType="HTTP")["ApiId"]
    assert "is an HTTP API" in refusal(rule, aws=aws, arn=arn.replace(id, http))
    url, settings = letters(aws)
    put(aws, rule(aws, arn.replace(id, "abcdefghij"), **settings), {})
    assert dead_letter(aws, url)[1]["ERROR_CODE"] == "NO_RESOURCE"


def test_a_run_tells_that_the_rule_or_the_destination_called_the_api(aws: Aws, engine: Engine) -> None:
    id, url, arn = rest_api(aws, "NONE")
    name = rule(aws, arn, HttpParameters={"PathParameterValues": ["o-3"]})
    invoked = destination(aws, f"https://{id}.execute-api.us-east-1.amazonaws.com/live/in/o-3")
    for source in (name, rule(aws, invoked)):
        put(aws, source, {})
        eventually(lambda: Room(aws).received(url))
    calls = provision.local(engine.region).ask("/_aws/observed?calls=1")["calls"]
    callers = {each["caller"].split(":", 5)[5] for each in calls if each["resource"] == id}
    assert callers == {f"rule/{name}", invoked.split(":", 5)[5]}
    assert "s3cret" not in json.dumps(calls)


def test_a_pipe_invokes_destinations_and_apis(aws: Aws, receiver: Receiver) -> None:
    room, (_, seen, api) = Room(aws), rest_api(aws, "AWS_IAM")
    parameters = {"PathParameterValues": ["$.body.id"], "HeaderParameters": {"x-word": "$.messageId"}}
    for target in (destination(aws, f"{receiver.url}/p/*"), api):
        url, source = room.queue()
        name = new("pipe")
        shape = {"HttpParameters": parameters, "InputTemplate": '{"said": <$.body.id>}'}
        given = {"Source": source, "Target": target, "TargetParameters": shape}
        aws("pipes").create_pipe(Name=name, RoleArn=role(aws, "http-targets"), **given)
        aws("sqs").send_message(QueueUrl=url, MessageBody='{"id": "o-4"}')
    got = receiver.request()
    assert (got.path, json.loads(got.body), got.headers["x-key"]) == ("/p/o-4", {"said": "o-4"}, "s3cret")
    assert "o-4" in eventually(lambda: room.received(seen))[0]
    out = destination(aws, "https://example.com/hook")
    wanted = {"Name": new("pipe"), "Source": source, "Target": out, "RoleArn": role(aws, "http-targets")}
    assert "https://example.com/hook is not on this machine" in refusal(aws("pipes").create_pipe, **wanted)


def test_connections_that_cannot_work_are_refused_by_name(aws: Aws) -> None:
    place = f"arn:aws:vpc-lattice:us-east-1:123456789012:resourceconfiguration/rcfg-{'0' * 17}"
    private = {"ResourceParameters": {"ResourceConfigurationArn": place}}
    wanted = {"Name": new(), "AuthorizationType": "API_KEY", "AuthParameters": KEY}
    basic = refusal(aws("events").create_connection, **{**wanted, "AuthorizationType": "BASIC"})
    assert "the authorization type BASIC needs BasicAuthParameters" in basic
    said = refusal(aws("events").create_connection, InvocationConnectivityParameters=private, **wanted)
    assert "private" in said


HOOK = "https://hooks.example.com/"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Endpoint": {"Fn::Sub": f"{HOOK}${{Api}}"}}, f"Rule: the target Destination is not supported: {HOOK}"),
        ({"Token": {"Fn::Join": ["", [HOOK, "token"]]}}, f"Rule: the target Destination is not supported: {HOOK}token"),
        ({"Endpoint": HOOK, "Taker": "AWS::Pipes::Pipe"}, f"Rule: the target Destination is not supported: {HOOK}"),
        ({"Endpoint": HOOK, "Taker": "AWS::SQS::Queue"}, None),
        ({"Endpoint": {"Fn::Sub": "https://${Api}.execute-api.us-east-1.amazonaws.com/live/x"}}, None),
    ],
)
def test_a_template_that_leads_out_is_refused_before_anything_is_made(
    aws: Aws, changes: dict[str, Any], named: str | None
) -> None:
    stacks, of_destination = Stacks(aws), {"Fn::GetAtt": ["Destination", "Arn"]}
    given = {"Endpoint": "http://127.0.0.1:9/", "Token": "http://127.0.0.1:9/", "Taker": "AWS::Events::Rule", **changes}
    pipe = {"Source": f"{QUEUE}q", "Target": of_destination, "RoleArn": role(aws, "http-targets")}
    target = {"Id": "1", "Arn": of_destination, "RoleArn": role(aws, "http-targets")}
    takers = {"AWS::Events::Rule": {"EventPattern": {"source": ["x"]}, "Targets": [target]}, "AWS::Pipes::Pipe": pipe}
    client = {"ClientParameters": {"ClientID": "a", "ClientSecret": "b"}, "AuthorizationEndpoint": given["Token"]}
    secret = {"OAuthParameters": {**client, "HttpMethod": "POST"}}
    leading = {"ConnectionArn": {"Fn::GetAtt": ["Connection", "Arn"]}, "InvocationEndpoint": given["Endpoint"]}
    kinds = {"Api": "AWS::ApiGateway::RestApi", "Rule": given["Taker"], "Connection": "AWS::Events::Connection"}
    kinds["Destination"] = "AWS::Events::ApiDestination"
    properties = {
        "Api": {"Name": "a"},
        "Connection": {"AuthorizationType": "OAUTH_CLIENT_CREDENTIALS", "AuthParameters": secret},
        "Destination": {**leading, "HttpMethod": "POST"},
        "Rule": takers.get(given["Taker"], {}),
    }
    template = {"Resources": {name: {"Type": kind, "Properties": properties[name]} for name, kind in kinds.items()}}
    if named:
        assert named in refused_stack(stacks.deploy, template=template)
        return
    name = stacks.deploy(template)
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    stacks.delete(name)
