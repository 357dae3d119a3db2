"""`/_aws/faults`: POST sets a fault, GET lists them, DELETE removes the one with `?id=` or, without it, all.

AWS has experiments in its place; what they are made of is set here one by one. A refused fault is answered with
`{"refusal": text}`, as other questions to the engine are.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from shoplib.localaws.accounts import account_of
from shoplib.localaws.fault_injection.actions import action_of
from shoplib.localaws.fault_injection.faults import Fault, Faults, Owner
from shoplib.localaws.fault_injection.targets import FunctionTarget, OperationTarget, function_target, operation_target
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import signature

PATH = "/_aws/faults"
LONGEST_S = 12 * 3600
KNOWN = {"id", "action", "target", "principal", "percentage", "duration", "seed", "parameters", "owner"}
Environ = dict[str, Any]


class FaultEndpoint:
    """A WSGI application."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def matches(self, environ: Environ) -> bool:
        return environ["PATH_INFO"] == PATH

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = json.dumps(self._answer(environ)).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: Environ) -> dict[str, Any]:
        if environ["REQUEST_METHOD"] == "POST":
            return self._add(environ)
        if environ["REQUEST_METHOD"] == "DELETE":
            chosen = parse_qs(environ.get("QUERY_STRING", "")).get("id")
            return {"removed": self._faults.remove(lambda each: chosen is None or each.id in chosen)}
        return {"faults": [_described(each) for each in self._faults.all()]}

    def _add(self, environ: Environ) -> dict[str, Any]:
        try:
            wish = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
            fault = _fault(wish if isinstance(wish, dict) else {}, environ)
        except ValueError as error:
            return {"refusal": f"the fault is not JSON: {error}"}
        except Refusal as error:
            return {"refusal": error.message}
        self._faults.add(fault)
        return _described(fault)


def _fault(wish: Mapping[str, Any], environ: Environ) -> Fault:
    if unknown := sorted(set(wish) - KNOWN):
        raise Refusal("ValidationException", f"A fault has no {unknown[0]}; it has: {', '.join(sorted(KNOWN))}")
    action = action_of(_text(wish, "action"))
    seed = wish.get("seed")
    duration = _number(wish, "duration", LONGEST_S)
    identity: dict[str, Any] = {"id": _text(wish, "id")} if wish.get("id") else {}
    return Fault(
        action,
        _target(action.of, _text(wish, "target"), _text(wish, "principal"), environ),
        _text(wish, "target"),
        action.read(_parameters(wish)),
        percentage=_number(wish, "percentage", 100) or 100.0,
        seed=random.randrange(2**31) if seed is None else _whole(seed),
        ends=None if duration is None else time.monotonic() + duration,
        owner=_owner(wish.get("owner")),
        **identity,
    )


def _target(of: str, text: str, principal: str, environ: Environ) -> FunctionTarget | OperationTarget:
    signed = signature(environ)
    if signed is None or not text:
        raise Refusal("ValidationException", "A fault needs a target: a function, or a service and its operations")
    account_id = account_of(signed.access_key)
    if of == "functions":
        return function_target(text, principal, account_id, signed.region)
    return operation_target(text, principal, account_id)


def _text(wish: Mapping[str, Any], name: str) -> str:
    value = wish.get(name) or ""
    if not isinstance(value, str):
        raise Refusal("ValidationException", f"{name} must be a text, not {value!r}")
    return value


def _parameters(wish: Mapping[str, Any]) -> dict[str, Any]:
    value = wish.get("parameters") or {}
    if not isinstance(value, dict):
        raise Refusal("ValidationException", f"parameters must be an object of names and values, not {value!r}")
    return value


def _number(wish: Mapping[str, Any], name: str, most: int) -> float | None:
    """Above zero."""
    value = wish.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise Refusal("ValidationException", f"{name} must be above 0 and at most {most}, not {value!r}")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal("ValidationException", f"seed must be a whole number, not {value!r}")
    return value


def _owner(value: Any) -> Owner | None:
    if value is None:
        return None
    try:
        return Owner(int(value["pid"]), float(value["created"]))
    except (TypeError, KeyError, ValueError):
        raise Refusal("ValidationException", "owner must have the pid of a process and when it was created") from None


def _described(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "action": fault.action.name,
        "target": fault.target_text,
        "principal": getattr(fault.target, "principal", ""),
        "percentage": fault.percentage,
        "parameters": dict(fault.parameters),
        "seed": fault.seed,
        "remaining": None if fault.ends is None else max(0.0, round(fault.ends - time.monotonic(), 1)),
        "owner": fault.owner.pid if fault.owner else None,
        "struck": fault.struck,
    }
