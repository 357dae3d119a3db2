"""The account's settings of text messages: which there are, and what they are before anybody sets them."""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from shoplib.localaws.moto_patches import before, replace

SETTINGS = {
    *("MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate", "DefaultSenderID"),
    *("DefaultSMSType", "UsageReportS3Bucket"),
}
TYPES = ("Promotional", "Transactional")
DEFAULTS = {"MonthlySpendLimit": "1"}
WISHED = "attributes.member."


def install() -> None:
    """Idempotent."""
    before(SNSBackend, "set_sms_attributes", _check)
    replace(SNSResponse, "get_sms_attributes", _get)


def _check(_: SNSBackend, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        if name not in SETTINGS:
            raise SNSInvalidParameter(f"{name} is not a valid attribute")
        if name == "DefaultSMSType" and value not in TYPES:
            raise SNSInvalidParameter(f"{name} is invalid")


def _get(request: Any) -> ActionResult:
    """moto reads the first name that is asked for only."""
    names = {values[0] for key, values in request.querystring.items() if key.startswith(WISHED)}
    settings = DEFAULTS | request.backend.get_sms_attributes(names)
    return ActionResult({"attributes": {name: value for name, value in settings.items() if name in names or not names}})
