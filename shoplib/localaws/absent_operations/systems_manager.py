"""Systems Manager: moto 5.2.5 reports that a command succeeded on instances that do not exist, and drops parameter
policies, so that an expired parameter can still be read.
"""

from typing import Any

from moto.ssm.responses import SimpleSystemManagerResponse

from shoplib.localaws.absent_operations.not_supported import NotSupported
from shoplib.localaws.moto_patches import before


def install() -> None:
    before(SimpleSystemManagerResponse, "send_command", _refuse)
    before(SimpleSystemManagerResponse, "put_parameter", _refuse_policies)


def _refuse(*_: Any) -> None:
    raise NotSupported("ssm:SendCommand")


def _refuse_policies(request: Any) -> None:
    if request._get_param("Policies"):
        raise NotSupported("Policies of ssm:PutParameter")
