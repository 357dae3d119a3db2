"""The three API operations, as methods of moto's SQS response class."""

import base64
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.responses import SQSResponse

from shoplib.localaws.redrive.task import MOST_PER_SECOND, MoveTask

ACTIVE = ("RUNNING", "CANCELLING")
MOST_LISTED = 10


def start_message_move_task(request: SQSResponse) -> ActionResult:
    source = _dead_letter_queue(request, request._get_param("SourceArn"))
    destination_arn = request._get_param("DestinationArn")
    if destination_arn is not None:
        _queue(request, destination_arn, "DestinationArn")
    per_second = request._get_param("MaxNumberOfMessagesPerSecond")
    if per_second is not None and not 1 <= int(per_second) <= MOST_PER_SECOND:
        raise InvalidParameterValue(
            f"Value {per_second} for parameter MaxNumberOfMessagesPerSecond is invalid. "
            f"Reason: You must enter a value between 1 and {MOST_PER_SECOND}."
        )
    tasks = _tasks(request)
    if any(task.source_arn == source.queue_arn and task.status in ACTIVE for task in tasks):
        raise InvalidParameterValue(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    task = MoveTask(request.sqs_backend, source, destination_arn, per_second and int(per_second))
    tasks.append(task)
    task.start()
    return ActionResult({"TaskHandle": task.handle})


def list_message_move_tasks(request: SQSResponse) -> ActionResult:
    source = _queue(request, request._get_param("SourceArn"), "SourceArn")
    most = int(request._get_param("MaxResults", 1))
    if not 1 <= most <= MOST_LISTED:
        raise InvalidParameterValue(
            f"Value {most} for parameter MaxResults is invalid. Reason: You must enter a value between 1 and 10."
        )
    newest_first = [task for task in reversed(_tasks(request)) if task.source_arn == source.queue_arn]
    return ActionResult({"Results": [_describe(task) for task in newest_first[:most]]})


def cancel_message_move_task(request: SQSResponse) -> ActionResult:
    handle = request._get_param("TaskHandle")
    _queue(request, _source_of(handle), "SourceArn")
    task = next((task for task in _tasks(request) if task.handle == handle and task.status in ACTIVE), None)
    if task is None:
        raise SQSException("ResourceNotFoundException", "Task does not exist.")
    task.cancel()
    return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})


METHODS: dict[str, Callable[[SQSResponse], ActionResult]] = {
    method.__name__: method for method in (start_message_move_task, list_message_move_tasks, cancel_message_move_task)
}


def _tasks(request: SQSResponse) -> list[MoveTask]:
    tasks: list[MoveTask] = request.sqs_backend.__dict__.setdefault("lab_move_tasks", [])
    return tasks


def _queue(request: SQSResponse, arn: str, parameter: str) -> Any:
    queue = request.sqs_backend.queues.get(arn.rpartition(":")[2])
    if queue is None or queue.queue_arn != arn:
        raise SQSException(
            "ResourceNotFoundException",
            f"The resource that you specified for the {parameter} parameter doesn't exist.",
        )
    return queue


def _dead_letter_queue(request: SQSResponse, arn: str) -> Any:
    queue = _queue(request, arn, "SourceArn")
    if not any(each.dead_letter_queue is queue for each in request.sqs_backend.queues.values()):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    return queue


def _source_of(handle: str) -> str:
    """Of the task with this handle."""
    try:
        identity = json.loads(base64.b64decode(handle, validate=True))
        return str((identity["taskId"], identity["sourceArn"])[1])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from error


def _describe(task: MoveTask) -> dict[str, Any]:
    """As on AWS, only a running task has a handle."""
    described = {
        "TaskHandle": task.handle if task.status == "RUNNING" else None,
        "Status": task.status,
        "SourceArn": task.source_arn,
        "DestinationArn": task.destination_arn,
        "MaxNumberOfMessagesPerSecond": task.per_second,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "FailureReason": task.failure,
        "StartedTimestamp": task.started_ms,
    }
    return {name: value for name, value in described.items() if value is not None}
