"""Templates of other people: names that are the same everywhere, rights by pattern, pushes, destinations, addresses."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from shoplib import architecture, provision
from shoplib.provision import Target
from tests.cloud.call_log.conftest import table
from tests.cloud.call_log.shapes import template
from tests.cloud.lambda_room import eventually
from tests.unit.architecture_bar import broken_rules

NAME = "seen-in-other-shapes"


@dataclass
class Shapes:
    stack: provision.Stack
    target: Target

    def ask(self, name: str, *calls: tuple[str, str, dict[str, Any]]) -> list[str]:
        client = self.target.client("lambda")
        answer = client.invoke(FunctionName=self.stack.physical_id(name), Payload=json.dumps({"do": calls}))
        return list(json.loads(answer["Payload"].read()))

    def post(self, output: str) -> None:
        address = self.target.reachable(self.stack.outputs[output])
        assert requests.post(address, json={"a": 1}, timeout=30).status_code == 200

    def told(self, name: str) -> list[dict[str, Any]]:
        answer = self.target.ask("/_aws/observed?calls=1")
        return [row for row in answer["calls"] if row["resource"] == self.stack.physical_id(name)]


def put(name: str) -> tuple[str, str, dict[str, Any]]:
    return "dynamodb", "put_item", {"TableName": name, "Item": {"pk": {"S": "1"}}}


@pytest.fixture(scope="module")
def shapes(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shapes]:
    path = tmp_path_factory.mktemp("shapes") / "template.json"
    path.write_text(json.dumps(template(datetime.now(UTC))), encoding="utf-8")
    yield Shapes(provision.apply(provision.plan_one(str(path), target, {}, NAME)), target)
    provision.destroy(NAME, target, empty_buckets=True)


@pytest.fixture(scope="module")
def run(shapes: Shapes) -> architecture.Live:
    """Each connection is used in a number of its own."""
    id = shapes.stack.physical_id
    happened = {"Source": "a", "DetailType": "b", "Detail": "{}", "EventBusName": "same"}
    shapes.ask(
        "Same",
        *[put("same")] * 2,
        *[("sqs", "send_message", {"QueueUrl": id("SameQueue"), "MessageBody": "m"})] * 3,
        *[("secretsmanager", "get_secret_value", {"SecretId": id("SameSecret")})] * 4,
        *[("events", "put_events", {"Entries": [happened]})] * 5,
        ("ssm", "get_parameter", {"Name": "same"}),
    )
    shapes.ask("Pattern", *[put("same-archive")] * 6)
    shapes.ask("Everything", *[put("same")] * 3, *[put("same-archive")] * 4)
    shapes.ask("Admin", put("same"))
    shapes.ask("Managed", *[("sqs", "send_message", {"QueueUrl": id("SameQueue"), "MessageBody": "m"})] * 8)
    shapes.target.client("lambda").invoke(FunctionName=id("Later"), InvocationType="Event")
    eventually(lambda: shapes.told("Pleased"))
    write = {"Bucket": id("Inbox"), "Key": "a/é", "Body": "x"}
    copy = {"Bucket": id("Inbox"), "Key": "b", "CopySource": f"{id('Inbox')}/a/é"}
    shapes.ask("Filer", ("s3", "put_object", write), ("s3", "copy_object", copy))
    eventually(lambda: len(shapes.told("Filed")) == 2)
    shapes.ask("Reader", ("sqs", "get_queue_attributes", {"QueueUrl": id("Source")}))
    for output, times in (("Address", 3), ("Rest", 2), ("Http", 4)):
        for _ in range(times):
            shapes.post(output)
    eventually(lambda: shapes.told("Once"))
    return architecture.from_run(shapes.target, NAME)


def verdicts(run: architecture.Live) -> dict[tuple[str, str], tuple[str, int | None]]:
    rows = run.uses.to_dict("records")
    return {
        (row["source"], row["target"]): (row["verdict"], int(row["count"]) if row["count"] == row["count"] else None)
        for row in rows
        if row["verdict"] != "cannot be seen"
    }


def test_every_use_is_at_its_own_connection(run: architecture.Live) -> None:
    found = verdicts(run)
    assert {key: value[1] for key, value in found.items() if value[0] == "proven"} == {
        ("Same", "SameTable"): 2,
        ("Same", "SameQueue"): 3,
        ("Same", "SameSecret"): 4,
        ("Same", "SameBus"): 5,
        ("Pattern", "dynamodb:same*"): 6,
        ("Everything", "dynamodb:*"): 7,
        ("Admin", "*:*"): 1,
        ("Managed", "SameQueue"): 8,
        ("Later", "Pleased"): 1,
        ("Filer", "Inbox"): 3,  # a copy reads and writes
        ("Inbox", "Filed"): 2,
        ("OnceComes", "Once"): 1,
        ("Clients", "Address"): 3,
        ("Clients", "Rest"): 2,
        ("Rest", "ByPath"): 2,
        ("Clients", "Http"): 4,
        ("Http", "ByHttp"): 4,
    }
    assert {key: value[0] for key, value in found.items() if value[0] != "proven"} == {
        ("Source", "Reader"): "never used"  # asking one's own source for its length is allowed by its policy
    }


def test_what_cannot_be_known_is_said(run: architecture.Live) -> None:
    unseen = run.uses[run.uses.verdict == "cannot be seen"]
    assert {("Same", "ssm:same"), ("Later", "Failed")} <= set(zip(unseen.source, unseen.target, strict=True))
    assert unseen["count"].isna().all()
    assert str(run.uses["count"].dtype) == "Int64", "a number of calls has no decimals, though some are missing"


def test_the_bar_is_kept(run: architecture.Live) -> None:
    assert broken_rules(run.scene) == []


def test_a_presigned_address_acts_for_whoever_signed_it(shapes: Shapes, run: architecture.Live) -> None:
    arguments = {"ClientMethod": "get_object", "Params": {"Bucket": shapes.stack.physical_id("Inbox"), "Key": "b"}}
    (address,) = shapes.ask("Filer", ("s3", "generate_presigned_url", arguments))
    before = shapes.told("Inbox")
    assert requests.get(address, timeout=30).status_code == 200
    row = shapes.told("Inbox")[-1]
    assert len(shapes.told("Inbox")) == len(before) + 1
    assert row["operation"] == "GetObject" and row["caller"].endswith(shapes.stack.physical_id("Filer"))
    signature = address.rpartition("Signature=")[2]
    everything = json.dumps(shapes.target.ask("/_aws/observed?calls=1"))
    assert signature not in everything


def test_a_signed_request_to_an_api_is_its_signers(shapes: Shapes, run: architecture.Live) -> None:
    arguments = {"ClientMethod": "get_object", "Params": {"Bucket": shapes.stack.physical_id("Inbox"), "Key": "b"}}
    (address,) = shapes.ask("Filer", ("s3", "generate_presigned_url", arguments))
    key = re.search(r"(?:X-Amz-Credential|AWSAccessKeyId)=(\w+)", address)
    assert key
    scope = f"Credential={key[1]}/20260101/{shapes.target.region}/execute-api/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=x"}
    rest = shapes.target.reachable(shapes.stack.outputs["Rest"])
    assert requests.post(rest, json={}, headers=signed, timeout=30).status_code == 200
    assert shapes.told("Rest")[-1]["caller"].endswith(shapes.stack.physical_id("Filer"))


def test_keys_are_told_as_they_are(shapes: Shapes, run: architecture.Live) -> None:
    assert any(row["payload"].endswith("/a/é") for row in shapes.told("Inbox"))


def test_another_regions_namesake_is_somebody_else(shapes: Shapes, run: architecture.Live) -> None:
    elsewhere = provision.local("eu-north-1")
    before = verdicts(run)["Same", "SameTable"]
    client = elsewhere.client("dynamodb")
    keys = table()["Properties"]
    client.create_table(TableName="same", **keys)
    try:
        shapes.ask("Same", *[("dynamodb", "list_tables", {})])
        client.put_item(TableName="same", Item={"pk": {"S": "x"}})
        assert verdicts(architecture.from_run(shapes.target, NAME))["Same", "SameTable"] == before
    finally:
        client.delete_table(TableName="same")


def test_what_a_service_refuses_is_a_failure(shapes: Shapes, run: architecture.Live) -> None:
    gone = shapes.stack.physical_id("SameQueue")[:-4] + "none"
    shapes.ask("Pattern", ("lambda", "invoke", {"FunctionName": "nobody"}))
    shapes.ask("Pattern", ("sqs", "send_message", {"QueueUrl": gone, "MessageBody": "m"}))
    rows = architecture.from_run(shapes.target, NAME).uses.set_index(["source", "target"])
    assert rows.loc[("Pattern", "nobody"), "failed"] == 1
    assert rows.loc[("Pattern", "none"), "failed"] == 1


@pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node.js")
def test_inline_code_may_be_javascript(shapes: Shapes) -> None:
    answer = shapes.target.client("lambda").invoke(FunctionName=shapes.stack.physical_id("Scripted"))
    assert json.loads(answer["Payload"].read()) == "from node"
