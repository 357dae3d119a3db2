"""Values, names and paths within a statement."""

from shoplib.localaws.dynamodb.expressions import Path
from shoplib.localaws.dynamodb.partiql.statements import Aliases, AttributeValue
from shoplib.localaws.dynamodb.partiql.words import Words, malformed
from shoplib.localaws.dynamodb.refusals import ValidationException

CONSTANTS: dict[str, AttributeValue] = {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}
FUNCTIONS = ("LIST_APPEND", "IF_NOT_EXISTS")
UNEQUAL = "Number of parameters in request and statement don't match."


class Values:
    """`used` counts the parameters that the statement has taken."""

    def __init__(self, words: Words, parameters: list[AttributeValue]) -> None:
        self._words, self._parameters = words, parameters
        self.aliases, self.used = Aliases(), 0

    def is_literal(self) -> bool:
        kind, text = self._words.next
        return (
            kind in ("text", "number")
            or text in ("?", "[", "{", "<<", "-")
            or (kind == "word" and text.upper() in CONSTANTS)
        )

    def literal(self) -> AttributeValue:
        kind, text = self._words.next
        if kind in ("text", "number"):
            return {"S" if kind == "text" else "N": self._words.take()}
        for word, value in CONSTANTS.items():
            if self._words.accept(word):
                return dict(value)
        return self._composite()

    def _composite(self) -> AttributeValue:
        if self._words.accept("-"):
            return {"N": f"-{self._words.take('number')}"}
        if self._words.accept("?"):
            return self._parameter()
        if self._words.accept("["):
            return {"L": self._until("]")}
        if self._words.accept("<<"):
            return _set_of(self._until(">>"))
        self._words.expect("{")
        return {"M": self._members()}

    def _parameter(self) -> AttributeValue:
        self.used += 1
        if self.used > len(self._parameters):
            raise ValidationException(UNEQUAL)
        return self._parameters[self.used - 1]

    def _until(self, end: str) -> list[AttributeValue]:
        values: list[AttributeValue] = []
        while not self._words.accept(end):
            if values:
                self._words.expect(",")
            values.append(self.literal())
        return values

    def _members(self) -> dict[str, AttributeValue]:
        members: dict[str, AttributeValue] = {}
        while not self._words.accept("}"):
            if members:
                self._words.expect(",")
            name = self._words.take("quoted" if self._words.next.kind == "quoted" else "text")
            self._words.expect(":")
            members[name] = self.literal()
        return members

    def identifier(self) -> str:
        if self._words.next.kind not in ("word", "quoted"):
            raise malformed("Expected identifier for simple path")
        return self._words.take()

    def path(self) -> Path:
        parts: list[str | int] = [self.aliases.name(self.identifier())]
        while self._words.follows(".") or self._words.follows("["):
            if self._words.accept("."):
                parts.append(self.aliases.name(self.identifier()))
                continue
            self._words.expect("[")
            parts.append(int(self._words.take("number")))
            self._words.expect("]")
        return Path(tuple(parts))

    @staticmethod
    def path_text(path: Path) -> str:
        """As expressions write it."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path.parts)[1:]

    def sum_text(self) -> str:
        """What an attribute is set to, as an UpdateExpression writes it."""
        text = self._term()
        while self._words.follows("+") or self._words.follows("-"):
            text += f" {self._words.take()} {self._term()}"
        return text

    def _term(self) -> str:
        for function in FUNCTIONS:
            if self._words.accept(function, "("):
                first = self._term()
                self._words.expect(",")
                second = self._term()
                self._words.expect(")")
                return f"{function.lower()}({first}, {second})"
        return self.aliases.value(self.literal()) if self.is_literal() else self.path_text(self.path())


def _set_of(values: list[AttributeValue]) -> AttributeValue:
    kinds = {next(iter(value)) for value in values}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise ValidationException("A set has members of one type: strings, numbers or binary values")
    kind = kinds.pop()
    return {f"{kind}S": [value[kind] for value in values]}
