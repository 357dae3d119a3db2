"""Reading a function's answer to a batch: which records it reports as failed."""

import json
from collections.abc import Collection
from typing import Any


def failed_items(answer: bytes, identifiers: Collection[str]) -> list[str] | None:
    """The reported identifiers; empty when all went well; None when the answer is not understood (all failed).

    An answer of null, {} or with a null or empty list means success. An entry without a known identifier means that
    the function does not know what it failed at, so everything counts as failed, as on AWS.
    """
    try:
        response = json.loads(answer or b"null")
    except ValueError:
        return None
    if response is None:
        return []
    if not isinstance(response, dict):
        return None if isinstance(response, list) else []
    return _identifiers(response.get("batchItemFailures"), identifiers)


def _identifiers(entries: Any, known: Collection[str]) -> list[str] | None:
    if not entries:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    identifiers = [entry.get("itemIdentifier") for entry in entries]
    return identifiers if all(identifier in known for identifier in identifiers) else None
