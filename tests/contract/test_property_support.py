"""Every property of every type that can be created is supported, has no effect here, or is refused: none is dropped.

The walk goes through AWS's own schemas. When cfn-lint brings newer ones, a new property is refused until it is listed,
and a type whose nested properties changed fails here until somebody has looked at them.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoplib.localaws import coverage
from shoplib.localaws.apigateway import resource_types as _gateway_types  # noqa: F401 - importing makes them known
from shoplib.localaws.cloudformation import property_support, resource_providers, schemas
from shoplib.localaws.cloudformation.types import declare_all
from shoplib.localaws.functions import cloudformation as _lambda_types  # noqa: F401 - the same

OPEN = {"AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack"}  # their properties are their author's
FREE_FORM = {"AWS::ApiGateway::RestApi": {"Parameters.basepath"}}  # maps, whose keys no schema names
SUPPORT = property_support.support_by_type()


@pytest.fixture(scope="module", autouse=True)
def declared() -> None:
    declare_all()
    resource_providers._models.cache_clear()


def schema_paths(schema: dict[str, Any], root: dict[str, Any], prefix: str = "", seen: tuple = ()) -> Iterator[str]:
    reference = schema.get("$ref")
    if reference in seen:
        return
    schema, seen = schemas.resolved(schema, root), (*seen, reference) if reference else seen
    for name, member in schema.get("properties", {}).items():
        path = f"{prefix}.{name}".strip(".")
        yield path
        yield from schema_paths(member, root, path, seen)
    inner = [schema[key] for key in ("items",) if key in schema]
    for member in (*inner, *schema.get("patternProperties", {}).values()):
        if isinstance(member, dict):
            yield from schema_paths(member, root, prefix, seen)


def paths_of(type_name: str) -> set[str]:
    schema = schemas.schema_of(type_name)
    assert schema, f"AWS publishes no schema of {type_name}"
    return set(schema_paths(schema, schema))


def settable(type_name: str) -> set[str]:
    schema = schemas.schema_of(type_name) or {}
    read_only = {path.removeprefix("/properties/") for path in schema.get("readOnlyProperties", [])}
    return set(schema["properties"]) - read_only


def digest_below_accepted(type_name: str) -> str:
    accepted = SUPPORT[type_name].accepted
    nested = sorted(path for path in paths_of(type_name) if "." in path and path.split(".")[0] in accepted)
    return hashlib.sha256(json.dumps(nested).encode()).hexdigest()[:8] if nested else ""


def test_each_type_that_can_be_created_is_reviewed_and_no_other():
    assert set(resource_providers.types()) - OPEN == set(SUPPORT)
    ours = {name for name in resource_providers.types() if resource_providers.is_own_type(name)}
    declared = {name for name in resource_providers._declared if name not in OPEN}
    assert declared <= ours


@pytest.mark.parametrize("type_name", sorted(SUPPORT))
def test_the_lists_name_properties_of_aws_once(type_name: str):
    support, known = SUPPORT[type_name], paths_of(type_name) | FREE_FORM.get(type_name, set())
    named = [*support.supported, *support.no_effect, *support.unsupported]
    assert sorted(set(named)) == sorted(named)
    assert not set(named) - known


@pytest.mark.parametrize("type_name", sorted(SUPPORT))
def test_every_other_property_is_refused_by_name(type_name: str):
    for name in settable(type_name) - SUPPORT[type_name].accepted:
        assert property_support.unsupported_paths(type_name, {name: "x"}) == [name]
    for path in SUPPORT[type_name].unsupported:
        value: Any = "x"
        for name in reversed(path.split(".")):
            value = {name: [value]}
        assert path in property_support.unsupported_paths(type_name, value)


@pytest.mark.parametrize("type_name", sorted(SUPPORT))
def test_what_lies_below_an_accepted_property_was_looked_at(type_name: str):
    seen = digest_below_accepted(type_name)
    assert SUPPORT[type_name].schema == seen, (
        f"{type_name} has other nested properties than were reviewed: support or refuse the new ones in "
        f'cloudformation/property_support/*.toml, and then set schema = "{seen}"'
    )


def test_false_and_empty_values_ask_for_nothing():
    assert (
        property_support.unsupported_paths(
            "AWS::ApiGateway::Stage", {"CacheClusterEnabled": False, "CanarySetting": {}}
        )
        == []
    )
    assert property_support.unsupported_paths("Custom::Thing", {"Anything": 1}) == []


def test_the_coverage_page_is_what_the_code_and_its_template_make():
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page(), "run `make coverage-page`"


def test_the_coverage_page_lists_the_types_that_are_here():
    page = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
    does, keeps = re.split("## ", page)[1:3]
    assert types_of(does) == {name for name, support in SUPPORT.items() if support.supported}
    kept = {name for name, support in SUPPORT.items() if support.no_effect and not support.supported}
    assert types_of(keeps) == kept


def types_of(chapter: str) -> set[str]:
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", chapter, re.MULTILINE)
    return {f"AWS::{service}::{name}" for service, names in rows if service != "service" for name in names.split(", ")}
