"""Health checks: which there are, and what came of one."""

from collections.abc import Mapping
from dataclasses import dataclass

HEALTH = "/health"


@dataclass(frozen=True)
class Check:
    """`url` is the address that says how the services behind an API are."""

    name: str
    url: str


@dataclass(frozen=True)
class Result:
    """`reason` says why it is not healthy: the status, or that nothing answered."""

    name: str
    milliseconds: int
    reason: str | None = None

    @property
    def healthy(self) -> bool:
        return self.reason is None


def checks(addresses: Mapping[str, str]) -> list[Check]:
    """A check for each API that is deployed; its address is empty otherwise."""
    return [Check(name, url.rstrip("/") + HEALTH) for name, url in addresses.items() if url]


def result(check: Check, status: int | None, seconds: float) -> Result:
    """What came of a check; no status, no answer."""
    reason = None if status == 200 else "no answer" if status is None else f"status {status}"
    return Result(check.name, round(seconds * 1000), reason)
