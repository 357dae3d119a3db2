"""How connections end, and within which limits they live."""

from dataclasses import dataclass

NORMAL, GOING_AWAY, UNSUPPORTED, ABNORMAL, TOO_LARGE = 1000, 1001, 1003, 1006, 1009
LARGEST_MESSAGE = 128 * 1024
LARGEST_FRAME = 32 * 1024


@dataclass(frozen=True)
class Limits:
    """Seconds without a frame, and from connecting on."""

    idle: float = 600.0
    lifetime: float = 7200.0


@dataclass(frozen=True)
class End:
    """How a connection ended, as `$disconnect` has it."""

    code: int
    reason: str = ""
