"""Deployments are snapshots: moto records that one happened, this keeps what was deployed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.apigateway.exceptions import BadRequestException, DeploymentNotFoundException
from moto.apigateway.models import Deployment, RestAPI, Stage
from moto.apigateway.utils import ApigwDeploymentIdentifier
from moto.apigatewayv2.models import Api

from shoplib.localaws.apigateway.http_snapshot import HttpSnapshot, compile_http_api
from shoplib.localaws.apigateway.rest_snapshot import RestSnapshot, compile_rest_api

# Whatever changes an HTTP API passes through one of these methods of moto's Api.
HTTP_API_CHANGES = ("authorizer", "integration", "route")


def install() -> None:
    """Replace moto's deployment handling; harmless when done twice."""
    if RestAPI.__dict__["create_deployment"] is create_deployment:
        return
    replacements = {
        "create_deployment": create_deployment,
        "delete_deployment": delete_deployment,
        "update_integration_mocks": _no_mocks,
    }
    for name, replacement in replacements.items():
        setattr(RestAPI, name, replacement)
    for what in HTTP_API_CHANGES:
        for change in ("create", "update", "delete"):
            _count_changes(f"{change}_{what}")
    for name in ("update", "delete_cors_configuration", "import_api", "delete_route_request_parameter"):
        _count_changes(name)


def _count_changes(name: str) -> None:
    """Make `Api.<name>` raise the API's revision, so that automatic deployments notice the change."""
    original: Callable[..., Any] = getattr(Api, name)

    @wraps(original)
    def changed(api: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(api, *args, **kwargs)
        api.revision = getattr(api, "revision", 0) + 1
        return result

    setattr(Api, name, changed)


def create_deployment(api: Any, name: str, description: str, stage_variables: Any = None) -> Any:
    """Deploy `api` as it is now; `name` is a stage to create or to move to this deployment."""
    identifier = ApigwDeploymentIdentifier(api.account_id, api.region_name, stage_name=name)
    deployment_id = identifier.generate(list(api.deployments))
    deployment: Any = Deployment(deployment_id, name, description)  # type: ignore[abstract]
    deployment.snapshot = compile_rest_api(api, deployment_id)
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


def delete_deployment(api: Any, deployment_id: str) -> Any:
    if deployment_id not in api.deployments:
        raise DeploymentNotFoundException()
    if any(stage.deployment_id == deployment_id for stage in api.stages.values()):
        raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    return api.deployments.pop(deployment_id)


def snapshot_of(api: Any, deployment: Any) -> RestSnapshot:
    """What was deployed; a deployment made before this module was installed is compiled when first served."""
    snapshot = getattr(deployment, "snapshot", None)
    if snapshot is None:
        snapshot = deployment.snapshot = compile_rest_api(api, deployment.id)
    return snapshot


def _no_mocks(api: Any, stage_name: str) -> None:
    """moto patches `requests` for each URL of a new stage; real HTTP reaches the gateway, so nothing is left to do."""


def deploy_http_api(api: Any, deployment_id: str) -> HttpSnapshot:
    """Keep what `api` is now as deployment `deployment_id`."""
    if not hasattr(api, "snapshots"):
        api.snapshots = {}
    api.snapshots[deployment_id] = compile_http_api(api, deployment_id)
    return api.snapshots[deployment_id]


def http_snapshot_of(api: Any, stage: Any) -> HttpSnapshot | None:
    """What `stage` serves: the newest state when it deploys automatically, else its deployment; None without one."""
    if stage.auto_deploy:
        return _live_snapshot(api)
    return getattr(api, "snapshots", {}).get(stage.config.get("deploymentId"))


def _live_snapshot(api: Any) -> HttpSnapshot:
    revision = getattr(api, "revision", 0)
    known, snapshot = getattr(api, "live", (None, None))
    if snapshot is None or known != revision:
        snapshot = compile_http_api(api, f"auto{revision}")
        api.live = (revision, snapshot)
    return snapshot
