"""Work groups: moto creates and lists them, and answers null for those that do not exist."""

import json
from typing import Any

from moto.athena.models import AthenaBackend, WorkGroup

from shoplib.localaws.athena.errors import InvalidRequest
from shoplib.localaws.moto_patches import before

REMOVE = "Remove"


def install() -> None:
    before(AthenaBackend, "get_work_group", find)


def update_work_group(request: Any) -> str:
    group = find(request.athena_backend, request._get_param("WorkGroup"))
    group.description = request._get_param("Description") or group.description
    group.state = request._get_param("State") or group.state
    updates = dict(request._get_param("ConfigurationUpdates") or {})
    of_results = updates.pop("ResultConfigurationUpdates", None)
    configuration = _updated(group.configuration, updates)
    if of_results is not None:
        configuration["ResultConfiguration"] = _updated(configuration.get("ResultConfiguration") or {}, of_results)
    group.configuration = configuration
    return json.dumps({})


def _updated(values: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    """`RemoveX` takes X away."""
    removed = {name.removeprefix(REMOVE) for name, value in updates.items() if name.startswith(REMOVE) and value}
    stated = {name: value for name, value in updates.items() if not name.startswith(REMOVE)}
    return {name: value for name, value in {**values, **stated}.items() if name not in removed}


def delete_work_group(request: Any) -> str:
    backend, name = request.athena_backend, request._get_param("WorkGroup")
    group = find(backend, name)
    if name == "primary":
        raise InvalidRequest("Cannot delete primary WorkGroup")
    queries = [id for id, query in backend.named_queries.items() if query.workgroup is group]
    executions = [id for id, execution in backend.executions.items() if execution.work_group == name]
    if (queries or executions) and not request._get_param("RecursiveDeleteOption"):
        raise InvalidRequest(f"WorkGroup {name} is not empty")
    for id in queries:
        del backend.named_queries[id]
    for id in executions:
        del backend.executions[id]
    backend.delete_work_group(name)
    return json.dumps({})


def find(backend: AthenaBackend, name: str) -> WorkGroup:
    if name not in backend.work_groups:
        raise InvalidRequest(f"WorkGroup {name} is not found.")
    return backend.work_groups[name]


METHODS = {each.__name__: each for each in (update_work_group, delete_work_group)}
