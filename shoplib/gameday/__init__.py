"""Game day: find and fix five faults in the running shop, and get a score.

from shoplib import gameday
game = gameday.GameDay(lab.target)
game.begin(seed=1, seconds=1800)                   # in one terminal: `shoplib gameday run`
game.run()
game.detect("CartFunction")                        # in another
game.mend("CartFunction", "errors")
gameday.score(game.board.read())
"""

from shoplib.gameday.board import Board, Case, Game
from shoplib.gameday.customers import coming
from shoplib.gameday.incidents import CAUSES, Incident, afternoon, incidents
from shoplib.gameday.play import GameDay
from shoplib.gameday.score import Row, Score, score

__all__ = [
    "CAUSES", "Board", "Case", "Game", "GameDay", "Incident", "Row", "Score", "afternoon", "coming",
    "incidents", "score",
]  # fmt: skip
