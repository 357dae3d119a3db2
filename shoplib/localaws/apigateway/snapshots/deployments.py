"""Deployments are snapshots: moto records that one happened, this keeps what was deployed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.apigateway.exceptions import BadRequestException, DeploymentNotFoundException
from moto.apigateway.models import Deployment, Stage
from moto.apigateway.utils import ApigwDeploymentIdentifier, create_id

from shoplib.localaws.apigateway.openapi import describe_http, describe_rest
from shoplib.localaws.apigateway.snapshots.http_api import HttpSnapshot, compile_http_api
from shoplib.localaws.apigateway.snapshots.rest import RestSnapshot, compile_rest_api
from shoplib.localaws.apigateway.snapshots.web_socket import WebSocketSnapshot, compile_web_socket_api

# What a Deployment's StageDescription may say of all methods beside its MethodSettings.
OF_ALL_METHODS = (
    *("CacheDataEncrypted", "CacheTtlInSeconds", "CachingEnabled"),
    *("DataTraceEnabled", "LoggingLevel", "MetricsEnabled"),
    *("ThrottlingBurstLimit", "ThrottlingRateLimit"),
)


def canary_of(stage: Any) -> dict[str, Any] | None:
    """Settings of a stage's canary release: which deployment a share of its requests goes to."""
    settings: dict[str, Any] | None = getattr(stage, "canary_settings", None)
    return settings


def choose(api: Any, stage: Any) -> tuple[Any, dict[str, str], bool | None]:
    """Deployment and stage variables that serve a request; whether it goes to the canary, None without one."""
    canary, variables = canary_of(stage), dict(stage.variables or {})
    if canary is None:
        return api.deployments.get(stage.deployment_id), variables, None
    chosen = random.random() * 100 < canary["percentTraffic"]
    if chosen:
        variables.update(canary.get("stageVariableOverrides", {}))
    return api.deployments.get(canary["deploymentId"] if chosen else stage.deployment_id), variables, chosen


def create_deployment(api: Any, name: str, description: str, stage_variables: Any = None) -> Any:
    """Deploy `api` as it is now; `name` is a stage to create or to move to this deployment."""
    identifier = ApigwDeploymentIdentifier(api.account_id, api.region_name, stage_name=name)
    deployment_id = identifier.generate(list(api.deployments))
    deployment: Any = Deployment(deployment_id, name, description)  # type: ignore[abstract]
    deployment.snapshot = compile_rest_api(api, deployment_id)
    deployment.description_of_api = describe_rest.describe(api)
    api.deployments[deployment_id] = deployment
    if name:
        _point_stage(api, name, deployment_id, stage_variables)
    return deployment


def _point_stage(api: Any, name: str, deployment_id: str, variables: Any) -> None:
    """A stage that exists keeps its settings and variables; moto would replace it with a bare one."""
    stage = api.stages.get(name)
    if stage is None:
        api.stages[name] = Stage(name=name, deployment_id=deployment_id, variables=variables or {})
        return
    stage.deployment_id = deployment_id
    stage.variables.update(variables or {})


def put_stage_settings(stage: Any, properties: dict[str, Any]) -> None:
    """CloudFormation's MethodSettings, AccessLogSetting, cache and tracing on a moto REST `Stage`."""
    of_all = {name: properties[name] for name in OF_ALL_METHODS if name in properties}
    listed = [{"ResourcePath": "/*", "HttpMethod": "*", **of_all}] if of_all else []
    listed += properties.get("MethodSettings") or []
    stage.method_settings = {_settings_key(setting): _method_settings(setting) for setting in listed}
    log = properties.get("AccessLogSetting")
    stage.access_log_settings = (
        {"destinationArn": log.get("DestinationArn"), "format": log.get("Format")} if log else None
    )
    stage.tracing_enabled = properties.get("TracingEnabled")
    put_cache(stage, str(properties.get("CacheClusterEnabled", False)).lower() == "true")
    stage.cache_cluster_size = str(properties["CacheClusterSize"]) if "CacheClusterSize" in properties else None


def put_cache(stage: Any, is_enabled: bool) -> None:
    """Here a cache is there at once; on AWS making one takes minutes."""
    stage.cache_cluster_enabled = is_enabled
    stage.cache_cluster_status = "AVAILABLE" if is_enabled else "NOT_AVAILABLE"


def _settings_key(setting: dict[str, Any]) -> str:
    """`*/*`, or `~1items~1{id}/GET` for one method."""
    path = setting.get("ResourcePath", "/*")
    return f"{'*' if path in ('/*', '*') else path.replace('/', '~1')}/{setting.get('HttpMethod', '*')}"


def _method_settings(setting: dict[str, Any]) -> dict[str, Any]:
    return {
        key[:1].lower() + key[1:]: value for key, value in setting.items() if key not in ("ResourcePath", "HttpMethod")
    }


def delete_deployment(api: Any, deployment_id: str) -> Any:
    if deployment_id not in api.deployments:
        raise DeploymentNotFoundException()
    if deployment_id in _deployments_in_use(api):
        raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    return api.deployments.pop(deployment_id)


def abandon(api: Any, deployment_id: str) -> None:
    """Delete a deployment, or once no stage serves it any more.

    A stack update may remove the old deployment before its stage has moved to the new one; the stage keeps serving.
    """
    api.deployments[deployment_id].abandoned = True
    sweep(api)


def _deployments_in_use(api: Any) -> set[str]:
    canaries = [canary for stage in api.stages.values() if (canary := canary_of(stage)) is not None]
    return {stage.deployment_id for stage in api.stages.values()} | {each["deploymentId"] for each in canaries}


def sweep(api: Any) -> None:
    """Delete abandoned deployments that no stage serves."""
    served = _deployments_in_use(api)
    for deployment_id, deployment in list(api.deployments.items()):
        if getattr(deployment, "abandoned", False) and deployment_id not in served:
            del api.deployments[deployment_id]


def snapshot_of(api: Any, deployment: Any) -> RestSnapshot:
    """What was deployed; a deployment made before this module was installed is compiled when first served."""
    snapshot = getattr(deployment, "snapshot", None)
    if snapshot is None:
        snapshot = deployment.snapshot = compile_rest_api(api, deployment.id)
    return snapshot


@dataclass(frozen=True, slots=True)
class HttpDeployment:
    """A deployment of an HTTP or a WebSocket API, which moto does not know."""

    id: str
    description: str
    created: str
    snapshot: HttpSnapshot | WebSocketSnapshot
    description_of_api: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "deploymentId": self.id,
            "deploymentStatus": "DEPLOYED",
            "description": self.description,
            "createdDate": self.created,
            "autoDeployed": False,
        }


def http_deployments(api: Any) -> dict[str, HttpDeployment]:
    """Deployments of a moto apigatewayv2 `Api` by id; they live and die with it."""
    deployments: dict[str, HttpDeployment] = api.__dict__.setdefault("lab_deployments", {})
    return deployments


def deploy_http_api(api: Any, description: str = "", stage_name: str | None = None) -> HttpDeployment:
    """Deploy `api` as it is now, and move the stage (if one is named) to this deployment."""
    deployment_id = create_id()[:6]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    snapshot = _compile(api, deployment_id)
    described = describe_http.describe(api) if api.protocol_type == "HTTP" else {}
    deployment = HttpDeployment(deployment_id, description, now, snapshot, described)
    http_deployments(api)[deployment_id] = deployment
    if stage_name:
        api.get_stage(stage_name).config["deploymentId"] = deployment_id
    return deployment


def _compile(api: Any, deployment_id: str) -> HttpSnapshot | WebSocketSnapshot:
    compiled = compile_web_socket_api if api.protocol_type == "WEBSOCKET" else compile_http_api
    return compiled(api, deployment_id)


def http_snapshot_of(api: Any, stage: Any) -> Any:
    """What `stage` serves: the newest state when it deploys automatically, else its deployment; None without one."""
    if stage.auto_deploy:
        return _live_snapshot(api)
    deployment = http_deployments(api).get(stage.config.get("deploymentId"))
    return deployment.snapshot if deployment is not None else None


def _live_snapshot(api: Any) -> HttpSnapshot | WebSocketSnapshot:
    revision = getattr(api, "revision", 0)
    known, snapshot = getattr(api, "live", (None, None))
    if snapshot is None or known != revision:
        snapshot = _compile(api, f"auto{revision}")
        api.live = (revision, snapshot)
    return snapshot
