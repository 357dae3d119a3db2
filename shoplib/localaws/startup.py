"""What lets the engine's process start in a second and a half instead of four: `hasten()` before moto is imported; and
what makes commands quicker, too: `collect_seldom()`."""

import gc
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

Builder = Callable[..., tuple[str, str]]
# Nearly all that the engine makes lives on, or goes without the collector, which by Python's setting of (700, 10, 10)
# stops it for a third of a second again and again, and takes 6 % of its time. Of a command's time it takes a tenth.
COLLECTED_AFTER = (10_000, 10, 20)


class Files(dict[Any, Any]):
    """botocore's files, read once for all sessions of the process. Not S3's model: clients take the bucket out of its
    paths as they call, and moto, which routes by these paths, would find no operation any more."""

    def __setitem__(self, key: tuple[Any, ...], content: Any) -> None:
        if "s3" not in {part for argument in key for part in str(argument).split("/")}:
            super().__setitem__(key, content)


# Per folders that are looked through: a session with a model of its own is not answered with another's.
_shared: defaultdict[tuple[str, ...], Files] = defaultdict(Files)


def hasten() -> None:
    """Idempotent; for the engine's own process only."""
    read_once()
    collect_seldom()
    _leave_out_openapi_validator()


def collect_seldom() -> None:
    """For a process of ours alone: a notebook's is its user's."""
    gc.set_threshold(*COLLECTED_AFTER)


def read_once() -> None:
    """What libraries would read again and again, or for nothing. Idempotent; also for tests, which use them alike."""
    from botocore.loaders import Loader  # not every command needs it

    # jsonschema compiles a grammar of 1.2 s for one optional format check that moto never asks for.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    # moto makes a session for each of its services, and each session reads a megabyte of endpoints again.
    files = property(lambda loader: _shared[tuple(loader.search_paths)], lambda loader, cache: None)
    setattr(Loader, "_cache", files)  # noqa: B010 - for mypy
    _build_addresses_on_demand()


@cache
def _leave_out_openapi_validator() -> None:
    """A sixth of a second and 15 MB, for moto's reading of OpenAPI documents; `apigateway.openapi` takes its place."""
    validator = "openapi_spec_validator"
    stubs = ModuleType(validator), ModuleType(f"{validator}.validation.exceptions")
    vars(stubs[0])["validate"] = _refuse_document
    vars(stubs[1])["OpenAPIValidationError"] = ValueError
    sys.modules.update({stub.__name__: stub for stub in stubs})


def _refuse_document(_document: object) -> None:
    raise NotImplementedError("moto's own import of OpenAPI documents")


@cache
def _build_addresses_on_demand() -> None:
    """moto's routes are matched with requests. werkzeug compiles for each of thousands two functions more, which make
    an address of it, and nobody calls."""
    from werkzeug.routing import Rule

    compile_builder = Rule._compile_builder

    def compile_later(rule: Rule, append_unknown: bool = True) -> Builder:
        compiled = cache(lambda: compile_builder(rule, append_unknown))
        return lambda self, **values: compiled()(self, **values)

    setattr(Rule, "_compile_builder", compile_later)  # noqa: B010 - for mypy


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made within lives as long as the process: the garbage collector neither stops for it nor looks at it
    later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
