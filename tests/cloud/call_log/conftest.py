"""A small system of every kind of edge, deployed once, used a known number of times."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from shoplib import architecture, provision
from shoplib.lab import Lab
from shoplib.provision import Target

NAME = "seen-in-a-run"
FRONT = """
import json, os, boto3
table = boto3.client("dynamodb"); queue = boto3.client("sqs"); stream = boto3.client("kinesis")
functions = boto3.client("lambda")
def handler(event, context):
    wish = json.loads(event.get("body") or "{}")
    name = wish.get("name", "")
    if wish.get("breaks"):
        raise ValueError("as wished")
    table.put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": name}})
    if "stray" in wish:
        try:
            table.put_item(TableName=os.environ["OTHER"], Item={"pk": {"S": name}})
        except table.exceptions.ClientError as error:
            return {"refused": error.response["Error"]["Code"]}
    if "jobs" in wish:
        entries = [{"Id": str(n), "MessageBody": json.dumps({"name": name, "job": n})} for n in range(wish["jobs"])]
        queue.send_message_batch(QueueUrl=os.environ["QUEUE"], Entries=entries)
    if "records" in wish:
        rows = [{"Data": json.dumps({"name": name}), "PartitionKey": str(n)} for n in range(wish["records"])]
        stream.put_records(StreamName=os.environ["STREAM"], Records=rows)
    if "asks" in wish:
        functions.invoke(FunctionName=os.environ["HELPER"], Payload=json.dumps({"name": name}))
    return {"name": name, "password": "secret of " + name}
"""
WORKER = """
import json
def handler(event, context):
    bad = [r["messageId"] for r in event["Records"] if "refuse" in r["body"]]
    if bad:
        raise RuntimeError("refused")
"""
READER = """
import os, boto3
bucket = boto3.client("s3")
def handler(event, context):
    numbers = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
    bucket.put_object(Bucket=os.environ["BUCKET"], Key=f"raw/{numbers[0]}.txt", Body="\\n".join(numbers).encode())
"""
HELPER = "def handler(event, context):\n    return event\n"


def function(code: str, **properties: Any) -> dict[str, Any]:
    base = {"InlineCode": code, "Handler": "index.handler", "Runtime": "python3.12", "Timeout": 10}
    return {"Type": "AWS::Serverless::Function", "Properties": base | properties}


def table() -> dict[str, Any]:
    keys = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    return {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST", **keys}}


def allow(actions: str | list[str], resource: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


def event(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Comes": {"Type": kind, "Properties": properties}}


def of(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


TEMPLATE: dict[str, Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Api": {"Type": "AWS::Serverless::HttpApi"},
        "Front": function(
            FRONT,
            Environment={
                "Variables": {
                    "TABLE": {"Ref": "Things"},
                    "OTHER": {"Ref": "Secrets"},
                    "QUEUE": {"Ref": "Jobs"},
                    "STREAM": {"Ref": "Clicks"},
                    "HELPER": {"Ref": "Helper"},
                }
            },
            Policies=[
                allow("dynamodb:Put*", of("Things")),
                allow("sqs:SendMessage", of("Jobs")),
                allow("kinesis:PutRecords", of("Clicks")),
                allow("lambda:InvokeFunction", of("Helper")),
                allow("s3:PutObject", {"Fn::Sub": "${Lake.Arn}/*"}),
            ],
            Events=event("HttpApi", ApiId={"Ref": "Api"}, Path="/things", Method="POST"),
        ),
        "Helper": function(HELPER),
        "Worker": function(
            WORKER,
            Events=event("SQS", Queue=of("Jobs"), BatchSize=1),
        ),
        "Reader": function(
            READER,
            Environment={"Variables": {"BUCKET": {"Ref": "Lake"}}},
            Policies=[allow("s3:PutObject", {"Fn::Sub": "${Lake.Arn}/*"})],
            Events=event("Kinesis", Stream=of("Clicks"), StartingPosition="TRIM_HORIZON"),
        ),
        "Nightly": function(HELPER, Events=event("Schedule", Schedule="cron(0 3 * * ? *)")),
        "Things": table(),
        "Secrets": table(),
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
        "Clicks": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
        "Lake": {"Type": "AWS::S3::Bucket"},
    },
    "Outputs": {"Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/things"}}},
}  # fmt: skip


@dataclass
class System:
    """The deployed stack; `post` sends a wish to its front door."""

    stack: provision.Stack
    target: Target
    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def post(self, **wish: Any) -> requests.Response:
        return self.http.post(self.url, json=wish, timeout=30)

    def drain(self) -> None:
        Lab(self.target).wait_until_drained(60)

    def run(self) -> architecture.Live:
        return architecture.from_run(self.target, NAME)


@pytest.fixture(scope="module")
def system(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    path = tmp_path_factory.mktemp("seen") / "template.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    stack = provision.apply(provision.plan_one(str(path), target, {}, NAME))
    used = System(stack, target, target.reachable(stack.outputs["Url"]))
    with used.http:
        yield used
    provision.destroy(NAME, target, empty_buckets=True)


def saved(picture: architecture.Picture, path: Path) -> str:
    return picture.save(path).read_text(encoding="utf-8")
