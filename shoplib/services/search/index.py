"""The index: an SQLite file that a writer updates with the catalog's changes.

products  every product as the catalog has it, and of which family it is a member
changes   the last change of each product that was taken, also of those that are gone: what comes again is known
families  a row per product with its variants: its card, and what filters find of each piece that is sold
words     their words, by FTS5
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shoplib.core import money, numbers
from shoplib.core.products import Product, from_item, to_item
from shoplib.services.search import families
from shoplib.services.search.families import Family

# An index of another format lies under another key, and is made by a rebuild.
FORMAT = 1
_COLUMNS = ", ".join(families.WEIGHTS)
_SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE products (product_id TEXT PRIMARY KEY, family TEXT NOT NULL, item TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX members ON products (family);
CREATE TABLE changes (product_id TEXT PRIMARY KEY, sequence TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE families (number INTEGER PRIMARY KEY, product_id TEXT NOT NULL UNIQUE, card TEXT NOT NULL,
    sold TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5({_COLUMNS}, tokenize = 'ascii', prefix = '2 3');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
"""
# DynamoDB's sequence numbers have up to 40 digits.
_DIGITS = 40


@dataclass(frozen=True)
class Change:
    """A change of a product; `product` is None if it was deleted. `sequence` orders the changes of one product."""

    product_id: str
    sequence: int
    product: Product | None


class Index:
    """An index in memory; `serialized` is the file."""

    def __init__(self, content: bytes | None = None) -> None:
        self.db = sqlite3.connect(":memory:")
        if content:
            self.db.deserialize(content)
        else:
            self.db.executescript(_SCHEMA)
            self._set(version=0, indexed_at=None)

    @property
    def version(self) -> int:
        """The number of writes."""
        return int(self._get("version"))

    @property
    def size(self) -> int:
        """The number of products, including variants."""
        return int(self.db.execute("SELECT count(*) FROM products").fetchone()[0])

    def apply(self, changes: Iterable[Change], at: str) -> int:
        """Applies changes that it does not have yet, in order; returns how many."""
        version, touched, count = self.version + 1, set[str](), 0
        with self.db:
            for change in changes:
                if self._is_news(change):
                    touched |= self._take(change, version)
                    count += 1
            for name in sorted(touched):
                self._refresh(name)
            if count:
                self._set(version=version, indexed_at=at)
        return count

    def carry_over(self, other: "Index", since: int) -> None:
        """Applies the changes that another index received after version `since`, and becomes its next version."""
        rows = other.db.execute("SELECT product_id, sequence FROM changes WHERE version > ?", (since,))
        news = [Change(name, int(sequence), other.product(name)) for name, sequence in rows]
        with self.db:
            touched = [self._take(change, other.version + 1) for change in news]
            for name in sorted(set[str]().union(*touched)):
                self._refresh(name)
            self._set(version=other.version + 1)

    def product(self, product_id: str) -> Product | None:
        """A product as in the catalog."""
        row = self.db.execute("SELECT item FROM products WHERE product_id = ?", (product_id,)).fetchone()
        return _product(row[0]) if row else None

    def sequences(self) -> dict[str, int]:
        """The sequence of the last applied change of each product."""
        return {name: int(last) for name, last in self.db.execute("SELECT product_id, sequence FROM changes")}

    def serialized(self) -> bytes:
        return self.db.serialize()

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that a search can see, in a canonical order: equal for equal catalogs, whatever their history."""
        return {
            "products": list(self.db.execute("SELECT product_id, family, item FROM products ORDER BY 1")),
            "families": list(self.db.execute("SELECT product_id, card, sold FROM families ORDER BY 1")),
            "words": list(
                self.db.execute(
                    f"SELECT {_COLUMNS} FROM words JOIN families ON number = words.rowid ORDER BY product_id"
                )
            ),
            "vocabulary": list(self.db.execute("SELECT term, doc, cnt FROM vocabulary ORDER BY 1")),
        }

    def _is_news(self, change: Change) -> bool:
        row = self.db.execute("SELECT sequence FROM changes WHERE product_id = ?", (change.product_id,)).fetchone()
        return not row or int(row[0]) < change.sequence

    def _take(self, change: Change, version: int) -> set[str]:
        """Stores a product's current state; returns its old and new families."""
        name = change.product_id
        was = self.db.execute("SELECT family FROM products WHERE product_id = ?", (name,)).fetchone()
        sequence = str(change.sequence).zfill(_DIGITS)
        self.db.execute("INSERT OR REPLACE INTO changes VALUES (?, ?, ?)", (name, sequence, version))
        self.db.execute("DELETE FROM products WHERE product_id = ?", (name,))
        if not change.product:
            return {was[0]} if was else set()
        family = change.product.parent_id or name
        self.db.execute("INSERT INTO products VALUES (?, ?, ?)", (name, family, _text(change.product)))
        return {family, was[0]} if was else {family}

    def _refresh(self, name: str) -> None:
        """Rebuilds a family's row from its members; deletes it if none of them is for sale."""
        members = dict(self._members(name))
        row = self.db.execute("SELECT number FROM families WHERE product_id = ?", (name,)).fetchone()
        if row:
            self.db.execute("DELETE FROM words WHERE rowid = ?", row)
            self.db.execute("DELETE FROM families WHERE number = ?", row)
        if family := families.family(members.get(name), members):
            self._insert(family, row[0] if row else None)

    def _insert(self, family: Family, number: int | None) -> None:
        sold = [[families.thousandths(each.price_minor), families.values(family, each)] for each in family.sold]
        row = (number, family.product.product_id, json.dumps(families.card(family)), json.dumps(sold))
        inserted = self.db.execute("INSERT INTO families VALUES (?, ?, ?, ?)", row).lastrowid
        texts = families.texts(family)
        marks = ", ".join("?" * (len(texts) + 1))
        self.db.execute(f"INSERT INTO words (rowid, {_COLUMNS}) VALUES ({marks})", (inserted, *texts.values()))

    def _members(self, family: str) -> Iterator[tuple[str, Product]]:
        for name, item in self.db.execute("SELECT product_id, item FROM products WHERE family = ?", (family,)):
            yield name, _product(item)

    def _get(self, name: str) -> Any:
        return self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0]

    def _set(self, **values: Any) -> None:
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())


def build(products: Iterable[Product], before: Index | None, at: str) -> Index:
    """A new index of these products. It keeps the sequences of the last changes from the index `before` it."""
    index, known = Index(), before.sequences() if before else {}
    index.apply((Change(each.product_id, known.pop(each.product_id, 0), each) for each in products), at)
    version = before.version + 1 if before else 1
    absent = [(name, str(sequence).zfill(_DIGITS), version) for name, sequence in known.items()]
    with index.db:
        index.db.execute("UPDATE changes SET version = ?", (version,))
        index.db.executemany("INSERT INTO changes VALUES (?, ?, ?)", absent)
        index._set(version=version, indexed_at=at)
        index.db.execute("INSERT INTO words (words) VALUES ('optimize')")
    return index


def _text(product: Product) -> str:
    return json.dumps(to_item(product), default=money.to_json, ensure_ascii=False, sort_keys=True)


def _product(text: str) -> Product:
    return from_item(numbers.read(text))
