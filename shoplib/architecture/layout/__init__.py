"""Where everything stands: a Model becomes a Scene of boxes, texts and lines with coordinates. No painting.

Nodes stand in a grid of columns (how far the data has come) and rows (lanes, one per template). Lines run only where
nothing else is: between columns (gutters) and between rows (gaps), each on a track of its own, so no line can cross an
icon or a text, whatever the graph looks like.
"""

from shoplib.architecture.layout.arrange import arrange
from shoplib.architecture.layout.scene import Scene

__all__ = ["Scene", "arrange"]
