"""What became of a request, as a segment says it: ok, or an error, a throttle or a fault."""

from shoplib.localaws.traces.segments import Document, ended


def http_status(document: Document) -> int | None:
    status = ((document.get("http") or {}).get("response") or {}).get("status")
    return status if isinstance(status, int) else None


def is_fault(document: Document) -> bool:
    return bool(document.get("fault")) or (http_status(document) or 0) >= 500


def is_throttle(document: Document) -> bool:
    return bool(document.get("throttle")) or http_status(document) == 429


def is_error(document: Document) -> bool:
    return bool(document.get("error")) or 400 <= (http_status(document) or 0) < 500


def is_ok(document: Document) -> bool:
    return not (is_fault(document) or is_error(document) or is_throttle(document))


def duration(document: Document) -> float:
    return ended(document) - float(document["start_time"])
