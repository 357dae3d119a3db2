"""Wait for CloudFormation: report progress, stop at a limit, and find out what failed."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision.stack import describe
from shoplib.provision.target import Target

# (what is going on, how many are done, of how many)
Progress = Callable[[str, int, int], None]
LIMIT_SECONDS = 1800.0
DELETED = "DELETE_COMPLETE"
# A list of all resources costs the local AWS as much as making some of them.
COUNT_EVERY_SECONDS = 1.0


def silent(_what: str, _done: int, _of: int) -> None:
    """For callers that show no progress."""


def wait_until_settled(
    stack_id: str, name: str, target: Target, total: int = 0, progress: Progress = silent, limit: float | None = None
) -> str:
    """Wait until no operation is in progress; return the stack's status. LabError at the limit (seconds)."""
    limit = LIMIT_SECONDS if limit is None else limit
    until, counted_at, done = time.monotonic() + limit, -COUNT_EVERY_SECONDS, 0
    while True:
        description = describe(stack_id, target)
        status = str(description["StackStatus"]) if description else DELETED
        settled = not status.endswith("_IN_PROGRESS")
        if settled or time.monotonic() - counted_at >= COUNT_EVERY_SECONDS:
            done, counted_at = _count_finished(stack_id, target), time.monotonic()
        progress(f"{name}: {status.lower().replace('_', ' ')}", done, total)
        if settled:
            return status
        if time.monotonic() > until:
            raise LabError(f"{name} is still {status} after {limit:.0f} s", "check the stack's events, then try again")
        time.sleep(3 if target.is_real else 0.1)


def _count_finished(stack_id: str, target: Target) -> int:
    try:
        pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_id)
        entries = [entry for page in pages for entry in page["StackResourceSummaries"]]
    except ClientError as error:
        if "does not exist" in str(error):
            return 0  # a stack that has just gone has no list
        raise
    return sum(entry["ResourceStatus"].endswith("_COMPLETE") for entry in entries)


def reason(stack_id: str, target: Target) -> str:
    """Return the first resource that failed in the stack's last operation and why, else the stack's status reason."""
    events = _last_operation(stack_id, target)
    of_resources = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    of_stack = [event for event in events if event["PhysicalResourceId"] == stack_id]
    if of_resources:
        first = of_resources[-1]  # the oldest failure caused the others
        why = first.get("ResourceStatusReason", "no reason")
        return f"{first['LogicalResourceId']} ({first['ResourceType']}): {why}"
    reasons = [event["ResourceStatusReason"] for event in of_stack if event.get("ResourceStatusReason")]
    return str(reasons[-1]) if reasons else "CloudFormation gives no reason"


def _last_operation(stack_id: str, target: Target) -> list[dict[str, Any]]:
    """Its events, newest first, without the one that began it."""
    events = []
    pages = target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    for event in (event for page in pages for event in page["StackEvents"]):
        if event["PhysicalResourceId"] == stack_id and event.get("ResourceStatusReason") == "User Initiated":
            break
        events.append(event)
    return events
