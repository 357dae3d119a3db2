"""Parses a function's batch response: which records it reports as failed."""

import json
from collections.abc import Collection
from typing import Any


def failed_items(answer: bytes, identifiers: Collection[str]) -> list[str] | None:
    """The reported identifiers; empty if all records succeeded; None if the response is invalid (all failed).

    A response of null, {}, [] or "", or one with a null or empty list means success. With an entry whose identifier is
    missing or unknown, the whole batch counts as failed, as on AWS.
    """
    try:
        response = json.loads(answer or b"null")
    except ValueError:
        return None
    if not isinstance(response, dict):
        return None if isinstance(response, list) and response else []
    return _identifiers(response.get("batchItemFailures"), identifiers)


def _identifiers(entries: Any, known: Collection[str]) -> list[str] | None:
    if not entries:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    identifiers = [entry.get("itemIdentifier") for entry in entries]
    return identifiers if all(identifier in known for identifier in identifiers) else None
