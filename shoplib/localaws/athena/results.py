"""Results in S3: written where Athena writes them, and read from there page by page."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from moto.s3.models import FakeKey

from shoplib.localaws.athena.errors import InvalidRequest, QueryFailed
from shoplib.localaws.athena.objects import Location, Objects
from shoplib.localaws.athena.session import Outcome, Row, Session

# A value in quotes, or nothing for null, and what ends it.
VALUE = re.compile(rb'(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])')
WINDOW = 1 << 18
ENCRYPTION = {"SSE_S3": "AES256", "SSE_KMS": "aws:kms"}


def write(session: Session, outcome: Outcome, place: Location, configuration: Mapping[str, Any]) -> None:
    """`place` is that of the results; beside it lie their description and the list of what the query wrote."""
    options = put_options(configuration)
    if outcome.manifest is not None:
        listed = "".join(f"{each}\n" for each in outcome.manifest)
        session.objects.put(_beside(place, "-manifest.csv"), listed.encode(), **options)
        session.objects.put(_beside(place, ".metadata"), _description(outcome), **options)
        return
    path = session.folder / "result"
    (_write_table if outcome.is_table else _write_lines)(path, outcome)
    with path.open("rb") as body:
        session.objects.put(place, body, **options)
    session.objects.put(_beside(place, ".metadata"), _description(outcome), **options)


def _beside(place: Location, ending: str) -> Location:
    return Location(place.bucket, place.key + ending)


def put_options(configuration: Mapping[str, Any]) -> dict[str, str]:
    encryption = configuration.get("EncryptionConfiguration") or {}
    options: dict[str, str] = {}
    if option := encryption.get("EncryptionOption"):
        if option not in ENCRYPTION:
            raise InvalidRequest(f"The local AWS does not encrypt results by {option}; SSE_S3 and SSE_KMS it does")
        options["ServerSideEncryption"] = ENCRYPTION[option]
    if key := encryption.get("KmsKey"):
        options["SSEKMSKeyId"] = key
    if configuration.get("AclConfiguration"):
        options["ACL"] = "bucket-owner-full-control"
    return options


def _description(outcome: Outcome) -> bytes:
    columns = [[each.name, each.type, each.precision, each.scale] for each in outcome.columns]
    return json.dumps({"columns": columns}).encode()


def _write_table(path: Path, outcome: Outcome) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_line([column.name for column in outcome.columns]))
        file.writelines(map(_line, outcome.rows))


def _line(row: Iterable[str | None]) -> str:
    return ",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row) + "\n"


def _write_lines(path: Path, outcome: Outcome) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{row[0]}\n" for row in outcome.rows)


def page(objects: Objects, place: Location, is_table: bool, start: int, most: int) -> tuple[list[Row], int | None]:
    """Rows from the byte `start` on, and where the next page begins. Only as much is read as a page needs."""
    try:
        key = objects.find(place)
    except QueryFailed:
        raise InvalidRequest(f"Could not find results: {place} was removed") from None
    window = WINDOW
    while True:
        content, is_end = _read(key, start, window)
        rows, consumed = (_table_rows if is_table else _line_rows)(content, most)
        if len(rows) == most or is_end:
            following = start + consumed
            return rows, following if following < key.contentsize else None
        window *= 4


def _read(key: FakeKey, start: int, size: int) -> tuple[bytes, bool]:
    with key.lock:
        key._value_buffer.seek(start)
        content = key._value_buffer.read(size)
    return content, start + len(content) >= key.contentsize


def _table_rows(content: bytes, most: int) -> tuple[list[Row], int]:
    rows: list[Row] = []
    row: Row = []
    consumed = 0
    for match in VALUE.finditer(content):
        row.append(None if match[1] is None else match[1].replace(b'""', b'"').decode())
        if match[3] == b"\n":
            rows.append(row)
            row, consumed = [], match.end()
            if len(rows) == most:
                break
    return rows, consumed


def _line_rows(content: bytes, most: int) -> tuple[list[Row], int]:
    lines = content.split(b"\n")[:-1][:most]
    return [[line.decode()] for line in lines], sum(len(line) + 1 for line in lines)
