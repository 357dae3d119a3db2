"""The messages in code: of functions (`messages.translate`, `messages.mark`), of the page's scripts (`t`, `tn`), and of
its markup (the text of elements with `data-t`, the attributes that `data-t-attr` names)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.extract import extract

Id = str | tuple[str, ...]


@dataclass
class Message:
    """`id` is the English text, or one and the plural; `locations` are files and lines."""

    id: Id
    locations: list[tuple[str, int]] = field(default_factory=list)

    @property
    def flags(self) -> list[str]:
        return ["python-format"] if "%(" in "".join(self.id) else []


# In `translate` the language stands before the message.
_OF_PYTHON = {"translate": (2,), "mark": None}
# Babel reads scripts, too, but in a template it loses a message whose values are an object: `${t("...", { name })}`.
_TEXT = r'("(?:[^"\\\n]|\\.)*")'
_OF_SCRIPTS = re.compile(rf"\b(?:t\(\s*{_TEXT}|tn\(\s*{_TEXT},\s*{_TEXT})")


def of_python(root: Path, files: list[Path]) -> list[Message]:
    """The messages in functions' code."""
    speaking = [path for path in files if "shoplib.core" in (code := path.read_text()) and "messages" in code]
    return _collect(root, speaking, _of_code)


def of_page(root: Path, folder: Path) -> list[Message]:
    """The messages in the page's scripts and markup."""
    scripts = [path for path in sorted(folder.rglob("*.*js")) if "vendor" not in path.relative_to(folder).parts]
    messages = _collect(root, scripts, _of_script)
    return _merge([*messages, *_collect(root, sorted(folder.rglob("*.html")), _of_markup)])


def _collect(root: Path, files: list[Path], read: Any) -> list[Message]:
    return _merge(
        Message(id_, [(path.relative_to(root).as_posix(), line)]) for path in files for line, id_ in read(path)
    )


def _merge(messages: Any) -> list[Message]:
    """Each message once, with all its places, in the order of the first ones."""
    known: dict[str, Message] = {}
    for message in messages:
        key = message.id if isinstance(message.id, str) else message.id[0]
        entry = known.setdefault(key, Message(message.id))
        entry.id = message.id if isinstance(message.id, tuple) else entry.id
        entry.locations += message.locations
    return list(known.values())


def _of_code(path: Path) -> Iterator[tuple[int, Id]]:
    with path.open("rb") as file:
        for line, id_, _comments, _context in extract("python", file, keywords=_OF_PYTHON):
            yield line, id_


def _of_script(path: Path) -> Iterator[tuple[int, Id]]:
    text = path.read_text(encoding="utf-8")
    for match in _OF_SCRIPTS.finditer(text):
        words = tuple(json.loads(each) for each in match.groups() if each)
        yield text.count("\n", 0, match.start()) + 1, words[0] if len(words) == 1 else words


class _Markup(HTMLParser):
    """Collects what is marked in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[int, Id]] = []
        self._open: tuple[str, int, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name in (values.get("data-t-attr") or "").split():
            self.messages.append((self.getpos()[0], values[name] or ""))
        if "data-t" in values:
            self._open = (tag, self.getpos()[0], [])

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[0] == tag:
            self.messages.append((self._open[1], " ".join("".join(self._open[2]).split())))
            self._open = None


def _of_markup(path: Path) -> list[tuple[int, Id]]:
    parser = _Markup()
    parser.feed(path.read_text(encoding="utf-8"))
    return [(line, text) for line, text in parser.messages if text]
