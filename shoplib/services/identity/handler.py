"""An OpenID provider that stands for Google, Apple and the like: it believes whoever a person says to be."""

from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, clock, config, http
from shoplib.core.errors import InvalidRequest
from shoplib.services.identity import domain, page, redirects, store
from shoplib.services.identity.config import Config

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
MAX_FIELDS = 20

router = Router()


@router.get("/.well-known/openid-configuration")
def discover() -> Response[str]:
    return http.answer(200, domain.discovery(_issuer()))


@router.get("/keys")
def keys() -> Response[str]:
    return http.answer(200, domain.key_set(store.public_key(), store.key_id()))


@router.get("/authorize")
def ask() -> Response[str]:
    query = router.current_event.query_string_parameters or {}
    domain.wish(query, config.load(Config).client_id)
    return Response(
        status_code=200, content_type="text/html; charset=utf-8", body=page.sign_in(query), headers=PAGE_HEADERS
    )


@router.post("/authorize")
def authorize() -> Response[str]:
    form = _form()
    code = domain.new_code(domain.wish(form, config.load(Config).client_id), domain.person(form), clock.now())
    store.add(code)
    return Response(
        status_code=303,
        body="",
        headers={"Location": redirects.with_code(code.wish.redirect_uri, code.secret, code.wish.state), **PAGE_HEADERS},
    )


@router.post("/token")
def redeem() -> Response[str]:
    form, now = _form(), clock.now()
    code = store.take(checks.identifier(form, "code"))
    if not code:
        raise domain.no_such_code()
    domain.redeem(code, form, now)
    text = domain.signing_input(domain.claims(_issuer(), code, now), store.key_id())
    token = f"{text}.{domain.encode(store.sign(text))}"
    seconds = int(domain.TOKEN_LIFETIME.total_seconds())
    return http.answer(200, {"id_token": token, "token_type": "Bearer", "expires_in": seconds})


def _form() -> dict[str, Any]:
    try:
        text = router.current_event.decoded_body or ""
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise InvalidRequest(f"The body is no form: {error}.") from None


def _issuer() -> str:
    """The address under which API Gateway knows this API: whoever calls by another name gets this one all the same."""
    return f"https://{router.current_event['requestContext']['domainName']}"


handler = http.http_handler(router)
