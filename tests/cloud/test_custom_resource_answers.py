"""Custom resources whose library answers over HTTPS, whatever the scheme of their ResponseURL."""

import shutil

import pytest

from tests.cloud.stacks import Stacks

# As the library crhelper opens its connection.
PYTHON = """
import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit
def handler(event, context):
    url = urlsplit(event["ResponseURL"])
    named = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body = json.dumps({**named, "Status": "SUCCESS", "PhysicalResourceId": "it", "Data": {"Word": "by https"}})
    connection = HTTPSConnection(url.netloc)
    connection.request("PUT", url.path + "?" + url.query, body)
    connection.getresponse()
"""
# As CDK's provider framework does: host and path alone, so that the port is that of HTTPS.
NODE = """
const https = require("https");
exports.handler = async (event) => {
  const url = new URL(event.ResponseURL);
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = { StackId, RequestId, LogicalResourceId, Status: "SUCCESS", PhysicalResourceId: "it" };
  const body = JSON.stringify({ ...answer, Data: { Word: "by https" } });
  const options = { hostname: url.hostname, path: url.pathname + url.search, method: "PUT" };
  await new Promise((resolve, reject) => {
    const request = https.request({ ...options, headers: { "content-length": body.length } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on("error", reject);
    request.end(body);
  });
};
"""


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        ("python3.12", PYTHON),
        pytest.param(
            "nodejs22.x", NODE, marks=pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js here")
        ),
    ],
)
def test_an_answer_over_https_arrives(stacks: Stacks, runtime: str, code: str) -> None:
    function = {"Runtime": runtime, "Handler": "index.handler", "InlineCode": code, "Timeout": 10}
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Maker": {"Type": "AWS::Serverless::Function", "Properties": function},
            "Made": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Maker", "Arn"]}}},
        },
        "Outputs": {"Word": {"Value": {"Fn::GetAtt": ["Made", "Word"]}}},
    }
    name = stacks.deploy(template)
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    assert stacks.outputs(name) == {"Word": "by https"}
    assert stacks.delete(name) == "DELETE_COMPLETE"
