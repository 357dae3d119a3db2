"""boto3 clients with which stacks and schedules call the engine itself."""

import os
import threading
from typing import Any

from botocore.config import Config

from shoplib.localaws import own_keys

_clients: dict[tuple[str, ...], Any] = {}
_lock = threading.Lock()


def client(service: str, account_id: str, region: str, role_arn: str = "", session_name: str = "") -> Any:
    """One client per service, account, region and role as which it calls; made once, because that takes 50 ms. Without
    a role it may do everything."""
    key = (service, account_id, region, role_arn, session_name)
    with _lock:
        if key not in _clients:
            _clients[key] = _create(service, account_id, region)
            if role_arn:
                own_keys.act_as(_clients[key], role_arn, session_name)
        return _clients[key]


def _create(service: str, account_id: str, region: str) -> Any:
    config = Config(
        retries={"total_max_attempts": 1},
        proxies={},
        max_pool_connections=20,
        read_timeout=60,
        s3={"addressing_style": "path"},
        account_id_endpoint_mode="disabled",
        inject_host_prefix=False,  # hosts that only AWS answers
    )
    new = own_keys.session(region).client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)

    def on_behalf_of(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account_id

    def at_home(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "CreateBucketConfiguration": {"LocationConstraint": region}}

    new.meta.events.register("before-sign.*.*", on_behalf_of)
    if region != "us-east-1":  # the one region in which S3 takes no location
        new.meta.events.register("provide-client-params.s3.CreateBucket", at_home)
    return new
