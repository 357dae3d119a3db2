"""What the templates promise of the services, and the services of each other."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest

from shoplib.core import config
from shoplib.provision import pattern_names
from shoplib.provision.template import plain
from tests.contract.patterns import template
from tests.contract.settings_reading import settings_read

SHOPLIB = Path(config.__file__).parent.parent
TEMPLATES = {name: plain(template(name).body) for name in sorted(pattern_names())}
FUNCTIONS = {
    f"{pattern}/{logical_id}": resource["Properties"]
    for pattern, template in TEMPLATES.items()
    for logical_id, resource in template["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SERVICES = sorted(path.parent.name for path in (SHOPLIB / "services").glob("*/handler.py"))
FILES = {"__init__.py", "config.py", "domain.py", "store.py", "handler.py"}
MORE_TO_SAY = {
    "accounts": {
        "counters.py",
        "deletion.py",
        "entries.py",
        "federation.py",
        "guessing.py",
        "mail.py",
        "profiles.py",
        "recovery.py",
        "roles.py",
        "sessions.py",
        "sign_ins.py",
        "tokens.py",
    },
    "analytics": {"compacting.py"},
    "catalog": {"categories.py", "importing.py"},
    "checkout": {
        "claiming.py",
        "forgetting.py",
        "placing.py",
        "profiles.py",
        "quoting.py",
        "requests.py",
        "unpaid.py",
    },
    "content": {"blocks.py", "questions.py", "sharing.py"},
    "identity": {"page.py", "redirects.py"},
    "inventory": {"reserving.py"},
    "notifications": {"sms_text.py"},
    "orders": {"forgetting.py", "fulfilment.py", "publishing.py", "states.py"},
    "payments": {"charging.py", "gift_cards.py", "processing.py"},
    "pricing": {"exchange.py", "promotions.py", "rates.py", "shipping.py", "taxes.py"},
    "recommendations": {"lake_orders.py"},
    "reviews": {"paging.py", "purchases.py", "recommending.py"},
    "support": {
        "chats.py",
        "connections.py",
        "conversations.py",
        "forgetting.py",
        "frames.py",
        "pushing.py",
        "repeating.py",
    },
    "search": {
        "answering.py",
        "bitsets.py",
        "facets.py",
        "families.py",
        "index.py",
        "sitemap.py",
        "snapshot.py",
        "spelling.py",
    },
}


def of_type(template: dict[str, Any], type_: str) -> dict[str, dict[str, Any]]:
    return {name: made["Properties"] for name, made in template["Resources"].items() if made["Type"] == type_}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_code_that_exists_with_the_variables_that_it_reads(name: str):
    function = FUNCTIONS[name]
    module, _, handler = function["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    package = module.removesuffix(".handler")
    service = package.rpartition(".")[2]
    settings = importlib.import_module(f"{package}.config")
    read = [getattr(settings, each) for each in settings_read(service, handler)]
    given = dict(function["Environment"]["Variables"])
    assert given.pop("POWERTOOLS_SERVICE_NAME") == service
    assert sorted(given) == sorted(name for each in read for name in config.variables(each))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_whoever_knows_the_stream_may_write_to_it_and_nobody_else(name: str):
    policies = str(FUNCTIONS[name].get("Policies", []))
    knows = "EVENT_STREAM_NAME" in FUNCTIONS[name]["Environment"]["Variables"]
    assert knows == ("kinesis:PutRecords" in policies)


@pytest.mark.parametrize("pattern", TEMPLATES)
def test_every_function_keeps_its_log_for_a_while_only(pattern: str):
    kept = {
        group["LogGroupName"]["Fn::Sub"]
        for group in of_type(TEMPLATES[pattern], "AWS::Logs::LogGroup").values()
        if group["RetentionInDays"] <= 30
    }
    functions = of_type(TEMPLATES[pattern], "AWS::Serverless::Function")
    assert kept == {f"/aws/lambda/${{{name}}}" for name in functions}


@pytest.mark.parametrize("pattern", TEMPLATES)
def test_parameters_outputs_functions_and_alarms_say_what_they_are(pattern: str):
    template = TEMPLATES[pattern]
    described = [*template["Parameters"].values(), *template["Outputs"].values()]
    described += of_type(template, "AWS::Serverless::Function").values()
    assert all(entry["Description"].endswith((".", ")")) or "{" in entry["Description"] for entry in described)
    assert all(alarm["AlarmDescription"] for alarm in of_type(template, "AWS::CloudWatch::Alarm").values())
    assert all("Default" in parameter for parameter in template["Parameters"].values())


def test_a_queue_hides_a_message_six_times_as_long_as_its_function_may_take():
    queue = of_type(TEMPLATES["fulfilment"], "AWS::SQS::Queue")["OrdersQueue"]
    assert queue["VisibilityTimeout"] >= 6 * FUNCTIONS["fulfilment/OrdersFunction"]["Timeout"]


def test_the_wires_between_patterns_are_outputs_of_one_and_parameters_of_another():
    outputs = {name for template in TEMPLATES.values() for name in template["Outputs"]}
    wires = {name for template in TEMPLATES.values() for name in template["Parameters"] if name in outputs}
    assert wires >= {"EventStreamName", "LakeBucketName", "ShopApiUrl"}


@pytest.mark.parametrize("service", SERVICES)
def test_services_are_identical_rooms(service: str):
    files = {path.name for path in (SHOPLIB / "services" / service).glob("*.py")}
    assert files == FILES | MORE_TO_SAY.get(service, set())


def imports(path: Path) -> set[str]:
    """All modules that a file imports, `from a import b` as `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(
    "path", sorted((SHOPLIB / "services").glob("*/*.py")), ids=lambda path: "/".join(path.parts[-2:])
)
def test_a_service_knows_core_and_itself_and_only_its_store_knows_aws(path: Path):
    service = f"shoplib.services.{path.parent.name}."
    ours = [name for name in imports(path) if name.startswith("shoplib")]
    assert [name for name in ours if not name.startswith(("shoplib.core", service))] == []
    if path.name != "store.py":
        assert [name for name in imports(path) if name.split(".")[0] in ("boto3", "urllib3")] == []


@pytest.mark.parametrize("path", sorted((SHOPLIB / "core").glob("*.py")), ids=lambda path: path.name)
def test_core_imports_nothing_but_itself_and_has_no_client(path: Path):
    assert [name for name in imports(path) if name.startswith("shoplib") and not name.startswith("shoplib.core")] == []
    assert [name for name in imports(path) if name.split(".")[0] in ("boto3", "botocore", "urllib3", "requests")] == []
