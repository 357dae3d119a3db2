"""What the Lambda tests share: functions made of a few lines, what they logged, and waiting for a fact."""

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.cloud.roles import open_to_services, role

T = TypeVar("T")
Aws = Callable[..., Any]
LIMIT_S = 60.0  # of a busy machine; on a quiet one nothing takes nearly as long


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def eventually(look: Callable[[], T], limit_s: float = LIMIT_S) -> T:
    """The first true result of `look`; AssertionError with its last result when it does not come in time."""
    end = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < end, f"not within {limit_s} s; last seen: {found!r}"
        time.sleep(0.02)
    return found


@dataclass(frozen=True)
class Answer:
    """An Invoke response, read."""

    status: int
    payload: Any
    error: str | None
    log: str
    version: str


@dataclass(frozen=True)
class Room:
    """Makes functions and calls them, over the AWS API alone."""

    aws: Aws

    def role(self) -> str:
        return role(self.aws, "lambda-tests")

    def function(self, code: str, **options: Any) -> str:
        """Create a function from the text of its module `app`; returns its name."""
        name = f"fn-{uuid.uuid4().hex[:10]}"
        files = options.pop("Files", {})
        usual = {"Runtime": "python3.12", "Handler": "app.handler", "Timeout": 5, "MemorySize": 256}
        spec = usual | {"Role": options.get("Role") or self.role()} | options
        code_zip = {"ZipFile": zipped({"app.py": code} | files)}
        self.aws("lambda").create_function(FunctionName=name, Code=code_zip, **spec)
        return name

    def invoke(self, name: str, event: Any = None, **options: Any) -> Answer:
        response = self.aws("lambda").invoke(
            FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail", **options
        )
        body = response["Payload"].read()
        return Answer(
            response["StatusCode"],
            json.loads(body) if body else None,
            response.get("FunctionError"),
            base64.b64decode(response.get("LogResult", "")).decode(),
            response.get("ExecutedVersion", ""),
        )

    def messages(self, name: str) -> list[str]:
        """All log messages of a function, in the order of their time."""
        logs = self.aws("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
            events = [event for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in sorted(events, key=lambda event: event["timestamp"])]

    def seen(self, name: str) -> list[Any]:
        """What the function printed as `SEEN <json>`: its own account of the events that it got."""
        marked = [message for message in self.messages(name) if message.startswith("SEEN ")]
        return [json.loads(message.removeprefix("SEEN ")) for message in marked]

    def queue(self, **attributes: Any) -> tuple[str, str]:
        """A new queue that services may send to: its URL and its ARN."""
        sqs = self.aws("sqs")
        name = f"q-{uuid.uuid4().hex[:10]}" + (".fifo" if attributes.get("FifoQueue") else "")
        texts = {key: str(value) for key, value in attributes.items()}
        url = sqs.create_queue(QueueName=name, Attributes={"Policy": open_to_services("sqs:SendMessage")} | texts)
        arn = sqs.get_queue_attributes(QueueUrl=url["QueueUrl"], AttributeNames=["QueueArn"])
        return url["QueueUrl"], arn["Attributes"]["QueueArn"]

    def received(self, url: str, wait_s: int = 1) -> list[Any]:
        """Up to ten messages of a queue, deleted, their bodies as JSON where they are."""
        sqs = self.aws("sqs")
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [_json(message["Body"]) for message in found]

    def waiting(self, url: str) -> int:
        """Messages of a queue that nobody has finished: visible, delayed or in flight."""
        names = ["", "NotVisible", "Delayed"]
        attributes = [f"ApproximateNumberOfMessages{name}" for name in names]
        found = self.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]
        return sum(int(found[name]) for name in attributes)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
