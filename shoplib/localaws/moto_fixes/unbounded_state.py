"""What moto keeps for ever although nobody can ask for it: an engine that runs for hours grows without bound.

- Topics keep every message that was ever published.
- The tagging of S3 keeps an empty set of tags for each object that was ever put, deleted ones too.
"""

from typing import Any

from moto.sns.models import Topic
from moto.utilities.tagging_service import TaggingService

from shoplib.localaws.moto_patches import wrap


def install() -> None:
    wrap(Topic, "publish", _forgetting_the_message)
    wrap(TaggingService, "tag_resource", _only_with_tags)


def _forgetting_the_message(original: Any) -> Any:
    def publish(topic: Any, *arguments: Any, **kwargs: Any) -> Any:
        message_id = original(topic, *arguments, **kwargs)
        topic.sent_notifications.clear()
        return message_id

    return publish


def _only_with_tags(original: Any) -> Any:
    def tag_resource(tagging: Any, arn: str, tags: Any) -> None:
        if tags:
            original(tagging, arn, tags)

    return tag_resource
