"""Verify a deployment: after CREATE_COMPLETE, each resource is looked up in its own service."""

import re
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision.checks import CHECKS
from shoplib.provision.questions import Question
from shoplib.provision.refusals import code_of, is_denied
from shoplib.provision.stack import Resource, Stack
from shoplib.provision.target import Target

DELETION_LIMIT_SECONDS = 30.0
# Codes by which services say that there is no such thing; S3's HEAD answers with the bare status.
_NOT_THERE = re.compile(r"NotFound|NoSuch|NonExist|DoesNotExist|Not_Found|\b404\b")

# The answers: it is there, it is not, or nobody could say.
THERE, MISSING, UNKNOWN = "there", "missing", "unknown"


def verify(stack: Stack, body: Mapping[str, Any], values: Mapping[str, str], target: Target) -> tuple[Resource, ...]:
    """Look up every resource; return those that have no check (only CloudFormation reports that they exist).

    `body` is the expanded template, `values` its parameters. LabError names what should exist and does not.
    """
    # Resources behind a condition may rightly be absent.
    expected = {name for name, spec in body["Resources"].items() if "Condition" not in spec}
    absent = expected - {resource.logical_id for resource in stack.resources}
    answers = _ask(stack.resources, body, values, stack, target)
    missing = sorted(absent) + [_describe(resource) for resource, answer in answers if answer == MISSING]
    if missing:
        what = f"{stack.name} says it is complete, but does not have {', '.join(missing)}"
        raise LabError(what, "destroy it and deploy again")
    return tuple(resource for resource, answer in answers if answer == UNKNOWN)


def verify_deleted(removed: Iterable[Resource], stack: Stack, body: Mapping[str, Any], target: Target) -> None:
    """Raise LabError for resources that still exist after their stack is deleted; services get some time."""
    until, remaining = time.monotonic() + DELETION_LIMIT_SECONDS, list(removed)
    while remaining:
        remaining = [resource for resource, answer in _ask(remaining, body, {}, stack, target) if answer == THERE]
        if remaining and time.monotonic() > until:
            names = ", ".join(_describe(resource) for resource in remaining)
            raise LabError(f"{stack.name} is deleted, but {names} still exists", "delete it by hand")
        if remaining:
            time.sleep(3 if target.is_real else 0.2)


def _describe(resource: Resource) -> str:
    return f"{resource.logical_id} ({resource.type} {resource.physical_id})"


def _ask(
    resources: Iterable[Resource], body: Mapping[str, Any], values: Mapping[str, str], stack: Stack, target: Target
) -> list[tuple[Resource, str]]:
    known = {**values, **{resource.logical_id: resource.physical_id for resource in stack.resources}}
    client = cache(target.client)
    answers = []
    for resource in resources:
        properties = body["Resources"].get(resource.logical_id, {}).get("Properties") or {}
        texts = {name: text for name, value in properties.items() if (text := _text(value, known))}
        question = Question(resource.physical_id, frozenset(properties), texts, client)
        answers.append((resource, _answer(resource, question)))
    return answers


def _text(value: Any, known: Mapping[str, str]) -> str | None:
    """A property's value where it is plain text or refers to something by its id or ARN; the first of a list."""
    if isinstance(value, list) and value:
        return _text(value[0], known)
    if isinstance(value, dict) and len(value) == 1:
        return known.get(_owner(value))
    return value if isinstance(value, str) else None


def _owner(value: Mapping[str, Any]) -> str:
    """Whose id a reference stands for; of attributes, ARNs and ids alone do: services take them for names."""
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value.get("Fn::GetAtt", "")
    name, _, rest = (".".join(attribute) if isinstance(attribute, list) else str(attribute)).partition(".")
    return name if rest.endswith(("Arn", "Id")) and rest != "RootResourceId" else ""


def _answer(resource: Resource, question: Question) -> str:
    check = CHECKS.get(resource.type)
    if not check:
        return UNKNOWN
    try:
        return THERE if check(question) else MISSING
    except KeyError:
        return UNKNOWN  # its parent is not known from the template
    except ClientError as error:
        return _meaning(error)


def _meaning(error: ClientError) -> str:
    message = f"{code_of(error)} {error.response['Error'].get('Message', '')}"
    if _NOT_THERE.search(code_of(error)) or "does not exist" in message or "not found" in message.lower():
        return MISSING
    # Without the right to look, or where an emulator lacks the call, nobody knows: that is no fault of the stack.
    if is_denied(error) or error.response["ResponseMetadata"].get("HTTPStatusCode") == 501:
        return UNKNOWN
    raise error
