"""What a worker gives up before its handler's code is read, Linux only: new rights, many files, core dumps, and where
the kernel has Landlock the user's home, foreign processes and, from version 6 on, signals to them.

`_ctypes` instead of a library: a worker that imports `ctypes` for three calls starts 3 ms later.
"""

import os
import struct
import sys
from collections.abc import Iterable, Iterator

CREATE, ADD, RESTRICT = 444, 445, 446  # landlock_create_ruleset, _add_rule, _restrict_self; the same on all processors
VERSION = 1  # a flag of the first: ask, make nothing
BENEATH = 1  # a kind of rule
NO_NEW_RIGHTS = 38
EVERYTHING, READING = (1 << 13) - 1, 0b1101  # rights on files; execute, read a file, read a folder
REFER = 1 << 13  # moving a file to another folder, which version 1 always forbids
OF_A_FILE = 0b111  # execute, write, read
SIGNALS = 1 << 1
OPEN_FILES = 1024  # as in Lambda


def enter(hidden: Iterable[str], needed: Iterable[str], own: Iterable[str]) -> None:
    """Hide folders and processes, but not folders within that are needed for reading or are the worker's own."""
    if sys.platform != "linux":
        return
    _limit()
    try:
        _call("prctl", NO_NEW_RIGHTS, 1, 0, 0, 0)
        if version := landlock_version():
            _restrict(version, [path for path in hidden if path], list(needed), list(own))
    except (OSError, ImportError):
        return  # `shoplib doctor` says what this system has


def landlock_version() -> int:
    """Of the kernel's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return _call("syscall", CREATE, 0, 0, VERSION)
    except (OSError, ImportError):
        return 0


def _limit() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _restrict(version: int, hidden: list[str], needed: list[str], own: list[str]) -> None:
    rights = EVERYTHING | (REFER if version >= 2 else 0)
    attributes = struct.pack("QQQ", rights, 0, SIGNALS)[: 24 if version >= 6 else 8]
    rules = _call("syscall", CREATE, attributes, len(attributes), 0)
    hidden = [os.path.realpath(path) for path in hidden]
    for path in _beside("/", [*hidden, "/proc"]):
        _allow(rules, path, rights)
    for path in _of_proc():
        _allow(rules, path, rights)
    for path in needed:
        _allow(rules, path, READING)
    for path in own:
        _allow(rules, path, rights)
    _call("syscall", RESTRICT, rules, 0)
    os.close(rules)


def _beside(folder: str, hidden: list[str]) -> Iterator[str]:
    """Everything but what is hidden, by the outermost folders."""
    for name in os.listdir(folder):  # noqa: PTH208 - pathlib costs 5 ms
        path = os.path.join(folder, name)  # noqa: PTH118
        if path in hidden:
            continue
        if any(each.startswith(f"{path}/") for each in hidden):
            yield from _beside(path, hidden)
        else:
            yield path


def _of_proc() -> Iterator[str]:
    """The machine's figures and this process; no other."""
    own = str(os.getpid())
    return (f"/proc/{name}" for name in os.listdir("/proc") if not name.isdigit() or name == own)  # noqa: PTH208


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH)
    except OSError:
        return  # gone, or not to be reached anyway
    try:
        folder = os.path.isdir(path)  # noqa: PTH112
        _call("syscall", ADD, rules, BENEATH, struct.pack("=Qi", rights if folder else rights & OF_A_FILE, opened), 0)
    finally:
        os.close(opened)


def _call(name: str, *arguments: int | bytes) -> int:
    import _ctypes

    library = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]  # None is this process
    answer: int = _ctypes.call_function(_ctypes.dlsym(library, name), arguments)
    if answer < 0:
        raise OSError(f"{name} is not permitted here")
    return answer
