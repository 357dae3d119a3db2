"""What all batches have in common: how many entries, and whose ids."""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import (
    BatchEntryIdsNotDistinct,
    InvalidBatchEntryId,
    SQSException,
    TooManyEntriesInBatchRequest,
)

from shoplib.localaws.queues.errors import InvalidEntry, missing

MOST = 10
ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
Entry = dict[str, Any]


def entries_of(request: Any, kind: str) -> list[Entry]:
    """The request's entries; `kind` is what the older protocol calls one of them."""
    entries: list[Entry] | None = request._get_param("Entries")
    if entries is None:
        raise missing("Entries")
    if not entries:
        text = f"There should be at least one {kind} in the request."
        raise SQSException("AWS.SimpleQueueService.EmptyBatchRequest", text)
    if len(entries) > MOST:
        raise TooManyEntriesInBatchRequest(len(entries))
    _check_ids(entries, kind)
    return entries


def answer(entries: list[Entry], act: Callable[[int, Entry], Entry]) -> ActionResult:
    """One by one; what is refused is told beside what was done, and a list with nothing in it is left out."""
    done: list[Entry] = []
    failed: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        try:
            done.append({"Id": entry["Id"], **act(number, entry)})
        except SQSException as error:
            failed.append(_failure(entry, error))
    return ActionResult({name: each for name, each in (("Successful", done), ("Failed", failed)) if each})


def _failure(entry: Entry, error: SQSException) -> Entry:
    message = error.reason if isinstance(error, InvalidEntry) else error.message
    return {"Id": entry["Id"], "SenderFault": True, "Code": error.code, "Message": message}


def _check_ids(entries: list[Entry], kind: str) -> None:
    ids: list[str] = []
    for number, entry in enumerate(entries, 1):
        if entry.get("Id") is None:
            raise missing(f"{kind}.{number}.Id")
        if not ID.fullmatch(entry["Id"]):
            raise InvalidBatchEntryId()
        if entry["Id"] in ids:
            raise BatchEntryIdsNotDistinct(entry["Id"])
        ids.append(entry["Id"])
