"""Stores that are pickled while others go on writing: what reports by itself is not held while the state is saved."""

import pickle
from collections.abc import Callable
from typing import Any

PROTOCOL = 5  # of pickle, for all that is saved


class ConsistentPickle:
    """Pickled as it is at one moment: under its `_lock`, which is made anew with it. Shares no object with others.

    Loading it runs what the pickle says, as all of a saved state does.
    """

    _lock: Any

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        with self._lock:
            attributes = {name: value for name, value in vars(self).items() if name != "_lock"}
            return _restored, (type(self), pickle.dumps(attributes, PROTOCOL))


def _restored(kind: type, content: bytes) -> Any:
    store = kind()
    vars(store).update(pickle.loads(content))
    return store
