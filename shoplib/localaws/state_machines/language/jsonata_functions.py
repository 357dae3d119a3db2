"""What Step Functions adds to JSONata's own functions, `$eval`, which it takes away, and `$count`, which counts null.

None means undefined: what has no answer fails the field that is evaluated, and not the function."""

import hashlib
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.language.jsonata_nulls import plain, with_nulls

MOST_ITEMS = 360_145  # of a range, as on AWS
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def functions() -> dict[str, Callable[..., Any]]:
    return {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": _random,
        "uuid": lambda: str(uuid.uuid4()),
        "parse": _parse,
        "eval": _no_eval,
        "count": _count,
    }


def _partition(items: Any, size: Any = None) -> Any:
    each = list(items) if isinstance(items, list | range) else [items]
    width = 0 if size is None else _whole("partition", 2, size)
    if items is None or not each or width < 1:
        return None
    return [each[at : at + width] for at in range(0, len(each), width)]


def _range(first: Any = None, last: Any = None, step: Any = None, *more: Any) -> Any:
    """A sequence, of which one item alone is that item."""
    from jsonata.utils import Utils

    if more:
        raise _mismatch("range", 4)
    numbers = [_whole("range", at, value) for at, value in enumerate((first, last, step), 1) if value is not None]
    if len(numbers) < 3 or numbers[2] == 0:
        return None
    start, end, by = numbers
    items = range(start, end + (1 if by > 0 else -1), by)
    if len(items) > MOST_ITEMS:
        raise ValueError("Expression evaluation memory limit exceeded")
    return Utils.create_sequence_from_iter(items) if items else None


def _whole(function: str, at: int, value: Any) -> int:
    """Without what follows the point. Raises JException for what is no number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _mismatch(function, at)
    return int(value)


def _mismatch(function: str, at: int) -> Exception:
    from jsonata.jexception import JException

    return JException("T0410", 0, at, function)


def _hash(data: Any = None, algorithm: Any = None) -> Any:
    if data is None or algorithm is None:
        return None
    if algorithm not in HASHES:
        raise ValueError(f"the algorithm must be one of {', '.join(HASHES)}")
    text = data if isinstance(data, str) else compact(plain(data))
    return hashlib.new(HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _random(seed: Any = None) -> float:
    return random.Random(seed).random() if seed is not None else random.random()


def _parse(text: Any = None) -> Any:
    from jsonata.jexception import JException

    try:
        return None if text is None else with_nulls(json.loads(text))
    except ValueError:
        raise JException("D3137", 0, "Invalid JSON") from None


def _no_eval(*_: Any) -> Any:
    from jsonata.jexception import JException

    raise JException("T1006", 0)


def _count(items: Any = None) -> int:
    return 0 if items is None else len(items) if isinstance(items, list | range) else 1
