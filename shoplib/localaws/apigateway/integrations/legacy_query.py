"""Actions of Systems Manager whose parameters are in the query string.

AWS takes them by the query protocol that the service had before JSON, and answers in that protocol's JSON, with every
member of the output: GetParameterResponse, in it GetParameterResult.
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.parse import QueryParser
from moto.core.utils import get_service_model

from shoplib.localaws.apigateway.integrations.http_endpoints import BackendReply
from shoplib.localaws.apigateway.integrations.request import IntegrationRequest

SERVICES = ("ssm",)


def speaks_legacy_query(service: str, request: IntegrationRequest) -> bool:
    """`service` by botocore's name."""
    return service in SERVICES and bool(request.query) and not request.content.strip()


def document(service: str, action: str, query: list[tuple[str, str]]) -> bytes:
    """The parameters as the service's own JSON."""
    operation = _operation(service, action)
    form: Any = {"values": dict(query)}
    return json.dumps(QueryParser(operation).parse(form) if operation else {}).encode()


def as_answered(service: str, action: str, reply: BackendReply) -> BackendReply:
    """The service's own JSON as that of its query protocol."""
    answer = json.loads(reply.body or b"{}")
    request_id = next((value for name, value in reply.headers if name.lower() == "x-amzn-requestid"), "")
    value = _failure(answer, request_id) if reply.status >= 400 else _success(service, action, answer, request_id)
    reply.body = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    return reply


def _success(service: str, action: str, answer: Any, request_id: str) -> dict[str, Any]:
    operation = _operation(service, action)
    result = _whole(operation.output_shape, answer) if operation and operation.output_shape else answer
    return {f"{action}Response": {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}}


def _failure(answer: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    code = str(answer.get("__type", "")).rpartition("#")[2]
    message = answer.get("message", answer.get("Message"))
    return {"Error": {"Code": code, "Message": message, "Type": "Sender"}, "RequestId": request_id}


def _whole(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: _whole(member, value.get(name)) for name, member in shape.members.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_whole(shape.member, each) for each in value]
    return value


def _operation(service: str, action: str) -> Any:
    model = get_service_model(service)
    return model.operation_model(action) if action in model.operation_names else None
