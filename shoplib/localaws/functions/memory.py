"""How much memory a worker has used: the figure behind `Max Memory Used` and the memory limit."""

from pathlib import Path

import psutil

from shoplib.localaws.functions import process_tree

MEBIBYTE = 1024 * 1024


def peak_bytes(pid: int) -> int:
    """The peak so far of memory that `pid` holds for itself; 0 when it is gone.

    Linux knows the true peak (VmHWM); pages of mapped files are left out, for the kernel takes them back under
    pressure instead of killing the process. Elsewhere the figure is the peak or current resident size from psutil.
    """
    try:
        return _linux_peak(pid)
    except FileNotFoundError:
        return _psutil_peak(pid)
    except ProcessLookupError:
        return 0


def resident_peak_bytes(pid: int) -> int:
    """The peak of all resident memory, mapped files included, which is what AWS reports; 0 when it is gone."""
    try:
        return _status_bytes(pid).get("VmHWM", 0)
    except (FileNotFoundError, ProcessLookupError):
        return _psutil_peak(pid)


def children_bytes(pid: int) -> int:
    """What the processes that `pid` has started hold for themselves now; pages shared since a fork are not theirs."""
    return sum(_private_bytes(child) for child in process_tree.descendants(pid))


def _linux_peak(pid: int) -> int:
    sizes = _status_bytes(pid)
    return max(0, sizes.get("VmHWM", 0) - sizes.get("RssFile", 0) - sizes.get("RssShmem", 0))


def _status_bytes(pid: int) -> dict[str, int]:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    sizes = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {name: int(sizes[name].split()[0]) * 1024 for name in ("VmHWM", "RssFile", "RssShmem") if name in sizes}


def _psutil_peak(pid: int) -> int:
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return int(getattr(info, "peak_wset", info.rss))


def _private_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_full_info().uss)
    except psutil.Error:
        return 0
