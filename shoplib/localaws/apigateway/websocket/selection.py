"""Selection expressions: `$request.body.action`, `${request.body.kind}/${request.body.name}`, `$context.routeKey`."""

import re

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.parameters import context_lookup, request_parameter

VARIABLE = re.compile(r"\$\{([\w.$\[\]-]+)\}|\$((?:request|context|stageVariables)\.[\w.$\[\]-]+)")


def evaluate(expression: str, exchange: Exchange) -> str:
    """The text of an expression; what the message does not have is empty. A leading backslash says: as it stands."""
    if expression.startswith("\\"):
        return expression[1:]
    return VARIABLE.sub(lambda match: _value(match[1] or match[2], exchange), expression)


def _value(name: str, exchange: Exchange) -> str:
    if name.startswith("request."):
        return request_parameter(name.removeprefix("request."), exchange) or ""
    return context_lookup(exchange)(name)
