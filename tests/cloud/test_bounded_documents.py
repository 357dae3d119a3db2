"""What would grow without bounds is refused before any work, with AWS's 400, while others are served."""

# ruff: noqa: E501 - documents read best on one line

import base64
import gzip
import io
import json
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from shoplib.errors import LabError
from shoplib.provision import template
from tests.cloud.conftest import clients
from tests.cloud.raw_http import ask, status
from tests.cloud.roles import role
from tests.unit.test_documents import LAUGHS

Aws = Callable[..., Any]
QUEUE = "Resources: {Queue: {Type: AWS::SQS::Queue}}\n"
DEEP = (
    json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})[:-1]
    + ', "Metadata": '
    + "[" * 300
    + "]" * 300
    + "}"
)
LOOPS: dict[str, Any] = {"Q${a}${b}${c}": {"Type": "AWS::SQS::Queue"}}
for name in "abc":
    LOOPS = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(100)], LOOPS]}
TEMPLATES = {
    "billion laughs": "Metadata:\n" + "".join(f"  {line}\n" for line in LAUGHS.splitlines()) + QUEUE,
    "recursion": "Metadata: &a {a: *a}\n" + QUEUE,
    "depth": DEEP,
    "loops within loops": json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": LOOPS}),
    "many resources": json.dumps({"Resources": {f"Q{n}": {"Type": "AWS::SQS::Queue"} for n in range(501)}}),
}
EXPANDS = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
OPENAPI = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n"
SCHEMAS = {f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 9} for n in range(9)} | {"S9": {}}
DOCUMENTS = {
    "billion laughs": OPENAPI + "x-laughs:\n" + "".join(f"  {line}\n" for line in LAUGHS.splitlines()),
    "references": json.dumps(
        {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": SCHEMAS}}
    ),
    "depth": OPENAPI + "x-deep: " + "[" * 300 + "]" * 300,
    "no YAML": OPENAPI + "x: [",
    "a number that is none": OPENAPI + "x: !!int x",
}


@pytest.fixture(scope="module")
def engine(open_engine: localaws.Engine) -> localaws.Engine:
    return open_engine


@pytest.fixture(scope="module")
def aws(engine: localaws.Engine) -> Aws:
    return clients(engine)


@pytest.fixture
def others_are_served(aws: Aws) -> Iterator[None]:
    """Meanwhile another client asks for something else, and waits a second at the most (and a busy machine's while)."""
    sqs, slowest, ended = aws("sqs"), [0.0], []
    for service, call in (
        ("cloudformation", "describe_stacks"),
        ("apigateway", "get_rest_apis"),
        ("apigatewayv2", "get_apis"),
    ):
        getattr(aws(service), call)()  # their first call brings half a second of imports with it

    def ask_again() -> None:
        while not ended:
            began = time.monotonic()
            sqs.list_queues()
            slowest.append(time.monotonic() - began)

    with ThreadPoolExecutor(1) as threads:
        asking = threads.submit(ask_again)
        yield
        ended.append(True)
        asking.result(60)
    assert max(slowest) < 10


@pytest.mark.parametrize("name", sorted(TEMPLATES))
@pytest.mark.usefixtures("others_are_served")
def test_templates(aws: Aws, name: str) -> None:
    for call in ("create_stack", "create_change_set", *(["validate_template"] if "loops" not in name else [])):
        named = {
            "create_stack": {"StackName": "laughs", **EXPANDS},
            "create_change_set": {"StackName": "laughs", "ChangeSetName": "a", "ChangeSetType": "CREATE", **EXPANDS},
        }
        with pytest.raises(ClientError, match="ValidationError.*(Template format error|Fn::ForEach)") as caught:
            getattr(aws("cloudformation"), call)(TemplateBody=TEMPLATES[name], **named.get(call, {}))
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize("name", ["billion laughs", "recursion", "depth"])
def test_templates_on_this_laptop(tmp_path: Path, name: str) -> None:
    """`plan`, `deploy` and `diagrams` all read with this."""
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATES[name])
    with pytest.raises(LabError, match="beyond what a template may be"):
        template.load(path)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@pytest.mark.usefixtures("others_are_served")
def test_openapi_documents(aws: Aws, name: str) -> None:
    for attempt in (
        lambda: aws("apigateway").import_rest_api(body=DOCUMENTS[name].encode()),
        lambda: aws("apigatewayv2").import_api(Body=DOCUMENTS[name]),
    ):
        with pytest.raises(ClientError, match="BadRequestException") as caught:
            attempt()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    "definition",
    [
        "{",
        "[]",
        "{}",
        '{"StartAt": "A", "States": ' + '{"a":' * 5_000,
        '{"StartAt": "A", "States": {}, "a": ' + "[" * 150 + "]" * 150 + "}",
    ],
)
def test_state_machines(aws: Aws, definition: str) -> None:
    with pytest.raises(ClientError, match="InvalidDefinition"):
        aws("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=role(aws, "bounds"))


def test_a_packed_body_is_unpacked_within_limits(engine: localaws.Engine) -> None:
    for packed in (gzip.compress(b"\0" * 200_000_000, 1), b"no gzip", gzip.compress(b"{}" * 100)[:-9]):
        head = (
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nX-Amz-Target: Logs_20140328.PutLogEvents\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0\r\n"
            f"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {len(packed)}\r\n\r\n"
        )
        assert status(ask(engine.url, head.encode() + packed)) in (400, 413)


BOMBS = {
    "a long range": "#foreach($i in [1..2000000000])x#end",
    "loops within loops": "#foreach($i in [1..999])#foreach($j in [1..999])#foreach($k in [1..999])#end#end#end",
    "doubling text": '#set($a = "ha")' + '#set($a = "$a$a")' * 60 + "$a",
    "doubling lists": "#set($a = [1])" + "#set($a = [$a, $a])" * 60 + "$a",
    "a list in itself": "#set($a = [1])$a.add($a)$a",
    "macros": "#macro(m)#m()#m()#end#m()",
    "brackets": "#set($a = " + "(" * 5_000 + "1" + ")" * 5_000 + ")",
    "a long template": "x$!y" * 100_000,
}


@pytest.fixture(scope="module")
def api(aws: Aws) -> str:
    """A REST API with one method per bomb."""
    paths = {
        f"/{number}": {
            "get": {
                "responses": {"200": {"description": ""}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {
                        "default": {"statusCode": "200", "responseTemplates": {"application/json": BOMBS[name]}}
                    },
                },
            }
        }
        for number, name in enumerate(BOMBS)
    }
    document = {"openapi": "3.0.1", "info": {"title": "bombs", "version": "1"}, "paths": paths}
    rest = aws("apigateway").import_rest_api(body=json.dumps(document).encode())["id"]
    aws("apigateway").create_deployment(restApiId=rest, stageName="live")
    return str(rest)


@pytest.mark.parametrize("name", sorted(BOMBS))
@pytest.mark.usefixtures("others_are_served")
def test_mapping_templates(engine: localaws.Engine, api: str, name: str) -> None:
    url = f"{engine.url}/restapis/{api}/live/_user_request_/{list(BOMBS).index(name)}"
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(url, timeout=30):
        pass
    assert (caught.value.code, json.load(caught.value)) == (500, {"message": "Internal server error"})


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return raw.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


HANDLER = b"def handler(event, context):\n    return open('data/linked').read()\n"
GOOD = zipped(("f.py", HANDLER), ("data/real", b"linked"), (link("data/linked"), b"real"))
ZIPS = {
    "no zip": b"not a zip",
    "nothing": b"",
    "half": GOOD[: len(GOOD) // 2],
    "a broken entry": GOOD.replace(HANDLER[:4], b"\0\0\0\0", 1).replace(GOOD[40:60], b"\0" * 20, 1),
    "a way out": zipped(("../../f.py", HANDLER)),
    "a way to the root": zipped(("/tmp/f.py", HANDLER)),
    "a link out": zipped(("f.py", HANDLER), (link("data"), b"../../..")),
    "a link to the root": zipped(("f.py", HANDLER), (link("data"), b"/etc")),
    "an entry through a link": zipped((link("data"), b"."), ("data/f.py", HANDLER)),
    "an entry within a file": zipped(("f.py", HANDLER), ("f.py/f.py", HANDLER)),
    "a file that has entries within": zipped(("data/f.py", HANDLER), ("data", b"")),
    "a file by a folder's name": zipped(("f.py", HANDLER), ("f.py/", b"")),
    "a link by a file's name": zipped((link("./f.py"), b"g.py"), ("f.py", HANDLER)),
    "a link to nothing": zipped(("f.py", HANDLER), (link("data"), b"")),
    "a link with NUL": zipped(("f.py", HANDLER), (link("data"), b"f\0.py")),
    "a long name": zipped(("f" * 256 + ".py", HANDLER)),
    "a deep path": zipped(("f/" * 1_000 + "f.py", HANDLER)),
    "the folder itself": zipped((".", HANDLER)),
    "a drive": zipped(("C:/f.py", HANDLER)),
}  # fmt: skip
BOMB = "a bomb"


def archive(name: str) -> bytes:
    """The zip of that name; the bomb is made when it is asked for, not by whoever reads this file."""
    return ZIPS[name] if name != BOMB else zipped(*((f"f{n}", b"\0" * 30_000_000) for n in range(9)))


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    arn = role(aws, "zips")
    aws("lambda").create_function(
        FunctionName="zips", Runtime="python3.12", Handler="f.handler", Role=arn, Code={"ZipFile": GOOD}
    )
    aws("s3").create_bucket(Bucket="zips-of-all-kinds")
    return arn


@pytest.mark.parametrize("name", sorted([*ZIPS, BOMB]))
def test_zips(aws: Aws, function: str, name: str) -> None:
    """Refused at each door, by the bytes or from S3, and what was there before still runs."""
    awslambda, content = aws("lambda"), archive(name)
    aws("s3").put_object(Bucket="zips-of-all-kinds", Key="z", Body=content)
    kept: dict[str, Any] = {"S3Bucket": "zips-of-all-kinds", "S3Key": "z"}
    common: dict[str, Any] = {"Runtime": "python3.12", "Handler": "f.handler", "Role": function}
    for code in ({"ZipFile": content}, kept):
        for attempt in (
            lambda code=code: awslambda.create_function(FunctionName="other", Code=code, **common),
            lambda code=code: awslambda.update_function_code(FunctionName="zips", **code),
            lambda code=code: awslambda.publish_layer_version(LayerName="layer", Content=code),
        ):
            with pytest.raises(ClientError, match="InvalidParameterValueException.*(Could not unzip|Unzipped size)"):
                attempt()
    assert (
        "LayerVersions" not in awslambda.list_layer_versions(LayerName="layer")
        or not awslambda.list_layer_versions(LayerName="layer")["LayerVersions"]
    )
    assert json.load(awslambda.invoke(FunctionName="zips")["Payload"]) == "linked"


def test_a_zip_that_is_no_base64(engine: localaws.Engine, function: str) -> None:
    body = json.dumps(
        {
            "FunctionName": "x",
            "Runtime": "python3.12",
            "Handler": "f.h",
            "Role": function,
            "Code": {"ZipFile": "!" + base64.b64encode(GOOD).decode()},
        }
    ).encode()
    head = (
        "POST /2015-03-31/functions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    assert status(ask(engine.url, head.encode() + body)) == 400
