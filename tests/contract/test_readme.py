"""The README is true: its links lead somewhere, its commands and make targets exist, every command is named."""

import re
from pathlib import Path

import pytest
import typer.main

from shoplib.cli import application
from shoplib.provision import pattern_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> set[str]:
    return set(typer.main.get_command(application()).commands)


def test_links_lead_to_files():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_command_is_named_and_no_other():
    table = README[README.index("## The command line") : README.index("## The real shop's data")]
    cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    named = {word for cell in cells for word in re.findall(r"`(?:shoplib )?([a-z]+)", cell)}
    assert named == commands()


@pytest.mark.parametrize("page", ["README.md", "shoplib/patterns/README.md"])
def test_every_pattern_is_named_and_no_other(page: str):
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name in rows if name != "shoplib"} == set(pattern_names())


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README.replace("make under", ""))) <= targets | {"lists"}
    assert {"demo", "lab", "test", "check", "clean"} <= targets


def test_every_decision_has_a_number_and_a_way_back():
    records = sorted(path for path in (ROOT / "docs/decisions").glob("*.md") if path.name != "README.md")
    numbers = [int(path.name[:4]) for path in records]
    assert len(set(numbers)) == len(numbers)
    assert not [path.name for path in records if "reverse" not in path.read_text(encoding="utf-8").lower()]
