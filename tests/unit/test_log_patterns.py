"""CloudWatch Logs filter patterns: the examples of AWS's documentation."""

import json

import pytest

from shoplib.localaws.notifications.logs import selectors
from shoplib.localaws.notifications.logs.patterns import InvalidFilterPattern, parse

RECORD = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "someObject": None,
    "flag": True,
    "cluster.name": "c",
    "latency": 12.5,
}
ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("", ["anything", ""], []),
        ("ERROR", ["[ERROR 400] bad", "ERROR\n"], ["error", ""]),
        ("ERROR ARGUMENTS", ["ERROR of ARGUMENTS"], ["ERROR", "ARGUMENTS"]),
        ("?ERROR ?ARGUMENTS", ["ERROR", "ARGUMENTS"], ["INFO"]),
        ("ERROR -ARGUMENTS", ["ERROR 1"], ["ERROR ARGUMENTS", "INFO"]),
        ('"INTERNAL SERVER ERROR"', ["an INTERNAL SERVER ERROR"], ["INTERNAL ERROR"]),
        ("%AUTHORIZED|GRANTED%", ["it is GRANTED"], ["DENIED"]),
        ("[w1=ERROR, w2]", ["ERROR message"], ["ERROR", "ERROR in it", "INFO message"]),
        ("[ip, server, user, time, request, status=4*, bytes>1000]", [ACCESS], [ACCESS.replace("404", "500")]),
        ("[..., status=404 || status=410, bytes]", [ACCESS], ["404", ACCESS.replace("404", "200")]),
        ("[ip != 127.*, ...]", ["10.0.0.1 x"], [ACCESS]),
        ("[..., status=%4\\d{2}%, bytes]", [ACCESS], [ACCESS.replace("404", "504")]),
        ("[..., request != %(POST|PUT) /.*%, status, bytes]", [ACCESS], [ACCESS.replace("GET", "PUT")]),
        ('[..., request = "GET *", status >= 400 && status < 500, bytes]', [ACCESS], [ACCESS.replace("GET", "PUT")]),
    ],
)
def test_terms_and_fields(pattern, taken, left):
    matches = parse(pattern)
    assert [matches(message) for message in taken + left] == [True] * len(taken) + [False] * len(left)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ('{ $.sourceIPAddress = "111.*" && $.latency < 12.5 }', False),
        ("{ $.latency >= 12.5 && ($.eventType = X || $.flag IS TRUE) }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[9].id = 2 }", False),
        ("{ $.someObject IS NULL }", True),
        ("{ $.missing IS NULL }", False),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.latency NOT EXISTS }", False),
        ("{ $.['cluster.name'] = c }", None),
        ("{ $['cluster.name'] = c }", True),
        ("{ $.eventType = %^Update% }", True),
        ("{ $.latency = 12.5 }", True),
        ("{ $.latency = * }", True),
        ("{ $.latency = 12* }", True),
        ("{ $.flag = * }", True),
        ("{ $.missing = * }", False),
        ('{ $.eventType = "Update*" && $.latency > 12 }', True),
        ("{ $.latency != 12.5 }", False),
        ("{ $.eventType > 3 }", False),
    ],
)
def test_json_selectors(pattern, expected):
    if expected is None:
        with pytest.raises(InvalidFilterPattern):
            parse(pattern)
    else:
        assert parse(pattern)(json.dumps(RECORD)) is expected
        assert parse(pattern)("no JSON at all") is False


@pytest.mark.parametrize(
    "pattern",
    ["{ $.a = }", "{ a = 1 }", "{ $.a ~ 1 }", "{ $.a = 1", "{ ($.a = 1 }", "[a > x]", "[..., a, ...]", "{ $.a = %[% }"],
)
def test_wrong_patterns_are_refused(pattern):
    with pytest.raises(InvalidFilterPattern):
        parse(pattern)


def test_what_a_pattern_reads_of_a_message():
    assert selectors.lookup("[ip, ..., status, bytes]", ACCESS)("$bytes") == "1534"
    assert selectors.lookup("[ip, status]", ACCESS)("$status") is selectors.MISSING
    assert selectors.lookup("{ $.a = * }", json.dumps(RECORD))("$.objectList[1].id") == 2
    assert selectors.lookup("{ $.a = * }", "no JSON")("$.a") is selectors.MISSING
    assert selectors.extracted("[ip, ..., bytes]", ACCESS) == {"$ip": "127.0.0.1", "$bytes": "1534"}
    both = selectors.extracted('{ $.eventType = "U*" && $.latency > 1 && $.missing NOT EXISTS }', json.dumps(RECORD))
    assert both == {"$.eventType": "UpdateTrail", "$.latency": "12.5"}
