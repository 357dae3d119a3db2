"""CDK: bootstrap, deploy and destroy an app whose bucket empties itself (a custom resource in JavaScript)."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import Run

APP = """
const cdk = require("aws-cdk-lib");
const lambda = require("aws-cdk-lib/aws-lambda");
const s3 = require("aws-cdk-lib/aws-s3");
const sqs = require("aws-cdk-lib/aws-sqs");
const { SqsEventSource } = require("aws-cdk-lib/aws-lambda-event-sources");
const stack = new cdk.Stack(new cdk.App(), "Letters");
const bucket = new s3.Bucket(stack, "Store", { removalPolicy: cdk.RemovalPolicy.DESTROY, autoDeleteObjects: true });
const queue = new sqs.Queue(stack, "Inbox");
const reader = new lambda.Function(stack, "Reader", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "index.handler",
  code: lambda.Code.fromAsset("reader"),
  environment: { BUCKET: bucket.bucketName },
});
bucket.grantWrite(reader);
reader.addEventSource(new SqsEventSource(queue));
new cdk.CfnOutput(stack, "Bucket", { value: bucket.bucketName });
new cdk.CfnOutput(stack, "Queue", { value: queue.queueUrl });
"""
READER = """
import os
import boto3
def handler(event, context):
    for each in event["Records"]:
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=each["messageId"], Body=each["body"])
"""


@pytest.fixture
def cdk(run: Run, node_tool: Callable[..., Path], tmp_path: Path) -> Run:
    modules = node_tool("cdk", "aws-cdk", "aws-cdk-lib", "constructs")
    (tmp_path / "app.js").write_text(APP, encoding="utf-8")
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "index.py").write_text(READER, encoding="utf-8")
    program = str(modules / ".bin" / "cdk")
    return lambda *words: run(program, *words, "--app", "node app.js", NODE_PATH=str(modules))


def test_an_app_whose_bucket_empties_itself(cdk: Run, aws: Callable[[str], Any], tmp_path: Path) -> None:
    cdk("bootstrap", "aws://123456789012/us-east-1")
    cdk("deploy", "--require-approval", "never", "--outputs-file", "out.json")
    outputs = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["Letters"]
    aws("sqs").send_message(QueueUrl=outputs["Queue"], MessageBody="hello")
    s3 = aws("s3")
    s3.get_waiter("bucket_exists").wait(Bucket=outputs["Bucket"])
    _wait_for_object(s3, outputs["Bucket"])
    cdk("destroy", "--force")
    assert outputs["Bucket"] not in {each["Name"] for each in s3.list_buckets()["Buckets"]}


def _wait_for_object(s3: Any, bucket: str) -> None:
    deadline = time.monotonic() + 30
    while not s3.list_objects_v2(Bucket=bucket).get("Contents"):
        assert time.monotonic() < deadline, "the letter did not reach the bucket"
        time.sleep(0.2)
