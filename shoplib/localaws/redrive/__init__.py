"""Dead-letter queue redrive: see README.md."""

from moto.sqs.responses import SQSResponse

from shoplib.localaws.moto_patches import replace, wrap
from shoplib.localaws.redrive import api, origin


def install() -> None:
    """Teach moto's SQS the calls, after `moto_fixes` corrected its queues."""
    for name, method in api.METHODS.items():
        replace(SQSResponse, name, method)
    wrap(SQSResponse, "receive_message", origin.with_source)


__all__ = ["install"]
