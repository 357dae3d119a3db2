"""StackPort on the local AWS, for the user's own browser alone: see README.md."""

from shoplib.console.server import Console, prepare

__all__ = ["Console", "prepare"]
