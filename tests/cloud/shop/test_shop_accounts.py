"""The deployed accounts: mails arrive, another provider's person signs in, forged tokens open nothing."""

import base64
import hashlib
import json
import re
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc import jwk, jwt

from tests.cloud.shop.conftest import Shop

VERIFIER = uuid.uuid4().hex * 2
PATIENCE = 30.0


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def mailed_code(shop: Shop, address: str, subject: str) -> str:
    """The code in a mail, which comes a moment after what it is about."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        mails = [mail for mail in shop.lab.mailbox(address) if mail["subject"] == subject]
        if mails:
            return mails[-1]["text"].split("\n\n")[2]
        time.sleep(0.1)
    raise AssertionError(f"no mail {subject!r} within {PATIENCE} s")


def test_an_address_is_verified_and_a_password_found_again_by_mail(shop: Shop) -> None:
    email = f"{uuid.uuid4()}@example.com"
    made = shop.request("POST", "/accounts", {"email": email, "password": "correct horse", "name": "Ada"}).json()
    code = mailed_code(shop, email, "Confirm your email address")
    assert shop.request("POST", "/accounts/verification", {"token": code}).status_code == 204
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert shop.request("GET", "/profile", **bearer).json()["email_verified"] is True
    assert shop.request("POST", "/accounts/recovery", {"email": email}).status_code == 202
    code = mailed_code(shop, email, "Set a new password")
    body = {"token": code, "password": "battery staple"}
    assert [shop.request("POST", "/accounts/password", body).status_code for _ in range(2)] == [204, 400]
    assert shop.request("GET", "/profile", **bearer).status_code == 401
    assert shop.request("POST", "/sessions/refresh", {"refresh_token": made["refresh_token"]}).status_code == 401
    signed_in = shop.request("POST", "/sessions", {"email": email, "password": "battery staple"})
    assert signed_in.status_code == 200


@pytest.fixture(scope="module")
def provider(shop: Shop) -> str:
    return shop.lab.url("federation", "IdentityApiUrl")


def federate(shop: Shop, token: str) -> requests.Response:
    url = shop.lab.url("federation", "FederationApiUrl") + "/sessions"
    return requests.post(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def id_token(provider: str, email: str) -> str:
    """By the way that a browser goes."""
    wish = {
        "client_id": "shop",
        "redirect_uri": "http://localhost:8000/back",
        "response_type": "code",
        "scope": "openid email",
        "code_challenge": encode(hashlib.sha256(VERIFIER.encode()).digest()),
        "code_challenge_method": "S256",
    }
    page = requests.get(f"{provider}/authorize", params=wish, timeout=30).text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    form = {**hidden, "email": email, "name": "Ada"}
    sent = requests.post(f"{provider}/authorize", data=form, timeout=30, allow_redirects=False)
    code = dict(parse_qsl(urlsplit(sent.headers["Location"]).query))["code"]
    proof = {"code": code, "code_verifier": VERIFIER, "client_id": "shop", "redirect_uri": wish["redirect_uri"]}
    return str(requests.post(f"{provider}/token", data=proof, timeout=30).json()["id_token"])


def test_a_person_of_another_provider_signs_in_and_shops(shop: Shop, provider: str) -> None:
    email = f"{uuid.uuid4()}@example.com"
    token = id_token(provider, email)
    first, again = federate(shop, token), federate(shop, token)
    assert (first.status_code, again.status_code) == (200, 200), "\n".join(
        shop.lab.logs("federation", "FederationFunction")
    )
    assert first.json()["user_id"] == again.json()["user_id"]
    bearer = {"Authorization": f"Bearer {first.json()['token']}"}
    assert shop.request("GET", "/profile", **bearer).json()["email"] == email
    assert shop.request("GET", "/cart", **bearer).status_code == 200


def test_a_forged_token_opens_nothing(shop: Shop, provider: str) -> None:
    token = id_token(provider, f"{uuid.uuid4()}@example.com")
    header, body, signature = token.split(".")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=="))
    key_id = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    key = jwk.RSAKey.generate_key(2048, private=True)

    def signed(**more: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": key_id}, {**claims, **more}, key)

    unsigned = encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    changed = encode(json.dumps({**claims, "email": "victim@example.com"}).encode())
    secret = jwk.OctKey.import_key("shop" * 10)
    forged = {
        "none": f"{unsigned}.{body}.",
        "claims": f"{header}.{changed}.{signature}",
        "cut": f"{header}.{body}.{signature[:-4]}",
        "another key": signed(),
        "symmetric": jwt.encode({"alg": "HS256"}, claims, secret),
        "rubbish": "a.b.c",
        "empty": "",
    }
    assert {name: federate(shop, text).status_code for name, text in forged.items()} == dict.fromkeys(forged, 401)
