"""Asks each API once a minute how it is, and counts those that are not well."""

import time
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shoplib.core import config, telemetry
from shoplib.services.monitoring import domain, store
from shoplib.services.monitoring.config import Config


def check_all(_event: Any, _context: Any) -> dict[str, Any]:
    """{} -> {"results": [{name, milliseconds, reason}], "unhealthy": n}."""
    results = [_run(check) for check in domain.checks(_addresses())]
    unhealthy = [each for each in results if not each.healthy]
    for each in unhealthy:
        telemetry.logger().error("unhealthy", extra={"api": each.name, "reason": each.reason})
    telemetry.count("UnhealthyApis", len(unhealthy))
    if results:
        telemetry.count("SlowestHealthCheck", max(each.milliseconds for each in results), MetricUnit.Milliseconds)
    return {"results": [asdict(each) for each in results], "unhealthy": len(unhealthy)}


handler = telemetry.instrument(check_all)


def _run(check: domain.Check) -> domain.Result:
    begin = time.monotonic()
    status = store.status(check.url)
    return domain.result(check, status, time.monotonic() - begin)


def _addresses() -> dict[str, str]:
    settings = config.load(Config)
    return {
        "shop": settings.shop_api_url,
        "checkout": settings.checkout_api_url,
        "pricing": settings.pricing_api_url,
        "delivery": settings.delivery_api_url,
        "support": settings.support_api_url,
        "content": settings.content_api_url,
        "reviews": settings.reviews_api_url,
        "wishlist": settings.wishlist_api_url,
    }
