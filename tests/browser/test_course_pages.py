"""A handout is one page of paper; the index of the course is read on a light and on a dark screen."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser

from shoplib import architecture
from shoplib.teaching import course_pages, handouts, lesson_files


@pytest.mark.parametrize("pattern", architecture.patterns())
def test_it_prints_on_one_page(browser: Browser, tmp_path: Path, pattern: str) -> None:
    file = tmp_path / "handout.html"
    file.write_text(handouts.page(pattern), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    paper = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize(("scheme", "background"), [("light", (255, 255, 255)), ("dark", (18, 18, 18))])
def test_the_index_takes_the_screens_colours(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"], background: tuple[int, int, int]
) -> None:
    file = tmp_path / "index.html"
    file.write_text(course_pages.index(lesson_files.lessons(), [], datetime.now(UTC)), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme)
    page.goto(file.as_uri())
    corner = Image.open(io.BytesIO(page.screenshot())).convert("RGB").getpixel((1, 1))
    page.close()
    assert corner == background
