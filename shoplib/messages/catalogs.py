"""Catalogs of translations (`.po`), brought up to date with the messages of the code, and compiled."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from shoplib.messages.extraction import Message

# Files change when messages do, not when they are written.
_WRITTEN = datetime(2026, 12, 1, tzinfo=UTC)


def read(path: Path, language: str) -> Catalog:
    """A language's catalog; an empty one where there is none."""
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(catalog: Catalog, messages: Iterable[Message]) -> Catalog:
    """The catalog with exactly these messages, translated as far as it had them. A changed message is a new one."""
    fresh = Catalog(
        locale=catalog.locale,
        project="shoplib",
        version="1",
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        copyright_holder="the shop",
        fuzzy=False,
        header_comment="# Translations of the shop's messages.",
    )
    for message in messages:
        known = catalog.get(message.id[0] if isinstance(message.id, tuple) else message.id)
        translation = known.string if known and known.id == message.id else ""
        fresh.add(message.id, translation or "", locations=message.locations, flags=message.flags)
    return fresh


def missing(catalog: Catalog) -> list[str]:
    """The messages that have no translation, or not all of its forms."""
    return [str(message.id) for message in catalog if message.id and not _is_translated(message.string)]


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def as_po(catalog: Catalog) -> bytes:
    """The catalog as people edit it."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, sort_by_file=True)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The catalog as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()
