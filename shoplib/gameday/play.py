"""The game: faults begin, players name the resource and the cause, and a right answer removes the fault."""

import os
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from shoplib import provision
from shoplib.errors import LabError
from shoplib.gameday.board import Board, Case, Game
from shoplib.gameday.incidents import CAUSES, afternoon

if TYPE_CHECKING:
    from shoplib.provision import Target

Clock = Callable[[], float]
LOOK_SECONDS = 1.0


class GameDay:
    """One game on a deployed shop. `clock` and `wait` can be replaced by a test."""

    def __init__(
        self,
        target: "Target",
        board: Board | None = None,
        clock: Clock = time.time,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.target, self.board, self.clock, self._wait = target, board or Board(), clock, wait

    def begin(self, seed: int, seconds: float) -> None:
        """Start a new game on the board."""
        now = self.clock()
        cases = [Case(incident.name, begins) for begins, incident in afternoon(seed, seconds)]
        self.board.write(Game(seed, now, now + seconds, cases))

    def run(self, look: Callable[[Game], None] = lambda _game: None) -> Game:
        """Run the game until every case is mended or time is up. `look` is called once a second with the
        game as it is. Faults that remain are removed at the end, whatever happens, and do not count."""
        try:
            while self.clock() < self.board.read().ends and self._go_on():
                look(self.board.read())
                self._wait(LOOK_SECONDS)
        finally:
            game = self._end()
        return game

    def _go_on(self) -> bool:
        """Begin due incidents, and detect faults that players fixed by hand; False if nothing is left to do."""
        with self.board.change() as game:
            there = {fault["id"] for fault in provision.faults(self.target)}
            for case in game.cases:
                if case.is_open and case.fault not in there:
                    case.mended = self.clock()
                    case.detected = case.detected or case.mended
                if case.begun is None and self.clock() - game.began >= case.begins:
                    self._begin(case, game.seed)
            return not all(case.mended for case in game.cases)

    def _begin(self, case: Case, seed: int) -> None:
        """Begin a fault, which ends with this process, so that a killed game leaves no faults behind."""
        incident, case.fault = case.incident, f"fault-{uuid.uuid4().hex[:8]}"
        provision.add_fault(
            incident.action,
            incident.target,
            self.target,
            percentage=incident.percentage,
            principal=incident.principal,
            parameters=incident.parameters,
            seed=seed,
            identity=case.fault,
            owner=os.getpid(),
        )
        case.begun = self.clock()

    def _end(self) -> Game:
        with self.board.change() as game:
            for case in game.open_cases:
                provision.remove_faults(self.target, case.fault)
            game.is_over = True
        return game

    def detect(self, resource: str) -> bool:
        """Return whether this resource itself is at fault. LabError if no game is running."""
        with self.board.change() as game:
            return self._detect(game, resource) is not None

    def mend(self, resource: str, cause: str) -> bool:
        """Remove the fault if resource and cause are right; return whether they are. LabError for an unknown cause."""
        if cause not in CAUSES:
            raise LabError(f"{cause} is not a known cause", f"causes:  {', '.join(CAUSES)}")
        with self.board.change() as game:
            case = self._detect(game, resource)
            if case is None:
                return False
            if case.incident.cause != cause:
                game.wrong += 1
                return False
            provision.remove_faults(self.target, case.fault)
            case.mended = self.clock()
            return True

    def _detect(self, game: Game, resource: str) -> Case | None:
        if game.is_over or self.clock() > game.ends:
            raise LabError("the game day is over", "`shoplib gameday score` says how it went")
        names = resource.lower()
        cases = [case for case in game.open_cases if names in [each.lower() for each in case.incident.resources]]
        if not cases:
            game.wrong += 1
            return None
        cases[0].detected = cases[0].detected or self.clock()
        return cases[0]
