"""Templates in the style of public samples: each deploys, carries a word through, is drawn with the arrows
that its run used, and is deleted.

A template's outputs say how it is tried: `Queue`, `Topic`, `Bucket`, `Stream`, `Table`, `Bus`, `Function`, `Group`,
`Url`, `Socket` and `Client` (of a user pool) are entrances, into which `hello` goes; `Seen` (a table), `Out` (a queue),
`Archive` (a bucket) and `Log` (a log group) are where it must arrive. `Refused` is what the refusal of the template
names.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
import yaml

from shoplib import architecture, provision
from shoplib.localaws import Engine
from shoplib.localaws.cloudformation.template import parse
from shoplib.provision import Target
from tests.cloud.lambda_room import eventually
from tests.cloud.stacks import Stacks, refusal

FOLDER = Path(__file__).parents[1] / "data" / "samples"
SAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
REFUSED = {name for name, text in SAMPLES.items() if "  Refused:" in text}
EVENT = {"Source": "samples", "DetailType": "said", "Detail": json.dumps({"word": "hello"})}
LETTER = json.dumps({"word": "hello"})
ASKED_TO_COME_IN = {"apigw-lambda-authorizer", "http-api-lambda-authorizer", "websocket-authorizer"}
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "A" * 22 + "==",
}
Aws = Callable[..., Any]


def stack_name(sample: str) -> str:
    return f"sample-{sample}"


def parameters(sample: str) -> dict[str, Any]:
    """`When` is now: what is due is done at once."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    return {"Parameters": [{"ParameterKey": "When", "ParameterValue": now}]} if "  When:" in SAMPLES[sample] else {}


@pytest.fixture(scope="module")
def stacks(aws: Aws) -> Iterator[Stacks]:
    made = Stacks(aws)
    yield made
    made.delete_all()


class Sample:
    """One deployed sample: `enter` sends the word in, `arrived` says what came out so far."""

    def __init__(self, name: str, stacks: Stacks, aws: Aws) -> None:
        self.name, self.aws, self.outputs = name, aws, stacks.outputs(stack_name(name))
        self.entrances: dict[str, Callable[[str], object]] = {
            "Queue": self._send,
            "Topic": lambda arn: aws("sns").publish(TopicArn=arn, Message=LETTER),
            "Bucket": lambda name: aws("s3").put_object(Bucket=name, Key="hello.txt", Body=LETTER.encode()),
            "Stream": lambda name: aws("kinesis").put_record(StreamName=name, Data=LETTER.encode(), PartitionKey="1"),
            "Table": lambda name: aws("dynamodb").put_item(TableName=name, Item={"id": {"S": "hello"}}),
            "Bus": lambda name: aws("events").put_events(Entries=[{**EVENT, "EventBusName": name}]),
            "Function": lambda name: aws("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=LETTER),
            "Group": self._log,
            "Client": lambda id: aws("cognito-idp").sign_up(ClientId=id, Username="hello", Password="Sesame-8"),
            "Url": self._post,
            "Socket": self._speak,
        }

    def enter(self) -> None:
        for name, entrance in self.entrances.items():
            if name in self.outputs:
                entrance(self.outputs[name])

    def arrivals(self) -> dict[str, str]:
        """What lies at each end, as text."""
        ends = {"Seen": self._rows, "Out": self._messages, "Archive": self._objects, "Log": self._lines}
        return {name: look(self.outputs[name]) for name, look in ends.items() if name in self.outputs}

    def _send(self, url: str) -> None:
        group = {"MessageGroupId": "1"} if url.endswith(".fifo") else {}
        self.aws("sqs").send_message(QueueUrl=url, MessageBody=LETTER, **group)

    def _log(self, group: str) -> None:
        logs = self.aws("logs")
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        event = {"timestamp": int(time.time() * 1000), "message": "hello"}
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])

    def _post(self, url: str) -> None:
        headers = {"Content-Type": "application/json"}
        if self.name in ASKED_TO_COME_IN:
            assert requests.post(url, data=LETTER, headers=headers, timeout=20).status_code == 401
            wrong = requests.post(url, data=LETTER, headers={**headers, "Authorization": "no"}, timeout=20)
            assert wrong.status_code == 403
            headers["Authorization"] = "let me in"
        if "Key" in self.outputs:
            assert requests.post(url, data=LETTER, headers=headers, timeout=20).status_code == 403
            key = self.aws("apigateway").get_api_key(apiKey=self.outputs["Key"], includeValue=True)
            headers["x-api-key"] = key["value"]
        answer = requests.post(url, data=LETTER, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        if not {"Seen", "Out", "Archive"} & set(self.outputs):
            assert "hello" in answer.text

    def _speak(self, url: str) -> None:
        where = provision.local().reachable(url)
        if self.name in ASKED_TO_COME_IN:
            for query, status in (("", 401), ("?token=no", 403)):
                answer = requests.get(where.replace("ws", "http", 1) + query, headers=HANDSHAKE, timeout=20)
                assert answer.status_code == status
            where += "?token=let-me-in"
        opened = websocket.create_connection(where, timeout=20)
        opened.send(json.dumps({"action": "say", "word": "hello"}))
        if not {"Out"} & set(self.outputs):
            assert "hello" in opened.recv()
        opened.close()

    def _rows(self, table: str) -> str:
        rows = str(self.aws("dynamodb").scan(TableName=table)["Items"])
        # What a function gets of a stream, or of a log group, is packed.
        return f"hello {rows}" if "awslogs" in rows or "aws:kinesis" in rows else rows

    def _messages(self, url: str) -> str:
        got = self.aws("sqs").receive_message(
            QueueUrl=url, WaitTimeSeconds=1, VisibilityTimeout=0, MaxNumberOfMessages=10
        )
        return str([message["Body"] for message in got.get("Messages", [])])

    def _lines(self, group: str) -> str:
        logs = self.aws("logs")
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return ""
        return str([event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]])

    def _objects(self, bucket: str) -> str:
        s3 = self.aws("s3")
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return str([s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys])


def empty(aws: Aws, bucket: str) -> None:
    s3 = aws("s3")
    for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=each["Key"])


@pytest.fixture(scope="module")
def target(engine: Engine) -> Target:
    return provision.local(engine.region)


def wrong_arrows(sample: str, target: Target) -> list[str]:
    """What the picture of the template lacks of the run, and what it has that nobody used."""
    picture = architecture.picture_of(FOLDER / f"{sample}.yaml")
    verdicts = architecture.from_run(target, stack_name(sample), declared=picture).verdicts
    wrong = [each for each in verdicts if each.outcome in ("used, not declared", "never used")]
    return [f"{each.edge.source} -> {each.edge.target}: {each.outcome}" for each in wrong]


@pytest.mark.parametrize("sample", sorted(set(SAMPLES) - REFUSED))
def test_a_sample_deploys_works_is_drawn_right_and_is_deleted(
    sample: str, stacks: Stacks, aws: Aws, target: Target
) -> None:
    name = stacks.deploy(SAMPLES[sample], stack_name(sample), **parameters(sample))
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    trial = Sample(sample, stacks, aws)
    trial.enter()
    eventually(lambda: all("hello" in text for text in trial.arrivals().values()))
    assert wrong_arrows(sample, target) == []
    for output in ("Bucket", "Archive"):
        if output in trial.outputs:
            empty(aws, trial.outputs[output])
    assert stacks.delete(name) == "DELETE_COMPLETE", stacks.reasons(stacks.describe(name)["StackId"])


@pytest.mark.parametrize("sample", sorted(REFUSED))
def test_a_sample_of_what_is_not_here_is_refused_by_name(sample: str, stacks: Stacks) -> None:
    reason = yaml.safe_load(json.dumps(parse(SAMPLES[sample])["Outputs"]["Refused"]["Value"]))
    said = refusal(stacks.deploy, template=SAMPLES[sample], name=stack_name(sample))
    assert "nothing was created" in said and reason in said


def test_nothing_of_the_samples_is_left(aws: Aws) -> None:
    """After the tests above: what bears a sample's name in any list is a trace. Logs stay, as on AWS."""
    lists = {
        "queues": aws("sqs").list_queues(QueueNamePrefix="sample-").get("QueueUrls", []),
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "functions": [each["FunctionName"] for each in aws("lambda").list_functions()["Functions"]],
        "mappings": [each["FunctionArn"] for each in aws("lambda").list_event_source_mappings()["EventSourceMappings"]],
        "topics": [each["TopicArn"] for each in aws("sns").list_topics()["Topics"]],
        "buckets": [each["Name"] for each in aws("s3").list_buckets()["Buckets"]],
        "streams": aws("kinesis").list_streams()["StreamNames"],
        "buses": [each["Name"] for each in aws("events").list_event_buses()["EventBuses"]],
        "rules": [each["Name"] for each in aws("events").list_rules()["Rules"]],
        "roles": [each["RoleName"] for each in aws("iam").list_roles()["Roles"]],
        "machines": [each["name"] for each in aws("stepfunctions").list_state_machines()["stateMachines"]],
        "schedules": [each["Name"] for each in aws("scheduler").list_schedules()["Schedules"]],
        "rest": [each["name"] for each in aws("apigateway").get_rest_apis()["items"]],
        "http": [each["Name"] for each in aws("apigatewayv2").get_apis()["Items"]],
    }
    traces = {kind: [each for each in found if "sample-" in each] for kind, found in lists.items()}
    assert not {kind: found for kind, found in traces.items() if found}
