"""A template of shapes that other people's templates have; every function of theirs does what it is asked to."""

import shutil
from datetime import datetime
from typing import Any

from tests.cloud.call_log.conftest import allow, event, function, of, table

DOER = """
import boto3
from botocore.config import Config
once = Config(retries={"total_max_attempts": 1}, signature_version="v4")
def handler(event, context):
    found = []
    for service, operation, arguments in event.get("do", []):
        try:
            client = boto3.client(service, config=None if service == "s3" else once)
            found.append(str(getattr(client, operation)(**arguments))[:2000])
        except Exception as error:
            found.append(str(error))
    return found
"""
QUIET = "def handler(event, context):\n    return {'statusCode': 200}\n"
QUEUE = {"Type": "AWS::SQS::Queue"}


def named(resource: dict[str, Any], **name: str) -> dict[str, Any]:
    return {**resource, "Properties": {**resource.get("Properties", {}), **name}}


def somewhere(service: str, rest: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:aws:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}"}


def doer(*policies: Any, **properties: Any) -> dict[str, Any]:
    return function(DOER, Policies=list(policies), **properties)


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "apigateway.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ]
        },
        "Policies": [
            {
                "PolicyName": "sends",
                "PolicyDocument": {
                    "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
                },
            }
        ],
    },
}
FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
FORWARDS = {
    "type": "aws",
    "httpMethod": "POST",
    "uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${ByPath.QueueName}"},
    "credentials": of("ApiRole"),
    "requestParameters": FORM,
    "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
    "responses": {"default": {"statusCode": "200"}},
}


def template(now: datetime) -> dict[str, Any]:
    once = {"ScheduleExpression": f"at({now:%Y-%m-%dT%H:%M:%S})"}
    on_success = {"Type": "Lambda", "Destination": of("Pleased")}
    on_failure = {"Type": "SQS", "Destination": of("Failed")}
    destinations = {"OnSuccess": on_success, "OnFailure": on_failure}
    resources: dict[str, Any] = {
        "Same": doer(
            {"DynamoDBCrudPolicy": {"TableName": {"Ref": "SameTable"}}},
            {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["SameQueue", "QueueName"]}}},
            allow("secretsmanager:GetSecretValue", {"Ref": "SameSecret"}),
            allow("events:PutEvents", of("SameBus")),
            allow("ssm:GetParameter", somewhere("ssm", "parameter/same")),
            FunctionName="same",
        ),
        "SameTable": named(table(), TableName="same"),
        "Longer": named(table(), TableName="same-archive"),
        "SameQueue": named(QUEUE, QueueName="same"),
        "SameBus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "same"}},
        "SameSecret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "same", "SecretString": "x"}},
        "Pattern": doer(allow("dynamodb:put*", somewhere("dynamodb", "table/same*"))),
        "Everything": doer(allow("dynamodb:*", "*")),
        "Admin": doer(allow("*", "*")),
        "Managed": doer("AmazonSQSFullAccess", Environment={"Variables": {"QUEUE": {"Ref": "SameQueue"}}}),
        "Later": function(QUIET, EventInvokeConfig={"DestinationConfig": destinations}),
        "Pleased": function(QUIET),
        "Failed": QUEUE,
        "Inbox": {"Type": "AWS::S3::Bucket"},
        "Filer": doer(
            allow(["s3:PutObject", "s3:GetObject"], {"Fn::Sub": "${Inbox.Arn}/*"}),
        ),
        "Filed": function(QUIET, Events=event("S3", Bucket={"Ref": "Inbox"}, Events="s3:ObjectCreated:*")),
        "Once": function(QUIET, Events=event("ScheduleV2", **once)),
        "Reader": doer(Events=event("SQS", Queue=of("Source"), BatchSize=1)),
        "Source": QUEUE,
        "Address": function(QUIET, FunctionUrlConfig={"AuthType": "NONE"}),
        "Rest": {
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "live",
                "DefinitionBody": {
                    "swagger": "2.0",
                    "info": {"title": "x", "version": "1"},
                    "paths": {"/jobs": {"post": {"x-amazon-apigateway-integration": FORWARDS}}},
                },
            },
        },
        "ApiRole": ROLE,
        "ByPath": QUEUE,
        "Http": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "h", "ProtocolType": "HTTP"}},
        "Sends": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationSubtype": "SQS-SendMessage",
                "PayloadFormatVersion": "1.0",
                "CredentialsArn": of("ApiRole"),
                "RequestParameters": {"QueueUrl": {"Ref": "ByHttp"}, "MessageBody": "$request.body"},
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "RouteKey": "POST /jobs",
                "Target": {"Fn::Sub": "integrations/${Sends}"},
            },
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Http"}, "StageName": "$default", "AutoDeploy": True},
        },
        "ByHttp": QUEUE,
    }
    if shutil.which("node"):
        script = "exports.handler = async () => 'from node';"
        resources["Scripted"] = function(script, Runtime="nodejs22.x")
    outputs = {
        "Address": {"Value": {"Fn::GetAtt": ["AddressUrl", "FunctionUrl"]}},
        "Rest": {"Value": {"Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.amazonaws.com/live/jobs"}},
        "Http": {"Value": {"Fn::Sub": "https://${Http}.execute-api.${AWS::Region}.amazonaws.com/jobs"}},
    }
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources, "Outputs": outputs}
