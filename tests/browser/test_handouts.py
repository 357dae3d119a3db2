"""A handout is one page of paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shoplib import architecture
from shoplib.teaching import handouts


@pytest.mark.parametrize("pattern", architecture.patterns())
def test_it_prints_on_one_page(browser: Browser, tmp_path: Path, pattern: str) -> None:
    file = tmp_path / "handout.html"
    file.write_text(handouts.page(pattern), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    paper = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
