"""Function URLs: HTTP straight to a function."""

import json

import pytest
import requests

from tests.cloud.lambda_room import Room

ECHO = """
import json
def handler(event, context):
    if event["rawPath"] == "/fail":
        raise ValueError("secret")
    if event["rawPath"] == "/plain":
        return {"seen": event["requestContext"]["http"]["method"]}
    return {"statusCode": 201, "headers": {"x-mine": "1"}, "cookies": ["a=1"], "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def room(aws):
    return Room(aws)


@pytest.fixture(scope="module")
def function(room):
    return room.function(ECHO)


def open_url(aws, function: str, **options) -> str:
    functions = aws("lambda")
    functions.add_permission(
        FunctionName=function,
        StatementId="everybody",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    return functions.create_function_url_config(FunctionName=function, AuthType="NONE", **options)["FunctionUrl"]


@pytest.fixture(scope="module")
def url(aws, engine, function):
    sharing = {"AllowOrigins": ["https://shop.example"], "AllowMethods": ["POST"]}
    return open_url(aws, function, Cors=sharing).rstrip("/")


def test_the_event_is_payload_2_and_the_answer_is_taken_as_it_is(url):
    answer = requests.post(f"{url}/a/b?x=1&x=2", data="hi", headers={"content-type": "text/plain"}, timeout=10)
    event = answer.json()
    assert (answer.status_code, answer.headers["x-mine"], answer.cookies["a"]) == (201, "1", "1")
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", "/a/b")
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["body"] == "hi"
    assert ".lambda-url." in event["requestContext"]["domainName"]


def test_an_answer_without_a_status_is_a_json_body(url):
    answer = requests.get(f"{url}/plain", timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"seen": "GET"})


def test_a_failing_function_is_502_and_tells_nothing(url):
    answer = requests.get(f"{url}/fail", timeout=10)
    assert (answer.status_code, answer.json()) == (502, {"Message": "Internal Server Error"})


def test_the_host_name_leads_there_too(url, engine):
    host = f"{url.rsplit('/')[-1]}.lambda-url.us-east-1.on.aws"
    answer = requests.get(f"{engine.url}/plain", headers={"Host": host}, timeout=10)
    assert answer.json() == {"seen": "GET"}


def test_preflights_are_answered_by_the_url_itself(url):
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = requests.options(url, headers=asked, timeout=10)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_without_permission_the_function_is_not_called(aws, engine, room):
    name = room.function(ECHO)
    config = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")
    url_id = config["FunctionUrl"].rstrip("/").rpartition("/")[2]
    answer = requests.get(f"{engine.url}/_aws/lambda-url/{url_id}/", timeout=10)
    assert (answer.status_code, json.loads(answer.text)) == (403, {"Message": "Forbidden"})


def test_iam_urls_need_a_signature(aws, engine, room):
    name = room.function(ECHO)
    config = aws("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    url_id = config["FunctionUrl"].rstrip("/").rpartition("/")[2]
    assert requests.get(f"{engine.url}/_aws/lambda-url/{url_id}/", timeout=10).status_code == 403


def test_an_unknown_url_is_not_found(engine):
    assert requests.get(f"{engine.url}/_aws/lambda-url/nowhere/", timeout=10).status_code == 404


def test_a_function_without_room_is_429(aws, engine, room):
    name = room.function(ECHO)
    url_id = open_url(aws, name).rstrip("/").rpartition("/")[2]
    aws("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert requests.get(f"{engine.url}/_aws/lambda-url/{url_id}/", timeout=10).status_code == 429
