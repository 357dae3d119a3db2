"""Tags, which each service takes, lists and drops in a way of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.cloudformation.api_type import Aspect, Context, tag_map
from shoplib.localaws.cloudformation.resource_providers import Properties

Key = Callable[[Context], Properties]


@dataclass(frozen=True)
class Tagging:
    """Calls and argument names; `tag` turns the map of the tags into what the put call takes."""

    listing: str
    tags: str  # member of the listing's answer, and the argument of the put call
    key: str  # of one tag there
    putting: str
    dropping: str
    keys: str  # argument of the drop call
    tag: Callable[[dict[str, str]], Any]

    def aspect(self, key: Key) -> Aspect:
        def put(context: Context, tags: Any) -> None:
            client, key_of_resource = context.client(), key(context)
            answer = getattr(client, self.listing)(**key_of_resource)
            listed = answer.get(self.tags, answer.get("TagList", []))
            present = list(listed) if isinstance(listed, dict) else [each[self.key] for each in listed]
            dropped = [each for each in present if each not in tag_map(tags)]
            if dropped:
                getattr(client, self.dropping)(**key_of_resource, **{self.keys: dropped})
            if tags:
                getattr(client, self.putting)(**key_of_resource, **{self.tags: self.tag(tag_map(tags))})

        return Aspect("Tags", put)


def _pairs(key: str, value: str) -> Callable[[dict[str, str]], list[dict[str, str]]]:
    return lambda tags: [{key: name, value: text} for name, text in tags.items()]


_USUAL = Tagging(
    "list_tags_for_resource", "Tags", "Key", "tag_resource", "untag_resource", "TagKeys", _pairs("Key", "Value")
)
_STATES = Tagging(
    "list_tags_for_resource", "tags", "key", "tag_resource", "untag_resource", "tagKeys", _pairs("key", "value")
)
_KMS = Tagging(
    "list_resource_tags", "Tags", "TagKey", "tag_resource", "untag_resource", "TagKeys", _pairs("TagKey", "TagValue")
)
_SSM = Tagging(
    *("list_tags_for_resource", "Tags", "Key", "add_tags_to_resource", "remove_tags_from_resource", "TagKeys"),
    _pairs("Key", "Value"),
)
_KINESIS = Tagging(
    "list_tags_for_stream", "Tags", "Key", "add_tags_to_stream", "remove_tags_from_stream", "TagKeys", dict
)
_LOGS = Tagging("list_tags_log_group", "tags", "key", "tag_log_group", "untag_log_group", "tags", dict)
_PIPES = Tagging("list_tags_for_resource", "tags", "", "tag_resource", "untag_resource", "tagKeys", dict)

TOPIC = _USUAL.aspect(lambda context: {"ResourceArn": context.ref})
BUS = _USUAL.aspect(lambda context: {"ResourceARN": context.arn(f"event-bus/{context.ref}")})
STATES = _STATES.aspect(lambda context: {"resourceArn": context.ref})
KEY = _KMS.aspect(lambda context: {"KeyId": context.ref})
PARAMETER = _SSM.aspect(lambda context: {"ResourceType": "Parameter", "ResourceId": context.ref})
STREAM = _KINESIS.aspect(lambda context: {"StreamName": context.ref})
PIPE = _PIPES.aspect(lambda context: {"resourceArn": context.arn(f"pipe/{context.ref}")})
LOG_GROUP = _LOGS.aspect(lambda context: {"logGroupName": context.ref})
