"""Shoppers by the million, with the truth about them: see README.md.

`generate(world)` gives their events as tables, `run(...)` sends them to a lake, a stream or the shop's pages' API.
"""

from shoplib.shoppers.simulation.running import Result, generate, run
from shoplib.shoppers.simulation.truth import Truth
from shoplib.shoppers.simulation.world import World

__all__ = ["Result", "Truth", "World", "generate", "run"]
