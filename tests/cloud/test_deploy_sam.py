"""A SAM template as people write it - YAML, short forms, local code - on an endpoint, from its creation to its end."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoplib import localaws, provision
from shoplib.errors import LabError
from shoplib.provision import Target
from tests.cloud.workshop import Workshop, queue, resources

REGION = "ca-central-1"
ONCE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Handler: app.handler, CodeUri: code, Timeout: 10}
Resources:
  Waiting: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60}}
  Done:
    Type: AWS::SQS::Queue
  Shop:
    Type: AWS::Serverless::HttpApi
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {DONE: !Ref Done}}
      Policies: [SQSSendMessagePolicy: {QueueName: !GetAtt Done.QueueName}]
      Events:
        Messages: {Type: SQS, Properties: {Queue: !GetAtt Waiting.Arn, BatchSize: 1}}
        Hello: {Type: HttpApi, Properties: {ApiId: !Ref Shop, Path: "/hello/{name}", Method: GET}}
Outputs:
  Url: {Value: !Sub "https://${Shop}.execute-api.${AWS::Region}.amazonaws.com"}
"""
CODE = """
import json, os
import boto3

def handler(event, context):
    if "Records" in event:
        sqs = boto3.client("sqs")
        for record in event["Records"]:
            sqs.send_message(QueueUrl=os.environ["DONE"], MessageBody="GREETING " + record["body"])
        return None
    return {"statusCode": 200, "body": "GREETING " + event["pathParameters"]["name"]}
"""


class Written:
    """A template with its code in a folder of the test's own, and the stack that it makes."""

    name = "sam-from-birth-to-end"

    def __init__(self, folder: Path, target: Target) -> None:
        self.path, self.target = folder / "template.yaml", target
        (folder / "code").mkdir()
        self.write(ONCE, "hello")

    def write(self, template: str, greeting: str) -> None:
        self.path.write_text(template, encoding="utf-8")
        code = CODE.replace("GREETING", greeting)
        (self.path.parent / "code" / "app.py").write_text(code, encoding="utf-8")

    def plan(self) -> provision.Plan:
        return provision.plan_one(str(self.path), self.target, {}, self.name)

    def changed(self) -> dict[str, str]:
        return {each.logical_id: each.action for each in self.plan().changes if each.action != "keep"}


@pytest.fixture(scope="module")
def there(engine: localaws.Engine) -> Target:
    return provision.endpoint(engine.url, REGION)


@pytest.fixture
def written(tmp_path: Path, there: Target) -> Iterator[Written]:
    yield Written(tmp_path, there)
    there.client("cloudformation").delete_stack(StackName=Written.name)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def next_message(target: Target, queue_url: str) -> str:
    answer = target.client("sqs").receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
    return answer["Messages"][0]["Body"]


def test_it_is_created_changed_and_ended(written: Written, there: Target) -> None:
    assert set(written.changed().values()) == {"add"}
    made = provision.apply(written.plan())
    assert not made.unverified
    url = there.reachable(made.outputs["Url"])
    assert get(f"{url}/hello/Ada") == "hello Ada"
    there.client("sqs").send_message(QueueUrl=made.physical_id("Waiting"), MessageBody="Grace")
    assert next_message(there, made.physical_id("Done")) == "hello Grace"

    assert written.changed() == {}
    assert written.plan().is_empty
    assert provision.apply(written.plan()).resources == made.resources

    written.write(ONCE, "good evening")
    assert written.changed()["Take"] == "change"
    provision.apply(written.plan())
    assert get(f"{url}/hello/Ada") == "good evening Ada"

    without_queue = [line for line in ONCE.splitlines() if "Waiting" not in line]
    written.write("\n".join(without_queue), "good evening")
    removed = {name for name, action in written.changed().items() if action == "remove"}
    assert removed == {"Waiting", "TakeMessages"}
    left = provision.apply(written.plan())
    assert not removed & {each.logical_id for each in left.resources}
    assert left.physical_id("Done") == made.physical_id("Done")
    assert not exists(there, made.physical_id("Waiting"))
    assert get(f"{url}/hello/Ada") == "good evening Ada"

    assert provision.destroy(written.name, there) == ()
    assert not exists(there, made.physical_id("Done"))
    with pytest.raises(LabError, match="stack not found"):
        provision.read(written.name, there)
    with pytest.raises(urllib.error.HTTPError, match="404|403"):
        get(f"{url}/hello/Ada")


def exists(target: Target, queue_url: str) -> bool:
    answer = target.client("sqs").list_queues(QueueNamePrefix=queue_url.rpartition("/")[2])
    return queue_url in answer.get("QueueUrls", [])


def test_a_failed_creation_takes_back_what_it_had_made(workshop: Workshop) -> None:
    body: dict[str, Any] = resources(
        First=queue(QueueName="made-then-taken-back"),
        Second={**queue(QueueName="no good name!"), "DependsOn": "First"},
    )
    with pytest.raises(LabError, match=r"ended as ROLLBACK_COMPLETE: Second \(AWS::SQS::Queue\)"):
        workshop.deploy(body)
    assert not workshop.target.client("sqs").list_queues(QueueNamePrefix="made-then").get("QueueUrls")
    provision.destroy(workshop.name, workshop.target)
    with pytest.raises(LabError, match="stack not found"):
        provision.read(workshop.name, workshop.target)


def test_a_nested_stack_goes_with_its_parent(workshop: Workshop) -> None:
    """Though its service goes on to describe it, as deleted."""
    (workshop.path.parent / "child.json").write_text(json.dumps(resources(Letters=queue())), encoding="utf-8")
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json"}}
    child = workshop.deploy(resources(Child=nested)).physical_id("Child")
    cloudformation = workshop.target.client("cloudformation")
    (letters,) = cloudformation.list_stack_resources(StackName=child)["StackResourceSummaries"]
    provision.destroy(workshop.name, workshop.target)
    assert cloudformation.describe_stacks(StackName=child)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(workshop.target.client("sqs").exceptions.QueueDoesNotExist):
        workshop.target.client("sqs").get_queue_attributes(QueueUrl=letters["PhysicalResourceId"])


def test_a_resource_that_vanished_is_named_though_there_is_nothing_to_change(written: Written, there: Target) -> None:
    made = provision.apply(written.plan())
    there.client("lambda").delete_function(FunctionName=made.physical_id("Take"))
    assert written.plan().is_empty
    with pytest.raises(LabError, match=r"Take \(AWS::Lambda::Function"):
        provision.apply(written.plan())


def test_a_package_deploys_to_what_its_template_would(written: Written, there: Target, tmp_path: Path) -> None:
    """What `shoplib package` writes is a template like any other, and says the same."""
    provision.apply(written.plan())
    packaged = provision.package(provision.load(written.path), tmp_path / "out")
    assert provision.plan_one(str(packaged), there, {}, written.name).is_empty
