"""A `/tmp` of its own for this worker, as large as the function's ephemeral storage; Linux only.

A mount namespace hides the machine's /tmp behind an empty file system in memory, which ends with the worker and its
children. From Linux 5.12 on all else is read-only there, as in Lambda. `_ctypes` instead of `ctypes`: a worker that
imports the latter for three calls starts 3 ms later.
"""

import os
import struct
import sys
from collections.abc import Iterable

TMP = "/tmp"
NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
NO_SETUID, NO_DEVICES, BIND, RECURSIVE, PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
SET_ATTRIBUTES, READ_ONLY, AND_BELOW = 442, 0x1, 0x8000  # mount_setattr, and what it is told
FROM_HERE = -100


def enter(size_mb: int, needed: Iterable[str], writable: Iterable[str] = ()) -> bool:
    """True when /tmp is now private; False, with nothing changed, where the system does not let us.

    `needed` are folders that must stay reachable although they lie in the machine's /tmp, `writable` those that are not
    read-only.
    """
    if sys.platform != "linux":
        return False
    try:
        _leave_the_machines_mounts()
        # What is opened now stays reachable by its number when the mount below has hidden its path.
        handles = {path: os.open(path, os.O_PATH) for path in _below_tmp(needed)}
        _mount(b"tmpfs", TMP, b"tmpfs", NO_SETUID | NO_DEVICES, f"size={size_mb}m,mode=1777")
    except (OSError, ImportError):
        return False
    for path, number in handles.items():
        os.makedirs(path)  # noqa: PTH103 - pathlib costs 5 ms
        _mount(f"/proc/self/fd/{number}".encode(), path, b"", BIND | RECURSIVE, "")
        os.close(number)
    _forbid_writing(list(writable))
    return True


def hide_processes() -> bool:
    """Within `enter`: a /proc that shows only those that this one may trace; with Landlock these are its own children.

    Without root's rights the system forbids it: False.
    """
    try:
        _mount(b"proc", "/proc", b"proc", NO_SETUID | NO_DEVICES, "hidepid=4")
    except (OSError, ImportError):
        return False
    return True


def _below_tmp(paths: Iterable[str]) -> list[str]:
    """The outermost of the existing folders that lie below /tmp, or to which a link from there leads."""
    names = (os.path.abspath, os.path.realpath)
    places = sorted({name(path) for path in paths if os.path.isdir(path) for name in names})  # noqa: PTH112
    below = [path for path in places if path.startswith(TMP + "/")]
    return [path for path in below if not any(path.startswith(outer + "/") for outer in below)]


def _leave_the_machines_mounts() -> None:
    """Mounts that nobody else sees. Without root's rights they need a user namespace, with the user's own number."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", NEW_MOUNTS if user == 0 else NEW_MOUNTS | NEW_USER)
    if user != 0:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _mount(b"", "/", b"", RECURSIVE | PRIVATE, "")


def _forbid_writing(but_in: list[str]) -> None:
    """Into all but these folders and /tmp."""
    try:
        for path in but_in:
            _mount(os.fsencode(path), path, b"", BIND, "")
        _set_attributes("/", AND_BELOW, READ_ONLY, 0)
        for path in (TMP, *but_in):
            _set_attributes(path, 0, 0, READ_ONLY)
    except OSError:
        return  # an older Linux


def _set_attributes(path: str, flags: int, on: int, off: int) -> None:
    attributes = struct.pack("QQQQ", on, off, 0, 0)
    _call("syscall", SET_ATTRIBUTES, FROM_HERE, os.fsencode(path), flags, attributes, len(attributes))


def _mount(source: bytes, target: str, kind: bytes, flags: int, options: str) -> None:
    _call("mount", source, os.fsencode(target), kind, flags, options.encode())


def _call(name: str, *arguments: int | bytes) -> None:
    import _ctypes

    library = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]  # None is this process
    if _ctypes.call_function(_ctypes.dlsym(library, name), arguments) != 0:
        raise OSError(f"{name} is not permitted here")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)
