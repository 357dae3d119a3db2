"""Run by the canaries in a process of its own: what moto's pushing services and CloudWatch do uncorrected."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import moto.s3.notifications as s3_notifications
from moto.cloudwatch.models import CloudWatchBackend, Statistics, cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.events.models import EventsBackend, events_backends
from moto.events.utils import EventTemplateParser
from moto.logs.utils import EventMessageFilter
from moto.s3.models import S3Backend, s3_backends
from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends
from moto.sqs.models import sqs_backends

REGION = "us-east-1"
EVENT = {"Source": "shop", "DetailType": "d", "Detail": "{}"}


def rules_cannot_call_functions() -> bool:
    backend = rule("functions", f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:f")
    try:
        backend.put_events([EVENT])
    except NotImplementedError:
        return True
    finally:
        backend.reset()
    return False


def disabled_rules_take_events() -> bool:
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].create_queue("disabled", None)
    backend = rule("disabled", queue.queue_arn, state="DISABLED")
    backend.put_events([EVENT])
    backend.reset()
    return bool(queue.messages)


def templates_lose_the_quotes_of_texts() -> bool:
    event: Any = {"source": "shop", "ingestion-time": 0.0}
    try:
        EventTemplateParser.parse('{"from": <s>}', {"s": "$.source"}, event)
    except ValueError:
        return True
    return False


def keys_hide_their_slashes() -> bool:
    key = bucket("slashes").put_object("slashes", "a/b", b"")
    found = s3_notifications._get_s3_event("s3:ObjectCreated:Put", s3().get_bucket("slashes"), key, "id")
    return bool(found["Records"][0]["s3"]["object"]["key"] == "a%2Fb")


def delete_markers_are_not_told_of() -> bool:
    told: list[Any] = []
    backend = bucket("markers")
    backend.put_bucket_versioning("markers", "Enabled")
    backend.put_object("markers", "k", b"")
    original = s3_notifications.send_event
    setattr(s3_notifications, "send_event", lambda *arguments, **named: told.append(arguments))  # noqa: B010 - as moto is typed
    backend.delete_object("markers", "k")
    setattr(s3_notifications, "send_event", original)  # noqa: B010 - as moto is typed
    return not told


def json_patterns_find_every_message() -> bool:
    return EventMessageFilter('{ $.level = "ERROR" }').matches("something else")


def figures_of_other_dimensions_count() -> bool:
    backend: CloudWatchBackend = cloudwatch_backends[DEFAULT_ACCOUNT_ID][REGION]
    one = [{"Name": "A", "Value": "a"}]
    for dimensions in (one, [*one, {"Name": "B", "Value": "b"}]):
        backend.put_metric_data("n", [{"MetricName": "m", "Value": 1.0, "Dimensions": dimensions}])
    now = datetime.now(UTC).replace(tzinfo=None)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    found: list[Any] = backend.get_metric_statistics("n", "m", begin, end, 7200, ["Sum"], one)
    return sum(point.sum for point in found) == 2


def percentiles_have_no_value() -> bool:
    return Statistics(["p90"], datetime.now(UTC)).get_statistics_for_type("p90") is None


def schedules_may_say_anything() -> bool:
    backend: EventBridgeSchedulerBackend = scheduler_backends[DEFAULT_ACCOUNT_ID][REGION]
    names = ("description", "end_date", "group_name", "kms_key_arn", "start_date", "state", "action_after_completion")
    given: dict[str, Any] = dict.fromkeys((*names, "schedule_expression_timezone"))
    given |= {"flexible_time_window": {"Mode": "OFF"}, "target": {"Arn": "a"}}
    return backend.create_schedule(name="any", schedule_expression="whenever", **given).name == "any"


def rule(name: str, target: str, **more: Any) -> EventsBackend:
    backend: EventsBackend = events_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.put_rule(name, event_pattern='{"source": ["shop"]}', **more)
    backend.put_targets(name, None, [{"Id": "1", "Arn": target}])
    return backend


def s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def bucket(name: str) -> S3Backend:
    s3().create_bucket(name, REGION)
    return s3()


FACTS = (
    rules_cannot_call_functions,
    disabled_rules_take_events,
    templates_lose_the_quotes_of_texts,
    keys_hide_their_slashes,
    delete_markers_are_not_told_of,
    json_patterns_find_every_message,
    figures_of_other_dimensions_count,
    percentiles_have_no_value,
    schedules_may_say_anything,
)

if __name__ == "__main__":
    print(json.dumps({fact.__name__: fact() for fact in FACTS}))
