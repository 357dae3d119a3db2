"""The content table: `ENTRY#<kind>#<slug>#<language>` with `CURRENT` and `VERSION#<number>`s, `PREVIEW#<fingerprint>`,
and `SITE`, where the shop's site is. And calls to accounts, the catalog and the stock."""

import json
import urllib.parse
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

import boto3
import urllib3

from shoplib.core import clock, commands, config, ids, members, numbers, telemetry, transactions
from shoplib.core.errors import Conflict, NotFound, Unavailable
from shoplib.services.content.config import Config, FeedConfig, MembersConfig, PricesConfig
from shoplib.services.content.domain import MAX_VERSIONS, PREVIEWED_FOR, Document, Entry, Key, Publication
from shoplib.services.content.sharing import Site

KIND_INDEX = "by_kind"
_PATIENCE = urllib3.Timeout(connect=2, read=5)


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).content_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def http() -> Any:
    return urllib3.PoolManager(timeout=_PATIENCE, retries=False)


def directory() -> members.Directory:
    """The accounts service, which resolves sessions."""
    return members.Directory(functions().invoke, config.load(MembersConfig).members_function_name)


# ---- entries ----


def find(key: Key) -> Entry | None:
    """An entry as it is now."""
    item = _read(_pk(key), "CURRENT")
    return _entry(item) if item else None


def require(key: Key) -> Entry:
    """The current entry. NotFound if there is none."""
    if entry := find(key):
        return entry
    raise NotFound("no_such_entry", "There is no such entry in this language.")


def entries(kind: str, languages: Iterable[str]) -> list[Entry]:
    """All entries of a kind in these languages, language by language."""
    return [_entry(item) for language in languages for item in _of_kind(f"{kind}#{language}")]


def put(key: Key, document: Document, editor: str, now: datetime) -> Entry:
    """Stores a new, unpublished version; one equal to the newest is not stored. Conflict if someone else has stored a
    version meanwhile.
    """
    before = find(key)
    if before and before.draft == document:
        return before
    version = before.version + 1 if before else 1
    entry = Entry(key, version, document, clock.timestamp(now), editor)
    writes = [_current(entry, before), _version(entry)]
    if version > MAX_VERSIONS:
        oldest = {"pk": _pk(key), "sk": f"VERSION#{version - MAX_VERSIONS:06}"}
        writes.append({"Delete": {"TableName": table().name, "Key": oldest}})
    if transactions.transact(table().meta.client, writes):
        raise Conflict("changed", "Somebody else has changed this entry; read it and try again.")
    return require(key)


def publish(entry: Entry, chosen: Publication) -> Entry:
    """Publishes a version from a given time on. NotFound if the version does not exist (any more)."""
    item = _read(_pk(entry.key), f"VERSION#{chosen.version:06}")
    if not item:
        raise NotFound("no_such_version", f"The newest {MAX_VERSIONS} versions can be published.")
    values = {":document": item["document"], ":version": chosen.version, ":from": chosen.starts_at}
    expression = "SET published = :document, published_version = :version, starts_at = :from"
    expression += ", ends_at = :until" if chosen.ends_at else " REMOVE ends_at"
    return _update(entry.key, expression, values | ({":until": chosen.ends_at} if chosen.ends_at else {}))


def end(entry: Entry, now: datetime) -> Entry:
    """Unpublishes an entry. Idempotent."""
    return _update(entry.key, "SET ends_at = :now", {":now": clock.timestamp(now)})


def versions(key: Key) -> list[dict[str, Any]]:
    """The stored versions, newest first."""
    answer = table().query(
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": _pk(key), ":prefix": "VERSION#"},
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=MAX_VERSIONS,
    )
    return [
        {"version": int(item["version"]), "at": item["at"], "by": item["by"], **json.loads(item["document"])}
        for item in answer["Items"]
    ]


# ---- previews and the site ----


def add_preview(entry: Entry, secret: str, now: datetime) -> datetime:
    """Lets a secret token show the newest version; returns its expiry time."""
    until = now + PREVIEWED_FOR
    item = {"entry": _pk(entry.key), "document": json.dumps(entry.draft), "expires_at": clock.epoch_seconds(until)}
    table().put_item(Item={"pk": f"PREVIEW#{ids.fingerprint(secret)}", "sk": "PREVIEW", **item})
    return until


def preview(key: Key, secret: str, now: datetime) -> Document | None:
    """The version of an entry that a token shows; None if the token is for another entry or has expired."""
    item = _read(f"PREVIEW#{ids.fingerprint(secret)}", "PREVIEW")
    if not item or item["entry"] != _pk(key) or int(item["expires_at"]) <= now.timestamp():
        return None
    return dict(json.loads(item["document"]))


def set_site(site: Site) -> None:
    """Stores where the shop's site is."""
    table().put_item(Item={"pk": "SITE", "sk": "SITE", **asdict(site)})


def site() -> Site:
    """Where the shop's site is. Conflict until the storefront has said it."""
    if item := _read("SITE", "SITE"):
        return Site(item["address"], item["product_pages"], item["sitemap"])
    message = "Where the shop's pages are is not known yet: deploy `storefront`, which says it."
    raise Conflict("no_site", message)


# ---- products ----


def product(product_id: str) -> dict[str, Any] | None:
    """A product with its current price, from the catalog's command."""
    name = config.load(PricesConfig).prices_function_name
    if not name:
        message = "The template `rest` has the catalog: deploy it, and this one with its PricesFunctionName."
        raise Unavailable("no_catalog", message)
    answer = commands.send(
        functions().invoke, name, {"product_ids": [product_id], "details": True}, "catalog_unavailable"
    )
    return next(iter(answer["products"]), None)


def products_page(cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the catalog's products, and the cursor of the next page."""
    url = config.load(FeedConfig).shop_api_url
    more = f"&cursor={urllib.parse.quote(cursor, safe='')}" if cursor else ""
    body = _ask(url, f"/products?limit=100{more}", "rest", "ShopApiUrl")
    return body["products"], body["next_cursor"]


def stock_of(product_ids: list[str]) -> dict[str, str]:
    """The stock `status` of products by ID."""
    url = config.load(FeedConfig).checkout_api_url
    names = urllib.parse.quote(",".join(product_ids), safe="")
    body = _ask(url, f"/stock?product_id={names}", "fulfilment", "CheckoutApiUrl")
    return {level["product_id"]: level["status"] for level in body["stock"]}


def _ask(url: str, path: str, template: str, output: str) -> dict[str, Any]:
    if not url:
        message = f"The template `{template}` is asked for this: deploy it, and this one with its {output}."
        raise Unavailable("not_wired", message)
    headers = {"x-correlation-id": telemetry.logger().get_correlation_id() or "", **telemetry.trace_headers()}
    try:
        answer = http().request("GET", f"{url.rstrip('/')}{path}", headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("products_unavailable", "The shop's API does not answer; try again.", 1) from error
    if answer.status != 200:
        raise Unavailable("products_unavailable", "The products cannot be read just now; try again.", 1)
    content: dict[str, Any] = numbers.read(answer.data.decode())
    return content


# ---- items ----


def _read(pk: str, sk: str) -> dict[str, Any] | None:
    item: dict[str, Any] | None = table().get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True).get("Item")
    return item


def _of_kind(kind: str) -> Iterable[dict[str, Any]]:
    start: dict[str, Any] = {}
    while True:
        answer = table().query(
            IndexName=KIND_INDEX,
            KeyConditionExpression="kind_language = :kind",
            ExpressionAttributeValues={":kind": kind},
            **start,
        )
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _current(entry: Entry, before: Entry | None) -> transactions.Write:
    values = {
        ":draft": json.dumps(entry.draft),
        ":version": entry.version,
        ":at": entry.updated_at,
        ":by": entry.updated_by,
        ":kind": f"{entry.key.kind}#{entry.key.language}",
        ":slug": entry.key.slug,
    } | ({":seen": before.version} if before else {})
    update = {
        "TableName": table().name,
        "Key": {"pk": _pk(entry.key), "sk": "CURRENT"},
        "UpdateExpression": "SET draft = :draft, version = :version, updated_at = :at, updated_by = :by,"
        " kind_language = :kind, slug = :slug",
        "ConditionExpression": "version = :seen" if before else "attribute_not_exists(pk)",
        "ExpressionAttributeValues": values,
    }
    return {"Update": update}


def _version(entry: Entry) -> transactions.Write:
    item = {"pk": _pk(entry.key), "sk": f"VERSION#{entry.version:06}", "version": entry.version}
    item |= {"document": json.dumps(entry.draft), "at": entry.updated_at, "by": entry.updated_by}
    return {"Put": {"TableName": table().name, "Item": item}}


def _update(key: Key, expression: str, values: dict[str, Any]) -> Entry:
    table().update_item(
        Key={"pk": _pk(key), "sk": "CURRENT"},
        UpdateExpression=expression,
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues=values,
    )
    return require(key)


def _pk(key: Key) -> str:
    return f"ENTRY#{key.kind}#{key.slug}#{key.language}"


def _entry(item: dict[str, Any]) -> Entry:
    kind, _, language = item["kind_language"].partition("#")
    return Entry(
        Key(kind, item["slug"], language),
        int(item["version"]),
        json.loads(item["draft"]),
        item["updated_at"],
        item["updated_by"],
        json.loads(item["published"]) if "published" in item else None,
        int(item["published_version"]) if "published_version" in item else None,
        item.get("starts_at"),
        item.get("ends_at"),
    )
