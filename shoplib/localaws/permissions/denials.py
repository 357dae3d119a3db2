"""A denial as the service itself words it, in its own protocol."""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws import request_scope
from shoplib.localaws.ingress import faults
from shoplib.localaws.ingress.protocol import Protocol, protocol_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.permissions.decisions import Denial
from shoplib.localaws.permissions.requests import service_of
from shoplib.localaws.permissions.requests.accesses import ANY

Environ = dict[str, Any]
# Services that have a word of their own for it.
CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
# ... and for the key of what they encrypt.
KEY_CODES = {"sns": ("KMSAccessDenied", "KMSAccessDenied"), "sqs": ("KmsAccessDenied", "KMS.AccessDeniedException")}
# Services with JSON whose denial is a 403; of all others it is a 400.
FORBIDDEN = ("lambda", "scheduler", "schemas", "xray", "apigateway", "resource-groups", "sqs", "cloudwatch")
# Services that came from the older protocol, and still name its error.
QUERY_NAMED = ("sqs", "cloudwatch")


def answer(environ: Environ, start_response: Callable[..., Any], denial: Denial) -> Iterable[bytes]:
    service = service_of(request_scope.signed_service(environ))
    protocol = protocol_of(environ)
    is_of_key = denial.access.action.startswith("kms:") and service in KEY_CODES
    code, query_code = KEY_CODES[service] if is_of_key else _codes(service, protocol)
    is_client_error = protocol is Protocol.JSON and service not in FORBIDDEN
    status = 400 if is_client_error or is_of_key else 403
    refusal = Refusal(code if protocol is Protocol.JSON else query_code, message(denial), status)

    def begin(status: str, fields: list[tuple[str, str]]) -> Any:
        marks = [("x-amzn-query-error", f"{query_code};Sender")] if service in QUERY_NAMED else []
        return start_response(status, [*fields, *marks])

    return faults.answer(environ, begin if protocol is Protocol.JSON else start_response, refusal)


def _codes(service: str, protocol: Protocol) -> tuple[str, str]:
    """In JSON, and in the older protocol."""
    own = CODES.get(service)
    return own or ("AccessDeniedException" if protocol is Protocol.JSON else "AccessDenied"), own or "AccessDenied"


def message(denial: Denial) -> str:
    """AWS's sentence: who may not do what to what, and the kind of policy that decided."""
    action, resource = denial.access.action, denial.access.resource
    if action.startswith("sns:"):
        action = action.replace("sns:", "SNS:", 1)
    quoted = f'"{resource}"' if action.startswith("s3:") and resource != ANY else resource
    place = "" if resource == ANY and action.startswith("s3:") else f" on resource: {quoted}"
    return f"User: {denial.who} is not authorized to perform: {action}{place} {denial.decision.reason(action)}"
