"""Event patterns: what they take, and what is refused for which reason: as AWS was seen to say, or its open engine."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.localaws.event_patterns import Event, InvalidPattern, compiled, explained, parse

ABSENT = [{"exists": False}]
PRESENT = [{"exists": True}]
TAKES: list[tuple[Any, list[Any], list[Any]]] = [
    # values: pattern, events that it takes, events that it leaves
    ({"a": [1]}, [{"a": 1}, {"a": 1.0}, {"a": [7, 1]}], [{"a": "1"}, {"a": True}, {"a": 2}, {}]),
    ({"a": ["1"]}, [{"a": "1"}], [{"a": 1}]),
    ({"a": [True]}, [{"a": True}], [{"a": 1}, {"a": "true"}, {"a": False}]),
    ({"a": [None]}, [{"a": None}], [{"a": ""}, {"a": []}, {"a": 0}, {}]),
    ({"a": [""]}, [{"a": ""}], [{"a": None}, {}]),
    ({"a": ["x"], "b": ["y"]}, [{"a": "x", "b": "y"}], [{"a": "x"}, {"b": "y"}]),
    ({"A": ["x"]}, [{"A": "x"}], [{"a": "x"}]),
    # existence is of values
    ({"a": PRESENT}, [{"a": 0}, {"a": None}, {"a": ""}, {"a": [1]}], [{"a": {"b": 1}}, {"a": []}, {"a": {}}, {}]),
    ({"a": ABSENT}, [{}, {"b": 1}, {"a": []}, {"a": {"b": 1}}], [{"a": 1}, {"a": None}]),
    ({"a": {"b": ABSENT}}, [{}, {"a": {}}, {"a": {"c": 1}}, {"a": 1}], [{"a": {"b": 1}}, {"a": [{"b": 1}, {}]}]),
    ({"a": {"b": {"c": ["x", *ABSENT]}}}, [{}, {"a": {"b": {"c": "x"}}}], [{"a": {"b": {"c": "y"}}}]),
    ({"a": ABSENT, "b": [1]}, [{"b": 1}], [{"a": 1, "b": 1}, {}]),
    # texts
    ({"a": [{"prefix": "in/"}]}, [{"a": "in/x"}, {"a": "in/"}], [{"a": "x/in/"}, {"a": 1}, {"a": None}, {}]),
    ({"a": [{"prefix": ""}]}, [{"a": ""}, {"a": "x"}], [{"a": 1}]),
    ({"a": [{"suffix": ".png"}]}, [{"a": "x.png"}], [{"a": "x.jpg"}]),
    ({"a": [{"prefix": {"equals-ignore-case": "IN"}}]}, [{"a": "inn"}], [{"a": "out"}]),
    ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, [{"a": "x.png"}, {"a": "x.pNg"}], [{"a": "png"}]),
    ({"a": [{"equals-ignore-case": "Alice"}]}, [{"a": "aLICE"}], [{"a": "bob"}, {"a": ""}]),
    ({"a": [{"exactly": "x"}]}, [{"a": "x"}], [{"a": "xx"}]),
    ({"a": [{"wildcard": "a*c*"}]}, [{"a": "abc"}, {"a": "ac"}, {"a": "a\nc"}], [{"a": "ab"}, {"a": "xac"}]),
    ({"a": [{"wildcard": r"\*x\\*"}]}, [{"a": "*x\\"}, {"a": "*x\\yz"}], [{"a": "ax\\"}, {"a": "*x"}]),
    ({"a": [{"wildcard": "x[1]?*"}]}, [{"a": "x[1]?"}], [{"a": "x1y"}]),
    # anything but
    ({"a": [{"anything-but": "x"}]}, [{"a": "y"}, {"a": 1}, {"a": None}], [{"a": "x"}, {}, {"a": {}}]),
    ({"a": [{"anything-but": ["x", "y"]}]}, [{"a": "z"}, {"a": None}], [{"a": "x"}, {"a": "y"}, {}]),
    ({"a": [{"anything-but": [1, 2]}]}, [{"a": 3}, {"a": "1"}], [{"a": 1}, {"a": 2.0}]),
    ({"a": [{"anything-but": 0}]}, [{"a": 1}], [{"a": 0}]),
    ({"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, [{"a": "z"}, {"a": 12}, {"a": None}], [{"a": "xz"}, {}]),
    ({"a": [{"anything-but": {"suffix": ".txt"}}]}, [{"a": "a.png"}], [{"a": "a.txt"}]),
    ({"a": [{"anything-but": {"equals-ignore-case": ["X"]}}]}, [{"a": "y"}], [{"a": "x"}, {"a": "X"}]),
    ({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]}, [{"a": "src/x"}], [{"a": "src/lib/x"}]),
    ({"a": [{"anything-but": {"wildcard": ""}}]}, [{"a": "x"}], [{"a": ""}]),
    # numbers
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, [{"a": 0.1}, {"a": 5}], [{"a": 0}, {"a": 6}, {"a": "3"}, {"a": True}]),
    ({"a": [{"numeric": ["=", 3.018e2]}]}, [{"a": 301.8}], [{"a": 301}, {"a": None}]),
    ({"a": [{"numeric": ["<", 10]}]}, [{"a": -1}], [{"a": 10}]),
    # addresses
    ({"a": [{"cidr": "10.0.0.0/24"}]}, [{"a": "10.0.0.9"}], [{"a": "10.0.1.9"}, {"a": "x"}, {"a": 1}]),
    ({"a": [{"cidr": "10.0.0.7/24"}]}, [{"a": "10.0.0.200"}], [{"a": "::1"}]),
    ({"a": [{"cidr": "2001:db8::/32"}]}, [{"a": "2001:db8::1"}], [{"a": "2001:db9::1"}, {"a": "10.0.0.1"}]),
    # alternatives
    ({"$or": [{"a": [1]}, {"b": [2]}], "c": [0]}, [{"a": 1, "c": 0}, {"b": 2, "c": 0}], [{"a": 1}, {"c": 0}]),
    (
        {"d": {"$or": [{"a": [1]}, {"b": [2], "$or": [{"e": [3]}, {"f": ABSENT}]}]}},
        [{"d": {"a": 1, "f": 1}}, {"d": {"b": 2}}, {"d": {"b": 2, "e": 3, "f": 1}}],
        [{"d": {"b": 2, "f": 1}}, {"d": {}}],
    ),
    # arrays: of objects one has to fit, arrays in arrays are flat
    (
        {"i": {"sku": ["s"], "n": [2]}},
        [{"i": [{"sku": "s", "n": 2}]}, {"i": [[{"n": 2, "sku": ["r", "s"]}], {}]}],
        [{"i": [{"sku": "s", "n": 1}, {"sku": "t", "n": 2}]}],
    ),
    ({"a": {"b": {"c": [1]}}}, [{"a": [{"b": [[{"c": 1}]]}]}], [{"a": [[{"b": 1}]]}]),
    ({"a": [1]}, [{"a": [[2], [[1]]]}], [{"a": [[2]]}]),
    ({"a": {"id": PRESENT}}, [{"a": [{"x": 1}, {"id": 2}]}], [{"a": [{"x": 1}]}]),
    # dots are steps
    ({"a.b": ["x"]}, [{"a": {"b": "x"}}, {"a.b": "x"}], [{"a": "x"}, {"b": "x"}]),
    ({"a": {"b.c": ["x"]}}, [{"a.b": {"c": "x"}}, {"a": {"b": {"c": "x"}}}], [{"a": {"c": "x"}}]),
    ({"a.b": {"c": [1]}, "a": {"d": [2]}}, [{"a": {"b": {"c": 1}, "d": 2}}], [{"a": {"b": {"c": 1}}}]),
]
NO_NUMBER = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
ONE_SORT = "Inside anything but list, either all values are number or string, mixed type is not supported"
SCALAR = "Value of anything-but must be an array or single string/number value."
REFUSED: list[tuple[Any, str]] = [
    ([], "Filter is not an object"),
    ("x", "Filter is not an object"),
    ({}, "Empty objects are not allowed"),
    ({"a": {}}, "Empty objects are not allowed"),
    ({"a": "x"}, '"a" must be an object or an array'),
    ({"a": {"b": 1}}, '"b" must be an object or an array'),
    ({"a": None}, '"a" must be an object or an array'),
    ({"a": []}, "Empty arrays are not allowed"),
    ({"a": [["x"]]}, "Match value must be String, number, true, false, or null"),
    ({"a": [{}]}, "Match expression name not found"),
    ({"a": [{"like": 1}]}, "Unrecognized match type like"),
    ({"a": [{"EXISTS": True}]}, "Unrecognized match type EXISTS"),
    ({"a": [{"suffix": "x", "prefix": "y"}]}, "Only one key allowed in match expression"),
    ({"a": [{"exists": None}]}, "exists match pattern must be either true or false."),
    ({"a": [{"exists": True, "prefix": "x"}]}, "Only one key allowed in match expression"),
    *(({"a": [{"prefix": bad}]}, "prefix match pattern must be a string") for bad in (1, [], None)),
    *(({"a": [{"suffix": bad}]}, "suffix match pattern must be a string") for bad in (1, ["x"], None)),
    ({"a": [{"wildcard": ["x"]}]}, "wildcard match pattern must be a string"),
    ({"a": [{"equals-ignore-case": {"prefix": "x"}}]}, "equals-ignore-case match pattern must be a string"),
    ({"a": [{"prefix": {"wildcard": "x"}}]}, "Unsupported prefix pattern: wildcard"),
    ({"a": [{"prefix": {}}]}, "Prefix expression name not found"),
    ({"a": [{"suffix": {"equals-ignore-case": 1}}]}, "equals-ignore-case match pattern must be a string"),
    ({"a": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}, "Consecutive wildcard characters at pos 26"),
    ({"a": [{"wildcard": "a\\b"}]}, "Invalid escape character at pos 2"),
    (
        {"a": [{"wildcard": "*:*:*:*:*:event-bus/*"}]},
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a "
        "wildcard character",
    ),
    *(({"a": [{"anything-but": bad}]}, SCALAR) for bad in (None, True)),
    *(({"a": [{"anything-but": {"prefix": bad}}]}, SCALAR) for bad in (None, False, {"equals-ignore-case": "x"})),
    ({"a": [{"anything-but": ["x", None]}]}, "Inside anything but list, start|null|boolean is not supported."),
    ({"a": [{"anything-but": ["x", 1]}]}, ONE_SORT),
    ({"a": [{"anything-but": []}]}, ONE_SORT),
    ({"a": [{"anything-but": {}}]}, "Anything-But expression name not found"),
    ({"a": [{"anything-but": {"exists": False}}]}, "Unsupported anything-but pattern: exists"),
    ({"a": [{"anything-but": {"equals-ignore-case": 123}}]}, NO_NUMBER),
    ({"a": [{"anything-but": {"equals-ignore-case": [1, 2]}}]}, NO_NUMBER),
    ({"a": [{"anything-but": {"prefix": 123}}]}, "prefix/suffix match pattern must be a string"),
    ({"a": [{"anything-but": {"suffix": [123, ".txt"]}}]}, "prefix/suffix match pattern must be a string"),
    ({"a": [{"anything-but": {"wildcard": [123, "*"]}}]}, "wildcard match pattern must be a string"),
    ({"a": [{"anything-but": {"prefix": ""}}]}, "Null prefix/suffix not allowed"),
    ({"a": [{"anything-but": {"wildcard": "**"}}]}, "Consecutive wildcard characters at pos 1"),
    ({"a": [{"numeric": 1}]}, "Value of numeric must be an array."),
    ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
    ({"a": [{"numeric": [1, "<="]}]}, "Invalid member in numeric match: 1"),
    ({"a": [{"numeric": ["~", 1]}]}, "Unrecognized numeric range operator: ~"),
    ({"a": [{"numeric": ["=", "000"]}]}, "Value of equals must be numeric"),
    ({"a": [{"numeric": [">="]}]}, "Value of >= must be numeric"),
    ({"a": [{"numeric": ["<", 100, ">", 10]}]}, "Too many elements in numeric expression"),
    ({"a": [{"numeric": [">", 0, ">", 0]}]}, "Bad numeric range operator: >"),
    ({"a": [{"numeric": [">", 3, "<", 1]}]}, "Bottom must be less than top"),
    ({"a": [{"numeric": [">", 0, "<"]}]}, "Value of < must be numeric"),
    ({"a": [{"numeric": [">", 20, 30]}]}, "Bad value in numeric range: 30"),
    ({"a": [{"numeric": [">", 20, "test"]}]}, "Bad numeric range operator: test"),
    ({"a": [{"numeric": [">", "20", "<", "30"]}]}, "Value of > must be numeric"),
    ({"a": [{"numeric": [">", 20, "<", 30, "<", 50]}]}, "Too many terms in numeric range expression"),
    ({"a": [{"cidr": ["x"]}]}, "prefix match pattern must be a string"),
    ({"a": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
    ({"a": [{"cidr": "10.0.0.0/x"}]}, "Malformed CIDR, mask bits must be an integer"),
    ({"a": [{"cidr": "10.0.0.0/-1"}]}, "Malformed CIDR, mask bits must not be negative"),
    ({"a": [{"cidr": "xx.11.xx/8"}]}, "Nonstandard IP address: xx.11.xx"),
    ({"a": [{"cidr": "xxxx:db8:1234:1a00::/64"}]}, "Nonstandard IP address: xxxx:db8:1234:1a00::"),
    ({"a": [{"cidr": "10.0.0.0/33"}]}, "IPv4 mask bits must be < 33"),
    ({"$or": {"a": [1]}}, "It must be an Array followed with $or."),
    ({"$or": [{"a": [1]}, 2]}, "Only JSON object is allowed in array of $or relationship."),
    ({"$or": [{"a": [1]}]}, "There must have at least 2 Objects in $or relationship."),
    ({"$or": [{"a": [1]}, {}]}, "Empty objects are not allowed"),
    ({"$or": [{"a": [1]}, {"prefix": ["x"]}]}, "prefix is Ruler reserved fieldName which cannot be used inside $or."),
]


@pytest.mark.parametrize(("pattern", "taken", "left"), TAKES, ids=[json.dumps(row[0]) for row in TAKES])
def test_what_a_pattern_takes(pattern: Any, taken: list[Any], left: list[Any]) -> None:
    read = parse(json.dumps(pattern))
    assert [event for event in taken if not read.matches(Event(event))] == []
    assert [event for event in left if read.matches(Event(event))] == []


@pytest.mark.parametrize(("pattern", "reason"), REFUSED, ids=[json.dumps(row[0]) for row in REFUSED])
def test_what_is_no_pattern_is_refused_with_aws_s_reason(pattern: Any, reason: str) -> None:
    with pytest.raises(InvalidPattern) as refused:
        parse(json.dumps(pattern))
    assert str(refused.value) == reason


@pytest.mark.parametrize("text", ["", "{", "this is no JSON", "{'a': ['b']}", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern, match="Invalid JSON"):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "combinations"),
    [
        ({"a": [1, 2], "b": [3]}, 2),
        ({"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]}, 3 * 4 * 2 * 3 * 1 * 3),
        (
            {
                "$or": [{"m": [1, 2, 3]}, {"n": [1, 2]}],
                "d": {"s": [1, 2], "$or": [{"o": [1]}, {"t": [1, 2, 3]}]},
            },
            24 + 72 + 16 + 48,
        ),
        (
            {
                "s": [1, 2, 3],
                "$or": [{"m": [1] * 6}, {"t": [1] * 4, "$or": [{"i": [1] * 4}, {"p": [1] * 7}]}],
            },
            18 + 48 + 84,
        ),
    ],
)
def test_combinations_are_counted_as_sns_documents(pattern: Any, combinations: int) -> None:
    assert compiled(pattern).combinations() == combinations


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_any_json_is_a_pattern_or_refused_and_any_event_is_taken_or_left(pattern: Any, event: dict[str, Any]) -> None:
    try:
        read = compiled(pattern)
    except InvalidPattern:
        return
    assert read.matches(Event(event)) in (True, False)


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.text(max_size=4), min_size=1, max_size=5))
def test_a_flat_event_is_taken_by_the_pattern_of_its_own_values(event: dict[str, str]) -> None:
    names = [name for name in event if "." not in name and name != "$or"]
    if not names:
        return
    assert compiled({name: [event[name]] for name in names}).matches(Event({name: event[name] for name in names}))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('{"int": 42}', [11]),
        ('{"string": "my-value"}', [13]),
        ('{"resources": []}', [17]),
        ('["not", "a", "dict"]', [2]),
        ('{"my_key": [{"EXISTS": true}]}', [28]),
        ('{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}', [49]),
        ('{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', [50]),
        ('{"detail": {"state": [{"anything-but": {"prefix": 123}}]}}', [54]),
        ('{"detail": {"state": [{"anything-but": {"prefix": [123, "test"]}}]}}', [55, 55]),
        ('{"time": [{"prefix": ["2022-07-13"]}]}', [23]),
        ('{"$or": [{"a": [1]}, {"b": 2}]}', [29]),
        ('{"address": [{"cidr": "10.0.0.0"}]}', []),
        ('{"a": [{"wildcard": "*a*b*c*d*e*f*"}]}', []),
        ("this is no JSON", [5]),
        ("{'bad': 'quotation'}", [2]),
        ('{"not": closed mark"', [15]),
    ],
)
def test_where_a_pattern_is_wrong(text, columns):
    """As EventBridge was seen to tell it: where its parser stood, of a list's member twice, of networks not at all."""
    with pytest.raises(InvalidPattern) as refused:
        parse(text)
    places = [f' at [Source: (String)"{text}"; line: 1, column: {column}]' for column in columns]
    assert explained(text, refused.value).split("\n")[1:] == places


def test_places_count_lines_and_long_patterns_are_cut():
    text = '{"a": [1],\n "b": 2}' + " " * 600
    with pytest.raises(InvalidPattern) as refused:
        parse(text)
    where = explained(text, refused.value).partition("\n")[2]
    assert where.endswith(f'"[truncated {len(text) - 500} chars]; line: 2, column: 8]')
