"""Find the functions of a target by logical id or name, invoke them, and read their logs."""

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib.errors import LabError, did_you_mean, nearest
from shoplib.provision.refusals import code_of, explain_errors
from shoplib.provision.stack import resources, stack_names
from shoplib.provision.target import Target

# As long as a function may run. Whoever gives up earlier and tries again has it run twice.
PATIENT = Config(read_timeout=910, retries={"max_attempts": 0})
FUNCTION = "AWS::Lambda::Function"
LOOK_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Function:
    """`name` is Lambda's; `logical_id` and `stack` are empty for a function outside of stacks."""

    name: str
    logical_id: str = ""
    stack: str = ""

    def __str__(self) -> str:
        return self.logical_id or self.name


@dataclass(frozen=True)
class Line:
    """One log line; `at` is in milliseconds since 1970."""

    at: int
    function: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What an invocation returned, decoded; `error` is Lambda's FunctionError, `log` the end of its log."""

    payload: Any
    error: str
    log: tuple[str, ...]


def functions_of(stack: str, target: Target) -> list[Function]:
    """Return the functions of a deployed stack."""
    with explain_errors(target.banner):
        members = [each for each in resources(stack, target) if each.type == FUNCTION and each.physical_id]
    return [Function(each.physical_id, each.logical_id, stack) for each in members]


def find_function(name: str, target: Target, stack: str | None = None) -> Function:
    """Return the function with this logical id or name, in one stack or any. LabError if there is none or several."""
    known = [each for one in ([stack] if stack else stack_names(target)) for each in functions_of(one, target)]
    matches = [each for each in known if name in (each.logical_id, each.name)]
    if len(matches) > 1:
        where = " and ".join(each.stack for each in matches)
        raise LabError(f"{name} is in {where}", f"say which: --stack-name {matches[0].stack}")
    if matches:
        return matches[0]
    if not stack and _exists(name, target):
        return Function(name)
    raise LabError(f"function not found: {name} on {target.banner}", _suggest(name, known))


def _suggest(name: str, known: list[Function]) -> str:
    """The functions with similar names; if there are none, all."""
    if not known:
        return "no stack there has any"
    bare = {str(each).removesuffix("Function"): str(each) for each in known}
    close = [bare[each] for each in nearest(_bare(name), bare, 3)]
    return did_you_mean(close) or f"functions: {', '.join(map(str, known))}"


def _bare(name: str) -> str:
    """Without the word that most names end in, whatever became of it."""
    return re.sub(r"Fun\w*$", "", name)


def _exists(name: str, target: Target) -> bool:
    with explain_errors(target.banner):
        try:
            target.client("lambda").get_function_configuration(FunctionName=name)
        except ClientError as error:
            if code_of(error) in ("ResourceNotFoundException", "ValidationException"):
                return False
            raise
    return True


def invoke(function: Function, payload: bytes, target: Target) -> Answer:
    """Invoke a function and return its response, whether a result or an error."""
    with explain_errors(target.banner):
        response = target.client("lambda", config=PATIENT).invoke(
            FunctionName=function.name, Payload=payload, LogType="Tail"
        )
    lines = base64.b64decode(response.get("LogResult", "")).decode("utf-8", "replace").splitlines()
    return Answer(json.loads(response["Payload"].read() or "null"), response.get("FunctionError", ""), tuple(lines))


def _reason(answer: Answer) -> str:
    """The error's type and message."""
    payload = answer.payload if isinstance(answer.payload, dict) else {}
    texts = (payload.get(name) for name in ("errorType", "errorMessage"))
    return ": ".join(str(text) for text in texts if text) or str(answer.payload)


def call(function: Function, payload: Any, target: Target, advice: str) -> Any:
    """Invoke a function and return its result; LabError with the function's error and `advice`."""
    answer = invoke(function, json.dumps(payload).encode(), target)
    if answer.error:
        raise LabError(f"{function} failed: {_reason(answer)}", advice)
    return answer.payload


def log_lines(functions: Iterable[Function], target: Target, since: int = 0) -> list[Line]:
    """The log lines of functions from `since` (milliseconds since 1970) on, oldest first."""
    with explain_errors(target.banner):
        lines = [
            Line(e["timestamp"], str(each), e["message"].rstrip()) for each, e in _events(functions, target, since)
        ]
    return sorted(lines, key=lambda line: line.at)


def follow_logs(functions: Sequence[Function], target: Target, since: int) -> Iterator[Line]:
    """Yield log lines from `since` on as they arrive, until the caller stops iterating."""
    seen: set[str] = set()
    while True:
        with explain_errors(target.banner):
            events = [(each, e) for each, e in _events(functions, target, since) if e["eventId"] not in seen]
        for each, event in sorted(events, key=lambda pair: pair[1]["timestamp"]):
            seen.add(event["eventId"])
            since = max(since, event["timestamp"])  # lines of the same millisecond may still come
            yield Line(event["timestamp"], str(each), event["message"].rstrip())
        time.sleep(LOOK_AGAIN_SECONDS)


def _events(functions: Iterable[Function], target: Target, since: int) -> Iterator[tuple[Function, dict[str, Any]]]:
    logs = target.client("logs")
    for each in functions:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=log_group(each, target), startTime=since)
        try:
            yield from ((each, event) for page in pages for event in page["events"])
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":  # the group is made by the first call
                raise


def log_group(function: Function, target: Target) -> str:
    """Return the name of the function's log group."""
    configuration = target.client("lambda").get_function_configuration(FunctionName=function.name)
    return str(configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function.name}")
