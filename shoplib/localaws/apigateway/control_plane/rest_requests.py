"""API calls of apigateway that moto lacks or reads in part: keys of the cache, and flushing it.

Each handler becomes a method of moto's `APIGatewayResponse`, named like the operation.
"""

import json
import time
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.responses import APIGatewayResponse

from shoplib.localaws.apigateway.control_plane import canaries, method_requests, part_patches
from shoplib.localaws.apigateway.control_plane.descriptions import with_tags
from shoplib.localaws.apigateway.control_plane.patches import NotFound, Paths, apply, attribute
from shoplib.localaws.apigateway.snapshots.deployments import put_cache
from shoplib.localaws.apigateway.snapshots.stage_caches import flush

Reply = tuple[int, dict[str, int], str]
STAGE_CACHE = "{0}/restapis/(?P<function_id>[^/]+)/stages/(?P<stage_name>[^/]+)/cache"
PATHS = (f"{STAGE_CACHE}/data$", f"{STAGE_CACHE}/authorizers$")
KEY_SOURCES = ("method.request.", "integration.request.")
_create_plain_deployment: Any = APIGatewayResponse.create_deployment
_create_plain_stage: Any = APIGatewayResponse.create_stage


def put_integration(request: Any) -> Any:
    """moto drops the cache's key parameters."""
    parameters = request._get_param("cacheKeyParameters") or []
    for each in parameters:
        if not str(each).startswith(KEY_SOURCES):
            raise BadRequestException(f"Invalid cache key parameter specified: {each}")
    answer = method_requests.put_integration(request)
    method_requests.integration_of(request).cache_key_parameters = list(parameters)
    return *answer[:2], json.dumps(method_requests.integration_of(request).to_json())


def create_deployment(request: Any) -> Any:
    """moto reads nothing of the stage's cache, nor of a canary."""
    canary = request._get_param("canarySettings")
    if canary is not None:
        return _deploy_canary(request, canary)
    answer = _create_plain_deployment(request)
    stage = _api(request).stages.get(request._get_param("stageName"))
    is_enabled = request._get_param("cacheClusterEnabled")
    if stage is not None and is_enabled is not None:
        put_cache(stage, str(is_enabled).lower() == "true")
        stage.cache_cluster_size = request._get_param("cacheClusterSize") or stage.cache_cluster_size
    return answer


def _deploy_canary(request: Any, canary: Any) -> Reply:
    """A deployment that the stage does not move to."""
    api = _api(request)
    stage = canaries.require_deployable(api, request._get_param("stageName"))
    deployment = request.backend.create_deployment(api.id, None, request._get_param("description"), {})
    canaries.release(api, stage, canary, deployment.id)
    return 201, {"status": 201}, json.dumps(deployment.to_json())


def create_stage(request: Any) -> Any:
    api, canary = _api(request), request._get_param("canarySettings")
    canaries.require_deployment(api, request._get_param("deploymentId"))
    if canary is not None:
        canaries.require_deployment(api, canary.get("deploymentId"))
    answer = _create_plain_stage(request)
    stage = api.stages[request._get_param("stageName")]
    if canary is not None:
        canaries.release(api, stage, canary, canary["deploymentId"])
    return *answer[:2], json.dumps(stage.to_json())


def update_stage(request: Any) -> Any:
    stage = _stage(request)
    canaries.require_deployments(_api(request), request._get_param("patchOperations"))
    return json.dumps(part_patches.of_stage(stage, request._get_param("patchOperations")).to_json())


def update_deployment(request: Any) -> str:
    parts = request.path.split("/")
    deployment = _api(request).deployments.get(parts[4])
    if deployment is None:
        raise NotFound("Invalid Deployment identifier specified")
    return json.dumps(apply(deployment, request._get_param("patchOperations"), DEPLOYMENT).to_json())


def get_stages(request: Any) -> str:
    """moto gives all, whichever deployment is asked for."""
    deployment = request._get_param("deploymentId")
    stages = [each for each in _api(request).stages.values() if deployment in (None, each.deployment_id)]
    return json.dumps({"item": [each.to_json() for each in stages]})


def get_usage_plan(request: Any) -> str:
    return json.dumps(with_tags(request.backend.get_usage_plan(request.path.split("/")[2]).to_json()))


def get_usage_plan_keys(request: Any) -> str:
    """Of keys that there are: moto lists those that were deleted since."""
    backend, name = request.backend, request._get_param("name")
    listed = backend.get_usage_plan_keys(request.path.split("/")[2], name=name)
    return json.dumps({"item": [each.to_json() for each in listed if each.id in backend.keys]})


def update_usage_plan(request: Any) -> str:
    plan = request.backend.update_usage_plan(request.path.split("/")[2], request._get_param("patchOperations"))
    return json.dumps(with_tags(plan.to_json()))


def update_api_key(request: Any) -> str:
    """Without its value."""
    key = request.backend.update_api_key(request.path.split("/")[2], request._get_param("patchOperations"))
    key.last_updated_date = int(time.time())
    described = with_tags(key.to_json())
    described.pop("value")
    return json.dumps(described)


def get_vpc_link(request: Any) -> str:
    return json.dumps(_vpc_link(request).to_json())


def delete_vpc_link(request: Any) -> Reply:
    del request.backend.vpc_links[_vpc_link(request).id]
    return 202, {"status": 202}, ""


def _vpc_link(request: Any) -> Any:
    link = request.backend.vpc_links.get(request.path.split("/")[-1])
    if link is None:
        raise NotFound("Invalid Vpc Link identifier specified")
    return link


def flush_stage_cache(request: Any) -> Reply:
    flush(_stage(request))
    return 202, {"status": 202}, ""


def flush_stage_authorizers_cache(request: Any) -> Reply:
    api, stage = _api(request), _stage(request)
    snapshot = getattr(api.deployments.get(stage.deployment_id), "snapshot", None)
    for authorizer in snapshot.authorizers if snapshot is not None else ():
        for key in [key for key in authorizer.cache if key[0] == stage.name]:
            authorizer.cache.pop(key, None)
    return 202, {"status": 202}, ""


def _api(request: Any) -> Any:
    return request.backend.get_rest_api(request.path.split("/")[2])


def _stage(request: Any) -> Any:
    parts = request.path.split("/")
    return request.backend.get_stage(parts[2], parts[4])


DEPLOYMENT: Paths = {"description": (("replace",), attribute("description"))}
HANDLERS = {
    "create_deployment": create_deployment,
    "create_stage": create_stage,
    "delete_vpc_link": delete_vpc_link,
    "flush_stage_authorizers_cache": flush_stage_authorizers_cache,
    "flush_stage_cache": flush_stage_cache,
    "get_stages": get_stages,
    "get_usage_plan": get_usage_plan,
    "get_usage_plan_keys": get_usage_plan_keys,
    "get_vpc_link": get_vpc_link,
    "put_integration": put_integration,
    "update_api_key": update_api_key,
    "update_deployment": update_deployment,
    "update_stage": update_stage,
    "update_usage_plan": update_usage_plan,
}
