"""Notifications of changes to objects in S3: to functions, queues, topics and EventBridge.

moto 5.2.5 leaves half of the fields out of a record, writes `/` as %2F, has one constant sequencer for EventBridge,
reports nothing of delete markers and of versions deleted while others remain, and says of every new object that it was
tagged, of every complete upload that it was put.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import moto.s3.notifications as moto_notifications
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws import request_context
from shoplib.localaws.json_text import compact
from shoplib.localaws.moto_patches import replace, replace_methods
from shoplib.localaws.notifications import s3_configuration
from shoplib.localaws.notifications.event_bus import Event, service_event

LOG = logging.getLogger(__name__)
REMOVED, MARKED = "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated"
TAGGED, PUT = "s3:ObjectTagging:Put", "s3:ObjectCreated:Put"
DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "LifecycleTransition": "Object Storage Class Changed",
    "IntelligentTiering": "Object Access Tier Changed",
    "ObjectAcl": "Object ACL Updated",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectRestore:Post": "Object Restore Initiated",
    "ObjectRestore:Completed": "Object Restore Completed",
    "ObjectRestore:Delete": "Object Restore Expired",
}
REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject", "Delete": "DeleteObject"}
# Their records tell less of the object.
STATES = ("s3:ObjectTagging", "s3:ObjectAcl")
_original_delete = S3Backend.delete_object
_original_tag = S3Response.put_object_tagging


class S3Events:
    """Sends records with `send(arn, text)` and events of EventBridge with `put_event(account, region, event)`."""

    def __init__(self, send: Callable[[str, str], None], put_event: Callable[[str, str, Event], None]) -> None:
        self._send = send
        self._put_event = put_event

    def install(self) -> None:
        """Take over moto's notifications. Idempotent; the last one installed wins."""

        def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
            name = str(getattr(event_name, "value", event_name))
            if not _is_moto_s_own(name, key):
                self.notify(account_id, name, bucket, key)

        def tag(response: Any) -> Any:
            answer = _original_tag(response)
            key = response.backend.get_object(
                response.bucket_name, response.parse_key_name(), version_id=response._get_param("versionId")
            )
            self.notify(response.backend.account_id, TAGGED, response.backend.get_bucket(response.bucket_name), key)
            return answer

        def delete(backend: Any, bucket_name: str, key_name: str, version_id: Any = None, bypass: bool = False) -> Any:
            return self._delete(backend, bucket_name, key_name, version_id, bypass)

        replace(moto_notifications, "send_event", send_event)
        replace_methods(S3Backend, delete_object=delete)
        replace_methods(S3Response, put_object_tagging=tag)
        replace_methods(FakeBucket, set_notification_configuration=s3_configuration.put)

    def notify(self, account_id: str, event_name: str, bucket: Any, key: Any) -> None:
        """Notify the targets that the bucket's configuration names for this event and key."""
        configuration = bucket.notification_configuration
        if configuration is None:
            return
        sequencer = _sequencers.next()
        for rule in [*configuration.cloud_function, *configuration.queue, *configuration.topic]:
            if rule.matches(event_name, key.name):
                record = _record(event_name, bucket, key, rule.id, sequencer)
                with request_context.on_behalf_of(f"arn:aws:s3:::{bucket.name}"):
                    self._send(rule.arn, compact({"Records": [record]}))
        if configuration.event_bridge is not None:
            self._put_event(account_id, bucket.region_name, _event(account_id, event_name, bucket, key, sequencer))

    def _delete(self, backend: Any, bucket_name: str, key_name: str, version_id: Any, bypass: bool) -> Any:
        bucket = backend.get_bucket(bucket_name)
        before = list(bucket.keys.getlist(key_name, []))
        answer = _original_delete(backend, bucket_name, key_name, version_id, bypass)
        after = list(bucket.keys.getlist(key_name, []))
        deleted = [key for key in before if not any(key is each for each in after)]
        if len(after) > len(before):
            self.notify(backend.account_id, MARKED, bucket, after[-1])
        elif deleted and after:  # moto itself reports the last one
            self.notify(backend.account_id, REMOVED, bucket, deleted[0])
        return answer


class Sequencers:
    """Hexadecimal numbers that grow, so that events of one key can be put in their order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return f"00{self._last:016X}"


_sequencers = Sequencers()


def _is_moto_s_own(event_name: str, key: Any) -> bool:
    """Steps of moto on the way to a new object, which AWS does not report."""
    return event_name == TAGGED or (event_name == PUT and key.multipart is not None)


def _record(event_name: str, bucket: Any, key: Any, configuration_id: str, sequencer: str) -> dict[str, Any]:
    return {
        "eventVersion": "2.3" if event_name.startswith(STATES) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventName": event_name.removeprefix("s3:"),
        "userIdentity": {"principalId": "AWS:EXAMPLE"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": secrets.token_hex(8).upper(), "x-amz-id-2": secrets.token_hex(16)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {"name": bucket.name, "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": bucket.arn},
            "object": _object(event_name, bucket, key, sequencer),
        },
    }


def _object(event_name: str, bucket: Any, key: Any, sequencer: str) -> dict[str, Any]:
    """Deleted objects have no size and no ETag; a delete marker has the ETag of nothing; a new tag has no sequence."""
    described: dict[str, Any] = {"key": quote_plus(key.name, safe="/*")}
    if event_name == MARKED:
        described["eTag"] = "d41d8cd98f00b204e9800998ecf8427e"
    elif event_name.startswith(STATES):
        described["eTag"] = key.etag.strip('"')
    elif event_name != REMOVED:
        described |= {"size": key.size, "eTag": key.etag.strip('"')}
    if bucket.is_versioned and key.version_id:
        described["versionId"] = str(key.version_id)
    return described if event_name.startswith(STATES) else described | {"sequencer": sequencer}


def _event(account_id: str, event_name: str, bucket: Any, key: Any, sequencer: str) -> Event:
    kind = event_name.removeprefix("s3:")
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": _event_object(event_name, bucket, key, sequencer),
        "request-id": secrets.token_hex(8).upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    detail |= _reason(kind)
    detail_type = DETAIL_TYPES.get(kind) or DETAIL_TYPES[kind.split(":")[0]]
    return service_event("aws.s3", detail_type, account_id, bucket.region_name, resources=[bucket.arn], detail=detail)


def _event_object(event_name: str, bucket: Any, key: Any, sequencer: str) -> dict[str, Any]:
    """As in a record, but with the key as it is."""
    described = _object(event_name, bucket, key, sequencer)
    names = {"eTag": "etag", "versionId": "version-id"}
    return {names.get(name, name): value for name, value in described.items()} | {"key": key.name}


def _reason(kind: str) -> dict[str, str]:
    group, _, action = kind.partition(":")
    if group == "ObjectCreated":
        return {"reason": REASONS.get(action, action)}
    if group == "ObjectRemoved":
        marked = action == "DeleteMarkerCreated"
        return {"reason": "DeleteObject", "deletion-type": "Delete Marker Created" if marked else "Permanently Deleted"}
    return {}
