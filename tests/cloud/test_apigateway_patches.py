"""PATCH of a REST API's methods, integrations, their responses and models: honoured, or refused by its path."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib import localaws

MOCK = '{"statusCode": 200}'


@dataclass(frozen=True)
class World:
    """An API whose GET / is answered by a mock."""

    apis: Any
    api: str
    method: dict[str, str]
    url: str

    def deploy(self) -> None:
        self.apis.create_deployment(restApiId=self.api, stageName="live")

    def patch(self, what: str, op: str, path: str, value: str | None = None, **more: str) -> dict[str, Any]:
        operation = {"op": op, "path": path, **({} if value is None else {"value": value})}
        answer: dict[str, Any] = getattr(self.apis, f"update_{what}")(
            **(self.method if what != "model" else {"restApiId": self.api}), **more, patchOperations=[operation]
        )
        return answer


@pytest.fixture(scope="module")
def world(aws: Callable[[str], Any], engine: localaws.Engine) -> Iterator[World]:
    apis = aws("apigateway")
    api = apis.create_rest_api(name="patched")["id"]
    (root,) = apis.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    apis.put_method(**method, authorizationType="NONE")
    apis.put_integration(**method, type="MOCK", requestTemplates={"application/json": MOCK})
    apis.put_method_response(**method, statusCode="200")
    apis.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": "before"})
    apis.create_model(restApiId=api, name="Letter", contentType="application/json", schema="{}")
    yield World(apis, api, method, f"{engine.url}/_aws/execute-api/{api}/live/")
    apis.delete_rest_api(restApiId=api)


def test_a_change_is_served_after_the_next_deployment(world: World) -> None:
    world.deploy()
    world.patch("integration_response", "replace", "/responseTemplates/application~1json", "after", statusCode="200")
    world.patch("method_response", "add", "/responseParameters/method.response.header.x-tone", "true", statusCode="200")
    header = "/responseParameters/method.response.header.x-tone"
    world.patch("integration_response", "add", header, "'kind'", statusCode="200")
    assert requests.get(world.url, timeout=20).text == "before"
    world.deploy()
    answer = requests.get(world.url, timeout=20)
    assert (answer.text, answer.headers["x-tone"]) == ("after", "kind")


def test_a_required_parameter_is_required_until_it_is_removed(world: World) -> None:
    validator = world.apis.create_request_validator(restApiId=world.api, name="v", validateRequestParameters=True)["id"]
    parameter = "/requestParameters/method.request.querystring.to"
    world.patch("method", "replace", "/requestValidatorId", validator)
    assert world.patch("method", "add", parameter, "true")["requestParameters"] == {
        "method.request.querystring.to": True
    }
    world.deploy()
    assert requests.get(world.url, timeout=20).status_code == 400
    world.patch("method", "remove", parameter)
    world.deploy()
    assert requests.get(world.url, timeout=20).status_code == 200


def test_each_path_changes_what_it_names(world: World) -> None:
    for path, value, name, changed in (
        ("/timeoutInMillis", "5000", "timeoutInMillis", 5000),
        ("/passthroughBehavior", "NEVER", "passthroughBehavior", "NEVER"),
        ("/requestTemplates/application~1json", MOCK + " ", "requestTemplates", {"application/json": MOCK + " "}),
        ("/requestParameters/integration.request.header.x", "'1'", "requestParameters",
         {"integration.request.header.x": "'1'"}),
    ):  # fmt: skip
        assert world.patch("integration", "replace", path, value)[name] == changed
    listed = world.patch("integration", "add", "/cacheKeyParameters/method.request.querystring.to")
    assert listed["cacheKeyParameters"] == ["method.request.querystring.to"]
    schema = '{"type": "object"}'
    assert world.patch("model", "replace", "/schema", schema, modelName="Letter")["schema"] == schema


@pytest.mark.parametrize(
    ("what", "op", "path", "value", "code"),
    [
        ("method", "replace", "/nonsense", "x", "BadRequestException"),
        ("method", "add", "/authorizationType", "NONE", "BadRequestException"),
        ("method", "replace", "/authorizationType", "MAGIC", "BadRequestException"),
        ("integration", "replace", "/timeoutInMillis", "29001", "BadRequestException"),
        ("integration", "replace", "/contentHandling", "SHRED", "BadRequestException"),
        ("integration", "add", "/cacheKeyParameters/elsewhere", None, "BadRequestException"),
    ],
)
def test_what_aws_does_not_take_is_refused(
    world: World, what: str, op: str, path: str, value: str | None, code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        world.patch(what, op, path, value)
    assert refused.value.response["Error"]["Code"] == code


def test_what_is_not_there_is_not_found(world: World) -> None:
    for what in ("method_response", "integration_response"):
        with pytest.raises(ClientError, match="Invalid Response status code specified"):
            world.patch(what, "replace", "/responseTemplates/a", "x", statusCode="404")


def test_a_usage_plan_has_stages_that_exist(world: World) -> None:
    world.deploy()
    plan = world.apis.create_usage_plan(name="p", apiStages=[{"apiId": world.api, "stage": "live"}])["id"]
    unknown = f"Invalid API Stage {{api: {world.api}, stage: none}} specified for usageplan {plan}"
    for operation, refusal in (
        ({"op": "add"}, "Invalid API Stage specified"),
        ({"op": "remove", "value": world.api}, "Invalid API Stage specified"),
        ({"op": "add", "value": f"{world.api}:none"}, unknown),
        ({"op": "remove", "value": f"{world.api}:none"}, unknown),
    ):
        with pytest.raises(ClientError, match=re.escape(refusal)):
            world.apis.update_usage_plan(usagePlanId=plan, patchOperations=[{"path": "/apiStages", **operation}])
    with pytest.raises(ClientError, match=f"NotFoundException.*API Stage not found: {world.api}:none"):
        world.apis.create_usage_plan(name="q", apiStages=[{"apiId": world.api, "stage": "none"}])
    world.apis.delete_usage_plan(usagePlanId=plan)


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ("{ statusCode: 204 }", 204),
        ("{'statusCode': 204,}", 204),
        ('{"statusCode": "204"}', 500),
        ("{ statusCode: 204", 500),
        ("{ code: 204 }", 500),
    ],
)
def test_a_mock_reads_more_than_json(world: World, template: str, status: int) -> None:
    preflight = world.method | {"httpMethod": "OPTIONS"}
    world.apis.put_method(**preflight, authorizationType="NONE")
    world.apis.put_integration(**preflight, type="MOCK", requestTemplates={"application/json": template})
    world.apis.put_method_response(**preflight, statusCode="204")
    world.apis.put_integration_response(**preflight, statusCode="204")
    world.deploy()
    assert requests.options(world.url, timeout=20).status_code == status
    world.apis.delete_method(**preflight)
