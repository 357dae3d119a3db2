"""Inject faults on a target; they end with the process that set them. Only the local AWS supports them."""

import os
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil

from shoplib.errors import LabError
from shoplib.provision.functions import find_function
from shoplib.provision.target import Target

PATH = "/_aws/faults"
OF_FUNCTIONS = "aws:lambda:"
EVERY = "*"


@contextmanager
def fault(
    action: str,
    name: str,
    place: Target,
    *,
    percentage: float | None = None,
    duration: float | None = None,
    seed: int | None = None,
    principal: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    """Context manager: the fault is active within the block, and is removed even after an interruption."""
    identity = f"fault-{uuid.uuid4().hex[:8]}"
    dials: dict[str, Any] = {"percentage": percentage, "duration": duration, "seed": seed, "principal": principal}
    try:
        yield add_fault(action, name, place, identity=identity, owner=os.getpid(), parameters=parameters, **dials)
    finally:
        remove_faults(place, identity)


def add_fault(
    action: str,
    name: str,
    place: Target,
    *,
    percentage: float | None = None,
    duration: float | None = None,
    seed: int | None = None,
    principal: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    identity: str | None = None,
    owner: int | None = None,
) -> dict[str, Any]:
    """Add a fault and return it as listed. `name` is a function by any of its names, or `dynamodb:PutItem`;
    `parameters` in the action's names or in Python's; it goes with the process `owner`. LabError when it is refused."""
    _require_local(place)
    wish = {
        "id": identity,
        "action": action,
        "target": _function(name, place) if action.startswith(OF_FUNCTIONS) else name,
        "principal": _principal(principal, place) if principal else None,
        "percentage": percentage,
        "duration": duration,
        "seed": seed,
        "parameters": {_camel(key): value for key, value in (parameters or {}).items()},
        "owner": {"pid": owner, "created": psutil.Process(owner).create_time()} if owner else None,
    }
    return _ask(place, "POST", {key: value for key, value in wish.items() if value is not None})


def faults(place: Target) -> list[dict[str, Any]]:
    """Return the active faults, oldest first."""
    _require_local(place)
    listed: list[dict[str, Any]] = _ask(place, "GET")["faults"]
    return listed


def remove_faults(place: Target, identity: str | None = None) -> list[str]:
    """Remove the fault with this id, or all; return the ids of the removed faults."""
    _require_local(place)
    answer = place.ask(PATH if identity is None else f"{PATH}?id={identity}", "DELETE")
    return [] if answer is None else list(answer["removed"])


def _ask(place: Target, method: str, wish: Any = None) -> dict[str, Any]:
    answer: dict[str, Any] | None = place.ask(PATH, method, wish)
    if answer is None:
        raise LabError(f"{place.banner} does not support faults", "only the local AWS does")
    if "refusal" in answer:
        raise LabError(answer["refusal"], "`shoplib fault add --help` lists the actions and their parameters")
    return answer


def _require_local(place: Target) -> None:
    if place.is_real:
        raise LabError(f"{place.banner}: faults are supported by the local AWS only", "on AWS, use AWS FIS experiments")


def _function(name: str, place: Target) -> str:
    return name if name == EVERY or name.startswith("arn:") or ":" in name else find_function(name, place).name


def _principal(name: str, place: Target) -> str:
    """A function by its logical id is that function; any other name is the engine's to know."""
    if name.startswith("arn:"):
        return name
    try:
        return find_function(name, place).name
    except LabError:
        return name


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
