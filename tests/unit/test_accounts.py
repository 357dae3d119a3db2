import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib.core import members
from shoplib.core.errors import Conflict, InvalidRequest, Unauthenticated
from shoplib.services.accounts import domain, profiles


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
        members.fingerprint(header)


ADDRESS = {"recipient": "Ada", "street": "1 Mill Lane\nFlat 2", "city": "London", "country": "United Kingdom"}


def test_the_first_address_is_the_default_until_another_becomes_it():
    first = profiles.with_address({}, "1", profiles.address(ADDRESS))
    both = profiles.with_address(first, "2", profiles.address({**ADDRESS, "is_default": True}))
    assert first["1"].is_default
    assert [both["1"].is_default, both["2"].is_default] == [False, True]
    assert profiles.without_address(both, "2")["1"].is_default
    assert profiles.without_address(first, "1") == {}


@pytest.mark.parametrize("wrong", [{"city": None}, {"is_default": 1}, {"street": "x" * 301}, {"postcode": 12}])
def test_an_address_says_which_field_is_wrong(wrong: dict[str, object]):
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        profiles.address({**ADDRESS, **wrong})


@pytest.mark.parametrize(
    "number", ["4242424242424242", "4242 4242 4242 4242", "Visa 4000-0566-5566-5556!", "378282246310005"]
)
@pytest.mark.parametrize("field", ["token", "label"])
def test_a_card_number_is_never_kept(number: str, field: str):
    body = {"method": "card", "token": "tok_visa", "label": "Visa ending 4242", field: number}
    with pytest.raises(InvalidRequest, match="Never send a card's number"):
        profiles.payment_method(body)


def test_a_token_with_digits_is_no_card_number():
    assert profiles.payment_method({"method": "card", "token": "pm_1234567890123456", "label": "My card"})
    assert not profiles.is_card_number("4242424242424243 and 123")


def test_a_profile_is_bounded():
    kept = {str(number): profiles.address(ADDRESS) for number in range(profiles.MAX_ENTRIES)}
    with pytest.raises(Conflict, match="at most 20 addresses"):
        profiles.with_address(kept, "more", profiles.address(ADDRESS))
