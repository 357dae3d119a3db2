"""First-class integrations of HTTP APIs: a route that calls SQS, EventBridge, Kinesis or Step Functions itself."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shoplib.localaws import own_keys
from shoplib.localaws.apigateway.acting import actor, objection
from shoplib.localaws.apigateway.errors import HttpApiError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.http_parameters import evaluate, json_or_text
from shoplib.localaws.apigateway.lambda_functions import SESSION
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.snapshots.http_api import Integration
from shoplib.localaws.call_record import GATEWAY_KEY

Parameters = dict[str, Any]
STRUCTURED = ("MessageAttributes", "MessageSystemAttributes", "Resources", "DelaySeconds", "MaxNumberOfMessages")


def _entries(parameters: Parameters) -> Parameters:
    return {"Entries": [parameters]}


def _camel(parameters: Parameters) -> Parameters:
    return {name[:1].lower() + name[1:]: value for name, value in parameters.items()}


# subtype -> (botocore service, operation, shape of its parameters)
SUBTYPES: dict[str, tuple[str, str, Callable[[Parameters], Parameters]]] = {
    "EventBridge-PutEvents": ("events", "put_events", _entries),
    "SQS-SendMessage": ("sqs", "send_message", dict),
    "SQS-ReceiveMessage": ("sqs", "receive_message", dict),
    "SQS-DeleteMessage": ("sqs", "delete_message", dict),
    "SQS-PurgeQueue": ("sqs", "purge_queue", dict),
    "Kinesis-PutRecord": ("kinesis", "put_record", dict),
    "StepFunctions-StartExecution": ("stepfunctions", "start_execution", _camel),
    "StepFunctions-StartSyncExecution": ("stepfunctions", "start_sync_execution", _camel),
    "StepFunctions-StopExecution": ("stepfunctions", "stop_execution", _camel),
}


class FirstClassServices:
    """Calls the engine's own AWS."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._clients: dict[tuple[str, ...], Any] = {}
        self._lock = threading.Lock()

    def call(self, exchange: Exchange, integration: Integration) -> Response:
        subtype = integration.subtype or ""
        if subtype not in SUBTYPES:
            reason = f"integration subtype {subtype} is not supported; use one of {sorted(SUBTYPES)}"
            raise HttpApiError(500, "Internal Server Error", reason)
        role = actor(exchange, integration.credentials)
        if role is None:
            raise HttpApiError(500, "Internal Server Error", f"{subtype} needs CredentialsArn, a role that may call it")
        if reason := objection(role):
            raise HttpApiError(500, "Internal Server Error", reason)
        service, operation, shape = SUBTYPES[subtype]
        parameters = _evaluated(exchange, integration.request_parameters)
        region = parameters.pop("Region", None) or exchange.region
        try:
            client = self._client(service, region, exchange.api_id, role)
            result = getattr(client, operation)(**shape(parameters))
        except ClientError as error:
            return _json(
                error.response["ResponseMetadata"]["HTTPStatusCode"],
                {"message": error.response["Error"].get("Message", "")},
            )
        except BotoCoreError as error:  # a parameter is missing or of the wrong kind
            raise HttpApiError(400, "Bad Request", f"{subtype}: {error}") from error
        result.pop("ResponseMetadata", None)
        return _json(200, result)

    def _client(self, service: str, region: str, api_id: str, role: str) -> Any:
        key = (service, region, api_id, role)
        with self._lock:  # making a client is not thread-safe, using one is
            if key not in self._clients:
                client = self._clients[key] = own_keys.session(region, f"{GATEWAY_KEY}{api_id}").client(
                    service,
                    endpoint_url=self._endpoint_url,
                    config=Config(retries={"total_max_attempts": 1}, proxies={}),
                )
                own_keys.act_as(client, role, SESSION)
            return self._clients[key]


def _evaluated(exchange: Exchange, mappings: dict[str, str]) -> Parameters:
    """Parameters by name; what the request does not carry is left out."""
    parameters: Parameters = {}
    for name, source in mappings.items():
        value = evaluate(source, exchange)
        if value is not None:
            parameters[name] = json_or_text(value) if name in STRUCTURED else value
    return parameters


def _json(status: int, body: Any) -> Response:
    text = json.dumps(body, default=datetime.timestamp)  # as services write times in JSON
    return Response(status, [("Content-Type", "application/json")], text.encode())
