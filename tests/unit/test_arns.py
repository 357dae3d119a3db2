"""ARNs are taken apart in one place."""

import re
from pathlib import Path

import pytest

from shoplib.localaws.arns import Arn, is_arn

LOCALAWS = Path(__file__).parents[2] / "shoplib" / "localaws"
# The name of a function may be written in four ways, of which an ARN is one; a pattern of ARNs is none.
ALLOWED = {"functions/targets.py", "policies/wildcards.py"}


@pytest.mark.parametrize(
    ("text", "parts", "name"),
    [
        ("arn:aws:sqs:eu-west-3:1:orders.fifo", ("aws", "sqs", "eu-west-3", "1", "orders.fifo"), "orders.fifo"),
        ("arn:aws:kinesis:us-east-1:1:stream/clicks", ("aws", "kinesis", "us-east-1", "1", "stream/clicks"), "clicks"),
        ("arn:aws-cn:s3:::lake/a:b", ("aws-cn", "s3", "", "", "lake/a:b"), "a:b"),
        ("arn:aws:lambda:r:1:function:f:live", ("aws", "lambda", "r", "1", "function:f:live"), "f:live"),
        ("arn:aws:dynamodb:r:1:table/T/stream/2026-01-01T00:00", None, "T/stream/2026-01-01T00:00"),
    ],
)
def test_an_arn_has_five_parts(text: str, parts: tuple[str, ...] | None, name: str):
    assert is_arn(text) and Arn.parse(text).name == name
    assert parts is None or tuple(Arn.parse(text)) == parts


@pytest.mark.parametrize("text", ["", "orders", "arn:aws:sqs:eu-west-3:1", "urn:aws:sqs:eu-west-3:1:orders"])
def test_what_is_no_arn_is_refused_by_name(text: str):
    with pytest.raises(ValueError, match=f"^'{text}' is not an ARN$"):
        Arn.parse(text)


def test_nobody_else_splits_them():
    files = {path.relative_to(LOCALAWS).as_posix(): path.read_text(encoding="utf-8") for path in LOCALAWS.rglob("*.py")}
    pattern = re.compile(r'arn\w*\.(split|partition)\(":"')
    assert not {name for name, text in files.items() if pattern.search(text)} - ALLOWED
