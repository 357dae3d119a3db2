"""What a room says of its state, so that it can be saved and put back."""

from collections.abc import Callable
from typing import Any, Protocol


class Part(Protocol):
    """A room whose state is not, or not only, in moto's backends."""

    def state(self) -> Any:
        """What pickle can keep; None where moto has it all, and `restore` only has to begin with it."""

    def restore(self, state: Any) -> None:
        """Be as the room was that answered `state`; moto's backends are back already."""


class Worker(Protocol):
    """A room that works by itself, and must not while the state is read or replaced."""

    def pause(self, limit_s: float) -> bool:
        """Begin nothing more; False when what is at work is not done within the limit."""

    def resume(self) -> None:
        """Go on with whatever is there now."""


Open = Callable[[str], None]  # a service that has not been asked for yet, by moto's name
