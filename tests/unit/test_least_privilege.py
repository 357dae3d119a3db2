"""Grants beside uses: what to add, what to take away, and the policy that would do."""

from shoplib.provision.lambda_needs import Use
from shoplib.provision.least_privilege import Grant, compare

TABLE, OTHER, BUCKET = "arn:aws:dynamodb:::table/t", "arn:aws:dynamodb:::table/u", "arn:aws:s3:::b"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def test_nothing_to_add_and_nothing_to_take_away() -> None:
    grants = [Grant("dynamodb:GetItem", TABLE, "own"), Grant("s3:PutObject", f"{BUCKET}/raw/*", "own")]
    uses = [Use("dynamodb:GetItem", TABLE), Use("s3:PutObject", f"{BUCKET}/raw/2026/*")]
    comparison = compare(grants, uses, [])
    assert (comparison.add, comparison.take_away, comparison.unseen) == ([], [], [])
    assert comparison.policy["Statement"] == [
        {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": TABLE},
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"{BUCKET}/raw/*"},
    ]


def test_what_is_refused_is_added_and_what_is_idle_taken_away() -> None:
    grants = [Grant("dynamodb:*", TABLE, "own"), Grant("sqs:SendMessage", "*", "own")]
    comparison = compare(grants, [Use("dynamodb:PutItem", TABLE), Use("dynamodb:Query", OTHER, refused=True)], [])
    assert comparison.add == [Use("dynamodb:Query", OTHER, refused=True)]
    assert comparison.take_away == [Grant("sqs:SendMessage", "*", "own")]
    assert comparison.policy["Statement"] == [
        {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": TABLE},
        {"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": OTHER},
    ]


def test_what_lambda_does_itself_counts_as_used() -> None:
    logs = [Grant("logs:PutLogEvents", "*", BASIC, as_a_whole=True), Grant("logs:CreateLogGroup", "*", BASIC, True)]
    group = Use("logs:PutLogEvents", "arn:aws:logs:::log-group:g:log-stream:x")
    assert compare(logs, [], [group]).take_away == []
    assert compare(logs, [], []).take_away == [Grant("*", "*", BASIC, as_a_whole=True)]
    assert compare(logs, [], [group]).policy["Statement"] == []


def test_occasional_grants_stay_without_having_been_seen() -> None:
    rare = Grant("s3:PutObject", f"{BUCKET}/quarantine/*", "own", occasional=True)
    comparison = compare([rare], [], [])
    assert (comparison.take_away, comparison.unseen) == ([], [rare])
    assert comparison.policy["Statement"][0]["Action"] == ["s3:PutObject"]


def test_a_wildcard_covers_what_is_written_in_brackets_as_it_stands() -> None:
    assert (
        compare([Grant("s3:GetObject", f"{BUCKET}/[1]*", "own")], [Use("s3:GetObject", f"{BUCKET}/[1]/a")], []).add
        == []
    )
