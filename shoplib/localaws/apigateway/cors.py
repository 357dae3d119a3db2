"""CORS of HTTP APIs: the gateway answers preflights itself and owns the CORS headers of every response."""

from dataclasses import dataclass
from typing import Any

from shoplib.localaws.apigateway.messages import Headers, Request, Response
from shoplib.localaws.policies import fits


@dataclass(frozen=True, slots=True)
class Cors:
    origins: list[str]
    methods: list[str]
    headers: list[str]
    expose: list[str]
    credentials: bool
    max_age: int | None

    def allows(self, origin: str) -> bool:
        return any(pattern == "*" or fits(pattern.lower(), origin.lower()) for pattern in self.origins)

    def origin_headers(self, origin: str) -> Headers:
        """Headers of every response to an allowed origin."""
        if not self.allows(origin):
            return []
        any_origin = "*" in self.origins and not self.credentials
        headers = [("access-control-allow-origin", "*" if any_origin else origin)]
        if not any_origin:
            headers.append(("vary", "Origin"))
        if self.credentials:
            headers.append(("access-control-allow-credentials", "true"))
        if self.expose:
            headers.append(("access-control-expose-headers", ",".join(self.expose)))
        return headers


def compile_cors(configuration: dict[str, Any] | None) -> Cors | None:
    """From moto's `cors_configuration` (the API's camelCase keys)."""
    if not configuration:
        return None
    return Cors(
        origins=_texts(configuration.get("allowOrigins")),
        methods=_texts(configuration.get("allowMethods")),
        headers=_texts(configuration.get("allowHeaders")),
        expose=_texts(configuration.get("exposeHeaders")),
        credentials=str(configuration.get("allowCredentials", False)).lower() == "true",
        max_age=None if configuration.get("maxAge") is None else int(configuration["maxAge"]),
    )


def preflight(cors: Cors, request: Request) -> Response | None:
    """Answer to a CORS preflight, or None when the request is not one."""
    origin = request.header("origin")
    if request.method != "OPTIONS" or not origin or request.header("access-control-request-method") is None:
        return None
    headers = cors.origin_headers(origin)
    if headers:
        headers = [pair for pair in headers if pair[0] != "access-control-expose-headers"]
        headers += [
            (name, ",".join(values))
            for name, values in (
                ("access-control-allow-methods", cors.methods),
                ("access-control-allow-headers", cors.headers),
            )
            if values
        ]
        if cors.max_age is not None:
            headers.append(("access-control-max-age", str(cors.max_age)))
    return Response(204, headers)


def apply(cors: Cors, request: Request, response: Response) -> None:
    """Replace whatever CORS headers the integration sent by those of the configuration."""
    response.headers = [pair for pair in response.headers if not pair[0].lower().startswith("access-control-")]
    origin = request.header("origin")
    if origin:
        response.headers += cors.origin_headers(origin)


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]
