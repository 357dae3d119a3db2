"""What of a target that is called by HTTP is refused when a rule or pipe takes it."""

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import events_backends
from moto.pipes.models import pipes_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications.http_targets import destinations
from shoplib.localaws.notifications.target_permissions import is_destination
from shoplib.localaws.own_addresses import ELSEWHERE, is_answered, is_http_api

# What a request to an API may not say of itself, as AWS documents.
NOT_ALLOWED = {
    *("authorization", "connection", "content-encoding", "content-length", "host", "max-forwards", "te"),
    *("transfer-encoding", "trailer", "upgrade", "via", "www-authenticate", "x-forwarded-for"),
}
NOT_ALLOWED_PREFIX = "x-amz"


def objection(arn: str) -> str | None:
    """Why this API or API destination cannot be a target; None when it can, or when it is not there yet."""
    if is_destination(arn):
        destination = destinations.find(arn)
        return None if destination is None else _of_destination(destination)
    parts = Arn.parse(arn).resource.split("/")
    if len(parts) < 3 or not all(parts[:3]):
        return "an API's target is API/STAGE/METHOD/PATH."
    return f"{parts[0]} is an HTTP API, and EventBridge sends events to REST APIs." if is_http_api(parts[0]) else None


def leads_out(endpoint: str, authorization_endpoint: str = "") -> str | None:
    """Why nothing can be sent there."""
    out = [each for each in (endpoint, authorization_endpoint) if each and not is_answered(each)]
    return f"{out[0]} {ELSEWHERE}." if out else None


def check(arn: str, parameters: Mapping[str, Any] | None) -> str:
    """What is wrong with the headers of a target; empty if nothing is."""
    names = (parameters or {}).get("HeaderParameters") or {}
    if is_destination(arn):
        return ""
    wrong = [each for each in names if each.lower() in NOT_ALLOWED or each.lower().startswith(NOT_ALLOWED_PREFIX)]
    return f"Parameter HeaderParameters is not valid. Reason: Header {wrong[0]} is not allowed." if wrong else ""


def require_here(destination: Any, endpoint: str = "") -> None:
    """An API destination that is a target does not begin to lead out of this machine."""
    reason = _of_destination(destination, endpoint)
    if reason and destination.arn in _targets(Arn.parse(destination.arn)):
        text = f"Parameter InvocationEndpoint is not valid. Reason: a rule or pipe invokes it, and {reason}"
        raise JsonRESTError("ValidationException", text)


def _of_destination(destination: Any, endpoint: str = "") -> str | None:
    connection = destinations.connection_of(destination)
    server = {} if connection is None else connection.auth_parameters.get("OAuthParameters") or {}
    return leads_out(endpoint or destination.invocation_endpoint, server.get("AuthorizationEndpoint", ""))


def _targets(place: Arn) -> set[str]:
    buses = list(events_backends[place.account_id][place.region].event_buses.values())
    of_rules = {target["Arn"] for bus in buses for rule in list(bus.rules.values()) for target in list(rule.targets)}
    return of_rules | {each.target for each in list(pipes_backends[place.account_id][place.region].pipes.values())}
