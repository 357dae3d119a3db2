"""The state of a circuit breaker, as a value: when a dependency is spared, and when one call may try it again.

closed -> open when too many of a window's calls failed; open -> half-open when its pause is over, for one probe;
half-open -> closed when the probe succeeds, -> open again when it fails. A probe that never ends gives way to another.
"""

from dataclasses import dataclass, replace

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"


@dataclass(frozen=True)
class Settings:
    """A window of `window_ms` opens the circuit when `failure_percent` of at least `minimum_calls` failed in it."""

    window_ms: int = 30_000
    minimum_calls: int = 10
    failure_percent: int = 50
    pause_ms: int = 5_000
    # Longer than any call takes: whoever probes and says nothing for so long is dead.
    probe_ms: int = 20_000


@dataclass(frozen=True)
class Circuit:
    """`until_ms` is when the window of a closed circuit ends, the pause of an open one, the patience with a probe.
    `generation` counts how often it has closed: a call of an earlier one says nothing about this one."""

    state: str = CLOSED
    until_ms: int = 0
    calls: int = 0
    failures: int = 0
    generation: int = 0
    version: int = 0


def blocked_ms(circuit: Circuit, now_ms: int) -> int:
    """For how long nobody may call; 0 when it is closed, or waits for a probe."""
    return 0 if circuit.state == CLOSED else max(circuit.until_ms - now_ms, 0)


def begin_probe(circuit: Circuit, now_ms: int, settings: Settings) -> Circuit:
    """The circuit while one call tries the dependency."""
    return _next(circuit, state=HALF_OPEN, until_ms=now_ms + settings.probe_ms)


def end_probe(circuit: Circuit, succeeded: bool, now_ms: int, settings: Settings) -> Circuit:
    """The circuit after its probe: closed with a clean slate, or open for another pause."""
    if not succeeded:
        return _next(circuit, state=OPEN, until_ms=now_ms + settings.pause_ms)
    until = now_ms + settings.window_ms
    return _next(circuit, state=CLOSED, until_ms=until, calls=0, failures=0, generation=circuit.generation + 1)


def count(circuit: Circuit, calls: int, failures: int, now_ms: int, settings: Settings) -> Circuit:
    """A closed circuit with more calls in its window, or in a new one; open when too many of them failed."""
    if now_ms >= circuit.until_ms:
        circuit = replace(circuit, until_ms=now_ms + settings.window_ms, calls=0, failures=0)
    after = _next(circuit, calls=circuit.calls + calls, failures=circuit.failures + failures)
    if not _fails_too_often(after, settings):
        return after
    return replace(after, state=OPEN, until_ms=now_ms + settings.pause_ms)


def _fails_too_often(circuit: Circuit, settings: Settings) -> bool:
    enough = circuit.calls >= settings.minimum_calls
    return enough and circuit.failures * 100 >= settings.failure_percent * circuit.calls


def _next(circuit: Circuit, **changes: int | str) -> Circuit:
    return replace(circuit, version=circuit.version + 1, **changes)  # type: ignore[arg-type]
