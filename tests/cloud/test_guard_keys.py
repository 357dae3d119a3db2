"""An engine of `up` and `lab` answers its own key and those that it gave out, and nobody else."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib import localaws
from shoplib.localaws.state import state_directory
from shoplib.provision import Target, endpoint
from tests.cloud.lambda_room import Room
from tests.cloud.roles import assumable
from tests.commands import Command, assert_refused

Aws = Callable[..., Any]
ONCE = Config(retries={"total_max_attempts": 1})


def keyed(engine: localaws.Engine, key_id: str, secret: str, token: str | None = None) -> Aws:
    session = boto3.Session(key_id, secret, token, region_name=engine.region)
    return lambda service: session.client(service, endpoint_url=engine.url, config=ONCE)


@pytest.mark.parametrize(
    ("service", "operation", "unknown", "wrong"),
    [
        ("sqs", "list_queues", "UnrecognizedClientException", "InvalidSignatureException"),
        ("iam", "list_users", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        ("s3", "list_buckets", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
        ("lambda", "list_functions", "UnrecognizedClientException", "InvalidSignatureException"),
    ],
)
def test_other_keys_are_refused_in_awss_words(
    engine: localaws.Engine, service: str, operation: str, unknown: str, wrong: str
) -> None:
    for key_id, secret, code in (("test", "test", unknown), (engine.key_id, "test", wrong)):
        with pytest.raises(ClientError, match="shoplib env") as caught:
            getattr(keyed(engine, key_id, secret)(service), operation)()
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_keys_that_iam_and_sts_gave_out_are_good_until_they_are_not(engine: localaws.Engine, aws: Aws) -> None:
    given = aws("sts").assume_role(RoleArn=assumable(aws, "some-keys"), RoleSessionName="some")["Credentials"]
    pair = given["AccessKeyId"], given["SecretAccessKey"]
    keyed(engine, *pair, given["SessionToken"])("sqs").list_queues()
    with pytest.raises(ClientError, match="security token"):
        keyed(engine, *pair)("sqs").list_queues()
    aws("iam").create_user(UserName="somebody")
    key = aws("iam").create_access_key(UserName="somebody")["AccessKey"]
    own = keyed(engine, key["AccessKeyId"], key["SecretAccessKey"])
    assert own("sts").get_caller_identity()["Arn"].endswith("user/somebody")
    name = {"UserName": "somebody", "AccessKeyId": key["AccessKeyId"]}
    aws("iam").update_access_key(**name, Status="Inactive")
    with pytest.raises(ClientError, match="security token"):
        own("sts").get_caller_identity()
    aws("iam").delete_access_key(**name)


def test_what_belongs_to_the_engine_alone_asks_for_the_key(engine: localaws.Engine, target: Target) -> None:
    for path in ("/_aws/observed", "/_aws/observed?calls=1", "/_aws/event-sources"):
        assert requests.get(engine.url + path, timeout=30).status_code == 403
        assert target.ask(path) is not None
    health = requests.get(f"{engine.url}/_aws/health", timeout=30)
    assert health.ok and engine.secret not in health.text


def test_presigned_addresses_and_forms_are_good_for_what_they_say(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="signed-forms")
    put = s3.generate_presigned_url("put_object", {"Bucket": "signed-forms", "Key": "a"})
    assert requests.put(put, data=b"1", timeout=30).ok
    assert requests.put(put.replace("/a?", "/b?"), data=b"1", timeout=30).status_code == 403
    assert requests.put(put, data=b"1", headers={"x-amz-copy-source": "/signed-forms/a"}, timeout=30).status_code == 403
    for version in ("s3", "s3v4"):
        signer = aws("s3", config=Config(signature_version=version))
        form = signer.generate_presigned_post(
            "signed-forms", "up/${filename}", Conditions=[["content-length-range", 1, 5]]
        )

        def post(data: bytes = b"data", form: dict[str, Any] = form, **changed: str) -> int:
            files = {"file": ("name", data)}
            return requests.post(form["url"], {**form["fields"], **changed}, files=files, timeout=30).status_code

        assert (post(), post(b"longer"), post(key="elsewhere"), post(acl="public-read")) == (204, 400, 403, 403)
        signature = "signature" if version == "s3" else "x-amz-signature"
        assert post(**{signature: "x"}) == 403


def test_unsigned_only_public_objects_are_read(aws: Aws, engine: localaws.Engine) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="half-public", ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket="half-public")
    s3.put_object(Bucket="half-public", Key="private", Body=b"private")
    s3.put_object(Bucket="half-public", Key="public", Body=b"public", ACL="public-read")
    s3.put_object(Bucket="half-public", Key="site/a", Body=b"site")
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::half-public/site/*",
    }
    s3.put_bucket_policy(Bucket="half-public", Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))

    def read(key: str) -> int:
        return requests.get(f"{engine.url}/half-public/{key}", timeout=30).status_code

    assert [read(key) for key in ("public", "site/a", "private", "", "site/a?acl")] == [200, 200, 403, 403, 403]
    assert requests.put(f"{engine.url}/half-public/public", data=b"x", timeout=30).status_code == 403


def test_signing_in_at_a_user_pool_needs_no_signature(aws: Aws, engine: localaws.Engine) -> None:
    pool = aws("cognito-idp").create_user_pool(PoolName="members")["UserPool"]["Id"]
    client = aws("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    visitor = boto3.client(
        "cognito-idp", endpoint_url=engine.url, region_name=engine.region, config=Config(signature_version=UNSIGNED)
    )
    assert visitor.sign_up(ClientId=client, Username="visitor", Password="Secret-1234")["UserSub"]
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        visitor.admin_delete_user(UserPoolId=pool, Username="visitor")


def test_a_function_and_what_it_presigns_carry_its_roles_keys(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="of-a-function")
    function = Room(aws).function(
        "import boto3\ns3 = boto3.client('s3')\n"
        "def handler(event, context):\n"
        "    s3.put_object(Bucket='of-a-function', Key='k', Body=b'v')\n"
        "    return s3.generate_presigned_url('get_object', {'Bucket': 'of-a-function', 'Key': 'k'})\n"
    )
    address = json.loads(aws("lambda").invoke(FunctionName=function)["Payload"].read())
    assert requests.get(address, timeout=30).content == b"v"


def test_the_users_own_engine_is_also_an_endpoint_of_his(engine: localaws.Engine) -> None:
    assert endpoint(engine.url).client("sts").get_caller_identity()["Account"] == engine.account_id


@pytest.mark.parametrize("line", [b"stop\n", b"wrong stop\n", b" stop\n", b"\xff\xfe stop\n", b"x" * 600 + b"\n"])
def test_whoever_does_not_know_the_secret_cannot_stop_the_engine(engine: localaws.Engine, line: bytes) -> None:
    place = json.loads(state_directory().record.read_text())["lease_address"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
        connection.sendall(line)
        with suppress(ConnectionResetError):  # the same, when it was dropped before it was read to the end
            assert connection.recv(100) == b""
    assert localaws.status() == engine


def test_the_state_is_the_users_alone(engine: localaws.Engine) -> None:
    folder = state_directory().path
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir(mode=0o700)
    os.chown(foreign, 65_534, 65_534)
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(foreign))
    assert_refused(command("up"), "belongs to another user", "set SHOPLIB_STATE_DIR")
    assert list(foreign.iterdir()) == []


def test_serve_with_keys_requires_them_and_without_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shoplib", "serve", "--json"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path), "SHOPLIB_KEY_ID": "mine", "SHOPLIB_SECRET": "own"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        engine = localaws.Engine(**json.loads(served.stdout.readline()))
        keyed(engine, "mine", "own")("sqs").list_queues()
        with pytest.raises(ClientError, match="InvalidSignature"):
            keyed(engine, "mine", "other")("sqs").list_queues()
        served.terminate()
        assert "Any local user" not in served.communicate()[1]
    del environment["SHOPLIB_KEY_ID"], environment["SHOPLIB_SECRET"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        served.stdout.readline()
        served.terminate()
        assert "Any local user can use it" in served.communicate()[1]
    half = subprocess.run([*command, "--key-id", "a"], env=environment, capture_output=True, text=True, check=False)
    assert half.returncode == 1 and "go together" in half.stderr


def test_a_body_that_the_sdk_packs_is_signed_as_it_is_sent(aws: Aws) -> None:
    data = [
        {"MetricName": "m" * 200, "Value": each, "Dimensions": [{"Name": "n", "Value": f"{each}"}]}
        for each in range(100)
    ]
    aws("cloudwatch").put_metric_data(Namespace="packed", MetricData=data)
    assert len(aws("cloudwatch").list_metrics(Namespace="packed")["Metrics"]) == 100
