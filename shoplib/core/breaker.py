"""A circuit breaker whose circuit is an item of a table, so that all environments of a function share it.

Success costs no write: an environment keeps count of its calls and reports them with its next failure. What it reads of
the circuit it believes for a second. Of all environments, the one whose conditional write succeeds does the probe.
A table that cannot be read or written closes no door: calls go on as if the circuit were closed, and the log says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from shoplib.core import circuit, clock, telemetry
from shoplib.core.circuit import Circuit, Settings
from shoplib.core.errors import Unavailable

Answer = TypeVar("Answer")

_FRESH_MS = 1_000
_ATTEMPTS = 5
_METRICS = {circuit.OPEN: "CircuitOpened", circuit.HALF_OPEN: "CircuitHalfOpened", circuit.CLOSED: "CircuitClosed"}


@dataclass(frozen=True)
class Dependency:
    """What is protected: `failures` are the errors that say it is not well; `code` and `message` are for who is turned
    away meanwhile."""

    name: str
    failures: tuple[type[Exception], ...]
    code: str
    message: str


class Breaker:
    """Calls a dependency, unless too many calls failed: then it answers Unavailable at once, and tries a call at times.

    `table` answers a boto3 Table, `key` is the circuit's key in it.
    """

    def __init__(
        self,
        dependency: Dependency,
        table: Callable[[], Any],
        key: Mapping[str, str],
        settings: Settings | None = None,
    ) -> None:
        self._dependency, self._table, self._key = dependency, table, dict(key)
        self._settings = settings or Settings()
        self._seen, self._seen_at = Circuit(), -_FRESH_MS
        self._calls = self._failures = self._counting_since = 0

    def call(self, work: Callable[[], Answer]) -> Answer:
        """What `work` answers. Unavailable, with the seconds to wait, while the circuit is open."""
        admitted = self._enter()
        try:
            answer = work()
        except self._dependency.failures:
            self._leave(admitted, succeeded=False)
            raise
        except Exception:
            # The call ended for reasons of our own; the dependency is well as far as anybody knows.
            self._leave(admitted, succeeded=True)
            raise
        self._leave(admitted, succeeded=True)
        return answer

    def _enter(self) -> Circuit:
        """The circuit with which a call is let in; for the probe, the one that it made half-open."""
        seen, now = self._look(), _now_ms()
        if seen.state == circuit.CLOSED:
            return seen
        if waiting := circuit.blocked_ms(seen, now):
            raise self._refusal(waiting)
        probing = circuit.begin_probe(seen, now, self._settings)
        if not self._swap(seen, probing):
            raise self._refusal(self._settings.pause_ms)
        return probing

    def _leave(self, admitted: Circuit, succeeded: bool) -> None:
        if admitted.state == circuit.HALF_OPEN:
            # In vain when another took over from a probe that was so slow.
            self._swap(admitted, circuit.end_probe(admitted, succeeded, _now_ms(), self._settings))
        elif succeeded:
            self._count(failures=0)
        else:
            self._count(failures=1)
            self._report(admitted.generation)

    def _count(self, failures: int) -> None:
        if _now_ms() - self._counting_since >= self._settings.window_ms:
            self._calls, self._failures, self._counting_since = 0, 0, _now_ms()
        self._calls, self._failures = self._calls + 1, self._failures + failures

    def _report(self, generation: int) -> None:
        """Adds this environment's calls since its last report where all see them; later, when others are at it."""
        for _ in range(_ATTEMPTS):
            before = self._read()
            is_of_the_past = before.state != circuit.CLOSED or before.generation != generation
            after = circuit.count(before, self._calls, self._failures, _now_ms(), self._settings)
            if is_of_the_past or self._swap(before, after):
                self._calls = self._failures = 0
                return

    def _look(self) -> Circuit:
        is_fresh = _now_ms() - self._seen_at < _FRESH_MS
        return self._seen if is_fresh and self._seen.state == circuit.CLOSED else self._read()

    def _read(self) -> Circuit:
        try:
            item = self._table().get_item(Key=self._key, ConsistentRead=True).get("Item")
        except Exception:  # noqa: BLE001 - whatever it is, it says nothing of the dependency
            telemetry.logger().warning("circuit not read", extra={"circuit": self._dependency.name}, exc_info=True)
            item = None
        self._seen, self._seen_at = _circuit(item) if item else Circuit(), _now_ms()
        return self._seen

    def _swap(self, before: Circuit, after: Circuit) -> bool:
        """Puts a circuit in the place of another; False when that is no longer there."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(version)"}
        if before.version:
            condition = {
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": before.version},
            }
        try:
            self._table().put_item(Item=self._key | asdict(after), **condition)
        except Exception as error:  # noqa: BLE001 - as above
            if type(error).__name__ != "ConditionalCheckFailedException":
                telemetry.logger().warning("circuit not kept", extra={"circuit": self._dependency.name}, exc_info=True)
            return False
        self._seen, self._seen_at = after, _now_ms()
        if after.state != before.state:
            self._publish(after)
        return True

    def _publish(self, changed: Circuit) -> None:
        telemetry.count_of_function(_METRICS[changed.state])
        numbers = {"calls": changed.calls, "failures": changed.failures}
        telemetry.logger().warning(
            "circuit changed", extra={"circuit": self._dependency.name, "state": changed.state, **numbers}
        )

    def _refusal(self, waiting_ms: int) -> Unavailable:
        telemetry.count_of_function("CallsSpared")
        seconds = max(-(-waiting_ms // 1_000), 1)
        return Unavailable(self._dependency.code, self._dependency.message, seconds)


def _circuit(item: Mapping[str, Any]) -> Circuit:
    numbers = {field.name: int(item[field.name]) for field in fields(Circuit) if field.name != "state"}
    return Circuit(state=str(item["state"]), **numbers)


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1_000)
