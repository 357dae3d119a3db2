"""Where a stack is deployed: the laptop's AWS, another emulator's endpoint, or a real account. Nobody else asks."""

import os
import re
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shoplib.errors import LabError

CONNECTIONS = 64
DEFAULT_REGION = "us-east-1"
# The emulators accept any key pair; a real one never leaves the machine.
DUMMY_KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}

_API_HOST = re.compile(r"https?://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(/.*)?")


@dataclass(frozen=True)
class Target:
    """A place with an AWS API. `name` is local, endpoint or aws; `endpoint_url` is None for real AWS alone."""

    name: str
    region: str
    account_id: str
    endpoint_url: str | None
    session: Any = field(repr=False, compare=False)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this target."""
        config = _config(bool(self.endpoint_url)).merge(options.pop("config", Config()))
        return self.session.client(service, endpoint_url=self.endpoint_url, config=config, **options)

    def reachable(self, url: str) -> str:
        """`url` as it can be called from here: an execute-api address of AWS goes through the target's endpoint."""
        found = _API_HOST.fullmatch(url)
        if not self.endpoint_url or not found:
            return url
        api, path = found.groups()
        return f"{self.endpoint_url}/_aws/execute-api/{api}{path or '/$default'}"

    @property
    def banner(self) -> str:
        return f"EMULATOR {self.endpoint_url}" if self.endpoint_url else f"REAL AWS {self.account_id} ({self.region})"


def _config(emulated: bool) -> Config:
    config = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard", "max_attempts": 5})
    if not emulated:
        return config
    # An emulator has no account-id host names, no virtual-host buckets, and is never behind a proxy.
    return config.merge(Config(account_id_endpoint_mode="disabled", s3={"addressing_style": "path"}, proxies={}))


def local() -> Target:
    """The laptop's AWS; starts it when it does not run, and keeps it while this process lives."""
    from shoplib import localaws

    engine = localaws.start()
    return Target("local", engine.region, engine.account_id, engine.url, _dummy_session(engine.region))


def endpoint(url: str, region: str | None = None) -> Target:
    """Any AWS-compatible endpoint; dummy keys, unless the environment sets AWS_ACCESS_KEY_ID for it itself."""
    where = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    session = _dummy_session(where)
    return Target("endpoint", where, _account(session, url), url.rstrip("/"), session)


def aws(profile: str | None = None, region: str | None = None) -> Target:
    """A real account, by the user's own credentials. The caller has asked the user before anything is changed."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
    except BotoCoreError as error:
        raise LabError(str(error), "`aws configure list-profiles` names the profiles that exist") from None
    if not session.region_name:
        raise LabError("no AWS region is set", "pass --region, for example --region eu-west-1")
    return Target("aws", session.region_name, _account(session, None), None, session)


def _dummy_session(region: str) -> Any:
    return boto3.Session(**DUMMY_KEYS, region_name=region)


def _account(session: Any, endpoint_url: str | None) -> str:
    where = endpoint_url or "AWS"
    config = _config(bool(endpoint_url)).merge(Config(retries={"max_attempts": 1}, connect_timeout=5))
    try:
        sts = session.client("sts", endpoint_url=endpoint_url, config=config)
        return sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError, ValueError) as error:
        raise LabError(
            f"{where} did not say which account this is: {error}", "check the address and your keys"
        ) from None
