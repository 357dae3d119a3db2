"""Input that a service's published model takes, with no more than it requires."""

import re
from datetime import UTC, datetime
from typing import Any

LONGEST = 40
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
# Patterns that a name of letters does not match are answered by the first of these that does.
SAMPLES = (
    "example",
    "arn:aws:lambda:us-east-1:123456789012:function:example",
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:sns:us-east-1:123456789012:example",
    "arn:aws:kinesis:us-east-1:123456789012:stream/example",
    "arn:aws:kinesis:us-east-1:123456789012:stream/example/consumer/example:1",
    "arn:aws:events:us-east-1:123456789012:event-bus/example",
    "arn:aws:events:us-east-1:123456789012:connection/example/0123456789ab-0123-0123-0123-0123456789ab",
    "arn:aws:schemas:us-east-1:123456789012:schema/example",
    "https://example.com/path",
    "http://example.com",
    "123456789012",
    "1",
    "1.0",
    "$LATEST",
    "us-east-1",
    "us-east-1_example",
    "0123456789ab",
    "01234567-89ab-cdef-0123-456789abcdef",
    "01234567-89ab-4def-8123-456789abcdef",
    "a@example.com",
    "{}",
    "rate(1 minute)",
    "a=b",
    "/example",
    "A" * 64,
    "0" * 64,
    "AQ==",
    "aws.example",
    "example/1",
    "default",
    "123456",
    "authenticated",
    "terms-of-use",
    "import-example",
    "Custom:example",
    "2026-01-01T00:00:00Z",
    "AWS::Example::Example",
    "s3://example/example",
    "us-east-1:01234567-89ab-cdef-0123-456789abcdef",
    "us-east-1_01234567-89ab-cdef-0123-456789abcdef",
    "ja-01234567-89ab-cdef-0123-456789abcdef",
    "i-0123456789abcdef0",
    "mi-0123456789abcdef0",
    "mw-0123456789abcdef0",
    "oi-0123456789ab",
    "tkn0123456789abcdefghijklmno",
    "arn:aws:acm:us-east-1:123456789012:certificate/example",
    "arn:aws:acm:us-east-1:123456789012:acme-endpoint/example",
    "arn:aws:acm:us-east-1:123456789012:acme-endpoint/example/acme-domain-validation/example",
    "arn:aws:acm:us-east-1:123456789012:acme-endpoint/example/acme-external-account-binding/example",
    "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/example",
    "arn:aws:cloudformation:us-east-1:123456789012:type/example",
    "arn:aws:cloudwatch:us-east-1:123456789012:dataset/default",
    "arn:aws:glue:us-east-1:123456789012:table/example",
    "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:resource-groups:us-east-1:123456789012:group/example",
    "arn:aws:resource-groups:us-east-1:123456789012:group/example/0123456789abcdefghijklmnop",
    "arn:aws:resource-groups:us-east-1:123456789012:group/example/0123456789abcdefghijklmnop/tag-sync-task/"
    "0123456789abcdefghijklmnop",
    "arn:aws:scheduler:us-east-1:123456789012:schedule-group/example",
    "arn:aws:ssm:us-east-1:123456789012:opsmetadata/example",
)


def minimal_input(shape: Any, everything: bool = False) -> dict[str, Any]:
    """`everything` gives optional members, too."""
    return {} if shape is None else dict(_structure(shape, everything, ()))


def _structure(shape: Any, everything: bool, within: tuple[str, ...]) -> dict[str, Any]:
    names = list(shape.members) if everything and shape.name not in within else list(shape.required_members)
    if getattr(shape, "is_tagged_union", False) and not shape.required_members:
        names = list(shape.members)[:1]
    return {name: _value(shape.members[name], everything, (*within, shape.name)) for name in names}


def _value(shape: Any, everything: bool, within: tuple[str, ...]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, everything, within) if within.count(shape.name) < 2 else {}
    if kind == "list":
        return [_value(shape.member, everything, within)] * max(int(shape.metadata.get("min", 1)), 1)
    if kind == "map":
        return {_value(shape.key, everything, within): _value(shape.value, everything, within)}
    if kind == "string":
        return _text(shape)
    if kind in ("integer", "long", "float", "double"):
        return max(shape.metadata.get("min", 1), min(1, shape.metadata.get("max", 1)))
    return {"boolean": True, "timestamp": MOMENT, "blob": b"{}".ljust(shape.metadata.get("min", 0))}[kind]


def _text(shape: Any) -> str:
    if shape.enum:
        return str(shape.enum[0])
    least, most = int(shape.metadata.get("min", 1)), int(shape.metadata.get("max", 10_000))
    pattern = shape.metadata.get("pattern")
    fitting = (each for each in SAMPLES if least <= len(each) <= most and _matches(pattern, each))
    return next(fitting, "e" * max(least, 1))


def _matches(pattern: str | None, text: str) -> bool:
    try:
        return pattern is None or re.fullmatch(pattern, text) is not None
    except re.error:
        return True
