"""Which of their columns is which of ours: by what the caller says, else by the names that are in use."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from shoplib.analytics.loading.loaded import Ignored, Use
from shoplib.errors import LabError

# Ours -> names in use for it, the most telling first, as `_plain` writes them: those of GA4 and its BigQuery export,
# RetailRocket, UCI Online Retail I and II, Shopify's order export, Instacart, and what people call things.
USUAL: dict[str, tuple[str, ...]] = {
    "event_id": ("eventid", "insertid", "messageid"),
    "event_time": (
        *(
            "eventtime",
            "eventtimestamp",
            "timestamp",
            "occurredat",
            "createdat",
            "invoicedate",
            "orderdate",
            "datetime",
        ),
        *("time", "ts", "date", "purchasedate", "orderpurchasetimestamp", "processedat"),
    ),
    "event_name": ("eventname", "event", "eventtype", "type", "action", "activity", "behavior", "behaviortype"),
    "user_id": (
        *("userid", "customerid", "customer", "customerunique", "customeruniqueid", "memberid", "accountid", "buyerid"),
        *("email", "customeremail"),
    ),
    "anonymous_id": (
        *(
            "anonymousid",
            "visitorid",
            "userpseudoid",
            "clientid",
            "cookieid",
            "deviceid",
            "distinctid",
            "fullvisitorid",
        ),
        *("visitor", "uid"),
    ),
    "session_id": ("sessionid", "usersession", "session", "gasessionid", "visitid"),
    "device": ("device", "devicetype", "devicecategory", "platform"),
    "source": ("source", "utmsource", "trafficsource", "trafficsourcesource", "channel", "referrer"),
    "medium": ("medium", "utmmedium", "trafficsourcemedium"),
    "campaign": ("campaign", "utmcampaign", "campaignname", "trafficsourcename"),
    "country": ("country", "geocountry", "shippingcountry", "billingcountry", "customercountry"),
    "product_id": (
        *("productid", "itemid", "sku", "stockcode", "lineitemsku", "productcode", "asin", "articleid", "variantid"),
    ),
    "product_name": ("productname", "itemname", "description", "lineitemname", "title", "name2"),
    "category": ("category", "itemcategory", "productcategory", "categorycode", "categoryid", "department"),
    "price": ("price", "unitprice", "lineitemprice", "itemprice", "priceperunit", "saleprice"),
    "price_minor": ("priceminor", "pricecents", "pricepence"),
    "value": ("value", "revenue", "amount", "linetotal", "lineamount", "sales", "itemrevenue", "totalprice"),
    "value_minor": ("valueminor", "valuecents", "amountcents", "revenueminor"),
    "quantity": ("quantity", "qty", "lineitemquantity", "units", "pieces", "count"),
    "currency": ("currency", "currencycode"),
    "order_id": (
        *("orderid", "transactionid", "invoiceno", "invoice", "invoicenumber", "ordernumber", "orderno", "basketid"),
        *("receiptid", "ecommercetransactionid"),
    ),
    "order_line": ("orderline", "lineno", "linenumber", "lineid", "orderitemid"),
    "experiment": ("experiment", "experimentname", "experimentid", "test"),
    "variant": ("variant", "experimentvariant", "testgroup", "arm"),
    "user_agent": ("useragent",),
}
# Read besides, only under their own name or a mapping.
NOT_GUESSED = ("schema_version", "channel", "props", "ingest_time")
# Without an order's number column a column "name" is the order's, as Shopify exports it.
SHOPIFY = {"order_id": "Name", "user_id": "Email"}


@dataclass(frozen=True)
class Constant:
    """The same value for every row: `{"currency": Constant("EUR")}`."""

    value: object


Wanted = str | Constant | Callable[[pd.DataFrame], Any] | None
Mapping_ = Mapping[str, Wanted]


@dataclass(frozen=True)
class Columns:
    """`theirs`: ours -> their column; which those are, and which are left over."""

    theirs: dict[str, pa.ChunkedArray]
    used: tuple[Use, ...]
    ignored: tuple[Ignored, ...]


def chosen(table: pa.Table, mapping: Mapping_ | None) -> Columns:
    """Which columns are ours. LabError names what a mapping asks for that is not there."""
    given = dict(mapping or {})
    if unknown := [name for name in given if name not in USUAL]:
        raise LabError(
            f"there is no column {', '.join(map(repr, unknown))} to map to{_like(unknown[0], list(USUAL))}",
            f"ours are: {', '.join(USUAL)}",
        )
    asked = {name: wanted for name, wanted in given.items() if wanted is not None}
    theirs = {name: _asked(table, name, wanted) for name, wanted in asked.items()}
    names = guessed(table, set(given))
    used = [Use(ours, name, "by name") for ours, name in names.items()]
    used += [Use(ours, _name(wanted), "as said") for ours, wanted in asked.items()]
    known = {use.column for use in used}
    ignored = [Ignored(name, "no field of ours") for name in table.column_names if name not in known]
    return Columns({ours: table[name] for ours, name in names.items()} | theirs, tuple(used), tuple(ignored))


def _name(wanted: Any) -> str:
    if isinstance(wanted, str):
        return wanted
    return f"always {wanted.value!r}" if isinstance(wanted, Constant) else "a function of the row"


def guessed(table: pa.Table, but: set[str]) -> dict[str, str]:
    """Ours -> theirs, by what the names of the columns tell."""
    plain = {_plain(name): name for name in reversed(table.column_names)}
    named = {
        ours: plain[usual]
        for ours, names in USUAL.items()
        if ours not in but
        for usual in reversed(names)
        if usual in plain
    }
    if "Lineitem name" in table.column_names:
        named |= {ours: theirs for ours, theirs in SHOPIFY.items() if theirs in table.column_names and ours not in but}
    return named


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _asked(table: pa.Table, ours: str, wanted: Any) -> pa.ChunkedArray:
    if isinstance(wanted, str):
        if wanted not in table.column_names:
            raise LabError(
                f"there is no column {wanted!r} for {ours}{_like(wanted, table.column_names)}",
                f"columns: {', '.join(table.column_names)}; for the same value in every row say Constant({wanted!r})",
            )
        return table[wanted]
    if isinstance(wanted, Constant):
        text = None if wanted.value is None else str(wanted.value)
        return pa.chunked_array([pa.repeat(pa.scalar(text, pa.string()), len(table))])
    if not callable(wanted):
        raise LabError(f"{ours} is mapped to {wanted!r}", "give a column's name, a Constant or a function of the frame")
    return _computed(table, ours, wanted)


def _computed(table: pa.Table, ours: str, function: Callable[[pd.DataFrame], Any]) -> pa.ChunkedArray:
    values = function(table.to_pandas())
    if len(values) != len(table):
        raise LabError(f"the function for {ours} gave {len(values)} values for {len(table)} rows", "give one for each")
    texts = [None if value is None or value != value else str(value) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _like(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"; do you mean {close[0]!r}?" if close else ""
