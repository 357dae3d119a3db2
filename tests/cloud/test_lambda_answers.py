# ruff: noqa: E501
"""What AWS answers to calls of the Lambda API, word for word: refusals, and what an answer has and has not."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, zipped

CODE = "def handler(event, context):\n    return event\n"
ZIP = zipped({"python/x.py": "x = 1"})
MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"
VALIDATION = "ValidationException"
CONFLICT = "ResourceConflictException"
PRECONDITION = "PreconditionFailedException"
STATUS = {MISSING: 404, INVALID: 400, VALIDATION: 400, CONFLICT: 409, PRECONDITION: 412}
REVISION = "The Revision Id provided does not match the latest Revision Id. Call the {} API to retrieve the latest"
FUNCTION_REVISION = REVISION.format("GetFunction/GetAlias") + " Revision Id"
LAYER_REVISION = REVISION.format("GetLayerPolicy") + " Revision Id"
NO_RESOURCE = "The resource you requested does not exist."
MISMATCH = "The derived qualifier from the function name does not match the specified qualifier."
UNQUALIFIED = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)
PUBLISHED = "The function resource provided must be an alias or a published version."


@dataclass(frozen=True)
class Place:
    """A function with a version 1, and an alias `live` that points to it."""

    client: Any
    name: str
    arn: str

    def filled(self, value: Any) -> Any:
        """`{f}` is the function's name, `{arn}` its ARN, `{none}` the ARN of a function that is not there."""
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        none = self.arn.rpartition(":")[0] + ":none"
        text = {"{f}": self.name, "{arn}": self.arn, "{none}": none, "{layers}": none.replace("function:none", "layer")}
        if not isinstance(value, str):
            return value
        return re.sub("|".join(map(re.escape, text)), lambda match: text[match[0]], value)


@pytest.fixture(scope="module")
def place(aws: Aws) -> Iterator[Place]:
    client = aws("lambda", config=Config(parameter_validation=False))
    name = Room(aws).function(CODE)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    yield Place(client, name, arn)
    client.delete_function(FunctionName=name)


F: dict[str, Any] = {"FunctionName": "{f}"}
NONE = {"FunctionName": "none"}
OTHER = {"FunctionName": "arn:aws:lambda:eu-west-3:123456789012:function:{f}"}
UNREACHABLE = "Functions from 'eu-west-3' are not reachable in this region ('us-east-1')"
HALF = {"AdditionalVersionWeights": {"1": 0.5}}
PERMISSION = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
GRANT = {"LayerName": "none", "VersionNumber": 1, "StatementId": "s", "Action": "lambda:GetLayerVersion"}
ONE = {"ProvisionedConcurrentExecutions": 1}
NO_CONFIG = "The function {} doesn't have an EventInvokeConfig"
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    *((each, OTHER, MISSING, UNREACHABLE) for each in ("get_function", "delete_function", "get_policy", "invoke")),
    *(
        (each, {"FunctionName": "{f}:1", "Qualifier": "2"}, INVALID, MISMATCH)
        for each in ("get_function", "delete_function", "get_policy", "invoke")
    ),
    ("get_function", {"FunctionName": "{none}:$LATEST"}, MISSING, "Function not found: {none}:$LATEST"),
    ("delete_function", {"FunctionName": "none", "Qualifier": "7"}, MISSING, "Function not found: {none}"),
    ("invoke", NONE, MISSING, "Function not found: {none}:$LATEST"),
    ("put_function_concurrency", NONE | {"ReservedConcurrentExecutions": 1}, MISSING, "Function not found: {none}:$LATEST"),
    ("put_function_concurrency", {"FunctionName": "{f}:1", "ReservedConcurrentExecutions": 0}, INVALID, UNQUALIFIED),
    ("publish_version", F | {"RevisionId": "wrong"}, PRECONDITION, FUNCTION_REVISION),
    ("update_function_configuration", F | {"Timeout": 9, "RevisionId": "wrong"}, PRECONDITION, FUNCTION_REVISION),
    ("update_function_code", F | {"ZipFile": ZIP, "RevisionId": "wrong"}, PRECONDITION, FUNCTION_REVISION),
    ("update_function_code", F | {"ImageUri": "a/b:c"}, INVALID, "Please don't provide ImageUri when updating a function with packageType Zip."),
    ("update_function_configuration", F | {"Runtime": "python3.7"}, INVALID, "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions. We recommend you use the new runtime (python3.12) while creating or updating functions."),
    ("update_function_configuration", F | {"Runtime": "python3.9", "SnapStart": {"ApplyOn": "PublishedVersions"}}, INVALID, "python3.9 is not supported for SnapStart enabled functions."),
    ("update_function_configuration", F | {"SnapStart": {"ApplyOn": "Never"}}, VALIDATION, "1 validation error detected: Value 'Never' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"),
    ("list_functions", {"FunctionVersion": "SOME"}, VALIDATION, "1 validation error detected: Value 'SOME' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"),
    ("get_alias", F | {"Name": "none"}, MISSING, "Cannot find alias arn: {arn}:none"),
    ("get_alias", NONE | {"Name": "live"}, MISSING, "Cannot find alias arn: {none}:live"),
    ("update_alias", F | {"Name": "none"}, MISSING, "Alias not found: {arn}:none"),
    ("update_alias", F | {"Name": "live", "RevisionId": "wrong"}, PRECONDITION, FUNCTION_REVISION),
    ("create_alias", F | {"Name": "a", "FunctionVersion": "9", "RoutingConfig": HALF}, MISSING, "Function not found: {arn}:9"),
    ("create_alias", F | {"Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5, "2": 0.1}}}, INVALID, "Number of items in AdditionalVersionWeights cannot be greater than 1"),
    ("create_alias", F | {"Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 2}}}, VALIDATION, "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"),
    ("create_alias", F | {"Name": "live", "FunctionVersion": "1"}, CONFLICT, "Alias already exists: {arn}:live"),
    ("add_permission", F | PERMISSION | {"StatementId": "a.b"}, VALIDATION, "1 validation error detected: Value 'a.b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"),
    ("add_permission", F | PERMISSION | {"Qualifier": "$LATEST"}, INVALID, "We currently do not support adding policies for $LATEST."),
    ("add_permission", F | PERMISSION | {"Principal": "invalid.nonaws.com"}, INVALID, "The provided principal was invalid. Please check the principal and try again."),
    ("add_permission", F | PERMISSION | {"Qualifier": "none"}, MISSING, "Cannot find alias arn: {arn}:none"),
    ("add_permission", F | PERMISSION | {"Qualifier": "42"}, MISSING, "Function not found: {arn}:42"),
    ("add_permission", F | PERMISSION | {"RevisionId": "wrong"}, PRECONDITION, FUNCTION_REVISION),
    ("get_policy", F | {"Qualifier": "77"}, MISSING, NO_RESOURCE),
    ("remove_permission", F | {"StatementId": "s"}, MISSING, "No policy is associated with the given resource."),
    ("remove_permission", NONE | {"StatementId": "s"}, MISSING, "No policy found for: {none}"),
    ("create_function_url_config", NONE | {"AuthType": "NONE"}, MISSING, "Function does not exist"),
    ("create_function_url_config", F | {"AuthType": "NONE", "Qualifier": "none"}, MISSING, "Function does not exist"),
    ("update_function_url_config", F | {"AuthType": "NONE", "Qualifier": "none"}, MISSING, "Function does not exist"),
    ("get_function_url_config", NONE, MISSING, NO_RESOURCE),
    ("delete_function_url_config", F, MISSING, NO_RESOURCE),
    ("list_function_url_configs", NONE, MISSING, "Function does not exist"),
    ("create_function_url_config", F | {"AuthType": "NONE", "InvokeMode": "X"}, VALIDATION, "1 validation error detected: Value 'X' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]"),
    ("get_provisioned_concurrency_config", F | {"Qualifier": "$LATEST"}, INVALID, PUBLISHED),
    ("delete_provisioned_concurrency_config", F | {"Qualifier": "none"}, MISSING, "Cannot find alias arn: {arn}:none"),
    ("put_provisioned_concurrency_config", NONE | ONE | {"Qualifier": "1"}, MISSING, "Function not found: {none}:1"),
    ("put_provisioned_concurrency_config", F | {"Qualifier": "1", "ProvisionedConcurrentExecutions": 0}, VALIDATION, "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ("put_provisioned_concurrency_config", F | {"Qualifier": "1", "ProvisionedConcurrentExecutions": 1001}, INVALID, "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [n]."),
    ("put_function_event_invoke_config", NONE, INVALID, "You must specify at least one of error handling or destination setting."),
    ("put_function_event_invoke_config", F | {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:iam:us-east-1:123456789012:role/x"}}}, INVALID, "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:iam:us-east-1:123456789012:role/x)) is invalid."),
    ("get_function_event_invoke_config", NONE, MISSING, NO_CONFIG.format("{none}:$LATEST")),
    ("get_function_event_invoke_config", F | {"Qualifier": "none"}, MISSING, NO_CONFIG.format("{arn}:none")),
    ("update_function_event_invoke_config", NONE | {"MaximumRetryAttempts": 0}, MISSING, "The function doesn't exist."),
    ("get_layer_version", {"LayerName": "none", "VersionNumber": 1}, MISSING, NO_RESOURCE),
    ("get_layer_version", {"LayerName": "none", "VersionNumber": 0}, INVALID, "Layer Version Cannot be less than 1"),
    ("get_layer_version_by_arn", {"Arn": "{layers}:none:1"}, MISSING, NO_RESOURCE),
    ("get_layer_version_policy", {"LayerName": "none", "VersionNumber": 1}, MISSING, "Layer version {layers}:none:1 does not exist."),
    ("add_layer_version_permission", GRANT | {"Principal": "*"}, MISSING, "Layer version {layers}:none:1 does not exist."),
    ("add_layer_version_permission", GRANT | {"Principal": "*", "Action": "*"}, VALIDATION, "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion"),
    ("list_layers", {"CompatibleArchitecture": "x"}, VALIDATION, "1 validation error detected: Value 'x' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]"),
    ("tag_resource", {"Resource": "{arn}:1", "Tags": {"a": "b"}}, INVALID, "Tags on function aliases and versions are not supported. Please specify a function ARN."),
    ("tag_resource", {"Resource": "{arn}", "Tags": {}}, INVALID, "An error occurred and the request cannot be processed."),
    ("tag_resource", {"Resource": "{arn}", "Tags": {str(each): "x" for each in range(51)}}, INVALID, "Number of tags exceeds resource tag limit."),
    ("untag_resource", {"Resource": "{arn}", "TagKeys": []}, VALIDATION, "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"),
    ("create_event_source_mapping", F, INVALID, "Unrecognized event source."),
    ("create_event_source_mapping", NONE | {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q"}, INVALID, "Function does not exist"),
    ("create_event_source_mapping", F | {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q", "BatchSize": 10_001}, VALIDATION, "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "arguments", "code", "message"), REFUSALS, ids=[f"{each[0]}-{i}" for i, each in enumerate(REFUSALS)]
)
def test_refusals(place: Place, operation: str, arguments: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(place.client, operation)(**place.filled(arguments))
    answer = refused.value.response
    words = re.sub(r"\[\d+\]", "[n]", answer["Error"]["Message"])  # other tests' functions may have some of it
    assert (answer["Error"]["Code"], words) == (code, place.filled(message))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == STATUS[code]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (b"n\x87r", "Invalid UTF-8 start byte 0x87\n at [Source: REDACTED"),
        (b"\x99\xeb", "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number"),
        (b"hello", "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null'"),
        (b"{bad", "Unexpected character ('b' (code 98)): was expecting double-quote to start field name\n at [Source"),
        (b'{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n"),
        (b'{"a":[1\n2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries\n"),
        (b'{"a":[1] "b"', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries\n"),
        (b'{"a":tru}', "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null'"),
        (b'{"a":', "Unexpected end-of-input within/between Object entries\n at [Source: REDACTED"),
        (b'{"a":1', "Unexpected end-of-input: expected close marker for Object (start marker at [Source: REDACTED"),
    ],
)
def test_events_that_are_no_json(place: Place, event: bytes, words: str) -> None:
    with pytest.raises(ClientError) as refused:
        place.client.invoke(FunctionName=place.name, Payload=event)
    said = "Could not parse request body into json: Could not parse payload into json: "
    assert refused.value.response["Error"]["Message"].startswith(said + words)


def test_a_function_is_created_under_every_name(place: Place, aws: Aws) -> None:
    account_id, role = place.arn.split(":")[4], Room(aws).role()
    spec = {
        "Role": role,
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped({"app.py": CODE})},
    }
    for name in (f"{place.arn}-full", f"{account_id}:function:{place.name}-part"):
        new = place.client.create_function(FunctionName=name, **spec)
        assert new["FunctionArn"] == f"{place.arn}-{name[-4:]}"
        assert place.client.get_function(FunctionName=name)["Configuration"]["FunctionName"] == new["FunctionName"]
        place.client.delete_function(FunctionName=name)
    with pytest.raises(ClientError, match="not reachable in this region"):
        place.client.create_function(FunctionName=place.arn.replace("us-east-1", "eu-west-3"), **spec)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        place.client.create_function(FunctionName=place.arn.replace(account_id, "999999999999"), **spec)


def test_an_alias_has_an_arn_of_its_own_and_a_version_that_is_gone_is_no_error(place: Place) -> None:
    there = place.client.get_function(FunctionName=f"{place.name}:live")["Configuration"]
    assert (there["FunctionArn"], there["Version"]) == (f"{place.arn}:live", "1")
    deleted = place.client.delete_function(FunctionName=place.name, Qualifier="77")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_change_is_answered_while_it_is_under_way(place: Place, aws: Aws) -> None:
    client, name = place.client, Room(aws).function(CODE)
    answer = client.update_function_configuration(FunctionName=name, Timeout=7)
    assert (answer["State"], answer["LastUpdateStatus"]) == ("Active", "InProgress")
    now = client.get_function_configuration(FunctionName=name)
    assert now["LastUpdateStatus"] == "Successful" and now["RevisionId"] != answer["RevisionId"]
    first = client.publish_version(FunctionName=name, RevisionId=now["RevisionId"])
    client.add_permission(FunctionName=name, **PERMISSION)
    after = client.get_function_configuration(FunctionName=name)["RevisionId"]
    assert client.get_policy(FunctionName=name)["RevisionId"] == after
    assert client.publish_version(FunctionName=name)["Version"] == first["Version"] == "1", "a permission is no change"
    published = client.update_function_code(FunctionName=name, ZipFile=zipped({"app.py": CODE + "#"}), Publish=True)
    assert (published["Version"], published["State"]) == ("2", "Pending")
    assert client.get_function(FunctionName=name, Qualifier="2")["Configuration"]["State"] == "Active"
    listed = client.list_versions_by_function(FunctionName=name)["Versions"][0]
    assert not listed.keys() & {"State", "LastUpdateStatus", "RuntimeVersionConfig"}


def test_a_version_and_an_alias_have_policies_of_their_own(place: Place) -> None:
    def resources(**which: str) -> list[str]:
        policy = json.loads(place.client.get_policy(FunctionName=place.name, **which)["Policy"])
        return [each["Resource"] for each in policy["Statement"]]

    wide = PERMISSION | {
        "StatementId": "org",
        "Principal": "*",
        "PrincipalOrgID": "o-1234567890",
        "SourceAccount": "123456789012",
    }
    statement = json.loads(place.client.add_permission(FunctionName=place.name, **wide)["Statement"])
    assert statement["Condition"]["StringEquals"] == {
        "aws:PrincipalOrgID": "o-1234567890",
        "AWS:SourceAccount": "123456789012",
    }
    for qualifier in ("1", "live"):
        place.client.add_permission(FunctionName=place.name, Qualifier=qualifier, **PERMISSION)
        assert resources(Qualifier=qualifier) == [f"{place.arn}:{qualifier}"]
    assert resources() == [place.arn]
    place.client.remove_permission(FunctionName=place.name, StatementId="s", Qualifier="1")
    assert resources(Qualifier="live") == [f"{place.arn}:live"]
    place.client.remove_permission(FunctionName=place.name, StatementId="s", Qualifier="live")
    place.client.remove_permission(FunctionName=place.name, StatementId="org")


def test_lists_of_a_function_come_in_pages(place: Place) -> None:
    client, f = place.client, {"FunctionName": place.name}
    client.create_alias(Name="other", FunctionVersion="$LATEST", **f)
    for qualifier in ({}, {"Qualifier": "live"}):
        client.put_function_event_invoke_config(MaximumRetryAttempts=1, **f, **qualifier)
        client.create_function_url_config(AuthType="NONE", **f, **qualifier)
    for operation, member in (
        ("list_aliases", "Aliases"),
        ("list_function_event_invoke_configs", "FunctionEventInvokeConfigs"),
        ("list_function_url_configs", "FunctionUrlConfigs"),
    ):
        first = getattr(client, operation)(MaxItems=1, **f)
        rest = getattr(client, operation)(Marker=first["NextMarker"], **f)
        assert (len(first[member]), len(rest[member]), "NextMarker" in rest) == (1, 1, False), operation
    assert [each["Name"] for each in client.list_aliases(FunctionVersion="1", **f)["Aliases"]] == ["live"]
    for qualifier in ({}, {"Qualifier": "live"}):
        client.delete_function_event_invoke_config(**f, **qualifier)
        client.delete_function_url_config(**f, **qualifier)
    assert client.delete_alias(Name="other", **f)["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_url_says_its_mode_when_it_was_stated(place: Place) -> None:
    client, f = place.client, {"FunctionName": place.name}
    assert not client.create_function_url_config(AuthType="NONE", **f).keys() & {"InvokeMode", "LastModifiedTime"}
    assert client.get_function_url_config(**f)["InvokeMode"] == "BUFFERED"
    assert "InvokeMode" not in client.update_function_url_config(AuthType="AWS_IAM", **f)
    client.update_function_url_config(InvokeMode="RESPONSE_STREAM", **f)
    assert client.update_function_url_config(AuthType="NONE", **f)["InvokeMode"] == "RESPONSE_STREAM"
    changed = client.update_function_url_config(AuthType="NONE", **f)["LastModifiedTime"]
    assert re.fullmatch(r"[-\d]{10}T[:\d]{8}\.\d{3}\+0000", changed)
    client.delete_function_url_config(**f)


def test_layers(place: Place) -> None:
    client, layer = place.client, {"LayerName": f"{place.name}-layer"}
    new = client.publish_layer_version(Content={"ZipFile": ZIP}, CompatibleRuntimes=["python3.12"], **layer)
    assert new["Description"] == "" and not new.keys() & {"LicenseInfo", "CompatibleArchitectures"}
    assert client.get_layer_version_by_arn(Arn=new["LayerVersionArn"])["Version"] == 1
    names = [each["LayerName"] for each in client.list_layers(CompatibleRuntime="ruby3.3")["Layers"]]
    assert layer["LayerName"] not in names
    grant = layer | {"VersionNumber": 1, "StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    client.add_layer_version_permission(**grant)
    for change, code in (({}, CONFLICT), ({"StatementId": "t", "RevisionId": "wrong"}, PRECONDITION)):
        with pytest.raises(ClientError, match=f"{code}.*{LAYER_REVISION if change else 'already exists'}"):
            client.add_layer_version_permission(**grant | change)
    for _ in range(2):
        gone = client.delete_layer_version(VersionNumber=1, **layer)
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204, "and again what is gone"
