"""Lambda: functions by name, ARN and qualifier; layers; and mappings, which IAM knows by the function they feed."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call, Facts, Place

INVOKE = re.compile(
    r"/\d{4}-\d\d-\d\d/functions/([^/]+)/(?:invocations|response-streaming-invocations|invoke-async)/?$"
)
ACTIONS = {"Invoke": "InvokeFunction", "InvokeAsync": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}
FUNCTION = re.compile(r"(?:arn:[^:]+:lambda:[^:]*:\d*:function:|\d{12}:function:|function:)?([^:]+)(?::([^:]+))?")


def invocation(environ: Any, place: Place) -> list[Access] | None:
    """The busiest call, by its path alone; None for any other."""
    match = INVOKE.match(environ["PATH_INFO"])
    if match is None:
        return None
    query = environ.get("QUERY_STRING")
    qualifier = parse_qs(query).get("Qualifier", [""])[0] if query else ""
    return [Access("lambda:InvokeFunction", _function(place, unquote(match[1]), qualifier))]


def accesses(call: Call) -> list[Access]:
    action = ACTIONS.get(call.operation, call.operation)
    return [call.access(action, _resource(call), lambda: _facts(call))]


def _resource(call: Call) -> str:
    parameters: Any = call.parameters
    if "EventSourceMapping" in call.operation:
        mapping = parameters.get("UUID")
        return call.place.arn(f"event-source-mapping:{mapping}") if mapping else ANY
    if layer := parameters.get("LayerName"):
        version = parameters.get("VersionNumber")
        name = str(layer) if str(layer).startswith("arn:") else call.place.arn(f"layer:{layer}")
        return f"{name}:{version}" if version else name
    if arn := parameters.get("Resource") or parameters.get("Arn"):
        return str(arn)
    name = parameters.get("FunctionName")
    return _function(call.place, str(name), str(parameters.get("Qualifier") or "")) if name else ANY


def _function(place: Place, name: str, qualifier: str) -> str:
    match = FUNCTION.fullmatch(name)
    plain, own = (match[1], match[2] or "") if match else (name, "")
    version = qualifier or own
    base = name.removesuffix(f":{own}") if name.startswith("arn:") and own else name
    arn = base if name.startswith("arn:") else place.arn(f"function:{plain}")
    return f"{arn}:{version}" if version else arn


def _facts(call: Call) -> Facts:
    parameters = call.parameters
    facts: Facts = {}
    if "EventSourceMapping" in call.operation and parameters.get("FunctionName"):
        facts["lambda:functionarn"] = _function(call.place, str(parameters["FunctionName"]), "")
    if principal := parameters.get("Principal"):
        facts["lambda:principal"] = str(principal)
    if layers := parameters.get("Layers"):
        facts["lambda:layer"] = [str(each) for each in layers]
    if auth := parameters.get("AuthType") or parameters.get("FunctionUrlAuthType"):
        facts["lambda:functionurlauthtype"] = str(auth)
    return facts
