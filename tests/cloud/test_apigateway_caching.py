"""Response caching of REST APIs: what is kept, for whom it is the same, and what makes it new."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib.localaws import Engine
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.stacks import Stacks

# Each answer is another one, so that the same one twice is a kept one.
CODE = """
import itertools, json
count = itertools.count(1)
def handler(event, context):
    query = event["queryStringParameters"] or {}
    body = "x" * int(query.get("size", 0)) or str(next(count))
    return {"statusCode": int(query.get("status", 200)), "headers": {"X-Made": "by hand"}, "body": body}
"""
TEMPLATE = """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: cached}}
  Items:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: items}
  Item:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !Ref Items, PathPart: "{id}"}
  ListItems:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Items
      HttpMethod: GET
      AuthorizationType: NONE
      RequestParameters: {method.request.querystring.page: false, method.request.header.X-Tongue: false}
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: URI
        CacheKeyParameters: [method.request.querystring.page, method.request.header.X-Tongue]
  PostItems:
    Type: AWS::ApiGateway::Method
    Properties: &plain
      RestApiId: !Ref Api
      ResourceId: !Ref Items
      HttpMethod: POST
      AuthorizationType: NONE
      Integration: {Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: URI}
  PutItems: {Type: AWS::ApiGateway::Method, Properties: {<<: *plain, HttpMethod: PUT}}
  GetItem: {Type: AWS::ApiGateway::Method, Properties: {<<: *plain, HttpMethod: GET, ResourceId: !Ref Item}}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [ListItems, PostItems, PutItems, GetItem]
    Properties: {RestApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: live
      CacheClusterEnabled: true
      CacheClusterSize: "0.5"
      MethodSettings:
        - {ResourcePath: "/*", HttpMethod: "*", CachingEnabled: true, CacheTtlInSeconds: 60}
        - {ResourcePath: /items, HttpMethod: PUT, CachingEnabled: true, CacheTtlInSeconds: 60}
Outputs:
  Api: {Value: !Ref Api}
"""


@dataclass(frozen=True)
class Cached:
    id: str
    address: str
    api: Any

    def get(self, path: str, **options: Any) -> str:
        return self.ask("GET", path, **options).text

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"{self.address}{path}", timeout=20, **options)

    def set(self, path: str, value: str) -> None:
        change = [{"op": "replace", "path": path, "value": value}]
        self.api.update_stage(restApiId=self.id, stageName="live", patchOperations=change)


@pytest.fixture(scope="module")
def uri(aws: Callable[..., Any]) -> str:
    room = Room(aws)
    name = room.function(CODE)
    arn = aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    aws("lambda").add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


@pytest.fixture
def cached(aws: Callable[..., Any], engine: Engine, uri: str) -> Iterator[Cached]:
    """An API of the test's own, for tests change its settings."""
    stacks = Stacks(aws)
    id = stacks.outputs(stacks.deploy(TEMPLATE.replace("URI", uri)))["Api"]
    yield Cached(id, f"{engine.url}/_aws/execute-api/{id}/live", aws("apigateway"))
    stacks.delete_all()


def test_a_stage_says_that_it_has_a_cache(cached: Cached) -> None:
    stage = cached.api.get_stage(restApiId=cached.id, stageName="live")
    about = {name: stage[name] for name in ("cacheClusterEnabled", "cacheClusterSize", "cacheClusterStatus")}
    assert about == {"cacheClusterEnabled": True, "cacheClusterSize": "0.5", "cacheClusterStatus": "AVAILABLE"}
    settings = stage["methodSettings"]["*/*"]
    assert (settings["cachingEnabled"], settings["cacheTtlInSeconds"]) == (True, 60)


def test_only_key_parameters_make_a_difference(cached: Cached) -> None:
    first = cached.ask("GET", "/items")
    again = cached.ask("GET", "/items?other=1")
    assert first.text == again.text
    assert again.headers["X-Made"] == "by hand"
    assert first.headers["x-amzn-RequestId"] != again.headers["x-amzn-RequestId"]
    pages = {cached.get("/items"), cached.get("/items?page=2"), cached.get("/items", headers={"X-Tongue": "de"})}
    assert len(pages) == 3
    assert cached.get("/items?page=2&other=3") in pages
    # Without a key parameter not even the path is one, as on AWS.
    assert cached.get("/items/1") == cached.get("/items/2")


def test_other_methods_than_get_are_cached_when_they_say_so(cached: Cached) -> None:
    assert cached.ask("POST", "/items").text != cached.ask("POST", "/items").text
    assert cached.ask("PUT", "/items").text == cached.ask("PUT", "/items").text


def test_what_is_larger_than_a_megabyte_is_not_kept(cached: Cached) -> None:
    assert len(cached.get("/items?page=large&size=1100000")) == 1_100_000
    assert len(cached.get("/items?page=large")) < 10


def test_a_client_asks_for_a_new_one(cached: Cached) -> None:
    now = {"Cache-Control": "max-age=0"}
    first = cached.get("/items?page=now")
    ignored = cached.ask("GET", "/items?page=now", headers=now)
    assert ignored.text == first and ignored.headers["Warning"].startswith("199 Cache-control headers were ignored")
    assert "Warning" not in cached.ask("GET", "/items?page=now").headers
    settings = "/*/*/caching"
    cached.set(f"{settings}/unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITHOUT_RESPONSE_HEADER")
    assert "Warning" not in cached.ask("GET", "/items?page=now", headers=now).headers
    cached.set(f"{settings}/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403")
    assert cached.ask("GET", "/items?page=now", headers=now).status_code == 403
    cached.set(f"{settings}/requireAuthorizationForCacheControl", "false")
    second = cached.get("/items?page=now", headers=now)
    assert second != first
    assert cached.get("/items?page=now") == second


def test_flushing_and_time_make_it_new(cached: Cached) -> None:
    first = cached.get("/items?page=flush")
    answer = cached.api.flush_stage_cache(restApiId=cached.id, stageName="live")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    second = cached.get("/items?page=flush")
    assert second != first
    cached.set("/~1items/GET/caching/ttlInSeconds", "1")
    cached.api.flush_stage_cache(restApiId=cached.id, stageName="live")
    third = cached.get("/items?page=flush")
    eventually(lambda: cached.get("/items?page=flush") != third)
    cached.set("/~1items/GET/caching/ttlInSeconds", "0")
    assert cached.get("/items?page=flush") != cached.get("/items?page=flush")
    with pytest.raises(ClientError, match="TTL"):
        cached.set("/*/*/caching/ttlInSeconds", "3601")


def test_hits_and_misses_are_metrics(cached: Cached, aws: Callable[..., Any]) -> None:
    def total(name: str) -> float:
        found = aws("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=name,
            Dimensions=[{"Name": "ApiName", "Value": "cached"}, {"Name": "Stage", "Value": "live"}],
            StartTime=time.time() - 600,
            EndTime=time.time() + 600,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in found))

    hits = total("CacheHitCount")
    cached.get("/items/metric")
    cached.get("/items/metric")
    eventually(lambda: total("CacheHitCount") > hits)
    assert total("CacheMissCount") > 0


def test_without_a_cluster_nothing_is_kept(cached: Cached) -> None:
    cached.set("/cacheClusterEnabled", "false")
    assert cached.get("/items/1") != cached.get("/items/1")


def test_key_parameters_are_kept_and_checked(cached: Cached) -> None:
    root = next(each["id"] for each in cached.api.get_resources(restApiId=cached.id)["items"] if each["path"] == "/")
    where = {"restApiId": cached.id, "resourceId": root, "httpMethod": "GET"}
    cached.api.put_method(**where, authorizationType="NONE")
    keys = ["method.request.querystring.page"]
    made = cached.api.put_integration(**where, type="MOCK", cacheKeyParameters=keys, cacheNamespace="shared")
    assert (made["cacheKeyParameters"], made["cacheNamespace"]) == (keys, "shared")
    assert cached.api.get_integration(**where)["cacheKeyParameters"] == keys
    with pytest.raises(ClientError, match="Invalid cache key parameter"):
        cached.api.put_integration(**where, type="MOCK", cacheKeyParameters=["page"])
    exported = cached.api.create_deployment(restApiId=cached.id)["id"]
    cached.api.update_stage(
        restApiId=cached.id,
        stageName="live",
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": exported}],
    )
    text = cached.api.get_export(
        restApiId=cached.id, stageName="live", exportType="oas30", parameters={"extensions": "integrations"}
    )["body"].read()
    assert json.loads(text)["paths"]["/"]["get"]["x-amazon-apigateway-integration"]["cacheKeyParameters"] == keys
