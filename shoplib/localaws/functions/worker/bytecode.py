"""Bytecode of uploaded code lies beside it: the code itself is read-only, and would be compiled anew at each start."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUFFIX = ".bytecode"


def find_caches(folders: "list[str]") -> "list[str]":
    """Those that the engine has made for these folders of a search path."""
    return [cache for folder in folders if os.path.isdir(cache := folder + SUFFIX)]  # noqa: PTH112 - pathlib costs 5 ms


def keep_apart(caches: "list[str]") -> None:
    """For modules that are imported from their folders from now on."""
    importing: Any = sys.modules["_frozen_importlib_external"]
    usual, cached = importing.cache_from_source, {cache.removesuffix(SUFFIX): cache for cache in caches}

    def cache_from_source(path: str, *arguments: "Any", **options: "Any") -> str:
        place: str = usual(path, *arguments, **options)
        folder = next((folder for folder in cached if path.startswith(folder + os.sep)), None)
        return place if folder is None else cached[folder] + place[len(folder) :]

    importing.cache_from_source = cache_from_source
