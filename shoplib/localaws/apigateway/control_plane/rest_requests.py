"""API calls of apigateway that moto lacks or reads in part: keys of the cache, and flushing it.

Each handler becomes a method of moto's `APIGatewayResponse`, named like the operation.
"""

import json
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.responses import APIGatewayResponse

from shoplib.localaws.apigateway.snapshots.deployments import put_cache
from shoplib.localaws.apigateway.snapshots.stage_caches import flush

Reply = tuple[int, dict[str, int], str]
STAGE_CACHE = "{0}/restapis/(?P<function_id>[^/]+)/stages/(?P<stage_name>[^/]+)/cache"
PATHS = (f"{STAGE_CACHE}/data$", f"{STAGE_CACHE}/authorizers$")
KEY_SOURCES = ("method.request.", "integration.request.")
_create_plain_deployment: Any = APIGatewayResponse.create_deployment
_put_plain_integration: Any = APIGatewayResponse.put_integration


def put_integration(request: Any) -> Any:
    """moto drops the cache's key parameters."""
    parameters = request._get_param("cacheKeyParameters") or []
    for each in parameters:
        if not str(each).startswith(KEY_SOURCES):
            raise BadRequestException(f"Invalid cache key parameter specified: {each}")
    answer = _put_plain_integration(request)
    if not parameters:
        return answer
    parts = request.path.split("/")
    method = request.backend.get_resource(parts[2], parts[4]).resource_methods[parts[6]]
    method.method_integration.cache_key_parameters = list(parameters)
    return *answer[:2], json.dumps(json.loads(answer[2]) | {"cacheKeyParameters": parameters})


def create_deployment(request: Any) -> Any:
    """moto does not read what it says of the stage's cache."""
    answer = _create_plain_deployment(request)
    stage = _api(request).stages.get(request._get_param("stageName"))
    is_enabled = request._get_param("cacheClusterEnabled")
    if stage is not None and is_enabled is not None:
        put_cache(stage, str(is_enabled).lower() == "true")
        stage.cache_cluster_size = request._get_param("cacheClusterSize") or stage.cache_cluster_size
    return answer


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


HANDLERS = {
    "create_deployment": create_deployment,
    "flush_stage_authorizers_cache": flush_stage_authorizers_cache,
    "flush_stage_cache": flush_stage_cache,
    "put_integration": put_integration,
}
