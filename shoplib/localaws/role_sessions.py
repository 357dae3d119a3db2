"""Sessions of roles that the engine's own services assume."""

from typing import Any

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from shoplib.localaws.arns import Arn

SESSION_S = 12 * 3600


def assume(role_arn: str, session_name: str, region: str) -> Any:
    """A session with `access_key_id`, `secret_access_key` and `session_token`."""
    return sts_backends[Arn.parse(role_arn).account_id][get_partition(region)].assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy="",
        duration=SESSION_S,
        external_id="",
    )
