"""Schema registries and Cloud Control, as `sam remote test-event` and `sam list endpoints` ask them."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room
from tests.cloud.refusals import code_of

Aws = Callable[..., Any]


@pytest.fixture
def registry(aws: Aws) -> Iterator[str]:
    name = f"tests-{uuid.uuid4().hex[:8]}"
    aws("schemas").create_registry(RegistryName=name, Description="of tests", Tags={"a": "b"})
    yield name
    aws("schemas").delete_registry(RegistryName=name)


def test_registries_are_there_once(aws: Aws, registry: str) -> None:
    schemas = aws("schemas")
    described = schemas.describe_registry(RegistryName=registry)
    assert (described["Description"], described["Tags"]) == ("of tests", {"a": "b"})
    assert described["RegistryArn"] == f"arn:aws:schemas:us-east-1:123456789012:registry/{registry}"
    assert code_of(schemas.create_registry, RegistryName=registry) == "ConflictException"
    assert code_of(schemas.describe_registry, RegistryName="nowhere") == "NotFoundException"
    assert registry in [each["RegistryName"] for each in schemas.list_registries(Limit=100)["Registries"]]
    schemas.tag_resource(ResourceArn=described["RegistryArn"], Tags={"c": "d"})
    schemas.untag_resource(ResourceArn=described["RegistryArn"], TagKeys=["a"])
    assert schemas.list_tags_for_resource(ResourceArn=described["RegistryArn"])["Tags"] == {"c": "d"}


def test_a_test_event_is_kept_in_versions_of_a_schema(aws: Aws, registry: str) -> None:
    schemas, name = aws("schemas"), {"RegistryName": registry, "SchemaName": "_function-schema"}
    event = json.dumps({"order": {"id": "1", "lines": [{"n": 1}, {"n": 2, "gift": True}]}})
    content = json.loads(schemas.get_discovered_schema(Events=[event], Type="OpenApi3")["Content"])
    order = content["components"]["schemas"]["Event"]["properties"]["order"]
    assert order["required"] == ["id", "lines"] and order["properties"]["id"] == {"type": "string"}
    assert order["properties"]["lines"]["items"]["required"] == ["n"]
    assert code_of(schemas.describe_schema, **name) == "NotFoundException"
    assert schemas.create_schema(**name, Type="OpenApi3", Content=json.dumps(content))["SchemaVersion"] == "1"
    content["components"]["examples"] = {"mine": {"value": json.loads(event)}}
    assert schemas.update_schema(**name, Type="OpenApi3", Content=json.dumps(content))["SchemaVersion"] == "2"
    described = schemas.describe_schema(**name)
    assert json.loads(described["Content"])["components"]["examples"]["mine"]["value"] == json.loads(event)
    assert "examples" not in schemas.describe_schema(**name, SchemaVersion="1")["Content"]
    versions = schemas.list_schema_versions(**name)["SchemaVersions"]
    assert [each["SchemaVersion"] for each in versions] == ["1", "2"]
    schemas.delete_schema_version(**name, SchemaVersion="1")
    assert code_of(schemas.describe_schema, **name, SchemaVersion="1") == "NotFoundException"
    assert [each["VersionCount"] for each in schemas.list_schemas(RegistryName=registry)["Schemas"]] == [1]
    schemas.delete_schema(**name)
    assert schemas.list_schemas(RegistryName=registry)["Schemas"] == []


def test_what_the_registries_cannot_is_refused_by_name(aws: Aws) -> None:
    with pytest.raises(ClientError, match=r"does not implement schemas:CreateDiscoverer") as caught:
        aws("schemas").create_discoverer(SourceArn="arn:aws:events:us-east-1:123456789012:event-bus/default")
    assert caught.value.response["Error"]["Code"] == "NotImplemented"


def test_cloud_control_reads_function_urls(aws: Aws) -> None:
    room, control = Room(aws), aws("cloudcontrol")
    function = room.function("def handler(event, context): return 1")
    asked = {"TypeName": "AWS::Lambda::Url", "Identifier": function}
    assert code_of(control.get_resource, **asked) == "ResourceNotFoundException"
    url = aws("lambda").create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    properties = json.loads(control.get_resource(**asked)["ResourceDescription"]["Properties"])
    assert (properties["FunctionUrl"], properties["AuthType"]) == (url, "NONE")
    listed = control.list_resources(TypeName="AWS::Lambda::Url")["ResourceDescriptions"]
    assert url in [json.loads(each["Properties"])["FunctionUrl"] for each in listed]
    assert code_of(control.get_resource, TypeName="AWS::S3::Bucket", Identifier="x") == "UnsupportedActionException"
    assert code_of(control.create_resource, TypeName="AWS::S3::Bucket", DesiredState="{}") == "NotImplemented"
