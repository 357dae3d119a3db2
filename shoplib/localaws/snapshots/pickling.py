"""Turning the engine's state into bytes and back: what lives only in a process is made anew, backends stay in place."""

import io
import itertools
import pickle
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

from shoplib.localaws.consistent_pickle import PROTOCOL
from shoplib.localaws.snapshots import keys, local_functions

LOCK, RLOCK = type(threading.Lock()), type(threading.RLock())
OWN_INITS = (defaultdict.__init__, OrderedDict.__init__)
Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


def dump(state: Any) -> bytes:
    """One pickle of everything: what two services share is still one object afterwards."""
    stream = io.BytesIO()
    _Pickler(stream, PROTOCOL).dump(state)
    return stream.getvalue()


def load(content: bytes) -> Any:
    """Runs what the pickle says: only for bytes whose origin is proven."""
    return _Unpickler(io.BytesIO(content)).load()


def backends() -> dict[tuple[str, str, str], BaseBackend]:
    """moto's backends that are in use, by service, account and region."""
    return {
        (services.service_name, account, region): backend
        for services in _in_use()
        for account, region, backend in list(services.iter_backends())
    }


def backend_of(service: str, account: str, region: str) -> BaseBackend:
    place: Any = get_backend(service)  # type: ignore[call-overload]
    backend: BaseBackend = place[account][region]
    return backend


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        """A backend is referred to by its place, so that whoever refers to it finds the one that lives."""
        if isinstance(obj, BaseBackend):
            return _name_of(obj)
        if isinstance(obj, BackendDict):
            return (obj.service_name,)
        return (obj.service_name, obj.account_id) if isinstance(obj, AccountSpecificBackend) else None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, FunctionType) and local_functions.is_local(obj):
            return local_functions.function_at, local_functions.place_of(obj)
        if isinstance(obj, defaultdict | OrderedDict) and type(obj).__init__ not in OWN_INITS:
            return _of_dictionary(obj)
        if keys.is_key(obj):
            return keys.reduced(obj)
        reduce = _REDUCERS.get(type(obj))
        return reduce(obj) if reduce else NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: tuple[str, ...]) -> Any:
        place: Any = get_backend(pid[0])  # type: ignore[call-overload]
        for key in pid[1:]:
            place = place[key]
        return place


def _in_use() -> list[BackendDict[Any]]:
    return list(BackendDict._instances)  # type: ignore[misc]


def _name_of(backend: BaseBackend) -> tuple[str, str, str]:
    return _service_of(type(backend)), backend.account_id, backend.region_name


def _service_of(kind: type) -> str:
    return next(each.service_name for each in _in_use() if each.backend is kind)


def _of_dictionary(each: Any) -> Any:
    """Of a class with an `__init__` of its own, which pickle would call with the wrong arguments."""
    factory = getattr(each, "default_factory", None)
    return _new_dictionary, (type(each), factory), each.__dict__, None, iter(dict.items(each))


def _new_dictionary(kind: Any, factory: Any) -> Any:
    new = kind.__new__(kind)
    if factory is not None:
        new.default_factory = factory
    return new


def _lock(lock: Any) -> Reduced:
    return threading.Lock, ()


def _rlock(lock: Any) -> Reduced:
    return threading.RLock, ()


def _condition(condition: threading.Condition) -> Reduced:
    return threading.Condition, (condition._lock,)  # type: ignore[attr-defined]


def _event(event: threading.Event) -> Reduced:
    return _make_event, (event.is_set(),)


def _make_event(is_set: bool) -> threading.Event:
    event = threading.Event()
    if is_set:
        event.set()
    return event


def _weak_values(values: Any) -> Reduced:
    return WeakValueDictionary, (dict(values),)


def _count(count: Any) -> Reduced:
    """`count(5)`, `count(5, 2)`: Python tells no other way."""
    arguments = repr(count).removeprefix("count(").removesuffix(")").split(",")
    return itertools.count, tuple(map(int, arguments))


_REDUCERS: dict[type, Callable[[Any], Reduced]] = {
    LOCK: _lock,
    RLOCK: _rlock,
    threading.Condition: _condition,
    threading.Event: _event,
    WeakValueDictionary: _weak_values,
    itertools.count: _count,
}
