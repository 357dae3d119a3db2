"""`shoplib plan | deploy | destroy | package`, as typed: output, exit codes, errors without a traceback."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from shoplib import provision
from shoplib.provision import Target
from tests.cloud.workshop import REGION, bucket, queue, resources
from tests.commands import Command


@pytest.fixture
def shoplib(command: Command, target: Target) -> Command:
    """Commands beside the session's engine."""
    return command


@pytest.fixture
def template(tmp_path: Path, request: pytest.FixtureRequest, target: Target) -> Any:
    """A template file; its stack's name comes from the file's, which is the test's."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.originalname)[:50]
    path = tmp_path / f"{name}.json"
    body = resources(Mail=queue(DelaySeconds={"Ref": "Delay"}))
    body |= {"Parameters": {"Delay": {"Type": "Number", "Default": 1}}, "Outputs": {"Url": {"Value": {"Ref": "Mail"}}}}
    path.write_text(json.dumps(body), encoding="utf-8")
    yield path
    target.client("cloudformation").delete_stack(StackName=path.stem)


HERE = ("--region", REGION)


def test_a_template_is_planned_deployed_and_destroyed(shoplib, template):
    planned = shoplib("plan", template, *HERE, "--exit-code")
    assert planned.code == 2
    assert "1 to add" in planned.out and "Mail" in planned.out and "Delay = 1" in planned.out

    deployed = shoplib("deploy", template, *HERE, "-p", "Delay=3")
    assert (deployed.code, "1 of 1 resources verified" in deployed.out) == (0, True)
    assert "Url = http://127.0.0.1" in deployed.out
    assert "note: the local AWS stops when its last user exits" in deployed.err

    again = shoplib("plan", template, *HERE, "-p", "Delay=3", "--exit-code")
    assert (again.code, "no changes" in again.out) == (0, True)
    assert "Delay = 3 -> 1" in shoplib("plan", template, *HERE).out

    destroyed = shoplib("destroy", template, *HERE)
    assert (destroyed.code, destroyed.out) == (0, f"{template.stem} is gone\n")
    assert f"stack not found: {template.stem}" in shoplib("destroy", template, *HERE).err


def test_the_shop_is_all_of_its_patterns(shoplib):
    planned = shoplib("plan", "shop", *HERE, "--json").json
    assert [each["stack"] for each in planned] == [f"shop-{name}" for name in provision.pattern_names()]
    assert "name shop, patterns of it (clickstream, " in shoplib("deploy", *HERE).err


def test_machines_read_json(shoplib, template):
    planned = shoplib("plan", template, *HERE, "--json").json[0]
    assert planned["changes"] == [{"action": "add", "logical_id": "Mail", "type": "AWS::SQS::Queue", "why": []}]
    assert (planned["empty"], planned["status"], planned["parameters"]) == (False, None, {"Delay": "1"})
    deployed = shoplib("deploy", template, *HERE, "--json").json[0]
    assert deployed["resources"][0]["logical_id"] == "Mail"
    assert (list(deployed["outputs"]), deployed["unverified"]) == (["Url"], [])
    assert shoplib("destroy", template, *HERE, "--json").json == [{"stack": template.stem, "retained": []}]


def test_a_dry_run_deploys_nothing(shoplib, template, target):
    ended = shoplib("deploy", template, *HERE, "--dry-run")
    assert (ended.code, "1 to add" in ended.out) == (0, True)
    with pytest.raises(Exception, match="stack not found"):
        provision.read(template.stem, target)


def test_a_stack_can_be_named(shoplib, template):
    assert "my-stack: 1 of 1" in shoplib("deploy", template, *HERE, "--stack-name", "my-stack").out
    assert shoplib("destroy", "--stack-name", "my-stack", *HERE).out == "my-stack is gone\n"


def test_the_latest_stack_goes_first_in_whatever_order_they_are_named(shoplib, tmp_path):
    exported, importing = tmp_path / "exported.yaml", tmp_path / "importing.yaml"
    output = "Outputs: {Url: {Value: !Ref Mail, Export: {Name: mail-url}}}"
    exported.write_text(f"Resources: {{Mail: {{Type: AWS::SQS::Queue}}}}\n{output}\n")
    value = "{Type: String, Value: !ImportValue mail-url}"
    importing.write_text(f"Resources: {{Kept: {{Type: AWS::SSM::Parameter, Properties: {value}}}}}\n")
    assert shoplib("deploy", exported, *HERE).code == shoplib("deploy", importing, *HERE).code == 0
    ended = shoplib("destroy", importing, exported, *HERE)
    assert (ended.code, ended.out) == (0, "importing is gone\nexported is gone\n")


PIPED = """
Resources:
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Jobs: {Type: AWS::SQS::Queue}
  Lake: {Type: AWS::S3::Bucket}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: pipes.amazonaws.com}}
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Jobs.Arn
      Target: !GetAtt Clicks.Arn
      TargetParameters: {KinesisStreamParameters: {PartitionKey: a}}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      DeliveryStreamType: KinesisStreamAsSource
      KinesisStreamSourceConfiguration: {KinesisStreamARN: !GetAtt Clicks.Arn, RoleARN: !GetAtt Role.Arn}
      ExtendedS3DestinationConfiguration: {BucketARN: !GetAtt Lake.Arn, RoleARN: !GetAtt Role.Arn}
"""


def test_what_carries_from_one_to_another_is_read_back(shoplib, tmp_path):
    template = tmp_path / "piped.yaml"
    template.write_text(PIPED)
    assert shoplib("deploy", template, *HERE).code == 0
    same = shoplib("diagrams", template, "--deployed", "--check", *HERE)
    assert same.code == 0, same.err
    shoplib("destroy", template, *HERE)


def test_the_same_works_through_an_address(shoplib, template, target):
    there = ("--endpoint-url", target.endpoint_url, *HERE)
    deployed = shoplib("deploy", template, *there)
    assert f"{template.stem} on EMULATOR {target.endpoint_url}" in deployed.out
    assert not deployed.err
    assert shoplib("destroy", template, *there).code == 0


def test_a_full_bucket_wants_to_be_emptied_by_name(shoplib, template, target):
    template.write_text(json.dumps(resources(Full=bucket())), encoding="utf-8")
    shoplib("deploy", template, *HERE)
    name = provision.read(template.stem, target).physical_id("Full")
    target.client("s3").put_object(Bucket=name, Key="a", Body=b"")
    refused = shoplib("destroy", template, *HERE)
    assert (refused.code, "--empty-buckets" in refused.err) == (1, True)
    assert shoplib("destroy", template, *HERE, "--empty-buckets").code == 0


def test_a_pattern_that_loses_its_wire_is_named(shoplib):
    there = ("--region", "us-west-1")
    shoplib("deploy", "clickstream", "fulfilment", *there)
    ended = shoplib("destroy", "clickstream", *there)
    assert "note: fulfilment still uses EventStreamName of clickstream" in ended.err
    assert "EventStreamName = shop-clickstream" in shoplib("plan", "fulfilment", *there).out
    assert not shoplib("destroy", "--all", *there).err


def test_a_pattern_that_holds_a_former_address_is_named(shoplib):
    there = ("--region", "eu-west-3")
    assert "note: fulfilment" not in shoplib("deploy", "rest", "fulfilment", *there).err
    shoplib("destroy", "rest", *there)
    ended = shoplib("deploy", "rest", *there)
    assert re.search("note: fulfilment still has the former .*ShopApiUrl.*; `shoplib deploy fulfilment`", ended.err)
    assert "note: fulfilment" not in shoplib("deploy", "fulfilment", *there).err
    assert "note: fulfilment" not in shoplib("deploy", "rest", *there).err
    shoplib("destroy", "--all", *there)


def test_nothing_deployed_is_nothing_to_destroy(shoplib):
    ended = shoplib("destroy", "--all", "--region", "sa-east-1")
    assert (ended.code, ended.out.startswith("no pattern is deployed on EMULATOR")) == (0, True)


def test_a_package_is_written_without_any_aws(shoplib, tmp_path):
    ended = shoplib("package", "rest", "-o", tmp_path / "out")
    assert (ended.code, "sam deploy --template-file" in ended.out) == (0, True)
    functions = re.findall("Type: AWS::Serverless::Function", (tmp_path / "out" / "template.yaml").read_text())
    assert len(list((tmp_path / "out").glob("*.zip"))) == len(functions)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deploy", "fulfillment"), "did you mean fulfilment?"),
        (("plan", "nowhere.yaml"), "template not found: nowhere.yaml"),
        (("plan", "rest", "-p", "Colour=red"), "rest has no parameter Colour"),
        (("plan", "rest", "-p", "EventStreamName"), "is not Name=Value"),
        (("deploy", "rest", "clickstream", "--stack-name", "one"), "--stack-name works with a single template only"),
        (("plan", "rest", "--target", "moon"), "unknown target: moon"),
        (("plan", "rest", "--target", "endpoint"), "needs an address"),
        (("plan", "rest", "--target", "aws", "--endpoint-url", "http://x"), "cannot be used together"),
        (("plan", "rest", "--target", "local", "--endpoint-url", "http://x"), "cannot be used together"),
        (("plan", "rest", "--profile", "me"), "--profile is for real accounts"),
        (("plan", "rest", "--endpoint-url", "http://127.0.0.1:9"), "http://127.0.0.1:9 does not answer"),
        (("destroy",), "name patterns, templates"),
        (("destroy", "rest", "--all"), "name patterns, templates"),
        (("destroy", "nothing-known"), "pattern not found: nothing-known"),
        (("destroy", "somewhere/template.yml"), "template not found: somewhere/template.yml"),
    ],
)
def test_a_mistake_is_said_in_two_lines(shoplib, arguments, message):
    ended = shoplib(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert message in ended.err
    assert ended.err.startswith("error: ") and "Traceback" not in ended.err


FAULTY = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Letters: {Type: AWS::SQS::Queue}
  Read:
    Type: AWS::Serverless::Function
    Properties:
      {Handler: index.handler, Runtime: python3.12, InlineCode: "x = 1",
       Events: {Letter: {Type: SQS, Properties: {Queue: !GetAtt Letters.Arm}}}}
"""


def test_plan_refuses_what_deploy_refuses(shoplib, tmp_path):
    (tmp_path / "faulty.yaml").write_text(FAULTY)
    planned = shoplib("plan", tmp_path / "faulty.yaml")
    assert (planned.code, planned.out) == (1, "")
    assert "resource Letters does not support attribute type Arm in Fn::GetAtt" in planned.err


class RealLooking:
    """A session that looks like a real account's, and leads to the engine."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def client(self, service: str, endpoint_url: str | None = None, config: Any = None, **_: Any) -> Any:
        assert endpoint_url is None
        return self._target.client(service)


@pytest.fixture
def real(target: Target, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, str | None]]:
    """`--target aws` leads to a stand-in for a real account; answers with which profile and region it was asked for."""
    asked: list[tuple[str | None, str | None]] = []
    account = Target(
        "aws", target.region, "123456789012", None, "arn:aws:iam::123456789012:user/me", RealLooking(target)
    )

    def aws(profile: str | None, region: str | None) -> Target:
        asked.append((profile, region))
        return account

    monkeypatch.setattr(provision, "aws", aws)
    return asked


def test_a_real_account_is_not_touched_where_nobody_can_be_asked(shoplib, template, real, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    for command in (("deploy", template), ("destroy", template), ("destroy", "--all")):
        ended = shoplib(*command, "--target", "aws")
        assert (ended.code, "non-interactively" in ended.err) == (1, True)
    assert not real, "not even its identity was asked for"


class Terminal:
    """Somebody who answers."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, *_: int) -> str:
        return f"{self.answer}\n"


def test_a_real_account_is_shown_and_a_no_is_a_no(shoplib, template, real, monkeypatch, target):
    monkeypatch.setattr(sys, "stdin", Terminal("n"))
    monkeypatch.setattr("builtins.input", lambda *_: "n")
    ended = shoplib("deploy", template, "--target", "aws", "--profile", "mine")
    assert ended.code == 1
    assert real == [("mine", None)]
    assert f"REAL AWS 123456789012 ({target.region}), as arn:aws:iam::123456789012:user/me" in ended.out
    assert "1 to add" in ended.out, "the plan is read before the question"
    with pytest.raises(Exception, match="stack not found"):
        provision.read(template.stem, target)


def test_a_real_account_is_changed_when_that_was_said(shoplib, template, real):
    assert "1 of 1 resources verified" in shoplib("deploy", template, "--target", "aws", "--yes").out
    assert shoplib("destroy", template, "--target", "aws", "--yes").out == f"{template.stem} is gone\n"
