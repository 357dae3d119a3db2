"""What is wrong with a pattern, in AWS's words."""

from collections.abc import Iterator
from contextlib import contextmanager

Place = tuple[str | int, ...]


class InvalidPattern(ValueError):
    """The text is not an event pattern; the message is the reason that AWS gives.

    `place` leads from the pattern to the value at which AWS's parser stood; `behind` when it had read all of that value
    (of a text, an array or an object else only the first character). `twice` where AWS tells the place twice,
    `placeless` where it tells none.
    """

    def __init__(
        self, reason: str, place: Place = (), *, behind: bool = False, twice: bool = False, placeless: bool = False
    ) -> None:
        super().__init__(reason)
        self.place = place
        self.behind = behind
        self.twice = twice
        self.placeless = placeless


@contextmanager
def inside(step: str | int) -> Iterator[None]:
    """What is refused in this block is refused at `step` of what surrounds it."""
    try:
        yield
    except InvalidPattern as error:
        error.place = (step, *error.place)
        raise
