"""Every question that verification asks is a real one: answered by what is there, and not by what has gone.

One stack holds one resource of each type; it also shows that the engine creates and deletes them all.
"""

import json
from typing import Any

from shoplib import provision
from shoplib.provision.checks import CHECKS
from tests.cloud.workshop import Workshop

CODE = {"ZipFile": "def handler(event, context):\n    return 1\n"}
READS_QUEUES = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": [
                    "lambda.amazonaws.com",
                    "scheduler.amazonaws.com",
                    "states.amazonaws.com",
                    "pipes.amazonaws.com",
                ]
            },
            "Action": "sts:AssumeRole",
        }
    ],
}
IMAGES = {
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
    "action": {"type": "expire"},
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
OPEN = {"Version": "2012-10-17", "Statement": [{**ALLOW["Statement"][0], "Principal": {"AWS": "*"}}]}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


REST = {"RestApiId": ref("ApiGatewayRestApi")}
HTTP = {"ApiId": ref("ApiGatewayV2Api")}
SOCKET = {"ApiId": ref("OwnSocket")}
POOL = {"UserPoolId": ref("CognitoUserPool")}
FUNCTION = ref("LambdaFunction")
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/types"
# The logical id of each is its type without colons, but for a few that stand beside another of the same type.
PROPERTIES: dict[str, dict[str, Any]] = {
    "AWS::ApiGateway::ApiKey": {"Enabled": True},
    "AWS::ApiGateway::Authorizer": {
        **REST,
        "Name": "a",
        "Type": "TOKEN",
        "IdentitySource": "method.request.header.Authorization",
        "AuthorizerUri": {
            "Fn::Sub": [
                "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/${Function}/invocations",
                {"Function": {"Fn::Sub": "functions/${LambdaFunction.Arn}"}},
            ]
        },
    },
    "AWS::ApiGateway::Deployment": REST,
    "AWS::ApiGateway::Method": {
        **REST,
        "ResourceId": ref("ApiGatewayResource"),
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": {"Type": "MOCK"},
    },
    "AWS::ApiGateway::Model": {
        **REST,
        "Name": "Thing",
        "ContentType": "application/json",
        "Schema": {"type": "object"},
    },
    "AWS::ApiGateway::RequestValidator": {**REST, "Name": "v", "ValidateRequestBody": True},
    "AWS::ApiGateway::Resource": {
        **REST,
        "ParentId": {"Fn::GetAtt": ["ApiGatewayRestApi", "RootResourceId"]},
        "PathPart": "x",
    },
    "AWS::ApiGateway::RestApi": {"Name": "types"},
    "AWS::ApiGateway::Stage": {**REST, "DeploymentId": ref("ApiGatewayDeployment"), "StageName": "live"},
    "AWS::ApiGateway::UsagePlan": {"UsagePlanName": "types"},
    "AWS::ApiGatewayV2::Api": {"Name": "types", "ProtocolType": "HTTP"},
    "AWS::ApiGatewayV2::Authorizer": {
        **HTTP,
        "Name": "a",
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Audience": ["a"], "Issuer": "https://example.com"},
    },
    "AWS::ApiGatewayV2::Integration": {
        **HTTP,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": arn("LambdaFunction"),
        "PayloadFormatVersion": "2.0",
    },
    "AWS::ApiGatewayV2::IntegrationResponse": {
        **SOCKET,
        "IntegrationId": ref("OwnIntegration"),
        "IntegrationResponseKey": "$default",
    },
    "AWS::ApiGatewayV2::RouteResponse": {**SOCKET, "RouteId": ref("OwnRoute"), "RouteResponseKey": "$default"},
    "AWS::ApiGatewayV2::Route": {
        **HTTP,
        "RouteKey": "GET /x",
        "Target": {"Fn::Sub": "integrations/${ApiGatewayV2Integration}"},
    },
    "AWS::ApiGatewayV2::Stage": {**HTTP, "StageName": "$default", "AutoDeploy": True},
    "AWS::Athena::WorkGroup": {"Name": "types"},
    "AWS::CloudWatch::Alarm": {
        "Namespace": "N",
        "MetricName": "M",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    },
    "AWS::CloudWatch::CompositeAlarm": {"AlarmRule": {"Fn::Sub": "ALARM(${CloudWatchAlarm})"}},
    "AWS::CloudWatch::Dashboard": {"DashboardBody": '{"widgets": []}'},
    "AWS::Cognito::IdentityPool": {"AllowUnauthenticatedIdentities": False},
    "AWS::Cognito::UserPool": {"UserPoolName": "types"},
    "AWS::Cognito::UserPoolClient": {**POOL, "ClientName": "c"},
    "AWS::Cognito::UserPoolGroup": {**POOL, "GroupName": "g"},
    "AWS::DynamoDB::Table": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
    "AWS::EC2::InternetGateway": {"Tags": [{"Key": "a", "Value": "b"}]},
    "AWS::EC2::RouteTable": {"VpcId": ref("EC2VPC")},
    "AWS::EC2::SecurityGroup": {
        "GroupDescription": "types",
        "VpcId": ref("EC2VPC"),
        "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}],
    },
    "AWS::EC2::Subnet": {"VpcId": ref("EC2VPC"), "CidrBlock": "10.9.0.0/24", "MapPublicIpOnLaunch": True},
    "AWS::EC2::VPC": {"CidrBlock": "10.9.0.0/16", "EnableDnsHostnames": True, "EnableDnsSupport": True},
    "AWS::ECR::Repository": {
        "RepositoryName": "types",
        "LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [IMAGES]})},
        "RepositoryPolicyText": OPEN,
        "ImageTagMutability": "IMMUTABLE",
    },
    "AWS::Events::ApiDestination": {
        "ConnectionArn": arn("EventsConnection"),
        "HttpMethod": "POST",
        "InvocationEndpoint": "https://example.com/x",
    },
    "AWS::Events::Archive": {"SourceArn": arn("EventsEventBus")},
    "AWS::Events::Connection": {
        "AuthorizationType": "API_KEY",
        "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}},
    },
    "AWS::Events::EventBus": {"Name": "types"},
    "AWS::Events::Rule": {"EventBusName": ref("EventsEventBus"), "EventPattern": {"source": ["x"]}},
    "AWS::Glue::Database": {"CatalogId": ref("AWS::AccountId"), "DatabaseInput": {"Name": "types"}},
    "AWS::Glue::Table": {
        "CatalogId": ref("AWS::AccountId"),
        "DatabaseName": ref("GlueDatabase"),
        "TableInput": {"Name": "things", "StorageDescriptor": {"Columns": []}},
    },
    "AWS::IAM::ManagedPolicy": {"PolicyDocument": ALLOW},
    "AWS::IAM::Policy": {"PolicyName": "p", "PolicyDocument": ALLOW, "Roles": [ref("IAMRole")]},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument": ASSUME, "ManagedPolicyArns": [READS_QUEUES]},
    "AWS::IAM::User": {
        "LoginProfile": {"Password": "Very-secret-1"},
        "Policies": [{"PolicyName": "p", "PolicyDocument": ALLOW}],
    },
    "AWS::KMS::Alias": {"AliasName": "alias/types", "TargetKeyId": ref("KMSKey")},
    "AWS::KMS::Key": {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [{**OPEN["Statement"][0], "Action": "kms:*"}]}
    },
    "AWS::Kinesis::Stream": {"ShardCount": 1},
    "AWS::Kinesis::StreamConsumer": {"StreamARN": arn("KinesisStream"), "ConsumerName": "c"},
    "AWS::KinesisFirehose::DeliveryStream": {
        "S3DestinationConfiguration": {"BucketARN": arn("S3Bucket"), "RoleARN": arn("IAMRole")}
    },
    "AWS::Lambda::Alias": {
        "FunctionName": FUNCTION,
        "FunctionVersion": {"Fn::GetAtt": ["LambdaVersion", "Version"]},
        "Name": "live",
    },
    "AWS::Lambda::EventInvokeConfig": {"FunctionName": FUNCTION, "Qualifier": "$LATEST", "MaximumRetryAttempts": 0},
    "AWS::Lambda::EventSourceMapping": {"FunctionName": FUNCTION, "EventSourceArn": arn("SQSQueue")},
    "AWS::Lambda::Function": {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": arn("IAMRole"),
        "Code": CODE,
    },
    "AWS::Lambda::LayerVersion": {"Content": "layer"},
    "AWS::Lambda::Permission": {
        "FunctionName": FUNCTION,
        "Action": "lambda:InvokeFunction",
        "Principal": "logs.amazonaws.com",
    },
    "AWS::Lambda::Url": {"TargetFunctionArn": arn("LambdaFunction"), "AuthType": "NONE"},
    "AWS::Lambda::Version": {"FunctionName": FUNCTION},
    "AWS::Logs::LogGroup": {"LogGroupName": "/types/log"},
    "AWS::Logs::MetricFilter": {
        "LogGroupName": ref("LogsLogGroup"),
        "FilterPattern": "ERROR",
        "MetricTransformations": [{"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}],
    },
    "AWS::Logs::QueryDefinition": {
        "Name": "types",
        "QueryString": "fields @message",
        "LogGroupNames": [ref("LogsLogGroup")],
    },
    "AWS::Logs::SubscriptionFilter": {
        "LogGroupName": ref("LogsLogGroup"),
        "FilterPattern": "",
        "DestinationArn": arn("LambdaFunction"),
    },
    "AWS::S3::Bucket": {},
    "AWS::S3::BucketPolicy": {
        "Bucket": ref("S3Bucket"),
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "123456789012"},
                    "Action": "s3:GetObject",
                    "Resource": {"Fn::Sub": "${S3Bucket.Arn}/*"},
                }
            ],
        },
    },
    "AWS::Pipes::Pipe": {"Source": arn("SQSQueue"), "Target": ref("SNSTopic"), "RoleArn": arn("IAMRole")},
    "AWS::SES::EmailIdentity": {"EmailIdentity": "types@shop.example"},
    "AWS::SNS::Subscription": {"TopicArn": ref("SNSTopic"), "Protocol": "sqs", "Endpoint": arn("SQSQueue")},
    "AWS::SNS::Topic": {},
    "AWS::SNS::TopicPolicy": {"Topics": [ref("SNSTopic")], "PolicyDocument": OPEN},
    "AWS::SQS::Queue": {},
    "AWS::SQS::QueuePolicy": {"Queues": [ref("SQSQueue")], "PolicyDocument": OPEN},
    "AWS::SSM::Parameter": {"Type": "String", "Value": "x"},
    "AWS::Scheduler::Schedule": {
        "GroupName": ref("SchedulerScheduleGroup"),
        "ScheduleExpression": "rate(1 days)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": arn("LambdaFunction"), "RoleArn": arn("IAMRole")},
    },
    "AWS::Scheduler::ScheduleGroup": {"Name": "types"},
    "AWS::SecretsManager::Secret": {"SecretString": "x"},
    "AWS::StepFunctions::StateMachine": {
        "RoleArn": arn("IAMRole"),
        "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
    },
    "AWS::ApiGateway::BasePathMapping": {
        **REST,
        "DomainName": ref("ApiGatewayDomainName"),
        "Stage": ref("ApiGatewayStage"),
    },
    "AWS::ApiGateway::DomainName": {
        "DomainName": "rest.types.example",
        "RegionalCertificateArn": CERTIFICATE,
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
    },
    "AWS::ApiGateway::GatewayResponse": {**REST, "ResponseType": "DEFAULT_4XX", "StatusCode": "418"},
    "AWS::ApiGateway::UsagePlanKey": {
        "KeyId": ref("ApiGatewayApiKey"),
        "KeyType": "API_KEY",
        "UsagePlanId": ref("ApiGatewayUsagePlan"),
    },
    "AWS::ApiGatewayV2::ApiMapping": {
        **HTTP,
        "DomainName": ref("ApiGatewayV2DomainName"),
        "Stage": ref("ApiGatewayV2Stage"),
    },
    "AWS::ApiGatewayV2::Deployment": HTTP,
    "AWS::ApiGatewayV2::DomainName": {
        "DomainName": "http.types.example",
        "DomainNameConfigurations": [{"CertificateArn": CERTIFICATE, "EndpointType": "REGIONAL"}],
    },
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "ResourceId": {"Fn::Sub": "table/${DynamoDBTable}"},
        "RoleARN": arn("IAMRole"),
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "ServiceNamespace": "dynamodb",
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        "PolicyName": "p",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": ref("ApplicationAutoScalingScalableTarget"),
        "TargetTrackingScalingPolicyConfiguration": {
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
            "TargetValue": 70,
        },
    },
    "AWS::Athena::DataCatalog": {
        "Name": "types",
        "Type": "GLUE",
        "Parameters": {"catalog-id": ref("AWS::AccountId")},
    },
    "AWS::Athena::NamedQuery": {"Name": "q", "Database": ref("GlueDatabase"), "QueryString": "SELECT 1"},
    "AWS::Athena::PreparedStatement": {
        "StatementName": "orders",
        "WorkGroup": ref("AthenaWorkGroup"),
        "QueryStatement": "SELECT ?",
    },
    "AWS::Cognito::UserPoolDomain": {**POOL, "Domain": "types"},
    "AWS::Cognito::UserPoolResourceServer": {**POOL, "Identifier": "https://types.example", "Name": "r"},
    "AWS::Cognito::UserPoolUser": {**POOL, "Username": "u"},
    "AWS::Cognito::UserPoolUserToGroupAttachment": {
        **POOL,
        "Username": ref("CognitoUserPoolUser"),
        "GroupName": ref("CognitoUserPoolGroup"),
    },
    "AWS::DynamoDB::GlobalTable": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "Replicas": [{"Region": ref("AWS::Region")}],
    },
    "AWS::EC2::EIP": {"Domain": "vpc"},
    "AWS::EC2::NatGateway": {
        "AllocationId": {"Fn::GetAtt": ["EC2EIP", "AllocationId"]},
        "SubnetId": ref("EC2Subnet"),
    },
    "AWS::EC2::VPCEndpoint": {
        "VpcId": ref("EC2VPC"),
        "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
        "RouteTableIds": [ref("EC2RouteTable")],
    },
    "AWS::EC2::VPCPeeringConnection": {"VpcId": ref("EC2VPC"), "PeerVpcId": ref("PeerVpc")},
    "AWS::Events::EventBusPolicy": {
        "EventBusName": ref("EventsEventBus"),
        "StatementId": "types",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
            "Action": "events:PutEvents",
            "Resource": arn("EventsEventBus"),
        },
    },
    "AWS::IAM::Group": {"ManagedPolicyArns": [ref("IAMManagedPolicy")]},
    "AWS::Lambda::LayerVersionPermission": {
        "Action": "lambda:GetLayerVersion",
        "LayerVersionArn": ref("LambdaLayerVersion"),
        "Principal": "*",
    },
    "AWS::Logs::LogStream": {"LogGroupName": ref("LogsLogGroup")},
    "AWS::SNS::TopicInlinePolicy": {"TopicArn": ref("OwnTopic"), "PolicyDocument": OPEN},
    "AWS::SQS::QueueInlinePolicy": {"Queue": ref("OwnQueue"), "PolicyDocument": OPEN},
    "AWS::SecretsManager::ResourcePolicy": {
        "SecretId": ref("SecretsManagerSecret"),
        "ResourcePolicy": {
            "Version": "2012-10-17",
            "Statement": [{**OPEN["Statement"][0], "Action": "secretsmanager:GetSecretValue"}],
        },
    },
    "AWS::StepFunctions::Activity": {"Name": "types"},
    "AWS::StepFunctions::StateMachineAlias": {
        "Name": "live",
        "RoutingConfiguration": [{"StateMachineVersionArn": ref("StepFunctionsStateMachineVersion"), "Weight": 100}],
    },
    "AWS::StepFunctions::StateMachineVersion": {"StateMachineArn": ref("StepFunctionsStateMachine")},
}
# Beside another of the same type.
MORE: dict[str, tuple[str, dict[str, Any]]] = {
    "OwnIntegration": ("AWS::ApiGatewayV2::Integration", {**SOCKET, "IntegrationType": "MOCK"}),
    "OwnRoute": ("AWS::ApiGatewayV2::Route", {**SOCKET, "RouteKey": "$default"}),
    "OwnSocket": (
        "AWS::ApiGatewayV2::Api",
        {"Name": "socket", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"},
    ),
    "OwnQueue": ("AWS::SQS::Queue", {}),
    "OwnTopic": ("AWS::SNS::Topic", {}),
    "PeerVpc": ("AWS::EC2::VPC", {"CidrBlock": "10.8.0.0/16"}),
}
# Needs a template in S3; the engine's own tests deploy one.
ELSEWHERE = {"AWS::CloudFormation::Stack"}
DEPENDS = {
    "ApiGatewayDeployment": "ApiGatewayMethod",
    "ApiGatewayV2Deployment": "ApiGatewayV2Route",
    "LogsSubscriptionFilter": "LambdaPermission",
}


def test_every_type_is_asked_for_and_found_and_gone_when_it_is(workshop: Workshop):
    assert set(PROPERTIES) == set(CHECKS) - ELSEWHERE
    (workshop.path.parent / "layer" / "python").mkdir(parents=True)
    (workshop.path.parent / "layer" / "python" / "shared.py").write_text("", encoding="utf-8")
    named = {kind.removeprefix("AWS::").replace("::", ""): (kind, given) for kind, given in PROPERTIES.items()} | MORE
    body = {
        "Resources": {
            name: {"Type": kind, "Properties": given, **({"DependsOn": DEPENDS[name]} if name in DEPENDS else {})}
            for name, (kind, given) in named.items()
        }
    }
    made = workshop.deploy(body)
    assert len(made.resources) == len(named)
    assert [resource.type for resource in made.unverified] == []
    assert workshop.plan(body).is_empty
    assert provision.destroy(workshop.name, workshop.target) == ()
