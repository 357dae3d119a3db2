"""Regular expressions and wildcards that a client writes do not hold the engine, however hard they are."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.roles import role

Aws = Callable[..., Any]
HARD, TEXT = "(a+)+$", "a" * 5_000 + "!"
WILD = "*a" * 60 + "*b"
LONGEST_S = 10.0


@contextmanager
def others_served(engine: localaws.Engine) -> Iterator[None]:
    """Others are answered all the while, each within a second or two."""
    waits: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            began = time.monotonic()
            requests.get(f"{engine.url}/_aws/health", timeout=LONGEST_S)
            waits.append(time.monotonic() - began)
            ended.wait(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        ended.set()
        asking.join()
    assert waits and max(waits) < LONGEST_S / 4


def lines(aws: Aws) -> str:
    logs, name = aws("logs"), f"/hard/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    message = {"timestamp": int(time.time() * 1000), "message": TEXT}
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[message])
    return name


@pytest.mark.parametrize("pattern", [f"%{HARD}%", f"[a=%{HARD}%]"])
def test_of_log_lines(engine: localaws.Engine, aws: Aws, pattern: str) -> None:
    name = lines(aws)
    with others_served(engine):
        assert aws("logs").filter_log_events(logGroupName=name, filterPattern=pattern)["events"] == []
    assert aws("logs").filter_log_events(logGroupName=name, filterPattern="%a+!$%")["events"]


@pytest.mark.parametrize("pattern", [f"{{ $.a = %{HARD}% }}", f'{{ $.a = "{WILD}" }}'])
def test_of_fields_of_log_lines(engine: localaws.Engine, aws: Aws, pattern: str) -> None:
    message = json.dumps({"a": TEXT})
    with others_served(engine):
        found = aws("logs").test_metric_filter(filterPattern=pattern, logEventMessages=[message])
    assert found["matches"] == []


@pytest.mark.parametrize(
    "expression",
    [
        f"$match('{TEXT}', /{HARD}/)",
        f"$contains('{TEXT}', /{HARD}/)",
        f"$replace('{TEXT}', /{HARD}/, 'b')",
        f"$split('{TEXT}', /{HARD}/)",
        "$pad('a', 100000000000)",
        "$reduce([1..60], function($a, $b) { $a & $a }, 'aa')",
        "$reduce([1..60], function($a, $b) { $join([$a, $a]) }, 'aa')",
        "$replace($pad('a', 9000000, 'a'), /a/, 'bbbbbbbbbbbbbbbbbbbb')",
    ],
)
def test_of_jsonata(engine: localaws.Engine, aws: Aws, expression: str) -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": f"{{% {expression} %}}", "End": True}
    with others_served(engine):
        answer = aws("stepfunctions").test_state(definition=json.dumps(state), roleArn=role(aws, "hard"), input="{}")
    assert answer["error"] == "States.QueryEvaluationError"
    assert any(words in answer["cause"] for words in ("Evaluation timeout after 1000", "memory limit exceeded"))


def test_of_choices(engine: localaws.Engine, aws: Aws) -> None:
    choice = {"Variable": "$.a", "StringMatches": WILD, "Next": "X"}
    state = {"Type": "Choice", "Choices": [choice], "Default": "Y"}
    call = {"definition": json.dumps(state), "roleArn": role(aws, "hard"), "input": json.dumps({"a": TEXT})}
    with others_served(engine):
        assert aws("stepfunctions").test_state(**call)["nextState"] == "Y"


def test_of_policies(engine: localaws.Engine, aws: Aws) -> None:
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": WILD}}
    with others_served(engine):
        (answer,) = aws("iam").simulate_custom_policy(
            PolicyInputList=[json.dumps(policy)],
            ActionNames=["s3:GetObject"],
            ResourceArns=[f"arn:aws:s3:::b/{TEXT[-2000:]}"],
        )["EvaluationResults"]
    assert answer["EvalDecision"] == "implicitDeny"


def test_of_parameters(engine: localaws.Engine, aws: Aws) -> None:
    short = TEXT[-3000:]
    with others_served(engine), pytest.raises(ClientError, match="cannot be validated against allowedPattern"):
        aws("ssm").put_parameter(Name=f"hard-{uuid.uuid4().hex}", Value=short, Type="String", AllowedPattern=HARD)
    template = {
        "Parameters": {"P": {"Type": "String", "AllowedPattern": HARD}},
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}},
    }
    given = [{"ParameterKey": "P", "ParameterValue": short}]
    with others_served(engine), pytest.raises(ClientError, match="must match pattern"):
        aws("cloudformation").create_stack(StackName="hard", TemplateBody=json.dumps(template), Parameters=given)


def test_of_models_of_apis(engine: localaws.Engine, aws: Aws) -> None:
    client = aws("apigateway")
    api = client.create_rest_api(name="hard")
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": HARD}}}
    client.create_model(restApiId=api["id"], name="M", contentType="application/json", schema=json.dumps(schema))
    validator = client.create_request_validator(restApiId=api["id"], name="v", validateRequestBody=True)["id"]
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    client.put_method(
        **where, authorizationType="NONE", requestValidatorId=validator, requestModels={"application/json": "M"}
    )
    client.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    client.put_method_response(**where, statusCode="200")
    client.put_integration_response(**where, statusCode="200")
    client.create_deployment(restApiId=api["id"], stageName="s")
    url = f"{engine.url}/_aws/execute-api/{api['id']}/s/"
    with others_served(engine):
        assert requests.post(url, json={"a": TEXT}, timeout=LONGEST_S).status_code == 400
    assert requests.post(url, json={"a": "aaa"}, timeout=LONGEST_S).status_code == 200
