"""Which requests a web page caused. SDKs, the CLI and curl send none of these headers; no page can omit them all."""

from typing import Any

READS = ("GET", "HEAD")
MAILBOX = "/_aws/mailbox"
# What the engine's own page links to.
OWN_PAGES = frozenset({"/", "/favicon.ico", "/_aws/health", "/_aws/event-sources", "/_aws/observed"})


def is_page(environ: dict[str, Any]) -> bool:
    """True for whatever a script, form, image or link of a page asks for; False for what a person typed."""
    if "HTTP_ORIGIN" in environ:
        return True
    site: str | None = environ.get("HTTP_SEC_FETCH_SITE")
    return site != "none" if site else "HTTP_REFERER" in environ


def reads_mailbox(environ: dict[str, Any]) -> bool:
    """A page that this engine serves reads the mailbox by a presigned address, which only a command of the user's own
    can have given to it. Nothing else of the engine is open to pages."""
    return (
        environ.get("HTTP_SEC_FETCH_SITE") == "same-origin"
        and "HTTP_ORIGIN" not in environ
        and environ["REQUEST_METHOD"] in READS
        and environ["PATH_INFO"] == MAILBOX
        and "X-Amz-Signature=" in environ.get("QUERY_STRING", "")
    )


def is_own_link(environ: dict[str, Any]) -> bool:
    """A link of the engine's own page to its state, which reads and does nothing."""
    return (
        environ.get("HTTP_SEC_FETCH_SITE") == "same-origin"
        and "HTTP_ORIGIN" not in environ
        and environ["REQUEST_METHOD"] in READS
        and environ["PATH_INFO"] in OWN_PAGES
        and not environ.get("QUERY_STRING")
    )
