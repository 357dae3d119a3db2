"""The WHERE of a statement, read into the conditions of DynamoDB's expressions."""

from shoplib.localaws.dynamodb.expressions import Condition
from shoplib.localaws.dynamodb.expressions.nodes import Call, Comparison, Logic, Operand, Path, Value
from shoplib.localaws.dynamodb.partiql.values import Values
from shoplib.localaws.dynamodb.partiql.words import Words

SIGNS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
FUNCTIONS = ("begins_with", "contains", "attribute_type", "attribute_exists", "attribute_not_exists")


class Conditions:
    def __init__(self, words: Words, values: Values) -> None:
        self._words, self._values = words, values

    def disjunction(self) -> Condition:
        condition = self._conjunction()
        while self._words.accept("OR"):
            condition = Logic("OR", (condition, self._conjunction()))
        return condition

    def _conjunction(self) -> Condition:
        condition = self._negation()
        while self._words.accept("AND"):
            condition = Logic("AND", (condition, self._negation()))
        return condition

    def _negation(self) -> Condition:
        if self._words.accept("NOT"):
            return Logic("NOT", (self._negation(),))
        if self._words.accept("("):
            condition = self.disjunction()
            self._words.expect(")")
            return condition
        return self._function() or self._comparison()

    def _function(self) -> Call | None:
        for name in FUNCTIONS:
            if self._words.accept(name.upper(), "("):
                operands = [self._operand()]
                while self._words.accept(","):
                    operands.append(self._operand())
                self._words.expect(")")
                return Call(name, tuple(operands))
        return None

    def _comparison(self) -> Condition:
        left = self._operand()
        if self._words.accept("BETWEEN"):
            low = self._operand()
            self._words.expect("AND")
            return Comparison("BETWEEN", (left, low, self._operand()))
        if self._words.accept("IN"):
            return Comparison("IN", (left, *self._listed()))
        if self._words.accept("IS"):
            return self._state(left)
        for sign, operator in SIGNS.items():
            if self._words.accept(sign):
                return Comparison(operator, (left, self._operand()))
        raise self._words.unexpected()

    def _state(self, operand: Operand) -> Condition:
        negated = self._words.accept("NOT")
        if self._words.accept("MISSING"):
            return Call("attribute_exists" if negated else "attribute_not_exists", (operand,))
        self._words.expect("NULL")
        null = Call("attribute_type", (operand, Value(self._values.aliases.value({"S": "NULL"}))))
        return Logic("NOT", (null,)) if negated else null

    def _listed(self) -> list[Operand]:
        end = "]" if self._words.accept("[") else ")"
        if end == ")":
            self._words.expect("(")
        operands = [self._operand()]
        while self._words.accept(","):
            operands.append(self._operand())
        self._words.expect(end)
        return operands

    def _operand(self) -> Operand:
        if self._words.accept("SIZE", "("):
            path: Path = self._values.path()
            self._words.expect(")")
            return Call("size", (path,))
        if self._values.is_literal():
            return Value(self._values.aliases.value(self._values.literal()))
        return self._values.path()
