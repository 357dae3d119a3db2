"""Keys of the objects that Firehose writes, by AWS's examples."""

import re

import pytest

from shoplib.localaws.delivery_streams.object_names import InvalidPrefix, check_prefix, object_name

AT = 1538147593.0  # 2018-09-28T15:13:13Z
STREAM = ("clicks", "1")


def folder(prefix: str, **options: str) -> str:
    name = object_name(prefix, STREAM, AT, **options)
    match = re.fullmatch(r"(.*)clicks-1-2018-09-28-15-13-13-[0-9a-f-]{36}", name)
    assert match, name
    return match[1]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", "2018/09/28/15/"),
        ("app", "app2018/09/28/15/"),
        ("app/", "app/2018/09/28/15/"),
        ("app/!{timestamp:yyyy-MM}/", "app/2018-09/"),
        ("year=!{timestamp:yyyy}/day=!{timestamp:dd}/", "year=2018/day=28/"),
        ("!{timestamp:yyyy'T'HH''}/", "2018T15'/"),
        ("!{firehose:error-output-type}/", "processing-failed/2018/09/28/15/"),
        ("by=!{partitionKeyFromLambda:shop}/!{timestamp:MM}/", "by=north/09/"),
    ],
)
def test_prefixes(prefix: str, expected: str) -> None:
    assert folder(prefix, error_type="processing-failed", keys={"shop": "north"}) == expected  # type: ignore[arg-type]


def test_random_strings_zones_and_extensions() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{11}/2018/09/28/15/", folder("!{firehose:random-string}/"))
    assert folder("!{timestamp:HH}/", zone="Asia/Tokyo") == "00/"
    assert object_name("", STREAM, AT, extension=".json").endswith(".json")


@pytest.mark.parametrize(
    "prefix", ["!{timestamp:qq}/", "!{unknown:x}", "!{firehose:error-output-type}", "a!{timestamp"]
)
def test_what_no_prefix_may_have(prefix: str) -> None:
    with pytest.raises(InvalidPrefix):
        check_prefix(prefix, frozenset({"timestamp", "firehose:random-string"}))
