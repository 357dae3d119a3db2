"""CloudWatch and CloudWatch Logs."""

from typing import Any

from moto.logs.models import logs_backends

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop
from shoplib.localaws.cloudformation.resource_providers import Properties
from shoplib.localaws.cloudformation.types import tagging


def _alarm_exists(context: Context) -> bool:
    types = ["MetricAlarm", "CompositeAlarm"]
    alarms = context.client().describe_alarms(AlarmNames=[context.properties["AlarmName"]], AlarmTypes=types)
    return bool(alarms["MetricAlarms"] or alarms["CompositeAlarms"])


def _alarm(call: str) -> ApiType:
    return ApiType(
        service="cloudwatch",
        create_call=call,
        update_call=call,
        name="AlarmName",
        exists=_alarm_exists,
        ref=prop("AlarmName"),
        delete_call="delete_alarms",
        key=lambda context: {"AlarmNames": [context.ref]},
        attributes={"Arn": lambda context: context.arn(f"alarm:{context.ref}")},
    )


def _retention(context: Context, days: Any) -> None:
    name = {"logGroupName": context.ref}
    if days is None:
        context.client().delete_retention_policy(**name)
    else:
        context.client().put_retention_policy(**name, retentionInDays=int(days))


def _key_of_group(context: Context, before: Properties) -> None:
    # moto has no AssociateKmsKey.
    group = logs_backends[context.request.account_id][context.request.region].groups[context.ref]
    group.kms_key_id = context.properties.get("KmsKeyId")


def _metric_filter(properties: Properties) -> Properties:
    transformations = [
        {**each, "Dimensions": {one["Key"]: one["Value"] for one in each["Dimensions"]}}
        if "Dimensions" in each
        else each
        for each in properties.get("MetricTransformations", [])
    ]
    return {**properties, "MetricTransformations": transformations}


TYPES = {
    "AWS::CloudWatch::Alarm": _alarm("put_metric_alarm"),
    "AWS::CloudWatch::CompositeAlarm": _alarm("put_composite_alarm"),
    "AWS::CloudWatch::Dashboard": ApiType(
        service="cloudwatch",
        create_call="put_dashboard",
        update_call="put_dashboard",
        name="DashboardName",
        ref=prop("DashboardName"),
        delete_call="delete_dashboards",
        key=lambda context: {"DashboardNames": [context.ref]},
    ),
    "AWS::Logs::LogGroup": ApiType(
        service="logs",
        create_call="create_log_group",
        name="LogGroupName",
        update_call=_key_of_group,
        fixed=frozenset({"LogGroupClass"}),
        ref=prop("LogGroupName"),
        delete_call="delete_log_group",
        key=by("logGroupName"),
        attributes={"Arn": lambda context: context.arn(f"log-group:{context.ref}:*")},
        aspects=(Aspect("RetentionInDays", _retention), tagging.LOG_GROUP),
    ),
    "AWS::Logs::LogStream": ApiType(
        service="logs",
        create_call="create_log_stream",
        name="LogStreamName",
        ref=prop("LogStreamName"),
        delete_call="delete_log_stream",
        key=lambda context: {"logGroupName": context.properties["LogGroupName"], "logStreamName": context.ref},
    ),
    "AWS::Logs::MetricFilter": ApiType(
        service="logs",
        create_call="put_metric_filter",
        update_call="put_metric_filter",
        shape=_metric_filter,
        name="FilterName",
        fixed=frozenset({"LogGroupName"}),
        ref=prop("FilterName"),
        delete_call="delete_metric_filter",
        key=lambda context: {"logGroupName": context.properties["LogGroupName"], "filterName": context.ref},
    ),
    "AWS::Logs::SubscriptionFilter": ApiType(
        service="logs",
        create_call="put_subscription_filter",
        update_call="put_subscription_filter",
        name="FilterName",
        fixed=frozenset({"LogGroupName"}),
        ref=prop("FilterName"),
        delete_call="delete_subscription_filter",
        key=lambda context: {"logGroupName": context.properties["LogGroupName"], "filterName": context.ref},
    ),
    "AWS::Logs::QueryDefinition": ApiType(
        service="logs",
        create_call="put_query_definition",
        ref=from_answer("queryDefinitionId"),
        delete_call="delete_query_definition",
        key=by("queryDefinitionId"),
        attributes={"QueryDefinitionId": lambda context: context.ref},
    ),
}
