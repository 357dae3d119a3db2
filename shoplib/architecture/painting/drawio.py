"""A Scene as a draw.io file, in which every lane, node and connection can be moved and edited."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from shoplib.architecture.edge_labels import Look
from shoplib.architecture.layout.scene import Box, Item, Lane, Line, Mark, Number, Point, Sample, Scene, Text, Tile
from shoplib.architecture.painting import badges, icons
from shoplib.architecture.painting.cells import PAGE, Cell, Style, document, edge, number, on_edge, vertex
from shoplib.architecture.painting.shapes import CORNER
from shoplib.architecture.theme import DASHES, LIGHT, PLAIN, RING, STROKES

FONT = {"html": 1, "fontFamily": "Helvetica"}
NAME, SETTING = 14, 12  # pixels of the texts under an icon
LABEL = 6.0  # pixels from a cell to its name
LINE = 1.2  # height of a line in mxGraph, in heights of its font
LEADING = 1.5  # lines of one paragraph are no further apart, in heights of their font
ON_LINE = 2.0  # a number this close to a line belongs to it


def paint(scene: Scene, pages: Mapping[str, str] | None = None) -> str:
    """The picture as a document, in light colours. `pages` gives nodes an address to open."""
    groups = (_lanes(scene), _items(scene, pages or {}), _lines(scene), _words(scene), _legend(scene))
    cells = [cell for group in groups for cell in group]
    size = scene.width, scene.height
    return document(f"a{scene.model.hash}", scene.model.title, size, LIGHT["page"], cells)


def _lanes(scene: Scene) -> Iterator[Cell]:
    for lane in scene.lanes:
        colours = {"fillColor": LIGHT["lane"], "strokeColor": LIGHT[f"lane{lane.tone % 4}"]}
        style = {"container": 1, "collapsible": 0, "recursiveResize": 0, **_round(12), **colours, **_title(lane)}
        yield vertex(f"lane {lane.id}", escape(lane.title.words) if lane.title else "", style, lane.frame)


def _title(lane: Lane) -> Style:
    if lane.title is None:
        return {}
    place = {"spacing": 0, "spacingLeft": number(lane.title.x - lane.frame.x), "spacingTop": 6}
    return {**_font(lane.title), "align": "left", "verticalAlign": "top", **place}


def _items(scene: Scene, pages: Mapping[str, str]) -> Iterator[Cell]:
    frames = {lane.id: lane.frame for lane in scene.lanes}
    for item in scene.items:
        node, id = item.node, f"node {item.node.id}"
        frame = frames.get(node.group, Box(0, 0, 0, 0))
        parent = f"lane {node.group}" if node.group in frames else PAGE
        about = {"tooltip": "\n".join(node.about), **({"link": pages[node.id]} if node.id in pages else {})}
        yield vertex(id, _caption(item.texts), _cell_style(item), _relative_to(item.body, frame), parent, **about)
        if item.tile:
            yield _letters(f"{id} letters", item.tile, _relative_to(item.icon, item.body), id)
        for mark in item.marks:
            yield _mark(f"{id} {mark.kind}", mark, _relative_to(mark.box, item.body), id)


def _letters(id: str, tile: Tile, box: Box, parent: str) -> Cell:
    ground = {"fillColor": LIGHT[tile.ground or "page"], "strokeColor": "none" if tile.ground else LIGHT["hair"]}
    dashes = {} if tile.ground else {"dashed": 1, "dashPattern": "4 3"}
    words = {**_font(tile.letters), "align": "center", "verticalAlign": "middle", "spacing": 0}
    return vertex(
        id, escape(tile.letters.words), {**_round(8), **ground, **dashes, **words, "connectable": 0}, box, parent
    )


def _cell_style(item: Item) -> Style:
    body = item.body != item.icon
    fill = LIGHT["tile"] if _has_tile(item) and not body else "none"
    look = {"fillColor": fill, "strokeColor": LIGHT["hair"] if body else "none", **_round(10 if body else 8)}
    look |= {"strokeColor": LIGHT["fault"], "strokeWidth": number(RING)} if item.node.is_in_trouble else {}
    dashes = {"dashed": 1, "dashPattern": "4 3"} if body and item.node.external else {}
    return {**look, **dashes, **_label_below(item), **({} if item.tile else _picture(item))}


def _label_below(item: Item) -> Style:
    """The label under the cell. mxGraph moves an icon down by `spacing` and 5 more, and a label by `spacing`, too."""
    spacing = _icon(item).y - item.body.y - 5
    words = {**FONT, "fontSize": NAME, "fontColor": LIGHT["strong"], "verticalLabelPosition": "bottom"}
    return {**words, "verticalAlign": "top", "spacing": number(spacing), "spacingTop": number(LABEL - spacing)}


def _picture(item: Item) -> Style:
    """The icon of a cell. A data address in a style has no `;base64`: a semicolon would end it."""
    box, data = _icon(item), icons.small_png(icons.of_type(item.node.type))
    size = {"imageWidth": number(box.width), "imageHeight": number(box.height)}
    place = {"shape": "label", "imageAlign": "center", "imageVerticalAlign": "top", **size}
    return {**place, "image": f"data:image/png,{_encode(data)}"}


def _has_tile(item: Item) -> bool:
    return icons.needs_tile(icons.of_type(item.node.type))


def _icon(item: Item) -> Box:
    icon = item.icon
    inset = icon.width * icons.INSET if _has_tile(item) else 0
    return Box(icon.x + inset, icon.y + inset, icon.width - 2 * inset, icon.height - 2 * inset)


def _caption(texts: Sequence[Text]) -> str:
    names = "<br>".join(escape(text.words) for text in texts if text.bold)
    small = "<br>".join(_small(text) for text in texts if not text.bold)
    look = f"font-size:{SETTING}px;color:{LIGHT['muted']}"
    return f"<b>{names}</b>" + (f'<br><span style="{look}">{small}</span>' if small else "")


def _small(text: Text) -> str:
    """What is not muted has a colour of its own."""
    words = escape(text.words)
    return words if text.role == "muted" else f'<font color="{LIGHT[text.role]}">{words}</font>'


def _mark(id: str, mark: Mark, box: Box, parent: str = PAGE) -> Cell:
    style = {"shape": "image", "image": f"data:image/svg+xml,{_encode(_sign(mark.kind).encode())}", "connectable": 0}
    return vertex(id, "", style, box, parent, tooltip=mark.text)


def _sign(kind: str) -> str:
    strokes = badges.strokes(kind, Box(0, 0, 17, 17))
    lines = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in line) for line in strokes)
    tile = f'<rect x=".6" y=".6" width="15.8" height="15.8" rx="4" fill="{LIGHT["page"]}" stroke-width="1.1"/>'
    look = f'fill="none" stroke="{LIGHT["sign"]}" stroke-linecap="round" stroke-linejoin="round"'
    sign = f'<path stroke-width="{number(badges.WIDTH)}" d="{lines}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 17 17" {look}>{tile}{sign}</svg>'


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _lines(scene: Scene) -> Iterator[Cell]:
    """Connections, then what stands on them."""
    items = {item.node.id: item for item in scene.items}
    yield from (_edge(line, items[line.edge.source].body, items[line.edge.target].body) for line in scene.lines)
    yield from (_label(f"label {at}", text, scene.lines) for at, text in enumerate(scene.labels, start=1))
    yield from (_number(f"number {at}", number, scene.lines) for at, number in enumerate(scene.numbers, start=1))


def _id(line: Line) -> str:
    return f"edge {line.edge.source} -> {line.edge.target} {line.edge.kind}"


def _edge(line: Line, source: Box, target: Box) -> Cell:
    declared = line.edge
    tooltip = f"{line.step}. {declared.source} → {declared.target}: {line.text}\n{declared.proof}"
    head = {"startArrow": "none", "endArrow": "block", "endFill": 1, "endSize": 6}
    style = {"edgeStyle": "orthogonalEdgeStyle", **_round(CORNER), **_stroke(declared.kind, line.look), **head}
    ends = f"node {declared.source}", f"node {declared.target}"
    return edge(_id(line), {**style, **_ends(line, source, target)}, *ends, line.points[1:-1], tooltip=tooltip)


def _ends(line: Line, source: Box, target: Box) -> Style:
    """Where the line leaves and arrives, as parts of the cells' heights, so that it stays there when they move."""
    (x1, y1), (x2, y2) = line.points[0], line.points[-1]
    out = {"exitX": 1, "exitY": _part(y1, source), "exitDx": number(x1 - source.right), "exitDy": 0}
    into = {"entryX": 0, "entryY": _part(y2, target), "entryDx": number(x2 - target.x), "entryDy": 0}
    return {**out, "exitPerimeter": 0, **into, "entryPerimeter": 0}


def _part(y: float, box: Box) -> str:
    return f"{(y - box.y) / box.height:.4f}".rstrip("0").rstrip(".")


def _stroke(kind: str, own_look: Look | None) -> Style:
    colour, width = (own_look.role, own_look.width) if own_look else STROKES.get(kind, PLAIN)
    dashes = " ".join(map(number, (own_look.dashes or ()) if own_look else DASHES.get(kind, ())))
    look = {"strokeColor": LIGHT[colour], "strokeWidth": number(width)}
    return {**look, "dashed": 1, "fixDash": 1, "dashPattern": dashes} if dashes else look


def _label(id: str, text: Text, lines: Sequence[Line]) -> Cell:
    """Beside the last stretch of its line."""
    middle = text.x, text.y - 0.36 * text.size
    line = min(lines, key=lambda line: _distance(middle, line.points[-2], line.points[-1]))
    style = {**_font(text), **_CLEAR, "align": "center", "verticalAlign": "middle"}
    return on_edge(id, escape(text.words), style, _id(line), line.points, Box(*middle, 0, 0))


def _number(id: str, number: Number, lines: Sequence[Line]) -> Cell:
    """On the uppermost of its lines, where it has one; else it stands before its sentence."""
    own = [line for line in lines if line.step == number.step and _distance_to(line, number) < ON_LINE]
    look = {"shape": "ellipse", "perimeter": "ellipsePerimeter", "fillColor": LIGHT["number"], "strokeColor": "none"}
    style = {**look, **_font(number.digits), "spacing": 0}
    if not own:
        return vertex(id, str(number.step), style, number.box)
    return on_edge(id, str(number.step), style, _id(own[-1]), own[-1].points, number.box)


def _distance_to(line: Line, number: Number) -> float:
    return min(_distance((number.x, number.y), start, end) for start, end in pairwise(line.points))


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a piece of line that is upright or level."""
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return max(left - point[0], 0, point[0] - right) + max(top - point[1], 0, point[1] - bottom)


def _words(scene: Scene) -> Iterator[Cell]:
    """Title, provenance, the steps and the legend's words: a paragraph is one cell."""
    for at, lines in enumerate(_paragraphs(scene.words), start=1):
        boxes, high = [text.box for text in lines], LINE * lines[0].size
        box = Box(boxes[0].x, boxes[0].y - (high - boxes[0].height) / 2, max(b.width for b in boxes), high * len(lines))
        style = {"text": None, **_font(lines[0]), **_CLEAR, "align": "left", "verticalAlign": "middle", "spacing": 0}
        words = "<br>".join(escape(text.words) for text in lines)
        yield vertex(f"text {at}", words, style, box)


def _paragraphs(texts: Sequence[Text]) -> Iterator[list[Text]]:
    lines: list[Text] = []
    for text in texts:
        if lines and not _continues(lines[-1], text):
            yield lines
            lines = []
        lines.append(text)
    if lines:
        yield lines


def _continues(before: Text, text: Text) -> bool:
    alike = (before.x, before.size, before.role, before.bold) == (text.x, text.size, text.role, text.bold)
    return alike and 0 < text.y - before.y < LEADING * text.size


def _legend(scene: Scene) -> Iterator[Cell]:
    yield from (_mark(f"sign {at}", mark, mark.box) for at, mark in enumerate(scene.marks, start=1))
    yield from (_sample(f"sample {at}", sample) for at, sample in enumerate(scene.samples, start=1))


def _sample(id: str, sample: Sample) -> Cell:
    (x, y), (right, _) = sample.start, sample.end
    return vertex(
        id, "", {"shape": "line", **_stroke(sample.kind, sample.look), "connectable": 0}, Box(x, y - 5, right - x, 10)
    )


_CLEAR = {"fillColor": "none", "strokeColor": "none", "labelBackgroundColor": "none"}


def _font(text: Text) -> Style:
    return {**FONT, "fontSize": number(text.size), "fontColor": LIGHT[text.role], "fontStyle": int(text.bold)}


def _round(radius: float) -> Style:
    return {"rounded": 1, "absoluteArcSize": 1, "arcSize": number(2 * radius)}


def _relative_to(box: Box, outer: Box) -> Box:
    """`box` as seen from the corner of `outer`."""
    return Box(box.x - outer.x, box.y - outer.y, box.width, box.height)
