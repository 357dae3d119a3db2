"""What each resource type is called, which icon of the `diagrams` package it has, and which types are only plumbing."""

import re
from dataclasses import dataclass

from shoplib.architecture import resource_icons


@dataclass(frozen=True)
class Kind:
    """`icon` is module and class in the `diagrams` package, `noun` is how a legend calls it.

    What is `lettered` shows its id on a tile instead of an icon, on a `hollow` one where it is only spoken of."""

    icon: str
    noun: str
    lettered: bool = False
    hollow: bool = False


CLIENTS = "Clients"
CAPABILITY, NOT_BUILT = "Capability", "CapabilityNotBuilt"
PAGE = "Page"  # a group of resources that has a picture of its own
SERVICE, WEBSITE = "Service", "Website"
STATE = "State"
GENERIC = Kind("aws.general.General", "resource")

KINDS: dict[str, Kind] = {
    CLIENTS: Kind("aws.general.Users", "clients"),
    CAPABILITY: Kind("generic.blank.Blank", "capability group", lettered=True),
    NOT_BUILT: Kind("generic.blank.Blank", "capability group, not built here", lettered=True, hollow=True),
    PAGE: Kind("generic.blank.Blank", "page of its own", lettered=True),
    SERVICE: Kind("aws.compute.Lambda", "service"),
    STATE: Kind("programming.flowchart.StartEnd", "state"),
    WEBSITE: Kind("aws.general.Client", "website"),
    "AWS::ApiGateway::RestApi": Kind("aws.network.APIGateway", "REST API"),
    "AWS::ApiGatewayV2::Api": Kind("aws.network.APIGateway", "HTTP API"),
    "AWS::AppSync::GraphQLApi": Kind("aws.integration.Appsync", "GraphQL API"),
    "AWS::Athena::WorkGroup": Kind("aws.analytics.Athena", "query engine"),
    "AWS::CloudFront::Distribution": Kind("aws.network.CloudFront", "content network"),
    "AWS::CloudWatch::Alarm": Kind("aws.management.Cloudwatch", "alarm"),
    "AWS::CloudWatch::CompositeAlarm": Kind("aws.management.Cloudwatch", "composite alarm"),
    "AWS::CloudWatch::Dashboard": Kind("aws.management.Cloudwatch", "dashboard"),
    "AWS::Cognito::UserPool": Kind("aws.security.Cognito", "user pool"),
    "AWS::DynamoDB::GlobalTable": Kind("aws.database.Dynamodb", "table"),
    "AWS::DynamoDB::Table": Kind("aws.database.Dynamodb", "table"),
    "AWS::EC2::Instance": Kind("aws.compute.EC2", "server"),
    "AWS::EC2::VPC": Kind("aws.network.VPC", "network"),
    "AWS::ECS::Cluster": Kind("aws.compute.ElasticContainerService", "container cluster"),
    "AWS::ECS::Service": Kind("aws.compute.Fargate", "container service"),
    "AWS::ElastiCache::CacheCluster": Kind("aws.database.ElastiCache", "cache"),
    "AWS::ElastiCache::ReplicationGroup": Kind("aws.database.ElastiCache", "cache"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Kind("aws.network.ElasticLoadBalancing", "load balancer"),
    "AWS::Events::ApiDestination": Kind("aws.integration.Eventbridge", "API destination"),
    "AWS::Events::EventBus": Kind("aws.integration.Eventbridge", "event bus"),
    "AWS::Events::Rule": Kind("aws.integration.Eventbridge", "rule"),
    "AWS::Glue::Database": Kind("aws.analytics.Glue", "data catalog"),
    "AWS::Glue::Table": Kind("aws.analytics.Glue", "table"),
    "AWS::KMS::Key": Kind("aws.security.KeyManagementService", "key"),
    "AWS::Kinesis::Stream": Kind("aws.analytics.KinesisDataStreams", "stream"),
    "AWS::KinesisFirehose::DeliveryStream": Kind("aws.analytics.KinesisDataFirehose", "delivery stream"),
    "AWS::Lambda::Function": Kind("aws.compute.Lambda", "function"),
    "AWS::Logs::LogGroup": Kind("aws.management.Cloudwatch", "log group"),
    "AWS::MSK::Cluster": Kind("aws.analytics.ManagedStreamingForKafka", "Kafka cluster"),
    "AWS::OpenSearchService::Domain": Kind("aws.analytics.AmazonOpensearchService", "search"),
    "AWS::Pipes::Pipe": Kind("aws.integration.Eventbridge", "pipe"),
    "AWS::RDS::DBCluster": Kind("aws.database.RDS", "database"),
    "AWS::RDS::DBInstance": Kind("aws.database.RDS", "database"),
    "AWS::S3::Bucket": Kind("aws.storage.SimpleStorageServiceS3", "bucket"),
    "AWS::SES::EmailIdentity": Kind("aws.engagement.SimpleEmailServiceSes", "email"),
    "AWS::SNS::Topic": Kind("aws.integration.SimpleNotificationServiceSns", "topic"),
    "AWS::SQS::Queue": Kind("aws.integration.SimpleQueueServiceSqs", "queue"),
    "AWS::SSM::Parameter": Kind("aws.management.SystemsManager", "parameter"),
    "AWS::Scheduler::Schedule": Kind("aws.integration.Eventbridge", "schedule"),
    "AWS::SecretsManager::Secret": Kind("aws.security.SecretsManager", "secret"),
    "AWS::StepFunctions::StateMachine": Kind("aws.integration.StepFunctions", "state machine"),
    "AWS::WAFv2::WebACL": Kind("aws.security.WAF", "firewall"),
}


def kind_of(resource_type: str) -> Kind:
    """What is known of a type here, else its icon and its own words: a Subnet, a Topic Rule."""
    if resource_type in KINDS:
        return KINDS[resource_type]
    icon = resource_icons.of(resource_type)
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+", resource_type.rpartition("::")[2])
    return Kind(icon, " ".join(words).lower()) if icon and words else GENERIC


# Plumbing: shown as an edge or a badge of the resource that the named property refers to (of several, the first), never
# as a node, unless it refers to nothing in the template.
OWNER_PROPERTY: dict[str, str] = {
    "AWS::Athena::PreparedStatement": "WorkGroup",
    "AWS::ApiGateway::Authorizer": "RestApiId",
    "AWS::ApiGateway::BasePathMapping": "RestApiId",
    "AWS::ApiGateway::Deployment": "RestApiId",
    "AWS::ApiGateway::GatewayResponse": "RestApiId",
    "AWS::ApiGateway::Method": "RestApiId",
    "AWS::ApiGateway::Model": "RestApiId",
    "AWS::ApiGateway::RequestValidator": "RestApiId",
    "AWS::ApiGateway::Resource": "RestApiId",
    "AWS::ApiGateway::Stage": "RestApiId",
    "AWS::ApiGateway::UsagePlan": "ApiStages",
    "AWS::ApiGateway::UsagePlanKey": "UsagePlanId",
    "AWS::ApiGatewayV2::ApiMapping": "ApiId",
    "AWS::ApiGatewayV2::Authorizer": "ApiId",
    "AWS::ApiGatewayV2::Deployment": "ApiId",
    "AWS::ApiGatewayV2::Integration": "ApiId",
    "AWS::ApiGatewayV2::IntegrationResponse": "ApiId",
    "AWS::ApiGatewayV2::Route": "ApiId",
    "AWS::ApiGatewayV2::RouteResponse": "ApiId",
    "AWS::ApiGatewayV2::Stage": "ApiId",
    "AWS::AppSync::ApiKey": "ApiId",
    "AWS::AppSync::DataSource": "ApiId",
    "AWS::AppSync::FunctionConfiguration": "ApiId",
    "AWS::AppSync::GraphQLSchema": "ApiId",
    "AWS::AppSync::Resolver": "ApiId",
    "AWS::ApplicationAutoScaling::ScalableTarget": "ResourceId",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "ScalingTargetId",
    "AWS::CloudWatch::Alarm": "Dimensions",
    "AWS::Cognito::UserPoolClient": "UserPoolId",
    "AWS::Cognito::UserPoolDomain": "UserPoolId",
    "AWS::Cognito::UserPoolGroup": "UserPoolId",
    "AWS::Cognito::UserPoolResourceServer": "UserPoolId",
    "AWS::Cognito::UserPoolUser": "UserPoolId",
    "AWS::Cognito::UserPoolUserToGroupAttachment": "UserPoolId",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::ElasticLoadBalancingV2::Listener": "LoadBalancerArn",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "ListenerArn",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "LoadBalancerArns",
    "AWS::Events::EventBusPolicy": "EventBusName",
    "AWS::Glue::Table": "DatabaseName",
    "AWS::Kinesis::StreamConsumer": "StreamARN",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::EventInvokeConfig": "FunctionName",
    "AWS::Lambda::EventSourceMapping": "FunctionName",
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::StepFunctions::StateMachineAlias": "DeploymentPreference RoutingConfiguration",
    "AWS::StepFunctions::StateMachineVersion": "StateMachineArn",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::LogStream": "LogGroupName",
    "AWS::Logs::MetricFilter": "LogGroupName",
    "AWS::Logs::SubscriptionFilter": "LogGroupName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::TopicInlinePolicy": "TopicArn",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SQS::QueueInlinePolicy": "Queue",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
}

# Plumbing of no single owner: who may do what becomes edges; layers and the account's settings say nothing about flow.
NEVER_DRAWN = {
    "AWS::ApiGateway::Account",
    "AWS::CDK::Metadata",
    "AWS::CloudFront::CloudFrontOriginAccessIdentity",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::EC2::SecurityGroup",
    "AWS::Events::Connection",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::LayerVersionPermission",
}

# The type of a resource that the template only names: by IAM's service prefix, and by how its parameter is called.
TYPE_OF_SERVICE = {
    "dynamodb": "AWS::DynamoDB::Table",
    "events": "AWS::Events::EventBus",
    "execute-api": "AWS::ApiGateway::RestApi",
    "firehose": "AWS::KinesisFirehose::DeliveryStream",
    "kinesis": "AWS::Kinesis::Stream",
    "lambda": "AWS::Lambda::Function",
    "rds": "AWS::RDS::DBInstance",
    "s3": "AWS::S3::Bucket",
    "secretsmanager": "AWS::SecretsManager::Secret",
    "ses": "AWS::SES::EmailIdentity",
    "sns": "AWS::SNS::Topic",
    "sqs": "AWS::SQS::Queue",
    "ssm": "AWS::SSM::Parameter",
    "states": "AWS::StepFunctions::StateMachine",
}
# The other way round, for whatever acts or is acted upon; a rule and a bus may have the same name.
SERVICE_OF_TYPE = {kind: service for service, kind in TYPE_OF_SERVICE.items()} | {
    "AWS::ApiGatewayV2::Api": "execute-api",
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::Events::ApiDestination": "api-destination",
    "AWS::Events::Rule": "rule",
    "AWS::Logs::LogGroup": "logs",
    "AWS::Scheduler::Schedule": "scheduler",
}
TYPE_OF_NAME = {
    "Api": "AWS::ApiGateway::RestApi",
    "Bucket": "AWS::S3::Bucket",
    "Bus": "AWS::Events::EventBus",
    "Endpoint": "AWS::ApiGateway::RestApi",
    "Function": "AWS::Lambda::Function",
    "Queue": "AWS::SQS::Queue",
    "Stream": "AWS::Kinesis::Stream",
    "Table": "AWS::DynamoDB::Table",
    "Topic": "AWS::SNS::Topic",
    "UserPool": "AWS::Cognito::UserPool",
}


def type_by_name(name: str) -> str | None:
    """The type that a parameter's name tells: OrdersQueueArn -> a queue. None when it tells nothing."""
    stem = re.sub(r"(Name|Arn|Url|Uri|Id)$", "", name)
    return next((kind for ending, kind in TYPE_OF_NAME.items() if stem.endswith(ending)), None)
