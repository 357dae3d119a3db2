"""Content entries: a banner, page, guide or question, in one language, with versions and publication times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shoplib.core import checks, clock
from shoplib.core.errors import InvalidRequest, NotFound
from shoplib.services.content import blocks

BANNERS, PAGES, GUIDES, FAQ = "banners", "pages", "guides", "faq"
KINDS = (BANNERS, PAGES, GUIDES, FAQ)
LANGUAGES = ("en", "de", "es", "ar")
PLACES = ("home", "category", "search", "product", "cart", "checkout", "account")
DRAFT, SCHEDULED, PUBLISHED, ENDED = "draft", "scheduled", "published", "ended"
MAX_VERSIONS = 20
MAX_BYTES = 60_000
PREVIEWED_FOR = timedelta(hours=1)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# As what a document of a kind has beside `title` and `blocks`.
_FIELDS = {BANNERS: ("place", "link"), PAGES: ("summary",), GUIDES: ("summary",), FAQ: ("group",)}

Document = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """The key of an entry."""

    kind: str
    slug: str
    language: str


@dataclass(frozen=True)
class Entry:
    """A current entry: `draft` is the newest version, number `version`; `published` is the version that shoppers see
    from `starts_at` until `ends_at`, number `published_version`. Times are RFC 3339 in UTC.
    """

    key: Key
    version: int
    draft: Document
    updated_at: str
    updated_by: str
    published: Document | None = None
    published_version: int | None = None
    starts_at: str | None = None
    ends_at: str | None = None


@dataclass(frozen=True)
class Publication:
    """The version that is published, from when and until when."""

    version: int
    starts_at: str
    ends_at: str | None


def key(kind: str, slug: str, language: str | None) -> Key:
    """The key in a path and its query. NotFound for an unknown kind."""
    if kind not in KINDS:
        raise NotFound("no_such_kind", f"There are {', '.join(KINDS)}.")
    if len(slug) > 80 or not _SLUG.fullmatch(slug):
        raise InvalidRequest("A slug has at most 80 small letters a to z, digits, and single dashes between them.")
    return Key(kind, slug, language_of(language))


def language_of(text: str | None) -> str:
    """The requested language; English by default."""
    return checks.choice({"language": text or LANGUAGES[0]}, "language", LANGUAGES)


def document(kind: str, body: Mapping[str, Any]) -> Document:
    """The document in an editor's request: title, blocks and the kind's other fields, nothing else."""
    fields = _FIELDS[kind]
    if more := set(body) - {"title", "blocks", *fields}:
        raise InvalidRequest(f"{kind} have no {', '.join(sorted(map(str, more)))}.")
    content: Document = {"title": checks.text(body, "title"), "blocks": blocks.parse(body)}
    content |= {name: _READ[name](body) for name in fields}
    return {name: value for name, value in content.items() if value is not None}


def publication(entry: Entry, body: Mapping[str, Any], now: datetime) -> Publication:
    """The requested publication: from now or later, until some time or forever."""
    version = checks.integer({"version": body.get("version", entry.version)}, "version", low=1, high=10**9)
    starts_at = _time(body, "starts_at") or clock.timestamp(now)
    ends_at = _time(body, "ends_at")
    if ends_at and ends_at <= max(starts_at, clock.timestamp(now)):
        raise InvalidRequest("ends_at must be later than starts_at, and later than now.")
    return Publication(version, starts_at, ends_at)


def status(entry: Entry, now: datetime) -> str:
    """Whether an entry is visible to shoppers now, in the future, or was in the past."""
    at = clock.timestamp(now)
    if entry.published is None:
        return DRAFT
    if entry.starts_at and at < entry.starts_at:
        return SCHEDULED
    return ENDED if entry.ends_at and at >= entry.ends_at else PUBLISHED


def in_language(entries: list[Entry], now: datetime) -> dict[str, Entry]:
    """The currently published entries, by slug; `entries` are ordered by language preference."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        if status(entry, now) == PUBLISHED:
            seen.setdefault(entry.key.slug, entry)
    return seen


def to_response(entry: Entry, content: Document) -> dict[str, Any]:
    """A version of an entry, for shoppers."""
    return {"kind": entry.key.kind, "slug": entry.key.slug, "language": entry.key.language, **content}


def to_row(entry: Entry, now: datetime) -> dict[str, Any]:
    """An entry in the editors' list."""
    names = ("version", "published_version", "starts_at", "ends_at", "updated_at", "updated_by")
    state = {"status": status(entry, now), "title": entry.draft["title"]}
    return {**to_response(entry, state), **{name: getattr(entry, name) for name in names}}


def _link(body: Mapping[str, Any]) -> Document | None:
    if body.get("link") is None:
        return None
    link = checks.mapping(body, "link")
    return {"text": checks.text(link, "text"), "href": blocks.href(link, "href")}


def _time(body: Mapping[str, Any], name: str) -> str | None:
    text = checks.optional_text(body, name, maximum=40)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidRequest(f"{name} must be a time, as 2026-12-24T18:00:00Z.") from None
    if moment and moment.tzinfo is None:
        raise InvalidRequest(f"{name} must say its zone, as 2026-12-24T18:00:00Z.")
    return clock.timestamp(moment.astimezone(UTC)) if moment else None


_READ = {
    "place": lambda body: checks.choice(body, "place", PLACES),
    "link": _link,
    "summary": lambda body: checks.optional_text(body, "summary", maximum=500),
    "group": lambda body: checks.optional_text(body, "group", maximum=60),
}
