"""A Scene as SVG: one self-contained file, the same bytes each time, light and dark, readable by a screen reader."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape

from shoplib.architecture.edge_labels import Look
from shoplib.architecture.layout.scene import Box, Item, Lane, Line, Mark, Number, Point, Scene, Text, Tile
from shoplib.architecture.linking.links import Link
from shoplib.architecture.painting import badges, icons
from shoplib.architecture.painting.shapes import in_order, round_corners
from shoplib.architecture.theme import DARK, DASHES, LIGHT, PLAIN, RING, STROKES

FONTS = "Inter,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"


def paint(scene: Scene, links: Mapping[str, Link] | None = None, fluid: bool = True) -> str:
    """The picture as a document; `links` are of nodes, by id. A `fluid` one is as wide as its page has room for, up to
    its natural size; in a file of its own a picture keeps that size, so that browsers scroll and zoom."""
    key = f"a{scene.model.hash}"
    return "\n".join(_document(scene, key, links or {}, fluid)) + "\n"


def _document(scene: Scene, key: str, links: Mapping[str, Link], fluid: bool) -> Iterator[str]:
    wide, high = _n(scene.width), _n(scene.height)
    natural = f'width="{wide}" height="{high}"'
    size = f'viewBox="0 0 {wide} {high}" ' + (f'width="100%" style="max-width:{wide}px"' if fluid else natural)
    names = f'role="{_role(links)}" aria-labelledby="{key}-t {key}-d" font-family="{FONTS}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="shoplib-architecture" {size} {names}>'
    yield f'<title id="{key}-t">{escape(scene.model.title)}</title>'
    yield f'<desc id="{key}-d">{escape(_description(scene))}</desc>'
    yield f"<style>{style()}{_LINK_STYLE if _has_links(links) else ''}</style>"
    yield from _definitions(scene, key)
    yield f'<rect class="page" width="{_n(scene.width)}" height="{_n(scene.height)}" rx="12"/>'
    for lane in scene.lanes:
        yield from _lane(lane)
    for line in in_order(scene.lines):
        yield from _line(line, key)
    for item in scene.items:
        yield from _item(item, key, links.get(item.node.id, Link("", "")))
    yield from (_mark(mark) for mark in scene.marks)
    yield from (f'<path {_stroke(it.kind, it.look)} d="{_path([it.start, it.end])}"/>' for it in scene.samples)
    yield from (_text(text) for text in (*scene.labels, *scene.words))
    yield from (_number(number) for number in scene.numbers)
    yield "</svg>"


# Colours of text and icon stay; whoever comes by keyboard sees where he is.
_LINK_STYLE = (
    ".shoplib-architecture a{cursor:pointer;text-decoration:none;outline:none}"
    ".shoplib-architecture a:hover .strong{text-decoration:underline}"
    ".shoplib-architecture a:focus-visible{outline:2.5px solid var(--strong);outline-offset:4px}"
)


def _has_links(links: Mapping[str, Link]) -> bool:
    return any(link.href for link in links.values())


def _role(links: Mapping[str, Link]) -> str:
    """An image has no inside for a screen reader, so links in it would be there and nameless."""
    return "graphics-document document" if _has_links(links) else "img"


def read_links(text: str) -> dict[str, str]:
    """The links in a document that `paint` made, by node."""
    matches = re.findall(r'<a id="a[0-9a-f]{8}-[^"]*" data-node="([^"]*)" href="([^"]*)"', text)
    return {unescape(id): unescape(href) for id, href in matches}


def _description(scene: Scene) -> str:
    edges = "; ".join(f"{line.step}. {line.edge.source} to {line.edge.target} ({line.text})" for line in scene.lines)
    many = "resource" if len(scene.items) == 1 else "resources"
    return f"{len(scene.items)} {many}. Connections: {edges or 'none'}.{_signals(scene)}"


def _signals(scene: Scene) -> str:
    """What screen readers hear of the nodes of a run."""
    nodes = [item.node for item in scene.items if item.node.signals]
    texts = [f"{node.id} ({', '.join(signal.in_full for signal in node.signals)})" for node in nodes]
    return f" Signals: {'; '.join(texts)}." if texts else ""


def style() -> str:
    """Colours as variables: the reader's theme chooses, and JupyterLab's theme overrules the system's."""
    here = ".shoplib-architecture"
    light, dark = _variables(LIGHT), _variables(DARK)
    themes = [
        f"{here}{{{light}}}",
        f"@media (prefers-color-scheme:dark){{{here}{{{dark}}}}}",
        f"[data-jp-theme-light=true] {here}{{{light}}}",
        f"[data-jp-theme-light=false] {here}{{{dark}}}",
    ]
    texts = [f"{here} .{role}{{fill:var(--{role})}}" for role in LIGHT if role not in ("line", "hair", "sign", "idle")]
    round_ends = "stroke-linecap:round;stroke-linejoin:round"
    rest = [
        f"{here} .line{{fill:none;stroke:var(--{PLAIN[0]});stroke-width:{_n(PLAIN[1])}}}",
        f"{here} .head{{fill:var(--line)}}",
        f"{here} .frame{{fill:var(--lane);fill-opacity:1;stroke-opacity:.55}}",
        f"{here} .body{{fill:none;stroke:var(--hair);stroke-width:1.2}}",
        f"{here} .mark{{fill:var(--page);stroke:var(--sign);stroke-width:1.1}}",
        f"{here} .sign{{fill:none;stroke:var(--sign);stroke-width:{_n(badges.WIDTH)};{round_ends}}}",
        f"{here} .edge:hover .line{{stroke-width:3}}",
        *(f"{here} .{role}s{{stroke:var(--{role})}}" for role in LIGHT if role.startswith("lane") and role != "lane"),
        *(
            f"{here} .line.{kind}{{stroke:var(--{role});stroke-width:{_n(wide)}}}"
            for kind, (role, wide) in STROKES.items()
        ),
        *(f"{here} .head.{kind}{{fill:var(--{role})}}" for kind, (role, _) in STROKES.items()),
        *(f"{here} .{kind}{{stroke-dasharray:{_n(on)} {_n(off)}}}" for kind, (on, off) in DASHES.items()),
    ]
    return "".join((*themes, *texts, *rest))


def _variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{role}:{colour}" for role, colour in colours.items())


def _definitions(scene: Scene, key: str) -> Iterator[str]:
    yield "<defs>"
    size = 'markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"'
    for name in sorted({"", *(_head(line) for line in scene.lines)}):
        colour = f'class="{f"head {name}".strip()}"' if name not in LIGHT else f'style="fill:var(--{name})"'
        head = f'<path {colour} d="M0 .8L10 5L0 9.2z"/>'
        yield f'<marker id="{key}-head{name}" viewBox="0 0 10 10" refX="9" refY="5" {size}>{head}</marker>'
    for icon in used_icons(scene):
        data = base64.b64encode(icons.png(icon)).decode()
        yield f'<image id="{_icon_id(key, icon)}" width="1" height="1" href="data:image/png;base64,{data}"/>'
    yield "</defs>"


def used_icons(scene: Scene) -> list[str]:
    return sorted({icons.of_type(item.node.type) for item in scene.items if not item.tile})


def _icon_id(key: str, icon: str) -> str:
    return f"{key}-{icon.rpartition('.')[2]}"


def _lane(lane: Lane) -> Iterator[str]:
    yield f'<rect class="frame lane{lane.tone % 4}s" {_box(lane.frame)} rx="12"/>'
    if lane.title:
        yield _text(lane.title)


def _line(line: Line, key: str) -> Iterator[str]:
    edge = line.edge
    yield f'<g class="edge" data-edge="{escape("|".join(edge.key), quote=True)}">'
    yield f"<title>{escape(f'{line.step}. {edge.source} → {edge.target}: {line.text}')}</title>"
    head = f'marker-end="url(#{key}-head{_head(line)})"'
    yield f'<path {_stroke(edge.kind, line.look)} d="{_path(line.points)}" {head}/>'
    yield "</g>"


def _head(line: Line) -> str:
    """Which arrow head: by colour where the line has a look of its own, else by kind."""
    return line.look.role if line.look else line.edge.kind if line.edge.kind in STROKES else ""


def _stroke(kind: str, look: Look | None) -> str:
    if look is None:
        return f'class="line {kind}"'
    dashes = f";stroke-dasharray:{_n(look.dashes[0])} {_n(look.dashes[1])}" if look.dashes else ""
    return f'class="line" style="stroke:var(--{look.role});stroke-width:{_n(look.width)}{dashes}"'


def _path(points: Sequence[Point]) -> str:
    curve, text, controlled = round_corners(points), "", False
    for letter, (x, y) in curve:
        second = letter == "Q" and controlled
        text += f"{' ' if second else letter}{_n(x)} {_n(y)}"
        controlled = letter == "Q" and not controlled
    return text


def _item(item: Item, key: str, link: Link) -> Iterator[str]:
    node = item.node
    tag, href = ("a", f' href="{escape(link.href, quote=True)}" target="_top"') if link.href else ("g", "")
    id = escape(node.id, quote=True)
    yield f'<{tag} id="{key}-{id}" data-node="{id}"{href}>'
    texts = [*node.about, *([link.text] if link.text else [])]
    yield f"<title>{escape(' · '.join(texts))}</title>"
    if item.body != item.icon:
        dashes = ' stroke-dasharray="4 3"' if node.external else ""
        yield f'<rect class="body" {_box(item.body)} rx="10"{dashes}/>'
    yield from _tile(item.tile, item.icon) if item.tile else _icon(icons.of_type(node.type), item.icon, key, 8)
    if node.is_in_trouble:
        yield f'<rect {_box(item.body)} rx="8" style="fill:none;stroke:var(--fault);stroke-width:{_n(RING)}"/>'
    yield from (_mark(mark) for mark in item.marks)
    yield from (_text(text) for text in item.texts)
    yield f"</{tag}>"


def _tile(tile: Tile, box: Box) -> Iterator[str]:
    look = f'class="{tile.ground}"' if tile.ground else 'class="body" stroke-dasharray="4 3"'
    yield f'<rect {look} {_box(box)} rx="8"/>'
    yield _text(tile.letters)


def _icon(icon: str, box: Box, key: str, radius: float) -> Iterator[str]:
    if icons.needs_tile(icon):
        yield f'<rect class="tile" {_box(box)} rx="{_n(radius)}"/>'
    inset = box.width * icons.INSET if icons.needs_tile(icon) else 0
    place = f"translate({_n(box.x + inset)} {_n(box.y + inset)}) scale({_n(box.width - 2 * inset)})"
    yield f'<use href="#{_icon_id(key, icon)}" transform="{place}"/>'


def _mark(mark: Mark) -> str:
    lines = "".join("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in line) for line in badges.strokes(mark.kind, mark.box))
    tile = f'<rect class="mark" {_box(mark.box)} rx="4.5"/><path class="sign" d="{lines}"/>'
    return f"<g><title>{escape(mark.text)}</title>{tile}</g>"


def _text(text: Text) -> str:
    weight = ' font-weight="650"' if text.bold else ""
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"'
    return f'<text class="{text.role}" {place}{weight}{anchor}>{escape(text.words)}</text>'


def _number(number: Number) -> str:
    circle = f'<circle class="number" cx="{_n(number.x)}" cy="{_n(number.y)}" r="{_n(number.radius)}"/>'
    return circle + _text(number.digits)


def _box(box: Box) -> str:
    return f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _n(value: float) -> str:
    """A number as short as it can be said, to a hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
