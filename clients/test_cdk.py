"""CDK: bootstrap, deploy, diff and destroy an app of a dozen constructs; its bucket empties itself by JavaScript."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from clients.conftest import Run

APP = """
const cdk = require("aws-cdk-lib");
const apigateway = require("aws-cdk-lib/aws-apigateway");
const apigatewayv2 = require("aws-cdk-lib/aws-apigatewayv2");
const { HttpLambdaIntegration } = require("aws-cdk-lib/aws-apigatewayv2-integrations");
const cloudwatch = require("aws-cdk-lib/aws-cloudwatch");
const dynamodb = require("aws-cdk-lib/aws-dynamodb");
const events = require("aws-cdk-lib/aws-events");
const targets = require("aws-cdk-lib/aws-events-targets");
const kinesis = require("aws-cdk-lib/aws-kinesis");
const lambda = require("aws-cdk-lib/aws-lambda");
const { SqsEventSource } = require("aws-cdk-lib/aws-lambda-event-sources");
const logs = require("aws-cdk-lib/aws-logs");
const s3 = require("aws-cdk-lib/aws-s3");
const secretsmanager = require("aws-cdk-lib/aws-secretsmanager");
const sns = require("aws-cdk-lib/aws-sns");
const { SqsSubscription } = require("aws-cdk-lib/aws-sns-subscriptions");
const sqs = require("aws-cdk-lib/aws-sqs");
const ssm = require("aws-cdk-lib/aws-ssm");

const stack = new cdk.Stack(new cdk.App(), "Letters");
const DESTROY = cdk.RemovalPolicy.DESTROY;
const bucket = new s3.Bucket(stack, "Store", { removalPolicy: DESTROY, autoDeleteObjects: true });
const table = new dynamodb.Table(stack, "Index", {
  partitionKey: { name: "id", type: dynamodb.AttributeType.STRING },
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  removalPolicy: DESTROY,
});
const lost = new sqs.Queue(stack, "Lost");
const queue = new sqs.Queue(stack, "Inbox", { deadLetterQueue: { queue: lost, maxReceiveCount: 3 } });
const topic = new sns.Topic(stack, "News");
topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
const secret = new secretsmanager.Secret(stack, "Stamp", { removalPolicy: DESTROY });
const parameter = new ssm.StringParameter(stack, "Greeting", { stringValue: "Dear" });
const group = new logs.LogGroup(stack, "Words", { retention: logs.RetentionDays.ONE_WEEK, removalPolicy: DESTROY });
const reader = new lambda.Function(stack, "Reader", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "index.handler",
  code: lambda.Code.fromAsset("reader"),
  logGroup: group,
  environment: {
    BUCKET: bucket.bucketName,
    TABLE: table.tableName,
    SECRET: secret.secretArn,
    GREETING: parameter.parameterName,
    DELAY: process.env.DELAY || "0",
  },
});
bucket.grantWrite(reader);
table.grantWriteData(reader);
secret.grantRead(reader);
parameter.grantRead(reader);
reader.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
const hello = new lambda.Function(stack, "Hello", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "index.hello",
  code: lambda.Code.fromAsset("reader"),
});
const rest = new apigateway.LambdaRestApi(stack, "Rest", { handler: hello });
const http = new apigatewayv2.HttpApi(stack, "Http", { defaultIntegration: new HttpLambdaIntegration("Any", hello) });
new events.Rule(stack, "Daily", {
  schedule: events.Schedule.rate(cdk.Duration.days(1)),
  targets: [new targets.LambdaFunction(hello)],
});
new kinesis.Stream(stack, "Clicks", { shardCount: 1, removalPolicy: DESTROY });
new cloudwatch.Alarm(stack, "Failures", { metric: reader.metricErrors(), threshold: 1, evaluationPeriods: 1 });
new cdk.CfnOutput(stack, "Bucket", { value: bucket.bucketName });
new cdk.CfnOutput(stack, "Table", { value: table.tableName });
new cdk.CfnOutput(stack, "Topic", { value: topic.topicArn });
new cdk.CfnOutput(stack, "RestUrl", { value: rest.url });
new cdk.CfnOutput(stack, "HttpUrl", { value: http.apiEndpoint });
"""
READER = """
import os
import boto3
def handler(event, context):
    boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])
    greeting = boto3.client("ssm").get_parameter(Name=os.environ["GREETING"])["Parameter"]["Value"]
    for each in event["Records"]:
        body = f"{greeting} {each['body']}"
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=each["messageId"], Body=body)
        item = {"id": {"S": each["messageId"]}, "body": {"S": body}}
        boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item=item)
def hello(event, context):
    return {"statusCode": 200, "body": "hello from cdk"}
"""


@pytest.fixture
def cdk(run: Run, node_tool: Callable[..., Path], tmp_path: Path) -> Run:
    modules = node_tool("cdk", "aws-cdk", "aws-cdk-lib", "constructs")
    (tmp_path / "app.js").write_text(APP, encoding="utf-8")
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "index.py").write_text(READER, encoding="utf-8")
    program = str(modules / ".bin" / "cdk")
    return lambda *words, **more: run(program, *words, "--app", "node app.js", NODE_PATH=str(modules), **more)


def test_an_app_of_common_constructs_is_deployed_works_is_changed_and_goes(
    cdk: Run, aws: Callable[[str], Any], tmp_path: Path
) -> None:
    cdk("bootstrap", "aws://123456789012/us-east-1")
    cdk("deploy", "--require-approval", "never", "--outputs-file", "out.json")
    outputs = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["Letters"]
    aws("sns").publish(TopicArn=outputs["Topic"], Message="Ann")
    (letter,) = _wait(lambda: aws("dynamodb").scan(TableName=outputs["Table"])["Items"], "the letter")
    assert letter["body"]["S"] == "Dear Ann"
    s3 = aws("s3")
    assert s3.get_object(Bucket=outputs["Bucket"], Key=letter["id"]["S"])["Body"].read() == b"Dear Ann"
    for url in (outputs["RestUrl"], f"{outputs['HttpUrl']}/any"):
        assert requests.get(url, timeout=20).text == "hello from cdk"
    cdk("diff", "--fail")  # nothing differs
    cdk("deploy", "--require-approval", "never", DELAY="5")
    functions = aws("lambda").list_functions()["Functions"]
    assert "5" in {each.get("Environment", {}).get("Variables", {}).get("DELAY") for each in functions}
    cdk("destroy", "--force")
    assert outputs["Bucket"] not in {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert outputs["Table"] not in aws("dynamodb").list_tables()["TableNames"]


def _wait(found: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + 60
    while not (value := found()):
        assert time.monotonic() < deadline, f"{what} did not arrive"
        time.sleep(0.2)
    return value
