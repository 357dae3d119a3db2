"""Cells of an mxGraph model, of which a draw.io file consists, and the file around them."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as xml

from shoplib.architecture.layout.scene import Box, Point

Cell = xml.Element
Style = Mapping[str, object]
PAGE = "1"  # the layer that draw.io itself makes in an empty file
ON = ("guides", "tooltips", "connect", "arrows", "fold", "page", "pageScale")
OFF = ("grid", "math", "shadow")


def document(id: str, name: str, size: Point, background: str, cells: Iterable[Cell]) -> str:
    """A file of one page, not compressed, so that a diff of two versions reads well."""
    file = xml.Element("mxfile", {"compressed": "false"})
    page = xml.SubElement(file, "diagram", {"id": id, "name": name})
    options = {**dict.fromkeys(ON, "1"), **dict.fromkeys(OFF, "0"), "background": background}
    extent = {"pageWidth": number(size[0]), "pageHeight": number(size[1])}
    root = xml.SubElement(xml.SubElement(page, "mxGraphModel", {**options, **extent}), "root")
    xml.SubElement(root, "mxCell", {"id": "0"})
    xml.SubElement(root, "mxCell", {"id": PAGE, "parent": "0"})
    root.extend(cells)
    xml.indent(file, " ")
    return xml.tostring(file, encoding="unicode") + "\n"


def vertex(id: str, label: str, style: Style, box: Box, parent: str = PAGE, **about: str) -> Cell:
    """A box with a text (HTML) within `parent`; `about` are its tooltip and link."""
    outer, cell = _cell(id, label, {"vertex": "1", "parent": parent, "style": _style(style)}, about)
    _geometry(cell, {"x": number(box.x), "y": number(box.y), **_size(box.width, box.height)})
    return outer


def on_edge(id: str, label: str, style: Style, edge: str, points: Sequence[Point], box: Box) -> Cell:
    """A box that goes along with the nearer end of the edge through `points`."""
    ends = {"-1": points[0], "1": points[-1]}
    end = min(ends, key=lambda end: abs(ends[end][0] - box.x) + abs(ends[end][1] - box.y))
    outer, cell = _cell(id, label, {"vertex": "1", "connectable": "0", "parent": edge, "style": _style(style)}, {})
    geometry = _geometry(cell, {"x": end, "relative": "1", **_size(box.width, box.height)})
    geometry.append(_point((box.x - ends[end][0], box.y - ends[end][1]), {"as": "offset"}))
    return outer


def edge(id: str, style: Style, source: str, target: str, bends: Iterable[Point], **about: str) -> Cell:
    """A connection of two cells through `bends`."""
    ends = {"edge": "1", "parent": PAGE, "source": source, "target": target}
    outer, cell = _cell(id, "", {**ends, "style": _style(style)}, about)
    geometry = _geometry(cell, {"relative": "1"})
    points = [_point(bend, {}) for bend in bends]
    if points:
        xml.SubElement(geometry, "Array", {"as": "points"}).extend(points)
    return outer


def number(value: float) -> str:
    """A number as short as it can be said, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _cell(id: str, label: str, inner: dict[str, str], about: Mapping[str, str]) -> tuple[Cell, Cell]:
    """The element of the file, and the mxCell in it: a cell with more than a label is wrapped in an object."""
    if not about:
        cell = xml.Element("mxCell", {"id": id, "value": label, **inner})
        return cell, cell
    outer = xml.Element("UserObject", {"id": id, "label": label, **about})
    return outer, xml.SubElement(outer, "mxCell", inner)


def _geometry(cell: Cell, place: dict[str, str]) -> Cell:
    return xml.SubElement(cell, "mxGeometry", {**place, "as": "geometry"})


def _point(point: Point, more: dict[str, str]) -> Cell:
    return xml.Element("mxPoint", {"x": number(point[0]), "y": number(point[1]), **more})


def _size(width: float, height: float) -> dict[str, str]:
    return {"width": number(width), "height": number(height)}


def _style(style: Style) -> str:
    """`name;` for a named style, else `key=value;`."""
    return "".join(f"{key};" if value is None else f"{key}={value};" for key, value in style.items())
