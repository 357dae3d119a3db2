"""What is told of accounts that were deleted: the deletion itself is the event, as the table's stream has it."""

from typing import Any

from shoplib.core import account_changes, clock
from shoplib.core.account_changes import AccountChange

_USER = "USER#"


def changes(batch: dict[str, Any]) -> list[AccountChange]:
    """The deletions in records of the table's stream."""
    at = clock.timestamp(clock.now())
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in batch["Records"] if record["eventName"] == "REMOVE"]
    return [account_changes.deletion(key.removeprefix(_USER), at) for key in keys if key.startswith(_USER)]
