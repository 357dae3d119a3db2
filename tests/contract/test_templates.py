"""What a template promises, its code keeps: handlers, variables, imports, rights. That each resource type can be
created is shown where it matters, by deploying (tests/cloud/test_deploy.py)."""

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shoplib.provision import pattern_names
from tests.contract import patterns
from tests.contract.patterns import Function
from tests.nightly import sized

FUNCTIONS = patterns.names()
# What Powertools and the runtime read by themselves.
# Packages that AWS's Python runtime brings, and what the published layers add.
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"}
LAYERS = {
    "AWSLambdaPowertoolsPythonV3": {"aws_lambda_powertools", "jmespath", "typing_extensions"},
    "AWSSDKPandas": {"pandas", "numpy", "pyarrow", "awswrangler"},
}
# Rights that AWS attaches to what a function is and reads from: logs, its queue, its stream, its table's stream.
MANAGED = {
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
}
# SAM's own policy template for one function ends with a wildcard, for the function's versions and aliases.
OF_SAM = "function:${functionName}*"


def every_function() -> Any:
    return pytest.mark.parametrize("function", FUNCTIONS, ids="-".join, indirect=True)


@pytest.fixture
def function(request: pytest.FixtureRequest) -> Function:
    return patterns.function(*request.param)


every_pattern = pytest.mark.parametrize("pattern", pattern_names())


# By day two of them: test_templates_lint.py has cfn-lint expand each by itself.
@pytest.mark.parametrize("pattern", sized(pattern_names(), ("clickstream", "notifications")))
def test_cfn_lint_has_nothing_to_say_of_the_expanded_template(pattern):
    from cfnlint.api import lint

    assert [str(match) for match in lint(json.dumps(patterns.expanded(pattern)))] == []


@every_pattern
def test_a_pattern_deploys_alone(pattern):
    assert all("Default" in spec for spec in patterns.template(pattern).parameters.values())


@every_pattern
def test_everything_is_described(pattern):
    body = patterns.template(pattern).body
    assert body["Description"]
    for section in ("Parameters", "Outputs"):
        assert all(spec.get("Description") for spec in body.get(section, {}).values())


def test_wires_between_patterns_have_another_end():
    """An empty default says "filled by another pattern": one of them has to offer it, and come before."""
    for position, pattern in enumerate(pattern_names()):
        offered = {name for other in pattern_names()[:position] for name in patterns.template(other).body["Outputs"]}
        wires = {name for name, spec in patterns.template(pattern).parameters.items() if spec["Default"] == ""}
        assert wires <= offered


@every_function()
def test_the_handler_can_be_called(function: Function):
    module, _, name = function.properties["Handler"].rpartition(".")
    assert module.startswith("shoplib.services.")
    assert callable(getattr(importlib.import_module(module), name))


@every_function()
def test_the_bundle_holds_its_own_service_and_the_core_alone(function: Function):
    inside = {tuple(Path(name).parts[:3]) for name in function.files}
    services = {parts[2] for parts in inside if parts[1] == "services"}
    assert services - {"__init__.py"} == {function.context}
    assert {parts[1] for parts in inside} <= {"__init__.py", "services", "core", "errors.py"}
    assets = (f"shoplib/services/{function.context}/assets/", "shoplib/core/messages/assets/")
    assert all(name.endswith(".py") or name.startswith(assets) for name in function.files)
    languages = {Path(name).stem for name in function.files if name.endswith(".mo")}
    assert languages == ({"ar", "de", "es"} if "shoplib/core/messages/__init__.py" in function.files else set())


def test_another_process_elsewhere_makes_the_same_zips(tmp_path):
    """Their keys are their hashes: other bytes would deploy every function anew, wherever somebody deploys from."""
    code = (
        "from shoplib.provision import pattern_names, artifacts, load, template_path\n"
        "for pattern in pattern_names():\n"
        "    for made in artifacts.package(load(template_path(pattern)), str)[1]: print(made.logical_id, made.key)"
    )

    def made(seed: str, where: Path) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=where, env=environment, timeout=60
        )
        return done.stdout

    first = made("1", Path.cwd())
    assert len(first.splitlines()) == len(FUNCTIONS)
    assert made("2", tmp_path) == first


@every_function()
def test_what_the_bundle_imports_is_there_on_aws(function: Function):
    layers = json.dumps(function.properties.get("Layers", []))
    brought = RUNTIME.union(*(packages for layer, packages in LAYERS.items() if layer in layers))
    outside = _imported_packages(function.files) - set(sys.stdlib_module_names) - {"shoplib"}
    assert outside <= brought


@every_function()
def test_no_layer_is_carried_in_vain(function: Function):
    layers = json.dumps(function.properties.get("Layers", []))
    used = _imported_packages(function.files)
    assert all(packages & used for layer, packages in LAYERS.items() if layer in layers)


def _imported_packages(files: dict[str, bytes]) -> set[str]:
    return set().union(*(_imports(content) for name, content in files.items() if name.endswith(".py")))


@cache
def _imports(content: bytes) -> set[str]:
    """Functions share most of their files."""
    nodes = list(ast.walk(ast.parse(content)))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}


@every_pattern
def test_each_function_has_a_role_of_its_own(pattern):
    made = patterns.resources(pattern, "AWS::Lambda::Function")
    roles = [spec["Properties"]["Role"]["Fn::GetAtt"][0] for spec in made.values()]
    assert len(set(roles)) == len(made)
    assert set(roles) == set(patterns.resources(pattern, "AWS::IAM::Role"))


@every_pattern
def test_roles_have_no_rights_to_spare(pattern):
    for name, role in patterns.resources(pattern, "AWS::IAM::Role").items():
        attached = {str(arn).rpartition("/")[2] for arn in role["Properties"].get("ManagedPolicyArns", [])}
        assert attached <= MANAGED, name
        for statement in _statements(role["Properties"]):
            wide = [text for text in _texts(statement["Action"]) if "*" in text]
            wide += [text for text in _texts(statement.get("Resource", [])) if _is_wide(text)]
            assert not wide, f"{name} may do too much: {wide}"


def _statements(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in properties.get("Policies", []):
        document = policy["Fn::If"][1] if "Fn::If" in policy else policy
        statements = document["PolicyDocument"]["Statement"]
        yield from statements if isinstance(statements, list) else [statements]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, those inside intrinsic functions included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_wide(resource: str) -> bool:
    """A wildcard may stand only for what lies inside a folder of one named bucket, or the connections of one API."""
    of_a_bucket = resource.startswith(("${", "arn:${AWS::Partition}:s3:::${"))
    inside_a_bucket = resource.endswith("/*") and of_a_bucket and resource.count("*") == 1
    of_an_api = resource.endswith("/POST/@connections/*") and resource.count("*") == 1
    return "*" in resource and not (inside_a_bucket or of_an_api) and not resource.endswith(OF_SAM)


@every_pattern
def test_every_function_logs_into_a_group_that_expires(pattern):
    groups = patterns.resources(pattern, "AWS::Logs::LogGroup").values()
    named = {json.dumps(group["Properties"]["LogGroupName"]): group["Properties"] for group in groups}
    for name in patterns.resources(pattern, "AWS::Lambda::Function"):
        mine = named[json.dumps({"Fn::Sub": f"/aws/lambda/${{{name}}}"})]
        assert mine["RetentionInDays"]


def test_the_queue_gives_its_function_time():
    """AWS: the visibility timeout is at least six times the function's timeout."""
    queues = patterns.resources("fulfilment", "AWS::SQS::Queue")
    timeout = patterns.resources("fulfilment", "AWS::Lambda::Function")["OrdersFunction"]["Properties"]["Timeout"]
    assert queues["OrdersQueue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout
    assert queues["OrdersQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] >= 2
