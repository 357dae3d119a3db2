"""Items whose time to live is over leave, as deletions by DynamoDB itself: moto keeps them for ever.

AWS deletes them within days, here it takes seconds. What expired more than five years ago stays, as on AWS.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from shoplib.localaws import engine_clock
from shoplib.localaws.dynamodb.refusals import ValidationException
from shoplib.localaws.dynamodb.tables import require_table
from shoplib.localaws.moto_fixes.dynamodb_atomicity import lock_of
from shoplib.localaws.moto_fixes.dynamodb_changes import by_service
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.timetable import Timetable

KEY = "dynamodb: time to live"
ENABLED = "ENABLED"
SOON, LATEST = 1.0, 20.0  # seconds until the tables are looked through again
OLDEST = 5 * 365.25 * 24 * 3600


class TimeToLive:
    """Looks through the tables that have a time to live, while there are any."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable

    def install(self) -> None:
        wrap(DynamoDBBackend, "update_time_to_live", self._starting)
        wrap(DynamoDBBackend, "describe_time_to_live", _of_a_table)

    def state(self) -> None:
        """moto has it all."""

    def restore(self, state: None) -> None:
        self._look(0.0)

    def delete_expired(self) -> None:
        waits = [self._delete_expired_of(backend, table) for backend, table in _tables()]
        if waits:
            self._look(min(waits))

    def _starting(self, original: Method) -> Method:
        def update_time_to_live(backend: Any, table_name: str, ttl_spec: dict[str, Any]) -> None:
            _check(backend, table_name, ttl_spec)
            original(backend, table_name, ttl_spec)
            self._look(0.0)

        return update_time_to_live

    def _look(self, seconds: float) -> None:
        self._timetable.set(KEY, engine_clock.now() + seconds, self.delete_expired)

    def _delete_expired_of(self, backend: Any, table: Any) -> float:
        """In how many seconds the next item expires, as far as it is known."""
        now, coming = engine_clock.now(), LATEST
        with lock_of(backend), by_service():
            for item, moment in _candidates(table):
                if now - OLDEST <= moment <= now:
                    table.delete_item(item.hash_key, item.range_key)
                elif moment > now:
                    coming = min(coming, moment - now)
        return max(coming, SOON)


def _tables() -> Iterator[tuple[Any, Table]]:
    for regions in list(dynamodb_backends.values()):
        for backend in list(regions.values()):
            for table in list(backend.tables.values()):
                if table.ttl["TimeToLiveStatus"] == ENABLED:
                    yield backend, table


def _candidates(table: Any) -> list[tuple[Item, float]]:
    """The items that have a number where the table's time to live is."""
    name = table.ttl["AttributeName"]
    candidates = ((item, item.attrs.get(name)) for item in table.all_items())
    return [(item, float(value.value)) for item, value in candidates if value is not None and value.is_number()]


def _of_a_table(original: Method) -> Method:
    """moto's own refusal of an unknown table has a code that AWS does not have."""

    def describe_time_to_live(backend: Any, table_name: str) -> Any:
        return original(backend, require_table(backend, table_name).name)

    return describe_time_to_live


def _check(backend: Any, table_name: str, specification: dict[str, Any]) -> None:
    present = require_table(backend, table_name).ttl
    enabled = present["TimeToLiveStatus"] == ENABLED
    if enabled and specification["Enabled"]:
        raise ValidationException("TimeToLive is already enabled")
    if not enabled and not specification["Enabled"]:
        raise ValidationException("TimeToLive is already disabled")
    if enabled and present["AttributeName"] != specification["AttributeName"]:
        raise ValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {present['AttributeName']}"
        )
