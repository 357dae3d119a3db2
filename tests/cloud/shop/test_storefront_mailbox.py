"""The mailbox on the page: the laptop's user reads it by a key that reads nothing else, and nobody else does."""

import uuid
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser

from shoplib import provision
from shoplib.errors import LabError
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.storefront import Visitor, visiting
from tests.commands import Command

pytestmark = pytest.mark.timeout(180)
SCRIPT = "<img src=x onerror=\"document.title='stolen'\"><script>document.title='stolen'</script>"
FETCH = "([url, options]) => fetch(url, options).then(answer => answer.status, () => 'refused')"


def send(shop: Shop, to: str, subject: str, text: str) -> None:
    """A mail as the shop sends it."""
    mails = shop.lab.client("sesv2")
    sender = mails.list_email_identities()["EmailIdentities"][0]["IdentityName"]
    body = {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}, "Html": {"Data": SCRIPT}}}
    mails.send_email(FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content={"Simple": body})


def open_by_its_key(visitor: Visitor, page: str) -> None:
    visitor.page.goto(page)
    visitor.page.locator("main[data-place='#/mailbox'] h1").wait_for()


def test_a_learner_reads_what_the_shop_sends(browser: Browser, shop: Shop):
    email = f"{uuid.uuid4()}@example.com"
    shop.request("POST", "/accounts", {"email": email, "password": "a long password", "name": "Ada"})
    with visiting(browser, shop) as visitor:
        visitor.open("#/mailbox")
        visitor.see("shoplib mailbox --open")
        open_by_its_key(visitor, provision.mailbox_page(shop.lab.target))
        assert "X-Amz" not in visitor.page.url
        visitor.see("Confirm your email address")
        send(shop, email, f"Hostile {SCRIPT}", SCRIPT)
        visitor.see(f"Hostile {SCRIPT}")  # the open page hears of it by itself
        visitor.pick("To whom?", email)
        letters = visitor.page.locator("main li.letter")
        assert letters.count() == 2 and visitor.page.title() != "stolen"
        assert visitor.page.locator("main script, main img").count() == 0
        visitor.open("#/")
        visitor.press("Mailbox")
        visitor.see("Confirm your email address")
        visitor.press("Close the mailbox in this browser")
        visitor.see("shoplib mailbox --open")
        assert visitor.stored("mailbox") is None


def test_the_command_opens_the_page(shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    answer = command("mailbox", "--open")
    assert (answer.code, answer.out.split()) == (0, opened), answer.err
    assert opened[0].startswith(shop.lab.outputs("storefront")["StorefrontUrl"] + "#/mailbox?X-Amz-")
    assert command("mailbox", "ada@example.com", "--open").code == 1


def test_a_key_that_no_longer_holds_is_forgotten(browser: Browser, shop: Shop):
    page = provision.mailbox_page(shop.lab.target)
    with visiting(browser, shop) as visitor:
        open_by_its_key(visitor, page[:-1] + ("0" if page[-1] != "0" else "1"))
        visitor.see("shoplib mailbox --open")
        assert visitor.stored("mailbox") is None


def test_the_key_opens_the_mailbox_to_this_page_and_nothing_else_to_anybody(browser: Browser, shop: Shop):
    page = urlsplit(provision.mailbox_page(shop.lab.target))
    key = page.fragment.partition("?")[2]
    with visiting(browser, shop) as visitor:
        visitor.open()

        def status(path: str, **options: str) -> object:
            return visitor.page.evaluate(FETCH, [path, options])

        assert status(f"/_aws/mailbox?{key}") == 200
        assert status("/_aws/mailbox") == 403
        assert status(f"/_aws/mailbox?{key}&to=ada@example.com") == 403
        assert status(f"/_aws/mailbox?{key}", method="DELETE") == 403
        assert [status(f"/_aws/{each}?{key}") for each in ("observed", "event-sources", "faults")] == [403] * 3
        visitor.complaints[:] = [each for each in visitor.complaints if "violates" not in each]
    address = f"{shop.lab.target.endpoint_url}/_aws/mailbox?{key}"
    for page_of_others in (
        {"Origin": f"http://{page.netloc}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "http://x"},
    ):
        answer = requests.get(address, headers={"Host": page.netloc, **page_of_others}, timeout=30)
        assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers


def test_where_mails_are_delivered_there_is_no_mailbox(browser: Browser, shop: Shop):
    with pytest.raises(LabError, match="has no mailbox"):
        provision.mailbox_page(replace(shop.lab.target, endpoint_url=None))
    # The same files at a host that is not of this machine's names, as AWS's are.
    bucket = shop.lab.outputs("storefront")["SiteBucketName"]
    with visiting(browser, shop) as visitor:
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.page.goto(f"{shop.lab.target.endpoint_url}/{bucket}/index.html#/mailbox?X-Amz-Signature=stolen")
        visitor.see("There is no mailbox here")
        assert visitor.page.get_by_role("link", name="Mailbox").count() == 0
        assert [url for url in asked if "/_aws/mailbox" in url] == []
