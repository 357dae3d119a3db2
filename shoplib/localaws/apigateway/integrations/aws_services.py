"""Integrations of type AWS: a REST method that calls an AWS service's API directly (SQS, DynamoDB, Kinesis...)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import botocore.session
import requests
from botocore.auth import AUTH_TYPE_MAPS
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import UnknownServiceError

from shoplib.localaws import own_keys
from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.integrations import legacy_query
from shoplib.localaws.apigateway.integrations.http_endpoints import BackendReply, reply_of
from shoplib.localaws.apigateway.integrations.query_answers import as_json
from shoplib.localaws.apigateway.integrations.request import IntegrationRequest
from shoplib.localaws.apigateway.lambda_functions import SESSION
from shoplib.localaws.call_record import GATEWAY_KEY
from shoplib.localaws.loopback import session

URI = re.compile(r"^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([^:]+):(action|path)/(.*)$", re.DOTALL)
# URIs name services by their host name, botocore by its own directory.
BOTOCORE_NAMES = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "email": "ses",
    "streams.dynamodb": "dynamodbstreams",
}


@dataclass(frozen=True, slots=True)
class Service:
    name: str  # botocore's
    host: str
    signing_name: str
    protocol: str  # json, query, rest-json, rest-xml...; query where a service has it: actions are called by it
    api_version: str
    target_prefix: str
    json_version: str


@lru_cache(maxsize=64)
def service_of(name: str, region: str) -> Service:
    """What botocore's data say about a service. Raises GatewayError for one that it does not know."""
    host = name.rpartition(".")[2] if name not in BOTOCORE_NAMES else name
    try:
        own_name = BOTOCORE_NAMES.get(host, host)
        loader = botocore.session.get_session().get_component("data_loader")
        metadata = loader.load_service_model(own_name, "service-2")["metadata"]
    except UnknownServiceError as error:
        raise internal_error(f"integration with service {name!r}, which is not known") from error
    return Service(
        name=own_name,
        host=f"{host}.{region}.amazonaws.com",
        signing_name=metadata.get("signingName", metadata["endpointPrefix"]),
        protocol="query" if _speaks_query(metadata) else metadata["protocol"],
        api_version=metadata["apiVersion"],
        target_prefix=metadata.get("targetPrefix", ""),
        json_version=metadata.get("jsonVersion", "1.0"),
    )


def _speaks_query(metadata: Mapping[str, Any]) -> bool:
    """SQS has it, too, though botocore uses JSON; EC2's form of it differs in lists alone, which the caller writes."""
    return "awsQueryCompatible" in metadata or not {"query", "ec2"}.isdisjoint(metadata["protocols"])


class AwsServices:
    """Sends integration requests to the engine's own AWS."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._session = session()

    def call(self, request: IntegrationRequest, timeout: float, api_id: str, role: str) -> BackendReply:
        """As the role, or as who has the access key; the engine's IAM says what that one may."""
        match = URI.match(request.uri)
        if match is None:
            raise internal_error(f"{request.uri!r} is not the URI of an AWS integration")
        region, name, kind, rest = match.groups()
        service = service_of(name, region)
        headers = {**dict(request.headers), "Host": service.host, "Accept-Encoding": "identity"}
        path, query, body = _target(service, kind, rest, request, headers)
        try:
            sent = requests.Request(
                request.method, self._endpoint_url + path, headers, data=body, params=query
            ).prepare()
            _sign(sent, service, region, api_id)
            sent.headers[own_keys.ROLE_HEADER] = f"{role} {SESSION}"
            answer = self._session.send(sent, timeout=timeout)
        except requests.Timeout as error:
            raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", f"{name}: {error}") from error
        except requests.RequestException as error:
            raise internal_error(f"{name}: {error}") from error
        reply = reply_of(answer)
        if kind == "action" and legacy_query.speaks_legacy_query(service.name, request):
            return legacy_query.as_answered(service.name, _action(rest), reply)
        return reply if service.protocol == "rest-xml" else _as_json(service, reply, headers)


def _sign(sent: requests.PreparedRequest, service: Service, region: str, api_id: str) -> None:
    """In the name of the API, what AWS reads from headers included."""
    signed = {name: value for name, value in sent.headers.items() if name.lower().startswith(("host", "x-amz-"))}
    request = AWSRequest(sent.method, sent.url, headers=signed, data=sent.body)
    signer = AUTH_TYPE_MAPS["s3v4" if service.signing_name == "s3" else "v4"]
    signer(Credentials(f"{GATEWAY_KEY}{api_id}", own_keys.secret()), service.signing_name, region).add_auth(request)
    sent.headers.update(dict(request.headers.items()))


def _target(
    service: Service, kind: str, rest: str, request: IntegrationRequest, headers: dict[str, str]
) -> tuple[str, list[tuple[str, str]], bytes]:
    """(path, query, body); `headers` get the operation's name where the protocol wants it there."""
    if kind == "path":
        return "/" + rest, request.query, request.content
    action = _action(rest)
    if service.protocol == "query" and not any(name.lower() == "x-amz-target" for name in headers):
        return _query_target(service, action, request, headers)
    if service.target_prefix:
        headers.setdefault("X-Amz-Target", f"{service.target_prefix}.{action}")
        _replace(headers, "Content-Type", f"application/x-amz-json-{service.json_version}")
        legacy = legacy_query.speaks_legacy_query(service.name, request)
        return "/", [], legacy_query.document(service.name, action, request.query) if legacy else request.content
    raise internal_error(f"action/{action} of {service.host}: this service has no actions, use a path/ URI")


def _action(rest: str) -> str:
    return rest.partition("&")[0]


def _query_target(
    service: Service, action: str, request: IntegrationRequest, headers: dict[str, str]
) -> tuple[str, list[tuple[str, str]], bytes]:
    """The query protocol takes Action, Version and all parameters as a form."""
    form = [("Action", action), ("Version", service.api_version), *request.query]
    typed = (request.header("content-type") or "").startswith("application/x-www-form-urlencoded")
    extra = request.content if typed and request.content else b""
    _replace(headers, "Content-Type", "application/x-www-form-urlencoded")
    return "/", [], urlencode(form).encode() + (b"&" + extra if extra else b"")


def _replace(headers: dict[str, str], name: str, value: str) -> None:
    for key in [key for key in headers if key.lower() == name.lower()]:
        del headers[key]
    headers[name] = value


def _as_json(service: Service, reply: BackendReply, headers: dict[str, str]) -> BackendReply:
    """API Gateway asks services for JSON, and those with the query protocol translate their XML for it. What has no
    output is an empty object."""
    if service.protocol == "json" and reply.status < HTTPStatus.MULTIPLE_CHOICES and reply.body in (b"", b"null"):
        reply.body = b"{}"
    accepts = next((value for key, value in headers.items() if key.lower() == "accept"), "application/json")
    kind = next((value for key, value in reply.headers if key.lower() == "content-type"), "")
    if "json" not in accepts or "xml" not in kind or not reply.body.lstrip().startswith(b"<"):
        return reply
    reply.body = as_json(service.name, reply.body)
    reply.headers = [pair for pair in reply.headers if pair[0].lower() != "content-type"]
    reply.headers.append(("Content-Type", "application/json"))
    return reply
