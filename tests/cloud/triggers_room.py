"""What the tests of services that push share: a function that says what it saw, and the permission to call it."""

import json
from dataclasses import dataclass
from typing import Any

from tests.cloud.lambda_room import Aws, Room, eventually

SEEN = "import json\ndef handler(event, context):\n    print('SEEN ' + json.dumps(event))"


@dataclass(frozen=True)
class Watcher:
    """A function that keeps what it gets."""

    room: Room
    name: str

    @property
    def arn(self) -> str:
        configuration = self.room.aws("lambda").get_function_configuration(FunctionName=self.name)
        return str(configuration["FunctionArn"])

    def permit(self, service: str, source_arn: str) -> None:
        self.room.aws("lambda").add_permission(
            FunctionName=self.name,
            StatementId=f"allow-{service}-{abs(hash(source_arn))}",
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceArn=source_arn,
        )

    def events(self, count: int = 1) -> list[Any]:
        """What it got, as soon as that is `count` events."""
        return eventually(lambda: self.room.seen(self.name)[count - 1 :] and self.room.seen(self.name))


def watcher(aws: Aws, *permissions: tuple[str, str]) -> Watcher:
    """A new function; each permission is a service and the ARN (or a pattern) from which it may call."""
    room = Room(aws)
    made = Watcher(room, room.function(SEEN))
    for service, source_arn in permissions:
        made.permit(service, source_arn)
    return made


def dead_letter(aws: Aws, url: str) -> tuple[Any, dict[str, str]]:
    """The first message of a dead-letter queue: its body and its attributes."""
    sqs = aws("sqs")
    (found,) = sqs.receive_message(
        QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=1, MessageAttributeNames=["All"]
    )["Messages"]
    attributes = {name: value["StringValue"] for name, value in found["MessageAttributes"].items()}
    return json.loads(found["Body"]), attributes
