"""POST /events: the pages' own events, such as session_start."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, events, http, telemetry
from shoplib.services.collector import domain, store

router = Router()


@router.post("/events")
def collect() -> Response[str]:
    sent = checks.objects(http.body(router), "events", maximum=domain.MAX_EVENTS)
    sorted_out = domain.sort_out(sent, http.header(router, "User-Agent", maximum=events.MAX_TEXT))
    store.put(sorted_out.accepted)
    telemetry.count("EventsAccepted", len(sorted_out.accepted))
    telemetry.count("EventsRejected", len(sorted_out.rejected))
    return http.answer(202, {"accepted": len(sorted_out.accepted), "rejected": sorted_out.rejected})


handler = http.http_handler(router)
