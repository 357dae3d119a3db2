"""StartQueryExecution and what is asked of the queries it started."""

import json
from typing import Any

from moto.athena.models import AthenaBackend, WorkGroup

from shoplib.localaws import engine_clock
from shoplib.localaws.athena import results, statements
from shoplib.localaws.athena.api import workgroups
from shoplib.localaws.athena.errors import InvalidRequest
from shoplib.localaws.athena.executions import ENDED, SUCCEEDED, Execution, Runner
from shoplib.localaws.athena.objects import Location, Objects
from shoplib.localaws.athena.session import ResultColumn, Row
from shoplib.localaws.athena.statements import prepared
from shoplib.localaws.athena.tables.catalog import CATALOG

MOST_KEPT = 5000  # queries per region whose history is kept
LARGEST_PAGE, LARGEST_LIST, LARGEST_BATCH = 1000, 50, 50
CASE_SENSITIVE = ("varchar", "string", "char")
RUNNER = "athena_runner"


def install(runner: Runner) -> None:
    setattr(AthenaBackend, RUNNER, runner)


def start_query_execution(request: Any) -> str:
    backend, ask = request.athena_backend, request._get_param
    if (earlier := _earlier(backend, ask("ClientRequestToken"), ask("QueryString"))) is not None:
        return json.dumps({"QueryExecutionId": earlier.id})
    execution = _execution(request)
    _keep(backend, execution, ask("ClientRequestToken"))
    if (reusable := _reusable(backend, execution)) is not None:
        _reuse(execution, reusable)
    else:
        getattr(backend, RUNNER).submit(execution)
    return json.dumps({"QueryExecutionId": execution.id})


def _execution(request: Any) -> Execution:
    backend, ask = request.athena_backend, request._get_param
    group = _work_group(backend, ask("WorkGroup") or "primary")
    context = ask("QueryExecutionContext") or {}
    if context.get("Catalog", CATALOG).lower() != CATALOG:
        raise InvalidRequest(
            f"Data catalog {context['Catalog']} is not one whose tables the local AWS reads: AwsDataCatalog is"
        )
    if ask("ResultReuseConfiguration") and group.configuration.get("CustomerContentEncryptionConfiguration"):
        raise InvalidRequest("Results of an encrypted work group are not reused")
    statement = prepared.expand(backend, ask("QueryString"), ask("ExecutionParameters") or [])
    kind = statements.check(statement)
    configuration, is_enforced = _configuration(group, ask("ResultConfiguration") or {})
    reuse = (ask("ResultReuseConfiguration") or {}).get("ResultReuseByAgeConfiguration") or {}
    return Execution(
        query=ask("QueryString"),
        statement=statement,
        kind=kind,
        database=context.get("Database") or "default",
        context=context,
        work_group=group.name,
        configuration=configuration,
        output=_output(configuration, backend),
        output_is_enforced=is_enforced,
        parameters=ask("ExecutionParameters"),
        reuse_minutes=int(reuse.get("MaxAgeInMinutes", 60)) if reuse.get("Enabled") else None,
        bytes_limit=group.configuration.get("BytesScannedCutoffPerQuery"),
        account_id=backend.account_id,
        region=backend.region_name,
    )


def _work_group(backend: AthenaBackend, name: str) -> WorkGroup:
    group = workgroups.find(backend, name)
    if group.state == "DISABLED":
        raise InvalidRequest(f"WorkGroup {name} is disabled.", "WORKGROUP_DISABLED")
    return group


def _configuration(group: WorkGroup, own: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """That of the work group where it is enforced, or where the call says nothing."""
    of_group = group.configuration.get("ResultConfiguration") or {}
    is_enforced = bool(group.configuration.get("EnforceWorkGroupConfiguration"))
    if is_enforced and of_group.get("OutputLocation"):
        return dict(of_group), True
    chosen = {**of_group, **own} if not is_enforced else {**own, **of_group}
    results.put_options(chosen)
    return chosen, False


def _output(configuration: dict[str, Any], backend: AthenaBackend) -> Location:
    if not configuration.get("OutputLocation"):
        raise InvalidRequest(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    text = str(configuration["OutputLocation"])
    if not text.startswith("s3://") or len(text) < len("s3://") + 3:
        raise InvalidRequest(f"outputLocation is not a valid S3 path. Provided outputLocation: {text}")
    place = Location.parse(text)
    if not Objects(backend.account_id, backend.region_name).has_bucket(place.bucket):
        raise InvalidRequest(f"Unable to verify/create output bucket {place.bucket}")
    return place.folder


def _keep(backend: AthenaBackend, execution: Execution, token: str | None) -> None:
    backend.executions[execution.id] = execution  # type: ignore[assignment]
    execution.token = token  # type: ignore[attr-defined]
    ended = [each.id for each in backend.executions.values() if each.state in ENDED]  # type: ignore[attr-defined]
    for id in ended[: max(0, len(backend.executions) - MOST_KEPT)]:
        del backend.executions[id]


def _earlier(backend: AthenaBackend, token: str | None, query: str) -> Execution | None:
    for each in backend.executions.values() if token else ():
        if getattr(each, "token", None) == token:
            if each.query != query:
                raise InvalidRequest("Idempotent parameters do not match")
            return each  # type: ignore[return-value]
    return None


def _reusable(backend: AthenaBackend, execution: Execution) -> Execution | None:
    if execution.reuse_minutes is None or execution.kind.name != "SELECT":
        return None
    oldest = engine_clock.now() - 60 * execution.reuse_minutes
    for each in reversed(list(backend.executions.values())):
        same = (each.statement, each.database, each.work_group) == (  # type: ignore[attr-defined]
            *(execution.statement, execution.database, execution.work_group),
        )
        if same and each.state == SUCCEEDED and (each.completed or 0) >= oldest:  # type: ignore[attr-defined]
            return each  # type: ignore[return-value]
    return None


def _reuse(execution: Execution, earlier: Execution) -> None:
    execution.begin()
    execution.columns, execution.is_table, execution.reused = earlier.columns, earlier.is_table, True
    execution.place, execution.output_location = earlier.place, earlier.output_location
    execution.end(SUCCEEDED)


def get_query_execution(request: Any) -> str:
    execution = _find(request.athena_backend, request._get_param("QueryExecutionId"))
    return json.dumps({"QueryExecution": _described(execution)})


def batch_get_query_execution(request: Any) -> str:
    ids = request._get_param("QueryExecutionIds")
    present = request.athena_backend.executions
    missing = [
        {
            "QueryExecutionId": id,
            "ErrorCode": "INVALID_QUERY_EXECUTION_ID",
            "ErrorMessage": f"QueryExecution {id} was not found",
        }
        for id in ids
        if id not in present
    ]
    described = [_described(present[id]) for id in ids if id in present]
    return json.dumps({"QueryExecutions": described, "UnprocessedQueryExecutionIds": missing})


def list_query_executions(request: Any) -> str:
    """Newest first."""
    group, start = request._get_param("WorkGroup") or "primary", int(request._get_param("NextToken") or 0)
    most = int(request._get_param("MaxResults") or LARGEST_LIST)
    ids = [each.id for each in reversed(list(request.athena_backend.executions.values())) if each.work_group == group]
    more = {"NextToken": str(start + most)} if len(ids) > start + most else {}
    return json.dumps({"QueryExecutionIds": ids[start : start + most], **more})


def stop_query_execution(request: Any) -> str:
    _find(request.athena_backend, request._get_param("QueryExecutionId")).stop()
    return json.dumps({})


def get_query_results(request: Any) -> str:
    backend, ask = request.athena_backend, request._get_param
    execution = _find(backend, ask("QueryExecutionId"))
    most = int(ask("MaxResults") or LARGEST_PAGE)
    if not 1 <= most <= LARGEST_PAGE:
        raise InvalidRequest(f"MaxResults is more than maximum allowed length {LARGEST_PAGE}")
    _require_success(execution)
    rows: list[Row] = []
    following: int | None = None
    if execution.manifest is None and execution.place is not None:
        objects = Objects(backend.account_id, backend.region_name)
        rows, following = results.page(objects, execution.place, execution.is_table, int(ask("NextToken") or 0), most)
    return json.dumps(_page(execution, rows, following))


def _page(execution: Execution, rows: list[Row], following: int | None) -> dict[str, Any]:
    data = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows]
    answer: dict[str, Any] = {
        "UpdateCount": execution.update_count or 0,
        "ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": [_column(each) for each in execution.columns]}},
    }
    return answer if following is None else answer | {"NextToken": str(following)}


def _column(column: ResultColumn) -> dict[str, Any]:
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": column.type,
        "Precision": column.precision,
        "Scale": column.scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": column.type in CASE_SENSITIVE,
    }


def _require_success(execution: Execution) -> None:
    if execution.state not in ENDED:
        raise InvalidRequest(f"Query has not yet finished. Current state: {execution.state}", "QUERY_NOT_FINISHED")
    if execution.state != SUCCEEDED:
        raise InvalidRequest(f"Query did not finish successfully. Final query state: {execution.state}", "QUERY_FAILED")


def get_query_runtime_statistics(request: Any) -> str:
    execution = _find(request.athena_backend, request._get_param("QueryExecutionId"))
    _require_success(execution)
    times = {name: value for name, value in _statistics(execution).items() if name.endswith("InMillis")}
    return json.dumps({"QueryRuntimeStatistics": {"Timeline": times, "Rows": {"InputBytes": execution.scanned_bytes}}})


def _find(backend: AthenaBackend, id: str) -> Execution:
    if id not in backend.executions:
        raise InvalidRequest(f"QueryExecution {id} was not found", "INVALID_QUERY_EXECUTION_ID")
    return backend.executions[id]  # type: ignore[return-value]


def _described(execution: Execution) -> dict[str, Any]:
    status = {"State": execution.state, "SubmissionDateTime": execution.submitted}
    if execution.reason is not None:
        status["StateChangeReason"] = execution.reason
    if execution.completed is not None:
        status["CompletionDateTime"] = execution.completed
    if execution.category is not None:
        status["AthenaError"] = _error(execution)
    reuse = {"Enabled": execution.reuse_minutes is not None}
    reuse |= {"MaxAgeInMinutes": execution.reuse_minutes} if execution.reuse_minutes is not None else {}  # type: ignore[dict-item]
    described: dict[str, Any] = {
        "QueryExecutionId": execution.id,
        "Query": execution.query,
        "StatementType": execution.kind.type,
        "SubstatementType": execution.kind.name,
        "ResultConfiguration": {**execution.configuration, "OutputLocation": execution.output_location},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": reuse},
        "QueryExecutionContext": execution.context,
        "Status": status,
        "Statistics": _statistics(execution),
        "WorkGroup": execution.work_group,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
    }
    return described | ({"ExecutionParameters": execution.parameters} if execution.parameters else {})


def _error(execution: Execution) -> dict[str, Any]:
    types = {1: 401, 2: 1006, 3: 0}
    return {
        "ErrorCategory": execution.category,
        "ErrorType": types[execution.category or 3],
        "Retryable": execution.category == 1,
        "ErrorMessage": execution.reason,
    }


def _statistics(execution: Execution) -> dict[str, Any]:
    now = engine_clock.now()
    began, ended = execution.began or execution.completed or now, execution.completed or now
    statistics: dict[str, Any] = {
        "EngineExecutionTimeInMillis": _milliseconds(ended - began),
        "DataScannedInBytes": execution.scanned_bytes,
        "TotalExecutionTimeInMillis": _milliseconds(ended - execution.submitted),
        "QueryQueueTimeInMillis": _milliseconds(began - execution.submitted),
        "ServiceProcessingTimeInMillis": 0,
        "ResultReuseInformation": {"ReusedPreviousResult": execution.reused},
    }
    return statistics | ({"DataManifestLocation": execution.manifest} if execution.manifest else {})


def _milliseconds(seconds: float) -> int:
    return max(0, round(1000 * seconds))


METHODS = {
    each.__name__: each
    for each in (
        start_query_execution, get_query_execution, batch_get_query_execution, list_query_executions,
        stop_query_execution, get_query_results, get_query_runtime_statistics,
    )
}  # fmt: skip
