"""What moto keeps for ever although nobody can ask for it: an engine that runs for hours grows without bound.

- Topics keep every message that was ever published, and SNS a certificate of 1.1 KB per notification of a queue.
- The tagging of S3 keeps an empty set of tags for each object that was ever put, deleted ones too.
"""

from typing import Any

from moto.sns.models import Subscription, Topic, sns_backends
from moto.utilities.tagging_service import TaggingService

from shoplib.localaws.moto_patches import wrap

CERTIFICATES = 100  # a subscriber fetches one right after the notification that names it


def install() -> None:
    wrap(Topic, "publish", _forgetting_the_message)
    wrap(Subscription, "get_post_data", _forgetting_old_certificates)
    wrap(TaggingService, "tag_resource", _only_with_tags)


def _forgetting_the_message(original: Any) -> Any:
    def publish(topic: Any, *arguments: Any, **kwargs: Any) -> Any:
        message_id = original(topic, *arguments, **kwargs)
        topic.sent_notifications.clear()
        return message_id

    return publish


def _forgetting_old_certificates(original: Any) -> Any:
    def get_post_data(subscription: Any, *arguments: Any, **kwargs: Any) -> Any:
        data = original(subscription, *arguments, **kwargs)
        for accounts in list(sns_backends.values()):
            for backend in list(accounts.values()):
                for name in list(backend._message_public_keys)[:-CERTIFICATES]:
                    backend._message_public_keys.pop(name, None)
        return data

    return get_post_data


def _only_with_tags(original: Any) -> Any:
    def tag_resource(tagging: Any, arn: str, tags: Any) -> None:
        if tags:
            original(tagging, arn, tags)

    return tag_resource
