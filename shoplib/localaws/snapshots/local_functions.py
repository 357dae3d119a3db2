"""Functions that are written within others (`defaultdict(lambda: {})`): known by where in the source they stand.

Only those that use nothing of the function around them: what they do is then the same in every process.
"""

import sys
from collections.abc import Iterator
from functools import reduce
from inspect import unwrap
from pickle import PicklingError
from types import CodeType, FunctionType
from typing import Any

LOCAL = ".<locals>."
Place = tuple[str, str, str, int]  # module, the function around it, its own name and line


def is_local(function: FunctionType) -> bool:
    return LOCAL in function.__qualname__


def place_of(function: FunctionType) -> Place:
    """Raises PicklingError for one that depends on the function around it."""
    if function.__closure__ or function.__defaults__ or function.__kwdefaults__:
        raise PicklingError(f"{function.__module__}.{function.__qualname__} depends on the function around it")
    code = function.__code__
    return function.__module__, function.__qualname__.partition(LOCAL)[0], code.co_name, code.co_firstlineno


def function_at(module: str, around: str, name: str, line: int) -> FunctionType:
    """Its module is imported for it."""
    __import__(module)
    owner: Any = reduce(getattr, around.split("."), sys.modules[module])
    codes = _within(unwrap(owner).__code__)
    code = next(each for each in codes if (each.co_name, each.co_firstlineno) == (name, line))
    return FunctionType(code, vars(sys.modules[module]), name)


def _within(code: Any) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _within(constant)
