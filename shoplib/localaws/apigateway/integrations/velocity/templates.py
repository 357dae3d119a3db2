"""Templates: text, references and directives -> a list of nodes."""

import re
from functools import lru_cache
from typing import Any

from shoplib.localaws.apigateway.integrations.velocity.errors import VelocityError
from shoplib.localaws.apigateway.integrations.velocity.expressions import NAME, Expressions
from shoplib.localaws.apigateway.integrations.velocity.nodes import (
    Assign,
    Break,
    Cursor,
    Define,
    Foreach,
    If,
    Literal,
    Macro,
    MacroCall,
    Stop,
    Text,
)

LARGEST = 300 * 1024  # as on API Gateway
PLAIN = re.compile(r"[^$#\\]+")
DIRECTIVE = re.compile(r"#(@?)(?:\{(\w+)\}|(\w+))")
MACRO = re.compile(r"#(?:macro|\{macro\})\s*\(\s*([A-Za-z_][A-Za-z0-9_-]*)")
LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")  # a directive swallows the rest of its line when nothing follows
CLOSERS = ("else", "elseif", "end")


@lru_cache(maxsize=512)
def compile_template(text: str) -> tuple[Any, ...]:
    """Nodes of a template. Raises VelocityError."""
    if len(text) > LARGEST:
        raise VelocityError(f"the template is longer than {LARGEST:,} characters")
    try:
        return tuple(_Parser(text).template())
    except RecursionError:
        raise VelocityError("the template is nested too deeply") from None


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._expressions = Expressions(self.block_of)
        # A macro may be called before its definition, wherever that stands.
        self._names = set(MACRO.findall(text))
        self._macros: list[Macro] = []

    def template(self) -> list[Any]:
        nodes = self.block_of(self._text)
        return [*self._macros, *nodes]

    def block_of(self, text: str) -> list[Any]:
        cursor = Cursor(text)
        nodes, closer = self._block(cursor)
        if closer:
            raise VelocityError(f"line {cursor.line}: #{closer} without #if or #foreach")
        return nodes

    def _block(self, cursor: Cursor) -> tuple[list[Any], str]:
        """Nodes up to the end of the text or the directive that closes this block, and that directive's name."""
        nodes: list[Any] = []
        while not cursor.end:
            plain = PLAIN.match(cursor.text, cursor.at)
            if plain:
                nodes.append(Text(plain.group()))
                cursor.at = plain.end()
            elif cursor.peek("\\"):
                nodes.append(self._escape(cursor))
            elif cursor.peek("$"):
                nodes.append(self._reference(cursor))
            else:
                closer = self._hash(cursor, nodes)
                if closer:
                    return nodes, closer
        return nodes, ""

    def _escape(self, cursor: Cursor) -> Text:
        """A backslash before a reference or directive makes it text; any other stays."""
        following = cursor.text[cursor.at + 1 : cursor.at + 2]
        cursor.at += 1
        if following in ("$", "#"):
            cursor.at += 1
            return Text(following)
        return Text("\\")

    def _reference(self, cursor: Cursor) -> Any:
        reference = self._expressions.reference(cursor)
        if reference is not None:
            return reference
        cursor.at += 1
        return Text("$")

    def _hash(self, cursor: Cursor, nodes: list[Any]) -> str:
        """Handle what starts with `#`; gives the closer's name if it closes the block."""
        if self._comment(cursor) or self._unparsed(cursor, nodes):
            return ""
        match = DIRECTIVE.match(cursor.text, cursor.at)
        name = (match.group(2) or match.group(3)) if match else ""
        parser = getattr(self, f"_parse_{name}", None)
        if match is None or not (name in CLOSERS or parser or name in self._names):
            nodes.append(Text("#"))
            cursor.at += 1
            return ""
        cursor.at = match.end()
        if name in CLOSERS:
            return name
        nodes.append(parser(cursor) if parser else self._macro_call(name, cursor, bool(match.group(1))))
        return ""

    def _macro_call(self, name: str, cursor: Cursor, has_body: bool) -> MacroCall:
        arguments = self._expressions.arguments(cursor)
        if not has_body:
            return MacroCall(name, arguments)
        body, closer = self._block(cursor)
        self._require_end(cursor, closer, f"#@{name}")
        return MacroCall(name, arguments, body)

    def _comment(self, cursor: Cursor) -> bool:
        if cursor.peek("##"):
            end = cursor.text.find("\n", cursor.at)
        elif cursor.peek("#*"):
            end = cursor.text.find("*#", cursor.at) + 1
            end = end or -1
        else:
            return False
        cursor.at = len(cursor.text) if end < 0 else end + 1
        return True

    def _unparsed(self, cursor: Cursor, nodes: list[Any]) -> bool:
        if not cursor.peek("#[["):
            return False
        end = cursor.text.find("]]#", cursor.at)
        if end < 0:
            raise VelocityError(f"line {cursor.line}: #[[ without ]]#")
        nodes.append(Text(cursor.text[cursor.at + 3 : end]))
        cursor.at = end + 3
        return True

    def _parse_set(self, cursor: Cursor) -> Assign:
        self._expressions.expect(cursor, "(")
        self._expressions.skip(cursor)
        target = self._expressions.reference(cursor)
        if target is None:
            raise VelocityError(f"line {cursor.line}: #set needs a reference to assign to")
        self._expressions.expect(cursor, "=")
        value = self._expressions.expression(cursor)
        self._close_line(cursor)
        return Assign(target, value)

    def _parse_if(self, cursor: Cursor) -> If:
        branches = []
        closer = "elseif"
        while closer == "elseif":
            self._expressions.expect(cursor, "(")
            condition = self._expressions.expression(cursor)
            self._close_line(cursor)
            block, closer = self._block(cursor)
            branches.append((condition, block))
        if closer == "else":
            self._line_end(cursor)
            block, closer = self._block(cursor)
            branches.append((Literal(True), block))
        self._require_end(cursor, closer, "#if")
        return If(branches)

    def _parse_foreach(self, cursor: Cursor) -> Foreach:
        self._expressions.expect(cursor, "(")
        self._expressions.skip(cursor)
        variable = self._expressions.reference(cursor)
        self._expressions.expect(cursor, "in")
        items = self._expressions.expression(cursor)
        self._close_line(cursor)
        block, closer = self._block(cursor)
        self._require_end(cursor, closer, "#foreach")
        if variable is None or variable.steps:
            raise VelocityError(f"line {cursor.line}: #foreach needs a plain variable before `in`")
        return Foreach(variable.name, items, block)

    def _parse_macro(self, cursor: Cursor) -> Text:
        self._expressions.expect(cursor, "(")
        self._expressions.skip(cursor)
        name = NAME.match(cursor.text, cursor.at)
        if name is None:
            raise VelocityError(f"line {cursor.line}: #macro needs a name")
        cursor.at = name.end()
        parameters = self._parameters(cursor)
        self._close_line(cursor)
        block, closer = self._block(cursor)
        self._require_end(cursor, closer, "#macro")
        self._macros.append(Macro(name.group(), parameters, block))
        return Text("")

    def _parameters(self, cursor: Cursor) -> list[tuple[str, Any]]:
        """`$a $b`, `$a, $b` or `$a = 1`."""
        parameters: list[tuple[str, Any]] = []
        while True:
            self._separator(cursor)
            parameter = self._expressions.reference(cursor)
            if parameter is None:
                return parameters
            parameters.append((parameter.name, self._default(cursor)))

    def _separator(self, cursor: Cursor) -> None:
        self._expressions.skip(cursor)
        if cursor.peek(","):
            cursor.at += 1
            self._expressions.skip(cursor)

    def _default(self, cursor: Cursor) -> Any:
        self._expressions.skip(cursor)
        if not cursor.peek("="):
            return Literal(None)
        cursor.at += 1
        return self._expressions.expression(cursor)

    def _parse_define(self, cursor: Cursor) -> Define:
        self._expressions.expect(cursor, "(")
        self._expressions.skip(cursor)
        name = self._expressions.reference(cursor)
        if name is None or name.steps:
            raise VelocityError(f"line {cursor.line}: #define needs a plain variable")
        self._close_line(cursor)
        block, closer = self._block(cursor)
        self._require_end(cursor, closer, "#define")
        return Define(name.name, block)

    def _parse_break(self, cursor: Cursor) -> Break:
        self._line_end(cursor)
        return Break()

    def _parse_stop(self, cursor: Cursor) -> Stop:
        return Stop()

    def _refuse(self, cursor: Cursor) -> Any:
        raise VelocityError(f"line {cursor.line}: #include, #parse and #evaluate are not part of API Gateway")

    _parse_include = _parse_parse = _parse_evaluate = _refuse

    def _require_end(self, cursor: Cursor, closer: str, what: str) -> None:
        if closer != "end":
            raise VelocityError(f"line {cursor.line}: {what} without #end")
        self._line_end(cursor)

    def _close_line(self, cursor: Cursor) -> None:
        self._expressions.expect(cursor, ")")
        self._line_end(cursor)

    def _line_end(self, cursor: Cursor) -> None:
        match = LINE_END.match(cursor.text, cursor.at)
        if match:
            cursor.at = match.end()
