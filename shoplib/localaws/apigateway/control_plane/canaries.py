"""Canary releases: a share of a stage's requests goes to another deployment, with other stage variables.

moto 5.2.5 drops canarySettings, and with them would move the whole stage to the deployment.

https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
"""

from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException

from shoplib.localaws.apigateway.snapshots.deployments import canary_of as settings_of

Settings = dict[str, Any]
Operation = dict[str, Any]
COPIES = {"/deploymentId": "/canarySettings/deploymentId", "/variables": "/canarySettings/stageVariableOverrides"}
NOT_DEPLOYABLE = "Invalid deployment content specified."


def require_deployments(api: Any, operations: list[Operation] | None) -> None:
    """Of those that a stage is to be moved to."""
    for each in operations or []:
        if each.get("op") == "replace" and each.get("path") in ("/deploymentId", "/canarySettings/deploymentId"):
            require_deployment(api, each.get("value"))


def describe(stage: Any) -> dict[str, Settings]:
    settings = settings_of(stage)
    return {} if settings is None else {"canarySettings": settings}


def require_deployable(api: Any, stage_name: str | None) -> Any:
    """The stage that a canary is released to."""
    if not stage_name:
        spelling = "null" if stage_name is None else stage_name
        raise BadRequestException(
            f"{NOT_DEPLOYABLE}Non null and non empty stageName must be provided for canary deployment. "
            f"Provided value is {spelling}"
        )
    if stage_name not in api.stages:
        raise BadRequestException(
            f"{NOT_DEPLOYABLE}Stage {stage_name} must already be created before making a canary release deployment"
        )
    return api.stages[stage_name]


def require_deployment(api: Any, deployment_id: Any) -> None:
    if deployment_id not in api.deployments:
        raise BadRequestException("Deployment id does not exist")


def release(api: Any, stage: Any, wish: Settings, deployment_id: str) -> None:
    """Put what CreateStage or CreateDeployment says of a canary into force."""
    require_deployment(api, deployment_id)
    overrides = wish.get("stageVariableOverrides")
    stage.canary_settings = {
        "deploymentId": deployment_id,
        "percentTraffic": _percent(wish.get("percentTraffic") or 0),
        "useStageCache": bool(wish.get("useStageCache", False)),
        **({} if overrides is None else {"stageVariableOverrides": dict(overrides)}),
    }


def patch(stage: Any, kind: str, rest: list[str], value: Any) -> bool:
    """Change what is below `/canarySettings`; False for what AWS does not know there."""
    if kind == "remove":
        return _remove(stage, rest)
    settings = dict(settings_of(stage) or _defaults(stage))
    if rest[:1] == ["stageVariableOverrides"] and len(rest) == 2:
        overrides = {**settings.get("stageVariableOverrides", {}), rest[1]: str(value)}
        settings["stageVariableOverrides"] = overrides
    elif len(rest) == 1 and rest[0] in _READERS:
        settings[rest[0]] = _READERS[rest[0]](value)
    else:
        return False
    stage.canary_settings = settings
    return True


def _remove(stage: Any, rest: list[str]) -> bool:
    settings = settings_of(stage)
    overrides = (settings or {}).get("stageVariableOverrides", {})
    if rest[:1] == ["stageVariableOverrides"] and len(rest) == 2 and rest[1] in overrides:
        left = {name: value for name, value in overrides.items() if name != rest[1]}
        stage.canary_settings = {**(settings or {}), "stageVariableOverrides": left}
        return True
    if not rest:
        stage.canary_settings = None
    return not rest


def promote(stage: Any, operation: Operation) -> None:
    """The one use of `copy`: what the canary has becomes the stage's."""
    path, source = operation.get("path"), operation.get("from")
    if COPIES.get(str(path)) != source:
        raise BadRequestException(
            f"Invalid copy operation with path: {path} and from {source}. Valid copy:path are "
            f"[{', '.join(COPIES)}] and valid copy:from are [{', '.join(COPIES.values())}]"
        )
    settings = settings_of(stage)
    if settings is None:
        raise BadRequestException("Promotion not available. Canary does not exist.")
    if path == "/deploymentId":
        stage.deployment_id = settings["deploymentId"]
    else:
        stage.variables = {**stage.variables, **settings.get("stageVariableOverrides", {})}


def _defaults(stage: Any) -> Settings:
    return {"deploymentId": stage.deployment_id, "percentTraffic": 0.0, "useStageCache": False}


def _percent(value: Any) -> float:
    try:
        percent = float(value)
    except (TypeError, ValueError):
        percent = -1.0
    if not 0 <= percent <= 100:
        raise BadRequestException("Percent traffic must be between 0.0 and 100.0")
    return percent


_READERS: dict[str, Callable[[Any], Any]] = {
    "deploymentId": str,
    "percentTraffic": _percent,
    "useStageCache": lambda value: str(value).lower() == "true",
}
