"""What DynamoDB refuses of a request, in its words, and what its conditions mean."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
NAME = "requests"
UNLIKE = "The provided key element does not match the schema"
HASH, RANGE = {"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "a"}, "n": {"N": "2"}}


@pytest.fixture(scope="module")
def dynamodb(aws: Aws) -> Iterator[Any]:
    client = aws("dynamodb")
    kinds = {"id": "S", "n": "N", "g": "S"}
    client.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    nested = {"M": {"list": {"L": [{"S": "x"}, {"S": "y"}, {"N": "7"}]}, "b": {"B": b"\x01\x02"}}}
    client.put_item(TableName=NAME, Item=HASH | {"s": {"S": "text"}, "m": nested, "nothing": {"NULL": True}})
    client.put_item(TableName=NAME, Item=RANGE | {"s": {"N": "5"}, "tags": {"SS": ["red", "blue"]}})
    yield client
    client.delete_table(TableName=NAME)


def refused(call: Callable[..., Any], **parameters: Any) -> str:
    """What a ValidationException says."""
    with pytest.raises(ClientError) as caught:
        call(TableName=NAME, **parameters) if "RequestItems" not in parameters else call(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException", error
    return str(error["Message"])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("id = :a AND id = :a", "KeyConditionExpressions must only contain one condition per key"),
        ("id <> :a", "Invalid operator used in KeyConditionExpression: <>"),
        ("id = :a OR n = :n", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT id = :a", "Invalid operator used in KeyConditionExpression: NOT"),
        ("id IN (:a)", "Invalid operator used in KeyConditionExpression: IN"),
        ("attribute_exists(id)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("size(id) = :n", "KeyConditionExpressions cannot contain nested operations"),
        ("id.x = :a", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("id = n", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
        (":a = :n", "Invalid condition in KeyConditionExpression: No key attribute specified"),
        ("n = :n", "Query condition missed key schema element: id"),
        ("id > :a", "Query key condition not supported"),
        ("id = :a AND s = :n", "Query condition missed key schema element: n"),
        ("id = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
        ("id = :a AND n BETWEEN :n AND :zero", "The BETWEEN operator requires upper bound to be greater than or equal"),
        ("id = :a AND begins_with(n, :n)", "operator or function: begins_with, operand type: N"),
        ("id = :a AND", 'Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "AND"'),
        ("((id = :a))", "Invalid KeyConditionExpression: The expression has redundant parentheses;"),
        ("", "Invalid KeyConditionExpression: The expression can not be empty;"),
    ],
)
def test_key_conditions_that_are_none(dynamodb: Any, condition: str, message: str) -> None:
    values = {":a": {"S": "a"}, ":n": {"N": "1"}, ":zero": {"N": "0"}}
    used = {
        name: value for name, value in values.items() if name in condition.replace("(", " ").replace(")", " ").split()
    }
    given = {"ExpressionAttributeValues": used} if used else {}
    assert message in refused(dynamodb.query, KeyConditionExpression=condition, **given)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"FilterExpression": "n = :a"}, "can only contain non-primary key attributes: Primary key attribute: n"),
        ({"FilterExpression": "#i <> :a", "ExpressionAttributeNames": {"#i": "id"}}, "Primary key attribute: id"),
        ({"ExpressionAttributeNames": {"#x": "x"}}, "ExpressionAttributeNames unused in expressions: keys: {#x}"),
        (
            {"FilterExpression": "x = :b"},
            "An expression attribute value used in expression is not defined; attribute value: :b",
        ),
        ({"FilterExpression": "#y = :a"}, "An expression attribute name used in the document path is not defined"),
        ({"FilterExpression": "name = :a"}, "Attribute name is a reserved keyword; reserved keyword: name"),
        ({"FilterExpression": "exists(x)"}, "Invalid FilterExpression: Invalid function name; function: exists"),
        (
            {"FilterExpression": "size(x)"},
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        ({"FilterExpression": "contains(x)"}, "operator or function: contains, number of operands: 1"),
        ({"FilterExpression": "attribute_type(x, :a)"}, "Invalid attribute type name found; type: a"),
        ({"FilterExpression": "x = x"}, "The first operand must be distinct from the remaining operands"),
        ({"ProjectionExpression": "x, x.y"}, "Two document paths overlap with each other"),
        ({"ProjectionExpression": "x,"}, "Invalid ProjectionExpression: Syntax error"),
        ({"IndexName": "nowhere"}, "The table does not have the specified index: nowhere"),
        (
            {"AttributesToGet": ["x"]},
            "Non-expression parameters: {AttributesToGet} Expression parameters: {KeyConditionExpression}",
        ),
        ({"ExclusiveStartKey": {"id": {"S": "a"}}}, "The provided starting key is invalid"),
        ({"ExclusiveStartKey": {"id": {"S": "b"}, "n": {"N": "1"}}}, "outside query boundaries"),
        (
            {"ScanIndexForward": True, "Select": "SOME"},
            "failed to satisfy constraint: Member must satisfy enum value set",
        ),
    ],
)
def test_queries_that_are_none(dynamodb: Any, parameters: dict[str, Any], message: str) -> None:
    asked = {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}} | parameters
    assert message in refused(dynamodb.query, **asked)


def test_an_index_is_asked_by_its_own_keys(dynamodb: Any) -> None:
    asked = {"IndexName": "by-g", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}}
    assert "Primary key attribute: g" in refused(dynamodb.query, FilterExpression="g <> :g", **asked)
    assert "Consistent reads are not supported" in refused(dynamodb.query, ConsistentRead=True, **asked)
    assert dynamodb.query(TableName=NAME, FilterExpression="id <> :g", **asked)["Count"] == 0


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"id": {"S": "a"}}, "One or more parameter values were invalid: Missing the key n in the item"),
        (HASH | {"id": {"N": "1"}}, "Type mismatch for key id expected: S actual: N"),
        (
            HASH | {"id": {"S": ""}},
            "The AttributeValue for a key attribute cannot contain an empty string value. Key: id",
        ),
        (HASH | {"g": {"N": "1"}}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"),
        (HASH | {"g": {"S": ""}}, "empty string value. IndexName: by-g, IndexKey: g"),
        (HASH | {"x": {}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (HASH | {"x": {"S": "1", "N": "1"}}, "Supplied AttributeValue has more than one datatypes set"),
        (HASH | {"x": {"SS": []}}, "An string set  may not be empty"),
        (HASH | {"x": {"NULL": False}}, "Null attribute value types must have the value of true"),
    ],
)
def test_items_that_are_none(dynamodb: Any, item: dict[str, Any], message: str) -> None:
    assert message in refused(dynamodb.put_item, Item=item)
    batch = {NAME: [{"PutRequest": {"Item": RANGE | {"late": {"S": "x"}}}}, {"PutRequest": {"Item": item}}]}
    in_batch = UNLIKE if "Missing the key" in message else message  # a batch says less of a key
    assert in_batch in refused(dynamodb.batch_write_item, RequestItems=batch)
    assert "late" not in dynamodb.get_item(TableName=NAME, Key=RANGE)["Item"]


def test_updates_keep_to_the_keys_of_indexes(dynamodb: Any) -> None:
    asked = {"Key": HASH, "UpdateExpression": "SET g = :g", "ExpressionAttributeValues": {":g": {"N": "1"}}}
    assert "Type mismatch for" in refused(dynamodb.update_item, **asked)
    assert "g" not in dynamodb.get_item(TableName=NAME, Key=HASH)["Item"]


@pytest.mark.parametrize("key", [{"id": {"S": "a"}}, {"id": {"S": "a"}, "n": {"S": "1"}}, HASH | {"x": {"S": "y"}}])
def test_keys_that_are_none(dynamodb: Any, key: dict[str, Any]) -> None:
    for call in (dynamodb.get_item, dynamodb.delete_item, dynamodb.update_item):
        assert UNLIKE in refused(call, Key=key)
    assert UNLIKE in refused(dynamodb.batch_get_item, RequestItems={NAME: {"Keys": [key]}})


def test_batches_have_limits_and_name_an_item_once(dynamodb: Any) -> None:
    many = [{"DeleteRequest": {"Key": HASH | {"n": {"N": str(number)}}}} for number in range(26)]
    assert "Member must have length less than or equal to 25" in refused(
        dynamodb.batch_write_item, RequestItems={NAME: many}
    )
    twice = [{"DeleteRequest": {"Key": HASH}}, {"PutRequest": {"Item": HASH}}]
    duplicates = "Provided list of item keys contains duplicates"
    assert duplicates in refused(dynamodb.batch_write_item, RequestItems={NAME: twice})
    assert duplicates in refused(dynamodb.batch_get_item, RequestItems={NAME: {"Keys": [HASH, HASH]}})
    keys = [each["DeleteRequest"]["Key"] for each in many] * 4
    too_many = f"Value at 'RequestItems.{NAME}.member.Keys' failed to satisfy constraint: Member must have length"
    said = refused(dynamodb.batch_get_item, RequestItems={NAME: {"Keys": keys}})
    assert said == f"1 validation error detected: {too_many} less than or equal to 100"
    assert dynamodb.get_item(TableName=NAME, Key=HASH)["Item"]


def test_transactions_get_a_hundred_items_as_asked(dynamodb: Any) -> None:
    gets = [
        {"Get": {"TableName": NAME, "Key": HASH | {"n": {"N": str(n)}}, "ProjectionExpression": "s"}}
        for n in range(100)
    ]
    answers = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    assert [each.get("Item") for each in answers[:4]] == [None, {"s": {"S": "text"}}, {"s": {"N": "5"}}, None]


EMPTY = "Member must have length greater than or equal to 1"
OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: {}, path two: {}"
)
CONFLICT = OVERLAP.replace("overlap", "conflict")
ONE_OF_TWO = {"ConditionExpression": "attribute_exists(x)", "Expected": {"x": {"Exists": False}}}


@pytest.mark.parametrize(
    ("call", "parameters", "message"),
    [
        ("batch_write_item", {"RequestItems": {}}, "The requestItems parameter is required for BatchWriteItem"),
        (
            "batch_get_item",
            {"RequestItems": {}},
            f"1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: {EMPTY}",
        ),
        (
            "batch_get_item",
            {"RequestItems": {NAME: {"Keys": [HASH], "ProjectionExpression": "a[0], a.b"}}},
            f"Invalid ProjectionExpression: {CONFLICT.format('[a, [0]]', '[a, b]')}",
        ),
    ],
)
def test_batches_of_nothing_or_of_too_much(dynamodb: Any, call: str, parameters: dict[str, Any], message: str) -> None:
    assert refused(getattr(dynamodb, call), **parameters) == message


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
        (
            {"ConditionExpression": "((attribute_exists(x)))"},
            "Invalid ConditionExpression: The expression has redundant parentheses;",
        ),
        (
            {"ConditionExpression": "x = :x"},
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute "
            "value: :x",
        ),
        (
            {"ExpressionAttributeValues": {":x": {"S": "x"}}},
            "ExpressionAttributeValues can only be specified when using expressions",
        ),
        (
            {"ExpressionAttributeNames": {"#x": "x"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            ONE_OF_TWO,
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{Expected} Expression parameters: {ConditionExpression}",
        ),
    ],
)
def test_writes_say_that_there_is_one_error(dynamodb: Any, parameters: dict[str, Any], message: str) -> None:
    one = f"1 validation error detected: {message}"
    assert refused(dynamodb.put_item, Item=HASH, **parameters) == one
    assert refused(dynamodb.delete_item, Key=HASH, **parameters) == one
    assert refused(dynamodb.update_item, Key=HASH, **parameters) == one


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("SET a = :v, a = :v", OVERLAP.format("[a]", "[a]")),
        ("SET a.b = :v REMOVE a", OVERLAP.format("[a, b]", "[a]")),
        ("SET a[1] = :v, #a = :v", OVERLAP.format("[a, [1]]", "[a]")),
        ("SET a[0] = :v, a.b = :v", CONFLICT.format("[a, [0]]", "[a, b]")),
    ],
)
def test_paths_of_an_update_are_apart(dynamodb: Any, expression: str, message: str) -> None:
    names = {"ExpressionAttributeNames": {"#a": "a"}} if "#a" in expression else {}
    change = update(expression, v={"S": "1"}) | names
    said = f"Invalid UpdateExpression: {message}"
    assert written(dynamodb, {"Update": change}) == ("ValidationException", said)
    del change["TableName"]
    assert refused(dynamodb.update_item, **change) == f"1 validation error detected: {said}"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("n" * 256, "have length less than or equal to 255"),
        ("no name!", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_a_name_that_no_table_has(dynamodb: Any, name: str, rule: str) -> None:
    with pytest.raises(ClientError) as caught:
        dynamodb.put_item(TableName=name, Item=HASH)
    broken = f"Value '{name}' at 'tableName' failed to satisfy constraint: Member must {rule}"
    assert caught.value.response["Error"]["Message"] == f"1 validation error detected: {broken}"


ABSENT = "The provided expression refers to an attribute that does not exist in the item"
UNFIT = "An operand in the update expression has an incorrect data type"
MISMATCH = "One or more parameter values were invalid: Type mismatch for key n expected: N actual: S"
LARGEST = 409_600


def update(expression: str, key: Any = HASH, **values: Any) -> dict[str, Any]:
    placed = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}}
    return {"TableName": NAME, "Key": key, "UpdateExpression": expression} | (placed if values else {})


def written(dynamodb: Any, *parts: dict[str, Any]) -> tuple[str, Any]:
    """How a transaction is refused: by a message for all, or a reason for each."""
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(TransactItems=list(parts))
    answer: Any = caught.value.response
    reasons = [(each["Code"], each.get("Message")) for each in answer.get("CancellationReasons", [])]
    return answer["Error"]["Code"], reasons or answer["Error"]["Message"]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"Put": {"TableName": NAME, "Item": HASH | {"n": {"S": "1"}}}}, MISMATCH),
        ({"Delete": {"TableName": NAME, "Key": {"id": {"S": "a"}}}}, UNLIKE),
        ({"Update": update("SET q = absent + :one", one={"N": "1"})}, ABSENT),
        ({"Update": update("SET l = list_append(:list, absent)", list={"L": []})}, ABSENT),
        ({"Update": update("SET q = s + :one", one={"N": "1"})}, UNFIT),
        ({"Update": update("SET l = list_append(s, :list)", list={"L": []})}, UNFIT),
        (
            {"Update": update("SET x = :large", large={"S": "x" * LARGEST})},
            "Item size to update has exceeded the maximum allowed size",
        ),
    ],
)
def test_what_a_part_does_not_get_past_is_a_reason(dynamodb: Any, part: dict[str, Any], message: str) -> None:
    other = {"Put": {"TableName": NAME, "Item": {"id": {"S": "other"}, "n": {"N": "1"}}}}
    reasons = [("None", None), ("ValidationError", message)]
    assert written(dynamodb, other, part) == ("TransactionCanceledException", reasons)
    assert "Item" not in dynamodb.get_item(TableName=NAME, Key=other["Put"]["Item"])


def test_a_read_of_no_key_cancels_a_transaction(dynamodb: Any) -> None:
    gets = [{"Get": {"TableName": NAME, "Key": key}} for key in (HASH, {})]
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_get_items(TransactItems=gets)
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            {"Put": {"TableName": NAME, "Item": HASH | {"g": {"S": ""}}}},
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
            "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: by-g, IndexKey: g",
        ),
        (
            {"Put": {"TableName": NAME, "Item": HASH | {"x": {"S": "x" * LARGEST}}}},
            "Item size has exceeded the maximum allowed size",
        ),
        (
            {"Update": update("SET n2 = n2 + :text", text={"S": "1"})},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, "
            "operand type: S",
        ),
        (
            {"Update": update("SET l = list_append(if_not_exists(l, :none), :text)", none={"L": []}, text={"S": "1"})},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: "
            "list_append, operand type: S",
        ),
        (
            {"Update": update("SET q = :one ADD tags :text", one={"N": "1"}, text={"S": "1"})},
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: "
            "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
    ],
)
def test_what_a_request_says_itself_refuses_all_of_it(dynamodb: Any, part: dict[str, Any], message: str) -> None:
    assert written(dynamodb, part) == ("ValidationException", message)


def test_an_item_is_as_large_as_aws_counts_it(dynamodb: Any) -> None:
    key = {"id": {"S": "large"}, "n": {"N": "1"}}
    rest = LARGEST - len("id" + "large" + "n" + "x") - 2
    dynamodb.put_item(TableName=NAME, Item=key | {"x": {"S": "x" * rest}})
    too_large = "Item size has exceeded the maximum allowed size"
    assert refused(dynamodb.put_item, Item=key | {"x": {"S": "x" * (rest + 1)}}) == too_large
    dynamodb.update_item(**update("SET x = :x", key, x={"S": "y" * rest}))
    with pytest.raises(ClientError, match="Item size to update has exceeded the maximum allowed size"):
        dynamodb.update_item(**update("SET y = :y", key, y={"S": "y"}))
    assert dynamodb.get_item(TableName=NAME, Key=key)["Item"] == key | {"x": {"S": "y" * rest}}
    dynamodb.delete_item(TableName=NAME, Key=key)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("s < :n", {"2"} - {"2"}),
        ("s <= :five", {"2"}),
        ("s = :text", {"1"}),
        ("nothing = :null", {"1"}),
        ("absent = :null", set()),
        ("absent <> :null", {"1", "2"}),
        ("begins_with(m.b, :b)", {"1"}),
        ("contains(tags, :red)", {"2"}),
        ("contains(m.#l, :y)", {"1"}),
        ("m.#l[1] = :y", {"1"}),
        ("size(absent) > :n", set()),
        ("size(m.#l) = :three AND NOT attribute_exists(tags)", {"1"}),
        ("s IN (:text, :five)", {"1", "2"}),
        ("s BETWEEN :n AND :five OR attribute_type(s, :type)", {"1", "2"}),
    ],
)
def test_conditions_hold_by_type_and_value(dynamodb: Any, condition: str, found: set[str]) -> None:
    values = {
        ":n": {"N": "1"}, ":five": {"N": "5"}, ":three": {"N": "3"}, ":text": {"S": "text"}, ":null": {"NULL": True},
        ":b": {"B": b"\x01"}, ":red": {"S": "red"}, ":y": {"S": "y"}, ":type": {"S": "S"},
    }  # fmt: skip
    words = condition.replace("(", " ").replace(")", " ").replace(",", " ").split()
    given = {"ExpressionAttributeValues": {name: value for name, value in values.items() if name in words}}
    names = {"ExpressionAttributeNames": {"#l": "list"}} if "#l" in condition else {}
    items = dynamodb.scan(TableName=NAME, FilterExpression=condition, **given, **names)["Items"]
    assert {item["n"]["N"] for item in items} == found


def test_projections_keep_types_and_order(dynamodb: Any) -> None:
    asked = {"ProjectionExpression": "m.#l[2], m.#l[0], m.b, nothing", "ExpressionAttributeNames": {"#l": "list"}}
    item = dynamodb.get_item(TableName=NAME, Key=HASH, **asked)["Item"]
    expected = {"M": {"list": {"L": [{"S": "x"}, {"N": "7"}]}, "b": {"B": b"\x01\x02"}}}
    assert item == {"m": expected, "nothing": {"NULL": True}}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "The first KeySchemaElement is not a HASH key type",
        ),
        ({"TableName": "no/table"}, "Invalid table/index name"),
        ({"StreamSpecification": {"StreamEnabled": True}}, "StreamViewType must be specified"),
        ({"LocalSecondaryIndexes": [{"IndexName": "abc"}]}, "Table KeySchema does not have a range key"),
        ({"GlobalSecondaryIndexes": [{"IndexName": "abc"}, {"IndexName": "abc"}]}, "Duplicate index name: abc"),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "abc", "Projection": {"ProjectionType": "INCLUDE"}}]},
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        ({"BillingMode": "FREE"}, "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]"),
    ],
)
def test_tables_that_are_none(dynamodb: Any, definition: dict[str, Any], message: str) -> None:
    index = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
    for name in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if name in definition:
            definition = definition | {name: [index | each for each in definition[name]]}
    table = {
        "TableName": "never",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": index["KeySchema"],
        "BillingMode": "PAY_PER_REQUEST",
    }
    with pytest.raises(ClientError) as caught:
        dynamodb.create_table(**(table | definition))
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert message in caught.value.response["Error"]["Message"]


def test_a_key_is_read_and_not_changed(dynamodb: Any) -> None:
    answer = dynamodb.update_item(
        TableName=NAME, Key=HASH, UpdateExpression="SET twin = id", ReturnValues="UPDATED_NEW"
    )
    assert answer["Attributes"] == {"twin": {"S": "a"}}
    for expression in ("SET id = twin", "REMOVE twin, n", "SET twin = id ADD n :n"):
        values = {"ExpressionAttributeValues": {":n": {"N": "1"}}} if ":n" in expression else {}
        message = refused(dynamodb.update_item, Key=HASH, UpdateExpression=expression, **values)
        assert "This attribute is part of the key" in message
    dynamodb.update_item(TableName=NAME, Key=HASH, UpdateExpression="REMOVE twin")


def test_updates_return_what_they_name(dynamodb: Any) -> None:
    key = {"id": {"S": "updated"}, "n": {"N": "1"}}
    dynamodb.put_item(TableName=NAME, Item=key | {"s": {"S": "x"}, "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}})
    asked = {"UpdateExpression": "SET s = s, m.a = m.a + :n ADD #c :n REMOVE gone", "TableName": NAME, "Key": key}
    more = {"ExpressionAttributeValues": {":n": {"N": "1"}}, "ExpressionAttributeNames": {"#c": "count"}}
    new = dynamodb.update_item(**asked, **more, ReturnValues="UPDATED_NEW")
    assert new["Attributes"] == {"s": {"S": "x"}, "m": {"M": {"a": {"N": "2"}}}, "count": {"N": "1"}}
    assert "ConsumedCapacity" not in new
    old = dynamodb.update_item(**asked, **more, ReturnValues="UPDATED_OLD")
    assert old["Attributes"] == new["Attributes"]
    dynamodb.delete_item(TableName=NAME, Key=key)


@pytest.mark.parametrize("path", ["s.x", "m.#l.x", "m[0]", "m.b.x", "gone.x"])
def test_updates_lead_through_maps_and_lists(dynamodb: Any, path: str) -> None:
    names = {"ExpressionAttributeNames": {"#l": "list"}} if "#l" in path else {}
    asked = {"Key": HASH, "UpdateExpression": f"SET {path} = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}}
    before = dynamodb.get_item(TableName=NAME, Key=HASH)["Item"]
    message = "The document path provided in the update expression is invalid for update"
    assert refused(dynamodb.update_item, **asked, **names) == message
    assert dynamodb.get_item(TableName=NAME, Key=HASH)["Item"] == before


@pytest.mark.parametrize(
    ("value", "number"), [("(:two)", "2"), ("(n + :two) - :one", "2"), (":two - (n - :one)", "2"), ("(((:one)))", "1")]
)
def test_values_stand_in_parentheses(dynamodb: Any, value: str, number: str) -> None:
    values = {":one": {"N": "1"}, ":two": {"N": "2"}}
    used = {name: each for name, each in values.items() if name in value}
    asked = {"UpdateExpression": f"SET grouped = {value}", "ExpressionAttributeValues": used}
    answer = dynamodb.update_item(TableName=NAME, Key=HASH, **asked, ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"grouped": {"N": number}}
    dynamodb.update_item(TableName=NAME, Key=HASH, UpdateExpression="REMOVE grouped")


def test_the_older_parameters_mean_what_expressions_mean(dynamodb: Any) -> None:
    filters = {
        "s": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "text"}]},
        "tags": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "red"}]},
    }
    either = dynamodb.scan(TableName=NAME, ScanFilter=filters, ConditionalOperator="OR", AttributesToGet=["n"])
    assert sorted(item["n"]["N"] for item in either["Items"]) == ["1", "2"] and set(either["Items"][0]) == {"n"}
    assert dynamodb.scan(TableName=NAME, ScanFilter=filters)["Count"] == 0
    keys = {
        "id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
        "n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "2"}, {"N": "9"}]},
    }
    query = {"TableName": NAME, "KeyConditions": keys}
    assert [item["n"]["N"] for item in dynamodb.query(**query)["Items"]] == ["2"]
    expected = {"s": {"Value": {"S": "other"}}, "absent": {"Exists": False}}
    put = {"TableName": NAME, "Item": HASH | {"n": {"N": "7"}}, "Expected": expected}
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.put_item(**put)
    dynamodb.put_item(**put, ConditionalOperator="OR")
    dynamodb.delete_item(TableName=NAME, Key=put["Item"])
    change = {"id": {"Value": {"S": "x"}, "Action": "PUT"}}
    assert "This attribute is part of the key" in refused(dynamodb.update_item, Key=HASH, AttributeUpdates=change)
