"""Walks a template's nodes with variables and gives the text."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from shoplib.localaws.apigateway.integrations.velocity import nodes
from shoplib.localaws.apigateway.integrations.velocity.errors import VelocityError
from shoplib.localaws.apigateway.integrations.velocity.java import call, get_property, index, java_text, require_bounded

NOTHING = nodes.Literal(None)
MACRO_DEPTH = 20
LOOP_LIMIT = 1_000  # as on API Gateway
RANGE_LIMIT = 100_000
STEP_LIMIT = 500_000  # of all directives, references and values of one rendering
OUTPUT_LIMIT = 10 * 1024 * 1024  # characters; API Gateway's limit of a payload


class _Broken(Exception):
    """#break"""


class _Stopped(Exception):
    """#stop"""


def render(template: Sequence[Any], variables: dict[str, Any]) -> str:
    """Text of a compiled template; `variables` receives what the template sets. Raises VelocityError."""
    out: list[str] = []
    renderer = _Renderer(variables)
    try:
        with suppress(_Stopped, _Broken):  # both end the rendering; what was written so far stands
            renderer.block(template, out)
    except RecursionError:
        raise VelocityError("the template is nested too deeply") from None
    return "".join(out)


class _Renderer:
    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._macros: dict[str, nodes.Macro] = {}
        self._depth = 0
        self._steps = 0
        self._written = 0

    def block(self, block: Sequence[Any], out: list[str]) -> None:
        for node in block:
            self._step()
            if isinstance(node, nodes.Text):
                self._write(node.text, out)
            elif isinstance(node, nodes.Reference):
                self._write(java_text(self._reference(node)), out)
            else:
                STATEMENTS[type(node)](self, node, out)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise VelocityError(f"the template takes more than {STEP_LIMIT:,} steps")

    def _write(self, text: str, out: list[str]) -> None:
        self._written += len(text)
        if self._written > OUTPUT_LIMIT:
            raise VelocityError(f"the template writes more than {OUTPUT_LIMIT:,} characters")
        out.append(text)

    def assign(self, node: nodes.Assign, out: list[str]) -> None:
        value = self.value(node.value)
        if not node.target.steps:
            self._variables[node.target.name] = value
            return
        *path, last = node.target.steps
        holder = self._reference(nodes.Reference(node.target.name, path))
        key = last.name if isinstance(last, nodes.Property) else self.value(getattr(last, "value", None) or NOTHING)
        if isinstance(last, nodes.Call) or not isinstance(holder, dict | list | None):
            raise VelocityError(f"cannot #set a part of ${node.target.name}: it is not a map")
        if isinstance(holder, dict):
            holder[key] = value
        elif isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder):
            holder[key] = value  # Velocity passes over what leads nowhere

    def branch(self, node: nodes.If, out: list[str]) -> None:
        for condition, block in node.branches:
            if truth(self.value(condition)):
                self.block(block, out)
                return

    def foreach(self, node: nodes.Foreach, out: list[str]) -> None:
        items = self.value(node.items)
        values = list(items.values() if isinstance(items, dict) else items or [])
        if len(values) > LOOP_LIMIT:
            raise VelocityError(f"#foreach over {len(values)} items; the limit is {LOOP_LIMIT}")
        names = (node.variable, "foreach", "velocityCount")
        before = {name: self._variables[name] for name in names if name in self._variables}
        for at, value in enumerate(values):
            self._step()
            state: dict[str, Any] = {"index": at, "count": at + 1, "hasNext": at + 1 < len(values), "first": at == 0}
            state.update(last=not state["hasNext"], parent=before.get("foreach"))
            self._variables.update({node.variable: value, "foreach": state, "velocityCount": at + 1})
            try:
                self.block(node.block, out)
            except _Broken:
                break
        for name in names:
            self._variables.pop(name, None)
        self._variables.update(before)

    def define_macro(self, node: nodes.Macro, out: list[str]) -> None:
        self._macros[node.name] = node

    def define_block(self, node: nodes.Define, out: list[str]) -> None:
        self._variables[node.name] = node

    def call_macro(self, node: nodes.MacroCall, out: list[str]) -> None:
        macro = self._macros[node.name]
        arguments = self._arguments(macro, node)
        before = {name: self._variables.get(name) for name in arguments}
        self._variables.update(arguments)
        self._nested(macro.block, out, f"#{node.name}")
        self._variables.update(before)

    def _arguments(self, macro: nodes.Macro, node: nodes.MacroCall) -> dict[str, Any]:
        values = [self.value(argument) for argument in node.arguments]
        missing = [self.value(default) for _, default in macro.parameters[len(values) :]]
        arguments = dict(zip((name for name, _ in macro.parameters), [*values, *missing], strict=False))
        return arguments if node.body is None else {**arguments, "bodyContent": nodes.Define("bodyContent", node.body)}

    def _nested(self, block: Sequence[Any], out: list[str], what: str) -> None:
        self._depth += 1
        if self._depth > MACRO_DEPTH:
            raise VelocityError(f"{what} calls itself more than {MACRO_DEPTH} deep")
        self.block(block, out)
        self._depth -= 1

    def stop_loop(self, node: nodes.Break, out: list[str]) -> None:
        raise _Broken

    def stop_all(self, node: nodes.Stop, out: list[str]) -> None:
        raise _Stopped

    def value(self, node: Any) -> Any:
        self._step()
        return require_bounded(VALUES[type(node)](self, node))

    def _reference(self, node: nodes.Reference) -> Any:
        value = self._variables.get(node.name)
        if isinstance(value, nodes.Define):
            value = self._defined(value)
        for step in node.steps:
            if value is None:
                return None
            if isinstance(step, nodes.Property):
                value = get_property(value, step.name)
            elif isinstance(step, nodes.Index):
                value = index(value, self.value(step.value))
            else:
                arguments = [self.value(argument) for argument in step.arguments]
                holder, value = value, call(value, step.name, arguments)
                require_bounded(holder)  # which the call may have filled
        return value

    def _defined(self, node: nodes.Define) -> str:
        out: list[str] = []
        self._nested(node.block, out, f"${node.name}")
        return "".join(out)

    def _interpolated(self, node: nodes.Interpolated) -> str:
        out: list[str] = []
        self.block(node.block, out)
        return "".join(out)

    def _range(self, node: nodes.Range) -> list[int]:
        first, last = int(self.value(node.first)), int(self.value(node.last))
        if abs(last - first) > RANGE_LIMIT:
            raise VelocityError(f"[{first}..{last}] has more than {RANGE_LIMIT:,} numbers")
        return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))

    def _unary(self, node: nodes.Unary) -> Any:
        operand = self.value(node.operand)
        return not truth(operand) if node.operator == "!" else -operand

    def _binary(self, node: nodes.Binary) -> Any:
        left = self.value(node.left)
        if node.operator == "&&":
            return truth(left) and truth(self.value(node.right))
        if node.operator == "||":
            return truth(left) or truth(self.value(node.right))
        return OPERATORS[node.operator](left, self.value(node.right))


def truth(value: Any) -> bool:
    """Velocity: everything but null and false is true; an empty string too."""
    return value is not None and value is not False


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return java_text(left) + java_text(right)
    return _numbers("+", left, right, lambda a, b: a + b)


def _divide(left: Any, right: Any) -> Any:
    if right == 0:
        return None  # Velocity logs it and gives null
    both_whole = isinstance(left, int) and isinstance(right, int)
    return int(left / right) if both_whole else left / right


def _numbers(operator: str, left: Any, right: Any, compute: Callable[[Any, Any], Any]) -> Any:
    """Arithmetic and comparison of numbers; anything else gives null, as in Velocity."""
    for side in (left, right):
        if isinstance(side, bool) or not isinstance(side, int | float):
            return None
    return compute(left, right)


def _equal(left: Any, right: Any) -> bool:
    """Numbers and texts compare by what they print when their kinds differ, as in Velocity."""
    if left is None or right is None or type(left) is type(right):
        return bool(left == right)
    return java_text(left) == java_text(right)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "+": _add,
    "-": lambda left, right: _numbers("-", left, right, lambda a, b: a - b),
    "*": lambda left, right: _numbers("*", left, right, lambda a, b: a * b),
    "/": lambda left, right: _numbers("/", left, right, _divide),
    "%": lambda left, right: _numbers("%", left, right, lambda a, b: a % b if b else None),
    "<": lambda left, right: _numbers("<", left, right, lambda a, b: a < b),
    "<=": lambda left, right: _numbers("<=", left, right, lambda a, b: a <= b),
    ">": lambda left, right: _numbers(">", left, right, lambda a, b: a > b),
    ">=": lambda left, right: _numbers(">=", left, right, lambda a, b: a >= b),
}
STATEMENTS: dict[type, Callable[..., None]] = {
    nodes.Assign: _Renderer.assign,
    nodes.If: _Renderer.branch,
    nodes.Foreach: _Renderer.foreach,
    nodes.Macro: _Renderer.define_macro,
    nodes.MacroCall: _Renderer.call_macro,
    nodes.Define: _Renderer.define_block,
    nodes.Break: _Renderer.stop_loop,
    nodes.Stop: _Renderer.stop_all,
}
VALUES: dict[type, Callable[..., Any]] = {
    nodes.Literal: lambda renderer, node: node.value,
    nodes.Reference: _Renderer._reference,
    nodes.Interpolated: _Renderer._interpolated,
    nodes.ListOf: lambda renderer, node: [renderer.value(item) for item in node.items],
    nodes.Range: _Renderer._range,
    nodes.MapOf: lambda renderer, node: {renderer.value(key): renderer.value(value) for key, value in node.entries},
    nodes.Unary: _Renderer._unary,
    nodes.Binary: _Renderer._binary,
}
