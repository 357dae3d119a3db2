"""The whole shop, saved and loaded into a new engine: whatever can be asked is answered alike, and the shop goes on."""

import difflib
import json
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jmespath
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from shoplib import lab, localaws, provision
from shoplib.localaws import saved_states
from shoplib.localaws.available_services import is_available
from shoplib.provision import Target
from tests.cloud.shop.conftest import Shop
from tests.nightly import sized
from tests.processes import wait_until

MODELS = {"states": "stepfunctions"}
READS = ("List", "Describe", "Get")
# What is another one each time, whoever asks: moto says of Athena's primary group that it was made just now; asking
# makes metrics; alarms are evaluated all the time.
NEVER_ALIKE = {
    *(
        "GetCallerIdentity",
        "GetUser",
        "GetSessionToken",
        "GetAuthorizationToken",
        "GetRandomPassword",
        "ListWorkGroups",
    ),
    *("ListMetrics", "DescribeAlarms", "DescribeAlarmHistory"),
}
PLACEHOLDERS = ("ec2", "autoscaling", "elbv2")  # moto's networks alone have two hundred operations that read
AT_MOST = sized(None, 3)  # things of one kind that are asked for their details
HERE = "http://here"  # in the place of an engine's address
# Which operations tell of one thing, by the operation that lists them and the expression that has their names.
DETAILS = (
    ("dynamodb", "list_tables", "TableNames[]", "describe_table", "TableName"),
    ("dynamodb", "list_tables", "TableNames[]", "scan", "TableName"),
    ("lambda", "list_functions", "Functions[].FunctionName", "get_function_configuration", "FunctionName"),
    ("lambda", "list_functions", "Functions[].FunctionName", "get_policy", "FunctionName"),
    ("sqs", "list_queues", "QueueUrls[]", "get_queue_attributes", "QueueUrl"),
    ("kinesis", "list_streams", "StreamNames[]", "describe_stream_summary", "StreamName"),
    ("cloudformation", "list_stacks", "StackSummaries[].StackName", "describe_stack_resources", "StackName"),
    ("apigateway", "get_rest_apis", "items[].id", "get_resources", "restApiId"),
    ("apigateway", "get_rest_apis", "items[].id", "get_stages", "restApiId"),
    ("apigatewayv2", "get_apis", "Items[].ApiId", "get_routes", "ApiId"),
    ("apigatewayv2", "get_apis", "Items[].ApiId", "get_integrations", "ApiId"),
    ("logs", "describe_log_groups", "logGroups[].logGroupName", "filter_log_events", "logGroupName"),
    ("iam", "list_roles", "Roles[].RoleName", "list_role_policies", "RoleName"),
    ("s3", "list_buckets", "Buckets[].Name", "list_objects_v2", "Bucket"),
    ("events", "list_rules", "Rules[].Name", "list_targets_by_rule", "Rule"),
)

OF_THE_SHOP = {service for service, *_ in DETAILS} | {"sns", "ses", "sesv2", "secretsmanager", "kms", "cloudwatch"}


@pytest.fixture
def no_nightly_rules(shop: Shop) -> Iterator[None]:
    """What runs each night would write here and not there, or there first, where the test runs at that time."""
    events = shop.lab.client("events")
    nightly = [rule["Name"] for rule in events.list_rules()["Rules"] if "cron(" in rule.get("ScheduleExpression", "")]
    assert nightly
    for name in nightly:
        events.disable_rule(Name=name)
    yield
    for name in nightly:
        events.enable_rule(Name=name)


@pytest.fixture
def elsewhere(shop: Shop, no_nightly_rules: None, tmp_path: Path) -> Iterator[tuple[Target, Target]]:
    """The shop's engine, and another one that has loaded what it was."""
    product = shop.sell(stock=9)
    shop.settled(shop.buy(shop.cart_with(product)).json())
    here = shop.lab.target
    start = time.perf_counter()
    provision.save_state("shop", here)
    print(f"saved in {time.perf_counter() - start:.2f} s")
    saved, key = saved_states.path_of("shop"), saved_states.path_of("shop").parents[1] / "snapshot.key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))
        try:
            localaws.up()
            place = saved_states.path_of("shop")
            place.parent.mkdir(mode=0o700)
            shutil.copy(saved, place)
            shutil.copy(key, place.parents[1])
            there = provision.local()
            start = time.perf_counter()
            provision.load_state("shop", there)
            print(f"loaded in {time.perf_counter() - start:.2f} s")
            page = page_of(there)
            wait_until(lambda: str(there.endpoint_url) in page(), "the page's new addresses", 60)
            assert str(here.endpoint_url) not in page()
            yield here, there
        finally:
            localaws.down()
    saved.unlink()


def page_of(target: Target) -> Callable[[], str]:
    """Reads what the storefront's page has as addresses of its APIs."""
    s3 = target.client("s3")
    site = lab.start(target).stack("storefront").physical_id("SiteBucket")
    return lambda: s3.get_object(Bucket=site, Key="config.json")["Body"].read().decode()


RUN_MEANWHILE = ("ReleaseUnpaidUsesFunction", "ResumeOrdersFunction", "MonitoringFunction", "PublishSite", "sitebucket")


def test_a_loaded_shop_answers_as_the_saved_one_and_goes_on(elsewhere: tuple[Target, Target]) -> None:
    here, there = elsewhere
    before, after = Answers(here), Answers(there)
    saved = [each for each in saved_states.headers()[0].services if each not in PLACEHOLDERS]
    # What other tests have left in this engine is for the night.
    services = sized(saved, [each for each in saved if each in OF_THE_SHOP])
    questions = [(service, operation, {}) for service in services for operation in reads_of(before.client(service))]
    questions += [question for each in DETAILS for question in details(before, *each)]
    # What a schedule calls each minute goes on logging there and here; what has written the page has done so again.
    questions = [each for each in questions if not any(name in str(each[2]) for name in RUN_MEANWHILE)]
    different = [each for each in questions if before.of(*each) != after.of(*each)]
    assert not different, "\n".join(f"{each}: {apart(before.of(*each), after.of(*each))}" for each in different)
    goes_on(lab.start(there))


def apart(here: Any, there: Any) -> list[str]:
    """The first lines in which two answers differ."""
    lines = [json.dumps(each, indent=0, sort_keys=True).splitlines() for each in (here, there)]
    return list(difflib.unified_diff(*lines, n=1, lineterm=""))[2:20]


def details(answers: "Answers", service: str, listing: str, names: str, operation: str, parameter: str) -> list[Any]:
    return [(service, operation, {parameter: name}) for name in answers.names(service, listing, names)[:AT_MOST]]


def goes_on(loaded: lab.Lab) -> None:
    """Somebody buys, over HTTP, through the queue, and it is in the lake."""
    outputs = ("rest", "ShopApiUrl"), ("fulfilment", "CheckoutApiUrl"), ("clickstream", "EventsApiUrl")
    shop = Shop(loaded, *(loaded.url(*each) for each in outputs))
    with shop.http:
        product, session = shop.sell(stock=4), str(uuid.uuid4())
        order = shop.settled(shop.buy(shop.cart_with(product), x_session_id=session).json())
        assert (order["status"], shop.available(product)) == ("confirmed", 3)
        assert shop.events(event_name="purchase", order_id=order["order_id"])
        assert all(loaded.plan(name).is_empty for name in provision.pattern_names())


class Answers:
    """What a target answers, without what differs from engine to engine."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._clients: dict[str, Any] = {}
        self.address = str(target.endpoint_url)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._target.client(MODELS.get(service, service))
        return self._clients[service]

    def of(self, service: str, operation: str, parameters: dict[str, str]) -> Any:
        here = {name: value.replace(HERE, self.address) for name, value in parameters.items()}
        try:
            answer = getattr(self.client(service), operation)(**here)
        except (ClientError, BotoCoreError) as error:
            return str(error)
        answer.pop("ResponseMetadata")
        text = json.dumps(answer, default=str, sort_keys=True).replace(self.address, HERE)
        text = text.replace(f".s3.localhost:{self.address.rpartition(':')[2]}/", ".s3.localhost/")
        # What runs each minute logs, and uses its role.
        text = re.sub(r'"storedBytes": \d+', '"storedBytes": 0', text)
        # A token of moto's has the hash of a text, another one in each process.
        return json.loads(re.sub(r'"(LastUsedDate|nextToken)": "[^"]*"', r'"\1": "another"', text))

    def names(self, service: str, listing: str, expression: str) -> list[str]:
        return sorted(set(jmespath.search(expression, self.of(service, listing, {})) or []))


def reads_of(client: Any) -> list[str]:
    """Operations that read and need no parameter; none of a service that answers to others of moto's alone."""
    model = client.meta.service_model
    if not is_available(model.signing_name or model.endpoint_prefix):
        return []
    names = {client.meta.method_to_api_mapping[method]: method for method in client.meta.method_to_api_mapping}
    return [
        method
        for name, method in sorted(names.items())
        if name.startswith(READS) and name not in NEVER_ALIKE
        if (shape := model.operation_model(name).input_shape) is None or not shape.required_members
    ]
