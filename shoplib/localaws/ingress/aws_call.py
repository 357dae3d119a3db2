"""Which service and operation a request means, and whether it is what the service's published model asks for."""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from json import JSONDecodeError
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.form_fields import form_fields
from shoplib.localaws.ingress.protocol import Protocol, is_api_request, protocol_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import signed_service

# Where the name in a signature is not the name of the service's model, or of more than one.
_MODELS = {
    "monitoring": ("cloudwatch",),
    "states": ("stepfunctions",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticfilesystem": ("efs",),
    "elasticmapreduce": ("emr",),
    "email": ("ses", "sesv2"),
    "ses": ("ses", "sesv2"),
    "tagging": ("resourcegroupstaggingapi",),
    "execute-api": ("apigatewaymanagementapi",),
    "s3": ("s3", "s3control"),
    "s3express": ("s3",),
    "s3-object-lambda": ("s3",),
    "es": ("es", "opensearch"),
    "bedrock": ("bedrock", "bedrock-runtime", "bedrock-agent"),
    "eventbridge": ("events",),
    "cloudcontrolapi": ("cloudcontrol",),
    "mobiletargeting": ("pinpoint",),
    "iotdata": ("iot-data",),
    "aps": ("amp",),
    "airflow": ("mwaa",),
    "cassandra": ("keyspaces",),
    "kinesisanalytics": ("kinesisanalyticsv2", "kinesisanalytics"),
    "lex": ("lexv2-models", "lexv2-runtime", "lex-models", "lex-runtime"),
}
# Services with operations that nobody signs, by the prefix of their targets.
UNSIGNED = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}
# What only text of a client's raises: the engine's own is well-formed.
UNREADABLE = (ExpatError, ParseError, JSONDecodeError, UnicodeError, binascii.Error)
Environ = dict[str, Any]


@dataclass(frozen=True)
class AwsCall:
    environ: Environ
    signer: str
    service: str = ""
    operation: str = ""
    model: Any = None

    @property
    def name(self) -> str:
        """`sqs:SendMessage`, or what can be said of a call that no model knows."""
        if self.operation:
            return f"{self.service}:{self.operation}"
        return f"{self.signer or 'unsigned'} {self.environ['REQUEST_METHOD']} {self.environ['PATH_INFO']}"

    def unknown(self) -> Refusal | None:
        """The refusal of an operation that AWS does not have either; None for one that it has."""
        if self.model is not None:
            return None
        if protocol_of(self.environ) in (Protocol.QUERY, Protocol.EC2):
            return Refusal("InvalidAction", "The action or operation requested is invalid.")
        if protocol_of(self.environ) is Protocol.S3:
            return Refusal("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
        return Refusal("UnknownOperationException", "The service does not have the requested operation.")

    def objection(self, error: Exception) -> Refusal | None:
        """What in the request is not as the model says; None when it is, or when no model says anything. `error` is
        what became of taking it for well-formed."""
        if self._is_badly_signed():
            return Refusal("IncompleteSignature", "The Authorization header is not a signature of version 4.")
        if self.model is None:
            return None if is_api_request(self.environ) else self.unknown()
        if self.operation == "PostObject":
            return Refusal(
                "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."
            )
        if isinstance(error, UNREADABLE):
            return self._unreadable()
        if self.model.input_shape is None:
            return None
        return self._objection_to(self.model.input_shape)

    def _is_badly_signed(self) -> bool:
        authorization = self.environ.get("HTTP_AUTHORIZATION", "")
        return bool(
            authorization and not self.signer and (authorization.startswith("AWS4") or " " not in authorization.strip())
        )

    def _objection_to(self, shape: Any) -> Refusal | None:
        from botocore.validate import ParamValidator

        try:
            report = ParamValidator().validate(self.parameters(), shape)
        except Exception:  # noqa: BLE001 - parsers have many words for a body that they cannot read
            return self._unreadable()
        return Refusal(self.invalid, _describe(report)) if report.has_errors() else None

    def parameters(self) -> Any:
        """As the model names them; may fail for what cannot be read."""
        from moto.core.parse import PROTOCOL_PARSERS
        from moto.core.request import determine_request_protocol

        request = _request(self.environ)
        protocol = determine_request_protocol(self.model.service_model, request.content_type)
        parser: Any = PROTOCOL_PARSERS[protocol](self.model)
        return parser.parse({
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": self.environ.get(BODY, b""),
            "url_path": request.path,
            "url_params": _route(self.service, self.environ)[1] if protocol.startswith("rest") else {},
        })  # fmt: skip

    @property
    def invalid(self) -> str:
        """The code of an invalid value."""
        if self.service in ("s3", "s3control"):
            return "InvalidRequest"
        if self.service == "sns":
            return "InvalidParameter"
        return "ValidationException" if protocol_of(self.environ) is Protocol.JSON else "ValidationError"

    def _unreadable(self) -> Refusal:
        if protocol_of(self.environ) is Protocol.JSON:
            return Refusal("SerializationException", "The request does not match the service model.")
        if self.service in ("s3", "s3control"):
            return Refusal("MalformedXML", "The XML you provided was not well-formed or did not validate.")
        return Refusal("MalformedInput", "The request does not match the service model.")


def call_of(environ: Environ) -> AwsCall:
    """Never fails: `model` is None for what no published model knows."""
    signer = signed_service(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    for service in _candidates(signer or _default(environ)):
        for operation in _operations(service, environ, target):
            return AwsCall(environ, signer, service, operation, _operation_model(service, operation))
    return AwsCall(environ, signer)


def operations_of(service: str) -> frozenset[str]:
    """All operations of a service, by the name of its model or the one in its signatures; empty for none."""
    models = filter(None, map(_model, _candidates(service)))
    return frozenset(name for model in models for name in model.operation_names)


@lru_cache(maxsize=256)
def target_prefixes(service: str) -> frozenset[str] | None:
    """With which the X-Amz-Target of a service's calls begins; None for a service that no published model knows."""
    models = list(filter(None, map(_model, _candidates(service))))
    return frozenset(str(model.metadata.get("targetPrefix", "")) for model in models) - {""} if models else None


@lru_cache(maxsize=256)
def speaks_query(service: str) -> bool:
    """Whether operations of the service may be named by a parameter, `Action`."""
    models = filter(None, map(_model, _candidates(service)))
    return any(not {"query", "ec2"}.isdisjoint(_protocols(model)) for model in models)


def _protocols(model: Any) -> list[str]:
    return list(model.metadata.get("protocols", [model.protocol]))


def unsigned_service(environ: Environ) -> str:
    """The service of an operation that nobody need sign; empty for every other."""
    return UNSIGNED.get(environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[0], "")


def _default(environ: Environ) -> str:
    """moto takes what nobody signed, and what names no operation, for one of S3's."""
    if environ.get("HTTP_X_AMZ_TARGET"):
        return unsigned_service(environ)
    is_known = protocol_of(environ) in (Protocol.QUERY, Protocol.EC2)
    return "" if is_known or is_api_request(environ) else "s3"


def _candidates(signer: str) -> tuple[str, ...]:
    return _MODELS.get(signer, (signer,) if signer else ())


def _operations(service: str, environ: Environ, target: str) -> Iterator[str]:
    model = _model(service)
    if model is None:
        return
    if model.protocol.startswith("rest"):
        operations = [_route(service, environ)[0]]
    elif target:
        prefix, _, operation = target.rpartition(".")
        operations = [operation] if prefix == model.metadata.get("targetPrefix") else []
    else:
        operations = _actions(environ)
    yield from (each for each in operations if each in model.operation_names)


def _actions(environ: Environ) -> list[str]:
    try:
        return [form_fields(environ).get("Action", "")]
    except Refusal:
        return []


def _route(service: str, environ: Environ) -> tuple[str, dict[str, Any]]:
    from moto.core.routing import get_service_router

    try:
        operation, parameters = get_service_router(service).match(_request(environ))
    except Exception:  # noqa: BLE001 - werkzeug and moto have many words for a path that is no route
        return "", {}
    return str(operation.name), dict(parameters)


def _describe(report: Any) -> str:
    """botocore's findings without the values, and without Python's names for them."""
    findings = [
        f"{where.strip('.') or 'The request'} lacks {details['required_name']}"
        if reason == "missing required field"
        else f"{where.strip('.') or 'The request'} is not of the kind that the operation takes"
        for reason, where, details in report._errors[:5]
    ]
    return "; ".join(dict.fromkeys(findings)) + "."


def _request(environ: Environ) -> Any:
    from io import BytesIO

    from moto.core.request import Request

    return Request({**environ, "wsgi.input": BytesIO(environ.get(BODY, b""))})


def _model(service: str) -> Any:
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(service)
    except (UnknownServiceError, ValueError):
        return None


def _operation_model(service: str, operation: str) -> Any:
    return _model(service).operation_model(operation)
