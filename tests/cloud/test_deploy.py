"""From template to stack and back on the real engine: plan, apply, verify, update, destroy."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shoplib import localaws, provision
from shoplib.errors import LabError
from shoplib.provision import Target, pattern_names
from tests.cloud.workshop import Workshop, bucket, queue, resources
from tests.nightly import sized

# A region of its own, apart from other tests' patterns on the same engine.
PATTERN_REGION = "eu-west-3"
# By day those that take outputs of each other and those that keep buckets; tests/cloud/shop has them all.
SOME = ("clickstream", "rest", "search", "fulfilment")
NAMES = [name for name in pattern_names() if name in sized(pattern_names(), SOME)]
INLINE = {"Handler": "index.handler", "Runtime": "python3.12", "InlineCode": "def handler(e, c): return 1"}
HELLO = "def handler(event, context):\n    return {'hello': event}\n"
SUBSCRIBER = {"Protocol": "https", "Endpoint": "https://hooks.example.com/news"}


@pytest.fixture(scope="module")
def stacks(engine: localaws.Engine) -> dict[str, provision.Stack]:
    return {}


@pytest.fixture
def shop(stacks: dict[str, provision.Stack]) -> tuple[Target, dict[str, provision.Stack]]:
    """Patterns, deployed once, and again after a test that has destroyed them."""
    place = provision.local(PATTERN_REGION)
    if not provision.exists(NAMES[0], place):
        # Given out of order: the producers of outputs come first all the same.
        stacks.update(provision.deploy_patterns(reversed(NAMES), place))
    return place, stacks


def test_every_resource_of_the_patterns_is_verified(shop):
    place, stacks = shop
    assert list(stacks) == NAMES
    assert all(stack.resources for stack in stacks.values())
    # What a custom resource is only its function knows.
    unverified = [each.type for stack in stacks.values() for each in stack.unverified]
    assert all(kind.startswith("Custom::") for kind in unverified), unverified


def test_patterns_find_each_others_outputs(shop):
    place, stacks = shop
    lambdas = place.client("lambda")
    variables: dict[str, str] = {}
    for name in ("CheckoutFunction", "CheckoutEventsFunction"):
        found = lambdas.get_function_configuration(FunctionName=stacks["fulfilment"].physical_id(name))
        variables |= found["Environment"]["Variables"]
    assert variables["EVENT_STREAM_NAME"] == stacks["clickstream"].outputs["EventStreamName"]
    assert variables["SHOP_API_URL"] == place.reachable(stacks["rest"].outputs["ShopApiUrl"])
    assert variables["SHOP_API_URL"].startswith(place.endpoint_url)


def test_deploying_again_changes_nothing(shop):
    place, stacks = shop
    for name in NAMES:
        planned = provision.plan_one(name, place)
        assert planned.is_empty, planned.changes
        assert provision.apply(planned) == stacks[name]


def test_a_parameter_given_by_the_user_wins_over_the_wire(shop):
    place, _ = shop
    planned = provision.plan_one("rest", place, {"EventStreamName": ""})
    changed = {change.logical_id for change in planned.changes if change.action == "change"}
    assert {"CartEventsFunction", "CartEventsFunctionRole"} <= changed
    assert "PricesFunctionRole" not in changed
    assert planned.changed_parameters["EventStreamName"][1] == ""


def test_what_comes_first_is_planned_as_a_promise(target):
    planned = provision.plan_one("rest", target, before=["clickstream", "rest"])
    assert planned.parameters["EventStreamName"] == "(EventStreamName of clickstream)"
    assert provision.plan_one("rest", target).parameters["EventStreamName"] == ""


def test_who_uses_whose_outputs_can_be_told(shop):
    place, _ = shop
    of_clickstream, of_rest = (provision.patterns_using(name, place) for name in ("clickstream", "rest"))
    assert of_clickstream["rest"] == ["EventStreamName", "LakeBucketName"]
    assert of_clickstream["fulfilment"] == ["EventStreamName"] and "clickstream" not in of_clickstream
    assert "ShopApiUrl" in of_rest["fulfilment"] and "clickstream" not in of_rest
    assert provision.patterns_using(NAMES[-1], place) == {}
    assert provision.patterns_using("some/template.yaml", place) == {}


def test_patterns_are_destroyed_and_buckets_are_kept(shop):
    place, stacks = shop
    # The next deployment makes the files of the page anew.
    kept = [
        name
        for pattern, stack in reversed(stacks.items())
        for name in provision.destroy(stack.name, place, empty_buckets=pattern == "storefront")
    ]
    [index, lake] = kept
    assert index.startswith(f"{stacks['search'].name}-searchbucket-")
    assert lake == stacks["clickstream"].outputs["LakeBucketName"]
    assert not any(provision.exists(name, place) for name in NAMES)
    assert place.client("s3").head_bucket(Bucket=lake)


def test_planning_leaves_no_trace(tmp_path):
    """Not even a bucket for the code: looking is free."""
    place = provision.local("ap-south-1")
    planned = provision.plan_one("rest", place)
    assert planned.count("add") == len(planned.changes)
    buckets = [bucket["Name"] for bucket in place.client("s3").list_buckets()["Buckets"]]
    assert not [name for name in buckets if name.endswith("ap-south-1")]


def test_a_stack_is_created_changed_and_emptied(workshop):
    first = resources(Keep=queue(), Change=queue(DelaySeconds=1), Replace=queue(QueueName="old-name"), Remove=queue())
    second = resources(Keep=queue(), Change=queue(DelaySeconds=2), Replace=queue(QueueName="new-name"), Add=queue())
    made = workshop.deploy(first)
    assert {resource.logical_id for resource in made.resources} == set(first["Resources"])

    expected = {"Keep": "keep", "Change": "change", "Replace": "replace", "Add": "add", "Remove": "remove"}
    assert workshop.changes(second) == expected
    changed = workshop.deploy(second)

    assert changed.physical_id("Keep") == made.physical_id("Keep")
    assert changed.physical_id("Change") == made.physical_id("Change")
    assert changed.physical_id("Replace").endswith("/new-name")
    assert set(workshop.changes(second).values()) == {"keep"}


def test_outputs_alone_are_deployed(workshop):
    body = resources(A=queue())
    workshop.deploy(body)
    planned = workshop.plan(body | {"Outputs": {"Name": {"Value": {"Fn::GetAtt": ["A", "QueueName"]}}}})
    assert not planned.is_empty
    assert planned.sections == ("Outputs",)
    assert provision.apply(planned).outputs["Name"]


def test_parameters_are_compared_and_shown(workshop):
    body = resources(A=queue(DelaySeconds={"Ref": "Delay"}), B=queue())
    body["Parameters"] = {"Delay": {"Type": "Number", "Default": 1}}
    workshop.deploy(body, Delay="4")
    planned = workshop.plan(body)
    assert planned.changed_parameters == {"Delay": ("4", "1")}
    assert {change.logical_id: change.action for change in planned.changes} == {"A": "change", "B": "keep"}
    provision.apply(planned)
    assert workshop.plan(body).is_empty


def test_a_secret_is_never_shown_and_still_changed(workshop):
    body = resources(A=queue(QueueName={"Fn::Sub": "named-${Secret}"}))
    body["Parameters"] = {"Secret": {"Type": "String", "NoEcho": True}}
    workshop.deploy(body, Secret="first-value")
    planned = workshop.plan(body, Secret="second-value")
    assert "second-value" not in f"{planned!r}{planned.masked_parameters}{planned._repr_html_()}"
    assert provision.apply(planned).physical_id("A").endswith("named-second-value")
    provision.apply(workshop.plan(body, Secret="second-value"))  # nothing to do is no error


def test_code_is_uploaded_once_and_changed_code_is_deployed(workshop, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    (source / "app.py").write_text(HELLO, encoding="utf-8")
    properties = {"Handler": "app.handler", "Runtime": "python3.12", "CodeUri": "src"}
    body = resources(Hello={"Type": "AWS::Serverless::Function", "Properties": properties})
    body["Transform"] = "AWS::Serverless-2016-10-31"
    made = workshop.deploy(body)
    assert workshop.plan(body).is_empty

    (source / "app.py").write_text(HELLO.replace("hello", "goodbye"), encoding="utf-8")
    planned = workshop.plan(body)
    assert [(c.logical_id, c.why) for c in planned.changes if c.action == "change"] == [("Hello", ("Code",))]
    provision.apply(planned)
    answer = workshop.target.client("lambda").invoke(FunctionName=made.physical_id("Hello"), Payload=b"1")
    assert json.loads(answer["Payload"].read()) == {"goodbye": 1}


def test_the_users_own_aws_set_up_is_not_heard(workshop, monkeypatch):
    for name, value in {
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "",
    }.items():
        monkeypatch.setenv(name, value)
    body = resources(Hello={"Type": "AWS::Serverless::Function", "Properties": INLINE})
    body["Transform"] = "AWS::Serverless-2016-10-31"
    deaf = Workshop(workshop.path.parent, workshop.name, provision.local(workshop.target.region))
    assert len(deaf.deploy(body).resources) == 2


def test_a_large_template_goes_through_s3(workshop):
    large = resources(**{f"Queue{number}": queue(Tags=[{"Key": "t", "Value": "x" * 250}]) for number in range(150)})
    assert len(json.dumps(large)) > 51_200
    assert len(workshop.deploy(large).resources) == 150


def test_progress_is_told(workshop):
    told: list[tuple[str, int, int]] = []
    provision.apply(workshop.plan(resources(A=queue())), lambda *what: told.append(what))
    assert told[-1] == (f"{workshop.name}: create complete", 1, 1)
    told.clear()
    provision.destroy(workshop.name, workshop.target, lambda *what: told.append(what))
    assert told[-1][0] == f"{workshop.name}: delete complete"


def test_types_that_nobody_can_ask_for_are_reported(workshop):
    body = resources(CallRecord=queue(), Unseen={"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {}})
    assert [resource.logical_id for resource in workshop.deploy(body).unverified] == ["Unseen"]


def test_what_is_said_to_exist_and_does_not_is_named(workshop):
    body = resources(Here=queue(), Gone=queue())
    made = workshop.deploy(body)
    workshop.target.client("sqs").delete_queue(QueueUrl=made.physical_id("Gone"))
    with pytest.raises(LabError, match=r"says it is complete, but does not have Gone \(AWS::SQS::Queue"):
        workshop.deploy(body)


@pytest.fixture
def full_bucket(workshop: Workshop) -> Callable[..., str]:
    def make(**more: Any) -> str:
        name = workshop.deploy(resources(Full=bucket(**more), Other=queue())).physical_id("Full")
        s3 = workshop.target.client("s3")
        for body in (b"one", b"two"):
            s3.put_object(Bucket=name, Key="a", Body=body)
        s3.put_object(Bucket=name, Key="b", Body=b"")
        s3.delete_object(Bucket=name, Key="b")
        return name

    return make


def test_a_full_bucket_is_not_destroyed_unasked(workshop, full_bucket):
    name = full_bucket()
    with pytest.raises(LabError, match=f"was not touched: its bucket {name} is not empty") as caught:
        provision.destroy(workshop.name, workshop.target)
    assert "--empty-buckets" in caught.value.next
    assert workshop.status() == "CREATE_COMPLETE"


def test_a_full_bucket_is_destroyed_with_all_versions_when_asked(workshop, full_bucket):
    name = full_bucket(Properties={"VersioningConfiguration": {"Status": "Enabled"}})
    assert provision.destroy(workshop.name, workshop.target, empty_buckets=True) == ()
    buckets = [each["Name"] for each in workshop.target.client("s3").list_buckets()["Buckets"]]
    assert name not in buckets


def test_a_retained_bucket_keeps_what_it_holds(workshop, full_bucket):
    name = full_bucket(DeletionPolicy="Retain")
    assert provision.destroy(workshop.name, workshop.target, empty_buckets=True) == (name,)
    assert workshop.target.client("s3").get_object(Bucket=name, Key="a")["Body"].read() == b"two"


def test_what_somebody_deleted_by_hand_does_not_hinder(workshop):
    made = workshop.deploy(resources(Gone=bucket(), AlsoGone=queue()))
    workshop.target.client("s3").delete_bucket(Bucket=made.physical_id("Gone"))
    workshop.target.client("sqs").delete_queue(QueueUrl=made.physical_id("AlsoGone"))
    assert provision.destroy(workshop.name, workshop.target) == ()


def test_a_stack_that_is_not_there_is_said(target):
    for act in (provision.read, provision.destroy):
        with pytest.raises(LabError, match="stack not found: nowhere on EMULATOR"):
            act("nowhere", target)


def test_a_plan_says_what_calls_addresses_that_the_local_aws_does_not_reach(workshop: Workshop) -> None:
    def proxy(uri: Any) -> dict[str, Any]:
        common = {"ApiId": {"Ref": "Api"}, "PayloadFormatVersion": "1.0", "IntegrationMethod": "GET"}
        properties = {**common, "IntegrationType": "HTTP_PROXY", "IntegrationUri": uri}
        return {"Type": "AWS::ApiGatewayV2::Integration", "Properties": properties}

    reason = "here: the local AWS sends nothing out of this machine"
    planned = workshop.plan(
        resources(
            Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP"}},
            Far=proxy("https://shop.example.com/{proxy}"),
            Composed=proxy({"Fn::Sub": "https://shop.example.org/${AWS::Region}"}),
            Near=proxy("http://127.0.0.1:8080/x"),
            Own=proxy({"Fn::Sub": "https://${Api}.execute-api.us-east-1.amazonaws.com/x"}),
            News={"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [SUBSCRIBER]}},
        )
    )
    texts = {warning.rpartition("json:")[2].partition(": ")[2] for warning in planned.template.warnings}
    assert texts == {
        f"Far: requests to shop.example.com answer 500 {reason}",
        f"Composed: requests to shop.example.org answer 500 {reason}",
        f"News: hooks.example.com gets no messages {reason}",
    }
