"""Below the picture: the numbered steps in words, and what the signs mean."""

from collections.abc import Iterator, Sequence

from shoplib.architecture.labels import short
from shoplib.architecture.layout.measures import MARGIN, SMALL
from shoplib.architecture.layout.nets import Net
from shoplib.architecture.layout.plan import Plan
from shoplib.architecture.layout.scene import Box, Mark, Number, Text
from shoplib.architecture.model import Edge
from shoplib.architecture.text import broken, width

STEP = 17.0
FEW = 3
BADGES = {"logs": "CloudWatch Logs", "alarm": "CloudWatch alarm"}
TWO_COLUMNS = 760.0


def tell(grid: Plan, wide: float, top: float) -> tuple[list[Text | Number], list[Mark], float]:
    """Texts and numbers of the steps, marks of the legend, and where the picture ends."""
    count = 2 if wide >= TWO_COLUMNS else 1
    room = (wide - 2 * MARGIN - 24 * (count - 1)) / count
    entries = [(net.step, broken(sentence(net).split(" "), room - 26, SMALL, glue=" ")) for net in grid.nets]
    shapes: list[Text | Number] = []
    bottom = top
    for index, column in enumerate(_columns(entries, count)):
        x, y = MARGIN + index * (room + 24), top
        for step, lines in column:
            shapes += _entry(step, lines, x, y)
            y += STEP * len(lines) + 5
        bottom = max(bottom, y)
    marks, texts = _legend(grid, bottom + 12)
    return shapes + texts, marks, bottom + (34 if marks or texts else 12)


def sentence(net: Net) -> str:
    """One step: who acts on whom, and how. All verbs are said."""
    said = {edge.spoken for edge in net.edges}
    if len(said) == 1:
        return f"{', '.join(net.sources)} → {', '.join(net.targets)}: {said.pop()}"
    return f"{net.sources[0]} → " + "; ".join(f"{edge.target}: {_said(edge)}" for edge in net.edges)


def _said(edge: Edge) -> str:
    """Many routes are counted here; the table of connections has them all."""
    return short(edge) if edge.kind == "invoke" and len(edge.verbs) > FEW else edge.spoken


def _entry(step: int, lines: Sequence[str], x: float, y: float) -> Iterator[Text | Number]:
    yield Number(x + 8, y + 8, step, radius=7.5)
    for index, line in enumerate(lines):
        yield Text(x + 24, y + 12 + index * STEP, line, SMALL, "plain")


def _columns(entries: Sequence[tuple[int, list[str]]], count: int) -> list[list[tuple[int, list[str]]]]:
    """Entries in order, the columns about equally long."""
    total = sum(len(lines) for _, lines in entries)
    columns: list[list[tuple[int, list[str]]]] = [[] for _ in range(count)]
    done = 0
    for entry in entries:
        columns[min(count - 1, done * count // max(total, 1))].append(entry)
        done += len(entry[1])
    return columns


def _legend(grid: Plan, y: float) -> tuple[list[Mark], list[Text | Number]]:
    used = [badge.kind for node in grid.model.nodes for badge in node.badges]
    marks: list[Mark] = []
    texts: list[Text | Number] = []
    x = MARGIN
    for kind in (kind for kind in BADGES if kind in used):
        marks.append(Mark(Box(x, y - 12, 15, 15), kind, BADGES[kind]))
        texts.append(Text(x + 21, y, BADGES[kind], SMALL, "muted"))
        x += 21 + width(BADGES[kind], SMALL) + 22
    return marks, texts
