from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from shoplib.core import config, events
from shoplib.core.errors import Unavailable
from shoplib.services.collector.config import Config


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def put(accepted: list[events.Event]) -> None:
    """Puts events on the stream. Unavailable when it does not take them: the page may send them again."""
    try:
        events.publish(kinesis().put_records, config.load(Config).event_stream_name, accepted)
    except (events.PublishError, BotoCoreError, ClientError) as error:
        raise Unavailable("stream_unavailable", "The events could not be stored; send them again later.") from error
