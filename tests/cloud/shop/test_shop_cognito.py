"""The alternative sign-in: a Cognito user pool keeps the passwords, API Gateway verifies its tokens, the shop's routes
take the session."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from shoplib import provision
from tests.cloud.shop.conftest import Shop

TEMPLATE = str(provision.template_path("federation").with_name("cognito.yaml"))
PASSWORD = "correct horse battery"


@dataclass
class Pool:
    """The user pool and the shop's way into it, as a page in a browser goes it."""

    shop: Shop
    outputs: dict[str, str]

    def call(self, operation: str, **parameters: Any) -> Any:
        client = self.shop.lab.client("cognito-idp")
        return getattr(client, operation)(ClientId=self.outputs["UserPoolClientId"], **parameters)

    def sign_up(self, email: str) -> None:
        self.call("sign_up", Username=email, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": email}])

    def mailed_code(self) -> str:
        """On the laptop, what Cognito would mail stands in a log group."""
        place = {"logGroupName": f"/aws/cognito/userpools/{self.outputs['UserPoolId']}", "logStreamName": "messages"}
        return str(json.loads(self.shop.lab.client("logs").get_log_events(**place)["events"][-1]["message"])["code"])

    def tokens(self, email: str) -> dict[str, str]:
        credentials = {"USERNAME": email, "PASSWORD": PASSWORD}
        answer = self.call("initiate_auth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=credentials)
        return dict(answer["AuthenticationResult"])

    def open_session(self, token: str) -> requests.Response:
        url = self.shop.lab.target.reachable(self.outputs["SignInApiUrl"]) + "/sessions"
        return requests.post(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.fixture(scope="module")
def pool(shop: Shop) -> Iterator[Pool]:
    table = shop.lab.outputs("rest")["AccountsTableName"]
    stack = shop.lab.deploy(TEMPLATE, AccountsTableName=table)
    yield Pool(shop, stack.outputs)
    shop.lab.destroy(TEMPLATE)


def test_a_shopper_of_the_user_pool_shops(shop: Shop, pool: Pool) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    pool.sign_up(email)
    pool.call("confirm_sign_up", Username=email, ConfirmationCode=pool.mailed_code())
    tokens = pool.tokens(email)
    first, again = (pool.open_session(tokens["IdToken"]) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert first.json()["user_id"] == again.json()["user_id"]
    bearer = {"Authorization": f"Bearer {first.json()['token']}"}
    assert shop.request("GET", "/profile", **bearer).json()["email"] == email
    assert shop.request("GET", "/cart", **bearer).status_code == 200
    # An access token says what one may do, not who one is: it has no address.
    assert pool.open_session(tokens["AccessToken"]).status_code == 401


def test_tokens_of_other_pools_and_forged_ones_open_nothing(shop: Shop, pool: Pool) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    pool.sign_up(email)
    pool.call("confirm_sign_up", Username=email, ConfirmationCode=pool.mailed_code())
    header, claims, signature = pool.tokens(email)["IdToken"].split(".")
    forged = ["", "a.b.c", f"{header}.{claims}.", f"{header}.{claims}.{signature[:-6]}", other_pools_token(shop)]
    assert [pool.open_session(token).status_code for token in forged] == [401] * len(forged)


def other_pools_token(shop: Shop) -> str:
    """Signed by Cognito, for somebody of another pool."""
    cognito = shop.lab.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    client_id = client["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-horse-1", Permanent=True)
    credentials = {"USERNAME": "ada", "PASSWORD": "Correct-horse-1"}
    answer = cognito.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=credentials)
    return str(answer["AuthenticationResult"]["IdToken"])
