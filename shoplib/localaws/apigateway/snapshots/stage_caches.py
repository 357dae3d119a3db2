"""How a stage's cache is told to begin anew: a count on moto's model of it, which outlives no stage."""

from typing import Any


def flush_count(stage: Any) -> int:
    return int(getattr(stage, "cache_flushes", 0))


def flush(stage: Any) -> None:
    stage.cache_flushes = flush_count(stage) + 1
