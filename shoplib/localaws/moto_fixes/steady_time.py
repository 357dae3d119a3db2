"""Queues and streams measure time by the laptop's clock.

Upstream, when it is set back by an hour, delays and visibility timeouts last an hour longer, and a stream's records are
no longer in the order of their times; when it is set forward, all of them end at once. AWS's clock is not the laptop's.
"""

from datetime import datetime

import moto.dynamodb.models.table as tables
import moto.kinesis.models as kinesis
import moto.sqs.models as sqs

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import replace

EPOCH = datetime(1970, 1, 1)


def install() -> None:
    engine_clock.now()  # from here on it is steady
    # moto's functions of time stand in each module under their own names.
    for module in (sqs, kinesis, tables):
        for function in (unix_time, unix_time_millis, utcnow):
            if hasattr(module, function.__name__):
                replace(module, function.__name__, function)


def unix_time(moment: datetime | None = None) -> float:
    return (moment - EPOCH).total_seconds() if moment else engine_clock.now()


def unix_time_millis(moment: datetime | None = None) -> float:
    return unix_time(moment) * 1000.0


def utcnow() -> datetime:
    return engine_clock.naive_utc()
