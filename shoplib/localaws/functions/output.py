"""A worker's output as log events: one per printed line, one per framed log record."""

import time
from dataclasses import dataclass

# AWS's bootstrap frames a log record as type (4 bytes), length (4), microseconds (8), text; all types start like this.
FRAME_MARK = b"\xa5\x5a\x00"
FRAME_HEAD = 16
MAX_EVENT = 256 * 1024


@dataclass(frozen=True)
class LogEvent:
    """`timestamp` in milliseconds since 1970; `message` as written, with its line end."""

    timestamp: int
    message: str


class OutputDecoder:
    """Feed it bytes as they come; it returns the events that are complete."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[LogEvent]:
        self._buffer += data
        events: list[LogEvent] = []
        while self._buffer:
            mark = self._buffer.find(FRAME_MARK)
            if mark < 0:
                return events + self._take_lines()
            if mark > 0:
                events += self._take_text(mark)
                continue
            frame = self._take_frame()
            if frame is None:
                return events
            events.append(frame)
        return events

    def end(self) -> list[LogEvent]:
        """What is left without a line end."""
        rest, self._buffer = self._buffer, b""
        return _lines(rest)

    def _take_lines(self) -> list[LogEvent]:
        end = self._buffer.rfind(b"\n") + 1
        if not end and len(self._buffer) > MAX_EVENT:
            end = MAX_EVENT
        return self._take_text(end)

    def _take_text(self, end: int) -> list[LogEvent]:
        text, self._buffer = self._buffer[:end], self._buffer[end:]
        return _lines(text)

    def _take_frame(self) -> LogEvent | None:
        size = int.from_bytes(self._buffer[4:8], "big")
        if len(self._buffer) < FRAME_HEAD + size:
            return None
        timestamp = int.from_bytes(self._buffer[8:FRAME_HEAD], "big") // 1000
        text = self._buffer[FRAME_HEAD : FRAME_HEAD + size]
        self._buffer = self._buffer[FRAME_HEAD + size :]
        return LogEvent(timestamp, text.decode("utf-8", "replace").removesuffix("\n") + "\n")


def _lines(text: bytes) -> list[LogEvent]:
    now = time.time_ns() // 1_000_000
    *lines, rest = text.decode("utf-8", "replace").split("\n")
    return [LogEvent(now, f"{line}\n") for line in lines] + ([LogEvent(now, rest)] if rest else [])
