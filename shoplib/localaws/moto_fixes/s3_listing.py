"""A listing walks through the whole bucket, and sorts it, for every page.

Upstream copies all keys, filters them by the prefix, sorts what is left and throws most of it away. Here the names of a
bucket are kept in order, and a page costs what it shows: folders that a delimiter rolls up are stepped over. Upstream's
ListObjects also gives all folders with each page, whatever its size; AWS counts them as it does objects.
Names are in order of their code points, which is that of their UTF-8.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from moto.s3.exceptions import MethodNotAllowed
from moto.s3.models import FakeDeleteMarker, FakeTableStorageBucket, S3Backend
from moto.s3.utils import _VersionedKeyStore
from moto.utilities.utils import md5_hash
from sortedcontainers import SortedList

from shoplib.localaws.moto_patches import replace, wrap

NAMES, LOCK = "lab_names", "lab_names_lock"
GUARD = threading.Lock()
AT_ONCE = 256


def install() -> None:
    for method in ("__setitem__", "setlist", "pop"):
        wrap(_VersionedKeyStore, method, _noting_the_name)
    replace(S3Backend, "list_objects", list_objects)
    replace(S3Backend, "list_objects_v2", list_objects_v2)


def list_objects(
    backend: Any, bucket: Any, prefix: str | None, delimiter: str | None, marker: str | None, max_keys: int | None
) -> tuple[list[Any], list[str], bool, str | None]:
    after = backend._pagination_tokens.get(marker) or marker
    entries, is_truncated, token = _page(backend, bucket, prefix, delimiter, after, max_keys)
    folders = [each for each in entries if isinstance(each, str)]
    return [each for each in entries if not isinstance(each, str)], folders, is_truncated, token


def list_objects_v2(
    backend: Any,
    bucket: Any,
    prefix: str | None,
    delimiter: str | None,
    continuation_token: str | None,
    start_after: str | None,
    max_keys: int,
) -> tuple[list[Any], bool, str | None]:
    after = backend._pagination_tokens.get(continuation_token) if continuation_token else start_after
    return _page(backend, bucket, prefix, delimiter, after, max_keys)


def names_between(store: Any, least: str, is_included: bool, most: int) -> list[str]:
    """At most `most` names from `least` on, in order."""
    with _lock(store):
        names = store.__dict__.get(NAMES)
        if names is None:
            names = store.__dict__[NAMES] = SortedList(dict.keys(store))
        start = names.bisect_left(least) if is_included else names.bisect_right(least)
        return list(names.islice(start, start + most))


def names_from(store: Any, least: str) -> Iterator[str]:
    """All names from `least` on, in order."""
    names = names_between(store, least, True, AT_ONCE)
    while names:
        yield from names
        names = names_between(store, names[-1], False, AT_ONCE)


def _page(
    backend: Any, bucket: Any, prefix: str | None, delimiter: str | None, after: str | None, most: int | None
) -> tuple[list[Any], bool, str | None]:
    """Objects and folders (texts) in order, whether there are more, and the token of what follows."""
    if isinstance(bucket, FakeTableStorageBucket):
        raise MethodNotAllowed()
    page: list[Any] = []
    for entry in _entries(bucket.keys, prefix or "", delimiter, after) if most != 0 else ():
        if most is not None and len(page) == most:
            last = page[-1] if isinstance(page[-1], str) else page[-1].name
            token = md5_hash(last.encode()).hexdigest()
            backend._pagination_tokens[token] = last
            return page, True, token
        page.append(entry)
    return page, False, None


def _entries(store: Any, prefix: str, delimiter: str | None, after: str | None) -> Iterator[Any]:
    least, is_included = (prefix, True) if after is None or after < prefix else (after, False)
    if delimiter and after is not None and after.startswith(prefix) and after.endswith(delimiter):
        least, is_included = _behind(after), True  # the page before ended with a folder
    while names := names_between(store, least, is_included, AT_ONCE):
        for name in names:
            least, is_included = name, False
            if not name.startswith(prefix):
                return
            key = store.get(name)
            if key is None or isinstance(key, FakeDeleteMarker):
                continue
            end = name.find(delimiter, len(prefix)) if delimiter else -1
            if end < 0:
                yield key
                continue
            folder = name[: end + len(delimiter or "")]
            if after is None or folder > after:
                yield folder
            least, is_included = _behind(folder), True
            break


def _behind(folder: str) -> str:
    """The least text above all that begin with it."""
    return folder[:-1] + chr(ord(folder[-1]) + 1)


def _noting_the_name(original: Any) -> Any:
    def change(store: Any, key: str, *arguments: Any) -> Any:
        with _lock(store):
            was_there = dict.__contains__(store, key)
            result = original(store, key, *arguments)
            names, is_there = store.__dict__.get(NAMES), dict.__contains__(store, key)
            if names is not None and is_there != was_there:
                (names.add if is_there else names.discard)(key)
            return result

    return change


def _lock(store: Any) -> AbstractContextManager[Any]:
    lock = store.__dict__.get(LOCK)
    if lock is None:
        with GUARD:
            lock = store.__dict__.setdefault(LOCK, threading.RLock())
    return lock
