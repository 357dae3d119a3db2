"""The draw.io file of each picture: one whole mxGraph model, in which everything is a cell that can be edited."""

import base64
import re
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture.model import from_json
from shoplib.architecture.theme import DASHES

FOLDER = Path(__file__).parents[1] / "data" / "templates"
ALL = [*architecture.names(), *sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*.yaml"))]
LARGEST = 400_000
PNG = b"\x89PNG\r\n"
each = pytest.mark.parametrize("name", ALL)
# An overview with pages draws each connection there or on a page: test_architecture_large.
in_one_piece = pytest.mark.parametrize("name", [name for name in ALL if name != "shop"])
Cells = dict[str, ElementTree.Element]


@cache
def picture(name: str) -> architecture.Picture:
    return architecture.picture_of(FOLDER / name if name.endswith(".yaml") else name)


def read(text: str) -> tuple[Cells, dict[str, str]]:
    """The cells by id, and their labels and tooltips in one text."""
    (root,) = ElementTree.fromstring(text).iter("root")
    cells: Cells = {}
    said: dict[str, str] = {}
    for element in root:
        cell = element if element.tag == "mxCell" else element.find("mxCell")
        id = str(element.get("id"))
        assert cell is not None and id not in cells, id
        cells[id] = cell
        said[id] = " ".join(str(element.get(name, "")) for name in ("value", "label", "tooltip"))
    return cells, said


def edges(cells: Cells) -> list[ElementTree.Element]:
    return [cell for cell in cells.values() if cell.get("edge")]


def corner(id: str, cells: Cells) -> tuple[float, float]:
    """Where a cell stands on the page: its place within its parent, and so on up."""
    if id in ("0", "1"):
        return 0.0, 0.0
    geometry = cells[id].find("mxGeometry")
    x, y = corner(str(cells[id].get("parent")), cells)
    assert geometry is not None
    return x + float(geometry.get("x", 0)), y + float(geometry.get("y", 0))


@each
def test_it_is_a_tree_of_cells_in_one_page_that_is_not_compressed(name: str) -> None:
    file = ElementTree.fromstring(picture(name).drawio())
    assert file.tag == "mxfile" and [child.tag for child in file] == ["diagram"]
    assert [child.tag for child in file[0]] == ["mxGraphModel"]
    cells, _ = read(picture(name).drawio())
    assert cells["1"].get("parent") == "0"
    for id, cell in cells.items():
        assert id == "0" or cell.get("parent") in cells
        assert id in ("0", "1") or bool(cell.get("vertex")) != bool(cell.get("edge"))


@in_one_piece
def test_every_connection_once_between_its_nodes(name: str) -> None:
    cells, said = read(picture(name).drawio())
    drawn = {id: (cell.get("source"), cell.get("target")) for id, cell in cells.items() if cell.get("edge")}
    assert sorted(drawn.values()) == sorted(
        (f"node {edge.source}", f"node {edge.target}") for edge in picture(name).model.edges
    )
    assert {end for ends in drawn.values() for end in ends} <= set(cells)
    for line in picture(name).scene.lines:
        id = f"edge {line.edge.source} -> {line.edge.target} {line.edge.kind}"
        bends = [(float(point.get("x", 0)), float(point.get("y", 0))) for point in cells[id].iter("mxPoint")]
        assert bends == [pytest.approx(point, abs=0.01) for point in line.points[1:-1]]
        assert line.edge.description in said[id] and line.edge.proof in said[id]


@each
def test_the_layout_is_that_of_the_picture(name: str) -> None:
    cells, said = read(picture(name).drawio())
    scene = picture(name).scene
    for item in scene.items:
        cell = f"node {item.node.id}"
        assert corner(cell, cells) == pytest.approx((item.body.x, item.body.y), abs=0.02)
        assert (cells[cell].get("parent") == "1") == (item.node.group not in {lane.id for lane in scene.lanes})
        assert all(text.words in unescape(said[cell]) for text in item.texts)
    for lane in scene.lanes:
        assert corner(f"lane {lane.id}", cells) == pytest.approx((lane.frame.x, lane.frame.y), abs=0.01)
        assert "container=1" in str(cells[f"lane {lane.id}"].get("style"))


@each
def test_numbers_and_labels_go_along_with_their_line(name: str) -> None:
    cells, said = read(picture(name).drawio())
    scene = picture(name).scene
    steps = {f"edge {line.edge.source} -> {line.edge.target} {line.edge.kind}": line for line in scene.lines}
    moving = {id: steps[str(cell.get("parent"))] for id, cell in cells.items() if cell.get("parent") in steps}
    assert len([id for id in moving if id.startswith("label ")]) == len(scene.labels)
    numbers = {id: line for id, line in moving.items() if id.startswith("number ")}
    assert {line.step for line in numbers.values()} == {line.step for line in scene.lines}
    for id, line in numbers.items():
        shown = scene.numbers[int(id.removeprefix("number ")) - 1]
        geometry = cells[id].find("mxGeometry")
        offset = cells[id].find("mxGeometry/mxPoint")
        assert geometry is not None and offset is not None and said[id].split() == [str(line.step)]
        end = line.points[-1 if geometry.get("x") == "1" else 0]
        place = end[0] + float(str(offset.get("x"))), end[1] + float(str(offset.get("y")))
        assert place == pytest.approx((shown.box.x, shown.box.y), abs=0.02)


@each
def test_title_provenance_and_steps_are_texts(name: str) -> None:
    _, said = read(picture(name).drawio())
    words = unescape(" ".join(said[id] for id in said if id.startswith("text "))).replace("<br>", " ")
    assert f"model {picture(name).model.hash}" in words and picture(name).scene.words[0].words in words
    assert all(text.words in words for text in picture(name).scene.words)


@in_one_piece
def test_it_is_self_contained_and_small(name: str) -> None:
    text = picture(name).drawio()
    assert len(text.encode()) <= LARGEST
    assert not re.search(r"https?:|\bfile:|site-packages|modified=|\b20[2-9]\d-\d\d", text) and str(FOLDER) not in text
    images = re.findall(r"image=data:image/([a-z+]+),([^;\"]*);", text)
    letters = {item.tile.letters.words for item in picture(name).scene.items if item.tile}
    assert len(images) + len(letters) >= len(picture(name).model.nodes)
    assert letters == {said.strip() for id, said in read(text)[1].items() if id.endswith(" letters")}
    for kind, data in set(images):
        decoded = base64.b64decode(data, validate=True)
        assert decoded.startswith(PNG) if kind == "png" else ElementTree.fromstring(decoded).tag.endswith("svg")


@each
def test_the_same_bytes_from_the_same_model(name: str) -> None:
    assert architecture.Picture(from_json(picture(name).model.to_json())).drawio() == picture(name).drawio()


@given(before=st.sampled_from(ALL), after=st.sampled_from(ALL))
@settings(max_examples=10, deadline=None)
def test_changes_have_their_colours_and_dashes(before: str, after: str) -> None:
    changed = architecture.change(picture(before), picture(after)).unfold()  # two large ones alike would fold
    cells, _ = read(changed.drawio())
    for edge in changed.model.edges:
        style = str(cells[f"edge {edge.source} -> {edge.target} {edge.kind}"].get("style"))
        assert ("strokeColor=#256d29;strokeWidth=3.2" in style) == (edge.kind == "added")
        assert ("strokeColor=#c21a5c;" in style) == (edge.kind == "removed")
        assert ("dashPattern=" in style) == (edge.kind in DASHES)
    assert len(edges(cells)) == len(changed.model.edges)
