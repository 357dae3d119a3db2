"""DynamoDB's own checks of requests, its expressions, PartiQL and expiry, on top of moto's tables."""

from shoplib.localaws.dynamodb import (
    batches,
    conditions,
    descriptions,
    operands,
    partiql,
    requests,
    restores,
    sizes,
    transactions,
    updates,
)
from shoplib.localaws.dynamodb.replication import Replication
from shoplib.localaws.dynamodb.staleness import Staleness
from shoplib.localaws.dynamodb.time_to_live import TimeToLive

__all__ = ["Replication", "Staleness", "TimeToLive", "install"]


def install() -> None:
    """Before moto's other corrections: what they count on was checked by then."""
    conditions.install()
    transactions.install()
    partiql.install()
    updates.install()
    operands.install()
    sizes.install()
    batches.install()
    requests.install()
    descriptions.install()
    restores.install()
