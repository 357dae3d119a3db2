"""Creates events from the calls in the call log, and implements CloudTrail's LookupEvents."""

import json
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.audit_trail import classes, lookup, parameters
from shoplib.localaws.audit_trail.answers import response_elements
from shoplib.localaws.audit_trail.identities import Caller, caller_of
from shoplib.localaws.audit_trail.resources import resources
from shoplib.localaws.audit_trail.store import Event, Events
from shoplib.localaws.call_log.redaction import redact
from shoplib.localaws.ingress.aws_call import AwsCall, call_of
from shoplib.localaws.ingress.json_service import JsonService, Place
from shoplib.localaws.permissions.principals import Principals
from shoplib.localaws.request_scope import signature

VERSION = "1.11"
MESSAGE = re.compile(r'"[Mm]essage"\s*:\s*"((?:[^"\\]|\\.)*)"|<Message>([^<]*)</Message>')
OWN = ("shoplib", "execute-api")


class AuditTrail:
    """`settle` waits until all calls answered so far are observed."""

    def __init__(self, principals: Principals, settle: Callable[[], None]) -> None:
        self._principals = principals
        self._settle = settle
        self._events: dict[Place, Events] = defaultdict(Events)
        self._making = threading.Lock()
        self.endpoint = JsonService("cloudtrail", {"LookupEvents": self._lookup})

    def observe(self, item: Any, uses: Sequence[Any]) -> None:
        """Observe one answered call; data events are skipped before their models are loaded."""
        signed = signature(item.environ)
        if signed is None or signed.service in OWN or _is_about_data(signed.service, item, uses):
            return
        call = call_of(item.environ)
        if call.model is not None and not classes.is_data_event(signed.service, call.operation):
            caller = caller_of(signed.access_key, self._principals)
            place = Place(caller.account_id, signed.region or "us-east-1")
            self._store_of(place).add(_event(item, call, caller, place, signed.access_key))

    def state(self) -> dict[Place, Events]:
        return dict(self._events)

    def restore(self, state: dict[Place, Events]) -> None:
        with self._making:
            self._events = defaultdict(Events, state)

    def _lookup(self, place: Place, wish: dict[str, Any]) -> Mapping[str, Any]:
        self._settle()
        return lookup.lookup(self._store_of(place), wish)

    def _store_of(self, place: Place) -> Events:
        with self._making:
            return self._events[place]


def _is_about_data(signer: str, item: Any, uses: Sequence[Any]) -> bool:
    """Whether it is a data event, as far as the request shows quickly; an object's path has a bucket and a key."""
    if signer == "s3":
        return "/" in item.sent.path.strip("/")
    operation = item.sent.target.rpartition(".")[2] or (uses[0].action if uses else "")
    return classes.is_data_event(signer, operation)


def _event(item: Any, call: AwsCall, caller: Caller, place: Place, access_key: str) -> Event:
    identity, read_only = str(uuid.uuid4()), classes.is_read_only(call.operation)
    sent = _parameters(call)
    name, source = classes.event_name(call.signer, call.operation), f"{call.signer}.amazonaws.com"
    record = {
        "eventVersion": VERSION,
        "userIdentity": caller.identity,
        "eventTime": _moment(item.at),
        "eventSource": source,
        "eventName": name,
        "awsRegion": place.region,
        "sourceIPAddress": item.environ.get("REMOTE_ADDR") or "127.0.0.1",
        "userAgent": item.environ.get("HTTP_USER_AGENT", ""),
        **_failure(item),
        "requestParameters": parameters.request_parameters(call.signer, sent),
        "responseElements": None if item.error else response_elements(call, item.answer, read_only),
        "requestID": str(uuid.uuid4()),
        "eventID": identity,
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": place.account_id,
        "eventCategory": "Management",
    }
    return Event(
        identity,
        item.at,
        name,
        source,
        caller.user,
        access_key,
        read_only,
        resources(call.signer, sent),
        json.dumps(record),
    )


def _failure(item: Any) -> dict[str, str]:
    if not item.error:
        return {}
    match = MESSAGE.search(item.answer.decode("utf-8", "replace"))
    message = redact(match[1] or match[2] or "") if match else ""
    return {"errorCode": item.error} | ({"errorMessage": message} if message else {})


def _parameters(call: AwsCall) -> dict[str, Any]:
    """Empty if the request cannot be parsed: its service has rejected it."""
    try:
        return dict(call.parameters() or {})
    except Exception:  # noqa: BLE001 - parsers have many words for a body that they cannot read
        return {}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
