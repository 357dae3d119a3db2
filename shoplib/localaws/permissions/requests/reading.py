"""From a request, as it came in, to what it needs. The busiest services are read without a published model."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.form_fields import form_fields
from shoplib.localaws.permissions.requests import dynamodb, functions, roles, s3, services, tables
from shoplib.localaws.permissions.requests.accesses import Access, Call, Facts, Place
from shoplib.localaws.permissions.tags import request_tags

# The prefix of a service's actions, where requests are signed by another name.
PREFIXES = {
    "monitoring": "cloudwatch",
    "tagging": "tag",
    "email": "ses",
    "cloudcontrolapi": "cloudformation",
    "eventbridge": "events",
    "s3express": "s3",
}
# Services with REST: their operation and parameters are told by their published model.
REST = frozenset({"lambda", "scheduler", "schemas", "xray", "resource-groups", "route53", "apigateway"})
RPC = "/operation/"  # of the newest protocol, whose path says the operation
Environ = Mapping[str, Any]


def service_of(signed: str) -> str:
    return PREFIXES.get(signed.lower(), signed.lower())


def accesses_of(environ: Environ, place: Place) -> list[Access]:
    """All that the request needs, each of which must be allowed. Empty for what the service itself will refuse."""
    if place.service == "s3":
        return s3.accesses(environ, place.region)
    if place.service == "lambda" and (accesses := functions.invocation(environ, place)):
        return accesses
    try:
        call = _call(environ, place)
        return _accesses(call) if call.operation else []
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return _unread(environ, place)


def _accesses(call: Call) -> list[Access]:
    service = call.place.service
    if service == "dynamodb":
        return dynamodb.accesses(call)
    way = functions.accesses if service == "lambda" else services.WAYS.get(service, tables.accesses)
    return [*_with_tags(call, way(call)), *_passed(call)]


def _passed(call: Call) -> list[Access]:
    return [
        Access("iam:PassRole", role, partial(dict, {"iam:passedtoservice": service}))
        for role, service in roles.roles_of(call)
    ]


def _with_tags(call: Call, accesses: list[Access]) -> list[Access]:
    if not call.parameters.keys() & {"Tags", "tags", "TagKeys", "tagKeys"}:
        return accesses
    tags = request_tags(call.parameters)
    return [Access(each.action, each.resource, partial(_merged, each.facts, tags)) for each in accesses]


def _merged(own: Callable[[], Facts], tags: Facts) -> Facts:
    return own() | tags


def _unread(environ: Environ, place: Place) -> list[Access]:
    """Parameters of the wrong kind: the action all the same, so that only who may do anything learns what is wrong."""
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return [Access(f"{place.service}:{operation}", "*")] if operation else []


def _call(environ: Environ, place: Place) -> Call:
    body: bytes = environ.get(BODY, b"")
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if place.service in REST:
        return _by_model(environ, place)
    if target:
        return Call(place, target.rpartition(".")[2], json.loads(body or b"{}"), environ)
    if RPC in environ["PATH_INFO"]:
        return Call(place, environ["PATH_INFO"].rpartition(RPC)[2], {}, environ)
    return _of_form(environ, place)


def _of_form(environ: Environ, place: Place) -> Call:
    fields = form_fields(dict(environ))
    if "Action" not in fields:
        return _by_model(environ, place)  # another service with REST
    parameters = {name: value for name, value in fields.items() if "." not in name}
    return Call(place, fields["Action"], parameters, environ)


def _by_model(environ: Environ, place: Place) -> Call:
    from shoplib.localaws.ingress.aws_call import call_of

    call: Any = call_of(dict(environ))
    if call.model is None:
        return Call(place, "", {}, environ)
    parameters = call.parameters() if call.model.input_shape is not None else {}
    return Call(place, call.operation, parameters, environ)
