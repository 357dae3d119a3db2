"""X-Ray's filter expressions, as its developer guide writes them."""

from typing import Any

import pytest

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.traces.filters import parse
from shoplib.localaws.traces.trace import Trace

ID = "1-67890abc-aaaaaaaaaaaaaaaaaaaaaaaa"


def segment(number: int, name: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    return {"id": f"{number:016x}", "trace_id": ID, "name": name, "start_time": start, "end_time": end, **more}


def trace() -> Trace:
    """An API, slow, whose function failed on a table."""
    request = {"url": "https://shop.example.com/cart?x=1", "method": "POST", "client_ip": "10.0.0.1"}
    call = {"id": f"{9:016x}", "name": "DynamoDB", "namespace": "aws", "start_time": 12.0, "end_time": 12.5}
    call["aws"] = {"table_name": "carts", "operation": "PutItem"}
    return Trace(
        ID,
        [
            segment(
                *(1, "shop/live", 10.0, 16.0),
                http={"request": request, "response": {"status": 502}},
                fault=True,
                user="ann",
                origin="AWS::ApiGateway::Stage",
                annotations={"plan": "gold", "items": 3, "new": True},
            ),
            segment(2, "cart", 11.0, 13.0, parent_id=f"{1:016x}", origin="AWS::Lambda::Function", subsegments=[call]),
            segment(3, "mailer", 13.0, 13.5, parent_id=f"{2:016x}", throttle=True, error=True),
        ],
    )


@pytest.mark.parametrize(
    "expression",
    [
        "fault",
        "fault = true",
        "!error",
        "!ok",
        "throttle",
        "responsetime > 5",
        "duration >= 5 AND duration <= 8",
        "http.status = 502",
        "http.status != 200",
        'http.url CONTAINS "/cart"',
        'http.url BEGINSWITH "https://"',
        'http.url endswith "x=1"',
        "http.method = 'POST'",
        'http.clientip = "10.0.0.1" AND user = "ann"',
        'service("cart")',
        'service("mailer") { throttle }',
        'service("cart") { ok AND responsetime < 3 }',
        'service(id(name: "cart", type: "AWS::Lambda::Function"))',
        'service(id(type: "AWS::DynamoDB::Table"))',
        'service("carts") { inferred }',
        'edge("shop/live", "cart")',
        'edge("cart", "mailer") { error = true }',
        'annotation.plan = "gold"',
        'annotation[plan] = "gold"',
        "annotation[items] > 2",
        "annotation.new = true",
        "annotation[plan]",
        "!annotation.colour",
        '(service("nobody") OR fault) AND responsetime > 5',
        'service("nobody") OR service("cart") AND fault',
    ],
)
def test_a_trace_fits(expression: str) -> None:
    assert parse(expression)(trace())


@pytest.mark.parametrize(
    "expression",
    [
        "ok",
        "!fault",
        "fault = false",
        "responsetime <= 5",
        "http.status = 200",
        'service("carter")',
        'service("cart") { fault }',
        'edge("cart", "shop/live")',
        'annotation.plan = "silver"',
        'annotation[items] = "3"',
        "annotation.colour",
        'user = "bob"',
        'fault AND service("nobody")',
        "!(fault OR ok)",
        "partial",
    ],
)
def test_a_trace_does_not_fit(expression: str) -> None:
    assert not parse(expression)(trace())


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ('group.name = "slow"', "group.name"),
        ("availabilityzone = 'a'", "availabilityzone"),
        ("service(", "the end"),
        ('responsetime CONTAINS "5"', "CONTAINS"),
        ('http.status = "ok"', "'ok'"),
        ("fault AND", "the end"),
        ("fault fault", "fault"),
        ("responsetime > #", "#"),
        ("(" * 200 + "fault" + ")" * 200, "deeply"),
        ("!" * 2000 + "fault", "deeply"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(expression: str, word: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(expression)
    assert refused.value.code == "InvalidRequestException" and word in refused.value.message
