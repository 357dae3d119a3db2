"""The whole picture: heading, lanes, icons, lines, numbers, labels, and below them the steps and the legend."""

from collections.abc import Iterator, Sequence

from shoplib.architecture import labels
from shoplib.architecture.edge_labels import Declared, EdgeLabels
from shoplib.architecture.layout import crowding, dashes, measures, plan, story
from shoplib.architecture.layout.measures import (
    ARROW,
    HEADING,
    MARGIN,
    SETTING,
    SETTING_STEP,
    SMALL,
    SUMMARY,
    TITLE,
    TITLE_STEP,
)
from shoplib.architecture.layout.nets import Net
from shoplib.architecture.layout.plan import BORDER, Plan
from shoplib.architecture.layout.ports import ICON
from shoplib.architecture.layout.scene import Box, Item, Lane, Line, Mark, Number, Point, Scene, Text, Tile
from shoplib.architecture.model import Badge, Model, Node
from shoplib.architecture.resource_types import kind_of
from shoplib.architecture.text import break_lines, shorten
from shoplib.architecture.theme import DASHES

NARROWEST = 640.0
TALLEST = 3.0  # times the width
COLUMNS = (12, 8, 5, 3)  # nodes of a lane above each other, where they would make a tower
MARK = 17.0
LETTERS = 19.0


def arrange(model: Model, edge_labels: EdgeLabels | None = None) -> Scene:
    """Coordinates for everything that `model` says, its edges as `edge_labels` says them (by default: as declared). The
    same gives the same scene, always. No scene is taller than TALLEST times its width: nodes then stand in more
    columns, and where that is not enough there is room beside them. Nor is one crowded, if other columns help."""
    edge_labels, tried = edge_labels or Declared(), list[tuple[int | None, Scene]]()
    for most in (None, *COLUMNS):
        scene = _arrange(model, edge_labels, most)
        if scene.height <= TALLEST * scene.width and not crowding.is_crowded(scene):
            return scene
        tried.append((most, scene))
    most, best = min(tried, key=lambda each: (crowding.is_crowded(each[1]), each[1].height / each[1].width))
    enough = best.height <= TALLEST * best.width
    return best if enough else _arrange(model, edge_labels, most, best.height / TALLEST)


def _arrange(model: Model, edge_labels: EdgeLabels, most: int | None, least: float = 0.0) -> Scene:
    grid = plan.make(model, edge_labels, most)
    wide = max(grid.width, least, NARROWEST)
    heading = _heading(model, wide)
    plan.place(grid, heading[-1].y + 18)
    below = story.captions(grid, wide, grid.height + 14)
    return Scene(
        model=model,
        width=wide,
        height=below.bottom,
        lanes=tuple(_lanes(grid)),
        items=tuple(_items(grid)),
        lines=tuple(_lines(grid)),
        numbers=(*_numbers(grid), *below.numbers),
        labels=tuple(_labels(grid)),
        words=(*heading, *below.words),
        marks=tuple(below.marks),
        samples=tuple(below.samples),
    )


def _heading(model: Model, wide: float) -> list[Text]:
    titles = break_lines(model.title.split(), wide - 2 * MARGIN, HEADING, True, " ")
    texts = [Text(MARGIN, 44 + 28 * at, line, HEADING, "strong", bold=True) for at, line in enumerate(titles)]
    y = texts[-1].y + 22
    for line in break_lines(model.summary.split(), wide - 2 * MARGIN, SUMMARY, glue=" "):
        texts.append(Text(MARGIN, y, line, SUMMARY, "plain"))
        y += 18
    *words, noun, hash = provenance(model).split(" ")
    for line in break_lines([*words, f"{noun} {hash}"], wide - 2 * MARGIN, SMALL, glue=" "):
        texts.append(Text(MARGIN, y, line, SMALL, "muted"))
        y += 15
    return texts


def provenance(model: Model) -> str:
    """Where the picture comes from; no date, so that the same template gives the same picture."""
    resources = [_many(model.resources, "resource")] if model.resources else []  # states are none
    counts = " · ".join([*resources, _many(len((model.origin or model).edges), "connection")])
    return f"from {model.source} · {counts} · model {model.hash}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _lanes(grid: Plan) -> Iterator[Lane]:
    titles = {group.id: group.title for group in grid.model.groups}
    inside = [grid.columns[node.id] for node in grid.model.nodes if node.group]
    if not inside:
        return
    left = grid.gutter[grid.first_column - 1][1] - BORDER / 2
    last = max(inside)
    right = grid.gutter[last][1] if last == max(grid.columns.values()) else grid.cell[last][1] + 4
    for tone, (lane, _, _) in enumerate(lane for lane in grid.lanes if lane[0]):
        top, bottom = grid.frame[lane]
        frame = Box(left, top, right - left, bottom - top)
        place, words = _title(grid, frame, titles[lane])
        title = Text(place, top + 20, words, measures.LANE, f"lane{tone % 4}", bold=True)
        yield Lane(lane, frame, title if len(titles) > 1 else None, tone)


def _title(grid: Plan, frame: Box, title: str) -> tuple[float, str]:
    """The leftmost place in the frame's first line that no line runs through, and as much of the title as fits in
    there: all of it, unless no gap between lines is wide enough; then what fits into the widest."""
    box = Text(frame.x + 14, frame.y + 20, title, measures.LANE, "", bold=True).box
    upright = sorted(x for x, low, high in _uprights(grid) if low < box.bottom + 4 and high > box.y - 4)
    starts = [frame.x + 14, *(x + 8 for x in upright if frame.x + 6 < x < frame.right)]
    gaps = [
        (min((x - 7 for x in upright if x > start - 6), default=frame.right - 9) - start, start) for start in starts
    ]
    place = next((start for room, start in gaps if room >= box.width), None)
    if place is not None:
        return place, title
    room, place = max(gaps, key=lambda gap: gap[0])
    return place, shorten(title, room, measures.LANE, True)


def _uprights(grid: Plan) -> Iterator[tuple[float, float, float]]:
    for (_, gutter), trunk in grid.routing.trunks.items():
        heights = [grid.port_y(port) for port in trunk.left + trunk.right]
        heights += [grid.gap_y(trunk.net, gap) for gap in trunk.gaps]
        yield grid.trunk_x(trunk.net, gutter), min(heights), max(heights)


def _items(grid: Plan) -> Iterator[Item]:
    for node in grid.model.nodes:
        x, y = grid.centre[grid.columns[node.id]], grid.middle[grid.rows[node.id]]
        icon = Box(x - ICON / 2, y - ICON / 2, ICON, ICON)
        wide, (above, below) = grid.body_width(node.id), grid.body_reach(node.id)
        body = Box(x - wide / 2, y - above, wide, above + below)
        marks = tuple(_marks(node.badges, body))
        texts = tuple(_texts(grid.captions[node.id], x, body.bottom + 6))
        yield Item(node, icon, body, texts, marks, _tile(grid, node, icon))


def _tile(grid: Plan, node: Node, icon: Box) -> Tile | None:
    kind = kind_of(node.type)
    if not kind.lettered:
        return None
    tones = {group.id: f"lane{tone % 4}" for tone, group in enumerate(grid.model.groups)}
    words = shorten(node.id, icon.width - 8, LETTERS, True)
    place = icon.x + icon.width / 2, icon.y + icon.height / 2 + LETTERS * 0.36
    letters = Text(*place, words, LETTERS, "muted" if kind.hollow else "digit", "middle", bold=True)
    return Tile(letters, "" if kind.hollow else tones.get(node.group, "number"))


def _texts(caption: measures.Caption, x: float, y: float) -> Iterator[Text]:
    for line in caption.name:
        y += TITLE_STEP
        yield Text(x, y - 3, line, TITLE, "strong", "middle", bold=True)
    for line in caption.settings:
        y += SETTING_STEP
        yield Text(x, y - 3, line, SETTING, "muted", "middle")
    for signal in caption.signals:
        y += SETTING_STEP
        yield Text(x, y - 3, signal.text, SETTING, "fault" if signal.is_bad else "plain", "middle")


def _marks(badges: Sequence[Badge], body: Box) -> Iterator[Mark]:
    """One mark for each kind of badge, from the right, on the upper edge of the icon."""
    kinds: dict[str, list[str]] = {}
    for badge in badges:
        kinds.setdefault(badge.kind, []).append(badge.text)
    for index, (kind, texts) in enumerate(kinds.items()):
        x = body.right + 2 - MARK - index * (MARK + 3)
        yield Mark(Box(x, body.y - MARK / 2 - 2, MARK, MARK), kind, "; ".join(texts))


def _lines(grid: Plan) -> Iterator[Line]:
    for net in grid.nets:
        ways, edge_labels = [_points(grid, net, edge.key) for edge in net.edges], grid.edge_labels
        looks = [edge_labels.look(edge) for edge in net.edges]
        dashed = len(ways) > 1 and (net.kind in DASHES or any(look and look.dashes for look in looks))
        aligned = dashes.align(ways) if dashed else ways
        for edge, way, look in zip(net.edges, aligned, looks, strict=True):
            yield Line(edge, net.step, tuple(way), edge_labels.describe(edge), look)


def _points(grid: Plan, net: Net, key: tuple[str, str, str]) -> list[Point]:
    route = grid.routing.routes[key]
    start, end = grid.port_y(route.out), grid.port_y(route.into)
    first = _centre(grid, route.out.node) + grid.body_width(route.out.node) / 2 + 3
    last = _centre(grid, route.into.node) - grid.body_width(route.into.node) / 2 - 4
    if len(route.gutters) == 1:
        x = grid.trunk_x(net, route.gutters[0])
        return _simple([(first, start), (x, start), (x, end), (last, end)])
    (one, two), y = route.gutters, grid.gap_y(net, route.gap or 0)
    left, right = grid.trunk_x(net, one), grid.trunk_x(net, two)
    return _simple([(first, start), (left, start), (left, y), (right, y), (right, end), (last, end)])


def _centre(grid: Plan, id: str) -> float:
    return grid.centre[grid.columns[id]]


def _simple(points: Sequence[Point]) -> list[Point]:
    """Without points that do not change the direction."""
    corners = [points[0]]
    for point, after in zip(points[1:], [*points[2:], None], strict=True):
        same_x = after and corners[-1][0] == point[0] == after[0]
        same_y = after and corners[-1][1] == point[1] == after[1]
        if point != corners[-1] and not same_x and not same_y:
            corners.append(point)
    return corners


def _numbers(grid: Plan) -> Iterator[Number]:
    for net in grid.nets:
        if net.gathers:
            (id, port) = next(iter(net.ins.items()))
            yield Number(grid.gutter[grid.columns[id] - 1][1] + 8, grid.port_y(port), net.step)
        for id, port in net.outs.items() if not net.gathers else ():
            yield Number(_centre(grid, id) + grid.body_width(id) / 2 + 14, grid.port_y(port), net.step)


def _labels(grid: Plan) -> Iterator[Text]:
    for net in grid.nets:
        for id, port in net.ins.items():
            start = grid.gutter[grid.columns[id] - 1][1] + grid.number_room(id)
            end = _centre(grid, id) - grid.body_width(id) / 2 - ARROW
            role = _role(grid.edge_labels, net, id)
            for index, line in enumerate(port.lines):
                y = grid.port_y(port) + (-5 if index == 0 else 5 + 0.8 * labels.SIZE)
                yield Text((start + end) / 2, y, line, labels.SIZE, role, "middle")


def _role(edge_labels: EdgeLabels, net: Net, target: str) -> str:
    """The colour of a label: a fault is seen in its words, too."""
    looks = [edge_labels.look(edge) for edge in net.edges if edge.target == target]
    return "fault" if any(look and look.role == "fault" for look in looks) else "plain"
