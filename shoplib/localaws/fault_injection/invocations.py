"""Faults of functions, between an execution environment and its handler."""

import json
import math
import time
from dataclasses import replace
from typing import Any, Protocol

from shoplib.localaws.fault_injection.faults import Fault, Faults
from shoplib.localaws.functions.blueprint import Outcome, Request


class Environment(Protocol):
    """What runs the handler."""

    blueprint: Any

    def invoke(self, request: Request) -> Outcome: ...

    def answer_for(self, request: Request, payload: bytes, *, failed: bool) -> Outcome: ...


class InvocationFaults:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def invoke(self, environment: Environment, request: Request) -> Outcome:
        """`environment.invoke`, as the faults that strike this invocation let it."""
        if not self._faults.of_functions:
            return environment.invoke(request)
        delays: list[Fault] = []
        answer = None
        for fault in self._faults.striking("functions", lambda target: target.fits(request.function_arn)):
            if fault.action.kind != "delay":
                answer = fault
                break
            delays.append(fault)
        if delays:
            request = replace(request, hold=lambda limit: _hold(delays, limit))
        return _answer(environment, request, answer) if answer else environment.invoke(request)


def _hold(delays: list[Fault], limit_s: float) -> None:
    """At most as long as the function may run: the delay counts as its own time."""
    end = time.monotonic() + limit_s
    for each in delays:
        remaining_ms = max(0, math.ceil((end - time.monotonic()) * 1000))
        each.wait(min(remaining_ms, each.parameters["startupDelayMilliseconds"]))


def _answer(environment: Environment, request: Request, fault: Fault) -> Outcome:
    payload, failed = _payload(fault), fault.action.kind == "error"
    if fault.parameters["preventExecution"]:
        return environment.answer_for(request, payload, failed=failed)
    outcome = environment.invoke(request)
    return replace(outcome, payload=payload, error="Unhandled" if failed else None)


def _payload(fault: Fault) -> bytes:
    if fault.action.kind == "error":
        message = f"{fault.action.name} injected this error ({fault.id})"
        return json.dumps({"errorType": "FaultInjected", "errorMessage": message}).encode()
    headers = {"Content-Type": fault.parameters["contentTypeHeader"]}
    return json.dumps({"statusCode": fault.parameters["statusCode"], "headers": headers, "body": ""}).encode()
