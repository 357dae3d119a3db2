"""What goes wrong on the way: who failed and why, what is left, and how the next deployment goes on from there."""

from typing import Any

import pytest

from shoplib import provision
from shoplib.errors import LabError
from shoplib.provision import stack
from tests.cloud.workshop import Workshop, bucket, queue, resources


@pytest.fixture
def taken(workshop: Workshop) -> str:
    """The name of a queue that exists already: a template that wants it fails."""
    name = "taken"
    workshop.target.client("sqs").create_queue(QueueName=name)
    return name


def wants(name: str) -> dict[str, Any]:
    return queue(QueueName=name)


ANALYTICS = {"Id": "a", "StorageClassAnalysis": {}}


def test_the_failed_resource_is_named_with_its_reason(workshop, taken):
    with pytest.raises(LabError, match=r"ended as ROLLBACK_COMPLETE: Second \(AWS::SQS::Queue\): .*taken"):
        workshop.deploy(resources(First=queue(), Second=wants(taken)))


def test_the_remains_of_a_failed_creation_are_removed_by_the_next(workshop, taken):
    body = resources(First=queue(), Second=wants(taken))
    with pytest.raises(LabError):
        workshop.deploy(body)
    assert workshop.status() == "ROLLBACK_COMPLETE"

    again = workshop.plan(body)
    assert again.follows_failure
    assert [change.action for change in again.changes] == ["add", "add"]
    with pytest.raises(LabError, match="Second"):
        provision.apply(again)

    mended = workshop.deploy(resources(First=queue(), Second=queue()))
    assert len(mended.resources) == 2
    assert workshop.status() == "CREATE_COMPLETE"


def test_a_failed_update_is_rolled_back_and_each_time_its_own_reason_is_told(workshop, taken):
    good = resources(A=queue())
    made = workshop.deploy(good)
    for name in ("B", "C"):
        with pytest.raises(LabError, match=rf"ended as UPDATE_ROLLBACK_COMPLETE: {name} "):
            workshop.deploy(resources(A=queue(DelaySeconds=9), **{name: wants(taken)}))
    assert workshop.plan(good).is_empty
    assert provision.apply(workshop.plan(good)).physical_id("A") == made.physical_id("A")


def test_a_type_that_cannot_be_created_is_refused_by_name_before_anything_is(workshop):
    needed = ("TransitGatewayId", "PeerTransitGatewayId", "PeerAccountId", "PeerRegion")
    peering = {"Type": "AWS::EC2::TransitGatewayPeeringAttachment", "Properties": dict.fromkeys(needed, "x")}
    body = resources(A=queue(QueueName="never-made"), B=peering)
    with pytest.raises(LabError, match="AWS::EC2::TransitGatewayPeeringAttachment") as caught:
        workshop.deploy(body)
    assert str(workshop.path) in caught.value.what
    urls = workshop.target.client("sqs").list_queues(QueueNamePrefix="never-made").get("QueueUrls", [])
    assert not urls


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ({"Type": "AWS::ECS::Cluster", "Properties": {}}, r"It \(AWS::ECS::Cluster\)"),
        (bucket(Properties={"AnalyticsConfigurations": [ANALYTICS]}), "AnalyticsConfigurations of It"),
        (
            {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["x"]},
                    "Targets": [{"Id": "a", "Arn": "arn:aws:batch:eu-west-2:123456789012:job-queue/q"}],
                },
            },
            "It: the target arn:aws:batch",
        ),
    ],
)
def test_a_plan_says_what_a_deployment_would_be_refused_for(workshop, resource, message):
    with pytest.raises(LabError, match=message) as caught:
        workshop.plan(resources(First=queue(), It=resource))
    lines = workshop.path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if '"It"' in text or text.strip() == "It:")
    assert caught.value.what.startswith(f"{workshop.path}:{line}: ")


ROLE = "arn:aws:iam::123456789012:role/x"
MACHINE = "AWS::StepFunctions::StateMachine"
MACHINES = {
    "AWS::Serverless::StateMachine": {"DefinitionUri": "machine.asl.yaml", "Role": ROLE},
    MACHINE: {"DefinitionS3Location": "machine.asl.yaml", "RoleArn": ROLE},
}


@pytest.mark.parametrize("type", MACHINES)
def test_a_plan_reads_the_files_of_state_machines(workshop, type):
    definition = "StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::glue:startJobRun', End: true}\n"
    workshop.path.with_name("machine.asl.yaml").write_text(definition, encoding="utf-8")
    body = resources(First=queue(QueueName="never-made"), It={"Type": type, "Properties": MACHINES[type]})
    with pytest.raises(LabError, match="It: the local AWS does not run .*glue:startJobRun"):
        workshop.plan(body | {"Transform": "AWS::Serverless-2016-10-31"})


@pytest.mark.parametrize("resource", ["listObjectsV2", "getObject"])
def test_a_plan_takes_what_reads_items_for_a_map(workshop, resource):
    mode = "ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}"
    processor = f"{{{mode}, StartAt: B, States: {{B: {{Type: Succeed}}}}}}"
    reader = f"{{Resource: 'arn:aws:states:::s3:{resource}', Parameters: {{Bucket: b}}}}"
    states = f"{{A: {{Type: Map, ItemReader: {reader}, ItemProcessor: {processor}, End: true}}}}"
    workshop.path.with_name("machine.asl.yaml").write_text(f"StartAt: A\nStates: {states}\n", encoding="utf-8")
    body = resources(It={"Type": MACHINE, "Properties": MACHINES[MACHINE]})
    assert workshop.plan(body).changes[0].action == "add"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Resources": {"A": queue(DelaySeconds={"Ref": "Nobody"})}}, "Nobody"),
        ({"Parameters": {"P": {"Type": "String", "Default": "x", "AllowedValues": ["a"]}}}, "P"),
    ],
    ids=["a reference to nothing", "a value that is not allowed"],
)
def test_what_cloudformation_refuses_is_said_with_the_file(workshop, change, message):
    with pytest.raises(LabError, match=message) as caught:
        workshop.deploy(resources(A=queue()) | change)
    assert str(workshop.path) in caught.value.what


def test_missing_code_is_said_before_anything_is_sent(workshop):
    body = resources(F={"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "nowhere", "Handler": "a.b"}})
    with pytest.raises(LabError, match="F: code not found"):
        workshop.plan(body | {"Transform": "AWS::Serverless-2016-10-31"})


def test_a_missing_parameter_is_said_before_anything_is_sent(workshop):
    with pytest.raises(LabError, match="needs a value for Name"):
        workshop.plan(resources(A=queue()) | {"Parameters": {"Name": {"Type": "String"}}})


def test_a_stack_that_could_not_be_deleted_must_be_destroyed_first(workshop):
    name = workshop.deploy(resources(Full=bucket(), Other=queue())).physical_id("Full")
    workshop.target.client("s3").put_object(Bucket=name, Key="a", Body=b"x")
    workshop.target.client("cloudformation").delete_stack(StackName=workshop.name)
    assert workshop.status() == "DELETE_FAILED"

    with pytest.raises(LabError, match="is DELETE_FAILED") as caught:
        workshop.plan(resources(Full=bucket()))
    assert "shoplib destroy" in caught.value.next

    assert provision.destroy(workshop.name, workshop.target, empty_buckets=True) == ()
    assert workshop.changes(resources(Full=bucket())) == {"Full": "add"}


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_a_stack_that_is_stuck_is_left_alone(workshop, monkeypatch, status):
    stuck = {"StackStatus": status, "StackStatusReason": "A is stuck", "Parameters": []}
    monkeypatch.setattr("shoplib.provision.planning.describe", lambda *_: stuck)
    with pytest.raises(LabError, match=f"is {status}: A is stuck") as caught:
        workshop.plan(resources(A=queue()))
    assert "aws cloudformation" in caught.value.next


def test_somebody_elses_deployment_is_waited_for_with_some_patience(workshop, monkeypatch):
    workshop.deploy(resources(A=queue()))
    real = stack.describe(workshop.name, workshop.target)
    seen = iter([{**real, "StackStatus": "UPDATE_IN_PROGRESS"}])
    monkeypatch.setattr("shoplib.provision.planning.describe", lambda *names: next(seen, real))
    assert workshop.plan(resources(A=queue())).is_empty

    busy = {**real, "StackStatus": "UPDATE_IN_PROGRESS"}
    monkeypatch.setattr("shoplib.provision.planning.PATIENCE_SECONDS", 0.0)
    for module in ("planning", "stack_waiter"):
        monkeypatch.setattr(f"shoplib.provision.{module}.describe", lambda *_: busy)
    with pytest.raises(LabError, match="is still UPDATE_IN_PROGRESS after 0 s"):
        workshop.plan(resources(A=queue()))


def test_waiting_has_an_end(workshop, monkeypatch):
    monkeypatch.setattr("shoplib.provision.stack_waiter.LIMIT_SECONDS", 0.0)
    monkeypatch.setattr("shoplib.provision.stack_waiter.describe", lambda *_: {"StackStatus": "CREATE_IN_PROGRESS"})
    with pytest.raises(LabError, match="is still CREATE_IN_PROGRESS after 0 s"):
        workshop.deploy(resources(A=queue()))


def test_a_protected_stack_is_not_destroyed(workshop):
    workshop.deploy(resources(A=queue()))
    cloudformation = workshop.target.client("cloudformation")
    for protect in (True, False):
        cloudformation.update_termination_protection(StackName=workshop.name, EnableTerminationProtection=protect)
        if protect:
            with pytest.raises(LabError, match="refused DeleteStack: .*TerminationProtection"):
                provision.destroy(workshop.name, workshop.target)
    assert provision.destroy(workshop.name, workshop.target) == ()


def test_an_unknown_pattern_among_several_stops_before_the_first(target):
    with pytest.raises(LabError, match="pattern not found: restt"):
        provision.deploy_patterns(["clickstream", "restt"], target)
    assert not provision.exists("clickstream", target)
