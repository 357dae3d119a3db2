"""HTTP for handlers: routes become a Lambda handler, errors become statuses in one table, headers become a visit."""

import json
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from shoplib.core import checks, errors, events, ids, members, money, telemetry

STATUS: dict[type[errors.ShopError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.PaymentDeclined: HTTPStatus.PAYMENT_REQUIRED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
MAX_PATH_VALUE = 100
_CORRELATION_ID = re.compile("[!-~]{1,128}")
SHOP_HEADERS = (
    "Idempotency-Key",
    "If-Match",
    "x-order-key",
    "x-cart-key",
    "x-correlation-id",
    "x-session-id",
    "x-anonymous-id",
    "x-source",
    "x-medium",
    "x-campaign",
    "x-country",
)


def rest_handler(router: Router) -> telemetry.Handler:
    """A Lambda handler for a REST API (payload 1.0) that answers `router`'s routes."""
    return _handler(router, APIGatewayRestResolver)


def http_handler(router: Router) -> telemetry.Handler:
    """A Lambda handler for an HTTP API (payload 2.0) that answers `router`'s routes."""
    return _handler(router, APIGatewayHttpResolver)


def answer(status: int, body: Any = None) -> Response[str]:
    """A JSON answer; Decimals in `body` are written as exact amounts. No body, no content type."""
    headers = {"x-correlation-id": telemetry.logger().get_correlation_id() or ""}
    if body is None:
        return Response(status_code=status, body="", headers=headers)
    text = json.dumps(body, default=money.to_json, ensure_ascii=False)
    return Response(status_code=status, content_type="application/json", body=text, headers=headers)


def body(router: Router) -> dict[str, Any]:
    """The request's body, which must be a JSON object."""
    try:
        text = router.current_event.decoded_body
    except ValueError as error:
        raise errors.InvalidRequest(f"The body is not text: {error}.", "malformed_json") from None
    return checks.json_object(text)


def header(router: Router, name: str, *, maximum: int = 200) -> str | None:
    """A request header, whatever its case; None when it is absent, blank or longer than `maximum`."""
    value = (router.current_event.headers.get(name) or "").strip()
    return value if value and len(value) <= maximum and value.isprintable() else None


def query(router: Router, name: str) -> str | None:
    """A query parameter; None when it is absent or blank."""
    return (router.current_event.query_string_parameters or {}).get(name, "").strip() or None


def path_value(text: str) -> str:
    """A path parameter as the client meant it: gateways differ in whether they undo the URL encoding."""
    value = unquote(text)
    if len(value) > MAX_PATH_VALUE or not value.isprintable():
        raise errors.InvalidRequest(f"A part of the path must have at most {MAX_PATH_VALUE} printable characters.")
    return value


def user_id(router: Router) -> str:
    """The signed-in user, as the Lambda authorizer found it."""
    user = visitor(router)
    if not user:
        raise errors.Unauthenticated(
            "unauthenticated", "Sign in first: this route needs Authorization: Bearer <token>."
        )
    return user


def visitor(router: Router) -> str | None:
    """The signed-in user; None for a guest, on routes that are open to both."""
    authorizer = router.current_event.raw_event["requestContext"].get("authorizer") or {}
    return str(authorizer["user_id"]) if authorizer.get("user_id") else None


def staff_id(router: Router) -> str:
    """The signed-in member of staff, as the Lambda authorizer found it. Forbidden for any other member."""
    user = user_id(router)
    if router.current_event.raw_event["requestContext"]["authorizer"].get("role") != members.STAFF:
        raise members.not_staff()
    return user


def source_address(router: Router) -> str:
    """The network address of whoever asks, as the gateway saw it; of IPv6 the /64, which is one household's."""
    context = router.current_event.raw_event["requestContext"]
    caller = context.get("identity") or context.get("http") or {}
    try:
        address = ip_address(caller.get("sourceIp") or "")
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/64", strict=False) if address.version == 6 else address)


def visit(router: Router, user: str | None = None) -> events.Visit:
    """The shopper's visit from the request's headers. Without x-anonymous-id it is a visit of its own."""
    agent = header(router, "User-Agent", maximum=events.MAX_TEXT)
    return events.Visit(
        anonymous_id=header(router, "x-anonymous-id") or ids.new_id(),
        device=events.device_of(agent),
        session_id=header(router, "x-session-id"),
        user_id=user,
        source=header(router, "x-source"),
        medium=header(router, "x-medium"),
        campaign=header(router, "x-campaign"),
        country=header(router, "x-country"),
        user_agent=agent,
    )


def _handler(router: Router, resolver: Callable[..., ApiGatewayResolver]) -> telemetry.Handler:
    @cache
    def app() -> ApiGatewayResolver:
        application = resolver(cors=CORSConfig(allow_headers=list(SHOP_HEADERS)))
        application.include_router(router)
        application.exception_handler(errors.ShopError)(_refusal_response)
        application.exception_handler(Exception)(_failure_response)
        application.not_found(_unknown_route)
        return application

    def resolve(event: Any, context: Any) -> dict[str, Any]:
        _bound_correlation_id(event)
        return app().resolve(event, context)

    return telemetry.instrument(resolve, telemetry.HTTP_CORRELATION)


def _bound_correlation_id(event: dict[str, Any]) -> None:
    """A client's own id of a request goes into logs, messages and headers; one that does not fit gives way to ours."""
    correlation_id = telemetry.logger().get_correlation_id()
    if not isinstance(correlation_id, str) or not _CORRELATION_ID.fullmatch(correlation_id):
        telemetry.logger().set_correlation_id(event["requestContext"]["requestId"])


def _refusal_response(error: errors.ShopError) -> Response[str]:
    telemetry.logger().info("refused", extra={"code": error.code})
    response = answer(STATUS[type(error)], {"error": error.code, "message": error.message, **error.details})
    if "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


def _unknown_route(_error: NotFoundError) -> Response[str]:
    return answer(HTTPStatus.NOT_FOUND, {"error": "unknown_route", "message": "This API has no such route."})


def _failure_response(error: Exception) -> Response[str]:
    telemetry.logger().exception("failed", exc_info=error)
    telemetry.count("Failures")
    message = f"The shop failed; quote {telemetry.logger().get_correlation_id()} when you report it."
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "internal_error", "message": message})
