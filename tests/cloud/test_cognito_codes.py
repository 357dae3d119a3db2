"""Codes of Cognito: the right one alone confirms, once and in time; the message stands in a log group."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]
FIRST, SECOND = "First-password-1", "Second-password-2"


class Pool:
    def __init__(self, aws: Aws) -> None:
        self.cognito, self.logs = aws("cognito-idp"), aws("logs")
        options = {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}
        self.id = self.cognito.create_user_pool(PoolName="codes", **options)["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        created = self.cognito.create_user_pool_client(UserPoolId=self.id, ClientName="c", ExplicitAuthFlows=flows)
        self.client = created["UserPoolClient"]["ClientId"]

    def call(self, operation: str, user: str, **parameters: Any) -> Any:
        return getattr(self.cognito, operation)(ClientId=self.client, Username=user, **parameters)

    def sign_up(self) -> str:
        user = f"{uuid.uuid4().hex}@example.org"
        assert not self.call("sign_up", user, Password=FIRST)["UserConfirmed"]
        return user

    def message(self, user: str) -> Any:
        where = {"logGroupName": f"/aws/cognito/userpools/{self.id}", "logStreamName": "messages"}
        messages = [json.loads(each["message"]) for each in self.logs.get_log_events(**where)["events"]]
        return [each for each in messages if each["to"] == user][-1]

    def refusal(self, operation: str, user: str, **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            self.call(operation, user, **parameters)
        return str(caught.value.response["Error"]["Code"])

    def sign_in(self, user: str, password: str) -> Any:
        credentials = {"USERNAME": user, "PASSWORD": password}
        return self.cognito.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=credentials
        )["AuthenticationResult"]


@pytest.fixture(scope="module")
def pool(aws: Aws) -> Pool:
    return Pool(aws)


def other(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_the_code_of_the_message_confirms_the_user(pool: Pool) -> None:
    user = pool.sign_up()
    message = pool.message(user)
    assert (message["medium"], message["purpose"]) == ("EMAIL", "sign-up")
    assert pool.refusal("confirm_sign_up", user, ConfirmationCode=other(message["code"])) == "CodeMismatchException"
    pool.call("confirm_sign_up", user, ConfirmationCode=message["code"])
    assert pool.sign_in(user, FIRST)
    assert pool.refusal("confirm_sign_up", user, ConfirmationCode=message["code"]) == "NotAuthorizedException"


def test_a_new_code_takes_the_place_of_the_first(pool: Pool) -> None:
    user = pool.sign_up()
    first = pool.message(user)["code"]
    details = pool.call("resend_confirmation_code", user)["CodeDeliveryDetails"]
    assert details == {"Destination": f"{user[0]}***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    second = pool.message(user)["code"]
    if first != second:
        assert pool.refusal("confirm_sign_up", user, ConfirmationCode=first) == "CodeMismatchException"
    pool.call("confirm_sign_up", user, ConfirmationCode=second)


def test_a_forgotten_password_is_set_with_the_code_once(pool: Pool) -> None:
    user = pool.sign_up()
    pool.call("confirm_sign_up", user, ConfirmationCode=pool.message(user)["code"])
    answer = pool.call("forgot_password", user)
    assert not [name for name in answer["ResponseMetadata"]["HTTPHeaders"] if name.startswith("x-moto")]
    code = pool.message(user)["code"]
    new = {"Password": SECOND, "ConfirmationCode": code}
    assert pool.refusal("confirm_forgot_password", user, **new | {"ConfirmationCode": other(code)})
    assert pool.refusal("confirm_forgot_password", user, **new | {"Password": "short"}) == "InvalidPasswordException"
    pool.call("confirm_forgot_password", user, **new)
    assert pool.sign_in(user, SECOND)
    assert pool.refusal("confirm_forgot_password", user, **new) == "ExpiredCodeException"


def test_guessing_ends_a_code(pool: Pool) -> None:
    user = pool.sign_up()
    code = pool.message(user)["code"]
    wrong = [pool.refusal("confirm_sign_up", user, ConfirmationCode=other(code)) for _ in range(6)]
    assert wrong == ["CodeMismatchException"] * 5 + ["LimitExceededException"]
    assert pool.refusal("confirm_sign_up", user, ConfirmationCode=code) == "LimitExceededException"


def test_who_is_not_there_cannot_be_told_from_who_is(pool: Pool) -> None:
    nobody = "nobody@example.org"
    assert pool.call("forgot_password", nobody)["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    new = {"Password": SECOND, "ConfirmationCode": "123456"}
    assert pool.refusal("confirm_forgot_password", nobody, **new) == "ExpiredCodeException"


def test_clients_have_flows_and_secrets(aws: Aws) -> None:
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"clients-{uuid.uuid4().hex[:8]}")["UserPool"]["Id"]

    def client(**settings: Any) -> dict[str, Any]:
        made: dict[str, Any] = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", **settings)
        return dict(made["UserPoolClient"])

    def log_in(client_id: str, **more: str) -> tuple[str, str]:
        parameters = {"USERNAME": "ann", "PASSWORD": "Sesame-8"} | more
        flow = "USER_PASSWORD_AUTH"
        return code_and_message(cognito.initiate_auth, ClientId=client_id, AuthFlow=flow, AuthParameters=parameters)

    refused = ("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client")
    assert log_in(client()["ClientId"]) == refused
    assert log_in("nobody") == ("ResourceNotFoundException", "User pool client nobody does not exist.")
    own = client(GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    own_id = own["ClientId"]
    missing = f"Client {own_id} is configured with secret but SECRET_HASH was not received"
    assert log_in(own_id) == ("NotAuthorizedException", missing)
    assert log_in(own_id, SECRET_HASH="wrong")[1] == f"Unable to verify secret hash for client {own_id}"
    digest = hmac.new(own["ClientSecret"].encode(), f"ann{own_id}".encode(), hashlib.sha256).digest()
    person = {"ClientId": own_id, "Username": "ann", "Password": "Sesame-8"}
    assert code_and_message(cognito.sign_up, **person) == ("NotAuthorizedException", missing)
    signed = person | {"SecretHash": base64.b64encode(digest).decode()}
    cognito.sign_up(**signed)
    assert code_and_message(cognito.sign_up, **signed) == ("UsernameExistsException", "User already exists")
    twice = code_and_message(cognito.admin_create_user, UserPoolId=pool, Username="ann")
    assert twice == ("UsernameExistsException", "User account already exists")
