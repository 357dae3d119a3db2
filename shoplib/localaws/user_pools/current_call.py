"""The call of Cognito that is at work: what its client says to the functions of the pool's triggers.

moto hands its models single parameters; the data for functions is in none of them.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from moto.cognitoidp.responses import CognitoIdpResponse

from shoplib.localaws.moto_patches import Method, wrap

NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
SDK = re.compile(r"\b(aws-sdk-[a-z-]+)/([\w.-]+)")
UNKNOWN_SDK = "aws-sdk-unknown-unknown"
REFRESHING = ("REFRESH_TOKEN", "REFRESH_TOKEN_AUTH")


@dataclass
class CurrentCall:
    """`notes` are what the call's steps leave to each other."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    agent: str = ""
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return str(self.parameters.get("ClientId") or NO_CLIENT)

    @property
    def sdk(self) -> str:
        match = SDK.search(self.agent)
        return f"{match[1]}-{match[2]}" if match else UNKNOWN_SDK

    @property
    def metadata(self) -> dict[str, Any]:
        """As a member of a trigger's request, which is absent when the client says nothing."""
        values = self.parameters.get("ClientMetadata")
        return {"clientMetadata": values} if values else {}

    @property
    def answer_metadata(self) -> dict[str, Any]:
        """The same for triggers to which only the answers to challenges hand it on."""
        return self.metadata if "ChallengeName" in self.parameters else {}

    @property
    def validation_data(self) -> dict[str, str] | None:
        values = self.parameters.get("ValidationData")
        return {each["Name"]: each.get("Value", "") for each in values} if values else None

    @property
    def is_refresh(self) -> bool:
        return self.parameters.get("AuthFlow") in REFRESHING


_CURRENT: ContextVar[CurrentCall] = ContextVar("cognito call")


def install() -> None:
    wrap(CognitoIdpResponse, "call_action", _remembered)


def current() -> CurrentCall:
    return _CURRENT.get(CurrentCall())


def _remembered(original: Method) -> Method:
    def call_action(request: Any) -> Any:
        with _at_work(CurrentCall(_parameters(request), _agent(request))):
            return original(request)

    return call_action


@contextmanager
def _at_work(call: CurrentCall) -> Iterator[None]:
    token = _CURRENT.set(call)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def _parameters(request: Any) -> dict[str, Any]:
    values = request.parameters
    return values if isinstance(values, dict) else {}


def _agent(request: Any) -> str:
    """Browsers do not let a page say who it is but in a header of AWS's."""
    return f"{request.headers.get('X-Amz-User-Agent', '')} {request.headers.get('User-Agent', '')}"
