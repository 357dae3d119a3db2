"""EventBridge Pipes: see README.md."""

from shoplib.localaws.pipes.service import Pipes

__all__ = ["Pipes"]
