"""What a process alone has is made anew when a state is put back; what two places share is still one object."""

import itertools
import json
import threading
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import WeakValueDictionary

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.awslambda.models import LambdaStorage
from moto.backends import get_backend
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from shoplib.localaws.call_log.calls import Calls
from shoplib.localaws.call_record import CallRecord
from shoplib.localaws.cloudformation.stack import Output
from shoplib.localaws.functions.observation import Span
from shoplib.localaws.notifications.filter_policies import Filter
from shoplib.localaws.snapshots import local_functions, pickling, relocation
from shoplib.localaws.snapshots.culprit import path_to_culprit

SERVICES = (
    *("acm", "apigateway", "apigatewayv2", "application-autoscaling", "athena", "autoscaling", "cloudformation"),
    *("cloudwatch", "cognito-identity", "cognito-idp", "dynamodb", "dynamodbstreams", "ec2", "ecr", "events"),
    *("firehose", "glue", "iam", "kinesis", "kms", "lambda", "logs", "resource-groups", "route53", "s3", "scheduler"),
    *("secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts", "resourcegroupstaggingapi"),
)
BEFORE, NOW = "http://127.0.0.1:1", "http://127.0.0.1:22222"


class Thing:
    def __init__(self) -> None:
        self.lock, self.name = threading.RLock(), "thing"


def copied(state: Any) -> Any:
    return pickling.load(pickling.dump(state))


def test_locks_events_and_counts() -> None:
    event, count, lock = threading.Event(), itertools.count(3), threading.Lock()
    event.set()
    next(count)
    lock.acquire()
    state = copied({"event": event, "count": count, "lock": lock, "condition": threading.Condition(lock)})
    assert state["event"].is_set() and next(state["count"]) == 4
    assert not state["lock"].locked() and state["condition"]._lock is state["lock"]
    assert copied(threading.Event()).is_set() is False


def test_what_is_shared_is_one_object_and_weak_values_hold_it() -> None:
    thing = Thing()
    state = copied({"a": thing, "b": [thing], "weak": WeakValueDictionary({"key": thing})})
    assert state["a"] is state["b"][0] is state["weak"]["key"]
    assert state["a"].lock.acquire(blocking=False)


def test_backends_are_those_that_live() -> None:
    backend = sqs_backends["123456789012"]["us-east-1"]
    state = copied({"one": backend, "all": sqs_backends, "account": sqs_backends["123456789012"]})
    assert state["one"] is backend and state["all"] is sqs_backends
    assert state["account"] is sqs_backends["123456789012"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_be_saved(service: str) -> None:
    backend: Any = get_backend(service)["123456789012"]
    names = [name for name in ("us-east-1", "aws") if name in backend.regions]
    states = [backend[name].__dict__ for name in names]
    assert states and [set(each) for each in copied(states)] == [set(each) for each in states]


def test_keys() -> None:
    for private in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
        state = copied({"private": private, "public": private.public_key()})
        assert state["private"].private_numbers() == private.private_numbers()
        assert state["public"].public_numbers() == private.public_key().public_numbers()


def test_dictionaries_with_an_init_of_their_own() -> None:
    backend: Any = ssm_backends["123456789012"]["us-east-1"]
    parameters = copied(backend._parameters)
    assert type(parameters) is type(backend._parameters) and parameters["/none"] == []
    assert (parameters.account_id, parameters.region_name) == ("123456789012", "us-east-1")


def test_functions_within_functions_are_known_by_their_place() -> None:
    aliases = copied(LambdaStorage("us-east-1", "123456789012")._aliases)
    assert isinstance(aliases, defaultdict) and aliases["any"] == {}
    value = 1
    with pytest.raises(local_functions.PicklingError, match="depends on the function around it"):
        pickling.dump(lambda: value)


def test_a_filtered_subscription_wants_the_same_afterwards() -> None:
    policy = {"total": [{"numeric": [">", 5]}], "kind": [{"prefix": "a"}, "b", {"exists": False}]}
    subscription = SimpleNamespace(attributes={"FilterPolicyScope": "MessageBody"})
    subscription.matcher = Filter(subscription, policy)
    again = copied(subscription)
    for body in ({"total": 9, "kind": "b"}, {"total": 6}, {"total": 5, "kind": "b"}, {"total": 9, "kind": "c"}):
        text = json.dumps(body)
        assert again.matcher.matches(None, text) == subscription.matcher.matches(None, text)
    assert again.matcher.matches(None, '{"total": 6}') and not again.matcher.matches(None, '{"total": 5}')


def test_addresses_move_with_the_engine_and_data_does_not() -> None:
    before, now = f"{BEFORE}/123456789012/queue", f"{NOW}/123456789012/queue"
    output, metric = Output("Url", before, None, None), Span("id", before, "", (before,), 0.0, 0.0)
    state = {"output": output, "nested": [({"url": before},), before, (before, 1)], "slots": metric}
    state |= {"page": "http://site.s3.localhost:1/index.html", "other": "http://127.0.0.1:12/"}
    state |= {"data": before.encode(), "circle": state}
    relocation.relocate([state], BEFORE, NOW)
    assert (output.value, metric.incoming, metric.linked) == (now, now, (now,))
    assert state["nested"] == [({"url": now},), now, (now, 1)]
    assert state["data"] == before.encode()
    assert state["page"] == "http://site.s3.localhost:22222/index.html"
    assert state["other"] == "http://127.0.0.1:12/"


def test_what_goes_on_reporting_is_saved_as_it_is_at_one_moment() -> None:
    calls, ended = Calls(), threading.Event()

    def report() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            calls.add(CallRecord(1.0, "caller", "sqs", f"Operation{number % 500}", "queue", 1.0, "", ""))

    reporter = threading.Thread(target=report)
    reporter.start()
    try:
        copies = [copied({"calls": calls})["calls"] for _ in range(30)]
    finally:
        ended.set()
        reporter.join()
    for copy in copies:
        assert sum(row["calls"] for row in copy.connections()) == len(copy.last()) + copy.forgotten_calls


def test_the_path_to_what_cannot_be_saved_is_named() -> None:
    thing = Thing()
    with Path(__file__).open() as thing.name:  # type: ignore[assignment]
        assert path_to_culprit({"rooms": {"good": 1, "bad": [1, thing]}}) == ["rooms", "bad", "1", "name"]
        assert path_to_culprit({"tokens": {"ey.J-secret": thing}}) == ["tokens", f"{__name__}.Thing", "name"]
        assert path_to_culprit({"rooms": 1}) == []
