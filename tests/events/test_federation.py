"""Signing in with another provider's account: the stand-in's tokens are good, and nobody gets another's account."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwk, jwt

from shoplib.services.identity import domain, store
from tests.inprocess import Answer, World

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
ASK = {
    "client_id": "shop",
    "redirect_uri": "http://localhost:8000/callback",
    "response_type": "code",
    "scope": "openid email profile",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "s-1",
    "nonce": "n-1",
}
ADA = {"email": "ada@example.com", "name": "Ada"}
Call = Callable[..., Answer]


@pytest.fixture
def provider(shop: World, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The stand-in, with a key in moto's KMS."""
    from tests.inprocess import client

    key = client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    monkeypatch.setattr(store, "key_id", lambda: key)
    store.public_key.cache_clear()

    def call(method: str, path: str, form: dict[str, str] | None = None, **query: str) -> Answer:
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": urlencode(query),
            "queryStringParameters": query,
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            "requestContext": {
                "requestId": "request-1",
                "stage": "$default",
                "domainName": HOST,
                "http": {"method": method, "path": path},
            },
            "body": urlencode(form) if form else None,
            "isBase64Encoded": False,
        }
        answer = shop.invoke("IdentityFunction", event)
        body = answer["body"]
        return Answer(answer["statusCode"], json.loads(body) if body[:1] == "{" else body, answer["headers"])

    return call


def code(provider: Call, **more: str) -> str:
    location = provider("POST", "/authorize", {**ASK, **ADA, **more}).headers["Location"]
    assert parse_qs(urlsplit(location).query)["state"] == ["s-1"]
    return dict(parse_qsl(urlsplit(location).query))["code"]


def redeem(provider: Call, secret: str, **more: str) -> Answer:
    form = {"code": secret, "code_verifier": VERIFIER, "client_id": "shop", "redirect_uri": ASK["redirect_uri"]}
    return provider("POST", "/token", {**form, **more})


def claims(**more: Any) -> dict[str, Any]:
    return {"iss": "https://issuer.example", "sub": "1", "email_verified": "true", **ADA, **more}


def sign_in(shop: World, **more: Any) -> Answer:
    event = {
        "version": "2.0",
        "rawPath": "/sessions",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "requestId": "request-1",
            "stage": "$default",
            "http": {"method": "POST", "path": "/sessions"},
            "authorizer": {"jwt": {"claims": claims(**more), "scopes": None}},
        },
        "body": None,
        "isBase64Encoded": False,
    }
    answer = shop.invoke("FederationFunction", event)
    return Answer(answer["statusCode"], json.loads(answer["body"]), answer["headers"])


def register(shop: World) -> Any:
    body = {"email": ADA["email"], "password": "correct horse", "name": "Ada"}
    return shop.rest("AccountsFunction", "POST", "/accounts", body).body


def test_a_token_of_the_stand_in_verifies_by_its_published_key(provider: Call) -> None:
    found = provider("GET", "/.well-known/openid-configuration").body
    keys = provider("GET", urlsplit(found["jwks_uri"]).path).body
    token = redeem(provider, code(provider)).body["id_token"]
    read = jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (read["iss"], read["aud"], read["email"], read["nonce"]) == (found["issuer"], "shop", ADA["email"], "n-1")
    assert read["exp"] - read["iat"] == 600


def test_a_code_serves_once_in_time_and_for_who_asked(shop: World, provider: Call) -> None:
    first = code(provider)
    assert [redeem(provider, first).status, redeem(provider, first).status] == [200, 400]
    for wrong in ({"code_verifier": "w" * 43}, {"client_id": "other"}, {"redirect_uri": "http://localhost/x"}):
        assert redeem(provider, code(provider), **wrong).body["error"] == "invalid_grant"
    late = code(provider)
    shop.pass_time(seconds=61)
    assert redeem(provider, late).status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "other"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"scope": "email"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"code_challenge": ""},
    ],
    ids=str,
)
def test_a_wish_that_is_not_the_shops_is_refused_before_anybody_is_asked(provider: Call, wrong: dict[str, str]) -> None:
    assert provider("GET", "/authorize", **{**ASK, **wrong}).status == 400
    assert provider("POST", "/authorize", {**ASK, **ADA, **wrong}).status == 400


def test_what_a_client_sends_is_not_run_in_the_page(provider: Call) -> None:
    page = provider("GET", "/authorize", **{**ASK, "state": '"><script>alert(1)</script>'})
    assert "<script" not in page.body and "&lt;script" in page.body
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_new_person_gets_an_account_and_the_same_one_next_time(shop: World) -> None:
    first, second = sign_in(shop).body, sign_in(shop, email="ada@new.example", name="Ada L").body
    assert first["user_id"] == second["user_id"]
    profile = shop.rest("AccountsFunction", "GET", "/profile", user=first["user_id"]).body
    assert (profile["email"], profile["email_verified"], profile["name"]) == (ADA["email"], True, "Ada")
    assert shop.user_of({"Authorization": f"Bearer {second['token']}"}) == first["user_id"]
    assert [event["event_name"] for event in shop.events()] == ["sign_up", "login"]
    assert shop.mailbox(ADA["email"]) == []


def test_subject_and_issuer_tell_people_apart(shop: World) -> None:
    one = sign_in(shop).body["user_id"]
    others = [sign_in(shop, sub="2", email="b@x.example"), sign_in(shop, iss="https://o.example", email="c@x.example")]
    assert len({one, *(other.body["user_id"] for other in others)}) == 3


def test_an_unproved_account_is_not_shared_with_the_addresss_owner(shop: World) -> None:
    mine = register(shop)
    refused = sign_in(shop)
    assert (refused.status, refused.body["error"]) == (409, "email_taken")
    token = shop.mailbox(ADA["email"])[-1].body.split("\n\n")[2]
    assert shop.rest("AccountsFunction", "POST", "/accounts/verification", {"token": token}).status == 204
    assert sign_in(shop).body["user_id"] == mine["user_id"]
    assert sign_in(shop, sub="2").body["user_id"] == mine["user_id"]


@pytest.mark.parametrize("wrong", [{"email_verified": "false"}, {"email_verified": ""}, {"email": "x"}, {"sub": ""}])
def test_an_identity_without_proof_of_its_address_signs_nobody_in(shop: World, wrong: dict[str, str]) -> None:
    assert sign_in(shop, **wrong).status in (400, 401)
    assert not [item for item in shop.table("AccountsTable") if item["pk"].startswith("USER#")]


def test_no_password_opens_the_account_until_one_is_set_by_mail(shop: World) -> None:
    sign_in(shop)
    for password in ("", "correct horse"):
        body = {"email": ADA["email"], "password": password}
        assert shop.rest("AccountsFunction", "POST", "/sessions", body).status == 401
    shop.rest("AccountsFunction", "POST", "/accounts/recovery", {"email": ADA["email"]})
    token = shop.mailbox(ADA["email"])[-1].body.split("\n\n")[2]
    body = {"token": token, "password": "battery staple"}
    assert shop.rest("AccountsFunction", "POST", "/accounts/password", body).status == 204
    body = {"email": ADA["email"], "password": "battery staple"}
    assert shop.rest("AccountsFunction", "POST", "/sessions", body).status == 200
    assert (
        shop.rest("AccountsFunction", "DELETE", "/profile", {"password": "battery staple"}, user=_user(shop)).status
        == 204
    )
    assert not [item for item in shop.table("AccountsTable") if item["pk"].startswith(("USER#", "EMAIL#", "IDENTITY#"))]


def _user(shop: World) -> str:
    [user] = [item["pk"] for item in shop.table("AccountsTable") if item["pk"].startswith("USER#")]
    return str(user).removeprefix("USER#")


def test_numbers_of_a_key_are_read_from_its_der(provider: Call) -> None:
    key = provider("GET", "/keys").body["keys"][0]
    assert key["e"] == "AQAB"
    assert len(base64.urlsafe_b64decode(key["n"] + "==")) == 256
    assert domain.encode(b"\xff\xfe") == "__4"
