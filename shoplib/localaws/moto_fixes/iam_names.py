"""IAM: moto 5.2.5 takes any text as a name. A user `x:root` would have the ARN of something else.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
"""

import re
from typing import Any

from moto.iam.exceptions import ValidationError
from moto.iam.responses import IamResponse

from shoplib.localaws.moto_patches import before

NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
WORDS = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
# Whatever creates a thing or names it anew.
OPERATIONS = {
    "create_user": "UserName",
    "update_user": "NewUserName",
    "create_group": "GroupName",
    "update_group": "NewGroupName",
    "create_role": "RoleName",
    "create_policy": "PolicyName",
    "create_instance_profile": "InstanceProfileName",
}


def install() -> None:
    for operation in OPERATIONS:
        before(IamResponse, operation, _checks[operation])


def _check_of(parameter: str) -> Any:
    def check(request: Any) -> None:
        name = request._get_param(parameter)
        if name and not NAME.fullmatch(name):
            raise ValidationError(f"The specified value for {parameter[0].lower()}{parameter[1:]} is invalid. {WORDS}")

    check.__qualname__ = f"check_{parameter}"
    return check


_checks = {operation: _check_of(parameter) for operation, parameter in OPERATIONS.items()}
