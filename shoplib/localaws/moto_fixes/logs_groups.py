"""Which log groups and streams a request means.

moto 5.2.5 takes any logGroupIdentifier for the group that was made last, and has none for FilterLogEvents; it does not
know logGroupNamePattern, logGroupIdentifiers, logGroupClass and logStreamNamePrefix, which leaves all groups and
streams in the answer; and it counts no metric filters.
"""

import json
from collections.abc import Iterable
from typing import Any

from moto.logs.exceptions import (
    InvalidParameterException,
    LogsClientError,
    ResourceNotFoundException,
    ValidationException,
)
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_patches import Method, before, replace_methods, wrap

STANDARD = "STANDARD"
PAGE = 50
NOTHING: dict[str, list[Any]] = {"events": [], "searchedLogStreams": []}


def install() -> None:
    replace_methods(LogsBackend, _find_log_group=_find)
    replace_methods(LogsResponse, describe_log_groups=_describe, filter_log_events=_filter)
    wrap(LogsResponse, "create_log_group", _with_class)
    before(LogGroup, "create_log_stream", _require_new_stream)


def _page(request: Any, matching: Iterable[LogGroup]) -> tuple[list[LogGroup], dict[str, str]]:
    """One page of the groups by their names, and the token of the next one."""
    limit, token = int(request._get_param("limit") or PAGE), request._get_param("nextToken") or ""
    kind = request._get_param("logGroupClass")
    groups = sorted((each for each in matching if kind in (None, _class(each))), key=lambda group: group.name)
    rest = [each for each in groups if each.name > token]
    return rest[:limit], {"nextToken": rest[limit - 1].name} if len(rest) > limit else {}


def _class(group: LogGroup) -> str:
    return str(getattr(group, "log_group_class", STANDARD))


def _find(self: LogsBackend, log_group_id: str | None = None, log_group_name: str | None = None) -> LogGroup:
    if log_group_id and log_group_name:
        raise ValidationException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if not log_group_id and not log_group_name:
        raise InvalidParameterException("Should provider either name or id, but not both")
    name = log_group_name or _name(log_group_id or "")
    if name not in self.groups:
        raise ResourceNotFoundException()
    return self.groups[name]


def _name(identifier: str) -> str:
    """Of a group's name or ARN."""
    return Arn.parse(identifier).resource.removeprefix("log-group:") if is_arn(identifier) else identifier


def _describe(request: Any) -> str:
    prefix, pattern = request._get_param("logGroupNamePrefix"), request._get_param("logGroupNamePattern")
    if prefix and pattern:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    identifiers = {_name(each) for each in request._get_param("logGroupIdentifiers") or []}
    matching = [
        group
        for name, group in request.logs_backend.groups.items()
        if name.startswith(prefix or "") and (pattern or "") in name and (not identifiers or name in identifiers)
    ]
    groups, more = _page(request, matching)
    hidden = ("storedBytes", "deletionProtectionEnabled") if pattern else ()  # as AWS answers a search
    described = [_described(request, group) for group in groups]
    rows = [{name: value for name, value in each.items() if name not in hidden} for each in described]
    return json.dumps({"logGroups": rows, **more})


def _described(request: Any, group: LogGroup) -> dict[str, Any]:
    filters = request.logs_backend.filters.metric_filters
    return {
        **group.to_describe_dict(),
        "metricFilterCount": sum(each["logGroupName"] == group.name for each in filters),
        "logGroupClass": _class(group),
        "deletionProtectionEnabled": False,
    }


def _with_class(original: Method) -> Method:
    def create_log_group(request: Any) -> Any:
        if request._get_param("deletionProtectionEnabled"):
            raise InvalidParameterException("deletionProtectionEnabled is not supported by the local AWS.")
        answer = original(request)
        group = request.logs_backend.groups[request._get_param("logGroupName")]
        group.log_group_class = request._get_param("logGroupClass") or STANDARD
        return answer

    return create_log_group


def _require_new_stream(group: LogGroup, log_stream_name: str) -> None:
    if log_stream_name in group.streams:
        raise LogsClientError("ResourceAlreadyExistsException", "The specified log stream already exists")


def _filter(request: Any) -> str:
    identifier, name = request._get_param("logGroupIdentifier"), request._get_param("logGroupName")
    group = request.logs_backend._find_log_group(log_group_id=identifier, log_group_name=name)
    streams = _streams(request, group)
    if streams == []:
        return json.dumps(NOTHING)
    _require_token(request._get_param("nextToken"), group)
    bounds = [request._get_param(each) for each in ("startTime", "endTime", "limit", "nextToken", "filterPattern")]
    events, token, searched = request.logs_backend.filter_log_events(
        group.name, streams or [], *bounds, request._get_param("interleaved", False)
    )
    return json.dumps({"events": events, "nextToken": token, "searchedLogStreams": searched})


def _streams(request: Any, group: LogGroup) -> list[str] | None:
    """None for all of them."""
    names, prefix = request._get_param("logStreamNames"), request._get_param("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameterException("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
    if prefix:
        return [name for name in group.streams if name.startswith(prefix)]
    return list(names) if names else None


def _require_token(token: str | None, group: LogGroup) -> None:
    """Of a page of this group, as moto writes them."""
    if token is not None and (token.count("@") != 2 or not token.startswith(f"{group.name}@")):
        raise InvalidParameterException("The specified nextToken is invalid.")
