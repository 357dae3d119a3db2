"""What lets the engine's process start in a second and a half instead of four: `hasten()` before moto is imported."""

import sys
from typing import Any

from botocore.loaders import Loader

# One cache of botocore's files for all sessions of the process; botocore only reads what is in it.
_shared: dict[Any, Any] = {}


def hasten() -> None:
    """Idempotent; for the engine's own process only."""
    # jsonschema compiles a grammar of 1.2 s for one optional format check that moto never asks for.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    # moto makes a session for each of its services, and each session reads a megabyte of endpoints again.
    setattr(Loader, "_cache", property(lambda loader: _shared, lambda loader, cache: None))  # noqa: B010 - for mypy
