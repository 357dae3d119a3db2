"""Logs Insights' language: what queries find in events, and where they are wrong."""

import json
from typing import Any

import pytest

from shoplib.localaws.log_insights import commands, discovery, pipeline
from shoplib.localaws.log_insights.run import Answer, Event, run
from shoplib.localaws.log_insights.tokens import MalformedQuery

START = 1_767_225_600_000  # 2026-01-01
ID = "11111111-2222-3333-4444-555555555555"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 64 MB\tInit Duration: 100.5 ms\t\nXRAY TraceId: 1-a\tSegmentId: b\tSampled: true\t\n"
)
JSON = [
    {"level": "INFO", "service": "cart", "ms": 10, "user": {"id": "u1"}, "tags": ["a", "b"], "ok": True},
    {"level": "ERROR", "service": "cart", "ms": 200, "user": {"id": "u2"}, "error": "TimeoutError", "ok": False},
    {"level": "ERROR", "service": "orders", "ms": 35.5, "user": {"id": "u1"}, "none": None, "with-dash": 7},
    {"level": "INFO", "service": "orders", "ms": 4, "user": {"id": "u3"}, "text": "it's 100%"},
]
LINES = ["127.0.0.1 GET /cart 200", "10.0.0.1 POST /orders 503", "user=ann, method=GET, latency=12"]


def events(messages: list[Any], group: str = "/app") -> list[Event]:
    """One a minute."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in messages]
    return [
        Event(START + at * 60_000, START, text, f"s{at % 2}", f"1:{group}", f"p{at}", at)
        for at, text in enumerate(texts)
    ]


def answered_by(query: str, messages: list[Any] = JSON, group: str = "/app", limit: int = 10_000) -> Answer:
    return run(pipeline.plan(commands.read(query), START), events(messages, group), limit)


def rows(query: str, messages: list[Any] = JSON, group: str = "/app") -> list[dict[str, str]]:
    """Without the pointers."""
    answer = answered_by(query, messages, group)
    return [{cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"} for row in answer.rows]


def values(query: str, messages: list[Any] = JSON) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in rows(query, messages)]


def test_without_fields_there_are_time_and_message_newest_first():
    answer = answered_by("filter level = 'INFO' | limit 1")
    (row,) = answer.rows
    assert row == [
        {"field": "@timestamp", "value": "2026-01-01 00:03:00.000"},
        {"field": "@message", "value": json.dumps(JSON[3])},
        {"field": "@ptr", "value": "p3"},
    ]
    assert (answer.matched, answer.scanned) == (2, 4)


@pytest.mark.parametrize(
    ("condition", "services"),
    [
        ('level = "ERROR"', ["orders", "cart"]),
        ("level != 'ERROR' and ms < 5", ["orders"]),
        ("ms >= 10 and ms <= 35.5", ["orders", "cart"]),
        ("ms > 100 or service = 'orders' and ms < 5", ["orders", "cart"]),
        ("not (level = 'ERROR')", ["orders", "cart"]),
        ("@message like /Timeout.*/", ["cart"]),
        ("@message like 'Timeout'", ["cart"]),
        ("@message =~ /(?i)timeout/", ["cart"]),
        ("level not like /INFO|WARN/", ["orders", "cart"]),
        ("ispresent(error)", ["cart"]),
        ("not ispresent(error) and level = 'ERROR'", ["orders"]),
        ("ms in [4, 200]", ["orders", "cart"]),
        ("service not in ['cart']", ["orders", "orders"]),
        ("user.id = 'u3'", ["orders"]),
        ("tags.1 = 'b'", ["cart"]),
        ("ok = 1", ["cart"]),
        ("ok = true", ["cart"]),
        ("ok = false", ["cart"]),
        ("`with-dash` = 7", ["orders"]),
        ("strcontains(error, 'Time')", ["cart"]),
        ("text = 'it\\'s 100%'", ["orders"]),
        ("ispresent(none)", []),
        ("@timestamp < 1767225660000", ["cart"]),
        ("ms % 2 = 0 and ms / 2 = 5", ["cart"]),
        ("nobody = 'x'", []),
        ("@logStream = 's1' and @log = '1:/app'", ["orders", "cart"]),
    ],
)
def test_filters(condition, services):
    assert [row["service"] for row in rows(f"fields service | filter {condition}")] == services


def test_comments_and_lines():
    assert len(rows("fields service # | limit 1\n| filter ms > 5\n# all\n| sort ms desc")) == 3


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3 ^ 2", "27"),
        ("-ms / 4", "-50"),
        ("ms / 0", None),
        ("10 / 3", "3.3333"),
        ("abs(-3.5)", "3.5"),
        ("ceil(1.2) + floor(1.8)", "3"),
        ("greatest(1, ms, 3)", "200"),
        ("least(1, ms)", "1"),
        ("sqrt(16)", "4"),
        ("log(1)", "0"),
        ("concat(service, '-', ms)", "cart-200"),
        ("toupper(service)", "CART"),
        ("tolower(level)", "error"),
        ("strlen(error)", "12"),
        ("substr(error, 7)", "Error"),
        ("substr(error, 0, 4)", "Time"),
        ("replace(error, 'Error', '')", "Timeout"),
        ("trim('  a ')", "a"),
        ("ltrim('xxa', 'x')", "a"),
        ("coalesce(nobody, error, 'none')", "TimeoutError"),
        ("isempty(nobody)", "1"),
        ("isblank(error)", "0"),
        ("if(ms > 100, 'slow', 'fast')", "slow"),
        ("bin(5m)", "2026-01-01 00:00:00.000"),
        ("datefloor(@timestamp, 1h)", "2026-01-01 00:00:00.000"),
        ("dateceil(@timestamp, 1 h)", "2026-01-01 01:00:00.000"),
        ("toMillis(@timestamp)", "1767225660000"),
        ("fromMillis(1767225600000)", "2026-01-01 00:00:00.000"),
        ("now()", "1767225600"),
        ("ok", "0"),
        ("ms > 100 and ok = 0", "1"),
    ],
)
def test_functions(expression, value):
    (row,) = rows(f"filter error = 'TimeoutError' | display {expression} as x")
    assert row.get("x") == value


def test_columns_are_called_as_they_are_written():
    (row,) = rows("fields  ms * 2, service as s, user.id| sort ms desc | limit 1")
    assert row == {"ms * 2": "400", "s": "cart", "user.id": "u2"}
    assert rows("fields service, ms | fields level | display ms, level | filter ms = 10") == [
        {"ms": "10", "level": "INFO"}
    ]


def test_parse_by_glob_and_by_regular_expression():
    assert rows(
        'parse @message "* * * *" as ip, verb, path, status | filter status >= 500 | display ip, path', LINES
    ) == [{"ip": "10.0.0.1", "path": "/orders"}]
    glob = 'parse @message "user=*, method=*, latency=*" as who, how, ms | filter ispresent(who) | display who, how, ms'
    assert values(glob, LINES) == [("ann", "GET", "12")]
    named = "parse /user=(?<who>\\w+), .*y=(?<ms>\\d+)/ | stats max(ms) as most by who | filter most > 1"
    assert values(named, LINES) == [("ann", "12")]
    assert values("parse /(\\d+)$/ as status | filter status < 300 and status > 100 | display status", LINES) == [
        ("200",)
    ]
    assert values("parse service 'c*t' as middle | filter ispresent(middle) | display middle") == [("ar",), ("ar",)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stats count(*)", [("4",)]),
        ("stats count(error) as n", [("1",)]),
        (
            "stats count(*) as n, avg(ms), sum(ms) by service",
            [("cart", "2", "105", "210"), ("orders", "2", "19.75", "39.5")],
        ),
        ("stats min(ms), max(ms), count_distinct(user.id)", [("4", "200", "3")]),
        ("stats pct(ms, 50), median(ms)", [("22.75", "22.75")]),
        ("stats stddev(ms)", [("92.7608",)]),
        ("stats earliest(level) as first, latest(ms) as last", [("INFO", "4")]),
        ("stats sortsFirst(service), sortsLast(service)", [("cart", "orders")]),
        ("stats sum(ms) / count(*) as mean by level | sort mean desc", [("ERROR", "117.75"), ("INFO", "7")]),
        (
            "stats count(*) as n by bin(2m)",
            [("2026-01-01 00:02:00.000", "2"), ("2026-01-01 00:00:00.000", "2")],
        ),
        ("stats count(*) as n by bin(2m) as t, level | stats max(n) by level", [("ERROR", "1"), ("INFO", "1")]),
        ("filter level = 'NONE' | stats count(*) as n", [("0",)]),
        (
            "stats max(ms) as most, min(ms) as least, most - least as apart by service",
            [
                ("cart", "200", "10", "190"),
                ("orders", "35.5", "4", "31.5"),
            ],
        ),
        (
            "stats sum(strcontains(level, 'ERR')) / count(*) as share by service | sort by share",
            [
                ("cart", "0.5"),
                ("orders", "0.5"),
            ],
        ),
        ("stats sum(level like /ERR/) as errors, count() as n", [("2", "4")]),
        ("stats latest(error) as e by level in ['ERROR'] as bad | filter bad = 1", [("1", "TimeoutError")]),
        ("stats max(@timestamp) as t", [("2026-01-01 00:03:00.000",)]),
        ("stats count(*) by toupper(service) as s | filter s like 'CART'", [("CART", "2")]),
    ],
)
def test_stats(query, expected):
    assert values(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fields ms | sort ms", ["4", "10", "35.5", "200"]),
        ("fields ms | sort level desc, ms desc", ["10", "4", "200", "35.5"]),
        ("fields ms | sort ms desc | limit 2", ["200", "35.5"]),
        ("fields ms | sort error, @timestamp", ["200", "10", "35.5", "4"]),
        ("fields ms | dedup service", ["4", "200"]),
        ("fields ms | sort ms | dedup service, level", ["4", "10", "35.5", "200"]),
        ("fields ms | sort ms desc | dedup level | limit 5", ["200", "10"]),
        ("fields ms | dedup error", ["4", "35.5", "200", "10"]),
        ("fields ms | head 1", ["4"]),
    ],
)
def test_sort_limit_and_dedup(query, expected):
    assert [row["ms"] for row in rows(query)] == expected


@pytest.mark.parametrize(
    "query",
    [
        "fields @timestamp, @message, @logStream, @log | sort @timestamp desc | limit 10000",
        'filter @type = "REPORT" | fields @requestId, @billedDuration | sort by @billedDuration desc',
        'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB, '
        "min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB, "
        "max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB, "
        "provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB",
        "filter @message like /Exception/ | stats count(*) as exceptionCount by bin(5m) | sort exceptionCount desc",
        "stats avg(@duration), max(@duration), min(@duration) by bin(5m)",
        "stats count(*) by eventSource, eventName, awsRegion",
        'filter eventName="RunInstances" and requestParameters.instanceType like /t2/ | stats count(*) by bin(1h), x',
        'fields @message | parse @message "[*] *" as loggingType, loggingMessage | filter loggingType = "ERROR" '
        "| display loggingMessage",
        "parse @message /user=(?<user2>.*?), method:(?<method2>.*?), latency := (?<latency2>.*?)/ "
        "| stats avg(latency2) by method2, user2",
        "fields @timestamp, server, severity, message | sort @timestamp asc | dedup server, severity",
        "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10",
        "fields concat(@log, ':', @logStream), greatest(a, b), fromMillis(tomillis(@timestamp)) as t "
        "| filter (status >= 400 and status < 500) or status = 503",
        "fields datefloor(@timestamp, 1m) as minute, @message like /ERROR/ as isError | stats sum(isError) by minute",
    ],
)
def test_queries_of_the_documentation_run(query):
    assert answered_by(query).scanned == len(JSON)


def test_the_limit_of_the_request():
    assert len(answered_by("fields ms", limit=2).rows) == 2


def test_what_is_discovered_in_lines_of_lambda():
    assert discovery.fields("/aws/lambda/f", REPORT) == {
        "@requestId": ID,
        "@type": "REPORT",
        "@duration": "12.34",
        "@billedDuration": "13",
        "@memorySize": "128000000",
        "@maxMemoryUsed": "64000000",
        "@initDuration": "100.5",
        "@xrayTraceId": "1-a",
        "@xraySegmentId": "b",
    }
    line = f'[INFO]\t2026-01-01T00:00:00.000Z\t{ID}\t{{"a": {{"b": [1]}}}}'
    assert discovery.fields("/aws/lambda/f", line) == {"a.b.0": "1", "@requestId": ID}
    assert discovery.fields("/app", line) == {"@requestId": ID}
    assert discovery.fields("/app", "plain {not JSON}") == {}
    found = rows(
        "filter @type = 'REPORT' | stats max(@maxMemoryUsed / 1000 / 1000) as mb, avg(@duration)", [REPORT, line]
    )
    assert found == [{"mb": "64", "avg(@duration)": "12.34"}]


def test_fields_are_found_by_name_as_they_are_all_found():
    message = json.dumps({"a": {"b": [1, {"c.d": "x"}]}, "a.b": 2, "e": None, "f": True, "g": {"h": {}}})
    names = ["a.b.0", "a.b.1.c.d", "a.b", "e", "f", "g.h", "a.b.9", "a.c", "@requestId"]
    every = discovery.fields("/app", message)
    assert discovery.values("/app", message, names) == [every.get(name) for name in names]
    assert every["a.b.1.c.d"] == "x" and every["a.b"] == "2" and every["f"] == "1"
    wanted = ["@duration", "@type", "nothing"]
    assert discovery.values("/aws/lambda/f", REPORT, wanted) == ["12.34", "REPORT", None]


@pytest.mark.parametrize(
    ("query", "message", "position"),
    [
        ("", "unexpected symbol found end of query", 0),
        ("fieldz @message", "unexpected symbol found fieldz at line 1 and position 0", 0),
        ("fields @message |", "end of query", 17),
        ("fields @message\n| filter level = ", "at line 2 and position 17", 33),
        ("filter level ~ 'a'", "unexpected symbol found ~", 13),
        ("filter (a = 1", "end of query", 13),
        ("stats count(*) by", "end of query", 17),
        ("filter count(*) > 1", "aggregate function", 7),
        ("fields nothing(1)", "function nothing is not supported", 7),
        ("fields substr(a)", "takes 2 to 3", 7),
        ("limit 0", "between 1 and 10000", 6),
        ("limit 10001", "between 1 and 10000", 6),
        ("parse @message 'a * b *' as one", "extracts 2 values, but 1 names are given", 15),
        ("parse @message /(/ as one", "Invalid regular expression", 15),
        ("filter a like /(?=b)/", "Look-around", 14),
        ("pattern @message", "command pattern is not supported", 0),
        ("fields a | diff", "command diff is not supported", 11),
        ("fields a | anomaly", "command anomaly is not supported", 11),
        ("SELECT * FROM x", "unexpected symbol found SELECT", 0),
        ("stats pct(ms, x)", "must be a number", 6),
    ],
)
def test_what_is_wrong_is_named_with_its_place(query, message, position):
    with pytest.raises(MalformedQuery, match=message) as caught:
        pipeline.plan(commands.read(query), START)
    assert caught.value.start == position


@pytest.mark.parametrize("text", ["x') OR 1=1 --", "'; DROP TABLE events; --", '$p0 "c1" "', "\\", "%_"])
def test_no_text_of_a_query_becomes_sql(text):
    quoted = json.dumps(text)
    assert values(f"filter @message = {quoted} | display @message", ["other"]) == []
    assert values(f"filter @message like {quoted} | stats count(*)", [f"a{text}b", "other"]) == [("1",)]
    assert values(f"fields {quoted} as `a \"b' --` | limit 1", ["m"]) == [(text,)]
