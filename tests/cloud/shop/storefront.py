"""A shopper's hands on the page, in a real Chromium."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Dialog, Page, ViewportSize

from tests.cloud.shop.conftest import Shop

# A function that is cold on a busy machine takes its time.
PATIENCE_MS = 60_000
WIDE, NARROW = ViewportSize(width=1300, height=900), ViewportSize(width=390, height=844)


@dataclass
class Visitor:
    """A person with a browser of their own. `complaints` are errors of scripts and refusals of the policy."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, fragment: str = "#/") -> None:
        """A page, once it is there."""
        self.page.goto(self.url + fragment)
        self.page.locator(f"main[data-place='{fragment}'] h1").wait_for()

    def see(self, text: str) -> None:
        """Waits until the text is to be seen."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def press(self, name: str) -> None:
        """Clicks the button or link of exactly this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        self.page.get_by_role("link", name=name, exact=True).or_(button).first.click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)

    def pick(self, label: str, value: str) -> None:
        self.page.get_by_role("combobox", name=label, exact=True).first.select_option(value)

    def stored(self, name: str) -> Any:
        """What the page keeps in this browser."""
        text = self.page.evaluate("name => localStorage.getItem(`shop.${name}`)", name)
        return json.loads(text) if text else None


@contextmanager
def visiting(browser: Browser, shop: Shop, *, narrow: bool = False, **options: Any) -> Iterator[Visitor]:
    """A new visitor, whose console is quiet at the end."""
    context = browser.new_context(viewport=NARROW if narrow else WIDE, locale="en-GB", **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    visitor = Visitor(page, shop.lab.outputs("storefront")["StorefrontUrl"])
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    page.on("console", lambda message: _note(visitor, message.type, message.text))
    page.on("dialog", lambda dialog: _close(visitor, dialog))
    try:
        yield visitor
        assert visitor.complaints == []
    except Exception:
        print(visitor.complaints, page.url, page.locator("body").inner_text(), sep="\n")
        raise
    finally:
        context.close()


def _close(visitor: Visitor, dialog: Dialog) -> None:
    visitor.complaints.append(f"dialog: {dialog.message}")
    dialog.accept()


def _note(visitor: Visitor, kind: str, text: str) -> None:
    """What a browser says of an answer with a status of 4xx is no error of the page."""
    if kind == "error" and not text.startswith("Failed to load resource"):
        visitor.complaints.append(text)
