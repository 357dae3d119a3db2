"""How much memory a worker has used: the figure behind `Max Memory Used` and the memory limit."""

from pathlib import Path

import psutil

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


def current_bytes(pid: int) -> int:
    """Resident memory of `pid` now; 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _linux_peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    sizes = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    kilobytes = {name: int(sizes[name].split()[0]) for name in ("VmHWM", "RssFile", "RssShmem") if name in sizes}
    shared = kilobytes.get("RssFile", 0) + kilobytes.get("RssShmem", 0)
    return max(0, kilobytes.get("VmHWM", 0) - shared) * 1024


def _psutil_peak(pid: int) -> int:
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return int(getattr(info, "peak_wset", info.rss))
