"""The board of a game: started, detected and fixed incidents, in a file shared by the game and its players."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from shoplib import whole_files
from shoplib.errors import LabError
from shoplib.gameday.incidents import Incident, incidents
from shoplib.localaws.state import state_directory

LOCK_SECONDS = 10


@dataclass
class Case:
    """One incident in a game. Times are seconds since 1970; None until they are known."""

    name: str
    begins: float
    fault: str = ""
    begun: float | None = None
    detected: float | None = None
    mended: float | None = None

    @property
    def incident(self) -> Incident:
        return next(each for each in incidents() if each.name == self.name)

    @property
    def is_open(self) -> bool:
        return self.begun is not None and self.mended is None


@dataclass
class Game:
    """A game: when it began and ends, its cases, wrong answers, and customers who were served and lost."""

    seed: int
    began: float
    ends: float
    cases: list[Case]
    wrong: int = 0
    served: int = 0
    lost: int = 0
    is_over: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if case.is_open]


class Board:
    """The board's file; a lock protects changes."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_directory().path / "gameday.json"

    def write(self, game: Game) -> None:
        whole_files.write(self.path, json.dumps(asdict(game), indent=1).encode())

    def read(self) -> Game:
        """LabError if there is no game."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LabError("no game day found", "start one: `shoplib gameday run`") from None
        return Game(**{**content, "cases": [Case(**case) for case in content["cases"]]})

    @contextmanager
    def change(self) -> Iterator[Game]:
        """Context manager: the game, which is written back at the end."""
        with FileLock(self.path.with_suffix(".lock"), timeout=LOCK_SECONDS):
            game = self.read()
            yield game
            self.write(game)
