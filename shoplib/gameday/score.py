"""The score of a game: time to detect and to fix each fault, and points for both."""

from dataclasses import dataclass

from shoplib.gameday.board import Case, Game

FOR_DETECTING, FOR_MENDING = 40, 60  # at once; half of it after a tenth of the game, and so on
FOR_WRONG = 5  # less for each wrong answer


@dataclass(frozen=True)
class Row:
    """One fault. Times in seconds since it began; None if it was not detected or mended."""

    name: str
    where: str
    cause: str
    signs: str
    to_detect: float | None
    to_mend: float | None
    points: int


@dataclass(frozen=True)
class Score:
    """The score of the whole game: `points` of `most`."""

    rows: tuple[Row, ...]
    wrong: int
    served: int
    lost: int
    points: int
    most: int

    @property
    def mean_to_detect(self) -> float | None:
        return _mean([row.to_detect for row in self.rows])

    @property
    def mean_to_mend(self) -> float | None:
        return _mean([row.to_mend for row in self.rows])


def score(game: Game) -> Score:
    """Score all faults that began."""
    rows = tuple(_row(case, (game.ends - game.began) / 10) for case in game.cases if case.begun is not None)
    points = max(sum(row.points for row in rows) - FOR_WRONG * game.wrong, 0)
    most = len(rows) * (FOR_DETECTING + FOR_MENDING)
    return Score(rows, game.wrong, game.served, game.lost, points, most)


def _row(case: Case, half: float) -> Row:
    to_detect, to_mend = _since(case.begun, case.detected), _since(case.begun, case.mended)
    points = _points(FOR_DETECTING, to_detect, half) + _points(FOR_MENDING, to_mend, half)
    incident = case.incident
    return Row(case.name, incident.resources[0], incident.cause, incident.signs, to_detect, to_mend, points)


def _points(most: int, seconds: float | None, half: float) -> int:
    return 0 if seconds is None else round(most * 0.5 ** (seconds / half))


def _since(begun: float | None, moment: float | None) -> float | None:
    return None if begun is None or moment is None else moment - begun


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
