"""Backups and point-in-time recovery: moto restores the items of now, whatever moment is asked for, and half a table.

A restored table has the source's keys, indexes, capacity and encryption, unless the call says otherwise; its stream,
time to live, tags and point-in-time recovery are not restored.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html
"""

import copy
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    DynamodbException,
    PointInTimeRecoveryUnavailable,
    ResourceNotFoundException,
    SourceTableNotFoundException,
    TableAlreadyExistsException,
)
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import (
    Backup,
    GlobalSecondaryIndex,
    LocalSecondaryIndex,
    RestoredPITTable,
    RestoredTable,
)
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws import engine_clock
from shoplib.localaws.dynamodb.history import HISTORY, History, note
from shoplib.localaws.dynamodb.refusals import ValidationException
from shoplib.localaws.moto_fixes import dynamodb_lookup
from shoplib.localaws.moto_patches import after, replace_methods, replace_property, wrap

RECOVERY = "PointInTimeRecoveryDescription"
OF_NO_MOMENT = "Either UseLatestRestorableTime or RestoreDateTime must be specified"


class InvalidRestoreTime(DynamodbException):
    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#InvalidRestoreTimeException",
            "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and "
            "LatestRestorableDateTime.",
        )


def install() -> None:
    dynamodb_lookup.CHANGE_HOOKS[:] = [note]
    wrap(DynamoHandler, "describe_continuous_backups", _with_today)
    wrap(DynamoHandler, "update_continuous_backups", _with_a_history)
    replace_methods(
        DynamoHandler,
        restore_table_to_point_in_time=restore_to_point_in_time,
        restore_table_from_backup=restore_from_backup,
    )
    after(Backup, "__init__", _measure)
    for name in ("details", "summary"):
        wrap_property(name)


def restore_to_point_in_time(request: Any) -> ActionResult:
    backend, body = request.dynamodb_backend, request.body
    source = _source(backend, body)
    history: History | None = source.__dict__.get(HISTORY)
    if history is None:
        raise PointInTimeRecoveryUnavailable(source.name)
    moment = _moment(body, history)
    _require_new(backend, body["TargetTableName"])
    kind: Any = RestoredPITTable  # moto's stubs take it for abstract
    table = kind(body["TargetTableName"], backend.account_id, backend.region_name, source)
    table.restore_date_time = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    _fill(table, history.items_at(moment))
    return _restored(backend, table, source, body)


def restore_from_backup(request: Any) -> ActionResult:
    backend, body = request.dynamodb_backend, request.body
    backup = backend.get_backup(body["BackupArn"])
    _require_new(backend, body["TargetTableName"])
    kind: Any = RestoredTable  # the same
    table = kind(body["TargetTableName"], backend.account_id, backend.region_name, backup)
    return _restored(backend, table, backup.table, body)


def _source(backend: Any, body: dict[str, Any]) -> Any:
    name = body.get("SourceTableName") or (body.get("SourceTableArn") or "").rpartition("/")[2]
    try:
        return backend.get_table(name)
    except ResourceNotFoundException:
        raise SourceTableNotFoundException(name) from None


def _require_new(backend: Any, name: str) -> None:
    if name in backend.tables:
        raise TableAlreadyExistsException(name)


def _moment(body: dict[str, Any], history: History) -> float:
    """Times are whole seconds, in which the later writes of a second are not."""
    now = engine_clock.now()
    if body.get("UseLatestRestorableTime"):
        return now
    if body.get("RestoreDateTime") is None:
        raise ValidationException(OF_NO_MOMENT)
    moment = _seconds(body["RestoreDateTime"])
    if not int(history.earliest) <= moment <= now:
        raise InvalidRestoreTime
    return moment


def _seconds(moment: float | datetime) -> float:
    """As JSON has it, or moto's reading of it, which has no zone."""
    return moment.replace(tzinfo=UTC).timestamp() if isinstance(moment, datetime) else float(moment)


def _fill(table: Any, items: list[Item]) -> None:
    table.items.clear()
    for item in items:
        if table.range_key_attr:
            table.items[item.hash_key][item.range_key] = item
        else:
            table.items[item.hash_key] = item


def _restored(backend: Any, table: Any, source: Any, body: dict[str, Any]) -> ActionResult:
    table.billing_mode = body.get("BillingModeOverride", source.billing_mode)
    table.sse_specification = body.get("SSESpecificationOverride", copy.deepcopy(source.sse_specification))
    if (throughput := body.get("ProvisionedThroughputOverride")) is not None:
        table.throughput = {**throughput, "NumberOfDecreasesToday": 0}
    keys = table.table_key_attrs
    if (indexes := body.get("GlobalSecondaryIndexOverride")) is not None:
        table.global_indexes = [GlobalSecondaryIndex.create(each, keys) for each in indexes]
    if (indexes := body.get("LocalSecondaryIndexOverride")) is not None:
        table.indexes = [LocalSecondaryIndex.create(each, keys) for each in indexes]
    backend.tables[table.name] = table
    return ActionResult(table.describe())


def _with_a_history(original: Any) -> Any:
    def update_continuous_backups(request: Any) -> Any:
        result = original(request)
        table = request.dynamodb_backend.get_table(request.body["TableName"])
        if table.continuous_backups[RECOVERY]["PointInTimeRecoveryStatus"] != "ENABLED":
            table.__dict__.pop(HISTORY, None)
        elif HISTORY not in table.__dict__:
            table.__dict__[HISTORY] = History(list(dynamodb_lookup.items_of(table)))
        _bring_up_to_date(table)
        return result

    return update_continuous_backups


def _with_today(original: Any) -> Any:
    def describe_continuous_backups(request: Any) -> Any:
        table = request.dynamodb_backend.tables.get(request.body["TableName"].rpartition("/")[2])
        if table is not None:
            _bring_up_to_date(table)
        return original(request)

    return describe_continuous_backups


def _bring_up_to_date(table: Any) -> None:
    history: History | None = table.__dict__.get(HISTORY)
    if history is not None:
        times = {"EarliestRestorableDateTime": history.earliest, "LatestRestorableDateTime": engine_clock.now()}
        table.continuous_backups[RECOVERY].update(times)


def _measure(result: None, backup: Any, *arguments: Any, **more: Any) -> None:
    """The copy of a table is what a backup holds, and has no history of its own."""
    backup.table.__dict__.pop(HISTORY, None)
    backup.lab_size = sum(item.size() for item in dynamodb_lookup.items_of(backup.table))


def wrap_property(name: str) -> None:
    original = vars(Backup)[name].fget

    def described(backup: Any) -> dict[str, Any]:
        return {**original(backup), "BackupSizeBytes": backup.__dict__.get("lab_size", 0)}

    replace_property(Backup, name, described)
