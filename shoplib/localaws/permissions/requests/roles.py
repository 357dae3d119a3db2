"""Roles that a request hands to a service, which needs iam:PassRole."""

import re
from collections.abc import Iterable
from typing import Any

from shoplib.localaws.permissions.requests.accesses import Call

ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")
PASSED_TO = {
    "lambda": "lambda.amazonaws.com",
    "states": "states.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    "events": "events.amazonaws.com",
    "firehose": "firehose.amazonaws.com",
}


def roles_of(call: Call) -> Iterable[tuple[str, str]]:
    """Roles that the request hands to a service, and to which: that needs iam:PassRole."""
    service = PASSED_TO.get(call.place.service)
    if service is None or call.operation.startswith(("Get", "List", "Describe", "Delete")):
        return
    for value in _texts(call.parameters):
        if ROLE.fullmatch(value):
            yield value, service


def _texts(value: Any) -> Iterable[str]:
    """The texts of members that hold a role, at any depth."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str) and name.lower().endswith(("role", "rolearn")):
                yield each
            elif not isinstance(each, str):
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
