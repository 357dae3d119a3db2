"""What a file of a data set holds: the items of CSV, JSON and JSON Lines, and the files that a manifest names."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus, urlsplit

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
Config = Mapping[str, Any]


class Unreadable(Exception):
    """The file is not what the reader's configuration says."""


def items_of(body: bytes, config: Config) -> Any:
    """A list, or an object of JSON, whose members are the items. Raises Unreadable."""
    return READERS[config["InputType"]](_text(body), config)


def _text(body: bytes) -> str:
    try:
        return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError):
        raise Unreadable("the file is not UTF-8 text") from None


def _rows(text: str, config: Config) -> list[dict[str, str]]:
    delimiter = DELIMITERS[config.get("CSVDelimiter", "COMMA")]
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line]
    is_given = config.get("CSVHeaderLocation", "FIRST_ROW") == "GIVEN"
    header, rows = (config["CSVHeaders"], lines) if is_given else (lines[0] if lines else [], lines[1:])
    if len(set(header)) < len(header):
        raise Unreadable("CSV headers cannot contain duplicates.")
    return list(_under_header(header, rows))


def _under_header(header: list[str], lines: list[list[str]]) -> Iterator[dict[str, str]]:
    """A line that is too short has empty values; what a line has beyond the header is left out."""
    order = _as_java_goes_through(header)
    for line in lines:
        row = dict(zip(header, [*line, *[""] * (len(header) - len(line))], strict=False))
        yield {name: row[name] for name in order}


def _as_java_goes_through(names: list[str]) -> list[str]:
    """In the order of a HashMap of Java, which is what AWS keeps a row in: by the buckets of the names' hashes."""
    buckets = 16
    while len(names) > buckets * 3 // 4:
        buckets *= 2
    return sorted(names, key=lambda name: _bucket(name) & (buckets - 1))


def _bucket(name: str) -> int:
    hashed = 0
    for unit in memoryview(name.encode("utf-16-le")).cast("H"):
        hashed = (hashed * 31 + unit) & 0xFFFFFFFF
    return hashed ^ (hashed >> 16)


def _json(text: str, config: Config) -> Any:
    document = _parsed(text)
    if pointer := config.get("ItemsPointer"):
        document = _at(document, pointer)
    if not isinstance(document, list | dict):
        raise Unreadable("Attempting to map over non-iterable node.")
    return document


def _at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(name)] if isinstance(document, list) else document[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise Unreadable(f"ItemsPointer {pointer} leads to nothing") from None
    return document


def _json_lines(text: str, config: Config) -> list[Any]:
    return [_parsed(line) for line in text.splitlines() if line.strip()]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unreadable(f"the file is not JSON: {error}") from None


READERS = {"CSV": _rows, "JSON": _json, "JSONL": _json_lines}


def inventory(body: bytes) -> tuple[list[str], list[str]]:
    """The columns of an S3 inventory, and the keys of its files. Raises Unreadable."""
    manifest = _parsed(_text(body))
    try:
        columns = [name.strip() for name in manifest["fileSchema"].split(",")]
        return columns, [file["key"] for file in manifest["files"]]
    except (KeyError, TypeError, AttributeError):
        raise Unreadable("the file is not the manifest of an S3 inventory in CSV") from None


def inventory_rows(body: bytes, columns: list[str]) -> list[dict[str, str]]:
    """Keys stand URL-encoded in an inventory."""
    config = {"CSVHeaderLocation": "GIVEN", "CSVHeaders": columns}
    rows = _rows(_text(body), config)
    return [{**row, "Key": unquote_plus(row["Key"])} if "Key" in row else row for row in rows]


def files_of_query(body: bytes) -> list[tuple[str, str]]:
    """Bucket and key of each file that an Athena manifest names, one address in a line."""
    addresses = [urlsplit(line.strip()) for line in _text(body).splitlines() if line.strip()]
    return [(address.netloc, address.path.lstrip("/")) for address in addresses]
