"""What CloudWatch Logs refuses, in its own words, and members that its answers have.

moto 5.2.5 says "Minimum length of 1. Maximum length of 512." where AWS says which one is broken; it takes what it does
not know for unsaid; and its answers lack policyScope, applyOnTransformedLogs and a filter's distribution.
"""

from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogResourcePolicy, LogsBackend, SubscriptionFilter
from moto.logs.responses import LogsResponse

from shoplib.localaws.json_text import object_in
from shoplib.localaws.model_constraints import Manner, breaches
from shoplib.localaws.moto_patches import Method, before, wrap

LONGEST_NAME = 512
NAMES = ("logGroupName", "logStreamName")
MANNER = Manner(orders=(("w3c", "raw", "json", "plain", "parquet"),))
# PutLogEvents is checked where it is done, for its many events; deliveries have another exception for what is invalid.
UNCHECKED = ("PutLogEvents", "Deliver")
# Members whose effect is not here.
ABSENT = {
    "PutMetricFilter": ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions"),
    "PutSubscriptionFilter": ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFields"),
    "PutResourcePolicy": ("resourceArn",),
}


def install() -> None:
    before(LogsResponse, "call_action", _check)
    before(LogsBackend, "delete_resource_policy", _require_policy)
    wrap(LogsBackend, "describe_export_tasks", _without_unknown)
    wrap(LogsBackend, "describe_metric_filters", _with_origin)
    wrap(LogResourcePolicy, "describe", _with_scope)
    wrap(SubscriptionFilter, "to_json", _with_distribution)
    wrap(LogsResponse, "put_subscription_filter", _keeping_distribution)


def _check(request: Any) -> None:
    operation = request._get_action()
    if operation and not any(each in operation for each in UNCHECKED):
        parameters = object_in(request.body)
        if objection := _objection(operation, parameters):
            raise InvalidParameterException(objection)


def _objection(operation: str, parameters: dict[str, Any]) -> str:
    if any(len(str(parameters.get(name) or "")) > LONGEST_NAME for name in NAMES):
        return f"Invalid LogGroup or LogStream, both must have length less than or equal to {LONGEST_NAME}."
    if objection := breaches("logs", operation, _modelled(parameters), MANNER):
        return objection
    absent = next((name for name in ABSENT.get(operation, ()) if parameters.get(name)), None)
    return f"{absent} is not supported by the local AWS." if absent else ""


def _modelled(value: Any) -> Any:
    """Namespaces without their colons, which AWS takes and its model does not."""
    if isinstance(value, list):
        return [_modelled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: each.replace(":", "") if _is_namespace(name, each) else _modelled(each) for name, each in value.items()
    }


def _is_namespace(name: str, value: Any) -> bool:
    return name == "metricNamespace" and isinstance(value, str)


def _require_policy(self: LogsBackend, policy_name: str) -> None:
    if policy_name not in self.resource_policies:
        raise ResourceNotFoundException(f"Policy with name [{policy_name}] does not exist.")


def _without_unknown(original: Method) -> Method:
    def describe_export_tasks(self: LogsBackend, task_id: str) -> Any:
        return [] if task_id and task_id not in self.export_tasks else original(self, task_id)

    return describe_export_tasks


def _with_origin(original: Method) -> Method:
    def describe_metric_filters(self: LogsBackend, *arguments: Any, **options: Any) -> Any:
        return [{**each, "applyOnTransformedLogs": False} for each in original(self, *arguments, **options)]

    return describe_metric_filters


def _with_scope(original: Method) -> Method:
    def describe(self: LogResourcePolicy) -> dict[str, Any]:
        return {**original(self), "policyScope": "ACCOUNT"}

    return describe


def _with_distribution(original: Method) -> Method:
    def to_json(self: SubscriptionFilter) -> dict[str, Any]:
        distribution = getattr(self, "distribution", "ByLogStream")
        described = {**original(self), "applyOnTransformedLogs": False, "distribution": distribution}
        return {name: value for name, value in described.items() if value is not None}

    return to_json


def _keeping_distribution(original: Method) -> Method:
    def put_subscription_filter(request: Any) -> Any:
        answer = original(request)
        group = request.logs_backend.groups[request._get_param("logGroupName")]
        present = group.subscription_filters[request._get_param("filterName")]
        present.distribution = request._get_param("distribution") or "ByLogStream"
        return answer

    return put_subscription_filter
