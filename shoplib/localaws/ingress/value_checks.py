"""Values out of AWS's published model, refused before moto sees them: moto 5.2.5 checks few of them.

Services of which AWS says more, or in other words (DynamoDB, Kinesis, Lambda, EventBridge, ...), check in their own
rooms; those of which no model says anything (S3, SQS, SNS) as well.
"""

from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.ingress.aws_call import AwsCall, call_of, unsigned_service
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.model_constraints import AS_USUAL, Manner, breaches
from shoplib.localaws.request_scope import signed_service

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
# What each service calls a value that is not valid.
CODES = {
    **dict.fromkeys(("acm", "application-autoscaling", "cognito-identity", "firehose"), "ValidationException"),
    **dict.fromkeys(("glue", "pipes", "scheduler", "secretsmanager", "ssm"), "ValidationException"),
    **dict.fromkeys(("cloudformation", "iam", "monitoring", "sts"), "ValidationError"),
    "athena": "InvalidRequestException",
    "cognito-idp": "InvalidParameterException",
    "resource-groups": "BadRequestException",
    "route53": "InvalidInput",
}
MANNERS = {
    "cognito-idp": Manner(patterns={"PasswordType": r"^[\S]+.*[\S]+$"}),  # a password may have spaces within
    "firehose": Manner(patterns={"HttpEndpointUrl": "https?://.*"}),  # of this machine, without TLS
    "iam": Manner(  # of names and of tags' keys more is said in moto_fixes/iam_names.py and iam_tags.py
        maxima={"tagKeyType": None},
        unshown=("tagListType", "tagValueType", "tagKeyListType"),
        has_patterns=False,
    ),
    "ssm": Manner(orders=(("SecureString", "StringList", "String"),)),
}


def refuse_values(moto: WSGI) -> WSGI:
    """As `moto`, but raises Refusal for what breaks the model of a service's operation."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if code := CODES.get(signed_service(environ) or unsigned_service(environ)):
            _check(call_of(environ), code)
        return moto(environ, start_response)

    return application


def _check(call: AwsCall, code: str) -> None:
    if call.model is None or call.model.input_shape is None:
        return
    manner = MANNERS.get(call.service, AS_USUAL)
    if objection := breaches(call.service, call.operation, call.parameters(), manner):
        raise Refusal(code, objection)
