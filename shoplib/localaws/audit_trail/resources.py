"""The resources that a call names, with their CloudFormation types."""

from typing import Any

# signing name -> parameter -> type
TYPES: dict[str, dict[str, str]] = {
    "apigateway": {"restApiId": "AWS::ApiGateway::RestApi", "ApiId": "AWS::ApiGatewayV2::Api"},
    "athena": {"WorkGroup": "AWS::Athena::WorkGroup"},
    "cloudformation": {"StackName": "AWS::CloudFormation::Stack", "ChangeSetName": "AWS::CloudFormation::ChangeSet"},
    "cognito-idp": {"UserPoolId": "AWS::Cognito::UserPool", "PoolName": "AWS::Cognito::UserPool"},
    "dynamodb": {"TableName": "AWS::DynamoDB::Table", "BackupName": "AWS::DynamoDB::Backup"},
    "events": {"EventBusName": "AWS::Events::EventBus", "Rule": "AWS::Events::Rule", "Name": "AWS::Events::Rule"},
    "firehose": {"DeliveryStreamName": "AWS::KinesisFirehose::DeliveryStream"},
    "glue": {"DatabaseName": "AWS::Glue::Database"},
    "iam": {
        "RoleName": "AWS::IAM::Role",
        "UserName": "AWS::IAM::User",
        "GroupName": "AWS::IAM::Group",
        "PolicyArn": "AWS::IAM::Policy",
        "AccessKeyId": "AWS::IAM::AccessKey",
        "InstanceProfileName": "AWS::IAM::InstanceProfile",
    },
    "kinesis": {"StreamName": "AWS::Kinesis::Stream", "StreamARN": "AWS::Kinesis::Stream"},
    "kms": {"KeyId": "AWS::KMS::Key", "AliasName": "AWS::KMS::Alias"},
    "lambda": {"FunctionName": "AWS::Lambda::Function", "LayerName": "AWS::Lambda::LayerVersion"},
    "logs": {"logGroupName": "AWS::Logs::LogGroup"},
    "monitoring": {"AlarmName": "AWS::CloudWatch::Alarm", "DashboardName": "AWS::CloudWatch::Dashboard"},
    "s3": {"Bucket": "AWS::S3::Bucket"},
    "secretsmanager": {"SecretId": "AWS::SecretsManager::Secret", "Name": "AWS::SecretsManager::Secret"},
    "sns": {"TopicArn": "AWS::SNS::Topic", "Name": "AWS::SNS::Topic", "SubscriptionArn": "AWS::SNS::Subscription"},
    "sqs": {"QueueName": "AWS::SQS::Queue", "QueueUrl": "AWS::SQS::Queue"},
    "ssm": {"Name": "AWS::SSM::Parameter"},
    "states": {
        "stateMachineArn": "AWS::StepFunctions::StateMachine",
        "name": "AWS::StepFunctions::StateMachine",
        "roleArn": "AWS::IAM::Role",
    },
    "sts": {"RoleArn": "AWS::IAM::Role"},
}


def resources(signer: str, parameters: dict[str, Any]) -> list[dict[str, str]]:
    """The resources in LookupEvents' format."""
    types = TYPES.get(signer, {})
    return [
        {"ResourceType": types[name], "ResourceName": value}
        for name, value in parameters.items()
        if name in types and isinstance(value, str) and value
    ]
