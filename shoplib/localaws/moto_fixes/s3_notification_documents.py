"""Notification configurations: moto 5.2.5 fails on names of filters in another case than its own, and names no ARN.

On AWS the names are taken in any case and given back as `Prefix` and `Suffix`.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from moto.s3.responses import S3Response

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_fixes.s3_configurations import parse
from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.s3_errors import invalid_argument

SERVICES = {"Topic": "sns", "Queue": "sqs", "CloudFunction": "lambda"}
_NAME = re.compile(rb"(<(?:\w+:)?Name>)\s*(prefix|suffix)\s*(</)", re.IGNORECASE)


def install() -> None:
    before(S3Response, "_notification_config_from_body", _check)
    wrap(S3Response, "get_bucket_notification", _with_their_names)


def _check(response: Any) -> None:
    for element in parse(response.body).iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "FilterRule":
            _check_name(element)
        elif kind in SERVICES and not _is_of(element.text or "", SERVICES[kind]):
            raise invalid_argument("The ARN could not be parsed", kind, element.text or "")
    response.body = _NAME.sub(lambda match: match[1] + match[2].lower() + match[3], response.body)


def _check_name(rule: Element) -> None:
    name = (rule.findtext("{*}Name") or "").strip()
    if name.lower() not in ("prefix", "suffix"):
        raise invalid_argument("filter rule name must be either prefix or suffix", "FilterRule.Name", name)


def _is_of(arn: str, service: str) -> bool:
    return is_arn(arn) and Arn.parse(arn).service == service


def _with_their_names(original: Method) -> Method:
    def get_bucket_notification(response: Any) -> Any:
        status, headers, body = original(response)
        text = body.encode() if isinstance(body, str) else body
        return status, headers, _NAME.sub(lambda match: match[1] + match[2].capitalize() + match[3], text)

    return get_bucket_notification
