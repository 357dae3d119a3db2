"""What API Gateway says of a body that does not fit its model."""

from types import SimpleNamespace
from typing import Any

import pytest

from shoplib.localaws.apigateway.rest.body_faults import faults
from shoplib.localaws.apigateway.snapshots.models import compile_models

TYPED = "does not match any allowed primitive type (allowed:"


@pytest.mark.parametrize(
    ("schema", "body", "said"),
    [
        ({"required": ["b", "a", "c"]}, {"c": 1}, ['object has missing required properties (["a","b"])']),
        ({"type": "number"}, "x", [f'instance type (string) {TYPED} ["integer","number"])']),
        ({"type": ["string", "null"]}, True, [f'instance type (boolean) {TYPED} ["null","string"])']),
        (
            {"properties": {"year": {"minimum": 2010}}},
            {"year": 2000},
            ["numeric instance is lower than the required minimum (minimum: 2010, found: 2000)"],
        ),
        ({"enum": ["red", 1]}, "mauve", ['instance value ("mauve") not found in enum (possible values: ["red",1])']),
        ({"minLength": 2}, "a", ['string "a" is too short (length: 1, required minimum: 2)']),
        ({"pattern": "^a"}, "b", ['ECMA 262 regex "^a" does not match input string "b"']),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"a": 1, "c": 1, "b": 1},
            ['object instance has properties which are not allowed by the schema: ["b","c"]'],
        ),
        ({"maxItems": 1}, [1, 2], ["array is too long: must have at most 1 elements but instance has 2 elements"]),
        ({"type": "object"}, {}, []),
    ],
)
def test_faults_of_bodies_are_said_as_aws_does(schema: dict[str, Any], body: Any, said: list[str]) -> None:
    (validator,) = compile_models([SimpleNamespace(name="Model", schema=schema)]).values()
    assert faults(validator, body) == said
