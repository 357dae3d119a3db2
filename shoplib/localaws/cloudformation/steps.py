"""One resource at a time: create, update, replace, delete, each with its events."""

import logging
from collections.abc import Mapping
from typing import Any

from shoplib.localaws.cloudformation import custom, schemas
from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.intrinsics import Scope, resolve
from shoplib.localaws.cloudformation.resource_providers import (
    PhysicalResource,
    Properties,
    Request,
    ResourceProvider,
    generated_name,
    provider_of,
)
from shoplib.localaws.cloudformation.stack import Resource, Stack

log = logging.getLogger("shoplib.cloudformation")
# Properties of which a type needs one, whichever it is.
ALTERNATIVES = {"AWS::IAM::Policy": ("Groups", "Roles", "Users")}
INITIATED = "Resource creation Initiated"
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def create(stack: Stack, resource: Resource, scope: Scope) -> None:
    """ResourceFailed, with CREATE_FAILED recorded, when it cannot be created. `scope` is that of the plan."""
    stack.resource_became(resource, "CREATE_IN_PROGRESS")
    try:
        resource.properties = schemas.fit(resource.type, resolve(resource.definition["Properties"], scope))
        _require_properties(resource)
        resource.physical = _kind(resource).create(_request(stack, resource, resource.properties))
    except Exception as error:
        raise _failed(stack, resource, "CREATE_FAILED", error) from error
    scope.resources[resource.logical_id] = resource
    stack.resource_became(resource, "CREATE_IN_PROGRESS", INITIATED)
    stack.resource_became(resource, "CREATE_COMPLETE")


def _require_properties(resource: Resource) -> None:
    missing = schemas.missing_properties(resource.type, resource.properties)
    if missing:
        problems = ", ".join(f"The property {{/{name}}} is required" for name in missing)
        raise ResourceFailed(f"Property validation failure: [{problems}]")
    alternatives = ALTERNATIVES.get(resource.type, ())
    if alternatives and not any(resource.properties.get(name) for name in alternatives):
        raise ResourceFailed(f"At least one of [{','.join(alternatives)}] must be non-empty.")


def update(stack: Stack, resource: Resource, properties: Properties) -> PhysicalResource | None:
    """Bring it to these properties; returns what was replaced and is to be deleted when the stack update is sure.

    ResourceFailed, with UPDATE_FAILED recorded, when it cannot be updated.
    """
    assert resource.physical is not None
    new = schemas.requires_replacement(resource.type, resource.properties, properties)
    stack.resource_became(resource, "UPDATE_IN_PROGRESS", REPLACING if new else "")
    try:
        replaced = _change(stack, resource, properties, new)
    except Exception as error:
        raise _failed(stack, resource, "UPDATE_FAILED", error) from error
    resource.properties = properties
    if replaced:
        stack.resource_became(resource, "UPDATE_IN_PROGRESS", INITIATED)
    stack.resource_became(resource, "UPDATE_COMPLETE")
    return replaced


def tell_address(stack: Stack, resource: Resource) -> None:
    """Update a custom resource that knows this engine's former address. The stack is as it was: there is no event."""
    request = _request(stack, resource, resource.properties)
    if resource.physical is None or not custom.names_this_engine(resource.properties, request):
        return
    try:
        updated = _kind(resource).update(resource.physical, resource.properties, request)
    except Exception as error:  # noqa: BLE001 - it is somebody else's function, and may fail in any way
        log.warning("%s of %s still has the former address: %s", resource.logical_id, stack.name, error)
    else:
        resource.physical = updated or resource.physical


def delete(stack: Stack, resource: Resource) -> bool:
    """True when it is gone (or was never there), or kept by its DeletionPolicy; else DELETE_FAILED is recorded."""
    if resource.physical is None:
        return True
    if resource.keeps():
        stack.resource_became(resource, "DELETE_SKIPPED")
        return True
    stack.resource_became(resource, "DELETE_IN_PROGRESS")
    try:
        _kind(resource).delete(resource.physical, _request(stack, resource, resource.properties))
    except Exception as error:  # noqa: BLE001 - a type may fail in any way; the event says how
        _failed(stack, resource, "DELETE_FAILED", error)
        return False
    stack.resource_became(resource, "DELETE_COMPLETE")
    resource.last_id, resource.physical = resource.physical_id, None
    return True


def delete_replaced(stack: Stack, resource: Resource, old: PhysicalResource, properties: Properties) -> None:
    """The predecessor of a replaced resource. What cannot be deleted stays, as on AWS, and the event says so."""
    if resource.keeps("UpdateReplacePolicy"):
        stack.predecessor_became(resource, old.physical_id, "DELETE_SKIPPED")
        return
    stack.predecessor_became(resource, old.physical_id, "DELETE_IN_PROGRESS")
    try:
        _kind(resource).delete(old, _request(stack, resource, properties))
    except Exception as error:
        log.warning("DELETE_FAILED %s, formerly %s", old.physical_id, resource.logical_id, exc_info=error)
        stack.predecessor_became(resource, old.physical_id, "DELETE_FAILED", reason_of(error))
        return
    stack.predecessor_became(resource, old.physical_id, "DELETE_COMPLETE")


def _change(stack: Stack, resource: Resource, properties: Properties, new: bool) -> PhysicalResource | None:
    assert resource.physical is not None
    kind, request, old = _kind(resource), _request(stack, resource, properties), resource.physical
    changed = None if new else kind.update(old, resource.properties, request)
    if changed is not None:
        resource.physical = changed
        return old if changed.replaces else None
    _refuse_custom_name(kind, resource, properties)
    if old.physical_id in _texts(properties):
        # It bears a name of the template's choosing: there cannot be two of them at a time.
        kind.delete(old, _request(stack, resource, resource.properties))
        resource.physical = kind.create(request)
        return None
    resource.physical = kind.create(request)
    return old if old.physical_id != resource.physical.physical_id else None


def _refuse_custom_name(kind: ResourceProvider, resource: Resource, properties: Properties) -> None:
    """There cannot be two of one name at a time, and AWS deletes nothing before its successor exists."""
    name = getattr(kind, "name", "")
    if name and properties.get(name) and properties[name] == resource.properties.get(name):
        raise ResourceFailed(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {properties[name]} and update the stack again."
        )


def _texts(properties: Mapping[str, Any]) -> set[str]:
    return {value for value in properties.values() if isinstance(value, str)}


def _kind(resource: Resource) -> ResourceProvider:
    kind = provider_of(resource.type)
    if kind is None:
        raise ResourceFailed(f"not supported by the local AWS: {resource.type}")
    return kind


def _request(stack: Stack, resource: Resource, properties: Properties) -> Request:
    name = generated_name(resource.type, stack.name, resource.logical_id)
    return Request(resource.type, resource.logical_id, properties, name, stack.account_id, stack.region, stack.stack_id)


def _failed(stack: Stack, resource: Resource, status: str, error: Exception) -> ResourceFailed:
    log.warning("%s %s of %s", status, resource.logical_id, stack.name, exc_info=error)
    stack.resource_became(resource, status, reason_of(error))
    return ResourceFailed(resource.logical_id)


def reason_of(error: Exception) -> str:
    """The AWS error's own message when there is one; the words of a fault of ours are for the log alone."""
    message = getattr(error, "message", None) or _answer_of(error) or str(error)
    known = isinstance(error, ResourceFailed) or hasattr(error, "code") or hasattr(error, "response")
    if isinstance(error, NotImplementedError):
        return f"not supported by the local AWS: {message}" if message else "Not supported by the local AWS."
    return str(message) if known and message else "Internal Failure: the engine's log says why."


def _answer_of(error: Exception) -> str:
    """What a service answered, without the words that boto3 puts around it."""
    answer = getattr(error, "response", {})
    if not isinstance(answer, dict) or not answer.get("Error", {}).get("Message"):
        return ""
    fault, call = answer["Error"], answer.get("ResponseMetadata", {})
    details = f"Status Code: {call.get('HTTPStatusCode')}; Error Code: {fault.get('Code')}"
    return f"{fault['Message']} ({details}; Request ID: {call.get('RequestId')})"
