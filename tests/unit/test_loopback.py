"""What is on this machine, as the library that calls it reads addresses."""

import pytest
import requests

from shoplib.localaws.loopback import is_here, session
from shoplib.localaws.own_addresses import translated


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8/a", "https://localhost/", "http://[::1]:80/?a=b", "http://127.9.9.9"]
)
def test_addresses_of_this_machine(url: str) -> None:
    assert is_here(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com", "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/", "ftp://", "", "a b"),
        *("http://example.com\\@127.0.0.1/", "http://example.com#@127.0.0.1/", "http://example.com?@127.0.0.1/"),
    ],
)
def test_addresses_elsewhere_are_not_called_whoever_forgets_to_ask(url: str) -> None:
    assert not is_here(url)
    with session() as http, pytest.raises((requests.RequestException, ValueError)):
        http.get(url, timeout=0.01)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        (
            "https://abc123.execute-api.us-east-1.amazonaws.com/live/x?a=b",
            "http://e/_aws/execute-api/abc123/live/x?a=b",
        ),
        ("https://ABC123.execute-api.us-east-1.amazonaws.com", "http://e/_aws/execute-api/abc123/"),
        ("https://abc123.lambda-url.eu-west-1.on.aws?a=b", "http://e/_aws/lambda-url/abc123/?a=b"),
        ("https://abc123.execute-api.us-east-1.amazonaws.com.example.org/", None),
    ],
)
def test_addresses_of_aws_lead_to_the_engine(url: str, here: str | None) -> None:
    assert translated(url, "http://e") == (here or url)
