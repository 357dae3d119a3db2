"""The whole bar, over templates of twenty shapes and over our own: each picture, each rule."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from shoplib import architecture
from shoplib.architecture.model import from_json
from tests.nightly import sized
from tests.unit.architecture_bar import broken_rules

FOLDER = Path(__file__).parents[1] / "data" / "templates"
ALL = [*architecture.names(), *sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*.yaml"))]
SVG = "{http://www.w3.org/2000/svg}"
LARGEST = 250_000

each = pytest.mark.parametrize("name", ALL)
# An overview with pages draws each connection there or on a page: test_architecture_large.
in_one_piece = pytest.mark.parametrize("name", [name for name in ALL if name != "shop"])


@cache
def picture(name: str) -> architecture.Picture:
    return architecture.picture_of(FOLDER / name if name.endswith(".yaml") else name)


def test_there_are_twenty_shapes_from_one_to_sixty_nodes() -> None:
    counts = [len(picture(name).model.nodes) for name in ALL if name.endswith(".yaml")]
    assert len(counts) >= 20 and min(counts) == 1 and max(counts) >= 60


@each
def test_rule_1_the_same_bytes_twice(name: str) -> None:
    again = architecture.Picture(from_json(picture(name).model.to_json()))
    assert again.svg() == picture(name).svg() and again.mermaid() == picture(name).mermaid()


@each
def test_rule_2_self_contained_each_icon_once_and_small(name: str) -> None:
    text = picture(name).svg()
    assert len(text.encode()) <= LARGEST
    assert not re.search(
        r"\bfile:|https?://(?!www\.w3\.org/2000/svg)|\.\./\.\./\.\./|site-packages|@import|<script", text
    )
    images = re.findall(r"data:image/png;base64,[^\"]+", text)
    assert images and len(images) == len(set(images))
    assert str(FOLDER.parent) not in text


@in_one_piece
def test_rule_3_valid_and_accessible(name: str) -> None:
    root = ElementTree.fromstring(picture(name).svg())
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img" and title is not None and title.text and description is not None
    html = picture(name)._repr_html_()
    edges = len(picture(name).model.edges)
    assert html.count("<tr>") == (edges + 1 if edges else 0)


@in_one_piece
def test_rule_4_every_edge_once_and_every_step_in_the_caption(name: str) -> None:
    scene = picture(name).scene
    said = " ".join(text.words for text in scene.words)
    for line in scene.lines:
        assert line.edge.source in said and line.edge.target in said
    paths = [path for path in ElementTree.fromstring(picture(name).svg()).iter(f"{SVG}path") if path.get("marker-end")]
    assert len(paths) == len(picture(name).model.edges)


@each
def test_rule_5_nothing_lies_on_anything(name: str) -> None:
    assert broken_rules(picture(name).scene) == []


@each
def test_rule_6_only_colours_of_the_theme(name: str) -> None:
    """The theme's contrast is tested by itself; a picture has no colour of its own."""
    assert not re.search(r'(fill|stroke)="#', picture(name).svg())


@each
def test_rule_7_readable_at_700_pixels_or_scrolls(name: str) -> None:
    """At 700 pixels wide, or in a notebook, which scrolls rather than shrink below this."""
    scene = picture(name).scene
    texts = [*scene.words, *scene.labels, *(text for item in scene.items for text in item.texts)]
    shown = max(min(1.0, 700 / scene.width), min(1.0, architecture.picture.LEGIBLE))
    assert min(text.size for text in texts) * shown >= 6.0


@each
def test_rule_8_title_and_provenance(name: str) -> None:
    scene, model = picture(name).scene, picture(name).model
    title = min(scene.words, key=lambda text: text.y)
    assert model.title.split(" ")[0] in title.words and title.x < 40 and title.anchor == "start"
    words = " ".join(text.words for text in scene.words)
    assert f"model {model.hash}" in words
    assert f"{model.resources} resource" in words or "states" in words
    assert not re.search(r"\b20[2-9]\d-\d\d", words)


@in_one_piece
def test_rule_9_drawn_is_declared(name: str) -> None:
    drawn = {(line.edge.key, line.edge.verbs) for line in picture(name).scene.lines}
    assert drawn == {(edge.key, edge.verbs) for edge in picture(name).model.edges}


@each
def test_rule_10_light_and_dark_are_pictures(name: str) -> None:
    scene, grounds = picture(name).scene, ((False, (255, 255, 255)), (True, (15, 22, 32)))
    for dark, ground in sized(grounds, grounds[ALL.index(name) % 2 :][:1]):  # by day, every other one is dark
        with Image.open(BytesIO(picture(name).png(dark=dark, scale=700 / scene.width))) as image:
            assert abs(image.width - 700) <= 2 and image.convert("RGB").getpixel((3, 3)) == ground
