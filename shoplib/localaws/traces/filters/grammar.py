"""From a filter expression to a test of a trace: AND, OR, !, parentheses, keywords, service(), edge(), annotations."""

import operator
from collections.abc import Callable
from typing import Any

from shoplib.localaws.traces.filters.subjects import Subject
from shoplib.localaws.traces.filters.tokens import Token, invalid, tokens
from shoplib.localaws.traces.trace import Trace

Test = Callable[[Subject], bool]
FLAGS = ("ok", "error", "throttle", "fault", "partial", "inferred", "root")
NUMBERS = ("responsetime", "duration", "http.status")
TEXTS = ("http.url", "http.method", "http.useragent", "http.clientip", "user", "name", "type", "resource.arn")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "CONTAINS": lambda text, part: part.lower() in text.lower(),
    "BEGINSWITH": lambda text, part: text.lower().startswith(part.lower()),
    "ENDSWITH": lambda text, part: text.lower().endswith(part.lower()),
}
OF_TEXTS = ("=", "!=", "CONTAINS", "BEGINSWITH", "ENDSWITH")
OF_NUMBERS = ("=", "!=", "<", "<=", ">", ">=")
DEEPEST = 50


def parse(expression: str) -> Callable[[Trace], bool]:
    """Raises InvalidRequestException for what cannot be read, and for keywords that are not here, by their name."""
    parser = _Parser(tokens(expression))
    test = parser.either()
    parser.expect("the end")
    return lambda trace: test(Subject.of(trace))


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._place = 0
        self._depth = 0

    def either(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid("it is nested too deeply")
        tests = [self._both()]
        while self._takes_word("OR"):
            tests.append(self._both())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda subject: any(test(subject) for test in tests)

    def expect(self, text: str) -> None:
        token = self._next()
        if token.text != text or token.kind not in ("sign", "end"):
            raise invalid(f"{text} is expected at {token.text!r}")

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes_word("AND"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda subject: all(test(subject) for test in tests)

    def _one(self) -> Test:
        if self._takes("!"):
            test = self._one_below()
            return lambda subject: not test(subject)
        if self._takes("("):
            test = self.either()
            self.expect(")")
            return test
        return self._term(self._next())

    def _one_below(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid("it is nested too deeply")
        test = self._one()
        self._depth -= 1
        return test

    def _term(self, token: Token) -> Test:
        name = token.text.lower()
        if token.kind != "word":
            raise invalid(f"a keyword is expected at {token.text!r}")
        if name in FLAGS:
            return self._flag(name)
        if name in NUMBERS:
            return self._compare(OF_NUMBERS, "number", lambda subject: [subject.number(name)])
        if name in TEXTS:
            return self._compare(OF_TEXTS, "text", lambda subject: subject.texts(name))
        if name == "annotation" or name.startswith("annotation."):
            return self._annotation(token.text[len("annotation.") :])
        if name in ("service", "edge"):
            return self._service() if name == "service" else self._edge()
        raise invalid(f"the keyword {token.text} is not supported by the local AWS")

    def _flag(self, name: str) -> Test:
        operand = True
        if self._peek().text in ("=", "!="):
            is_equal = self._next().text == "="
            operand = (self._boolean() == "true") is is_equal
        return lambda subject: subject.flag(name) is operand

    def _annotation(self, key: str) -> Test:
        if not key:
            self.expect("[")
            key = self._next().text
            self.expect("]")
        if self._peek().text not in OF_NUMBERS and self._peek().text.upper() not in OF_TEXTS:
            return lambda subject: bool(subject.annotations(key))
        return self._compare((*OF_NUMBERS, *OF_TEXTS), "any", lambda subject: subject.annotations(key))

    def _compare(self, signs: tuple[str, ...], kind: str, values: Callable[[Subject], list[Any]]) -> Test:
        sign = self._next().text.upper()
        if sign not in signs:
            raise invalid(f"{sign} is not a valid operator for this keyword")
        operand = self._value(kind)
        return lambda subject: any(_holds(sign, value, operand) for value in values(subject))

    def _value(self, kind: str) -> Any:
        token = self._next()
        if token.kind == "number" and kind in ("number", "any"):
            return float(token.text)
        if token.kind == "text" and kind in ("text", "any"):
            return token.text
        if kind == "any" and token.text.lower() in ("true", "false"):
            return token.text.lower() == "true"
        raise invalid(f"{token.text!r} is not a valid value for this keyword")

    def _boolean(self) -> str:
        text = self._next().text.lower()
        if text not in ("true", "false"):
            raise invalid(f"true or false is expected at {text!r}")
        return text

    def _service(self) -> Test:
        self.expect("(")
        name, kind = ("", "") if self._peek().text == ")" else self._identity()
        self.expect(")")
        within = self._within()
        return lambda subject: any(within(each) for each in subject.services(name, kind))

    def _edge(self) -> Test:
        self.expect("(")
        source = self._identity()
        self.expect(",")
        target = self._identity()
        self.expect(")")
        within = self._within()
        return lambda subject: any(
            within(each) for each in subject.services(*target) if any(_is(caller, *source) for caller in each.callers())
        )

    def _identity(self) -> tuple[str, str]:
        """A name, or id(name: "...", type: "..."); empty for what may be anything."""
        token = self._next()
        if token.kind == "text":
            return token.text, ""
        if token.text != "id":
            raise invalid(f"a name in quotes or id() is expected at {token.text!r}")
        self.expect("(")
        known = {"name": "", "type": "", "account.id": ""}
        while not self._takes(")"):
            key = self._next().text.removesuffix(":").lower()
            if key not in known or key == "account.id":
                raise invalid(f"{key} of id() is not supported by the local AWS")
            self._takes(":")
            known[key] = self._value("text")
            self._takes(",")
        return known["name"], known["type"]

    def _within(self) -> Test:
        if not self._takes("{"):
            return lambda subject: True
        test = self.either()
        self.expect("}")
        return test

    def _peek(self) -> Token:
        return self._words[self._place]

    def _next(self) -> Token:
        token = self._words[self._place]
        self._place = min(self._place + 1, len(self._words) - 1)
        return token

    def _takes(self, sign: str) -> bool:
        return self._takes_if(self._peek().kind == "sign" and self._peek().text == sign)

    def _takes_word(self, word: str) -> bool:
        return self._takes_if(self._peek().kind == "word" and self._peek().text.upper() == word)

    def _takes_if(self, is_next: bool) -> bool:
        if is_next:
            self._next()
        return is_next


def _is(subject: Subject, name: str, kind: str) -> bool:
    return any(True for _ in subject.services(name, kind))


def _holds(sign: str, value: Any, operand: Any) -> bool:
    """Values of different kinds differ; only texts have parts, and only numbers an order."""
    if isinstance(value, bool) is not isinstance(operand, bool) or isinstance(value, str) is not isinstance(
        operand, str
    ):
        return sign == "!=" and value is not None
    if isinstance(operand, str | bool) and sign in ("<", "<=", ">", ">="):
        return False
    return value is not None and COMPARE[sign](value, operand)
