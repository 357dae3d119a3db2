"""How to check that a resource of each type exists."""

from shoplib.provision import questions
from shoplib.provision.questions import Check

CHECKS: dict[str, Check] = {
    "AWS::ApiGateway::ApiKey": questions.by_id("apigateway", "get_api_key", "apiKey"),
    "AWS::ApiGateway::Authorizer": questions.child(
        "apigateway", "get_authorizer", "authorizerId", restApiId="RestApiId"
    ),
    "AWS::ApiGateway::BasePathMapping": questions.base_path,
    "AWS::ApiGateway::Deployment": questions.child(
        "apigateway", "get_deployment", "deploymentId", restApiId="RestApiId"
    ),
    "AWS::ApiGateway::DomainName": questions.by_id("apigateway", "get_domain_name", "domainName"),
    "AWS::ApiGateway::GatewayResponse": questions.gateway_response,
    "AWS::ApiGateway::Method": questions.method,
    "AWS::ApiGateway::Model": questions.child("apigateway", "get_model", "modelName", restApiId="RestApiId"),
    "AWS::ApiGateway::RequestValidator": questions.child(
        "apigateway", "get_request_validator", "requestValidatorId", restApiId="RestApiId"
    ),
    "AWS::ApiGateway::Resource": questions.child("apigateway", "get_resource", "resourceId", restApiId="RestApiId"),
    "AWS::ApiGateway::RestApi": questions.by_id("apigateway", "get_rest_api", "restApiId"),
    "AWS::ApiGateway::Stage": questions.child("apigateway", "get_stage", "stageName", restApiId="RestApiId"),
    "AWS::ApiGateway::UsagePlan": questions.by_id("apigateway", "get_usage_plan", "usagePlanId"),
    "AWS::ApiGateway::UsagePlanKey": questions.usage_plan_key,
    "AWS::ApiGatewayV2::Api": questions.by_id("apigatewayv2", "get_api", "ApiId"),
    "AWS::ApiGatewayV2::ApiMapping": questions.child(
        "apigatewayv2", "get_api_mapping", "ApiMappingId", DomainName="DomainName"
    ),
    "AWS::ApiGatewayV2::Authorizer": questions.child("apigatewayv2", "get_authorizer", "AuthorizerId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::Deployment": questions.child("apigatewayv2", "get_deployment", "DeploymentId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::DomainName": questions.by_id("apigatewayv2", "get_domain_name", "DomainName"),
    "AWS::ApiGatewayV2::IntegrationResponse": questions.child(
        "apigatewayv2",
        "get_integration_response",
        "IntegrationResponseId",
        ApiId="ApiId",
        IntegrationId="IntegrationId",
    ),
    "AWS::ApiGatewayV2::RouteResponse": questions.child(
        "apigatewayv2", "get_route_response", "RouteResponseId", ApiId="ApiId", RouteId="RouteId"
    ),
    "AWS::ApiGatewayV2::Integration": questions.child(
        "apigatewayv2", "get_integration", "IntegrationId", ApiId="ApiId"
    ),
    "AWS::ApiGatewayV2::Route": questions.child("apigatewayv2", "get_route", "RouteId", ApiId="ApiId"),
    "AWS::ApiGatewayV2::Stage": questions.child("apigatewayv2", "get_stage", "StageName", ApiId="ApiId"),
    "AWS::ApplicationAutoScaling::ScalableTarget": questions.scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": questions.scaling_policy,
    "AWS::Athena::DataCatalog": questions.by_id("athena", "get_data_catalog", "Name"),
    "AWS::Athena::NamedQuery": questions.by_id("athena", "get_named_query", "NamedQueryId"),
    "AWS::Athena::PreparedStatement": questions.child(
        "athena", "get_prepared_statement", "StatementName", WorkGroup="WorkGroup"
    ),
    "AWS::Athena::WorkGroup": lambda q: q.client("athena").get_work_group(WorkGroup=q.id).get("WorkGroup"),
    "AWS::CloudFormation::Stack": questions.nested_stack,
    "AWS::CloudWatch::Alarm": questions.alarm,
    "AWS::CloudWatch::CompositeAlarm": questions.alarm,
    "AWS::CloudWatch::Dashboard": questions.by_id("cloudwatch", "get_dashboard", "DashboardName"),
    "AWS::Cognito::IdentityPool": questions.by_id("cognito-identity", "describe_identity_pool", "IdentityPoolId"),
    "AWS::Cognito::UserPool": questions.by_id("cognito-idp", "describe_user_pool", "UserPoolId"),
    "AWS::Cognito::UserPoolClient": questions.child(
        "cognito-idp", "describe_user_pool_client", "ClientId", UserPoolId="UserPoolId"
    ),
    "AWS::Cognito::UserPoolDomain": questions.domain,
    "AWS::Cognito::UserPoolGroup": questions.child("cognito-idp", "get_group", "GroupName", UserPoolId="UserPoolId"),
    "AWS::Cognito::UserPoolResourceServer": questions.resource_server,
    "AWS::Cognito::UserPoolUser": questions.child("cognito-idp", "admin_get_user", "Username", UserPoolId="UserPoolId"),
    "AWS::Cognito::UserPoolUserToGroupAttachment": questions.membership,
    "AWS::DynamoDB::GlobalTable": questions.by_id("dynamodb", "describe_table", "TableName"),
    "AWS::DynamoDB::Table": questions.by_id("dynamodb", "describe_table", "TableName"),
    **{
        f"AWS::EC2::{name}": questions.network(call, parameter)
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
    "AWS::ECR::Repository": questions.by_ids("ecr", "describe_repositories", "repositoryNames"),
    "AWS::Events::ApiDestination": questions.by_id("events", "describe_api_destination", "Name"),
    "AWS::Events::Archive": questions.by_id("events", "describe_archive", "ArchiveName"),
    "AWS::Events::Connection": questions.by_id("events", "describe_connection", "Name"),
    "AWS::Events::EventBus": questions.by_id("events", "describe_event_bus", "Name"),
    "AWS::Events::EventBusPolicy": questions.bus_policy,
    "AWS::Events::Rule": questions.rule,
    "AWS::Glue::Database": questions.by_id("glue", "get_database", "Name"),
    "AWS::Glue::Table": questions.child("glue", "get_table", "Name", DatabaseName="DatabaseName"),
    "AWS::IAM::Group": questions.by_id("iam", "get_group", "GroupName"),
    "AWS::IAM::ManagedPolicy": questions.by_id("iam", "get_policy", "PolicyArn"),
    "AWS::IAM::Policy": questions.role_policy,
    "AWS::IAM::User": questions.by_id("iam", "get_user", "UserName"),
    "AWS::IAM::Role": questions.by_id("iam", "get_role", "RoleName"),
    "AWS::KMS::Alias": questions.by_id("kms", "describe_key", "KeyId"),
    "AWS::KMS::Key": questions.key,
    "AWS::Kinesis::Stream": questions.by_id("kinesis", "describe_stream_summary", "StreamName"),
    "AWS::Kinesis::StreamConsumer": questions.by_id("kinesis", "describe_stream_consumer", "ConsumerARN"),
    "AWS::KinesisFirehose::DeliveryStream": questions.by_id(
        "firehose", "describe_delivery_stream", "DeliveryStreamName"
    ),
    "AWS::Lambda::Alias": questions.alias,
    "AWS::Lambda::EventInvokeConfig": questions.invoke_config,
    "AWS::Lambda::EventSourceMapping": questions.by_id("lambda", "get_event_source_mapping", "UUID"),
    "AWS::Lambda::Function": questions.by_id("lambda", "get_function_configuration", "FunctionName"),
    "AWS::Lambda::LayerVersion": questions.layer,
    "AWS::Lambda::LayerVersionPermission": questions.layer_permission,
    "AWS::Lambda::Permission": questions.permission,
    "AWS::Lambda::Url": questions.function_url,
    "AWS::Lambda::Version": questions.by_id("lambda", "get_function_configuration", "FunctionName"),
    "AWS::Logs::LogGroup": questions.log_group,
    "AWS::Logs::LogStream": questions.log_stream,
    "AWS::Logs::MetricFilter": questions.metric_filter,
    "AWS::Logs::QueryDefinition": questions.query_definition,
    "AWS::Logs::SubscriptionFilter": questions.subscription_filter,
    "AWS::S3::Bucket": questions.by_id("s3", "head_bucket", "Bucket"),
    "AWS::S3::BucketPolicy": lambda q: q.client("s3").get_bucket_policy(Bucket=q["Bucket"]),
    "AWS::Pipes::Pipe": questions.by_id("pipes", "describe_pipe", "Name"),
    "AWS::SES::EmailIdentity": questions.by_id("sesv2", "get_email_identity", "EmailIdentity"),
    "AWS::SNS::Subscription": questions.by_id("sns", "get_subscription_attributes", "SubscriptionArn"),
    "AWS::SNS::Topic": questions.by_id("sns", "get_topic_attributes", "TopicArn"),
    "AWS::SNS::TopicInlinePolicy": lambda q: q.client("sns").get_topic_attributes(TopicArn=q["TopicArn"]),
    "AWS::SNS::TopicPolicy": lambda q: q.client("sns").get_topic_attributes(TopicArn=q["Topics"]),
    "AWS::SQS::Queue": questions.by_id("sqs", "get_queue_attributes", "QueueUrl"),
    "AWS::SQS::QueueInlinePolicy": questions.inline_queue_policy,
    "AWS::SQS::QueuePolicy": questions.queue_policy,
    "AWS::SSM::Parameter": questions.by_id("ssm", "get_parameter", "Name"),
    "AWS::Scheduler::Schedule": questions.schedule,
    "AWS::Scheduler::ScheduleGroup": questions.by_id("scheduler", "get_schedule_group", "Name"),
    "AWS::SecretsManager::ResourcePolicy": questions.secret_policy,
    "AWS::SecretsManager::Secret": questions.secret,
    "AWS::StepFunctions::Activity": questions.by_id("stepfunctions", "describe_activity", "activityArn"),
    "AWS::StepFunctions::StateMachine": questions.by_id("stepfunctions", "describe_state_machine", "stateMachineArn"),
    "AWS::StepFunctions::StateMachineAlias": questions.by_id(
        "stepfunctions", "describe_state_machine_alias", "stateMachineAliasArn"
    ),
    "AWS::StepFunctions::StateMachineVersion": questions.by_id(
        "stepfunctions", "describe_state_machine", "stateMachineArn"
    ),
}
