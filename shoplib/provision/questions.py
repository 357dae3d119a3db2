"""Existence checks: calls to a resource's service that fail, or find nothing, when it does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Question:
    """A resource by its physical id; names of the properties that its template states, and those values that are
    plain text."""

    id: str
    stated: frozenset[str]
    properties: dict[str, str]
    client: Client

    def __getitem__(self, name: str) -> str:
        """A property's value; KeyError when the template does not have it."""
        return self.properties[name]


Check = Callable[[Question], object]


def by_id(service: str, operation: str, parameter: str) -> Check:
    return lambda q: getattr(q.client(service), operation)(**{parameter: q.id})


def by_ids(service: str, operation: str, parameter: str) -> Check:
    return lambda q: getattr(q.client(service), operation)(**{parameter: [q.id]})


def network(operation: str, parameter: str) -> Check:
    """EC2 shows some of its resources for a while after they were deleted."""

    def check(q: Question) -> object:
        answer = getattr(q.client("ec2"), operation)(**{parameter: [q.id]})
        resources = next(value for name, value in answer.items() if isinstance(value, list))
        return [each for each in resources if _state(each) not in ("deleted", "deleting")]

    return check


def _state(resource: dict[str, Any]) -> str:
    status = resource.get("Status")
    return str(resource.get("State") or (status["Code"] if isinstance(status, dict) else ""))


def child(service: str, operation: str, own: str, **parents: str) -> Check:
    """The resource's id goes into `own`; each parent parameter takes a property of the resource."""

    def check(q: Question) -> object:
        return getattr(q.client(service), operation)(**{own: q.id}, **{key: q[name] for key, name in parents.items()})

    return check


def nested_stack(q: Question) -> object:
    """By its id a stack is described for months after it was deleted."""
    (stack,) = q.client("cloudformation").describe_stacks(StackName=q.id)["Stacks"]
    return stack["StackStatus"] != "DELETE_COMPLETE"


def membership(q: Question) -> object:
    pages = q.client("cognito-idp").get_paginator("admin_list_groups_for_user")
    groups = pages.paginate(UserPoolId=q["UserPoolId"], Username=q["Username"]).search("Groups[].GroupName")
    return q["GroupName"] in groups


def log_group(q: Question) -> object:
    groups = q.client("logs").describe_log_groups(logGroupNamePrefix=q.id)["logGroups"]
    return [group for group in groups if group["logGroupName"] == q.id]


def metric_filter(q: Question) -> object:
    filters = q.client("logs").describe_metric_filters(logGroupName=q["LogGroupName"])["metricFilters"]
    return [each for each in filters if each["filterName"] == q.id]


def subscription_filter(q: Question) -> object:
    answer = q.client("logs").describe_subscription_filters(logGroupName=q["LogGroupName"])["subscriptionFilters"]
    return [each for each in answer if each["filterName"] == q.id]


def query_definition(q: Question) -> object:
    """Listed by name: its id finds it in no other way."""
    definitions = q.client("logs").describe_query_definitions(queryDefinitionNamePrefix=q["Name"])["queryDefinitions"]
    return [each for each in definitions if each["queryDefinitionId"] == q.id]


def alarm(q: Question) -> object:
    alarms = q.client("cloudwatch").describe_alarms(AlarmNames=[q.id], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return alarms["MetricAlarms"] or alarms["CompositeAlarms"]


def rule(q: Question) -> object:
    bus, _, rule = q.id.rpartition("|")
    return q.client("events").describe_rule(Name=rule, **({"EventBusName": bus} if bus else {}))


def permission(q: Question) -> object:
    policy = q.client("lambda").get_policy(FunctionName=q["FunctionName"])["Policy"]
    return f'"{q.id}"' in policy


def alias(q: Question) -> object:
    function, _, name = q.id.rpartition(":")
    return q.client("lambda").get_alias(FunctionName=function, Name=name)


def schedule(q: Question) -> object:
    group = {"GroupName": q["GroupName"]} if "GroupName" in q.stated else {}
    return q.client("scheduler").get_schedule(Name=q.id, **group)


def layer(q: Question) -> object:
    layer, _, version = q.id.rpartition(":")
    return q.client("lambda").get_layer_version(LayerName=layer, VersionNumber=int(version))


def key(q: Question) -> object:
    return q.client("kms").describe_key(KeyId=q.id)["KeyMetadata"]["KeyState"] != "PendingDeletion"


def secret(q: Question) -> object:
    return "DeletedDate" not in q.client("secretsmanager").describe_secret(SecretId=q.id)


def method(q: Question) -> object:
    resource = q["ResourceId"] if "ResourceId" in q.properties else _root_resource(q)
    names = {"restApiId": q["RestApiId"], "resourceId": resource, "httpMethod": q["HttpMethod"]}
    return q.client("apigateway").get_method(**names)


def _root_resource(q: Question) -> str:
    """A method whose resource is an attribute of its API (`Api.RootResourceId`) lies on `/`."""
    return str(q.client("apigateway").get_rest_api(restApiId=q["RestApiId"])["rootResourceId"])


def role_policy(q: Question) -> object:
    return q.client("iam").get_role_policy(RoleName=q["Roles"], PolicyName=q["PolicyName"])


def invoke_config(q: Question) -> object:
    names = {"FunctionName": q["FunctionName"], "Qualifier": q["Qualifier"]}
    return q.client("lambda").get_function_event_invoke_config(**names)


def queue_policy(q: Question) -> object:
    attributes = q.client("sqs").get_queue_attributes(QueueUrl=q["Queues"], AttributeNames=["Policy"])
    return attributes.get("Attributes")


def base_path(q: Question) -> object:
    path = q["BasePath"] if "BasePath" in q.stated else "(none)"
    return q.client("apigateway").get_base_path_mapping(domainName=q["DomainName"], basePath=path)


def gateway_response(q: Question) -> object:
    names = {"restApiId": q["RestApiId"], "responseType": q["ResponseType"]}
    return q.client("apigateway").get_gateway_response(**names)


def usage_plan_key(q: Question) -> object:
    return q.client("apigateway").get_usage_plan_key(usagePlanId=q["UsagePlanId"], keyId=q["KeyId"])


def scalable_target(q: Question) -> object:
    resource, _, namespace = q.id.split("|")
    names = {"ServiceNamespace": namespace, "ResourceIds": [resource]}
    return q.client("application-autoscaling").describe_scalable_targets(**names)["ScalableTargets"]


def scaling_policy(q: Question) -> object:
    """`arn:aws:autoscaling:...:scalingPolicy:<id>:resource/dynamodb/table/T:policyName/p`"""
    _, _, scaled = q.id.partition(":resource/")
    names = {"ServiceNamespace": scaled.partition("/")[0], "PolicyNames": [scaled.rpartition(":policyName/")[2]]}
    return q.client("application-autoscaling").describe_scaling_policies(**names)["ScalingPolicies"]


def bus_policy(q: Question) -> object:
    bus = q["EventBusName"] if "EventBusName" in q.stated else "default"
    return f'"{q["StatementId"]}"' in q.client("events").describe_event_bus(Name=bus).get("Policy", "")


def layer_permission(q: Question) -> object:
    *_, layer, version = q["LayerVersionArn"].split(":")
    policy = q.client("lambda").get_layer_version_policy(LayerName=layer, VersionNumber=int(version))["Policy"]
    return f'"{q.id}"' in policy


def log_stream(q: Question) -> object:
    names = {"logGroupName": q["LogGroupName"], "logStreamNamePrefix": q.id}
    return q.client("logs").describe_log_streams(**names)["logStreams"]


def domain(q: Question) -> object:
    return q.client("cognito-idp").describe_user_pool_domain(Domain=q["Domain"])["DomainDescription"]


def resource_server(q: Question) -> object:
    names = {"UserPoolId": q["UserPoolId"], "Identifier": q["Identifier"]}
    return q.client("cognito-idp").describe_resource_server(**names)


def inline_queue_policy(q: Question) -> object:
    return q.client("sqs").get_queue_attributes(QueueUrl=q["Queue"], AttributeNames=["Policy"]).get("Attributes")


def secret_policy(q: Question) -> object:
    return q.client("secretsmanager").get_resource_policy(SecretId=q["SecretId"]).get("ResourcePolicy")


def function_url(q: Question) -> object:
    """Its id is the ARN of the function, or of the function's alias."""
    function, qualifier = q.id.split(":")[:7], q.id.split(":")[7:]
    options = {"Qualifier": qualifier[0]} if qualifier else {}
    return q.client("lambda").get_function_url_config(FunctionName=":".join(function), **options)
