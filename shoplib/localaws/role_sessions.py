"""Sessions of roles that the engine's own services assume."""

import threading
from datetime import timedelta
from typing import Any

from botocore.credentials import Credentials
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn

SESSION_S = 12 * 3600
RENEWED_BEFORE = timedelta(minutes=5)
_credentials: dict[tuple[str, str, str], Credentials] = {}
_lock = threading.Lock()


def assume(role_arn: str, session_name: str, region: str) -> Any:
    """A session with `access_key_id`, `secret_access_key` and `session_token`."""
    return _backend(role_arn, region).assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy="",
        duration=SESSION_S,
        external_id="",
    )


def credentials(role_arn: str, session_name: str, region: str) -> Credentials:
    """Those of one session, as long as it lasts: until it ends, or the engine's state is another."""
    key = (role_arn, session_name, region)
    with _lock:
        known = _credentials.get(key)
        if known is None or not _is_valid(known, role_arn, region):
            new = assume(*key)
            _credentials[key] = Credentials(new.access_key_id, new.secret_access_key, new.session_token)
        return _credentials[key]


def _is_valid(known: Credentials, role_arn: str, region: str) -> bool:
    session = _backend(role_arn, region).get_assumed_role_from_access_key(known.access_key)
    return session is not None and session.expiration - RENEWED_BEFORE > engine_clock.naive_utc()


def _backend(role_arn: str, region: str) -> Any:
    return sts_backends[Arn.parse(role_arn).account_id][get_partition(region)]
