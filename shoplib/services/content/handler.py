"""Content for shoppers, its back office for editors, and share pages and feeds of products."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, clock, health, http, ids, telemetry
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, ShopError, TooLarge
from shoplib.services.content import domain, questions, sharing, store
from shoplib.services.content.domain import Entry, Key

MAX_IMPORT = 200
FRESH_SECONDS = 60
router = Router()


@router.get("/content/<kind>")
def entries(kind: str) -> Response[str]:
    """The published entries of a kind; banners of one place with `?place=home`."""
    place = http.query(router, "place")
    if place and (kind != domain.BANNERS or place not in domain.PLACES):
        raise InvalidRequest(f"place is for banners, one of {', '.join(domain.PLACES)}.")
    domain.key(kind, "x", None)
    rows = [_row(entry) for entry in _published(kind) if not place or (entry.published or {}).get("place") == place]
    return http.answer(200, {kind: rows})


@router.get("/content/<kind>/<slug>")
def entry(kind: str, slug: str) -> Response[str]:
    """A published entry, in English if the language has none; with `?preview=<token>`, the previewed version."""
    key, secret = _key(router, kind, slug), _preview()
    if secret:
        document = store.preview(key, secret, clock.now())
        if document is None:
            raise NotFound("no_such_preview", "This preview is of another entry, or its hour is over.")
        return http.answer(200, {**domain.to_response(store.require(key), document), "is_preview": True})
    for language in _preference(key.language):
        known = store.find(Key(key.kind, key.slug, language))
        if known and domain.status(known, clock.now()) == domain.PUBLISHED:
            return http.answer(200, domain.to_response(known, known.published or {}))
    raise NotFound("no_such_entry", "There is no such entry.")


@router.get("/faq")
def faq() -> Response[str]:
    """Questions and answers; with `?q=`, those that contain all its words."""
    text = checks.optional_text({"q": http.query(router, "q")}, "q")
    published = _published(domain.FAQ)
    if text:
        published = questions.search(published, text)
    return http.answer(200, {"faq": [_row(entry) for entry in published], "q": text})


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"content table": lambda: store.find(Key("pages", "health", "en"))})


def _published(kind: str) -> list[Entry]:
    languages = _preference(domain.language_of(http.query(router, "language")))
    return list(domain.in_language(store.entries(kind, languages), clock.now()).values())


def _preview() -> str | None:
    return checks.optional_text({"preview": http.query(router, "preview")}, "preview")


def _preference(language: str) -> list[str]:
    return list(dict.fromkeys((language, domain.LANGUAGES[0])))


def _row(entry: Entry) -> dict[str, Any]:
    return domain.to_response(entry, entry.published or {})


def _key(asker: Router, kind: str, slug: str) -> Key:
    return domain.key(kind, http.path_value(slug), http.query(asker, "language"))


handler = http.http_handler(router)

desk = Router()


@desk.get("/content")
def overview() -> Response[str]:
    """All entries of a kind and language, for editors."""
    _editor()
    kind = checks.choice({"kind": http.query(desk, "kind")}, "kind", domain.KINDS)
    language = domain.language_of(http.query(desk, "language"))
    rows = [domain.to_row(entry, clock.now()) for entry in store.entries(kind, [language])]
    return http.answer(200, {"entries": rows})


@desk.put("/content/<kind>/<slug>")
def put_entry(kind: str, slug: str) -> Response[str]:
    editor, key = _editor(), _key(desk, kind, slug)
    if len(desk.current_event.body or "") > domain.MAX_BYTES:
        raise TooLarge("too_large", f"An entry has at most {domain.MAX_BYTES} characters.")
    entry = store.put(key, domain.document(kind, http.body(desk)), editor, clock.now())
    return http.answer(200, domain.to_row(entry, clock.now()))


@desk.get("/content/<kind>/<slug>/versions")
def versions(kind: str, slug: str) -> Response[str]:
    _editor()
    entry = store.require(_key(desk, kind, slug))
    return http.answer(200, {**domain.to_row(entry, clock.now()), "versions": store.versions(entry.key)})


@desk.post("/content/<kind>/<slug>/publication")
def publish(kind: str, slug: str) -> Response[str]:
    _editor()
    entry = store.require(_key(desk, kind, slug))
    entry = store.publish(entry, domain.publication(entry, http.body(desk), clock.now()))
    telemetry.count("EntriesPublished")
    return http.answer(200, domain.to_row(entry, clock.now()))


@desk.delete("/content/<kind>/<slug>/publication")
def end_publication(kind: str, slug: str) -> Response[str]:
    _editor()
    entry = store.end(store.require(_key(desk, kind, slug)), clock.now())
    return http.answer(200, domain.to_row(entry, clock.now()))


@desk.post("/content/<kind>/<slug>/previews")
def open_preview(kind: str, slug: str) -> Response[str]:
    _editor()
    entry, secret = store.require(_key(desk, kind, slug)), ids.new_secret()
    until = store.add_preview(entry, secret, clock.now())
    return http.answer(201, {"preview": secret, "expires_at": clock.timestamp(until), "version": entry.version})


def _editor() -> str:
    return store.directory().staff_of(http.header(desk, "Authorization")).user_id


edit = http.http_handler(desk)

public = Router()


@public.get("/share/<product_id>")
def share(product_id: str) -> Response[str]:
    site, product = store.site(), store.product(http.path_value(product_id))
    if not product:
        raise NotFound("no_such_product", "There is no such product.")
    return Response(200, "text/html; charset=utf-8", sharing.page(product, site), headers=dict(sharing.PAGE_HEADERS))


@public.get("/feed.xml")
def feed() -> Response[str]:
    text = feed_of(store.site(), clock.epoch_seconds(clock.now()) // FRESH_SECONDS)
    headers = {"Cache-Control": f"max-age={FRESH_SECONDS}"}
    return Response(200, "application/rss+xml; charset=utf-8", text, headers=headers)


@public.get("/robots.txt")
def robots() -> Response[str]:
    return Response(200, "text/plain; charset=utf-8", sharing.robots(store.site()))


@lru_cache(maxsize=1)
def feed_of(site: sharing.Site, _period: int) -> str:
    """The feed, built once per period: frequent requests must not load the catalog."""
    products, stock, cursor = list[dict[str, Any]](), dict[str, str](), None
    while True:
        page, cursor = store.products_page(cursor)
        products += page
        stock |= store.stock_of([product["product_id"] for product in page]) if page else {}
        if len(products) > sharing.MAX_PRODUCTS:
            raise Conflict("feed_too_large", f"A feed has at most {sharing.MAX_PRODUCTS} products.")
        if not cursor:
            return sharing.feed(products, stock, site)


offer = http.http_handler(public)


def import_entries(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"entries": [{kind, slug, language, title, blocks, ...}], "site": {address, product_pages, sitemap}} ->
    {"imported", "unchanged", "rejected": [{index, error}]}, for the operator and the storefront. Each entry is
    published from now on; an unchanged one stays as it is.
    """
    if event.get("site") is not None:
        store.set_site(sharing.parse_site(event["site"]))
    counts = {"imported": 0, "unchanged": 0}
    rejected = []
    for index, row in enumerate(checks.objects(event, "entries", maximum=MAX_IMPORT) if event.get("entries") else []):
        try:
            counts["imported" if _import(row) else "unchanged"] += 1
        except ShopError as error:
            rejected.append({"index": index, "error": error.message})
    return {**counts, "rejected": rejected}


def _import(row: Any) -> bool:
    """Imports an entry; returns whether it is new or changed."""
    if not isinstance(row, Mapping):
        raise InvalidRequest("An entry must be an object.")
    key = domain.key(str(row.get("kind")), str(row.get("slug")), str(row.get("language")))
    names = ("kind", "slug", "language")
    document = domain.document(key.kind, {name: value for name, value in row.items() if name not in names})
    entry = store.put(key, document, "operator", clock.now())
    if entry.published == document and domain.status(entry, clock.now()) == domain.PUBLISHED:
        return False
    store.publish(entry, domain.publication(entry, {}, clock.now()))
    return True


load = telemetry.instrument(import_entries)
