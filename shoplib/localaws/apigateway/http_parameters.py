"""Parameter mapping of HTTP APIs: values such as `$request.header.x`, targets such as `append:header.x`."""

import re
from dataclasses import replace
from urllib.parse import urlencode

from shoplib.documents import load_json
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Headers, Request, Response
from shoplib.localaws.apigateway.parameters import body_part, context_lookup, request_parameter

EMBEDDED = re.compile(r"\$\{([^}]+)\}")
Pairs = list[tuple[str, str]]


def evaluate(expression: str, exchange: Exchange, response: Response | None = None) -> str | None:
    """Text of a mapping's value: static, one `$selection`, or text with `${embedded}` selections; None if absent."""
    if "${" in expression:
        return EMBEDDED.sub(lambda match: _selected(match.group(1), exchange, response) or "", expression)
    if expression.startswith("$"):
        return _selected(expression[1:], exchange, response)
    return expression


def _selected(name: str, exchange: Exchange, response: Response | None) -> str | None:
    if name == "request.path":
        return exchange.full_path
    if name.startswith("request."):
        return request_parameter(name.removeprefix("request."), exchange)
    if name.startswith("response.header.") and response is not None:
        header = name.removeprefix("response.header.").lower()
        return next((value for key, value in response.headers if key.lower() == header), None)
    if name.startswith("response.body") and response is not None:
        return body_part(response.body, name.removeprefix("response.body").lstrip("."))
    return context_lookup(exchange)(name) or None


def map_request(exchange: Exchange, parameters: dict[str, str]) -> Request:
    """The request as the integration sees it; `overwrite:path` replaces the whole path."""
    request = exchange.request
    if not parameters:
        return request
    headers, query, path = list(request.headers), request.query, request.path
    for target, source in parameters.items():
        action, _, place = target.partition(":")
        value = evaluate(source, exchange)
        kind, _, name = place.partition(".")
        if kind == "path" and value is not None:
            path = value
        elif kind == "header":
            headers = _changed(headers, action, name, value, fold=True)
        elif kind == "querystring":
            query = _changed(query, action, name, value, fold=False)
    return replace(request, headers=headers, query_string=urlencode(query), path=path)


def map_response(exchange: Exchange, mappings: dict[str, dict[str, str]], response: Response) -> Response:
    """Apply the mapping of the response's status, in place."""
    for target, source in (mappings.get(str(response.status)) or {}).items():
        action, _, place = target.partition(":")
        value = evaluate(source, exchange, response)
        if place == "statuscode" and value is not None:
            response.status = int(value)
        elif place.startswith("header."):
            response.headers = _changed(response.headers, action, place.removeprefix("header."), value, fold=True)
    return response


def _changed(pairs: Pairs | Headers, action: str, name: str, value: str | None, *, fold: bool) -> Pairs:
    def same(key: str) -> bool:
        return key.lower() == name.lower() if fold else key == name

    others = [pair for pair in pairs if action == "append" or not same(pair[0])]
    return [*others, (name, value)] if action != "remove" and value is not None else others


def json_or_text(text: str) -> object:
    try:
        return load_json(text)
    except ValueError:
        return text
