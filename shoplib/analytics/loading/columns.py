"""Maps columns of a file to fields: by the caller's mapping, else by common column names."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import currencies, usual
from shoplib.analytics.loading.loaded import Ignored, Use
from shoplib.errors import LabError, suggest

# Without an order's number column a column "name" is the order's, as Shopify exports it.
SHOPIFY = {"order_id": "Name", "user_id": "Email"}
# Amazon's price of an item is that of all its pieces.
AMAZON = {"value": "item-price"}
EXPORTS = {"Lineitem name": SHOPIFY, "amazon-order-id": AMAZON}
# Of an export whose rows are orders or payments.
BARE_ID = ("id", "#", "nr", "no", "number", "nummer")
MONEY = ("price", "value", "total", "subtotal", "discount", "order_discount", "refunded")
# Amounts in the smallest unit. A shop's own may be fractions of it, and say `minor`.
SMALLEST = ("price_minor", "value_minor")
# What has a column of its own.
ALONE = {"event_time", "quantity", *MONEY}
# Where an analyst says which column is meant; `{}` is the field.
SAY = 'pass --column {}="..." (in Python mapping={{"{}": "..."}})'


@dataclass(frozen=True)
class Constant:
    """The same value for every row: `{"currency": Constant("EUR")}`."""

    value: object


Source = str | Constant | Callable[[pd.DataFrame], Any] | None
Mapping_ = Mapping[str, Source]


@dataclass(frozen=True)
class Columns:
    """`by_field`: field -> the column of the file; the used columns, and the ignored ones; `currency`: field -> the
    currency in the column's name.
    """

    by_field: dict[str, pa.ChunkedArray]
    used: tuple[Use, ...]
    ignored: tuple[Ignored, ...]
    currency: dict[str, str]

    def name_of(self, field: str) -> str:
        """The file's column name for a field."""
        return next((use.column for use in self.used if use.field == field), field)

    def drop(self, fields: Iterable[str], why: str) -> "Columns":
        """The same without some unneeded fields; fields that the caller mapped stay."""
        guesses = {use.field: use for use in self.used if use.field in fields and use.how != "as said"}
        return Columns(
            {field: column for field, column in self.by_field.items() if field not in guesses},
            tuple(use for use in self.used if use.field not in guesses),
            (*self.ignored, *(Ignored(use.column, why) for use in guesses.values())),
            self.currency,
        )


def choose_columns(table: pa.Table, mapping: Mapping_ | None, orders: bool = False, items: str = "") -> Columns:
    """Chooses the columns of our fields. Columns that begin with `items` belong to an item, and take precedence over
    the event's own. LabError names missing columns of a mapping.
    """
    sources_of = dict(mapping or {})
    if unknown := [name for name in sources_of if name not in usual.columns()]:
        raise LabError(
            f"there is no column {', '.join(map(repr, unknown))} to map to"
            f"{_suggest(unknown[0], list(usual.columns()))}",
            f"ours are: {', '.join(usual.columns())}",
        )
    sources = {name: source for name, source in sources_of.items() if source is not None}
    _refuse_shared(sources)
    by_source = {name: _column_for(table, name, source) for name, source in sources.items()}
    used_names = {source for source in sources.values() if isinstance(source, str)}
    names, odd = guess_columns(table, set(sources_of), used_names, orders)
    both = _of_items(table, set(sources_of), used_names, orders, items, names) if items else {}
    used = [Use(field, name, "by name") for field, name in names.items()]
    used += [Use(field, _name(source), "as said") for field, source in sources.items()]
    used = [Use(use.field, f"{both[use.field]}, {use.column}", use.how) if use.field in both else use for use in used]
    known = {use.column for use in used} | {*names.values(), *both.values(), *odd}
    ignored = [Ignored(name, _explain_guess(table, name)) for name in table.column_names if name not in known]
    ignored += [Ignored(name, why) for name, why in odd.items()]
    codes = {use.field: code for use in used if (code := currencies.in_name(use.column)[1])}
    by_name = {field: table[name] for field, name in names.items()}
    by_name |= {field: pc.coalesce(table[name], by_name[field]) for field, name in both.items()}
    return Columns(by_name | by_source, tuple(used), tuple(ignored), codes)


def _refuse_shared(sources: Mapping[str, Any]) -> None:
    """A name may serve as an id, too; a time, an amount or a number is nothing else."""
    for field in sources.keys() & ALONE:
        others = [each for each in sources if each != field and sources[each] == sources[field]]
        if others and isinstance(sources[field], str):
            raise LabError(
                f"the column {sources[field]!r} is mapped to {field} and to {others[0]}",
                "map each of them to a column of its own",
            )


def _of_items(
    table: pa.Table, but: set[str], used: set[str], orders: bool, items: str, names: dict[str, str]
) -> dict[str, str]:
    """Our fields -> the item's column, if `names` has another column for the field."""
    own = table.select([name for name in table.column_names if name.startswith(items)])
    of_items, _ = guess_columns(own, but, used, orders=False)
    return {field: name for field, name in of_items.items() if names.get(field, name) != name}


def _explain_guess(table: pa.Table, name: str) -> str:
    if table[name].null_count == len(table):
        return "empty"
    if (first := name.rpartition(".")[0]) in table.column_names and name.rpartition(".")[2].isdigit():
        return f'another column called {first}: say --column ...="{name}" if it is meant'
    if plain(name) in ("tz", "timezone", "zone"):
        return "a time zone: say --tz if the times are local ones"
    return "no field of ours"


def _name(source: Any) -> str:
    if isinstance(source, str):
        return source
    return f"always {source.value!r}" if isinstance(source, Constant) else "a function of the row"


def guess_columns(
    table: pa.Table, but: set[str], used: set[str], orders: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Our fields -> the file's columns, by name; and columns whose content does not match their names, with that
    content.
    """
    spellings = _spellings(name for name in table.column_names if name not in used)
    columns, odd, free = dict[str, str](), dict[str, str](), set(table.column_names) - used
    for sign, known in EXPORTS.items():
        if sign in table.column_names:
            columns |= {field: column for field, column in known.items() if column in free and field not in but}
    free -= set(columns.values())
    for field, usuals in usual.columns().items():
        if field in but or field in columns:
            continue
        candidates = [name for each in usuals for name in spellings.get(each, []) if name in free]
        for name in sorted(dict.fromkeys(candidates), key=lambda each: table[each].null_count == len(table)):
            if why := _actual_content(name, table[name], field):
                odd[name] = why
                continue
            columns[field] = name
            free.discard(name)
            break
    bare = next((name for name in table.column_names if name in free and name.lower().strip() in BARE_ID), None)
    if orders and bare and not {"order_id"} & (set(columns) | but):
        columns["order_id"] = bare
    return columns, {name: why for name, why in odd.items() if name not in columns.values()}


def _actual_content(name: str, column: pa.ChunkedArray, field: str) -> str | None:
    """The actual content of a column, if it contradicts the name; otherwise None."""
    if not pa.types.is_string(column.type) or field not in (*MONEY, *SMALLEST, "status", "clock", "order_id"):
        return None
    texts = [text.lower() for text in pc.unique(column.slice(0, 10_000)).to_pylist() if text]
    if field in SMALLEST and "minor" not in plain(name):
        fraction = next((text for text in texts if re.search(r"[0-9][.,][0-9]{1,2}(?![0-9])", text)), None)
        return f"amounts with decimals, not whole cents: {fraction}" if fraction else None
    if texts and set(texts) <= {"true", "false", "yes", "no", "wahr", "falsch", "vrai", "faux", "t", "f", "y", "n"}:
        return f"yes or no, not {'an amount' if field in MONEY else field}: {', '.join(texts[:2])}"
    if field == "status" and texts and not any(plain(text) in usual.known_statuses() for text in texts):
        return f"no status of an order that is known: {', '.join(texts[:2])}"
    if field == "clock" and texts and not all(re.match(r"^[0-9]{1,2}[:.h][0-9]{2}", text) for text in texts):
        return "no time of day"
    return None


def _spellings(names: Iterable[str]) -> dict[str, list[str]]:
    """Normalized names -> columns; columns with the full name come first."""
    spellings: dict[str, list[str]] = {}
    for turn in range(3):
        for name in names if isinstance(names, list) else (names := list(names)):
            ways = _name_variants(name)
            if turn < len(ways):
                spellings.setdefault(ways[turn], []).append(name)
    return spellings


def _name_variants(name: str) -> list[str]:
    """The full name; the name without brackets and currency; the last part of a dotted name."""
    bare = re.sub(r"[(\[].*?[)\]]", "", currencies.in_name(name)[0])
    return list(dict.fromkeys([plain(name), plain(bare), plain(bare.rpartition(".")[2])]))


def plain(name: str) -> str:
    """A name with only lower-case letters and digits: "Größe (cm)" becomes "grossecm"."""
    spread = unicodedata.normalize("NFKD", name.replace("ß", "ss").lower())
    return re.sub(r"[^a-z0-9]", "", spread)


def likely(field: str, names: Iterable[str]) -> list[str]:
    """Columns with names similar to common ones for this field, most similar first."""
    scores = {
        name: max(_nearness(way, each) for way in _name_variants(name) for each in usual.columns()[field])
        for name in names
    }
    return sorted((name for name, score in scores.items() if score >= 0.75), key=lambda name: -scores[name])


def _nearness(name: str, other: str) -> float:
    if len(other) > 3 and (name.endswith(other) or name.startswith(other)):
        return 0.9
    return difflib.SequenceMatcher(None, name, other).ratio()


def _column_for(table: pa.Table, field: str, source: Any) -> pa.ChunkedArray:
    if isinstance(source, str):
        if source not in table.column_names:
            raise LabError(
                f"there is no column {source!r} for {field}{_suggest(source, table.column_names)}",
                f"columns: {', '.join(table.column_names)}; for the same value in every row say Constant({source!r})",
            )
        return table[source]
    if isinstance(source, Constant):
        text = None if source.value is None else str(source.value)
        return pa.chunked_array([pa.repeat(pa.scalar(text, pa.string()), len(table))])
    if not callable(source):
        raise LabError(
            f"{field} is mapped to {source!r}", "pass a column's name, a Constant or a function of the frame"
        )
    return _compute(table, field, source)


def _compute(table: pa.Table, field: str, function: Callable[[pd.DataFrame], Any]) -> pa.ChunkedArray:
    values = function(table.to_pandas())
    if len(values) != len(table):
        raise LabError(
            f"the function for {field} returned {len(values)} values for {len(table)} rows", "return one value per row"
        )
    texts = [None if value is None or value != value else str(value) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _suggest(name: str, names: list[str]) -> str:
    meant = suggest(name, names)
    return f"; {meant}" if meant else ""


def require_columns(chosen: Columns, table: pa.Table, name: str, wants: Iterable[tuple[str, ...]]) -> None:
    """LabError that names all of `wants` (groups of alternative fields) without a column, with suggestions."""
    missing = [fields for fields in wants if not any(field in chosen.by_field for field in fields)]
    if missing:
        used = {use.column for use in chosen.used}
        suggested = _suggest_columns(missing, table.drop_columns([*used & set(table.column_names)]))
        options = " ".join(f'--column {field}="{column}"' for field, column in suggested.items())
        hint = f"did you mean {options}? " if options else ""
        say = next((fields for fields in missing if not suggested.keys() & set(fields)), missing[0])[0]
        raise LabError(
            f"{name} has no column for {', nor for '.join(' or '.join(fields) for fields in missing)}",
            f"{hint}{SAY.format(say, say)}; columns: {', '.join(table.column_names)}",
        )


def _suggest_columns(missing: list[tuple[str, ...]], free: pa.Table) -> dict[str, str]:
    """A field of each group -> a free column with a similar name and fitting content, each column once."""
    suggested: dict[str, str] = {}
    for fields in missing:
        names = [name for name in free.column_names if name not in suggested.values()]
        near = ((field, name) for field in fields for name in likely(field, names) if _may_be(field, free[name]))
        suggested |= dict(islice(near, 1))
    return suggested


def _may_be(field: str, column: pa.ChunkedArray) -> bool:
    """A time has several numbers, an amount has one."""
    pattern = _SHAPES.get(field, "[0-9]" if field in ALONE else "")
    first = next((text for text in column.slice(0, 100).to_pylist() if text), "")
    return bool(re.search(pattern, str(first)))


_SHAPES = {"event_time": r"[0-9]{8}|[0-9][^0-9]+[0-9]+[^0-9]+[0-9]"}
