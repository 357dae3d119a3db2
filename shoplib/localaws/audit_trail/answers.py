"""`responseElements` of calls that change something, as in CloudTrail: null if the response is empty."""

from typing import Any

from botocore.parsers import ResponseParserError, create_parser

from shoplib.localaws.audit_trail.parameters import HIDDEN, request_parameters
from shoplib.localaws.ingress.aws_call import AwsCall

ISSUING = "AssumeRole"  # read-only, but its response is recorded
UNSAID = ("ResponseMetadata", "SecretAccessKey")
TOKEN = "SessionToken"


def response_elements(call: AwsCall, answer: bytes, read_only: bool) -> Any:
    if read_only and not call.operation.startswith(ISSUING):
        return None
    shape = call.model.output_shape
    if shape is None or not shape.members or call.model.has_streaming_output:
        return None
    parser = create_parser(call.model.service_model.resolved_protocol)
    try:
        parsed = parser.parse({"headers": {}, "status_code": 200, "body": answer}, shape)
    except (ResponseParserError, ValueError):  # from a client that uses the service's other protocol
        return None
    return request_parameters(call.signer, _without_keys(parsed))


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name == TOKEN else _without_keys(each) for name, each in value.items() if name not in UNSAID
        }
    return [_without_keys(each) for each in value] if isinstance(value, list) else value
