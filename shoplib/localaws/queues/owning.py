"""The calls of a queue's owner: CreateQueue, SetQueueAttributes, GetQueueAttributes, permissions, tags."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse

from moto.core.responses import ActionResult, EmptyResult
from moto.sqs.exceptions import QueueAlreadyExists
from moto.sqs.models import Queue
from moto.sqs.responses import SQSResponse

from shoplib.localaws.queues import attributes, errors, lifetimes, redrive_policies

STANDARD_NAME = re.compile(r"[a-zA-Z0-9_-]{1,80}")
FIFO_NAME = re.compile(r"[a-zA-Z0-9_-]{1,75}\.fifo")
WHOLE_SECONDS = ("CreatedTimestamp", "LastModifiedTimestamp")
MOST_LISTED = 1_000
OFFERED = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
Answer = Callable[[Any], ActionResult]


def creating(original: Answer) -> Answer:
    """moto's CreateQueue, for what AWS makes. A queue of this name and with these attributes may be there."""

    def create_queue(request: SQSResponse) -> ActionResult:
        name, chosen = request._get_param("QueueName"), request._get_param("Attributes", {})
        fifo = attributes.is_true(chosen.get("FifoQueue"))
        _check_name(name, fifo)
        attributes.check(chosen, fifo)
        _check_documents(request, name, chosen)
        if (queue := request.sqs_backend.queues.get(name)) is not None:
            _check_same(queue, chosen)
            return ActionResult({"QueueUrl": queue.url(urlparse(request.uri))})
        lifetimes.check_name_is_free(request.sqs_backend, name)
        request.params["Attributes"] = attributes.complete(chosen)
        return original(request)

    return create_queue


def setting(original: Answer) -> Answer:
    def set_queue_attributes(request: SQSResponse) -> ActionResult:
        queue: Any = request.sqs_backend.get_queue(request._get_queue_name())
        chosen = request._get_param("Attributes", {})
        attributes.check(chosen, queue.fifo_queue)
        if queue.fifo_queue and "FifoQueue" in chosen and not attributes.is_true(chosen["FifoQueue"]):
            raise errors.attribute_value("FifoQueue", "Modifying queue type is not supported.")
        _check_documents(request, queue.name, {name: value for name, value in chosen.items() if value != ""})
        policy = {} if "Policy" in chosen else {"Policy": queue.policy}  # moto drops what is not named again
        request.params["Attributes"] = {**policy, **attributes.complete(chosen)}
        return original(request)

    return set_queue_attributes


def getting(original: Answer) -> Answer:
    def get_queue_attributes(request: SQSResponse) -> ActionResult:
        answer = original(request)
        result: Any = answer.result or {}
        attributes = result.get("Attributes", {})
        for name in WHOLE_SECONDS:
            if name in attributes:
                attributes[name] = str(int(float(attributes[name])))
        return answer

    return get_queue_attributes


def check_listing(request: SQSResponse) -> None:
    most = request._get_param("MaxResults")
    if most is not None and not 1 <= int(most) <= MOST_LISTED:
        raise errors.parameter(
            "Value for parameter MaxResults is invalid. "
            f"Reason: MaxResults must be an integer between 1 and {MOST_LISTED}."
        )


def list_queue_tags(request: SQSResponse) -> ActionResult:
    queue = request.sqs_backend.list_queue_tags(request._get_queue_name())
    return ActionResult({"Tags": queue.tags}) if queue.tags else EmptyResult()


def removing_permission(original: Callable[..., None]) -> Callable[..., None]:
    def remove_permission(backend: Any, queue_name: str, label: str) -> None:
        statements = backend.get_queue(queue_name)._policy_json["Statement"]
        if not any(statement.get("Sid") == label for statement in statements):
            raise errors.value(label, "Label", "can't find label.")
        original(backend, queue_name, label)

    return remove_permission


def policy_of(queue: Queue) -> str | None:
    return json.dumps(queue._policy_json) if queue._policy_json.get("Statement") else None


def set_policy(queue: Queue, text: str | None) -> None:
    empty = {"Version": "2008-10-17", "Id": f"{queue.queue_arn}/SQSDefaultPolicy", "Statement": []}
    queue._policy_json = json.loads(text) if text else empty


def _check_name(name: str | None, fifo: bool) -> None:
    if name is None:
        raise errors.parameter("Value for parameter QueueName is invalid. Reason: Must specify a queue name.")
    if not name:
        raise errors.parameter("Queue name cannot be empty")
    if fifo and not FIFO_NAME.fullmatch(name):
        raise errors.parameter(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            "must end with .fifo suffix and be 1 to 80 in length"
        )
    if not fifo and not STANDARD_NAME.fullmatch(name):
        raise errors.parameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")


def _check_documents(request: SQSResponse, name: str, chosen: dict[str, Any]) -> None:
    backend = request.sqs_backend
    arn = f"arn:{request.partition}:sqs:{backend.region_name}:{backend.account_id}:{name}"
    if chosen.get("RedrivePolicy") is not None:
        redrive_policies.check(backend, arn, str(chosen["RedrivePolicy"]))
    if chosen.get("RedriveAllowPolicy") is not None:
        redrive_policies.check_permission(str(chosen["RedriveAllowPolicy"]))


def _check_same(queue: Any, chosen: dict[str, Any]) -> None:
    if name := attributes.differing(chosen, queue.attributes):
        raise QueueAlreadyExists(
            f"A queue already exists with the same name and a different value for attribute {name}"
        )
