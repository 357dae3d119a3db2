"""Saving and loading an engine's state: what comes back, what goes on, and which files are not read."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shoplib import lab, localaws, provision
from shoplib.errors import LabError
from shoplib.localaws import saved_states
from tests.cloud.conftest import clients
from tests.cloud.http_subscriber import Endpoint
from tests.cloud.lambda_room import eventually, zipped
from tests.cloud.refusals import code_of
from tests.commands import Command

COUNTER = """
import boto3, os
def handler(event, context):
    for record in event.get("Records", []):
        boto3.client("dynamodb").update_item(TableName="counts", Key={"pk": {"S": "seen"}},
            UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}})
    return os.environ["PLACE"]
"""
SERVICES = ["firehose.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"]
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}]}
ANYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
FAR = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
EACH = {"Type": "Map", "ItemsPath": "$.items", "End": True}
EACH["ItemProcessor"] = {**WAITING, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
MAPPING = {"StartAt": "Each", "States": {"Each": EACH}}
DONE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[localaws.Engine]:
    """An engine of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(tmp_path_factory.mktemp("saved")))
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        yield localaws.up()
        localaws.down()


@pytest.fixture
def aws(own: localaws.Engine) -> Callable[..., Any]:
    engine = localaws.status()
    assert engine is not None
    return clients(engine)


@pytest.fixture(scope="module")
def made(own: localaws.Engine) -> None:
    """A little of everything, with a queue that feeds a function."""
    aws = clients(own)
    role = aws("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    aws("iam").put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=json.dumps(ANYTHING))
    aws("dynamodb").create_table(
        TableName="counts",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url = aws("sqs").create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    aws("sqs").create_queue(QueueName="idle")
    aws("lambda").create_function(
        FunctionName="counter",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Timeout=10,
        Code={"ZipFile": zipped({"app.py": COUNTER})},
        Environment={"Variables": {"PLACE": url}},
        TracingConfig={"Mode": "Active"},
    )
    source = {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:jobs", "FunctionName": "counter"}
    aws("lambda").create_event_source_mapping(**source)
    aws("s3").create_bucket(Bucket="things")
    aws("s3").put_object(Bucket="things", Key="a", Body=b"first")
    aws("s3").create_bucket(Bucket="closed")
    closed = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::closed/*"}
    aws("s3").put_bucket_policy(Bucket="closed", Policy=json.dumps({"Version": "2012-10-17", "Statement": [closed]}))
    aws("events").put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")
    destination = {"BucketARN": "arn:aws:s3:::things", "RoleARN": role, "BufferingHints": {"IntervalInSeconds": 900}}
    destination["BufferingHints"]["SizeInMBs"] = 5
    aws("firehose").create_delivery_stream(DeliveryStreamName="hose", ExtendedS3DestinationConfiguration=destination)
    aws("stepfunctions").create_state_machine(name="waits", definition=json.dumps(WAITING), roleArn=role)
    aws("stepfunctions").create_state_machine(name="maps", definition=json.dumps(MAPPING), roleArn=role)
    aws("stepfunctions").create_state_machine(name="ends", definition=json.dumps(DONE), roleArn=role)


def place() -> provision.Target:
    return provision.local()


def count(aws: Callable[..., Any]) -> int:
    item = aws("dynamodb").get_item(TableName="counts", Key={"pk": {"S": "seen"}}).get("Item")
    return int(item["n"]["N"]) if item else 0


def send(aws: Callable[..., Any], queue: str = "jobs") -> None:
    url = aws("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    aws("sqs").send_message(QueueUrl=url, MessageBody="job")


def machine(name: str) -> str:
    return f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"


def test_a_rewind_undoes_what_came_later_and_work_goes_on(aws: Callable[..., Any], made: None) -> None:
    here, before = lab.start(place()), count(aws)
    send(aws)
    eventually(lambda: count(aws) == before + 1)
    first, queues = objects(aws), aws("sqs").list_queues()["QueueUrls"]
    here.checkpoint()
    send(aws)
    eventually(lambda: count(aws) == before + 2)
    aws("s3").put_object(Bucket="things", Key="a", Body=b"second")
    aws("sqs").create_queue(QueueName="later")
    aws("kinesis").create_stream(StreamName="later", ShardCount=1)
    here.rewind()
    assert count(aws) == before + 1
    assert aws("s3").get_object(Bucket="things", Key="a")["Body"].read() == b"first" and objects(aws) == first
    assert aws("sqs").list_queues()["QueueUrls"] == queues
    assert aws("kinesis").list_streams()["StreamNames"] == []
    send(aws)
    eventually(lambda: count(aws) == before + 2)


def test_a_rewind_brings_back_the_triggers_of_a_user_pool(aws: Callable[..., Any], made: None) -> None:
    here, cognito = lab.start(place()), aws("cognito-idp")
    triggers = {"PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:counter"}
    pool = cognito.create_user_pool(PoolName="people", LambdaConfig=triggers)["UserPool"]["Id"]
    here.checkpoint()
    cognito.update_user_pool(UserPoolId=pool)
    here.rewind()
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"] == triggers
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    denied = code_of(cognito.sign_up, ClientId=client, Username="ann", Password="Sesame-8")
    assert denied == "UnexpectedLambdaException"


def test_a_checkpoint_amid_work_loses_nothing_and_does_nothing_twice(aws: Callable[..., Any], made: None) -> None:
    here, before = lab.start(place()), count(aws)
    for _ in range(6):
        entries = [{"Id": str(each), "MessageBody": "job"} for each in range(10)]
        aws("sqs").send_message_batch(QueueUrl=aws("sqs").get_queue_url(QueueName="jobs")["QueueUrl"], Entries=entries)
    eventually(lambda: count(aws) > before)
    here.checkpoint("amid")
    here.wait_until_drained(60)
    assert count(aws) == before + 60
    here.rewind("amid")
    assert count(aws) <= before + 60
    here.wait_until_drained(60)
    assert count(aws) == before + 60


def test_a_checkpoint_amid_a_redrive_has_each_message_once(aws: Callable[..., Any], made: None) -> None:
    sqs, here = aws("sqs"), lab.start(place())
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "alive")}
    arns = {name: f"arn:aws:sqs:us-east-1:123456789012:{name}" for name in urls}
    policy = json.dumps({"deadLetterTargetArn": arns["dead"], "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=urls["alive"], Attributes={"RedrivePolicy": policy})
    for _ in range(20):
        entries = [{"Id": str(each), "MessageBody": "lost"} for each in range(10)]
        sqs.send_message_batch(QueueUrl=urls["dead"], Entries=entries)
    sqs.start_message_move_task(SourceArn=arns["dead"], DestinationArn=arns["alive"])
    eventually(lambda: waiting(sqs, urls["alive"]))
    here.checkpoint("redrive")
    here.rewind("redrive")
    assert sum(waiting(sqs, url) for url in urls.values()) == 200


def waiting(sqs: Any, url: str) -> int:
    asked = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"][asked[0]])


def test_alarms_are_evaluated_after_a_rewind(aws: Callable[..., Any], made: None) -> None:
    here, metric = lab.start(place()), {"Namespace": "own", "MetricName": "heat"}
    limits = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Maximum"}
    aws("cloudwatch").put_metric_alarm(AlarmName="hot", **metric, **limits, Period=60, EvaluationPeriods=1)
    here.checkpoint("cold")
    aws("cloudwatch").put_metric_data(Namespace="own", MetricData=[{"MetricName": "heat", "Value": 0.0}])
    here.rewind("cold")  # before the data of a moment ago is looked at
    aws("cloudwatch").put_metric_data(Namespace="own", MetricData=[{"MetricName": "heat", "Value": 5.0}])
    eventually(lambda: aws("cloudwatch").describe_alarms(AlarmNames=["hot"], StateValue="ALARM")["MetricAlarms"])


def test_a_rewind_lets_a_subscription_wait_again(aws: Callable[..., Any], endpoint: Endpoint) -> None:
    here, sns = lab.start(place()), aws("sns")
    topic = sns.create_topic(Name="asks")["TopicArn"]
    asks = {"TopicArn": topic, "Protocol": "http", "Endpoint": endpoint.url, "ReturnSubscriptionArn": True}
    arn = sns.subscribe(**asks)["SubscriptionArn"]
    here.checkpoint("asks")
    confirmation = {"TopicArn": topic, "Token": endpoint.message()["Token"]}
    sns.confirm_subscription(**confirmation)
    here.rewind("asks")
    listed = sns.list_subscriptions()["Subscriptions"]
    assert [each["SubscriptionArn"] for each in listed] == ["PendingConfirmation"]
    assert sns.confirm_subscription(**confirmation)["SubscriptionArn"] == arn
    sns.publish(TopicArn=topic, Message="after all")
    assert endpoint.message()["Message"] == "after all"


def map_run(aws: Callable[..., Any], execution: str) -> dict[str, Any]:
    """With an execution that was begun; empty as long as there is none."""
    for run in aws("stepfunctions").list_map_runs(executionArn=execution)["mapRuns"]:
        described = aws("stepfunctions").describe_map_run(mapRunArn=run["mapRunArn"])
        if described["itemCounts"]["total"] > described["itemCounts"]["pending"]:
            return dict(described)
    return {}


def test_a_new_engine_has_it_all_at_its_own_address(aws: Callable[..., Any], made: None, command: Command) -> None:
    send(aws, "idle")
    aws("firehose").put_record(DeliveryStreamName="hose", Record={"Data": b"waiting"})
    aws("lambda").invoke(FunctionName="counter", Payload=b"{}")
    aws("stepfunctions").start_execution(stateMachineArn=machine("waits"), name="long")
    aws("stepfunctions").start_execution(stateMachineArn=machine("ends"), name="short")
    mapping = aws("stepfunctions").start_execution(stateMachineArn=machine("maps"), input='{"items": [1]}')
    run = eventually(lambda: map_run(aws, mapping["executionArn"]))
    assert run["status"] == "RUNNING"
    finished = machine("ends").replace("stateMachine:", "execution:") + ":short"
    eventually(lambda: aws("stepfunctions").describe_execution(executionArn=finished)["status"] == "SUCCEEDED")
    before, figures = count(aws), metrics(aws)
    assert "saved all" in command("save", "all").out
    localaws.down()
    assert "loaded all" in command("load", "all").out
    engine = localaws.status()
    assert engine is not None and engine.pinned
    aws = clients(engine)
    assert count(aws) == before and metrics(aws) == figures
    place = json.load(aws("lambda").invoke(FunctionName="counter", Payload=b"{}")["Payload"])
    assert place == f"{engine.url}/123456789012/jobs"
    messages = aws("sqs").receive_message(QueueUrl=place.replace("jobs", "idle"))["Messages"]
    assert [each["Body"] for each in messages] == ["job"]
    send(aws)
    eventually(lambda: count(aws) == before + 1)
    assert code_of(aws("s3").get_object, Bucket="closed", Key="k") == "AccessDenied", "a bucket's policy holds"
    assert (
        code_of(aws("s3", region_name="eu-west-1").create_bucket, Bucket="things", **FAR) == "BucketAlreadyOwnedByYou"
    )
    long = machine("waits").replace("stateMachine:", "execution:") + ":long"
    assert aws("stepfunctions").describe_execution(executionArn=long)["status"] == "ABORTED"
    run = map_run(aws, mapping["executionArn"])
    assert (run["status"], run["itemCounts"]["aborted"]) == ("ABORTED", 1)
    history = aws("stepfunctions").get_execution_history(executionArn=finished)["events"]
    assert history[-1]["type"] == "ExecutionSucceeded"
    aws("firehose").delete_delivery_stream(DeliveryStreamName="hose")
    waiting = eventually(lambda: [each for each in objects(aws) if each["Size"] == len(b"waiting")])
    assert len(waiting) == 1
    assert aws("events").list_rules()["Rules"][0]["Name"] == "nightly"


def objects(aws: Callable[..., Any]) -> list[dict[str, Any]]:
    return list(aws("s3").list_objects_v2(Bucket="things")["Contents"])


def metrics(aws: Callable[..., Any]) -> list[str]:
    rows = aws("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    return sorted(json.dumps(row) for row in rows)


def test_saved_states_are_listed_and_deleted(aws: Callable[..., Any], made: None, command: Command) -> None:
    provision.save_state("one", place())
    rows = {row["name"]: row for row in command("saves", "--json").json}
    assert rows["one"]["moto"] == "5.2.5" and rows["one"]["size"] > 1000
    assert command("saves", "--delete", "one").code == 0
    assert "one" not in {row["name"] for row in command("saves", "--json").json}
    with pytest.raises(LabError, match="saved state not found: 'one'"):
        provision.load_state("one", place())
    with pytest.raises(LabError, match="not a valid name of a saved state"):
        saved_states.path_of("../one")


def test_up_keep_begins_with_what_the_last_one_had(aws: Callable[..., Any], made: None, command: Command) -> None:
    command("up", "--keep")
    aws("sqs").create_queue(QueueName="kept")
    before = count(aws)
    localaws.down()
    assert "restored the state saved at" in command("up", "--keep").err
    engine = localaws.status()
    assert engine is not None
    aws = clients(engine)
    assert aws("sqs").get_queue_url(QueueName="kept")["QueueUrl"] == f"{engine.url}/123456789012/kept"
    assert count(aws) == before


@pytest.fixture
def saved(own: localaws.Engine) -> Iterator[Path]:
    path = saved_states.path_of("mine")
    saved_states.write("mine", own.url, [], b"content")
    yield path
    path.unlink(missing_ok=True)


def test_a_saved_state_is_its_owners_alone(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    assert saved_states.read("mine")[1] == b"content"
    saved.chmod(0o640)
    with pytest.raises(LabError, match="can be accessed by other users"):
        saved_states.read("mine")


def test_a_changed_file_or_one_from_elsewhere_is_not_read(saved: Path, tmp_path: Path) -> None:
    saved.write_bytes(saved.read_bytes().replace(b"content", b"Content"))
    with pytest.raises(LabError, match="was changed"):
        saved_states.read("mine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(tmp_path))
        saved_states.write("mine", "", [], b"x")
        shutil.copy(saved_states.path_of("mine"), saved)
    saved.chmod(0o600)
    with pytest.raises(LabError, match="was changed, or was not saved in this state folder"):
        saved_states.read("mine")


@pytest.mark.parametrize("name", ["format", "shoplib", "moto", "python"])
def test_a_state_of_another_version_is_refused_by_its_name(
    own: localaws.Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    versions = saved_states._versions()
    with monkeypatch.context() as patch:
        patch.setattr(saved_states, "_versions", lambda: versions | {name: "0.0.0"})
        saved_states.write("old", own.url, [], b"")
    with pytest.raises(LabError, match=f"was made with {name} 0.0.0, and this is {name}"):
        saved_states.read("old")
    saved_states.delete("old")


def test_a_save_that_is_cut_leaves_the_one_before(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            saved_states.write("mine", "", [], b"other")
    assert saved_states.read("mine")[1] == b"content"
    assert [each.name for each in saved.parent.iterdir() if "mine" in each.name] == [saved.name]


def test_functions_neither_save_nor_load(aws: Callable[..., Any], made: None) -> None:
    code = """
import os, urllib.request, botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
def handler(event, context):
    request = AWSRequest("PUT", os.environ["AWS_ENDPOINT_URL"] + "/_aws/snapshots/stolen")
    SigV4Auth(botocore.session.get_session().get_credentials(), "shoplib", "us-east-1").add_auth(request)
    sent = urllib.request.Request(request.url, method="PUT", headers=dict(request.headers))
    with urllib.request.urlopen(sent) as answer:
        return answer.read().decode()
"""
    role = aws("iam").get_role(RoleName="r")["Role"]["Arn"]
    zip_file = {"ZipFile": zipped({"app.py": code})}
    arguments = {"Runtime": "python3.12", "Handler": "app.handler", "Role": role, "Timeout": 10}
    aws("lambda").create_function(FunctionName="thief", Code=zip_file, **arguments)
    answer = json.load(aws("lambda").invoke(FunctionName="thief", Payload=b"{}")["Payload"])
    assert answer["errorMessage"] == "HTTP Error 403: Forbidden"
    assert "stolen" not in saved_states.names()
