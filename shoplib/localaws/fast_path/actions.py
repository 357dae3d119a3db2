"""Which calls take the fast path, and how moto's response classes are called for them."""

import json
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import mark_account_as_visited
from moto.kinesis.responses import KinesisResponse
from moto.sqs.responses import SQSResponse
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from shoplib.localaws.accounts import account_of
from shoplib.localaws.fast_path.shapes import Convert, reader, writer
from shoplib.localaws.moto_fixes.dynamodb_atomicity import exclusively

Answer = tuple[int, dict[str, str], bytes]
HOT: dict[str, tuple[type[BaseResponse], frozenset[str]]] = {
    "AmazonSQS": (
        SQSResponse,
        frozenset({
            "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
            "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "GetQueueAttributes",
        }),
    ),
    "DynamoDB_20120810": (
        DynamoHandler,
        frozenset({
            "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan",
            "BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems",
        }),
    ),
    "Kinesis_20131202": (
        KinesisResponse,
        frozenset({"PutRecord", "PutRecords", "GetRecords", "GetShardIterator"}),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One signed JSON request. `target` is the X-Amz-Target header, `headers` has lower-case names."""

    target: str
    access_key: str
    region: str
    account_id: str | None
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Action:
    """One operation, compiled: moto's response class, its method, and how its JSON is read and written."""

    response: type[BaseResponse]
    method: str
    content_type: str
    read: Convert
    write: Convert


def is_fast_path(target: str) -> bool:
    service, _, operation = target.partition(".")
    return service in HOT and operation in HOT[service][1]


def answer(call: Call) -> Answer:
    action = _action(call.target)
    try:
        parameters = action.read(_json_object(call.body))
    except (ValueError, TypeError, AttributeError):
        return _refuse(action, "The request does not match the service model.")
    response = _prepare(action, call, parameters)
    with exclusively(response) if isinstance(response, DynamoHandler) else nullcontext():
        return _serialize(action, response)


def _serialize(action: Action, response: BaseResponse) -> Answer:
    try:
        result = getattr(response, action.method)()
    except ServiceException as error:
        return _serialize_result(response, ActionResult(error))
    except HTTPException as error:
        return int(error.code or 500), dict(error.get_headers() or []), str(error.description).encode()
    try:
        body = json.dumps(action.write(result.result or {})).encode()
    except AttributeError:  # objects in the result, which only moto's own serializer takes apart
        return _serialize_result(response, result)
    return 200, {"Content-Type": action.content_type}, body


@cache
def _action(target: str) -> Action:
    service, _, operation = target.partition(".")
    response = HOT[service][0]
    model = get_service_model(response().boto3_service_name)
    shapes = model.operation_model(operation)
    return Action(
        response,
        camelcase_to_underscores(operation),
        f"application/x-amz-json-{model.metadata['jsonVersion']}",
        # moto's Kinesis keeps data as the base64 text that it came in
        dict if response is KinesisResponse else reader(shapes.input_shape),
        writer(shapes.output_shape) if shapes.output_shape else dict,
    )


def _json_object(body: bytes) -> dict[str, Any]:
    value = json.loads(body or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    return value


def _refuse(action: Action, reason: str) -> Answer:
    body = json.dumps({"__type": "SerializationException", "message": reason}).encode()
    return 400, {"Content-Type": action.content_type, "x-amzn-ErrorType": "SerializationException"}, body


def _prepare(action: Action, call: Call, parameters: Any) -> BaseResponse:
    """moto's response object, as its own `setup_class` would leave it."""
    response = action.response()
    response.automated_parameter_parsing = True
    response.params = response.body = parameters
    response.querystring, response.uri_match = {}, {}
    response.headers, response.response_headers = call.headers, {"server": "amazon.com"}
    response.uri = response.path = response.raw_path = call.path
    response.region, response.partition = call.region, get_partition(call.region)
    response.access_key = call.access_key
    response.current_account = call.account_id or account_of(call.access_key)
    mark_account_as_visited(
        account_id=response.current_account,
        access_key=call.access_key,
        service=str(response.service_name),
        region=call.region,
    )
    return response


def _serialize_result(response: BaseResponse, result: ActionResult) -> Answer:
    status, headers, body = response.serialized(result)
    raw = body if isinstance(body, bytes) else str(body).encode()
    return int(status), {name: str(value) for name, value in headers.items()}, raw
