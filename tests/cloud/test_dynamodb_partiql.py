"""PartiQL: what a statement does, and how each that cannot be carried out is refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]
Run = Callable[..., list[dict[str, Any]]]
NAME = "music-albums"
KEY = "artist = 'A' AND song = 1"


@pytest.fixture(scope="module")
def table(aws: Aws) -> Iterator[Any]:
    client = aws("dynamodb")
    client.create_table(
        TableName=NAME,
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("artist", "S"), ("song", "N"), ("label", "S"))
        ],
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "song", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-label",
                "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield client
    client.delete_table(TableName=NAME)


@pytest.fixture
def dynamodb(table: Any) -> Any:
    """The table with four items."""
    for item in table.scan(TableName=NAME)["Items"]:
        table.delete_item(TableName=NAME, Key={name: item[name] for name in ("artist", "song")})
    for number in (1, 2, 3):
        item = {"artist": {"S": "A"}, "song": {"N": str(number)}, "plays": {"N": str(number * 10)}}
        table.put_item(TableName=NAME, Item=item | {"tags": {"SS": ["x", "y"]}})
    table.put_item(TableName=NAME, Item={"artist": {"S": "B"}, "song": {"N": "1"}, "label": {"S": "it's"}})
    return table


@pytest.fixture
def run(dynamodb: Any) -> Run:
    def execute(statement: str, *parameters: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        given = {"Parameters": list(parameters)} if parameters else {}
        text = statement.replace("TABLE", f'"{NAME}"')
        items: list[dict[str, Any]] = dynamodb.execute_statement(Statement=text, **given, **more)["Items"]
        return items

    return execute


def songs(items: list[dict[str, Any]]) -> list[str]:
    return [item["artist"]["S"] + item["song"]["N"] for item in items]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("WHERE artist = 'A'", ["A1", "A2", "A3"]),
        ("WHERE artist = 'A' ORDER BY song DESC", ["A3", "A2", "A1"]),
        ("WHERE artist = 'A' AND song BETWEEN 2 AND 3 AND plays > 20", ["A3"]),
        ("WHERE artist = 'A' AND (song = 1 OR song = 3)", ["A1", "A3"]),
        ("WHERE artist IN ['A', 'C'] AND song = 2", ["A2"]),
        ("WHERE begins_with(label, 'it''') AND plays IS MISSING", ["B1"]),
        ("WHERE contains(tags, 'x') AND NOT plays <= 10 AND size(tags) = 2", ["A2", "A3"]),
        ("WHERE label IS NOT MISSING", ["B1"]),
        ("", ["A1", "A2", "A3", "B1"]),
    ],
)
def test_selections(run: Run, where: str, found: list[str]) -> None:
    items = run(f"SELECT * FROM TABLE {where}")
    assert (songs(items) if "ORDER" in where else sorted(songs(items))) == found


def test_selections_of_paths_indexes_pages_and_parameters(run: Run, dynamodb: Any) -> None:
    assert run("SELECT plays, tags FROM TABLE WHERE artist = ? AND song = ?", {"S": "A"}, {"N": "2"}) == [
        {"plays": {"N": "20"}, "tags": {"SS": ["x", "y"]}}
    ]
    assert songs(run("SELECT * FROM TABLE.\"by-label\" WHERE label = 'it''s'")) == ["B1"]
    statement, pages, token = f"SELECT * FROM \"{NAME}\" WHERE artist = 'A'", [], {}
    while not pages or token:
        page = dynamodb.execute_statement(Statement=statement, Limit=2, **token)
        pages.append(songs(page["Items"]))
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert pages == [["A1", "A2"], ["A3"]]


def test_an_insert_makes_an_item_once(run: Run) -> None:
    statement = "INSERT INTO TABLE VALUE {'artist': 'C', 'song': ?, 'm': {'l': [1, true, null]}, 's': <<1, 2>>}"
    assert run(statement, {"N": "9"}) == []
    [item] = run("SELECT m, s FROM TABLE WHERE artist = 'C' AND song = 9")
    assert item["m"] == {"M": {"l": {"L": [{"N": "1"}, {"BOOL": True}, {"NULL": True}]}}}
    assert sorted(item["s"]["NS"]) == ["1", "2"]
    duplicate = ("DuplicateItemException", "Duplicate primary key exists in table")
    assert code_and_message(run, statement, {"N": "9"}) == duplicate
    assert code_and_message(run, "INSERT INTO TABLE VALUE {'artist': 'A', 'song': 1}") == duplicate
    assert run(f"SELECT plays FROM TABLE WHERE {KEY}") == [{"plays": {"N": "10"}}]


def test_an_update_changes_what_is_there(run: Run) -> None:
    changed = run(
        f"UPDATE TABLE SET plays = plays + 5 SET label = 'new', l = [1] REMOVE tags WHERE {KEY} RETURNING ALL NEW *"
    )
    assert changed == [
        {
            "artist": {"S": "A"},
            "song": {"N": "1"},
            "plays": {"N": "15"},
            "label": {"S": "new"},
            "l": {"L": [{"N": "1"}]},
        }
    ]
    assert run(f"UPDATE TABLE SET plays = ? WHERE {KEY} RETURNING MODIFIED OLD *", {"N": "1"}) == [
        {"plays": {"N": "15"}}
    ]
    run(f"UPDATE TABLE SET l = list_append(l, [2]) SET tags = set_add(tags, <<'z'>>) WHERE {KEY}")
    assert run(f"SELECT l, tags FROM TABLE WHERE {KEY}") == [
        {"l": {"L": [{"N": "1"}, {"N": "2"}]}, "tags": {"SS": ["z"]}}
    ]


@pytest.mark.parametrize("verb", ["UPDATE TABLE SET plays = 1", "DELETE FROM TABLE"])
def test_writes_name_one_item_and_may_ask_more_of_it(run: Run, verb: str) -> None:
    no_key = ("ValidationException", "Where clause does not contain a mandatory equality on all key attributes")
    for where in ("", " WHERE artist = 'A'", " WHERE artist = 'A' AND song > 1", " WHERE plays = 10"):
        assert code_and_message(run, verb + where) == no_key
    failed = ("ConditionalCheckFailedException", "The conditional request failed")
    assert code_and_message(run, f"{verb} WHERE {KEY} AND plays > 10") == failed
    assert len(run("SELECT * FROM TABLE")) == 4
    run(f"{verb} WHERE {KEY} AND plays = 10")


def test_what_is_not_there_is_not_updated_and_need_not_be_deleted(run: Run) -> None:
    absent = "WHERE artist = 'nobody' AND song = 1"
    assert code_and_message(run, f"UPDATE TABLE SET plays = 1 {absent}")[0] == "ConditionalCheckFailedException"
    assert run(f"DELETE FROM TABLE {absent} AND plays = 1 RETURNING ALL OLD *") == []
    assert run(f"DELETE FROM TABLE WHERE {KEY} RETURNING ALL OLD *")[0]["plays"] == {"N": "10"}
    assert len(run("SELECT * FROM TABLE")) == 3


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("NOT A STATEMENT", "ValidationException", "Statement wasn't well formed, can't be processed: Expected data"),
        ("SELECT * FROM TABLE WHERE", "ValidationException", "Statement wasn't well formed, can't be processed"),
        ("SELECT * FROM TABLE garbage", "ValidationException", "Statement wasn't well formed, can't be processed"),
        (
            "SELECT * FROM TABLE WHERE artist = ?",
            "ValidationException",
            "Number of parameters in request and statement",
        ),
        ("SELECT * FROM nowhere", "ResourceNotFoundException", "Requested resource not found"),
        ('SELECT * FROM TABLE."no-index"', "ValidationException", "The table does not have the specified index"),
        ("INSERT INTO TABLE VALUE {'artist': 'A'}", "ValidationException", "Missing the key song in the item"),
        ("INSERT INTO TABLE VALUE {'artist': 1, 'song': 1}", "ValidationException", "Type mismatch for key artist"),
        ("SELECT * FROM TABLE ORDER BY song", "ValidationException", "ORDER BY"),
        ("DELETE FROM TABLE WHERE artist = 1 AND song = 1", "ValidationException", "does not match the schema"),
    ],
)
def test_statements_that_are_none(run: Run, statement: str, code: str, message: str) -> None:
    error = code_and_message(run, statement)
    assert error[0] == code and message in error[1], error


def test_a_batch_tells_each_failure_in_its_place(dynamodb: Any, run: Run) -> None:
    def batch(*statements: str) -> list[dict[str, Any]]:
        asked = [{"Statement": each.replace("TABLE", f'"{NAME}"')} for each in statements]
        answers: list[dict[str, Any]] = dynamodb.batch_execute_statement(Statements=asked)["Responses"]
        return answers

    read, write = f"SELECT plays FROM TABLE WHERE {KEY}", "INSERT INTO TABLE VALUE {'artist': 'D', 'song': 1}"
    reads = batch(read, "SELECT * FROM TABLE WHERE artist = 'A'", "SELECT * FROM nowhere WHERE a = 1", "nonsense")
    assert reads[0] == {"TableName": NAME, "Item": {"plays": {"N": "10"}}}
    assert [each["Error"]["Code"] for each in reads[1:]] == ["ValidationError", "ResourceNotFound", "ValidationError"]
    writes = batch(
        "INSERT INTO TABLE VALUE {'artist': 'A', 'song': 1}",
        "UPDATE TABLE SET plays = 0 WHERE artist = 'nobody' AND song = 1",
        f"UPDATE TABLE SET plays = ? WHERE {KEY}",
        write,
    )
    codes = [each.get("Error", {}).get("Code") for each in writes]
    assert codes == ["DuplicateItem", "ConditionalCheckFailed", "ValidationError", None]
    assert run("SELECT song FROM TABLE WHERE artist = 'D' -- as inserted") == [{"song": {"N": "1"}}]
    assert code_and_message(batch, read, write)[0] == "ValidationException"


def test_a_transaction_is_all_or_nothing(dynamodb: Any, run: Run) -> None:
    def transact(*statements: str) -> Any:
        asked = [{"Statement": each.replace("TABLE", f'"{NAME}"')} for each in statements]
        return dynamodb.execute_transaction(TransactStatements=asked)["Responses"]

    insert, update = "INSERT INTO TABLE VALUE {'artist': 'E', 'song': 1}", f"UPDATE TABLE SET plays = 0 WHERE {KEY}"
    with pytest.raises(ClientError) as caught:
        transact(insert, update, "INSERT INTO TABLE VALUE {'artist': 'A', 'song': 2}")
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert [each["Code"] for each in caught.value.response["CancellationReasons"]] == ["None", "None", "DuplicateItem"]
    assert (
        code_and_message(transact, insert, "UPDATE TABLE SET plays = 0 WHERE artist = 'A'")[0] == "ValidationException"
    )
    assert code_and_message(transact, insert, f"SELECT * FROM TABLE WHERE {KEY}")[0] == "ValidationException"
    exists = "EXISTS(SELECT * FROM TABLE WHERE artist = 'A' AND song = 2 AND plays = {})"
    assert code_and_message(transact, insert, exists.format(0))[0] == "TransactionCanceledException"
    assert run("SELECT * FROM TABLE WHERE artist = 'E'") == []
    assert transact(insert, update, exists.format(20)) == [{}, {}, {}]
    read = "SELECT plays FROM TABLE WHERE artist = 'A' AND song = {}"
    assert transact(read.format(1), read.format(99)) == [{"Item": {"plays": {"N": "0"}}}, {}]
