"""How each resource type is asked for: the call of its service that fails, or finds nothing, when it is not there."""

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


def _by_id(service: str, operation: str, parameter: str) -> Check:
    return lambda q: getattr(q.client(service), operation)(**{parameter: q.id})


def _by_ids(service: str, operation: str, parameter: str) -> Check:
    return lambda q: getattr(q.client(service), operation)(**{parameter: [q.id]})


def _within(service: str, operation: str, own: str, **parents: str) -> Check:
    """The resource's id goes into `own`; each parent parameter takes a property of the resource."""

    def check(q: Question) -> object:
        return getattr(q.client(service), operation)(**{own: q.id}, **{key: q[name] for key, name in parents.items()})

    return check


def _log_group(q: Question) -> object:
    groups = q.client("logs").describe_log_groups(logGroupNamePrefix=q.id)["logGroups"]
    return [group for group in groups if group["logGroupName"] == q.id]


def _metric_filter(q: Question) -> object:
    filters = q.client("logs").describe_metric_filters(logGroupName=q["LogGroupName"])["metricFilters"]
    return [each for each in filters if each["filterName"] == q.id]


def _subscription_filter(q: Question) -> object:
    answer = q.client("logs").describe_subscription_filters(logGroupName=q["LogGroupName"])["subscriptionFilters"]
    return [each for each in answer if each["filterName"] == q.id]


def _alarm(q: Question) -> object:
    alarms = q.client("cloudwatch").describe_alarms(AlarmNames=[q.id], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return alarms["MetricAlarms"] or alarms["CompositeAlarms"]


def _rule(q: Question) -> object:
    bus, _, rule = q.id.rpartition("|")
    return q.client("events").describe_rule(Name=rule, **({"EventBusName": bus} if bus else {}))


def _permission(q: Question) -> object:
    policy = q.client("lambda").get_policy(FunctionName=q["FunctionName"])["Policy"]
    return f'"{q.id}"' in policy


def _alias(q: Question) -> object:
    function, _, name = q.id.rpartition(":")
    return q.client("lambda").get_alias(FunctionName=function, Name=name)


def _schedule(q: Question) -> object:
    group = {"GroupName": q["GroupName"]} if "GroupName" in q.stated else {}
    return q.client("scheduler").get_schedule(Name=q.id, **group)


def _layer(q: Question) -> object:
    layer, _, version = q.id.rpartition(":")
    return q.client("lambda").get_layer_version(LayerName=layer, VersionNumber=int(version))


def _key(q: Question) -> object:
    return q.client("kms").describe_key(KeyId=q.id)["KeyMetadata"]["KeyState"] != "PendingDeletion"


def _secret(q: Question) -> object:
    return "DeletedDate" not in q.client("secretsmanager").describe_secret(SecretId=q.id)


def _method(q: Question) -> object:
    resource = q["ResourceId"] if "ResourceId" in q.properties else _root_resource(q)
    names = {"restApiId": q["RestApiId"], "resourceId": resource, "httpMethod": q["HttpMethod"]}
    return q.client("apigateway").get_method(**names)


def _root_resource(q: Question) -> str:
    """A method whose resource is an attribute of its API (`Api.RootResourceId`) lies on `/`."""
    return str(q.client("apigateway").get_rest_api(restApiId=q["RestApiId"])["rootResourceId"])


def _role_policy(q: Question) -> object:
    return q.client("iam").get_role_policy(RoleName=q["Roles"], PolicyName=q["PolicyName"])


def _invoke_config(q: Question) -> object:
    names = {"FunctionName": q["FunctionName"], "Qualifier": q["Qualifier"]}
    return q.client("lambda").get_function_event_invoke_config(**names)


def _queue_policy(q: Question) -> object:
    attributes = q.client("sqs").get_queue_attributes(QueueUrl=q["Queues"], AttributeNames=["Policy"])
    return attributes.get("Attributes")


def _base_path(q: Question) -> object:
    path = q["BasePath"] if "BasePath" in q.stated else "(none)"
    return q.client("apigateway").get_base_path_mapping(domainName=q["DomainName"], basePath=path)


def _gateway_response(q: Question) -> object:
    names = {"restApiId": q["RestApiId"], "responseType": q["ResponseType"]}
    return q.client("apigateway").get_gateway_response(**names)


def _usage_plan_key(q: Question) -> object:
    return q.client("apigateway").get_usage_plan_key(usagePlanId=q["UsagePlanId"], keyId=q["KeyId"])


def _scalable_target(q: Question) -> object:
    names = {"ServiceNamespace": q["ServiceNamespace"], "ResourceIds": [q["ResourceId"]]}
    return q.client("application-autoscaling").describe_scalable_targets(**names)["ScalableTargets"]


def _scaling_policy(q: Question) -> object:
    names = {"ServiceNamespace": q["ServiceNamespace"], "PolicyNames": [q["PolicyName"]]}
    return q.client("application-autoscaling").describe_scaling_policies(**names)["ScalingPolicies"]


def _bus_policy(q: Question) -> object:
    bus = q["EventBusName"] if "EventBusName" in q.stated else "default"
    return f'"{q["StatementId"]}"' in q.client("events").describe_event_bus(Name=bus).get("Policy", "")


def _layer_permission(q: Question) -> object:
    *_, layer, version = q["LayerVersionArn"].split(":")
    policy = q.client("lambda").get_layer_version_policy(LayerName=layer, VersionNumber=int(version))["Policy"]
    return f'"{q.id}"' in policy


def _log_stream(q: Question) -> object:
    names = {"logGroupName": q["LogGroupName"], "logStreamNamePrefix": q.id}
    return q.client("logs").describe_log_streams(**names)["logStreams"]


def _domain(q: Question) -> object:
    return q.client("cognito-idp").describe_user_pool_domain(Domain=q["Domain"])["DomainDescription"]


def _resource_server(q: Question) -> object:
    names = {"UserPoolId": q["UserPoolId"], "Identifier": q["Identifier"]}
    return q.client("cognito-idp").describe_resource_server(**names)


def _inline_queue_policy(q: Question) -> object:
    return q.client("sqs").get_queue_attributes(QueueUrl=q["Queue"], AttributeNames=["Policy"]).get("Attributes")


def _secret_policy(q: Question) -> object:
    return q.client("secretsmanager").get_resource_policy(SecretId=q["SecretId"]).get("ResourcePolicy")


def _function_url(q: Question) -> object:
    """Its id is the ARN of the function, or of the function's alias."""
    function, qualifier = q.id.split(":")[:7], q.id.split(":")[7:]
    options = {"Qualifier": qualifier[0]} if qualifier else {}
    return q.client("lambda").get_function_url_config(FunctionName=":".join(function), **options)


CHECKS: dict[str, Check] = {
    "AWS::ApiGateway::ApiKey": _by_id("apigateway", "get_api_key", "apiKey"),
    "AWS::ApiGateway::Authorizer": _within("apigateway", "get_authorizer", "authorizerId", restApiId="RestApiId"),
    "AWS::ApiGateway::BasePathMapping": _base_path,
    "AWS::ApiGateway::Deployment": _within("apigateway", "get_deployment", "deploymentId", restApiId="RestApiId"),
    "AWS::ApiGateway::DomainName": _by_id("apigateway", "get_domain_name", "domainName"),
    "AWS::ApiGateway::GatewayResponse": _gateway_response,
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGateway::Model": _within("apigateway", "get_model", "modelName", restApiId="RestApiId"),
    "AWS::ApiGateway::RequestValidator": _within(
        "apigateway", "get_request_validator", "requestValidatorId", restApiId="RestApiId"
    ),
    "AWS::ApiGateway::Resource": _within("apigateway", "get_resource", "resourceId", restApiId="RestApiId"),
    "AWS::ApiGateway::RestApi": _by_id("apigateway", "get_rest_api", "restApiId"),
    "AWS::ApiGateway::Stage": _within("apigateway", "get_stage", "stageName", restApiId="RestApiId"),
    "AWS::ApiGateway::UsagePlan": _by_id("apigateway", "get_usage_plan", "usagePlanId"),
    "AWS::ApiGateway::UsagePlanKey": _usage_plan_key,
    "AWS::ApiGatewayV2::Api": _by_id("apigatewayv2", "get_api", "ApiId"),
    "AWS::ApiGatewayV2::ApiMapping": _within(
        "apigatewayv2", "get_api_mapping", "ApiMappingId", DomainName="DomainName"
    ),
    "AWS::ApiGatewayV2::Authorizer": _within("apigatewayv2", "get_authorizer", "AuthorizerId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::Deployment": _within("apigatewayv2", "get_deployment", "DeploymentId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::DomainName": _by_id("apigatewayv2", "get_domain_name", "DomainName"),
    "AWS::ApiGatewayV2::Integration": _within("apigatewayv2", "get_integration", "IntegrationId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::Route": _within("apigatewayv2", "get_route", "RouteId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::Stage": _within("apigatewayv2", "get_stage", "StageName", ApiId="ApiId"),
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::Athena::DataCatalog": _by_id("athena", "get_data_catalog", "Name"),
    "AWS::Athena::NamedQuery": _by_id("athena", "get_named_query", "NamedQueryId"),
    "AWS::Athena::WorkGroup": lambda q: q.client("athena").get_work_group(WorkGroup=q.id).get("WorkGroup"),
    "AWS::CloudFormation::Stack": _by_id("cloudformation", "describe_stacks", "StackName"),
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _by_id("cloudwatch", "get_dashboard", "DashboardName"),
    "AWS::Cognito::IdentityPool": _by_id("cognito-identity", "describe_identity_pool", "IdentityPoolId"),
    "AWS::Cognito::UserPool": _by_id("cognito-idp", "describe_user_pool", "UserPoolId"),
    "AWS::Cognito::UserPoolClient": _within(
        "cognito-idp", "describe_user_pool_client", "ClientId", UserPoolId="UserPoolId"
    ),
    "AWS::Cognito::UserPoolDomain": _domain,
    "AWS::Cognito::UserPoolGroup": _within("cognito-idp", "get_group", "GroupName", UserPoolId="UserPoolId"),
    "AWS::Cognito::UserPoolResourceServer": _resource_server,
    "AWS::Cognito::UserPoolUser": _within("cognito-idp", "admin_get_user", "Username", UserPoolId="UserPoolId"),
    "AWS::DynamoDB::GlobalTable": _by_id("dynamodb", "describe_table", "TableName"),
    "AWS::DynamoDB::Table": _by_id("dynamodb", "describe_table", "TableName"),
    **{
        f"AWS::EC2::{name}": _by_ids("ec2", call, parameter)
        for name, call, parameter in (
            ("EIP", "describe_addresses", "PublicIps"),
            ("InternetGateway", "describe_internet_gateways", "InternetGatewayIds"),
            ("NatGateway", "describe_nat_gateways", "NatGatewayIds"),
            ("RouteTable", "describe_route_tables", "RouteTableIds"),
            ("SecurityGroup", "describe_security_groups", "GroupIds"),
            ("Subnet", "describe_subnets", "SubnetIds"),
            ("VPC", "describe_vpcs", "VpcIds"),
            ("VPCEndpoint", "describe_vpc_endpoints", "VpcEndpointIds"),
            ("VPCPeeringConnection", "describe_vpc_peering_connections", "VpcPeeringConnectionIds"),
        )
    },
    "AWS::ECR::Repository": _by_ids("ecr", "describe_repositories", "repositoryNames"),
    "AWS::Events::ApiDestination": _by_id("events", "describe_api_destination", "Name"),
    "AWS::Events::Archive": _by_id("events", "describe_archive", "ArchiveName"),
    "AWS::Events::Connection": _by_id("events", "describe_connection", "Name"),
    "AWS::Events::EventBus": _by_id("events", "describe_event_bus", "Name"),
    "AWS::Events::EventBusPolicy": _bus_policy,
    "AWS::Events::Rule": _rule,
    "AWS::Glue::Database": _by_id("glue", "get_database", "Name"),
    "AWS::Glue::Table": _within("glue", "get_table", "Name", DatabaseName="DatabaseName"),
    "AWS::IAM::Group": _by_id("iam", "get_group", "GroupName"),
    "AWS::IAM::ManagedPolicy": _by_id("iam", "get_policy", "PolicyArn"),
    "AWS::IAM::Policy": _role_policy,
    "AWS::IAM::User": _by_id("iam", "get_user", "UserName"),
    "AWS::IAM::Role": _by_id("iam", "get_role", "RoleName"),
    "AWS::KMS::Alias": _by_id("kms", "describe_key", "KeyId"),
    "AWS::KMS::Key": _key,
    "AWS::Kinesis::Stream": _by_id("kinesis", "describe_stream_summary", "StreamName"),
    "AWS::Kinesis::StreamConsumer": _by_id("kinesis", "describe_stream_consumer", "ConsumerARN"),
    "AWS::KinesisFirehose::DeliveryStream": _by_id("firehose", "describe_delivery_stream", "DeliveryStreamName"),
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::EventSourceMapping": _by_id("lambda", "get_event_source_mapping", "UUID"),
    "AWS::Lambda::Function": _by_id("lambda", "get_function_configuration", "FunctionName"),
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Lambda::LayerVersionPermission": _layer_permission,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Url": _function_url,
    "AWS::Lambda::Version": _by_id("lambda", "get_function_configuration", "FunctionName"),
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::LogStream": _log_stream,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::Logs::SubscriptionFilter": _subscription_filter,
    "AWS::S3::Bucket": _by_id("s3", "head_bucket", "Bucket"),
    "AWS::S3::BucketPolicy": lambda q: q.client("s3").get_bucket_policy(Bucket=q["Bucket"]),
    "AWS::SNS::Subscription": _by_id("sns", "get_subscription_attributes", "SubscriptionArn"),
    "AWS::SNS::Topic": _by_id("sns", "get_topic_attributes", "TopicArn"),
    "AWS::SNS::TopicInlinePolicy": lambda q: q.client("sns").get_topic_attributes(TopicArn=q["TopicArn"]),
    "AWS::SNS::TopicPolicy": lambda q: q.client("sns").get_topic_attributes(TopicArn=q["Topics"]),
    "AWS::SQS::Queue": _by_id("sqs", "get_queue_attributes", "QueueUrl"),
    "AWS::SQS::QueueInlinePolicy": _inline_queue_policy,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SSM::Parameter": _by_id("ssm", "get_parameter", "Name"),
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Scheduler::ScheduleGroup": _by_id("scheduler", "get_schedule_group", "Name"),
    "AWS::SecretsManager::ResourcePolicy": _secret_policy,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::StepFunctions::Activity": _by_id("stepfunctions", "describe_activity", "activityArn"),
    "AWS::StepFunctions::StateMachine": _by_id("stepfunctions", "describe_state_machine", "stateMachineArn"),
}
