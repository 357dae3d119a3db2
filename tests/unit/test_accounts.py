import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib.core.errors import InvalidRequest, Unauthenticated
from shoplib.services.accounts import domain


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=8, max_size=200), st.text(max_size=200))
def test_only_the_same_password_opens(password: str, other: str):
    stored = domain.hash_password(password, passes=1)
    assert domain.verify_password(password, stored)
    assert domain.verify_password(other, stored) == (other == password)


def test_a_hash_is_salted_and_carries_its_parameters():
    one, two = (domain.hash_password("correct horse", passes=1) for _ in range(2))
    assert one != two
    assert one.startswith("scrypt$16384$8$1$")
    assert "correct horse" not in one


def test_nobodys_credentials_open_with_no_password():
    assert not domain.verify_password("", domain.nobody(1).password_hash)


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.com", "a b@example.com", "ada@example", "x" * 250 + "@a.b", 5]
)
def test_an_implausible_email_is_refused(email: object):
    with pytest.raises(InvalidRequest, match="email must"):
        domain.email({"email": email})


def test_emails_are_compared_without_case():
    assert domain.email({"email": " Ada@Example.COM "}) == "ada@example.com"
    assert domain.sign_in({"email": "ADA@example.com", "password": "x"}) == ("ada@example.com", "x")


@pytest.mark.parametrize("password", [None, "short", "x" * 201, 12345678])
def test_a_password_must_have_a_sensible_length(password: object):
    with pytest.raises(InvalidRequest, match="password must be a string of 8 to 200"):
        domain.registration({"email": "ada@example.com", "password": password, "name": "Ada"})


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc"])
def test_without_a_bearer_token_nobody_is_signed_in(header: str | None):
    with pytest.raises(Unauthenticated):
        domain.bearer_token(header)


def test_nothing_to_change_is_said():
    with pytest.raises(InvalidRequest, match="Nothing to change"):
        domain.changes({"name": " "})
