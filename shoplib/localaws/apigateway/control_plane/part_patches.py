"""PATCH of what belongs to REST APIs: stages, authorizers, API keys and usage plans.

moto 5.2.5 answers 500 to operations of AWS that it lacks, and passes over paths that it does not know.
"""

import time
from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException

from shoplib.localaws.apigateway.control_plane import canaries
from shoplib.localaws.apigateway.control_plane.patches import (
    ANY,
    COPY,
    EVERY,
    Operation,
    Paths,
    apply,
    attribute,
    truth,
)
from shoplib.localaws.apigateway.snapshots.deployments import put_cache

# stage settings of a method, by the end of their path
METHOD_SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "metrics/enabled": ("metricsEnabled", truth),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", truth),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", truth),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int),
    "caching/dataEncrypted": ("cacheDataEncrypted", truth),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", truth),
    "caching/unauthorizedCacheControlHeaderStrategy": ("unauthorizedCacheControlHeaderStrategy", str),
}
# what a method has for which nothing was set yet
DEFAULT_SETTINGS: dict[str, Any] = {
    "cacheDataEncrypted": False,
    "cacheTtlInSeconds": 300,
    "cachingEnabled": False,
    "dataTraceEnabled": False,
    "metricsEnabled": False,
    "requireAuthorizationForCacheControl": True,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
# as AWS lists them, its missing commas included
_OF_A_METHOD = (
    "{0}/metrics/enabled, {0}/logging/dataTrace, {0}/logging/loglevel, "
    "{0}/throttling/burstLimit{1}{0}/throttling/rateLimit{1}{0}/caching/ttlInSeconds, {0}/caching/enabled, "
    "{0}/caching/dataEncrypted, {0}/caching/requireAuthorizationForCacheControl, "
    "{0}/caching/unauthorizedCacheControlHeaderStrategy"
)
STAGE_PATHS = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, "
    + _OF_A_METHOD.format("/{resourcePath}/{httpMethod}", "")
    + ", "
    + _OF_A_METHOD.format("/*/*", " ")
    + ", /variables/{variable_name}, /tracingEnabled"
)
LEVELS = ("OFF", "ERROR", "INFO")
LONGEST_TTL = 3600
STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")


def of_stage(stage: Any, operations: list[Operation]) -> Any:
    apply(stage, operations, STAGE)
    stage.last_updated = time.time()
    return stage


def of_authorizer(authorizer: Any, operations: list[Operation]) -> Any:
    return apply(authorizer, operations, AUTHORIZER)


def of_api_key(key: Any, operations: list[Operation]) -> Any:
    return apply(key, operations, API_KEY)


def of_usage_plan(plan: Any, operations: list[Operation]) -> None:
    apply(plan, operations, USAGE_PLAN)


def _variable(stage: Any, kind: str, rest: list[str], value: Any) -> None:
    others = {name: each for name, each in stage.variables.items() if name != rest[0]}
    stage.variables = others if kind == "remove" else {**others, rest[0]: str(value)}


def _access_log(stage: Any, kind: str, rest: list[str], value: Any) -> None:
    if kind == "remove":
        stage.access_log_settings = None
    else:
        stage.access_log_settings = {**(stage.access_log_settings or {}), rest[0]: str(value)}


def _cache(stage: Any, kind: str, rest: list[str], value: Any) -> None:
    put_cache(stage, truth(value))


def _method_setting(stage: Any, kind: str, path: list[str], value: Any) -> None:
    """`/*/*/logging/loglevel`, or `/~1items~1{id}/GET/throttling/rateLimit`."""
    key = f"{path[0].replace('/', '~1')}/{path[1] if len(path) > 1 else ''}"
    settings = dict(stage.method_settings)
    if kind == "remove":
        if len(path) != 2 or settings.pop(key, None) is None:
            raise _no_setting("/".join(path))
    else:
        setting = METHOD_SETTINGS.get("/".join(path[2:]))
        if setting is None:
            raise _unknown_path("/".join(path))
        name, read = setting
        _require_setting(name, value)
        settings[key] = {**(settings.get(key) or DEFAULT_SETTINGS), name: read(value)}
    stage.method_settings = settings


def _no_setting(path: str) -> BadRequestException:
    reason = "because there is no method setting for this method "
    return BadRequestException(f"Cannot remove method setting {path} {reason}")


def _unknown_path(path: str) -> BadRequestException:
    return BadRequestException(f"Invalid method setting path: /{path}. Must be one of: [{STAGE_PATHS}]")


def _canary(stage: Any, kind: str, rest: list[str], value: Any) -> None:
    path = "/".join(["canarySettings", *rest])
    if kind == "add":
        raise BadRequestException(f"Invalid add operation with path: /{path}")
    if not canaries.patch(stage, kind, rest, value):
        raise _no_setting(path) if kind == "remove" else _unknown_path(path)


def _require_setting(name: str, value: Any) -> None:
    if name == "loggingLevel" and value not in LEVELS:
        raise BadRequestException(f"Invalid logging level: {value}. Valid values are {', '.join(LEVELS)}")
    if name == "cacheTtlInSeconds" and not 0 <= int(value) <= LONGEST_TTL:
        raise BadRequestException(f"Invalid cache TTL: {value}. Valid values are 0 to {LONGEST_TTL}")
    if name == "unauthorizedCacheControlHeaderStrategy" and value not in STRATEGIES:
        raise BadRequestException(f"Invalid strategy: {value}. Valid values are {', '.join(STRATEGIES)}")


def _providers(authorizer: Any, kind: str, rest: list[str], value: Any) -> None:
    arns = [each for each in authorizer.provider_arns or [] if each != value]
    authorizer.provider_arns = arns if kind == "remove" else [*arns, str(value)]


def _stage_keys(key: Any, kind: str, rest: list[str], value: Any) -> None:
    others = [each for each in key.stage_keys if each != value]
    key.stage_keys = others if kind == "remove" else [*others, str(value)]


def _api_stages(plan: Any, kind: str, rest: list[str], value: Any) -> None:
    """A stage as `{api}:{stage}`; below it a method's limits: `/apiStages/a:prod/throttle/~1x/GET/rateLimit`."""
    if rest:
        _method_limits(plan, kind, rest, value)
        return
    api_id, _, stage = str(value).partition(":")
    others = [each for each in plan.api_stages if (each["apiId"], each["stage"]) != (api_id, stage)]
    plan.api_stages = others if kind == "remove" else [*others, {"apiId": api_id, "stage": stage}]


def _method_limits(plan: Any, kind: str, rest: list[str], value: Any) -> None:
    api_id, _, stage = rest[0].partition(":")
    entry = next((each for each in plan.api_stages if (each["apiId"], each["stage"]) == (api_id, stage)), None)
    if entry is None or rest[1:2] != ["throttle"]:
        raise BadRequestException(f"Invalid API Stage {rest[0]} specified for usage plan {plan.id}")
    if len(rest) < 4:
        entry.pop("throttle", None)
        return
    limits = entry.setdefault("throttle", {}).setdefault(f"{rest[2]}/{rest[3]}", {})
    if len(rest) > 4:
        limits[rest[4]] = _limit(rest[4], value)
    if kind == "remove":
        entry["throttle"].pop(f"{rest[2]}/{rest[3]}")


def _limit(name: str, value: Any) -> float | int:
    return float(value) if name == "rateLimit" else int(value)


def _throttle(plan: Any, kind: str, rest: list[str], value: Any) -> None:
    plan.throttle = {**plan.throttle, rest[0]: _limit(rest[0], value)} if rest else {}


def _quota(plan: Any, kind: str, rest: list[str], value: Any) -> None:
    plan.quota = {**plan.quota, rest[0]: str(value) if rest[0] == "period" else int(value)} if rest else {}


STAGE: Paths = {
    "canarySettings": (EVERY, _canary),
    "variables": (EVERY, _variable),
    "deploymentId": (("replace",), attribute("deployment_id")),
    "description": (EVERY, attribute("description")),
    "tracingEnabled": (("replace",), attribute("tracing_enabled", truth)),
    "accessLogSettings": (EVERY, _access_log),
    "cacheClusterEnabled": (("replace",), _cache),
    "cacheClusterSize": (("replace",), attribute("cache_cluster_size")),
    ANY: (("replace", "remove"), _method_setting),
    COPY: (("copy",), lambda stage, kind, rest, operation: canaries.promote(stage, operation)),
}
AUTHORIZER: Paths = {
    "name": (("replace",), attribute("name")),
    "type": (("replace",), attribute("type")),
    "authType": (("replace",), attribute("auth_type")),
    "authorizerUri": (("replace",), attribute("authorizer_uri")),
    "authorizerCredentials": (EVERY, attribute("authorizer_credentials")),
    "authorizerResultTtlInSeconds": (("replace",), attribute("authorizer_result_ttl", int)),
    "identitySource": (EVERY, attribute("identity_source")),
    "identityValidationExpression": (EVERY, attribute("identity_validation_expression")),
    "providerARNs": (("add", "remove"), _providers),
}
API_KEY: Paths = {
    "name": (("replace",), attribute("name")),
    "customerId": (EVERY, attribute("customer_id")),
    "description": (EVERY, attribute("description")),
    "enabled": (("replace",), attribute("enabled", truth)),
    "stages": (("add", "remove"), _stage_keys),
}
USAGE_PLAN: Paths = {
    "name": (("replace",), attribute("name")),
    "description": (EVERY, attribute("description")),
    "productCode": (EVERY, attribute("product_code")),
    "apiStages": (EVERY, _api_stages),
    "throttle": (EVERY, _throttle),
    "quota": (EVERY, _quota),
}
