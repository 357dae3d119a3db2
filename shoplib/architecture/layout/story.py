"""Below the picture: the numbered steps in words, and what the signs mean."""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shoplib.architecture.edge_labels import EdgeLabels, Look
from shoplib.architecture.labels import short
from shoplib.architecture.layout.measures import MARGIN, SMALL
from shoplib.architecture.layout.nets import Net
from shoplib.architecture.layout.plan import Plan
from shoplib.architecture.layout.scene import Box, Mark, Number, Sample, Text
from shoplib.architecture.model import ADDED, REMOVED, Edge, Model
from shoplib.architecture.text import break_lines, width

ROUTE = re.compile(r"\b([A-Z]+) (?=/)")
STEP = 17.0
FEW = 3
MOST_NOTES = 12
STYLES = {
    "failure": "failures",
    "reference": "refers to",
    "synchronous": "synchronous: the caller waits",
    "asynchronous": "asynchronous: nobody waits",
    "observed": "used, not declared",
    "added": "new",
    "removed": "gone",
}
BADGES = {"logs": "CloudWatch Logs", "alarm": "CloudWatch alarm"}
COLUMNS = (760.0, 1500.0, 2200.0)  # from which width on the steps have one more column


@dataclass
class Below:
    """What stands under the picture, and where the picture ends."""

    bottom: float
    words: list[Text] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


def captions(grid: Plan, wide: float, top: float) -> Below:
    """The steps in one or two columns, then the legend."""
    count = 1 + bisect(COLUMNS, wide)
    room = (wide - 2 * MARGIN - 24 * (count - 1)) / count
    entries = [(net.step, break_lines(_words(sentence(grid, net)), room - 26, SMALL, glue=" ")) for net in grid.nets]
    below = Below(top)
    for index, column in enumerate(_columns(entries, count)):
        x, y = MARGIN + index * (room + 24), top
        for step, lines in column:
            below.numbers.append(Number(x + 8, y + 8, step, radius=7.5))
            below.words += [Text(x + 24, y + 12 + at * STEP, line, SMALL, "plain") for at, line in enumerate(lines)]
            y += STEP * len(lines) + 5
        below.bottom = max(below.bottom, y)
    _notes(grid.model.notes, wide, below)
    _legend(grid, wide, below)
    return below


def _notes(notes: Sequence[str], wide: float, below: Below) -> None:
    """What the picture lacks, and why."""
    entries = [*notes[:MOST_NOTES], *([f"and {len(notes) - MOST_NOTES} more"] if len(notes) > MOST_NOTES else [])]
    text = f"Not drawn: {'; '.join(entries)}." if entries else ""
    for line in break_lines(text.split(), wide - 2 * MARGIN, SMALL, glue=" "):
        below.words.append(Text(MARGIN, below.bottom + 12, line, SMALL, "fault"))
        below.bottom += STEP


def sentence(grid: Plan, net: Net) -> str:
    """One step: who acts on whom, and how. All verbs are said."""
    model, edge_labels = grid.model, grid.edge_labels
    sources, targets = ([model.node(id).text_name for id in ids] for ids in (net.sources, net.targets))
    descriptions = {edge_labels.describe(edge) for edge in net.edges}
    change = f" ({STYLES[net.kind]})" if net.kind in (ADDED, REMOVED) else ""
    if len(descriptions) == 1:
        return f"{', '.join(sources)} → {', '.join(targets)}: {descriptions.pop()}{change}"
    return "; ".join(_parts(model, net, edge_labels)) + change


def _words(text: str) -> list[str]:
    """A route is not broken after its method."""
    return ROUTE.sub("\\1\N{NO-BREAK SPACE}", text).split(" ")


def _parts(model: Model, net: Net, edge_labels: EdgeLabels) -> Iterator[str]:
    """What differs, said of each end; what they share, once."""
    for index, edge in enumerate(net.edges):
        source, target = model.node(edge.source).text_name, model.node(edge.target).text_name
        start = f"{source} → {target}" if len(net.sources) > 1 or not index else target
        yield f"{start}: {_describe(edge, edge_labels)}"


def _describe(edge: Edge, edge_labels: EdgeLabels) -> str:
    """Many routes are counted here; the table of connections has them all."""
    description = edge_labels.describe(edge)
    return (
        short(edge)
        if description == edge.description and edge.kind == "invoke" and len(edge.verbs) > FEW
        else description
    )


def _columns(entries: Sequence[tuple[int, list[str]]], count: int) -> list[list[tuple[int, list[str]]]]:
    """Entries in order, the columns about equally long."""
    total = sum(len(lines) for _, lines in entries)
    columns: list[list[tuple[int, list[str]]]] = [[] for _ in range(count)]
    done = 0
    for entry in entries:
        columns[min(count - 1, done * count // max(total, 1))].append(entry)
        done += len(entry[1])
    return columns


def _legend(grid: Plan, wide: float, below: Below) -> None:
    """Only the signs that the picture has, in as many lines as they need."""
    x, y = MARGIN, below.bottom + 18
    for look, kind, word in _signs(grid):
        sign = 22 if kind in BADGES else 41
        needed = sign + width(word, SMALL)
        if x > MARGIN and x + needed > wide - MARGIN:
            x, y = MARGIN, y + STEP + 4
        if kind in BADGES:
            below.marks.append(Mark(Box(x, y - 12, 15, 15), kind, word))
        else:
            below.samples.append(Sample((x, y - 4), (x + 34, y - 4), kind, look))
        below.words.append(Text(x + sign, y, word, SMALL, "muted"))
        x += needed + 24
    below.bottom = y + 22 if x > MARGIN else below.bottom + 12


def _signs(grid: Plan) -> list[tuple[Look | None, str, str]]:
    model = grid.model
    kinds_used = {badge.kind for node in model.nodes for badge in node.badges} | {edge.kind for edge in model.edges}
    kinds = [(None, kind, word) for kind, word in (BADGES | STYLES).items() if kind in kinds_used]
    return [*kinds, *((look, "", word) for look, word in grid.edge_labels.legend)]
