"""Files: self-contained, accessible, legible in light and dark, the same bytes each time."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from shoplib import architecture
from shoplib.architecture.theme import DARK, GROUNDS, LIGHT
from shoplib.errors import LabError
from tests.nightly import sized

SVG = "{http://www.w3.org/2000/svg}"
LARGEST = 250_000


@pytest.fixture(scope="module")
def shop() -> architecture.Picture:
    """A large picture in one piece; as it is drawn it would be an overview with pages."""
    return architecture.from_patterns("rest", "fulfilment").unfold()


def test_svg_is_one_valid_self_contained_accessible_file(shop: architecture.Picture) -> None:
    text = shop.svg()
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img" and len(text.encode()) <= LARGEST
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and description is not None and title.text == shop.model.title
    assert set(str(root.get("aria-labelledby")).split()) == {title.get("id"), description.get("id")}
    for edge in shop.model.edges:
        assert f"{edge.source} to {edge.target} ({edge.description})" in str(description.text)


def test_svg_refers_to_nothing_outside_and_has_each_icon_once(shop: architecture.Picture) -> None:
    root = ElementTree.fromstring(shop.svg())
    links = [value for element in root.iter() for name, value in element.attrib.items() if name.endswith("href")]
    images = [link for link in links if not link.startswith("#")]
    assert images and all(image.startswith("data:image/png;base64,") for image in images)
    assert len(images) == len(set(images))
    assert not re.search(r"file:|https?://(?!www\.w3\.org/2000/svg)|/home/|/root/|site-packages", shop.svg())
    assert "@import" not in shop.svg() and "<script" not in shop.svg()


def test_svg_has_every_edge_once_and_ids_of_its_own(shop: architecture.Picture) -> None:
    root = ElementTree.fromstring(shop.svg())
    paths = [element for element in root.iter(f"{SVG}path") if element.get("marker-end")]
    assert len(paths) == len(shop.model.edges)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and all(str(id).startswith(f"a{shop.model.hash}") for id in ids)


def test_svg_says_where_it_comes_from(shop: architecture.Picture) -> None:
    words = " ".join(element.text or "" for element in ElementTree.fromstring(shop.svg()).iter(f"{SVG}text"))
    assert f"model {shop.model.hash}" in words and "rest/template.yaml" in words
    assert f"{shop.model.resources} resources" in words
    assert not re.search(r"20\d\d-\d\d-\d\d", words)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_contrast(theme: dict[str, str]) -> None:
    pairs = [(role, ground) for role, grounds in GROUNDS.items() for ground in grounds]
    pairs += [(f"lane{tone}", "lane") for tone in range(4)]
    for role, ground in pairs:
        light, dark = sorted((luminance(theme[role]), luminance(theme[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (role, ground)


def test_every_colour_of_the_picture_follows_the_theme(shop: architecture.Picture) -> None:
    text = shop.svg()
    assert "prefers-color-scheme:dark" in text
    assert "[data-jp-theme-light=false]" in text and "[data-jp-theme-light=true]" in text
    assert not re.search(r'(fill|stroke)="#', text)


def test_png_has_the_size_asked_for_in_light_and_dark() -> None:
    picture = architecture.from_patterns("clickstream")
    sizes = {}
    for dark in (False, True):
        with Image.open(BytesIO(picture.png(dark=dark, scale=1.5))) as image:
            sizes[dark] = (image.size, image.convert("RGB").getpixel((3, 3)))
    wanted = picture.scene.width * 1.5, picture.scene.height * 1.5
    assert all(abs(size[0] - wanted[0]) <= 2 and abs(size[1] - wanted[1]) <= 2 for size, _ in sizes.values())
    assert sizes[False][1] == (255, 255, 255) and sizes[True][1] == (15, 22, 32)


def test_a_notebook_shows_it_inline_with_a_table(shop: architecture.Picture) -> None:
    html = shop._repr_html_()
    assert 'width="100%"' in html and "<table>" in html and "ORDERS_QUEUE" not in html
    assert html.count("<tr>") == len(shop.model.edges) + 1


def test_mermaid_has_every_node_and_edge(shop: architecture.Picture) -> None:
    text = shop.mermaid()
    assert text.count("-->|") + text.count("-.->|") + text.count("-.-|") == len(shop.model.edges)
    assert text.count("subgraph") == 2 and "n_OrdersQueue -.->|" in text
    assert '"POST /checkout"' in text


def test_the_script_for_diagrams_is_python_with_every_edge(shop: architecture.Picture) -> None:
    tree = ast.parse(shop.script("shop"))
    edges = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Edge"]
    assert len(edges) == len(shop.model.edges)


def test_the_script_for_diagrams_draws(tmp_path: Path) -> None:
    """Through the `diagrams` package and the Graphviz of the pygraphviz wheel: no `dot` is on the PATH."""
    script = architecture.from_patterns("clickstream").save(tmp_path / "clickstream.diagram.py")
    environment = {**os.environ, "PATH": ""}
    command = [sys.executable, str(script)]
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "timeout": 120}
    run = subprocess.run(command, check=False, **options)
    assert run.returncode == 0, run.stderr
    with Image.open(tmp_path / "clickstream-by-diagrams.png") as image:
        assert image.width > 600


ALL_BYTES = """
import hashlib, sys
from shoplib import architecture
picture = architecture.from_patterns("rest", "fulfilment").unfold()
data = picture.svg().encode() + picture.png(scale=1) + picture.mermaid().encode() + picture.script().encode()
data += picture.drawio().encode()
print(hashlib.sha256(data + picture.model.to_json().encode()).hexdigest())
"""


def test_same_bytes_for_two_hash_seeds_and_folders(tmp_path: Path, shop: architecture.Picture) -> None:
    def run(seed: str, folder: Path) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", ALL_BYTES]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout.strip()

    data = shop.svg().encode() + shop.png(scale=1) + shop.mermaid().encode() + shop.script().encode()
    data += shop.drawio().encode()
    here = hashlib.sha256(data + shop.model.to_json().encode()).hexdigest()
    places = sized((tmp_path, Path(tmp_path.anchor)), (tmp_path,))
    assert {run(str(seed), place) for seed, place in enumerate(places, 1)} == {here}


def test_an_unknown_file_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="unsupported file format"):
        architecture.from_patterns("rest").save(tmp_path / "rest.gif")
