"""The quality bar of a picture as questions to its scene: each returns what breaks a rule, in words."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from shoplib.architecture.layout.scene import Box, Item, Line, Mark, Scene, Text

Segment = tuple[float, float, float, float]


def broken_rules(scene: Scene) -> list[str]:
    """Everything that nobody should see in a picture; empty for a good one."""
    checks = (
        texts_on_texts,
        texts_on_icons,
        texts_on_lines,
        lines_through_bodies,
        lines_on_lines,
        on_a_frame,
        outside,
        edges_once,
    )
    return [problem for check in checks for problem in check(scene)]


def words(scene: Scene) -> list[tuple[str, Box]]:
    """Every text, number and badge with its box."""
    texts: list[Text] = [*scene.labels, *scene.words, *(text for item in scene.items for text in item.texts)]
    texts += [lane.title for lane in scene.lanes if lane.title]
    marks: list[Mark] = [*scene.marks, *(mark for item in scene.items for mark in item.marks)]
    named = [(text.words, text.box) for text in texts]
    return (
        named
        + [(f"#{number.step}", number.box) for number in scene.numbers]
        + [(mark.text, mark.box) for mark in marks]
    )


def segments(line: Line) -> Iterator[Segment]:
    for (x1, y1), (x2, y2) in pairwise(line.points):
        yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def around(line: Line) -> Segment:
    """What all of its segments lie within."""
    across, down = zip(*line.points, strict=True)
    return min(across), min(down), max(across), max(down)


def cuts(segment: Segment, box: Box, slack: float = 0.5) -> bool:
    x1, y1, x2, y2 = segment
    across = x1 < box.right - slack and box.x + slack < x2 + 0.01
    return across and y1 < box.bottom - slack and box.y + slack < y2 + 0.01


def texts_on_texts(scene: Scene) -> Iterator[str]:
    open_above: list[tuple[str, Box]] = []  # from the top down, only what is not yet over can lie on the next
    for other, box2 in sorted(words(scene), key=lambda each: each[1].y):
        open_above = [(one, box) for one, box in open_above if box.bottom > box2.y]
        yield from (f"{one!r} lies on {other!r}" for one, box in open_above if box.overlaps(box2, slack=0.75))
        open_above.append((other, box2))


def texts_on_icons(scene: Scene) -> Iterator[str]:
    badges = {mark.box for item in scene.items for mark in item.marks}
    for text, box in words(scene):
        for item in scene.items:
            if box not in badges and box.overlaps(item.body, slack=0.5):
                yield f"{text!r} lies on the icon of {item.node.id}"


def texts_on_lines(scene: Scene) -> Iterator[str]:
    on_their_line: set[Box] = {number.box for number in scene.numbers}
    lines = [(line, tuple(segments(line)), around(line)) for line in scene.lines]
    for text, box in words(scene):
        for line, parts in ((line, parts) for line, parts, extent in lines if cuts(extent, box)):
            if any(cuts(part, box) for part in parts) and not (box in on_their_line and text == f"#{line.step}"):
                yield f"{text!r} lies on the line {line.edge.source} -> {line.edge.target}"


def lines_through_bodies(scene: Scene) -> Iterator[str]:
    for line in scene.lines:
        parts = tuple(segments(line))
        for item in scene.items:
            if any(cuts(part, item.body) for part in parts):
                yield f"the line {line.edge.source} -> {line.edge.target} runs through {item.node.id}"


def lines_on_lines(scene: Scene) -> Iterator[str]:
    """Lines may cross; lines of different steps may not run along each other."""
    lines = [(line, tuple(segments(line))) for line in scene.lines]
    for (one, parts), (other, others) in combinations(lines, 2):
        if one.step != other.step and any(_along(a, b) for a in parts for b in others):
            yield f"{one.edge.source} -> {one.edge.target} lies on {other.edge.source} -> {other.edge.target}"


def _along(a: Segment, b: Segment) -> bool:
    near = 2.0
    if a[1] == a[3] and b[1] == b[3]:
        return abs(a[1] - b[1]) < near and min(a[2], b[2]) - max(a[0], b[0]) > near
    if a[0] == a[2] and b[0] == b[2]:
        return abs(a[0] - b[0]) < near and min(a[3], b[3]) - max(a[1], b[1]) > near
    return False


def on_a_frame(scene: Scene) -> Iterator[str]:
    """No text crosses the border of a lane."""
    for lane in scene.lanes:
        for text, box in words(scene):
            if box.overlaps(lane.frame) and not lane.frame.holds(box):
                yield f"{text!r} crosses the frame of {lane.id}"


def outside(scene: Scene) -> Iterator[str]:
    page = Box(0, 0, scene.width, scene.height)
    boxes = words(scene) + [(item.node.id, item.body) for item in scene.items]
    yield from (f"{text!r} leaves the page" for text, box in boxes if not page.holds(box))
    for line in scene.lines:
        if any(not (0 < x < scene.width and 0 < y < scene.height) for x, y in line.points):
            yield f"the line {line.edge.source} -> {line.edge.target} leaves the page"


def edges_once(scene: Scene) -> Iterator[str]:
    drawn = [line.edge.key for line in scene.lines]
    if sorted(drawn) != sorted(edge.key for edge in scene.model.edges):
        yield "drawn edges are not the model's edges"
    steps = {line.step for line in scene.lines}
    if steps != set(range(1, len(steps) + 1)) or steps != {number.step for number in scene.numbers}:
        yield "steps are not numbered from 1, each with its number in the picture"
    ends = {item.node.id: item for item in scene.items}
    for line in scene.lines:
        if not _touches(line, ends[line.edge.source], ends[line.edge.target]):
            yield f"the line {line.edge.source} -> {line.edge.target} does not reach its ends"


def _touches(line: Line, source: Item, target: Item) -> bool:
    (x1, y1), (x2, y2) = line.points[0], line.points[-1]
    leaves = abs(x1 - source.body.right) < 5 and source.body.y < y1 < source.body.bottom
    return leaves and abs(x2 - target.body.x) < 6 and target.body.y < y2 < target.body.bottom
