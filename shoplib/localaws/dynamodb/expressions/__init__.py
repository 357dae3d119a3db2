"""The language of DynamoDB's expressions: grammar, and what must hold beyond it."""

from shoplib.localaws.dynamodb.expressions.evaluation import Test, compile_condition
from shoplib.localaws.dynamodb.expressions.grammar import EMPTY, parse_condition, parse_projection, read_path
from shoplib.localaws.dynamodb.expressions.key_conditions import KeyCondition, key_conditions
from shoplib.localaws.dynamodb.expressions.nodes import Condition, Path, operands_of
from shoplib.localaws.dynamodb.expressions.semantics import (
    Placeholders,
    check_condition,
    check_projection,
    require_apart,
)
from shoplib.localaws.dynamodb.expressions.tokens import Objection

__all__ = [
    "EMPTY",
    "Condition",
    "KeyCondition",
    "Objection",
    "Path",
    "Placeholders",
    "Test",
    "check_condition",
    "check_projection",
    "compile_condition",
    "key_conditions",
    "operands_of",
    "parse_condition",
    "parse_projection",
    "read_path",
    "require_apart",
]
