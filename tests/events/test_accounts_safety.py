"""Accounts: sessions that end at once, passwords found again by mail, and nobody learns who has an account."""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.endpoint import Endpoint

from shoplib.core import ids
from shoplib.services.accounts import sign_ins
from tests.inprocess import Answer, Unauthorized, World

ADA, PASSWORD = "ada@example.com", "correct horse"


def call(shop: World, method: str, path: str, body: Any = None, user: str | None = None, **headers: str) -> Answer:
    return shop.rest("AccountsFunction", method, path, body, user=user, **headers)


def register(shop: World, email: str = ADA) -> dict[str, Any]:
    return call(shop, "POST", "/accounts", {"email": email, "password": PASSWORD, "name": "Ada"}).body


def sign_in(shop: World, password: str = PASSWORD, email: str = ADA) -> Answer:
    return call(shop, "POST", "/sessions", {"email": email, "password": password})


def is_in(shop: World, session: dict[str, Any]) -> bool:
    try:
        return shop.user_of({"Authorization": f"Bearer {session['token']}"}) == session["user_id"]
    except Unauthorized:
        return False


def refresh(shop: World, session: dict[str, Any]) -> Answer:
    return call(shop, "POST", "/sessions/refresh", {"refresh_token": session["refresh_token"]})


def mailed_token(shop: World, subject: str, email: str = ADA) -> str:
    """The code in the newest mail of a subject: the line that stands alone."""
    text = [mail.body for mail in shop.mailbox(email) if mail.subject == subject][-1]
    return str(text.split("\n\n")[2])


def test_a_session_ends_by_itself_and_is_renewed_by_a_token_that_serves_once(shop: World):
    first = register(shop)
    shop.pass_time(minutes=61)
    assert not is_in(shop, first)
    second = refresh(shop, first).body
    assert is_in(shop, second)
    shop.pass_time(seconds=5)
    retried = refresh(shop, first)  # the answer got lost
    assert (retried.status, is_in(shop, retried.body), is_in(shop, second)) == (200, True, True)


def test_a_refresh_token_that_comes_back_later_ends_its_sign_in_and_no_other(shop: World):
    stolen, other = register(shop), sign_in(shop).body
    thiefs = refresh(shop, stolen).body
    shop.pass_time(seconds=11)
    assert refresh(shop, stolen).status == 401
    assert not is_in(shop, thiefs)
    assert refresh(shop, thiefs).status == 401
    assert is_in(shop, other)


def test_signing_out_ends_access_and_refresh_here_and_everywhere(shop: World):
    one, two, three = register(shop), sign_in(shop).body, sign_in(shop).body
    assert call(shop, "DELETE", "/sessions", Authorization=f"Bearer {one['token']}").status == 204
    assert [is_in(shop, each) for each in (one, two, three)] == [False, True, True]
    assert refresh(shop, one).status == 401
    assert call(shop, "DELETE", "/profile/sessions", user=two["user_id"]).status == 204
    assert [is_in(shop, each) for each in (two, three)] == [False, False]
    assert refresh(shop, three).status == 401


def test_the_oldest_of_many_sign_ins_makes_room(shop: World):
    first = register(shop)
    for _ in range(sign_ins.MAX_SIGN_INS):
        shop.pass_time(seconds=1)
        newest = sign_in(shop).body
    assert not is_in(shop, first)
    assert is_in(shop, newest)
    exported = call(shop, "GET", "/profile/export", user=first["user_id"]).body
    assert len(exported["sign_ins"]) == sign_ins.MAX_SIGN_INS


def test_a_new_address_is_verified_by_the_code_in_its_mail(shop: World):
    user = register(shop)["user_id"]
    token = mailed_token(shop, "Confirm your email address")
    assert call(shop, "GET", "/profile", user=user).body["email_verified"] is False
    assert call(shop, "POST", "/accounts/verification", {"token": token}).status == 204
    assert call(shop, "GET", "/profile", user=user).body["email_verified"] is True
    again = call(shop, "POST", "/accounts/verification", {"token": token})
    assert (again.status, again.body["error"]) == (400, "invalid_token")
    assert call(shop, "POST", "/profile/verification", user=user).status == 409


def test_the_newest_mail_counts(shop: World):
    user = register(shop)["user_id"]
    old = mailed_token(shop, "Confirm your email address")
    assert call(shop, "POST", "/profile/verification", user=user).status == 202
    new = mailed_token(shop, "Confirm your email address")
    statuses = [call(shop, "POST", "/accounts/verification", {"token": token}).status for token in (old, new)]
    assert statuses == [400, 204]


def recover(shop: World, email: str = ADA) -> Answer:
    return call(shop, "POST", "/accounts/recovery", {"email": email})


def set_password(shop: World, token: str, password: str = "battery staple") -> Answer:
    return call(shop, "POST", "/accounts/password", {"token": token, "password": password})


def test_a_forgotten_password_is_replaced_once_and_signs_out_everywhere(shop: World):
    session = register(shop)
    for _ in range(8):
        sign_in(shop, "wrong wrong")
    assert sign_in(shop).status == 429
    assert recover(shop).status == 202
    token = mailed_token(shop, "Set a new password")
    assert set_password(shop, token).status == 204
    assert not is_in(shop, session)
    assert sign_in(shop, "battery staple").status == 200  # and the lock-out is over
    assert sign_in(shop).status == 401
    assert set_password(shop, token, "once more please").status == 400
    assert [mail.subject for mail in shop.mailbox(ADA)][-1] == "Your password was changed"


def test_a_code_for_a_new_password_expires(shop: World):
    register(shop)
    recover(shop)
    token = mailed_token(shop, "Set a new password")
    shop.pass_time(minutes=31)
    assert set_password(shop, token).status == 400


def test_recovery_tells_nobody_who_exists(shop: World):
    register(shop)
    known, unknown = recover(shop), recover(shop, "nobody@example.com")
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert shop.mailbox("nobody@example.com") == []
    assert [item["kind"] for item in shop.table("AccountsTable") if item["pk"].startswith("MAIL#")] == ["recovery"] * 2


@pytest.fixture
def work_of(shop: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Answer]], Counter[str]]:
    """What a request costs, which is what its duration tells about whom it asks for: hashes, and calls of AWS."""
    work, scrypt, send = Counter[str](), hashlib.scrypt, Endpoint.make_request

    def count_hash(*arguments: Any, **cost: Any) -> bytes:
        work[f"scrypt {cost['n']} {cost['r']} {cost['p']}"] += 1
        return scrypt(*arguments, **cost)

    def count_call(endpoint: Endpoint, operation: Any, request: Any) -> Any:
        work[operation.name] += 1
        return send(endpoint, operation, request)

    def measure(ask: Callable[[], Answer]) -> Counter[str]:
        work.clear()
        assert ask().status in (202, 401)
        return work.copy()

    monkeypatch.setattr(hashlib, "scrypt", count_hash)
    monkeypatch.setattr(Endpoint, "make_request", count_call)
    return measure


def test_an_answers_duration_tells_nobody_who_exists(shop: World, work_of: Callable[..., Counter[str]]):
    register(shop)
    wrong = work_of(lambda: sign_in(shop, "wrong password"))
    assert [name for name in wrong if name.startswith("scrypt")]
    assert work_of(lambda: sign_in(shop, "wrong password", "nobody@example.com")) == wrong
    assert work_of(lambda: recover(shop)) == work_of(lambda: recover(shop, "nobody@example.com"))


def test_asking_for_mails_and_for_taken_addresses_is_slowed_down(shop: World):
    register(shop)
    statuses = [recover(shop).status for _ in range(8)]
    assert statuses[:5] == [202] * 5
    assert statuses[-1] == 429
    taken = {"email": ADA, "password": PASSWORD, "name": "Eve"}
    statuses = [call(shop, "POST", "/accounts", taken).status for _ in range(30)]
    assert statuses[0] == 409
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "token", ["", "x", ".", "a.b", "00000000-0000-4000-8000-000000000001.", "é.ü", "x" * 200, 5, None, {"a": 1}]
)
@pytest.mark.parametrize("path", ["/accounts/verification", "/accounts/password"])
def test_a_made_up_code_is_refused(shop: World, token: object, path: str):
    register(shop)
    assert call(shop, "POST", path, {"token": token, "password": "battery staple"}).status == 400


def test_a_code_serves_for_its_own_account_and_purpose_alone(shop: World):
    register(shop)
    other = register(shop, "eve@example.com")
    verification = mailed_token(shop, "Confirm your email address")
    assert set_password(shop, verification).status == 400
    secret = verification.partition(".")[2]
    stolen = {"token": f"{other['user_id']}.{secret}"}
    assert call(shop, "POST", "/accounts/verification", stolen).status == 400


def test_the_password_is_changed_by_who_knows_it(shop: World):
    session = register(shop)
    user = session["user_id"]
    wrong = {"current_password": "wrong wrong", "password": "battery staple"}
    assert call(shop, "PUT", "/profile/password", wrong, user=user).status == 401
    changed = call(shop, "PUT", "/profile/password", {**wrong, "current_password": PASSWORD}, user=user)
    assert changed.status == 200
    assert [is_in(shop, each) for each in (session, changed.body)] == [False, True]


ADDRESS = {"recipient": "Ada", "street": "1 Mill Lane", "city": "London", "country": "United Kingdom"}


def test_addresses_and_ways_to_pay_are_kept_without_secrets_in_answers(shop: World):
    user = register(shop)["user_id"]
    first = call(shop, "POST", "/profile/addresses", ADDRESS, user=user).body
    second = call(shop, "POST", "/profile/addresses", {**ADDRESS, "city": "Oslo", "is_default": True}, user=user).body
    way = {"method": "card", "token": "tok_visa", "label": "Visa ending 4242"}
    kept = call(shop, "POST", "/profile/payment-methods", way, user=user)
    assert kept.status == 201
    profile = call(shop, "GET", "/profile", user=user).body
    assert {each["city"]: each["is_default"] for each in profile["addresses"]} == {"London": False, "Oslo": True}
    assert "tok_visa" not in str(profile)
    moved = call(shop, "PUT", f"/profile/addresses/{first['address_id']}", {**ADDRESS, "city": "Leeds"}, user=user)
    assert moved.body["city"] == "Leeds"
    assert call(shop, "DELETE", f"/profile/addresses/{second['address_id']}", user=user).status == 204
    remove = f"/profile/payment-methods/{kept.body['payment_method_id']}"
    assert [call(shop, "DELETE", remove, user=user).status for _ in range(2)] == [204, 404]
    profile = call(shop, "GET", "/profile", user=user).body
    assert [(each["city"], each["is_default"]) for each in profile["addresses"]] == [("Leeds", True)]
    assert profile["payment_methods"] == []


def test_nobody_reaches_anothers_entries(shop: World):
    user, eve = register(shop)["user_id"], register(shop, "eve@example.com")["user_id"]
    address_id = call(shop, "POST", "/profile/addresses", ADDRESS, user=user).body["address_id"]
    path = f"/profile/addresses/{address_id}"
    assert [call(shop, method, path, ADDRESS, user=eve).status for method in ("PUT", "DELETE")] == [404, 404]
    assert len(call(shop, "GET", "/profile", user=user).body["addresses"]) == 1


def test_a_deleted_account_leaves_nothing_of_the_person(shop: World):
    session = register(shop)
    user = session["user_id"]
    call(shop, "POST", "/profile/addresses", ADDRESS, user=user)
    shop.mailbox(ADA)
    assert call(shop, "DELETE", "/profile", {"password": "wrong wrong"}, user=user).status == 401
    assert call(shop, "DELETE", "/profile", {"password": PASSWORD}, user=user).status == 204
    assert not is_in(shop, session)
    assert refresh(shop, session).status == 401
    assert sign_in(shop).status == 401
    rest = str(shop.table("AccountsTable"))
    assert not [text for text in (ADA, "Mill Lane", "Ada") if text in rest]
    assert register(shop)["user_id"] != user  # the address is free again


def test_no_secret_is_stored_logged_or_in_the_lake(shop: World, capsys: pytest.CaptureFixture[str]):
    session = register(shop)
    recover(shop)
    codes = [mailed_token(shop, subject) for subject in ("Confirm your email address", "Set a new password")]
    secrets = [PASSWORD, session["token"], session["refresh_token"], *(code.partition(".")[2] for code in codes)]
    written = str(shop.table("AccountsTable")) + str(shop.events()) + capsys.readouterr().out
    assert not [secret for secret in secrets if secret in written]
    assert ADA not in str(shop.events()) + capsys.readouterr().out


def set_role(shop: World, role: str | None = "staff", **account: str) -> Any:
    return shop.invoke("SetRoleFunction", {**account, "role": role})


def context_of(shop: World, session: dict[str, Any]) -> Any:
    """What the authorizer says of whose session it is."""
    arn = "arn:aws:execute-api:us-east-1:1:api/live/GET/x"
    event = {"type": "TOKEN", "methodArn": arn, "authorizationToken": f"Bearer {session['token']}"}
    return shop.invoke("AuthorizerFunction", event)["context"]


def test_the_operator_makes_an_account_one_of_the_staff_and_takes_that_back_at_once(shop: World):
    session = register(shop)
    user = session["user_id"]
    assert context_of(shop, session) == {"user_id": user}
    for _ in range(2):
        assert set_role(shop, user_id=user) == {"user_id": user, "email": ADA, "role": "staff"}
    assert context_of(shop, session) == {"user_id": user, "role": "staff"}
    assert call(shop, "GET", "/profile", user=user).body["role"] == "staff"
    assert shop.invoke("MembersFunction", {"session": ids.fingerprint(session["token"])})["role"] == "staff"
    for _ in range(2):
        assert set_role(shop, None, user_id=user)["role"] is None
    assert context_of(shop, session) == {"user_id": user}
    assert shop.invoke("MembersFunction", {"session": ids.fingerprint(session["token"])})["role"] is None


def test_nobody_becomes_staff_by_what_a_shopper_sends(shop: World):
    wishes = {"role": "staff", "is_staff": True, "user": {"role": "staff"}, "context": {"role": "staff"}}
    body = {"email": ADA, "password": PASSWORD, "name": "Eve", **wishes}
    session = call(shop, "POST", "/accounts", body, role="shopper").body
    user = session["user_id"]
    sign_in = call(shop, "POST", "/sessions", body).body
    call(shop, "POST", "/sessions/refresh", {"refresh_token": sign_in["refresh_token"], **wishes})
    assert call(shop, "PUT", "/profile", {"name": "Eve", **wishes}, user=user).status == 200
    address = {"recipient": "Eve", "street": "1 Mill Lane", "city": "London", "country": "United Kingdom"}
    assert call(shop, "POST", "/profile/addresses", {**address, **wishes}, user=user).status == 201
    assert call(shop, "PUT", "/profile/password", {**body, "current_password": PASSWORD}, user=user).status == 200
    assert call(shop, "GET", "/profile", user=user).body["role"] is None
    (item,) = [item for item in shop.table("AccountsTable") if item["pk"] == f"USER#{user}"]
    assert "staff" not in str(item)


def test_an_address_that_nobody_has_proved_makes_nobody_staff(shop: World):
    register(shop)
    assert set_role(shop, email=ADA)["error"]["code"] == "not_verified"
    call(shop, "POST", "/accounts/verification", {"token": mailed_token(shop, "Confirm your email address")})
    assert set_role(shop, email=ADA.upper())["role"] == "staff"
    assert set_role(shop, email="nobody@example.com")["error"]["code"] == "no_such_account"
    assert set_role(shop, user_id="nobody")["error"]["kind"] == "not_found"
    assert set_role(shop, "owner", email=ADA)["error"]["kind"] == "invalid_request"


def test_a_session_is_told_by_its_fingerprint_while_it_lasts(shop: World):
    session = register(shop)
    command = {"session": ids.fingerprint(session["token"])}
    assert shop.invoke("MembersFunction", command)["email"] == ADA
    assert shop.invoke("MembersFunction", {"session": session["token"]})["error"]["kind"] == "unauthenticated"
    call(shop, "DELETE", "/sessions", Authorization=f"Bearer {session['token']}")
    assert shop.invoke("MembersFunction", command)["error"]["code"] == "session_ended"
