"""IAM: a function may do nothing to what it was not given. Functions and resources are those of all deployed stacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from shoplib import provision
from tests.cloud.shop.conftest import Shop

# What could be done to a resource of each type, by action, and what of it the action names.
ACTIONS: dict[str, dict[str, str]] = {
    "AWS::DynamoDB::Table": {
        f"dynamodb:{action}": ""
        for action in ("GetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
    },
    "AWS::SQS::Queue": {f"sqs:{action}": "" for action in ("SendMessage", "ReceiveMessage", "DeleteMessage")},
    "AWS::S3::Bucket": {"s3:ListBucket": "", "s3:GetObject": "/any", "s3:PutObject": "/any", "s3:DeleteObject": "/any"},
    "AWS::Kinesis::Stream": {f"kinesis:{action}": "" for action in ("PutRecord", "PutRecords", "GetRecords")},
    "AWS::SNS::Topic": {"sns:Publish": "", "sns:Subscribe": ""},
    "AWS::SecretsManager::Secret": {f"secretsmanager:{action}": "" for action in ("GetSecretValue", "PutSecretValue")},
    "AWS::KMS::Key": {f"kms:{action}": "" for action in ("Sign", "Decrypt", "Encrypt")},
    "AWS::Lambda::Function": {"lambda:InvokeFunction": ""},
}
# What AWS's own policies, which SAM attaches to a function with such an event source, allow on all of that kind.
BY_AWS = {":sqs:": {"sqs:ReceiveMessage", "sqs:DeleteMessage"}, ":kinesis:": {"kinesis:GetRecords"}}
AT_ONCE = 50


@dataclass(frozen=True)
class Thing:
    """A resource of a stack: `id` is its name, address or ARN, as a function is given it."""

    pattern: str
    logical_id: str
    type: str
    id: str
    arn: str


@pytest.fixture(scope="module")
def things(shop: Shop) -> list[Thing]:
    return [
        Thing(pattern, each.logical_id, each.type, each.physical_id, arn_of(shop, each.type, each.physical_id))
        for pattern in provision.pattern_names()
        for each in shop.lab.stack(pattern).resources
        if each.type in ACTIONS
    ]


def arn_of(shop: Shop, kind: str, name: str) -> str:
    place = f"{shop.lab.target.region}:{shop.lab.target.account_id}"
    return {
        "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{place}:table/{name}",
        "AWS::SQS::Queue": f"arn:aws:sqs:{place}:{name.rpartition('/')[2]}",
        "AWS::S3::Bucket": f"arn:aws:s3:::{name}",
        "AWS::Kinesis::Stream": f"arn:aws:kinesis:{place}:stream/{name}",
        "AWS::KMS::Key": f"arn:aws:kms:{place}:key/{name}",
        "AWS::Lambda::Function": f"arn:aws:lambda:{place}:function:{name}",
    }.get(kind, name)


def told(shop: Shop, function: Thing) -> str:
    """All that a function is given: its variables, what Lambda reads for it, and where it puts what failed."""
    client, name = shop.lab.client("lambda"), {"FunctionName": function.id}
    settings = client.get_function_configuration(**name)
    pages = client.get_paginator("list_event_source_mappings").paginate(**name)
    given = [settings.get("Environment"), settings.get("DeadLetterConfig")]
    given += [
        (each["EventSourceArn"], each.get("DestinationConfig"))
        for page in pages
        for each in page["EventSourceMappings"]
    ]
    given += client.list_function_event_invoke_configs(**name)["FunctionEventInvokeConfigs"]
    return str(given)


def by_aws(shop: Shop, function: Thing) -> set[str]:
    pages = shop.lab.client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=function.id)
    sources = [each["EventSourceArn"] for page in pages for each in page["EventSourceMappings"]]
    return {action for kind, actions in BY_AWS.items() if any(kind in each for each in sources) for action in actions}


def foreign(shop: Shop, function: Thing, things: list[Thing]) -> list[Thing]:
    given = told(shop, function)
    return [each for each in things if each.id not in given and each.arn not in given]


def allowed(shop: Shop, function: Thing, things: list[Thing]) -> Iterator[str]:
    """What the function's role may do to these things, by the simulator's word."""
    role = shop.lab.client("lambda").get_function_configuration(FunctionName=function.id)["Role"]
    excepted = by_aws(shop, function)
    for kind in ACTIONS:
        for answer in of_kind(shop, role, kind, [each for each in things if each.type == kind]):
            if answer["EvalDecision"] == "allowed" and answer["EvalActionName"] not in excepted:
                yield f"{function.logical_id} may {answer['EvalActionName']} on {answer['EvalResourceName']}"


def of_kind(shop: Shop, role: str, kind: str, things: list[Thing]) -> Iterator[dict[str, Any]]:
    for ending in sorted(set(ACTIONS[kind].values())):
        actions = [action for action, end in ACTIONS[kind].items() if end == ending]
        arns = [each.arn + ending for each in things]
        for start in range(0, len(arns), AT_ONCE):
            yield from evaluations(shop, role, actions, arns[start : start + AT_ONCE])


def evaluations(shop: Shop, role: str, actions: list[str], arns: list[str]) -> list[dict[str, Any]]:
    simulate = shop.lab.client("iam").get_paginator("simulate_principal_policy").paginate
    pages = simulate(PolicySourceArn=role, ActionNames=actions, ResourceArns=arns, PaginationConfig={"PageSize": 1_000})
    return [answer for page in pages for answer in page["EvaluationResults"]]


def test_no_function_may_touch_what_it_was_not_given(shop: Shop, things: list[Thing]) -> None:
    functions = [each for each in things if each.type == "AWS::Lambda::Function"]
    tried, mistakes = 0, list[str]()
    for function in functions:
        strangers = foreign(shop, function, things)
        tried += sum(len(ACTIONS[each.type]) for each in strangers)
        mistakes += allowed(shop, function, strangers)
    assert mistakes == []
    assert tried > 1_000
    print(f"\n{len(functions)} functions, {len(things)} resources: {tried:,} actions on what is foreign, none allowed")


def test_the_simulator_sees_what_is_allowed(shop: Shop, things: list[Thing]) -> None:
    """A test that refuses everything would prove nothing."""
    for name, own in (
        ("CartFunction", "CartTable"),
        ("CheckoutFunction", "OrdersQueue"),
        ("CompactFunction", "LakeBucket"),
    ):
        (function,) = [each for each in things if each.logical_id == name]
        assert any(allowed(shop, function, [each for each in things if each.logical_id == own])), name
