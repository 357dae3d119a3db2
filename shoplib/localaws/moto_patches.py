"""The one way in which moto is changed: each change is listed, can be made twice without harm, and can be undone.

`APPLIED` is the checklist of an upgrade of moto: every place of moto's on which the local AWS relies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from types import ModuleType
from typing import Any

Method = Callable[..., Any]
Hook = Callable[..., None]
Owner = type | ModuleType
ABSENT = object()


@dataclass(slots=True)
class Patch:
    """What stood there before (ABSENT for what moto lacks), and which wrappers are around what stands there now."""

    original: Any
    wrappers: list[str] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)  # by who asked for it


APPLIED: dict[tuple[Owner, str], Patch] = {}


def replace(owner: Owner, name: str, replacement: Any) -> None:
    """Put a method, function, class or property in the place of moto's."""
    patch = _patch(owner, name)
    patch.wrappers.clear()
    patch.hooks = {}
    setattr(owner, name, replacement)


def replace_methods(owner: Owner, **methods: Method) -> None:
    """Put `methods` in place of moto's methods of the same names."""
    for name, method in methods.items():
        replace(owner, name, method)


def replace_property(owner: type, name: str, getter: Method, setter: Method | None = None) -> None:
    replace(owner, name, property(getter, setter))


def wrap(owner: Owner, name: str, around: Callable[[Method], Method]) -> None:
    """Put `around(original)` in the place of a method, unless that was done before."""
    _wrap(owner, name, around, around)


def before(owner: Owner, name: str, check: Callable[..., object]) -> None:
    """Call `check` with the arguments of a method first: it refuses by raising. Unless that was done before."""
    _wrap(owner, name, check, lambda original: _checking(check, original))


def after(owner: Owner, name: str, hook: Hook) -> None:
    """Call `hook` with the result of a method and its arguments; the last hook of each module wins."""
    hooks = _patch(owner, name).hooks
    if not hooks:
        setattr(owner, name, _calling(hooks, getattr(owner, name)))
    hooks[hook.__module__] = hook


def _wrap(owner: Owner, name: str, asker: Callable[..., Any], around: Callable[[Method], Method]) -> None:
    wrappers, who = _patch(owner, name).wrappers, f"{asker.__module__}.{asker.__qualname__}"
    if who not in wrappers:
        original = getattr(owner, name)
        setattr(owner, name, wraps(original)(around(original)))
        wrappers.append(who)


def _checking(check: Callable[..., object], original: Method) -> Method:
    def method(*arguments: Any, **kwargs: Any) -> Any:
        check(*arguments, **kwargs)
        return original(*arguments, **kwargs)

    return method


def _calling(hooks: Mapping[str, Hook], original: Method) -> Method:
    @wraps(original)
    def method(*arguments: Any, **kwargs: Any) -> Any:
        result = original(*arguments, **kwargs)
        for hook in list(hooks.values()):
            hook(result, *arguments, **kwargs)
        return result

    return method


def undo_all() -> None:
    """moto as it was installed."""
    while APPLIED:
        (owner, name), patch = APPLIED.popitem()
        if patch.original is ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, patch.original)


def _patch(owner: Owner, name: str) -> Patch:
    return APPLIED.setdefault((owner, name), Patch(vars(owner).get(name, ABSENT)))
