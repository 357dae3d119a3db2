"""The engine's guard: see README.md."""

from shoplib.localaws.guard.application import Guard
from shoplib.localaws.guard.signatures import signed_bodies

__all__ = ["Guard", "signed_bodies"]
