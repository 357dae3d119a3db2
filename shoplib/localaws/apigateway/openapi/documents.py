"""OpenAPI documents as API Gateway reads them: Swagger 2.0 and OpenAPI 3.0.x with Amazon's extensions."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shoplib.documents import DEEPEST, MOST_NODES, Unbounded, load

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANY_METHOD = "x-amazon-apigateway-any-method"
AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTHTYPE = "x-amazon-apigateway-authtype"
INTEGRATION = "x-amazon-apigateway-integration"
PLACES = {"header": "header", "query": "querystring", "path": "path"}


class InvalidDocument(Exception):
    """The text is not an OpenAPI document that API Gateway takes; the message says why."""


@dataclass(frozen=True, slots=True)
class Security:
    """What an operation demands: the scheme with an authorizer (if any), its scopes, IAM, an API key."""

    authorizer: str | None = None
    scopes: tuple[str, ...] = ()
    iam: bool = False
    api_key: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    path: str
    method: str  # upper-case, or ANY
    details: dict[str, Any]
    integration: dict[str, Any] | None
    security: Security
    parameters: dict[str, bool]  # "querystring.q" -> required
    models: dict[str, str]  # media type -> model name
    response_models: dict[str, dict[str, str]]  # status -> media type -> model name
    response_headers: dict[str, list[str]]  # status -> header names


def parse(document: Any) -> "Document":
    """Document from JSON or YAML text, or from what CloudFormation made of it. Raises InvalidDocument."""
    if isinstance(document, str | bytes):
        document = read(document)
    if not isinstance(document, dict):
        raise InvalidDocument("an OpenAPI document is a mapping with `swagger` or `openapi` and `paths`")
    version = str(document.get("swagger") or document.get("openapi") or "")
    if not version.startswith(("2", "3")):
        raise InvalidDocument(f"Unsupported OpenAPI version {version!r}: use swagger 2.0 or openapi 3.0.x")
    parsed = Document(document)
    parsed.require_bounded_references()
    return parsed


def read(text: str | bytes) -> Any:
    """What the text holds, within limits. Raises InvalidDocument."""
    try:
        return load(text.decode() if isinstance(text, bytes) else text)
    except Unbounded as error:
        raise InvalidDocument(f"Invalid OpenAPI input: {error}") from None
    except ValueError as error:
        raise InvalidDocument(f"not JSON or YAML: {error}") from None


BASE_PATH_MODES = ("ignore", "prepend", "split")


def with_base_path(raw: dict[str, Any], mode: str) -> dict[str, Any]:
    """The document with its base path before each path (prepend), or all of it but the first part (split)."""
    if mode not in BASE_PATH_MODES:
        raise InvalidDocument(f"Invalid basepath mode: {mode}. Must be one of: [{', '.join(BASE_PATH_MODES)}]")
    parts = [part for part in _base_path(raw).split("/") if part][mode == "split" :]
    if mode == "ignore" or not parts:
        return raw
    return {**raw, "paths": {f"/{'/'.join(parts)}{path}": item for path, item in (raw.get("paths") or {}).items()}}


def _base_path(raw: dict[str, Any]) -> str:
    if "basePath" in raw:
        return str(raw["basePath"])
    server: dict[str, Any] = next(iter(raw.get("servers") or []), {})
    url = str(server.get("url") or "")
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return urlsplit(url).path


class Document:
    """Reading access to one parsed OpenAPI document."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        components = raw.get("components") or {}
        self.schemas: dict[str, Any] = dict(components.get("schemas") or raw.get("definitions") or {})
        self.schemes: dict[str, Any] = components.get("securitySchemes") or raw.get("securityDefinitions") or {}

    @property
    def title(self) -> str:
        return str((self.raw.get("info") or {}).get("title") or "")

    @property
    def description(self) -> str:
        return str((self.raw.get("info") or {}).get("description") or "")

    @property
    def version(self) -> str:
        return str((self.raw.get("info") or {}).get("version") or "")

    def extension(self, name: str) -> Any:
        """Value of the document's `x-amazon-apigateway-<name>`, or None."""
        return self.raw.get("x-amazon-apigateway-" + name)

    def authorizers(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """(scheme name, scheme, authorizer settings) of each scheme that names an authorizer."""
        for name, scheme in self.schemes.items():
            settings = (scheme or {}).get(AUTHORIZER)
            if settings:
                yield name, scheme, self.resolve(settings)

    def operations(self) -> Iterator[Operation]:
        for path, item in (self.raw.get("paths") or {}).items():
            shared = self.resolve(item or {})
            for key, details in shared.items():
                if key.lower() in METHODS or key == ANY_METHOD:
                    method = "ANY" if key == ANY_METHOD else key.upper()
                    yield self._operation(path, method, details or {}, shared.get("parameters") or [])

    def _operation(self, path: str, method: str, details: dict[str, Any], shared: list[Any]) -> Operation:
        parameters = [self.resolve(parameter) for parameter in (*shared, *(details.get("parameters") or []))]
        integration = details.get(INTEGRATION)
        return Operation(
            path=path,
            method=method,
            details=details,
            integration=self.resolve(integration) if integration else None,
            security=self._security(details),
            parameters={
                f"{PLACES[p['in']]}.{p['name']}": bool(p.get("required", False))
                for p in parameters
                if p.get("in") in PLACES
            },
            models=self._models(details, parameters),
            response_models={
                str(status): self._response_models(details, self.resolve(response or {}))
                for status, response in (details.get("responses") or {}).items()
            },
            response_headers={
                str(status): list(self.resolve(response or {}).get("headers") or {})
                for status, response in (details.get("responses") or {}).items()
            },
        )

    def _security(self, details: dict[str, Any]) -> Security:
        demanded = details.get("security", self.raw.get("security")) or []
        own = str((details.get("x-amazon-apigateway-auth") or {}).get("type", "")).upper()
        scheme_names = {name: scopes for requirement in demanded for name, scopes in (requirement or {}).items()}
        authorizer = next((n for n in scheme_names if AUTHORIZER in (self.schemes.get(n) or {})), None)
        schemes = [self.schemes.get(name) or {} for name in scheme_names]
        return Security(
            authorizer=None if own == "NONE" else authorizer,
            scopes=tuple(scheme_names.get(authorizer) or ()) if authorizer else (),
            iam=own == "AWS_IAM" or any(str(s.get(AUTHTYPE, "")).lower() == "awssigv4" for s in schemes),
            api_key=any(_is_api_key(scheme) for scheme in schemes),
        )

    def _models(self, details: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, str]:
        body = self.resolve(details.get("requestBody") or {})
        models = {kind: self._model((media or {}).get("schema")) for kind, media in (body.get("content") or {}).items()}
        for parameter in parameters:
            if parameter.get("in") == "body":
                kinds = details.get("consumes") or self.raw.get("consumes") or ["application/json"]
                models.update({kind: self._model(parameter.get("schema")) for kind in kinds})
        return {kind: name for kind, name in models.items() if name}

    def _response_models(self, details: dict[str, Any], response: dict[str, Any]) -> dict[str, str]:
        kinds = details.get("produces") or self.raw.get("produces") or ["application/json"]
        models = {
            kind: self._model((media or {}).get("schema")) for kind, media in (response.get("content") or {}).items()
        }
        if response.get("schema"):
            models.update({kind: self._model(response["schema"]) for kind in kinds})
        return {kind: name for kind, name in models.items() if name}

    def _model(self, schema: Any) -> str | None:
        """Name of the model for a body's schema; an inline schema becomes a model of its own, as on AWS."""
        if not schema:
            return None
        if set(schema) == {"$ref"}:
            return str(schema["$ref"]).rpartition("/")[2]
        name = "MODEL" + hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()[:6]
        self.schemas[name] = schema
        return name

    def require_bounded_references(self) -> None:
        """References that meet again and again make a small document a huge schema. One that meets itself is fine."""
        self._nodes(self.raw, {}, 0)

    def _nodes(self, part: Any, known: dict[str, int], depth: int) -> int:
        if depth > 3 * DEEPEST:
            raise InvalidDocument("Invalid OpenAPI input: its references are nested too deeply")
        if not isinstance(part, dict | list):
            return 1
        reference = part.get("$ref") if isinstance(part, dict) else None
        if isinstance(reference, str) and reference.startswith("#/"):
            return self._nodes_behind(reference, known, depth)
        nodes = 1 + sum(
            self._nodes(each, known, depth + 1) for each in (part.values() if isinstance(part, dict) else part)
        )
        if nodes > MOST_NODES:
            raise InvalidDocument(f"Invalid OpenAPI input: it has more than {MOST_NODES:,} nodes with its references")
        return nodes

    def _nodes_behind(self, reference: str, known: dict[str, int], depth: int) -> int:
        if reference not in known:
            known[reference] = 1  # meanwhile, for what refers to itself
            try:
                target = self.resolve({"$ref": reference})
            except InvalidDocument:
                return 1  # whoever needs it says so
            known[reference] = self._nodes(target, known, depth + 1)
        return known[reference]

    def resolve(self, part: Any) -> Any:
        """`part`, or what its `$ref` within this document points to."""
        followed: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str) and part["$ref"].startswith("#/"):
            if part["$ref"] in followed:
                raise InvalidDocument(f"{part['$ref']} points to itself")
            followed.add(part["$ref"])
            target: Any = self.raw
            for step in part["$ref"][2:].split("/"):
                target = target.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
            if target is None:
                raise InvalidDocument(f"{part['$ref']} points to nothing")
            part = target
        return part


def _is_api_key(scheme: dict[str, Any]) -> bool:
    plain = AUTHORIZER not in scheme and AUTHTYPE not in scheme
    return plain and scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key"
