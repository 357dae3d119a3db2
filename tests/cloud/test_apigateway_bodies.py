"""A body that does not fit its model, over HTTP: what a gateway response may say of it."""

import json
from collections.abc import Callable
from typing import Any

import requests

from shoplib.localaws import Engine

MODEL = {"type": "object", "required": ["make", "year"], "properties": {"year": {"type": "integer"}}}
MOCK = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200"}},
}
DEFINITION = {
    "openapi": "3.0.1",
    "info": {"title": "bodies", "version": "1"},
    "paths": {
        "/cars": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Car"}}}},
                "responses": {"200": {"description": "made"}},
                "x-amazon-apigateway-request-validator": "body",
                "x-amazon-apigateway-integration": MOCK,
            }
        }
    },
    "components": {"schemas": {"Car": MODEL}},
    "x-amazon-apigateway-request-validators": {"body": {"validateRequestBody": True}},
    "x-amazon-apigateway-gateway-responses": {
        "BAD_REQUEST_BODY": {
            "statusCode": 422,
            "responseTemplates": {"application/json": "$context.error.validationErrorString"},
        }
    },
}


def test_a_gateway_response_says_what_is_wrong_with_a_body(aws: Callable[..., Any], engine: Engine) -> None:
    gateway = aws("apigateway")
    api = gateway.import_rest_api(body=json.dumps(DEFINITION))["id"]
    gateway.create_deployment(restApiId=api, stageName="live")
    address = f"{engine.url}/_aws/execute-api/{api}/live/cars"
    assert requests.post(address, json={"make": "b", "year": 1}, timeout=30).status_code == 200
    refused = requests.post(address, json={}, timeout=30)
    assert (refused.status_code, refused.text) == (422, '[object has missing required properties (["make","year"])]')
    refused = requests.post(address, json={"make": "b", "year": "x"}, timeout=30)
    assert refused.text == '[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]'
