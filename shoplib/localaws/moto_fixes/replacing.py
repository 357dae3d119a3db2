"""How a plug-in replaces a method of moto: once, and keeping the original at hand."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

Method = Callable[..., Any]
LAYERS = "lab_layers"


def replace(owner: type | ModuleType, name: str, replacement: Method) -> None:
    """Put `replacement(self, ...)` in the place of a method, or a function in the place of a module's."""
    setattr(owner, name, replacement)


def wrap(owner: type, name: str, around: Callable[[Method], Method]) -> None:
    """Put `around(original)` in the place of a method, unless the same was done before; several may be around one."""
    original, this = getattr(owner, name), (around.__module__, around.__qualname__)
    layers = getattr(original, LAYERS, ())
    if this in layers:
        return
    wrapped = wraps(original)(around(original))
    setattr(wrapped, LAYERS, (*layers, this))
    setattr(owner, name, wrapped)


def replace_property(owner: type, name: str, getter: Method, setter: Method | None = None) -> None:
    setattr(owner, name, property(getter, setter))
