"""Mapping templates: `$input`, `$context`, `$stageVariables` and `$util` around a Velocity template."""

import base64
import json
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from shoplib.documents import load_json
from shoplib.localaws import jsonpath
from shoplib.localaws.apigateway.errors import internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.integrations.velocity import VelocityError, compile_template, render
from shoplib.localaws.apigateway.integrations.velocity.java import Exposed, JsonArray, java_text
from shoplib.localaws.apigateway.parameters import context_variables
from shoplib.localaws.jsonpath import UnsupportedPath


class Overrides:
    """What a template set on `$context.requestOverride` or `$context.responseOverride`."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {"header": {}, "querystring": {}, "path": {}}
        self.response: dict[str, Any] = {"header": {}}


def apply(template: str, body: str, exchange: Exchange, overrides: Overrides) -> str:
    """Text of `template` for `body` (the request's, or the integration's answer). Raises GatewayError (500)."""
    if "$" not in template and "#" not in template:
        return template
    context = context_variables(exchange)
    context.update(requestOverride=overrides.request, responseOverride=overrides.response)
    variables = {
        "input": Input(body, exchange),
        "context": context,
        "stageVariables": exchange.stage_variables,
        "util": Util(),
    }
    try:
        return render(compile_template(template), variables)
    except (VelocityError, UnsupportedPath) as error:
        raise internal_error(f"mapping template of {exchange.method} {exchange.resource_path}: {error}") from error


class Input(Exposed):
    """`$input`: the body as text, by JSONPath, and the request's parameters."""

    vtl_properties = ("body",)

    def __init__(self, body: str, exchange: Exchange) -> None:
        self.body = body
        self._exchange = exchange

    @cached_property
    def _document(self) -> Any:
        """Parsed body; a body that is not JSON is one string, an empty one is {}. What a template sets within what
        `path` gave it, `json` and later paths see."""
        if not self.body:
            return {}
        try:
            return _from_json(load_json(self.body))
        except ValueError:
            return self.body

    def vtl_json(self, path: str) -> str:
        value = jsonpath.find(self._document, path)
        if value is jsonpath.MISSING:
            return '""'
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=java_text)

    def vtl_path(self, path: str) -> Any:
        value = jsonpath.find(self._document, path)
        if value is jsonpath.MISSING:
            return ""
        # A path that chooses makes a list of its own, of members that are still the document's.
        return JsonArray(value) if type(value) is list else value

    def vtl_params(self, name: str | None = None) -> Any:
        """All parameters by place, or one by name: path before query string before header."""
        request = self._exchange.request
        places = {
            "path": dict(self._exchange.path_parameters),
            "querystring": dict(request.query),
            "header": dict(request.headers),
        }
        if name is None:
            return places
        for parameters in (places["path"], places["querystring"]):
            if name in parameters:
                return parameters[name]
        return request.header(name) or ""


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return JsonArray(_from_json(item) for item in value)
    return {key: _from_json(item) for key, item in value.items()} if isinstance(value, dict) else value


class Util(Exposed):
    """`$util`."""

    def vtl_escapeJavaScript(self, text: Any) -> str:
        escaped = json.dumps(java_text(text))[1:-1]  # quotes, control characters and non-ASCII letters
        return escaped.replace("'", "\\'").replace("/", "\\/")

    def vtl_parseJson(self, text: Any) -> Any:
        try:
            return _from_json(load_json(java_text(text)))
        except ValueError as error:
            raise VelocityError(f"$util.parseJson: {error}") from error

    def vtl_urlEncode(self, text: Any) -> str:
        return quote_plus(java_text(text), safe="*-._")

    def vtl_urlDecode(self, text: Any) -> str:
        return unquote_plus(java_text(text))

    def vtl_base64Encode(self, text: Any) -> str:
        return base64.b64encode(java_text(text).encode()).decode()

    def vtl_base64Decode(self, text: Any) -> str:
        return base64.b64decode(java_text(text)).decode("utf-8", "replace")

    def vtl_qr(self, value: Any) -> str:
        return ""
