"""Operands of updates: what the request has itself of a wrong type is a fault of its expression, named by that type;
what the item has is one of the item. moto names the left operand's type, whichever is wrong and wherever it is from.
"""

import re
from typing import Any

from moto.dynamodb.exceptions import AttributeDoesNotExist, IncorrectDataType, IncorrectOperandType
from moto.dynamodb.parsing.ast_nodes import NoneExistingPath  # type: ignore[attr-defined]
from moto.dynamodb.parsing.validators import ExecuteOperations, UpdateExpressionFunctionEvaluator

from shoplib.localaws.dynamodb.expressions import Objection, Placeholders
from shoplib.localaws.dynamodb.expressions.nodes import Value
from shoplib.localaws.moto_patches import Method, wrap

VALUE = re.compile(r":\w+", re.ASCII)
OF_SUMS = re.compile(r"(?=(:\w+)\s*([+-]))|([+-])\s*(:\w+)", re.ASCII)
# The values of ADD and DELETE, each behind its path, up to the next clause.
CLAUSES = re.compile(r"\b(ADD|DELETE)\b(.*?)(?=\b(?:SET|REMOVE|ADD|DELETE)\b|$)", re.ASCII | re.IGNORECASE | re.DOTALL)
SETS = {"SS": "STRING_SET", "NS": "NUMBER_SET", "BS": "BINARY_SET"}
KINDS = {"S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP"} | SETS
OPERANDS = {"ADD": {"N", *SETS}, "DELETE": set(SETS)}
OF_LISTS = re.compile(r"list_append\s*\((?:\s*(:\w+)\s*,)?(?:[^()]|\([^()]*\))*?(?:,\s*(:\w+)\s*)?\)", re.ASCII)


def install() -> None:
    wrap(ExecuteOperations, "process_update_expression_value", _of_the_item)
    wrap(UpdateExpressionFunctionEvaluator, "process_function", _of_the_item)
    wrap(UpdateExpressionFunctionEvaluator, "process_function", _of_what_is_there)


def _of_the_item(original: Method) -> Method:
    def process(traverser: Any, node: Any) -> Any:
        try:
            return original(traverser, node)
        except IncorrectOperandType:
            raise IncorrectDataType from None

    return process


def _of_what_is_there(original: Method) -> Method:
    """What is not there is no list; moto fails an assertion of its own (AssertionError) where it stands second."""

    def process_function(evaluator: Any, node: Any) -> Any:
        if node.get_function_name() == "list_append" and isinstance(node.get_nth_argument(2), NoneExistingPath):
            raise AttributeDoesNotExist
        return original(evaluator, node)

    return process_function


def check_operands(text: str, placeholders: Placeholders) -> None:
    """Of an UpdateExpression whose placeholders are all there."""
    for left, before, behind, right in OF_SUMS.findall(text):
        _require("N", before or behind, left or right, placeholders)
    for values in OF_LISTS.findall(text):
        for value in filter(None, values):
            _require("L", "list_append", value, placeholders)
    for name, values in CLAUSES.findall(text):
        clause = name.upper()
        for value in VALUE.findall(values):
            if (kind := _kind(value, placeholders)) not in OPERANDS[clause]:
                raise Objection(
                    f"Incorrect operand type for operator or function; operator: {clause}, operand type: "
                    f"{KINDS[kind]}, typeSet: ALLOWED_FOR_{clause}_OPERAND"
                )


def _require(kind: str, operator: str, value: str, placeholders: Placeholders) -> None:
    if (actual := _kind(value, placeholders)) != kind:
        raise Objection(
            f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {actual}"
        )


def _kind(value: str, placeholders: Placeholders) -> str:
    return next(iter(placeholders.value(Value(value))))
