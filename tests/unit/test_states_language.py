"""Paths, templates, intrinsic functions, comparisons and JSONata, one expression at a time."""

from typing import Any

import pytest

from shoplib.localaws.state_machines.language import EvaluationFailure, Scope, language_of
from shoplib.localaws.state_machines.language.comparisons import COMPARISONS, holds
from shoplib.localaws.state_machines.language.paths import put
from shoplib.localaws.state_machines.language.templates import filled

DOCUMENT = {
    "name": "Ada",
    "n": 3,
    "list": [1, 2, 3, 4],
    "orders": [{"id": "a", "price": 5}, {"id": "b", "price": 15}, {"id": "c"}],
    "when": "2026-01-01T10:00:00Z",
    "nothing": None,
    "yes": True,
}
SCOPE = Scope(DOCUMENT, {"Execution": {"Id": "arn:e"}, "Task": {"Token": "t"}}, {"rate": 2, "who": {"id": 7}})


def value_of(text: str) -> Any:
    return filled({"x.$": text}, SCOPE)["x"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DOCUMENT),
        ("$.name", "Ada"),
        ("$['name']", "Ada"),
        ("$.list[0]", 1),
        ("$.list[-1]", 4),
        ("$.list[1:3]", [2, 3]),
        ("$.list[-2:]", [3, 4]),
        ("$.list[::2]", [1, 3]),
        ("$.list[0,2]", [1, 3]),
        ("$.orders[*].id", ["a", "b", "c"]),
        ("$..price", [5, 15]),
        ("$.orders[?(@.price < 10)].id", ["a"]),
        ("$.orders[?(@.price)].id", ["a", "b"]),
        ("$.orders[?(!(@.price > 10) && @.id != 'c')].id", ["a"]),
        ("$.orders[?(@.id == 'a' || @.price >= 15)].id", ["a", "b"]),
        ("$.orders[?(@.price == '5')]", []),
        ("$.list[?(@ > 2)]", [3, 4]),
        ("$.nothing", None),
        ("$$.Execution.Id", "arn:e"),
        ("$rate", 2),
        ("$who.id", 7),
    ],
)
def test_paths(path: str, value: Any) -> None:
    assert value_of(path) == value


def test_a_path_that_leads_nowhere_fails_in_awss_words() -> None:
    with pytest.raises(EvaluationFailure) as failed:
        filled({"a": {"b.$": "$.zz"}}, SCOPE.of({"c": 1}))
    assert (failed.value.error, failed.value.cause) == (
        "States.Runtime",
        "The JSONPath '$.zz' specified for the field 'b.$' could not be found in the input '{\"c\":1}'",
    )


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("States.Format('Hi {}, {} of {}', $.name, 1, true)", "Hi Ada, 1 of true"),
        (r"States.Format('\{\} it\'s {}', $.list)", "{} it's [1,2,3,4]"),
        ("States.Array(1, 'a', $.n, null)", [1, "a", 3, None]),
        ("States.ArrayPartition($.list, 3)", [[1, 2, 3], [4]]),
        ("States.ArrayContains($.list, 3)", True),
        ("States.ArrayContains($.list, true)", False),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayGetItem($.list, 2)", 3),
        ("States.ArrayLength($.list)", 4),
        ("States.ArrayUnique(States.Array(1, 2, 1, true))", [1, 2, True]),
        ("States.Base64Encode('Grüße')", "R3LDvMOfZQ=="),
        ("States.Base64Decode('R3LDvMOfZQ==')", "Grüße"),
        ("States.Hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ('States.JsonMerge($who, States.StringToJson(\'{"id":8,"b":1}\'), false)', {"id": 8, "b": 1}),
        ("States.JsonToString($.orders[0])", '{"id":"a","price":5}'),
        ("States.MathAdd($.n, -1)", 2),
        ("States.MathAdd(0.5, 2.5)", 4),
        ("States.MathAdd(1.49, 1.51)", 3),
        ("States.MathAdd(-1.49, -1.5)", -2),
        ("States.ArrayRange(0.5, 2.5, 1)", [1, 2, 3]),
        ("States.MathRandom(5, 6)", 5),
        ("States.StringSplit('This.is+a,test', '.+,')", ["This", "is", "a", "test"]),
        ("States.ArrayLength(States.StringSplit(States.Format('{}-{}', 'a', 'b'), '-'))", 2),
        ("States.ArrayGetItem($.orders[?(@.price > 5)], 0)", {"id": "b", "price": 15}),
    ],
)
def test_intrinsic_functions(call: str, value: Any) -> None:
    assert value_of(call) == value


def test_each_identity_is_new() -> None:
    assert value_of("States.UUID()") != value_of("States.UUID()")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ("States.ArrayGetItem($.list, 4)", "States.IntrinsicFailure", "The index 4 is out of bounds"),
        ("States.Format('{}')", "States.IntrinsicFailure", "1 placeholders for 0 arguments"),
        ("States.MathAdd(1)", "States.IntrinsicFailure", "Invalid number of arguments"),
        ("States.JsonMerge($who, $who, true)", "States.IntrinsicFailure", "third argument must be false"),
        ("States.Base64Decode('!')", "States.IntrinsicFailure", "not base64"),
        ("States.StringToJson('{')", "States.IntrinsicFailure", "not JSON"),
        ("States.Hash('a', 'CRC')", "States.IntrinsicFailure", "one of MD5, SHA-1"),
        ("States.ArrayRange(1, 5000, 1)", "States.IntrinsicFailure", "more than 1000 items"),
        (
            "States.ArrayLength($.zz)",
            "States.Runtime",
            "The function 'States.ArrayLength($.zz)' had the following error: "
            "The JsonPath argument for the field '$.zz' could not be found",
        ),
        ("States.Nope()", "States.Runtime", "'States.Nope' does not exist"),
    ],
)
def test_intrinsic_functions_that_fail(call: str, error: str, said: str) -> None:
    with pytest.raises(EvaluationFailure) as failed:
        value_of(call)
    assert failed.value.error == error
    assert said in (failed.value.cause or "")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.name", "StringEquals": "Ada"}, True),
        ({"Variable": "$.n", "StringEquals": "3"}, False),
        ({"Variable": "$.name", "StringLessThan": "Bob"}, True),
        ({"Variable": "$.name", "StringMatches": "A*a"}, True),
        ({"Variable": "$.name", "StringMatches": r"A\*a"}, False),
        ({"Variable": "$.n", "NumericEquals": 3.0}, True),
        ({"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.list[2]"}, True),
        ({"Variable": "$.yes", "NumericEquals": 1}, False),
        ({"Variable": "$.yes", "BooleanEquals": True}, True),
        ({"Variable": "$.when", "TimestampEquals": "2026-01-01T11:00:00+01:00"}, True),
        ({"Variable": "$.when", "TimestampLessThan": "2026-01-01T10:00:00.001Z"}, True),
        ({"Variable": "$.name", "TimestampLessThan": "2026-01-01T10:00:00Z"}, False),
        ({"Variable": "$.zz", "IsPresent": False}, True),
        ({"Variable": "$.nothing", "IsPresent": True}, True),
        ({"Variable": "$.nothing", "IsNull": True}, True),
        ({"Variable": "$.when", "IsTimestamp": True}, True),
        ({"Variable": "$.n", "IsString": True}, False),
        ({"Variable": "$.n", "IsNumeric": True}, True),
        ({"Variable": "$.yes", "IsBoolean": False}, False),
        ({"And": [{"Variable": "$.zz", "IsPresent": True}, {"Variable": "$.zz", "NumericEquals": 1}]}, False),
        ({"Or": [{"Variable": "$.n", "NumericEquals": 1}, {"Not": {"Variable": "$.n", "NumericEquals": 1}}]}, True),
        ({"Variable": "$rate", "NumericEquals": 2}, True),
    ],
)
def test_comparisons(rule: dict[str, Any], expected: bool) -> None:
    assert holds(rule, SCOPE) is expected


def test_there_are_39_comparisons() -> None:
    assert len(COMPARISONS) == 39


def test_a_comparison_with_what_is_not_there_fails() -> None:
    with pytest.raises(EvaluationFailure, match="condition path references an invalid value"):
        holds({"Variable": "$.zz", "NumericEquals": 1}, SCOPE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, {"a": {"b": 1}, "l": [1]}),
        ("$", "new"),
        ("$.c", {"a": {"b": 1}, "l": [1], "c": "new"}),
        ("$.a.c.d", {"a": {"b": 1, "c": {"d": "new"}}, "l": [1]}),
        ("$.l[0]", {"a": {"b": 1}, "l": ["new"]}),
    ],
)
def test_result_paths(path: str | None, expected: Any) -> None:
    document = {"a": {"b": 1}, "l": [1]}
    assert put(document, path, "new") == expected
    assert document == {"a": {"b": 1}, "l": [1]}


@pytest.mark.parametrize(("document", "path"), [("text", "$.a"), ({"l": []}, "$.l[3]"), ([1], "$.a.b")])
def test_a_result_that_fits_nowhere_fails(document: Any, path: str) -> None:
    with pytest.raises(EvaluationFailure) as failed:
        put(document, path, 1)
    assert failed.value.error == "States.ResultPathMatchFailure"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("{% $states.input.name & '!' %}", "Ada!"),
        ("{% $states.context.Execution.Id %}", "arn:e"),
        ("{% $rate * $states.input.n %}", 6),
        ("{% $states.input.nothing %}", None),
        ("{% $states.input.list[$ > 2] %}", [3, 4]),
        ("{% $sum($states.input.orders.price) %}", 20),
        ("{% {'a': $states.input.zz, 'b': null} %}", {"b": None}),
        ("{% $partition($states.input.list, 3) %}", [[1, 2, 3], [4]]),
        ("{% $range(1, 9, 4) %}", [1, 5, 9]),
        ("{% $hash('abc', 'MD5') %}", "900150983cd24fb0d6963f7d28e17f72"),
        ("{% $random(7) = $random(7) %}", True),
        ("{% $length($uuid()) %}", 36),
        ("{% $parse('{\"a\": [null]}') %}", {"a": [None]}),
        ({"x": ["{% $rate %}", "{% no expression"]}, {"x": [2, "{% no expression"]}),
    ],
)
def test_jsonata(expression: Any, value: Any) -> None:
    assert language_of("JSONata").arguments({"Arguments": expression}, SCOPE) == value


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("{% $states.input.zz %}", "returned nothing (undefined)."),
        ("{% $eval('1') %}", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("{% function($x) { $x } %}", "returned an unsupported result type."),
        ("{% $states.input.name + 1 %}", "threw an error during evaluation. T2001"),
        ("{% ($f := function($n) { 1 + $f($n) }; $f(1)) %}", "threw an error during evaluation: Stack overflow"),
    ],
)
def test_jsonata_that_fails(expression: str, said: str) -> None:
    with pytest.raises(EvaluationFailure) as failed:
        language_of("JSONata").arguments({"Arguments": {"a": [expression]}}, SCOPE)
    text = expression.removeprefix("{%").removesuffix("%}").strip()
    start = f"The JSONata expression '{text}' specified for the field 'Arguments/a[0]'"
    assert (failed.value.error, failed.value.location) == ("States.QueryEvaluationError", "Arguments/a[0]")
    assert (failed.value.cause or "").startswith(start) and said in (failed.value.cause or "")


def test_an_expression_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoplib.localaws.state_machines.language.jsonata_expressions.LONGEST_MS", 50)
    with pytest.raises(EvaluationFailure, match="Evaluation timeout after 50 milliseconds"):
        language_of("JSONata").arguments({"Arguments": "{% ($f := function($n) { $f($n) }; $f(1)) %}"}, SCOPE)
