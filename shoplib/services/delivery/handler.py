"""Parcels of packed orders; what the carrier says; where a parcel is, over HTTP; and the topic of all that."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shoplib.core import batches, checks, clock, commands, health, http, order_changes, telemetry
from shoplib.core.errors import NotFound, Unprocessable
from shoplib.services.delivery import domain, store
from shoplib.services.delivery.domain import Parcel, Scan, Step

CARRIED_AT_ONCE = 100

router = Router()


def take_packed_orders(event: dict[str, Any], context: Any) -> Any:
    return batches.each(event, context, _announce)


def _announce(record: SQSRecord) -> None:
    change = order_changes.parse(checks.json_object(record.body))
    if store.add(domain.announce(change, clock.now())):
        telemetry.count("ParcelsAnnounced")
        telemetry.logger().info("announced", extra={"order_id": change.order_id})


consume = telemetry.instrument(take_packed_orders)


@router.get("/parcels/<tracking_number>")
def track(tracking_number: str) -> Response[str]:
    return http.answer(200, domain.to_response(_require(http.path_value(tracking_number))))


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"parcels table": lambda: store.find("health")})


handler = http.http_handler(router)


def record_scans(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"scans": [{tracking_number, status, at?, place?}]} -> {"recorded": n, "rejected": [{index, error}]}."""
    scans, rejected = domain.scans(event, clock.now())
    recorded = 0
    for scan in scans:
        try:
            recorded += _record(scan)
        except (NotFound, Unprocessable) as error:
            rejected.append({"tracking_number": scan.tracking_number, "error": error.message})
    return {"recorded": recorded, "rejected": rejected}


scan = telemetry.instrument(record_scans)


def carry_parcels(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Brings open parcels one step on, as a carrier would: {} -> {"moved": n}. No carrier comes to a laptop."""
    limit = checks.integer({"limit": event.get("limit", CARRIED_AT_ONCE)}, "limit", low=1, high=CARRIED_AT_ONCE)
    parcels = store.open_parcels(limit)
    at = clock.timestamp(clock.now())
    scans = [Scan(each.tracking_number, Step(domain.next_usual(each), at)) for each in parcels]
    return {"moved": sum(_record(each) for each in scans)}


carry = telemetry.instrument(carry_parcels)


def print_label(command: dict[str, Any], _context: Any) -> dict[str, Any]:
    """{"tracking_number"} -> {tracking_number, delivery_by, "lines": [...]}, for whoever hands the parcel over."""
    return commands.answer(_label, command)


def _label(command: dict[str, Any]) -> dict[str, Any]:
    parcel = _require(checks.identifier(command, "tracking_number", maximum=40))
    return domain.label(parcel, store.address_of(parcel.order_id))


label = telemetry.instrument(print_label)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    parcels = [store.parcel_of(record["dynamodb"].get("NewImage", {})) for record in batch["Records"]]
    for each in parcels:
        if each:
            store.publish(domain.change_of(each))


publish = telemetry.instrument(publish_changes)


def _record(scan: Scan) -> bool:
    """Whether the scan is news. The parcel may move on while it is looked at."""
    while True:
        before = _require(scan.tracking_number)
        after = domain.advance(before, scan.step)
        if after is before:
            return False
        if store.replace(before, after):
            telemetry.count("ScansRecorded")
            return True


def _require(tracking_number: str) -> Parcel:
    if parcel := store.find(tracking_number):
        return parcel
    raise NotFound("no_such_parcel", "There is no parcel with this tracking number.")
