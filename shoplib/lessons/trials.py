"""What a judge works with: the stack deployed from the learner's folder, and the steps of its verdict."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shoplib import provision
from shoplib.errors import LabError

Seen = TypeVar("Seen")
LIMIT_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Step:
    """One check of a solved task: whether it passed, what was observed, and a matching hint."""

    text: str
    ok: bool
    seen: object = ""
    hint: str = ""


@dataclass(frozen=True)
class Trial:
    """The deployed folder of a task, as a judge uses it: through public APIs only."""

    target: provision.Target
    stack: provision.Stack

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client for the task's region."""
        return self.target.client(service, **options)

    def output(self, name: str) -> str:
        """Return an output of the learner's template, with callable URLs. LabError if it was removed."""
        if name not in self.stack.outputs:
            raise LabError(f"the template no longer has the output {name}", "put it back: the check reads it")
        return self.target.reachable(self.stack.outputs[name])

    def physical_id(self, logical_id: str) -> str:
        """Return a resource's physical id. LabError if the template no longer has it."""
        return self.stack.physical_id(logical_id)

    def invoke(self, function: str, payload: Any) -> Any:
        """Invoke a function by its logical id and return its result. LabError with the function's own error."""
        called = provision.Function(self.physical_id(function), function)
        return provision.call(called, payload, self.target, f'read its log: task.logs("{function}")')

    def wait_for(self, look: Callable[[], Seen], limit: float = LIMIT_SECONDS) -> Seen:
        """Return the first truthy result of `look`, or its last result at the limit (seconds)."""
        until = time.monotonic() + limit
        while not (seen := look()) and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_SECONDS)
        return seen

    def receive(self, queue_url: str, text: str, limit: float = LIMIT_SECONDS) -> list[dict[str, Any]]:
        """Receive messages until some contain this text, and return those; every received message is deleted."""
        return self.wait_for(lambda: [each for each in self._take(queue_url) if text in each["Body"]], limit)

    def _take(self, queue_url: str) -> list[dict[str, Any]]:
        queues = self.client("sqs")
        options = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "MessageSystemAttributeNames": ["All"]}
        messages: list[dict[str, Any]] = queues.receive_message(QueueUrl=queue_url, **options).get("Messages", [])
        for message in messages:
            queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return messages
