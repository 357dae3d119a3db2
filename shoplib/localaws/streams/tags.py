"""Tags of streams and consumers: those given at their creation, and the operations that take an ARN.

moto 5.2.5 forgets the former and lacks the latter; it lists tags from the key on after which they are to begin.
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.kinesis.exceptions import ConsumerNotFound, StreamNotFoundError
from moto.kinesis.models import KinesisBackend
from moto.kinesis.responses import KinesisResponse

from shoplib.localaws.moto_patches import Method, replace_methods, wrap

Tags = dict[str, str]


def install() -> None:
    wrap(KinesisResponse, "create_stream", _with_the_streams_tags)
    wrap(KinesisResponse, "register_stream_consumer", _with_the_consumers_tags)
    replace_methods(KinesisBackend, list_tags_for_stream=_list_of_stream)
    replace_methods(KinesisResponse, tag_resource=tag_resource, untag_resource=untag_resource)
    replace_methods(KinesisResponse, list_tags_for_resource=list_tags_for_resource)


def _with_the_streams_tags(original: Method) -> Method:
    def create_stream(request: Any) -> Any:
        answer = original(request)
        request.kinesis_backend.streams[request._get_param("StreamName")].tags.update(request._get_param("Tags") or {})
        return answer

    return create_stream


def _with_the_consumers_tags(original: Method) -> Method:
    def register_stream_consumer(request: Any) -> Any:
        answer = original(request)
        _tags(request, answer.result["Consumer"]["ConsumerARN"]).update(request._get_param("Tags") or {})
        return answer

    return register_stream_consumer


def _list_of_stream(
    self: KinesisBackend, stream_arn: str, stream_name: str, exclusive_start_tag_key: str | None, limit: int | None
) -> dict[str, Any]:
    tags = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name).tags
    following = [each for each in _as_list(tags) if each["Key"] > (exclusive_start_tag_key or "")]
    page = following[:limit]
    return {"HasMoreTags": len(following) > len(page), "Tags": page}


def tag_resource(self: Any) -> EmptyResult:
    _tags(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return EmptyResult()


def untag_resource(self: Any) -> EmptyResult:
    tags = _tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return EmptyResult()


def list_tags_for_resource(self: Any) -> ActionResult:
    return ActionResult({"Tags": _as_list(_tags(self, self._get_param("ResourceARN")))})


def _as_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _tags(request: Any, arn: str) -> Tags:
    """The tags of the stream or consumer with this ARN."""
    backend: KinesisBackend = request.kinesis_backend
    name = arn.partition(":stream/")[2].partition("/")[0]
    stream = backend.streams.get(name)
    if stream is None:
        raise StreamNotFoundError(name, backend.account_id)
    if "/consumer/" not in arn:
        return stream.tags
    consumer: Any = stream.get_consumer_by_arn(arn)
    if consumer is None:
        raise ConsumerNotFound(arn, backend.account_id)
    tags: Tags = consumer.__dict__.setdefault("tags", {})
    return tags
