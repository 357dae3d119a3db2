"""CloudWatch Logs: moto 5.2.5 lacks query definitions and ListLogGroups."""

import json
import time
import uuid
from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from shoplib.localaws.moto_patches import replace_methods

Definitions = dict[str, dict[str, Any]]
LARGEST_PAGE = 1000


def install() -> None:
    replace_methods(
        LogsResponse,
        put_query_definition=_put,
        describe_query_definitions=_describe,
        delete_query_definition=_delete,
        list_log_groups=_list_groups,
    )


def _list_groups(request: Any) -> str:
    for name in ("dataSources", "fieldIndexNames", "logGroupTags"):
        if request._get_param(name):
            raise InvalidParameterException(f"{name} is not supported by the local AWS.")
    pattern, kind = request._get_param("logGroupNamePattern") or "", request._get_param("logGroupClass")
    start, size = int(request._get_param("nextToken") or 0), int(request._get_param("limit") or LARGEST_PAGE)
    groups = sorted(request.logs_backend.groups.values(), key=lambda group: group.name)
    rows = [_summary(each) for each in groups if _fits(each, pattern)]
    matching = [each for each in rows if kind in (None, each["logGroupClass"])]
    more = {"nextToken": str(start + size)} if len(matching) > start + size else {}
    return json.dumps({"logGroups": matching[start : start + size], **more})


def _summary(group: Any) -> dict[str, str]:
    kind = getattr(group, "log_group_class", "STANDARD")
    return {"logGroupName": group.name, "logGroupArn": group.arn, "logGroupClass": kind}


def _fits(group: Any, pattern: str) -> bool:
    """One of the parts between bars is in the group's name, or where it says so its beginning."""
    parts = pattern.split("|")
    return any(group.name.startswith(each[1:]) if each.startswith("^") else each in group.name for each in parts)


def _put(request: Any) -> str:
    """Creates a definition, or replaces the one with this ID."""
    id = request._get_param("queryDefinitionId")
    if id is not None:
        _require(request, id)
    id = id or str(uuid.uuid4())
    stated = {name: request._get_param(name) for name in ("name", "queryString", "logGroupNames")}
    present = {name: value for name, value in stated.items() if value is not None}
    _definitions(request)[id] = {"queryDefinitionId": id, **present, "lastModified": int(time.time() * 1000)}
    return json.dumps({"queryDefinitionId": id})


def _describe(request: Any) -> str:
    prefix, start = request._get_param("queryDefinitionNamePrefix") or "", int(request._get_param("nextToken") or 0)
    size = int(request._get_param("maxResults") or LARGEST_PAGE)
    matching = [each for each in _definitions(request).values() if each["name"].startswith(prefix)]
    more = {"nextToken": str(start + size)} if len(matching) > start + size else {}
    return json.dumps({"queryDefinitions": matching[start : start + size], **more})


def _delete(request: Any) -> str:
    id = request._get_param("queryDefinitionId")
    _require(request, id)
    del _definitions(request)[id]
    return json.dumps({"success": True})


def _require(request: Any, id: str) -> None:
    if id not in _definitions(request):
        raise ResourceNotFoundException("The specified query definition does not exist.")


def _definitions(request: Any) -> Definitions:
    """Stored with moto's state of the account and region, and reset with it."""
    definitions: Definitions = request.logs_backend.__dict__.setdefault("query_definitions", {})
    return definitions
