"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

import base64
import json
from collections.abc import Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ConditionalCheckFailed, TransactionCanceledException
from moto.dynamodb.responses import DynamoHandler

from shoplib.localaws.dynamodb.partiql.operations import DuplicateItem, key_of, read_of, write_of
from shoplib.localaws.dynamodb.partiql.parser import parse
from shoplib.localaws.dynamodb.partiql.statements import Exists, Insert, Select, Statement, Write
from shoplib.localaws.dynamodb.refusals import ValidationException
from shoplib.localaws.moto_patches import replace

Body = dict[str, Any]
WRITES = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}
NOT_OF_KEY = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
MIXED = "Reads and writes cannot be in one {}: all statements are SELECT, or none is"
ON_FAILURE = "ReturnValuesOnConditionCheckFailure"


def install() -> None:
    replace(DynamoHandler, "execute_statement", execute_statement)
    replace(DynamoHandler, "batch_execute_statement", batch_execute_statement)
    replace(DynamoHandler, "execute_transaction", execute_transaction)


def execute_statement(request: Any) -> ActionResult:
    body = request.body
    statement = parse(body["Statement"], body.get("Parameters") or [])
    if isinstance(statement, Exists):
        raise ValidationException("EXISTS is a condition of a transaction, not a statement")
    return ActionResult(
        _read(request, statement, body) if isinstance(statement, Select) else _write(request, statement, body)
    )


def batch_execute_statement(request: Any) -> ActionResult:
    """One statement's failure is told in its place; the others are carried out."""
    statements = [_parsed(each) for each in request.body["Statements"]]
    _refuse_mixture([each for each in statements if not isinstance(each, JsonRESTError)], "batch")
    answers = [
        _of_batch(request, statement, each)
        for statement, each in zip(statements, request.body["Statements"], strict=True)
    ]
    return ActionResult({"Responses": answers})


def _refuse_mixture(statements: Sequence[Statement], what: str) -> None:
    if len({isinstance(each, Select) for each in statements}) > 1:
        raise ValidationException(MIXED.format(what))


def _parsed(request: Body) -> Statement | JsonRESTError:
    try:
        return parse(request["Statement"], request.get("Parameters") or [])
    except JsonRESTError as error:
        return error


def execute_transaction(request: Any) -> ActionResult:
    body = request.body
    statements = [parse(each["Statement"], each.get("Parameters") or []) for each in body["TransactStatements"]]
    _refuse_mixture(statements, "transaction")
    if reads := [each for each in statements if isinstance(each, Select)]:
        return ActionResult({"Responses": _transact_reads(request, reads)})
    writes = [each for each in statements if not isinstance(each, Select)]
    if any(getattr(each, "returning", "NONE") != "NONE" for each in writes):
        raise ValidationException("RETURNING clause is not supported in transactions")
    _transact_writes(request, writes, body)
    return ActionResult({"Responses": [{} for _ in writes]})


def _read(request: Any, statement: Select, body: Body) -> Body:
    operation, parameters = read_of(request.dynamodb_backend, statement)
    parameters |= {name: body[name] for name in ("Limit", "ConsistentRead", "ReturnConsumedCapacity") if name in body}
    if token := body.get("NextToken"):
        parameters["ExclusiveStartKey"] = _start_of(token)
    answer = _call(request, operation, parameters)
    result: Body = {name: answer[name] for name in ("Items", "ConsumedCapacity", "LastEvaluatedKey") if name in answer}
    if "LastEvaluatedKey" in answer:
        result["NextToken"] = base64.b64encode(json.dumps(answer["LastEvaluatedKey"], default=_text).encode()).decode()
    return result


def _text(value: bytes) -> Body:
    return {"base64": base64.b64encode(value).decode()}


def _start_of(token: str) -> Body:
    def restore(value: Body) -> Any:
        return base64.b64decode(value["base64"]) if set(value) == {"base64"} else value

    try:
        start: Body = json.loads(base64.b64decode(token, validate=True), object_hook=restore)
    except ValueError:
        raise ValidationException("Invalid NextToken") from None
    return start


def _write(request: Any, statement: Write, body: Body) -> Body:
    kind, parameters = write_of(request.dynamodb_backend, statement)
    returning = getattr(statement, "returning", "NONE")
    options = {name: body[name] for name in (ON_FAILURE, "ReturnConsumedCapacity") if name in body}
    try:
        answer = _call(request, WRITES[kind], {**parameters, **options, "ReturnValues": returning})
    except ConditionalCheckFailed:
        if isinstance(statement, Insert):
            raise DuplicateItem from None
        raise
    items = [answer["Attributes"]] if returning != "NONE" and answer.get("Attributes") else []
    return {
        "Items": items,
        **{name: answer[name] for name in ("ConsumedCapacity",) if "ReturnConsumedCapacity" in options},
    }


def _of_batch(request: Any, statement: Statement | JsonRESTError, parameters: Body) -> Body:
    if isinstance(statement, JsonRESTError):
        return {"Error": _error_of(statement)}
    table = _table_of(statement)
    try:
        request.dynamodb_backend.get_table(table)
    except JsonRESTError as error:
        return {"Error": _error_of(error)}
    try:
        item = _item_of_batch(request, statement, parameters)
    except JsonRESTError as error:
        return {"TableName": table, "Error": _error_of(error)}
    return {"TableName": table, **({"Item": item} if item else {})}


def _item_of_batch(request: Any, statement: Statement, parameters: Body) -> Body | None:
    if not isinstance(statement, Select):
        items = _write(request, statement, parameters)["Items"]
        return items[0] if items else None
    try:
        key_of(request.dynamodb_backend, statement)
    except ValidationException:
        raise ValidationException(NOT_OF_KEY) from None
    answer = _read(request, statement, {name: value for name, value in parameters.items() if name == "ConsistentRead"})
    return answer["Items"][0] if answer["Items"] else None


def _table_of(statement: Statement) -> str:
    return statement.select.table if isinstance(statement, Exists) else statement.table


def _error_of(error: JsonRESTError) -> Body:
    name = error.error_type.rpartition("#")[2].removesuffix("Exception")
    reasons_of_all: Body = {"Code": "ValidationError" if name == "Validation" else name, "Message": error.message}
    item = json.loads(error.description).get("Item") if isinstance(error, ConditionalCheckFailed) else None
    return reasons_of_all | ({"Item": item} if item else {})


def _transact_reads(request: Any, statements: list[Select]) -> list[Body]:
    for statement in statements:
        key_of(request.dynamodb_backend, statement)
    item_lists = [_read(request, statement, {"ConsistentRead": True})["Items"] for statement in statements]
    return [{"Item": items[0]} if items else {} for items in item_lists]


def _transact_writes(request: Any, statements: list[Write], body: Body) -> None:
    parts = [write_of(request.dynamodb_backend, statement) for statement in statements]
    options = [{ON_FAILURE: each[ON_FAILURE]} if ON_FAILURE in each else {} for each in body["TransactStatements"]]
    items = [{kind: parameters | own} for (kind, parameters), own in zip(parts, options, strict=True)]
    token = {name: body[name] for name in ("ClientRequestToken",) if name in body}
    try:
        _call(request, "transact_write_items", {"TransactItems": items, **token})
    except TransactionCanceledException as error:
        raise _of_inserts(error, statements) from None


def _of_inserts(error: TransactionCanceledException, statements: list[Write]) -> TransactionCanceledException:
    """An INSERT that finds its item there says so, instead of a condition that nobody wrote."""
    reasons = json.loads(error.description)["CancellationReasons"]
    reasons_of_all: list[tuple[Any, Any, Any]] = []
    for reason, statement in zip(reasons, statements, strict=True):
        failed = None if reason["Code"] == "None" else reason["Code"]
        if failed == "ConditionalCheckFailed" and isinstance(statement, Insert):
            reasons_of_all.append(("DuplicateItem", DuplicateItem().message, reason.get("Item")))
        else:
            reasons_of_all.append((failed, reason.get("Message"), reason.get("Item")))
    return TransactionCanceledException(reasons_of_all)


def _call(request: Any, operation: str, parameters: Body) -> Body:
    """Another operation within the same request."""
    own, request.body = request.body, parameters
    try:
        result: Body = getattr(request, operation)().result
    finally:
        request.body = own
    return result
