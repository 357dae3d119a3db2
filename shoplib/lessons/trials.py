"""What a judge has: the system that runs from the learner's folder, and the steps by which it is judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shoplib import provision
from shoplib.errors import LabError

Seen = TypeVar("Seen")
LIMIT_SECONDS = 20.0
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Step:
    """One thing that a mended system does: whether it did, what was seen, and a hint that fits what was seen."""

    text: str
    ok: bool
    seen: object = ""
    hint: str = ""


@dataclass(frozen=True)
class Trial:
    """The deployed folder of a task, as a judge uses it: through the APIs that everybody has."""

    target: provision.Target
    stack: provision.Stack

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of where the task runs."""
        return self.target.client(service, **options)

    def output(self, name: str) -> str:
        """An output of the learner's template, addresses as they can be called; LabError when he took it out."""
        if name not in self.stack.outputs:
            raise LabError(f"the template no longer has the output {name}", "put it back: the check reads it")
        return self.target.reachable(self.stack.outputs[name])

    def physical_id(self, logical_id: str) -> str:
        """The name that its service knows; LabError when the template has no such resource any more."""
        return self.stack.physical_id(logical_id)

    def invoke(self, function: str, payload: Any) -> Any:
        """What a function (by its logical id) answers; LabError with the function's own error."""
        called = provision.Function(self.physical_id(function), function)
        return provision.call(called, payload, self.target, f'read its log: task.logs("{function}")')

    def wait_for(self, look: Callable[[], Seen], limit: float = LIMIT_SECONDS) -> Seen:
        """What `look` sees as soon as it is something; at the limit (seconds), what it sees then."""
        until = time.monotonic() + limit
        while not (seen := look()) and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_SECONDS)
        return seen

    def receive(self, queue_url: str, text: str, limit: float = LIMIT_SECONDS) -> list[dict[str, Any]]:
        """The first messages in the queue whose body has this text; each message that is seen is taken out."""
        return self.wait_for(lambda: [each for each in self._take(queue_url) if text in each["Body"]], limit)

    def _take(self, queue_url: str) -> list[dict[str, Any]]:
        queues = self.client("sqs")
        options = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "MessageSystemAttributeNames": ["All"]}
        messages: list[dict[str, Any]] = queues.receive_message(QueueUrl=queue_url, **options).get("Messages", [])
        for message in messages:
            queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return messages
