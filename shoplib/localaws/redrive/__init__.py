"""Dead-letter queue redrive: see README.md."""

from moto.sqs.responses import SQSResponse

from shoplib.localaws.moto_patches import replace, wrap
from shoplib.localaws.redrive import api, origin
from shoplib.localaws.redrive.task import TURNS


def install() -> None:
    """Add the API operations to moto's SQS, after `moto_fixes` has fixed its queues."""
    for name, method in api.METHODS.items():
        replace(SQSResponse, name, method)
    wrap(SQSResponse, "receive_message", origin.with_source)


__all__ = ["TURNS", "install"]
