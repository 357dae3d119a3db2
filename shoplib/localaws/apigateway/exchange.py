"""One request on its way through the gateway, with everything learned about it so far."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from shoplib.localaws.apigateway.messages import Headers, Request
from shoplib.localaws.request_context import new_trace


@dataclass
class EndpointCall:
    """What went to the integration's endpoint, and what came back; `status` is the service's own, None without one."""

    uri: str
    headers: Headers
    body: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int | None = None
    response_headers: Headers = field(default_factory=list)
    response_body: bytes = b""


@dataclass
class Authorization:
    """How the request was let in or refused; `kind` is authorizer, authenticate (a signature) or authorize (a policy).

    `request_id` and `integration_milliseconds` are those of the authorizer's function, when it was asked.
    """

    kind: str
    name: str = ""
    status: int | None = None
    error: str = ""
    milliseconds: int = 0
    request_id: str = ""
    integration_milliseconds: int = 0


@dataclass
class Exchange:
    """Shared by REST and HTTP APIs. `resource_path` is the matched pattern, such as `/items/{id}`."""

    request: Request
    account_id: str
    region: str
    api_id: str
    stage: str
    stage_variables: dict[str, str]
    deployment_id: str = ""
    resource_id: str = ""
    resource_path: str = ""
    method: str = ""  # as configured: GET, ANY, or the route key of an HTTP API
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] | None = None
    identity: dict[str, str] = field(default_factory=dict)
    usage_identifier: str | None = None
    error: dict[str, str] = field(default_factory=dict)
    failure: str = ""  # why, for logs alone: the client learns `error`
    integration_status: int | None = None
    integration_milliseconds: int = 0
    authorization: Authorization | None = None
    endpoint: EndpointCall | None = None
    endpoint_type: str = ""  # EDGE, REGIONAL or PRIVATE
    sent_path: str = ""  # behind the stage, where it is not the request's: REST APIs take "//a" for "/a"
    base_path: str = ""  # of a custom domain name, as matched
    overrides: dict[str, Any] = field(default_factory=dict)  # requestOverride and responseOverride of the templates
    decodes_path: bool = False  # HTTP APIs do, REST APIs and function URLs pass it on as it was sent
    span: Any = None  # of a traced stage: see monitoring.tracing
    is_canary: bool | None = None  # None where the stage has no canary
    cache_hit: bool | None = None  # None where no cache is asked
    route_arn: str = ""  # of a WebSocket API's route, which is no method on a path
    connection: dict[str, Any] = field(default_factory=dict)  # `$context` variables of WebSocket APIs alone
    stage_in_path: bool = True  # False for `$default` stages, which have no segment in the URL

    @cached_property
    def full_path(self) -> str:
        """Path as the client sees it, with the stage."""
        return f"/{self.stage}{self.sent_path or self.request.path}" if self.stage_in_path else self.request.path

    @property
    def event_path(self) -> str:
        """The same, as the function's event has it."""
        return unquote(self.full_path) if self.decodes_path else self.full_path

    @cached_property
    def request_time(self) -> str:
        """[09/Apr/2015:12:34:56 +0000] without the brackets: the format of AWS's request contexts."""
        return datetime.fromtimestamp(self.request.received_at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")

    @cached_property
    def epoch_milliseconds(self) -> int:
        return int(self.request.received_at * 1000)

    @cached_property
    def trace_id(self) -> str:
        return self.request.header("x-amzn-trace-id") or new_trace()

    @property
    def domain_prefix(self) -> str:
        return self.request.domain_name.partition(".")[0]

    def arn(self, method: str, path: str) -> str:
        """execute-api ARN of `method` on `path` (no leading slash needed) in this stage."""
        return f"{self.api_arn}/{self.stage}/{method}/{path.lstrip('/')}"

    @property
    def method_arn(self) -> str:
        """What was called, as an authorizer's policy names it."""
        return self.route_arn or self.arn(self.request.method, self.request.path)

    @property
    def api_arn(self) -> str:
        return f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api_id}"

    def masked(self, text: str) -> str:
        """`text` as a client gets it: of the account that this API is in, the last four digits."""
        return text.replace(self.api_arn, self.api_arn.replace(self.account_id, f"********{self.account_id[-4:]}"))

    @cached_property
    def latency_milliseconds(self) -> int:
        """From the request to the first look at it: once there is an answer, the same in every record of it."""
        return int((time.perf_counter() - self.request.started) * 1000)
