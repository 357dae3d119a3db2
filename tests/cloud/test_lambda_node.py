"""Node.js functions, where the machine has Node: handlers of every form, errors and logs as AWS's runtime has them."""

import io
import json
import shutil
import zipfile
from typing import Any

import pytest

from tests.cloud.lambda_room import Aws, Room, eventually

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node.js")


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def node(room: Room, code: str, file: str = "index.js", **options: Any) -> str:
    files = {file: code} | options.pop("Files", {})
    options = {"Runtime": "nodejs22.x", "Handler": "index.handler", "Timeout": 10} | options
    return room.function("", Files=files, **options)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("index.js", "exports.handler = async (event) => ({ n: event.n + 1 });"),
        ("index.js", "exports.handler = (event, context, done) => done(null, { n: event.n + 1 });"),
        ("index.js", "exports.handler = (e, c, done) => { setTimeout(() => done(null, { n: e.n + 1 }), 20); };"),
        ("index.mjs", "import path from 'node:path';\nexport const handler = async (event) => ({ n: event.n + 1 });"),
        ("index.cjs", "module.exports.handler = (event) => Promise.resolve({ n: event.n + 1 });"),
    ],
)
def test_handlers_of_every_form(room: Room, file: str, code: str) -> None:
    name = node(room, code, file)
    for n in range(3):
        answer = room.invoke(name, {"n": n})
        assert (answer.payload, answer.error) == ({"n": n + 1}, None)


def test_an_apis_own_host_is_the_engine(room: Room) -> None:
    """As a WebSocket's backend calls it; unsigned, so it hears that it must sign."""
    api = room.aws("apigatewayv2").create_api(
        Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    room.aws("apigatewayv2").create_stage(ApiId=api, StageName="live", AutoDeploy=True)
    code = """
    const https = require('node:https');
    exports.handler = (event, context, done) => {
      const options = { hostname: event.host, path: '/live/@connections/x', method: 'POST' };
      https.request(options, (answer) => {
        let text = '';
        answer.on('data', (part) => { text += part; });
        answer.on('end', () => done(null, { status: answer.statusCode, text }));
      }).end('hello');
    };"""
    answer = room.invoke(node(room, code), {"host": f"{api}.execute-api.us-east-1.amazonaws.com"})
    assert answer.payload == {"status": 403, "text": '{"message": "Missing Authentication Token"}'}


def test_modules_of_a_package_and_of_a_layer(room: Room) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("nodejs/node_modules/greeting/index.js", "exports.word = 'hello';")
    client = room.aws("lambda")
    layer = client.publish_layer_version(LayerName="node-greeting", Content={"ZipFile": buffer.getvalue()})
    code = "import greeting from 'greeting';\nexport const run = async () => greeting.word + process.env.WHO;"
    name = room.function(
        "",
        Files={"src/app.js": code, "package.json": '{"type": "module"}'},
        Runtime="nodejs20.x",
        Handler="src/app.run",
        Environment={"Variables": {"WHO": "!"}},
    )
    assert room.invoke(name).error is not None  # ESM does not look into layers on AWS either: NODE_PATH is CommonJS's
    common = "const { word } = require('greeting');\nexports.handler = async () => word + process.env.WHO;"
    common_name = node(room, common, Layers=[layer["LayerVersionArn"]], Environment={"Variables": {"WHO": "!"}})
    assert room.invoke(common_name).payload == "hello!"


def test_context_and_environment(room: Room) -> None:
    code = """
exports.handler = async (event, context) => ({
  ...context, left: context.getRemainingTimeInMillis(), region: process.env.AWS_REGION,
  endpoint: process.env.AWS_ENDPOINT_URL !== undefined, trace: process.env._X_AMZN_TRACE_ID,
});
"""
    name = node(room, code, MemorySize=192)
    told = room.invoke(name).payload
    assert (told["functionName"], told["functionVersion"], told["memoryLimitInMB"]) == (name, "$LATEST", "192")
    assert told["invokedFunctionArn"].endswith(f":function:{name}")
    assert told["logGroupName"] == f"/aws/lambda/{name}"
    assert 5_000 < told["left"] <= 10_000
    assert (told["region"], told["endpoint"], told["trace"].startswith("Root=1-")) == ("us-east-1", True, True)


def test_errors_of_the_handler(room: Room) -> None:
    name = node(
        room,
        """
class OrderError extends Error { constructor(message) { super(message); this.name = "OrderError"; } }
exports.handler = async (event) => {
  if (event.kind === "error") throw new OrderError("no such order");
  if (event.kind === "text") throw "just text";
  if (event.kind === "circle") { const circle = {}; circle.self = circle; return circle; }
  return undefined;
};
""",
    )
    answer = room.invoke(name, {"kind": "error"})
    assert (answer.error, answer.payload["errorType"], answer.payload["errorMessage"]) == (
        "Unhandled",
        "OrderError",
        "no such order",
    )
    assert answer.payload["trace"][0] == "OrderError: no such order"
    assert "\tERROR\tInvoke Error \t{" in answer.log
    assert room.invoke(name, {"kind": "text"}).payload == {
        "errorType": "string",
        "errorMessage": "just text",
        "trace": [],
    }
    assert room.invoke(name, {"kind": "circle"}).payload["errorMessage"] == "Unable to stringify response body"
    assert room.invoke(name, {"kind": "nothing"}).payload is None


LATE_REJECTION = """
exports.handler = async () => {
  Promise.reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve, 5000));
};
"""
HUNGRY = """
exports.handler = async () => {
  const all = [];
  for (let n = 0; n < 600; n++) all.push(Buffer.alloc(1 << 20, 1));
  return all.length;
};
"""


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("exports.other = 1;", "Runtime.HandlerNotFound"),
        ("exports.handler = async () => {", "Runtime.UserCodeSyntaxError"),
        ("require('not-there'); exports.handler = async () => 1;", "Runtime.ImportModuleError"),
        (LATE_REJECTION, "Runtime.UnhandledPromiseRejection"),
    ],
)
def test_errors_around_the_handler(room: Room, code: str, kind: str) -> None:
    answer = room.invoke(node(room, code))
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", kind)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("index.js", "const AWS = require('aws-sdk'); exports.handler = async () => 1;"),
        ("index.mjs", "import AWS from 'aws-sdk'; export const handler = async () => 1;"),
    ],
)
def test_the_former_sdk_is_not_there(room: Room, file: str, code: str) -> None:
    answer = room.invoke(node(room, code, file))
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert "have version 3 of the AWS SDK, not aws-sdk" in answer.payload["errorMessage"]


def test_the_missing_sdk_is_named(room: Room) -> None:
    answer = room.invoke(node(room, "require('@aws-sdk/client-s3'); exports.handler = async () => 1;"))
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert "SHOPLIB_NODE_MODULES" in answer.payload["errorMessage"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("index.js", "exports.handler = async () => require('@aws-sdk/client-tests').word;"),
        ("index.mjs", "import { word } from '@aws-sdk/client-tests';\nexport const handler = async () => word;"),
    ],
)
def test_both_kinds_of_modules_find_the_sdk(room: Room, file: str, code: str) -> None:
    assert room.invoke(node(room, code, file)).payload == "from the SDK"


def test_logs_look_as_on_aws(room: Room) -> None:
    code = "exports.handler = async () => { console.log('two\\nlines', { a: 1 }); console.error('bad'); };"
    name = node(room, code)
    log = room.invoke(name).log
    assert "INIT_START Runtime Version: nodejs:" in log or "START RequestId" in log
    assert "\tINFO\ttwo\nlines { a: 1 }" in log
    assert "\tERROR\tbad" in log
    events = eventually(lambda: room.aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"])
    assert [each for each in events if "two\nlines" in each["message"]]  # one event of two lines


def test_json_logs(room: Room) -> None:
    settings = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}
    code = "exports.handler = async () => { console.info('quiet'); console.warn({ order: 7 }); };"
    name = node(room, code, LoggingConfig=settings)
    lines = [json.loads(line) for line in room.invoke(name).log.splitlines()]
    told = [line for line in lines if "level" in line]
    assert [(line["level"], line["message"]) for line in told] == [("WARN", {"order": 7})]


def test_limits_of_time_and_memory(room: Room) -> None:
    slow = node(room, "exports.handler = () => { for (;;) {} };", Timeout=1)
    assert room.invoke(slow).payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    hungry = node(room, HUNGRY, MemorySize=256)
    assert room.invoke(hungry).payload["errorType"] == "Runtime.OutOfMemory"
    assert room.invoke(node(room, "exports.handler = async () => 1;")).payload == 1


def test_state_is_kept_while_warm(room: Room) -> None:
    name = node(room, "let calls = 0;\nexports.handler = async () => ++calls;")
    assert [room.invoke(name).payload for _ in range(3)] == [1, 2, 3]
