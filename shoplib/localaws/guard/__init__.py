"""The engine's guard: see README.md."""

from shoplib.localaws.guard.application import Guard

__all__ = ["Guard"]
