"""What a resource is now, asked from its own service and told in the words of CloudFormation's properties."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from shoplib.architecture.reading.relations.apis import ACCESS_LOGS, AUTHORIZER, INTEGRATION
from shoplib.provision import Target

Properties = dict[str, Any]
ABSENT = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")


def properties(target: Target, resource_type: str, physical_id: str) -> Properties | None:
    """The properties that pictures need; {} for a type that is not asked for, None when the resource is gone."""
    read = READERS.get(resource_type)
    if read is None:
        return {}
    try:
        return read(target, physical_id)
    except ClientError as error:
        if any(word in error.response["Error"]["Code"] for word in ABSENT):
            return None
        raise


def _function(target: Target, id: str) -> Properties:
    function = target.client("lambda").get_function(FunctionName=id)
    return {**function["Configuration"], **function.get("Concurrency", {})}


def _mapping(target: Target, id: str) -> Properties:
    mapping = target.client("lambda").get_event_source_mapping(UUID=id)
    return {**mapping, "FunctionName": mapping["FunctionArn"]}


def _invoke_config(target: Target, id: str) -> Properties:
    function, _, qualifier = id.partition("|")
    configuration = target.client("lambda").get_function_event_invoke_config(
        FunctionName=function, Qualifier=qualifier or "$LATEST"
    )
    return {**configuration, "FunctionName": function}


def _url(target: Target, id: str) -> Properties:
    return {"TargetFunctionArn": target.client("lambda").get_function_url_config(FunctionName=id)["FunctionArn"]}


def _schedule(target: Target, id: str) -> Properties:
    client = target.client("scheduler")
    pages = client.get_paginator("list_schedules").paginate(NamePrefix=id)
    groups = [entry["GroupName"] for page in pages for entry in page["Schedules"] if entry["Name"] == id]
    return dict(client.get_schedule(Name=id, GroupName=groups[0])) if groups else {}


def _pipe(target: Target, id: str) -> Properties:
    return dict(target.client("pipes").describe_pipe(Name=id))


def _delivery_stream(target: Target, id: str) -> Properties:
    """Descriptions are what a template calls configurations."""
    described = target.client("firehose").describe_delivery_stream(DeliveryStreamName=id)["DeliveryStreamDescription"]
    parts = [described.get("Source", {}), *described["Destinations"]]
    return {name.replace("Description", "Configuration"): it for part in parts for name, it in part.items()}


def _role(target: Target, id: str) -> Properties:
    iam = target.client("iam")
    inline = iam.list_role_policies(RoleName=id)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=id, PolicyName=name)["PolicyDocument"] for name in inline]
    attached = [entry["PolicyArn"] for entry in iam.list_attached_role_policies(RoleName=id)["AttachedPolicies"]]
    own = [arn for arn in attached if ":iam::aws:" not in arn]
    documents += [_managed_policy(iam, arn) for arn in own]
    aws = [arn for arn in attached if arn not in own]
    return {"Policies": [{"PolicyDocument": document} for document in documents], "ManagedPolicyArns": aws}


def _managed_policy(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _queue(target: Target, url: str) -> Properties:
    return dict(target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def _table(target: Target, id: str) -> Properties:
    client = target.client("dynamodb")
    table = client.describe_table(TableName=id)["Table"]
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    streams = client.describe_kinesis_streaming_destination(TableName=id)["KinesisDataStreamDestinations"]
    active = [entry for entry in streams if entry["DestinationStatus"] in ("ACTIVE", "ENABLING", "UPDATING")]
    return {**table, "BillingMode": billing, "KinesisStreamSpecification": next(iter(active), None)}


def _stream(target: Target, id: str) -> Properties:
    summary = target.client("kinesis").describe_stream_summary(StreamName=id)["StreamDescriptionSummary"]
    return {**summary, "ShardCount": summary["OpenShardCount"]}


def _topic(target: Target, arn: str) -> Properties:
    client = target.client("sns")
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return {"Subscription": [_subscription(client, entry) for page in pages for entry in page["Subscriptions"]]}


def _subscription(client: Any, entry: Properties) -> Properties:
    """With its filter and its dead letters; one that nobody has confirmed yet has none."""
    arn = entry["SubscriptionArn"]
    attributes = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] if ":" in arn else {}
    return {**entry, **{name: attributes[name] for name in ("FilterPolicy", "RedrivePolicy") if name in attributes}}


def _own_subscription(target: Target, arn: str) -> Properties:
    """A stack's subscription of a topic, which another stack may have."""
    return dict(target.client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"])


def _bucket(target: Target, id: str) -> Properties:
    s3 = target.client("s3")
    configuration = s3.get_bucket_notification_configuration(Bucket=id)
    kinds = {"LambdaFunction": "Lambda", "Queue": "Queue", "Topic": "Topic"}
    entries = {
        f"{name}Configurations": _one_event(configuration.get(f"{key}Configurations", []))
        for key, name in kinds.items()
    }
    logging = s3.get_bucket_logging(Bucket=id).get("LoggingEnabled", {})
    return {
        "NotificationConfiguration": entries,
        "VersioningConfiguration": s3.get_bucket_versioning(Bucket=id),
        "LoggingConfiguration": {"DestinationBucketName": logging.get("TargetBucket")},
    }


def _one_event(entries: list[Properties]) -> list[Properties]:
    return [{**entry, "Event": event} for entry in entries for event in entry["Events"]]


def _rule(target: Target, id: str) -> Properties:
    events = target.client("events")
    bus, _, name = id.rpartition("|")
    where = {"EventBusName": bus} if bus else {}
    rule = events.describe_rule(Name=name, **where)
    pattern = json.loads(rule["EventPattern"]) if "EventPattern" in rule else None
    targets = events.list_targets_by_rule(Rule=name, **where)["Targets"]
    return {**rule, "EventPattern": pattern, "Targets": targets}


def _log_group(target: Target, id: str) -> Properties:
    groups = target.client("logs").describe_log_groups(logGroupNamePrefix=id)["logGroups"]
    days = next((group.get("retentionInDays") for group in groups if group["logGroupName"] == id), None)
    return {"LogGroupName": id, "RetentionInDays": days}


def _alarm(target: Target, id: str) -> Properties:
    alarms = target.client("cloudwatch").describe_alarms(AlarmNames=[id])["MetricAlarms"]
    return dict(alarms[0]) if alarms else {}


def _machine(target: Target, arn: str) -> Properties:
    machine = target.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    return {
        "DefinitionString": machine["definition"],
        "Role": machine["roleArn"],
        "StateMachineType": machine.get("type"),
        "LoggingConfiguration": machine.get("loggingConfiguration"),
    }


def _catalog(target: Target, id: str) -> Properties:
    """A table is known by its name within a database alone, so its database tells of it."""
    pages = target.client("glue").get_paginator("get_tables").paginate(DatabaseName=id)
    return {"Tables": [table for page in pages for table in page["TableList"]]}


def _work_group(target: Target, id: str) -> Properties:
    group = target.client("athena").get_work_group(WorkGroup=id)["WorkGroup"]
    return {"WorkGroupConfiguration": group.get("Configuration", {})}


def _rest_api(target: Target, id: str) -> Properties:
    gateway = target.client("apigateway")
    authorizers = {entry["id"]: entry for entry in gateway.get_authorizers(restApiId=id)["items"]}
    paths: dict[str, Any] = {}
    for page in gateway.get_paginator("get_resources").paginate(restApiId=id, embed=["methods"]):
        for item in page["items"]:
            for method, entry in item.get("resourceMethods", {}).items():
                guards = _guards(authorizers.get(entry.get("authorizerId"), {}).get("name"))
                operation = {INTEGRATION: entry.get("methodIntegration", {}), "security": guards}
                paths.setdefault(item["path"], {})[_method(method)] = operation
    schemes = {entry["name"]: {AUTHORIZER: entry.get("authorizerUri")} for entry in authorizers.values()}
    logs = [
        stage.get("accessLogSettings", {}).get("destinationArn") for stage in gateway.get_stages(restApiId=id)["item"]
    ]
    return {"Body": {"paths": paths, "securityDefinitions": schemes}, ACCESS_LOGS: logs}


_INTEGRATION = {"type": "IntegrationType", "uri": "IntegrationUri", "requestParameters": "RequestParameters",
                "integrationSubtype": "IntegrationSubtype"}  # fmt: skip


def _http_api(target: Target, id: str) -> Properties:
    gateway = target.client("apigatewayv2")
    integrations = {entry["IntegrationId"]: entry for entry in gateway.get_integrations(ApiId=id)["Items"]}
    paths: dict[str, Any] = {}
    routes = gateway.get_routes(ApiId=id)["Items"]
    used = dict.fromkeys(route["AuthorizerId"] for route in routes if "AuthorizerId" in route)
    authorizers = {key: gateway.get_authorizer(ApiId=id, AuthorizerId=key) for key in used}
    for route in routes:
        method, _, path = route["RouteKey"].partition(" ")
        integration_of = integrations.get(str(route.get("Target", "")).removeprefix("integrations/"), {})
        integration = {name: integration_of.get(key) for name, key in _INTEGRATION.items()}
        guards = _guards(authorizers.get(route.get("AuthorizerId"), {}).get("Name"))
        operation = {INTEGRATION: integration, "security": guards}
        paths.setdefault(path or method, {})[_method(method if path else "ANY")] = operation
    schemes = {entry["Name"]: {AUTHORIZER: _verifier(entry)} for entry in authorizers.values()}
    protocol = gateway.get_api(ApiId=id)["ProtocolType"]
    stages = gateway.get_stages(ApiId=id)["Items"]
    logs = [stage.get("AccessLogSettings", {}).get("DestinationArn") for stage in stages]
    body = {"paths": paths, "securityDefinitions": schemes}
    return {"ProtocolType": protocol, "Body": body, ACCESS_LOGS: logs}


def _verifier(authorizer: Mapping[str, Any]) -> Any:
    """A function's address, or a JWT authorizer's issuer as an OpenAPI document has it."""
    if issuer := authorizer.get("JwtConfiguration", {}).get("Issuer"):
        return {"jwtConfiguration": {"issuer": issuer}}
    return authorizer.get("AuthorizerUri")


def _guards(name: str | None) -> list[dict[str, list[str]]]:
    """As an OpenAPI document says who authorizes."""
    return [{name: []}] if name else []


def _method(name: str) -> str:
    return "x-amazon-apigateway-any-method" if name == "ANY" else name.lower()


READERS: Mapping[str, Callable[[Target, str], Properties]] = {
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::Athena::WorkGroup": _work_group,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::Rule": _rule,
    "AWS::Glue::Database": _catalog,
    "AWS::IAM::Role": _role,
    "AWS::Kinesis::Stream": _stream,
    "AWS::KinesisFirehose::DeliveryStream": _delivery_stream,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Url": _url,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _own_subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _machine,
}
# Plumbing whose physical id is no name of its own (`live`, `$default`) must not be found in texts.
_PLUMBING = {
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Url",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
}
NAMED_TYPES = {
    *READERS,
    "AWS::Events::EventBus",
    "AWS::SecretsManager::Secret",
    "AWS::SES::EmailIdentity",
} - _PLUMBING
