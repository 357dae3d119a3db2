"""Stages of usage plans: moto takes any text for one."""

from collections.abc import Iterable
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigatewayv2.models import apigatewayv2_backends

from shoplib.localaws.apigateway.control_plane.patches import NotFound, Operation


def check_plan(backend: Any, payload: Any) -> None:
    require_stages(backend, payload.get("apiStages") or [])


def check_patch(backend: Any, usage_plan_id: str, patch_operations: Any) -> None:
    """Of operations on `/apiStages` itself: what is added exists, what is removed belongs to the plan."""
    for operation in patch_operations or []:
        if operation.get("path") == "/apiStages":
            _require_patched(backend, usage_plan_id, operation)


def require_stages(backend: Any, stages: Iterable[Any]) -> None:
    """Of a plan that is to be created."""
    for each in stages:
        api_id, stage = each.get("apiId"), each.get("stage")
        if not (api_id and stage):
            # The placeholders are AWS's.
            raise BadRequestException("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
        if not _exists(backend, api_id, stage):
            raise NotFound(f"API Stage not found: {api_id}:{stage}")


def _require_patched(backend: Any, plan_id: str, operation: Operation) -> None:
    api_id, _, stage = str(operation.get("value") or "").partition(":")
    if not (api_id and stage):
        raise BadRequestException("Invalid API Stage specified")
    listed = ((each["apiId"], each["stage"]) for each in backend.get_usage_plan(plan_id).api_stages)
    is_removed = operation.get("op") == "remove"
    if (api_id, stage) not in listed if is_removed else not _exists(backend, api_id, stage):
        raise NotFound(f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan_id}")


def _exists(backend: Any, api_id: str, stage: str) -> bool:
    """Of REST APIs, and of WebSocket APIs, whose $connect may ask for a key."""
    sockets = apigatewayv2_backends[backend.account_id][backend.region_name].apis
    api = backend.apis.get(api_id) or sockets.get(api_id)
    return api is not None and stage in api.stages
