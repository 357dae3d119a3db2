"""Where a stack is deployed: the local AWS, another emulator's endpoint, or a real account. Nobody else asks."""

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import requests
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.session import Session

from shoplib.errors import LabError
from shoplib.provision.refusals import IS_IT_RUNNING, explain_errors

CONNECTIONS = 64
DOOR_SECONDS = 120  # the record of a long run is large
DEFAULT_REGION = "us-east-1"
# Most emulators accept any key pair; a real one never leaves the machine.
ANY_KEYS = ("local", "local")
# Of an endpoint that accepts one alone: `shoplib serve --key-id ...`.
KEY_VARIABLES = ("SHOPLIB_KEY_ID", "SHOPLIB_SECRET")

# AWS's own addresses of APIs and function URLs, also within a text.
_INVOKED = re.compile(
    r"(?:http|(?P<socket>ws))s?://(?:(?P<url>[a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws"
    r"|(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)(?![\w.:-])(?P<path>/[^\s\"'<>]*)?"
)


@dataclass(frozen=True)
class Target:
    """A place with an AWS API. `name` is local, endpoint or aws; `endpoint_url` is None only for real AWS.

    `arn` is the user's identity there.
    """

    name: str
    region: str
    account_id: str
    endpoint_url: str | None
    arn: str = field(repr=False)
    session: Any = field(repr=False, compare=False)
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this target; `options` as in boto3. Cached without options (creating one takes 10 ms)."""
        if options:
            return self._create_client(service, **options)
        if service not in self._clients:
            self._clients[service] = self._create_client(service)
        return self._clients[service]

    def _create_client(self, service: str, **options: Any) -> Any:
        own = options.pop("config", None)
        config = _config(bool(self.endpoint_url))
        config = config.merge(own) if own else config
        return self.session.client(service, **{"endpoint_url": self.endpoint_url, "config": config, **options})

    def reachable(self, text: str) -> str:
        """Return `text` with API and function URLs rewritten to be called from here, through the endpoint."""
        return _INVOKED.sub(self._here, text) if self.endpoint_url else text

    def _here(self, address: re.Match[str]) -> str:
        if address["api"]:
            endpoint = str(self.endpoint_url).replace("http", "ws", 1) if address["socket"] else self.endpoint_url
            return f"{endpoint}/_aws/execute-api/{address['api']}{address['path'] or ''}"
        return f"{self.endpoint_url}/_aws/lambda-url/{address['url']}{address['path'] or '/'}"

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Return the local AWS's JSON answer at a path of its own; None for any other target.

        LabError when it does not answer in time.
        """
        if self.endpoint_url is None:
            return None
        with requests.Session() as http:
            http.trust_env = False  # a proxy of the user's would not find the local AWS
            try:
                content = None if body is None else json.dumps(body).encode()
                headers = self._sign(method, path, content)
                address = self.endpoint_url + path
                answer = http.request(method, address, headers=headers, data=content, timeout=DOOR_SECONDS)
            except requests.RequestException as error:
                raise LabError(f"{self.banner} does not answer: {error}", IS_IT_RUNNING) from None
        known = answer.status_code == 200 and "json" in answer.headers.get("Content-Type", "")
        return answer.json() if known else None

    def _sign(self, method: str, path: str, content: bytes | None) -> dict[str, str]:
        kind = {"Content-Type": "application/json"} if content else {}
        request = AWSRequest(method, f"{self.endpoint_url}{path}", headers=kind, data=content)
        SigV4Auth(self.session.get_credentials(), "shoplib", self.region).add_auth(request)
        return dict(request.headers.items())

    def presigned(self, address: str, seconds: int) -> str:
        """Return `address` with a signature in its query: whoever has it may GET exactly this, for so long."""
        request = AWSRequest("GET", address)
        SigV4QueryAuth(self.session.get_credentials(), "shoplib", self.region, seconds).add_auth(request)
        return str(request.url)

    @property
    def is_real(self) -> bool:
        return self.endpoint_url is None

    @property
    def banner(self) -> str:
        return f"EMULATOR {self.endpoint_url}" if self.endpoint_url else f"REAL AWS {self.account_id} ({self.region})"


def local(region: str | None = None) -> Target:
    """Return the local AWS; starts it if needed, and keeps it running while this process lives."""
    from shoplib import localaws

    engine = localaws.start()
    where = region or engine.region
    arn = f"arn:aws:iam::{engine.account_id}:root"
    session = isolated_session(where, engine.key_id, engine.secret)
    return Target("local", where, engine.account_id, engine.url, arn, session)


def endpoint(url: str, region: str | None = None, keys: tuple[str, str] | None = None) -> Target:
    """Return any AWS-compatible endpoint. LabError if it does not answer, or is AWS itself.

    Without `keys` they are those of SHOPLIB_KEY_ID and SHOPLIB_SECRET, else the engine's if it is the user's own, else
    dummies.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise LabError(f"{url} is not a valid address", "for example --endpoint-url http://127.0.0.1:4566")
    if address.hostname.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        raise LabError(f"{url} is AWS itself", "use --target aws for a real account")
    where = region or DEFAULT_REGION
    url = url.rstrip("/")
    session = isolated_session(where, *(keys or _keys_of(url)))
    identity = _identity(session, url)
    return Target("endpoint", where, identity["Account"], url, identity["Arn"], session)


def aws(profile: str | None = None, region: str | None = None) -> Target:
    """Return a real account, with the user's own credentials. The caller has asked the user before any change."""
    elsewhere = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") and os.environ[name]]
    if elsewhere:
        raise LabError(f"{elsewhere[0]} is set, so boto3 would not reach AWS", f"unset {elsewhere[0]}")
    with explain_errors("AWS"):
        session = boto3.Session(profile_name=profile, region_name=region)
        if not session.region_name:
            raise LabError("no AWS region is set", "pass --region, for example --region eu-west-1")
        identity = _identity(session, None)
    return Target("aws", session.region_name, identity["Account"], None, identity["Arn"], session)


def _config(emulated: bool) -> Config:
    config = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard", "max_attempts": 5})
    if not emulated:
        return config.merge(Config(ignore_configured_endpoint_urls=True))
    # An emulator has no host names of accounts, operations or buckets, and is never behind a proxy.
    own = Config(account_id_endpoint_mode="disabled", inject_host_prefix=False, proxies={})
    return config.merge(own).merge(Config(s3={"addressing_style": "path"}))


def _keys_of(url: str) -> tuple[str, str]:
    from shoplib import localaws

    keys = [os.environ.get(name, "") for name in KEY_VARIABLES]
    if all(keys):
        return keys[0], keys[1]
    engine = localaws.status()
    return (engine.key_id, engine.secret) if engine and engine.url == url else ANY_KEYS


def isolated_session(region: str, key_id: str = ANY_KEYS[0], secret: str = ANY_KEYS[1]) -> Any:
    """Return a session isolated from the user's configuration: it reads no profile, key, certificate or option."""
    known: dict[str, Any] = Session.SESSION_VARIABLES
    no_variables: dict[str, Any] = {name: (None, None, default, cast) for name, (_, _, default, cast) in known.items()}
    for name in ("config_file", "credentials_file"):
        no_variables[name] = (None, None, os.devnull, None)
    keys = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
    return boto3.Session(**keys, region_name=region, botocore_session=Session(session_vars=no_variables))


def _identity(session: Any, endpoint_url: str | None) -> dict[str, str]:
    config = _config(bool(endpoint_url)).merge(Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20))
    where = endpoint_url or "AWS"
    try:
        with explain_errors(where):
            identity: dict[str, str] = session.client(
                "sts", endpoint_url=endpoint_url, config=config
            ).get_caller_identity()
        return {name: identity[name] for name in ("Account", "Arn")}
    except KeyError:  # botocore's parser stumbles with it over other XML, such as a web page
        raise LabError(f"{where} did not return an account id", "is it an AWS API?") from None
