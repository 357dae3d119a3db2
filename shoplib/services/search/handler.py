"""Search and the sitemap over HTTP; the index writer, which reads the catalog's stream; and the rebuild (invoke)."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import clock, commands, config, events, health, http, ids, telemetry
from shoplib.core.errors import Conflict
from shoplib.services.search import answering, domain, sitemap, store
from shoplib.services.search.config import PagesConfig
from shoplib.services.search.domain import Search
from shoplib.services.search.families import CATEGORY
from shoplib.services.search.index import build

ATTEMPTS = 10

router = Router()


@router.get("/search")
def find() -> Response[str]:
    search = domain.search(router.current_event.raw_event.get("rawQueryString") or "")
    answer = answering.answer(search, store.reader().current())
    if search.words and not search.after:
        _emit(search, answer)
    return http.answer(200, answer)


def _emit(search: Search, answer: answering.Answer) -> None:
    corrected = {each["word"]: each["to"] for each in answer["corrected"]}
    props = {"q": search.text, "results": answer["total"]} | ({"corrected": corrected} if corrected else {})
    (category,) = search.filters.get(CATEGORY, (None,))
    visit = http.visit(router)
    store.emit(events.new("search", visit, event_id=ids.new_id(), at=clock.now(), category=category, props=props))


@router.get("/sitemap.xml")
def pages() -> Response[str]:
    snapshot, pages_url = store.reader().current(), config.load(PagesConfig).product_pages_url
    every = sitemap.addresses(pages_url, snapshot.ids if snapshot else ())
    context = router.current_event.raw_event["requestContext"]
    text = sitemap.sitemap(every, f"https://{context['domainName']}/sitemap.xml", http.query(router, "part"))
    return Response(status_code=200, content_type="application/xml", body=text)


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"search index": store.reader().current})


handler = http.http_handler(router)


def write_changes(batch: dict[str, Any], _context: Any) -> None:
    """Writes changes of the catalog table to the index, in order. Raises if that fails: the batch is retried."""
    changes = [store.change_of(record["dynamodb"]) for record in batch["Records"]]
    count = store.writer().write(changes, clock.timestamp(clock.now()))
    telemetry.count("ProductsIndexed", count)


write = telemetry.instrument(write_changes)


def rebuild_index(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{} -> {"products": n, "version": n}: rebuilds the index from the whole catalog. The old index serves searches
    meanwhile.
    """
    return commands.answer(_rebuild, event)


def _rebuild(_event: dict[str, Any]) -> dict[str, Any]:
    before, _ = store.read()
    since = before.version if before else 0
    index = build(store.catalog(), before, clock.timestamp(clock.now()))
    for _ in range(ATTEMPTS):
        now, tag = store.read()
        if now:
            index.carry_over(now, since)
        if store.write(index, tag):
            return {"products": index.size, "version": index.version}
    raise Conflict("index_busy", "The index is written too often just now; try again.")


rebuild = telemetry.instrument(rebuild_index)
