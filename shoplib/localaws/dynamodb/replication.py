"""Global tables (version 2019.11.21): replicas in other regions, to which every write is copied a moment later.

moto takes ReplicaUpdates and makes nothing. Here the last writer wins, by the moment of its write (of two at the same,
by the region), deletions included; what is copied appears in the replica's own stream, and is copied no further.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

import copy
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws import engine_clock
from shoplib.localaws.dynamodb.refusals import ValidationException
from shoplib.localaws.moto_fixes import dynamodb_lookup
from shoplib.localaws.moto_fixes.dynamodb_atomicity import lock_of
from shoplib.localaws.moto_fixes.dynamodb_lookup import Key
from shoplib.localaws.moto_patches import wrap
from shoplib.localaws.timetable import Timetable

DELAY_S = 0.5  # AWS's is about a second
VERSION = "2019.11.21"
REGIONS, STAMPS = "lab_replicas", "lab_stamps"  # of a table: its other regions, and when its items were written, where
Stamp = tuple[float, str]
Target = tuple[str, str, str]  # account, region, table
NO_STREAM = "Table must have DynamoDB Streams enabled with StreamViewType set to NEW_AND_OLD_IMAGES."
EXISTS = (
    "Failed to create a the new replica of table with name: '{}' because one or more replicas already existed as "
    "tables."
)
_IS_COPYING: ContextVar[bool] = ContextVar("copying_between_replicas", default=False)


@dataclass(frozen=True, slots=True)
class Change:
    due: float
    stamp: Stamp
    key: Key
    attributes: dict[str, Any] | None


class Replication:
    """Copies what is due on the timetable."""

    def __init__(self, timetable: Timetable, delay_s: float = DELAY_S) -> None:
        self._timetable, self._delay_s = timetable, delay_s
        self._waiting: dict[Target, deque[Change]] = defaultdict(deque)
        self._lock = threading.Lock()

    def install(self) -> None:
        dynamodb_lookup.CHANGE_HOOKS[:] = [*dynamodb_lookup.CHANGE_HOOKS, self.note]
        wrap(DynamoHandler, "update_table", self._with_replicas)
        wrap(DynamoDBBackend, "delete_table", _leaving_the_others)
        wrap(Table, "describe", _with_regions)

    def state(self) -> dict[Target, list[Change]]:
        with self._lock:
            return {target: list(changes) for target, changes in self._waiting.items()}

    def restore(self, state: dict[Target, list[Change]] | None) -> None:
        with self._lock:
            self._waiting.clear()
            self._waiting.update({target: deque(changes) for target, changes in (state or {}).items()})
        for target in list(self._waiting):
            self._plan(target, engine_clock.now())

    def note(self, table: Any, key: Key, item: Item | None, old: Item | None) -> None:
        """A write of a client's; that of a copy is no news."""
        regions = table.__dict__.get(REGIONS)
        if not regions or _IS_COPYING.get():
            return
        now = engine_clock.now()
        stamp = table.__dict__.setdefault(STAMPS, {})[key] = (now, table.region_name)
        attributes = item.to_json()["Attributes"] if item is not None else None
        for region in regions:
            self._send((table.account_id, region, table.name), Change(now + self._delay_s, stamp, key, attributes))

    def _send(self, target: Target, change: Change) -> None:
        with self._lock:
            waiting = self._waiting[target]
            waiting.append(change)
            is_first = len(waiting) == 1
        if is_first:
            self._plan(target, change.due)

    def _plan(self, target: Target, at: float) -> None:
        self._timetable.set(f"dynamodb: replica {target}", at, partial(self._copy, target))

    def _copy(self, target: Target) -> None:
        account, region, name = target
        backend = dynamodb_backends[account][region]
        with lock_of(backend), _copying():
            for change in self._due(target):
                _apply(backend.tables.get(name), change)
        with self._lock:
            following = self._waiting[target][0].due if self._waiting[target] else None
        if following is not None:
            self._plan(target, following)

    def _due(self, target: Target) -> list[Change]:
        with self._lock:
            waiting, now = self._waiting[target], engine_clock.now()
            return [waiting.popleft() for _ in range(sum(change.due <= now for change in waiting))]

    def _with_replicas(self, original: Any) -> Any:
        def update_table(request: Any) -> Any:
            updates = request.body.get("ReplicaUpdates") or []
            backend, table = request.dynamodb_backend, _table_of(request)
            for update in updates:
                _check(table, update)
            result = original(request)
            for update in updates:
                self._carry_out(backend, table, update)
            _spread_indexes(table, request.body)
            return ActionResult(table.describe()) if updates else result

        return update_table

    def _carry_out(self, backend: Any, table: Any, update: dict[str, Any]) -> None:
        if "Create" in update:
            self._create(table, update["Create"]["RegionName"])
        elif "Delete" in update:
            region = update["Delete"]["RegionName"]
            dynamodb_backends[table.account_id][region].delete_table(table.name)

    def _create(self, table: Any, region: str) -> None:
        backend = dynamodb_backends[table.account_id][region]
        backend.tables[table.name] = _replica(table, region)
        for member in [table, *_others(table), backend.tables[table.name]]:
            regions = {table.region_name, region, *table.__dict__.get(REGIONS, [])}
            member.__dict__[REGIONS] = sorted(regions - {member.region_name})
        for item in dynamodb_lookup.items_of(table):
            self.note(table, (item.hash_key, item.range_key), item, None)


def _table_of(request: Any) -> Any:
    return request.dynamodb_backend.get_table(request.body["TableName"])


def _check(table: Any, update: dict[str, Any]) -> None:
    kind, settings = next(iter(update.items()))
    region = settings["RegionName"]
    if kind == "Update":
        raise ValidationException("The local AWS has no settings of a replica of its own: say Create or Delete")
    if unknown := sorted(set(settings) - {"RegionName"}):
        raise ValidationException(
            f"A replica has the settings of its table here; these are not taken: {', '.join(unknown)}"
        )
    present = table.__dict__.get(REGIONS, [])
    if kind == "Delete" and region not in present:
        raise ValidationException(f"Replica for region {region} does not exist in the table {table.name}")
    if kind == "Create":
        _check_new(table, region)


def _check_new(table: Any, region: str) -> None:
    if (table.stream_specification or {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        raise ValidationException(NO_STREAM)
    try:
        backend = dynamodb_backends[table.account_id][region]
    except KeyError:
        raise ValidationException(f"Region {region} is unknown") from None
    if table.name in backend.tables:
        raise ValidationException(EXISTS.format(table.name))


def _replica(table: Any, region: str) -> Any:
    """A table like it in another region, without its items, and with a stream, backups and tags of its own."""
    kind: Any = Table  # moto's stubs take it for abstract
    like = {name: copy.deepcopy(value) for name, value in vars(table).items() if name in LIKE_ITS_TABLE}
    replica = kind(table.name, table.account_id, region, table.schema, table.attr, streams=table.stream_specification)
    vars(replica).update(like)
    return replica


LIKE_ITS_TABLE = (
    *("attr", "schema", "billing_mode", "throughput", "warm_throughput", "indexes", "global_indexes", "ttl"),
    "sse_specification",
)


def _others(table: Any) -> list[Any]:
    regions = table.__dict__.get(REGIONS, [])
    tables = (dynamodb_backends[table.account_id][region].tables.get(table.name) for region in regions)
    return [each for each in tables if each is not None]


def _apply(table: Any, change: Change) -> None:
    """Unless something was written later; a table that is gone has no use for it."""
    if table is None:
        return
    stamps = table.__dict__.setdefault(STAMPS, {})
    if change.stamp <= stamps.get(change.key, (0.0, "")):
        return
    stamps[change.key] = change.stamp
    if change.attributes is not None:
        table.put_item(copy.deepcopy(change.attributes), overwrite=True)
    elif table.get_item(*change.key) is not None:
        table.delete_item(*change.key)


@contextmanager
def _copying() -> Iterator[None]:
    token = _IS_COPYING.set(True)
    try:
        yield
    finally:
        _IS_COPYING.reset(token)


def _spread_indexes(table: Any, body: dict[str, Any]) -> None:
    """An index is one of all replicas."""
    updates: Any = body.get("GlobalSecondaryIndexUpdates")
    for other in _others(table) if updates else ():
        other.attr = copy.deepcopy(table.attr)
        backend = dynamodb_backends[table.account_id][other.region_name]
        backend.update_table_global_indexes(other, copy.deepcopy(updates))


def _leaving_the_others(original: Any) -> Any:
    def delete_table(backend: Any, name: str) -> Any:
        table = original(backend, name)
        for other in _others(table):
            other.__dict__[REGIONS] = [each for each in other.__dict__.get(REGIONS, []) if each != backend.region_name]
        return table

    return delete_table


def _with_regions(original: Any) -> Any:
    def describe(table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        description: dict[str, Any] = original(table, base_key)
        if regions := table.__dict__.get(REGIONS):
            replicas = [{"RegionName": region, "ReplicaStatus": "ACTIVE"} for region in regions]
            description[base_key] |= {"Replicas": replicas, "GlobalTableVersion": VERSION}
        return description

    return describe
