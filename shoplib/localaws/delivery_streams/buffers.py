"""Records that wait for delivery."""

import threading
from dataclasses import dataclass, field

MIB = 1024 * 1024


@dataclass(frozen=True)
class WaitingRecord:
    """`arrival` in seconds since 1970; `keys` are the partition keys that a function returned."""

    id: str
    data: bytes
    arrival: float
    keys: tuple[tuple[str, str], ...] = ()


@dataclass
class Buffer:
    """One stream's records in order. Thread-safe."""

    _records: list[WaitingRecord] = field(default_factory=list)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    delivering: threading.Lock = field(default_factory=threading.Lock)  # one delivery at a time keeps the order

    def add(self, records: list[WaitingRecord]) -> tuple[bool, int]:
        """Append records; returns whether the buffer was empty, and its size in bytes now."""
        with self._lock:
            was_empty = not self._records
            self._records += records
            self._size += sum(len(each.data) for each in records)
            return was_empty, self._size

    def put_back(self, records: list[WaitingRecord]) -> None:
        """Put records back in front, for another attempt."""
        with self._lock:
            self._records = records + self._records
            self._size += sum(len(each.data) for each in records)

    def take(self) -> list[WaitingRecord]:
        with self._lock:
            records, self._records, self._size = self._records, [], 0
            return records
