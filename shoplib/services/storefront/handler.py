"""A custom resource of CloudFormation: its files are in the bucket as long as it exists."""

from typing import Any

from shoplib.core import telemetry
from shoplib.services.storefront import domain, store


def publish_site(event: dict[str, Any], _context: Any) -> None:
    """Handles CloudFormation's request. It always responds to the ResponseURL; otherwise the stack would wait."""
    error = None
    try:
        _carry_out(event)
    except Exception as failure:  # noqa: BLE001 - the stack says it
        telemetry.logger().exception("the site was not published")
        error = failure
    store.answer(event["ResponseURL"], domain.answer(event, store.bucket(), error))


def _carry_out(event: dict[str, Any]) -> None:
    if event["RequestType"] == "Delete":
        store.keep_only({})
        return
    properties = event["ResourceProperties"]
    addresses = domain.addresses(properties)
    files = domain.files(store.assets(), addresses)
    store.put(files)
    store.keep_only(files)
    if "content" in addresses:
        store.tell_content(domain.site(properties["Page"], addresses))
    telemetry.count("SiteFilesWritten", len(files))


publish = telemetry.instrument(publish_site)
