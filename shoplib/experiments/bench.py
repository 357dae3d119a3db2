"""An experiment's own stack: deployed under a unique name, and always deleted at the end."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from botocore.config import Config

from shoplib import architecture, provision
from shoplib.errors import LabError
from shoplib.lab import Lab
from shoplib.provision import Function, Stack

T = TypeVar("T")
STACKS = Path(str(files("shoplib") / "experiments" / "stacks"))
LIMIT_SECONDS, LOOK_AGAIN_SECONDS = 60.0, 0.05


@dataclass(frozen=True)
class Call:
    """One invocation: start (seconds since the bench was ready), duration and response."""

    at: float
    seconds: float
    payload: Any
    error: str

    @property
    def outcome(self) -> str:
        return "failed" if self.error else "ok"


@dataclass
class Bench:
    """A deployed template, and the operations of an experiment on it."""

    lab: Lab
    stack: Stack
    template: str
    started: float = field(default_factory=time.time)

    @cached_property
    def _functions(self) -> Any:
        """SDKs try again by themselves; what is watched here are single calls."""
        return self.lab.client("lambda", config=Config(retries={"total_max_attempts": 1}))

    def client(self, service: str) -> Any:
        return self.lab.client(service)

    def id(self, logical_id: str) -> str:
        """Return a resource's physical id; for a queue, its URL."""
        return self.stack.physical_id(logical_id)

    def now(self) -> float:
        """Return the seconds since the bench was ready."""
        return time.time() - self.started

    def invoke(self, function: str, payload: Any = None) -> Call:
        """Invoke a function once; return its result, its error, or Lambda's refusal."""
        at, begin = self.now(), time.perf_counter()
        client = self._functions
        try:
            answer = client.invoke(FunctionName=self.id(function), Payload=json.dumps(payload).encode())
            content, error = json.loads(answer["Payload"].read() or "null"), answer.get("FunctionError", "")
        except client.exceptions.TooManyRequestsException:
            content, error = None, "TooManyRequestsException"
        return Call(at, time.perf_counter() - begin, content, error)

    def invoke_together(self, function: str, payloads: list[Any]) -> list[Call]:
        """Invoke concurrently, each call on its own thread."""
        with ThreadPoolExecutor(len(payloads)) as pool:
            return list(pool.map(lambda payload: self.invoke(function, payload), payloads))

    def log(self, function: str) -> list[dict[str, Any]]:
        """Return a function's JSON log entries, oldest first, with `at` in seconds since the bench was ready."""
        lines = provision.log_lines([Function(self.id(function), function)], self.lab.target)
        rows = [(line.at / 1000 - self.started, _read(line.text)) for line in lines]
        return [{"at": at, **row} for at, row in rows if row]

    def send(self, queue: str, body: Any, **options: Any) -> str:
        """Send a message; return its id."""
        answer = self.client("sqs").send_message(QueueUrl=self.id(queue), MessageBody=json.dumps(body), **options)
        return str(answer["MessageId"])

    def depth(self, queue: str) -> int:
        """Return the number of messages that are visible or in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self.id(queue), AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return all items of a small table, as plain Python values."""
        from boto3.dynamodb.types import TypeDeserializer

        read = TypeDeserializer().deserialize
        answer = self.client("dynamodb").scan(TableName=self.id(table), ConsistentRead=True)
        return [{name: read(value) for name, value in item.items()} for item in answer["Items"]]

    def put(self, table: str, **item: Any) -> None:
        from boto3.dynamodb.types import TypeSerializer

        write = TypeSerializer().serialize
        row = {name: write(value) for name, value in item.items()}
        self.client("dynamodb").put_item(TableName=self.id(table), Item=row)

    def redeploy(self, **parameters: str | int) -> None:
        """Update the stack with other parameters."""
        self.stack = provision.apply(_plan(self.lab, self.template, self.stack.name, parameters))

    def picture(self) -> architecture.Live:
        """Return the picture of all calls since the stack was deployed; failures are red."""
        return architecture.from_run(self.lab.target, self.stack.name)


@contextmanager
def bench(lab: Lab, name: str, **parameters: str | int) -> Iterator[Bench]:
    """Context manager: the template of `stacks/<name>` is deployed within the block."""
    template, stack_name = path(name), f"{name}-{uuid.uuid4().hex[:6]}"
    try:
        yield Bench(lab, provision.apply(_plan(lab, template, stack_name, parameters)), template)
    finally:
        if stack_name in provision.stack_names(lab.target):
            provision.destroy(stack_name, lab.target, empty_buckets=True)


def path(name: str) -> str:
    """Return the template of an experiment, for `lab.deploy` and `lab.template`. LabError lists the experiments."""
    template = STACKS / name / "template.yaml"
    if not template.is_file():
        names = ", ".join(sorted(each.parent.name for each in STACKS.glob("*/template.yaml")))
        raise LabError(f"experiment not found: {name}", f"there is {names}")
    return str(template)


def source(name: str, file: str) -> str:
    """Return the source of a handler next to the template."""
    return (Path(path(name)).parent / file).read_text(encoding="utf-8")


def until(look: Callable[[], T], what: str, limit: float = LIMIT_SECONDS) -> T:
    """Return the first truthy result of `look`. LabError at the limit says what was waited for."""
    end = time.monotonic() + limit
    while not (answer := look()):
        if time.monotonic() > end:
            raise LabError(f"waited {limit:.0f} s for {what}; last answer: {answer!r}", "read the functions' logs")
        time.sleep(LOOK_AGAIN_SECONDS)
    return answer


def _plan(lab: Lab, template: str, stack_name: str, parameters: dict[str, str | int]) -> provision.Plan:
    values = {name: str(value) for name, value in parameters.items()}
    return provision.plan_one(template, lab.target, values, stack_name)


def _read(text: str) -> dict[str, Any]:
    """A line that is a JSON object; of any other line nothing."""
    try:
        row = json.loads(text)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}
