"""The lab object of the notebooks: deploy, call, look, wait, clean up; on a region of its own."""

from collections.abc import Iterator

import pytest

from shoplib import lab, localaws, provision
from shoplib.errors import LabError
from shoplib.lab import Lab
from tests.cloud.workshop import Workshop, queue, resources

REGION = "ca-central-1"


@pytest.fixture(scope="module")
def place(engine: localaws.Engine) -> Iterator[Lab]:
    made = lab.start(provision.local(REGION))
    made.deploy("fulfilment")
    yield made
    made.destroy()


def forget_what_other_tests_left(engine: localaws.Engine) -> None:
    """The engine is shared, and draining waits for all of its sources: also for other tests' poison."""
    lambdas = provision.local(engine.region).client("lambda")
    for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]:
        lambdas.delete_event_source_mapping(UUID=mapping["UUID"])


def test_it_starts_or_joins_the_laptops_aws(engine):
    started = lab.start()
    assert started.target.endpoint_url == engine.url
    assert started.banner == repr(started) == f"EMULATOR {engine.url}"
    assert engine.url in started._repr_html_()


def test_one_name_answers_one_stack_and_several_a_dictionary(place):
    assert place.deploy("fulfilment").name == "shop-fulfilment"
    assert list(place.deploy("fulfilment", "fulfilment")) == ["fulfilment"]


def test_deploying_twice_does_nothing(place):
    assert place.plan("fulfilment").is_empty
    assert place.deploy("fulfilment") == place.stack("fulfilment")


def test_parameters_go_to_the_templates_that_have_them(place):
    planned = place.plan("clickstream", ShardCount=3)
    assert planned.parameters["ShardCount"] == "3"
    assert "25 to add" in str(planned) and "EventStream" in planned._repr_html_()
    with pytest.raises(LabError, match="has no parameter Colour"):
        place.deploy("clickstream", "fulfilment", Colour="red")
    assert not provision.exists("clickstream", place.target)


def test_outputs_and_addresses(place):
    assert place.outputs("fulfilment")["CheckoutApiUrl"].startswith(place.target.endpoint_url)
    assert place.url("fulfilment", "CheckoutApiUrl").startswith(place.target.endpoint_url)


def test_templates_are_shown_as_written(place):
    assert place.template("fulfilment").startswith("AWSTemplateFormatVersion")
    assert place.template("fulfilment", "OrdersQueue").splitlines()[-1].strip().startswith("Tags:")


def test_a_function_is_invoked_and_its_log_read(place):
    answer = place.invoke("fulfilment", "SetStockFunction", {"stock": [{"product_id": "mug", "available": 3}]})
    assert answer == {"set": 1, "rejected": []}
    log = place.logs("fulfilment", "SetStockFunction")
    assert log and any(line.startswith("REPORT RequestId") for line in log)
    assert place.logs("fulfilment", "ShelvesFunction") == []


def test_a_functions_failure_is_said_with_its_own_words(place):
    with pytest.raises(LabError, match="SetStockFunction failed: AttributeError: ") as caught:
        place.invoke("fulfilment", "SetStockFunction", "no stock at all")
    assert 'lab.logs("fulfilment", "SetStockFunction")' in caught.value.next


def test_a_resource_that_is_not_there_names_those_that_are(place):
    with pytest.raises(LabError, match="has no resource Nobody") as caught:
        place.invoke("fulfilment", "Nobody", {})
    assert "SetStockFunction" in caught.value.next


@pytest.mark.parametrize("name", ["SetStokFunction", "SetStock", "setstockFunc"])
def test_a_function_that_is_not_there_has_the_nearest_name(place, name):
    with pytest.raises(LabError, match=f"function not found: {name}") as caught:
        provision.find_function(name, place.target)
    assert "SetStockFunction" in caught.value.next and "functions:" not in caught.value.next


def order(order_id: str) -> dict:
    line = {"product_id": "mug", "product_name": "Mug", "category": "Kitchen", "quantity": 1, "price_minor": 100}
    person = {"anonymous_id": "a", "country": "France", "currency": "GBP", "channel": "import"}
    origin = {"device": "desktop", "source": "direct", "medium": "none", "campaign": ""}
    message = {"order_id": order_id, "type": "order", "placed_at": "2026-01-01T00:00:00Z"}
    return {**message, **person, **origin, "lines": [line]}


def test_draining_waits_until_every_message_is_worked_off(place, engine):
    forget_what_other_tests_left(engine)
    place.invoke("fulfilment", "SetStockFunction", {"stock": [{"product_id": "mug", "available": 50}]})
    ids = [f"drained-{number}" for number in range(30)]
    answer = place.invoke("fulfilment", "ImportOrdersFunction", {"orders": [order(each) for each in ids]})
    assert answer.get("rejected", []) == []
    told: list[str] = []
    place.wait_until_drained(60, waiting=told.append)
    orders = place.client("dynamodb").scan(TableName=place.outputs("fulfilment")["OrdersTableName"])
    assert orders["Count"] == len(ids)
    assert told[-1] == ""


def test_draining_has_an_end(place, monkeypatch):
    monkeypatch.setattr(Lab, "pending", lambda _: {"arn:aws:sqs:x:1:orders": 7})
    with pytest.raises(LabError, match="not drained after 0 s: 7 in orders"):
        place.wait_until_drained(0)


def test_a_message_is_found_and_left_where_it_is(workshop: Workshop):
    url = workshop.deploy(resources(Q=queue())).physical_id("Q")
    there = lab.start(workshop.target)
    sent = there.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    for _ in range(2):
        assert [copy["Body"] for copy in there.wait_for_message(url, sent["MessageId"], 20)] == ["hello"]
    with pytest.raises(LabError, match="did not arrive"):
        there.wait_for_message(url, "another", 0)


def test_a_place_that_cannot_tell_what_is_pending_says_so(place):
    real = provision.Target("aws", REGION, "1", None, "arn", place.target.session)
    with pytest.raises(LabError, match="AWS does not say how much is pending") as caught:
        lab.start(real).pending()
    assert "IteratorAge" in caught.value.next
    other = provision.Target(
        "endpoint", REGION, "1", place.target.endpoint_url + "/moto-api", "arn", place.target.session
    )
    with pytest.raises(LabError, match="does not say how much is pending"):
        lab.start(other).pending()


def test_a_proxy_of_the_users_is_not_asked(place, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert isinstance(place.pending(), dict)
    assert place.client("sqs").list_queues()


def test_destroying_without_a_name_takes_down_what_is_deployed(engine, capsys):
    there = lab.start(provision.local("eu-north-1"))
    there.deploy("clickstream", "search")
    there.destroy("clickstream")
    note = "note: search still uses EventStreamName of clickstream; lab.deploy() afterwards deploys the whole shop"
    assert note in capsys.readouterr().out
    there.deploy("clickstream")
    assert "note: search still has the former EventStreamName; lab.deploy('search')" in capsys.readouterr().out
    kept = there.destroy()
    assert "note: " not in capsys.readouterr().out
    assert [bucket["Name"] for bucket in there.client("s3").list_buckets()["Buckets"] if bucket["Name"] in kept]
    assert there.destroy() == ()
