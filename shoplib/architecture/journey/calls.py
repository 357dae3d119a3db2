"""Recorded calls of the local AWS, and which of them mention a text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shoplib.architecture.journey import texts

UUID = re.compile(r"(?<![\w-])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-])")
ACTIVE = ("lambda", "execute-api")  # an ARN of these acts by itself; any other hands on what was put into it


@dataclass(frozen=True)
class Call:
    """One call. `trace` and `links` are roots of traces; `ms` is what the caller waited, None for a call that never
    came to an end."""

    at: float
    caller: str
    service: str
    operation: str
    resource: str
    ms: float | None
    error: str
    trace: str
    links: tuple[str, ...]
    payload: str
    answer: str

    @property
    def end(self) -> float:
        return self.at + (self.ms or 0.0) / 1000

    @property
    def hop(self) -> bool:
        """Whether a queue, stream, table, bucket, topic or rule delivered this, rather than a client calling."""
        return self.caller.startswith("arn:") and self.caller.split(":")[2] not in ACTIVE

    @cached_property
    def words(self) -> str:
        """Everything that it says, records of streams in clear."""
        return f"{texts.clear(self.payload)}\n{texts.clear(self.answer)}"

    @cached_property
    def ids(self) -> frozenset[str]:
        """The unique ids that it mentions."""
        return frozenset(UUID.findall(self.words))


def read(row: Mapping[str, Any]) -> Call:
    """The call of a recorded row."""
    links = tuple(dict.fromkeys(filter(None, map(root, row["links"] or ()))))
    ms = None if row["ms"] is None else float(row["ms"]) + float(row.get("waited_ms", 0.0))
    names = {name: str(row[name] or "") for name in ("service", "operation", "resource", "error", "payload", "answer")}
    return Call(at=float(row["at"]), caller=row["caller"], ms=ms, trace=root(row["trace"]), links=links, **names)


def root(text: str) -> str:
    """The root of a trace: of a header such as `Root=1-65f…;Parent=…`, or the text itself."""
    fields = dict(field.strip().partition("=")[::2] for field in text.split(";"))
    return fields.get("Root", "" if "=" in text else text.strip())


def mentioning(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of `words` where it does not merely begin or end a longer one."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(words)))})(?![\w-])")


def recent(calls: Sequence[Call], count: int = 3) -> list[str]:
    """The last requests from outside, newest first, each as its trace id and a description."""
    requests = [f"{call.trace} ({call.operation})" for call in calls if call.caller == "Clients" and call.trace]
    return requests[::-1][:count]
