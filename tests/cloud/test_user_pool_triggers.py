"""Lambda triggers of Cognito user pools: each is invoked with AWS's event, and its answer takes effect."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from shoplib.localaws.user_pools.srp import MODULUS
from tests.cloud.lambda_room import Room
from tests.cloud.refusals import code_and_message
from tests.cloud.stacks import Stacks

Aws = Callable[..., Any]
PASSWORD, OTHER_PASSWORD = "First-password-1", "Second-password-2"
# One function for all triggers: it tells what it got, and answers as its environment says.
CODE = """
import json, os
def handler(event, context):
    print("SEEN " + json.dumps(event))
    name = event["triggerSource"].split("_")[0]
    said = json.loads(os.environ.get("ANSWERS", "{}")).get(name)
    if said == "raise":
        raise ValueError("Not like this")
    if said == "nothing":
        return None
    if name == "DefineAuthChallenge" and said is None:
        last = (event["request"]["session"] or [{}])[-1]
        said = {"issueTokens": bool(last.get("challengeResult"))}
        said["failAuthentication"] = len(event["request"]["session"]) > 2
        said["challengeName"] = None if said["issueTokens"] else "CUSTOM_CHALLENGE"
    if name == "VerifyAuthChallengeResponse":
        request = event["request"]
        said = {"answerCorrect": request["privateChallengeParameters"]["answer"] == request["challengeAnswer"]}
    event["response"].update(said or {})
    return event
"""
CREATED = {
    "publicChallengeParameters": {"question": "2+3"},
    "privateChallengeParameters": {"answer": "5"},
    "challengeMetadata": "SUM",
}
FLOWS = ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH", "ADMIN_USER_PASSWORD_AUTH"]


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@dataclass
class Pool:
    """A pool whose triggers are one function, and a client of it."""

    aws: Aws
    function: str
    triggers: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cognito, self.room = self.aws("cognito-idp"), Room(self.aws)
        functions: dict[str, Any] = dict.fromkeys(self.triggers, self.arn)
        functions |= self.options.pop("LambdaConfig", {})
        made = self.cognito.create_user_pool(PoolName="triggers", LambdaConfig=functions, **self.options)["UserPool"]
        self.id, self.pool_arn = made["Id"], made["Arn"]
        flows = [f"ALLOW_{flow}" for flow in FLOWS]
        client = self.cognito.create_user_pool_client(UserPoolId=self.id, ClientName="c", ExplicitAuthFlows=flows)
        self.client = client["UserPoolClient"]["ClientId"]

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function}"

    def permit(self) -> "Pool":
        self.aws("lambda").add_permission(
            FunctionName=self.function,
            StatementId=f"s{uuid.uuid4().hex}",
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
            SourceArn=self.pool_arn,
        )
        return self

    def call(self, operation: str, **parameters: Any) -> Any:
        return getattr(self.cognito, operation)(ClientId=self.client, **parameters)

    def refusal(self, operation: str, **parameters: Any) -> tuple[str, str]:
        return code_and_message(self.call, operation, **parameters)

    def sign_up(self, **more: Any) -> str:
        name = f"p{uuid.uuid4().hex}"
        self.call("sign_up", Username=name, Password=PASSWORD, UserAttributes=address(name), **more)
        return name

    def sign_in(self, name: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
        given = {"USERNAME": name, "PASSWORD": password}
        answer = self.call("initiate_auth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given, **more)
        return dict(answer["AuthenticationResult"])

    def user(self, name: str) -> tuple[str, dict[str, str]]:
        found = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)
        return found["UserStatus"], {each["Name"]: each["Value"] for each in found["UserAttributes"]}

    def events(self, pool_alone: bool = True) -> list[Any]:
        return [each for each in self.room.seen(self.function) if each["userPoolId"] == self.id or not pool_alone]

    def sources(self, name: str) -> list[str]:
        return [each["triggerSource"] for each in self.events() if each["userName"] == name]

    def message(self) -> Any:
        where = {"logGroupName": f"/aws/cognito/userpools/{self.id}", "logStreamName": "messages"}
        return json.loads(self.aws("logs").get_log_events(**where)["events"][-1]["message"])


def address(name: str) -> list[dict[str, str]]:
    return [{"Name": "email", "Value": f"{name}@example.org"}]


@pytest.fixture(scope="module")
def room(aws: Aws) -> Room:
    return Room(aws)


def function(room: Room, **answers: Any) -> str:
    return room.function(CODE, Environment={"Variables": {"ANSWERS": json.dumps(answers)}})


@pytest.fixture(scope="module")
def silent(room: Room) -> str:
    """It says nothing but of CreateAuthChallenge."""
    return function(room, CreateAuthChallenge=CREATED)


def test_a_sign_up_asks_and_tells(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, ("PreSignUp", "PostConfirmation", "CustomMessage")).permit()
    data = {"ValidationData": [{"Name": "age", "Value": "18"}], "ClientMetadata": {"from": "ad"}}
    name = pool.sign_up(**data)
    assert pool.user(name) == ("UNCONFIRMED", pool.user(name)[1]) and pool.user(name)[1]["email_verified"] == "false"
    pool.call("confirm_sign_up", Username=name, ConfirmationCode=pool.message()["code"])
    first, sent, confirmed = pool.events()
    assert first == {
        "version": "1",
        "triggerSource": "PreSignUp_SignUp",
        "region": "us-east-1",
        "userPoolId": pool.id,
        "userName": name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": pool.client},
        "request": {
            "userAttributes": {"email": f"{name}@example.org"},
            "validationData": {"age": "18"},
            "clientMetadata": {"from": "ad"},
        },
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }
    assert sent["triggerSource"] == "CustomMessage_SignUp" and sent["request"]["codeParameter"] == "{####}"
    assert confirmed["triggerSource"] == "PostConfirmation_ConfirmSignUp" and confirmed["response"] == {}
    state, attributes = pool.user(name)
    assert confirmed["request"]["userAttributes"] == attributes | {"cognito:user_status": "CONFIRMED"}
    assert (state, attributes["email_verified"]) == ("CONFIRMED", "true")


def test_a_function_confirms_and_verifies(aws: Aws, room: Room) -> None:
    confirming = function(room, PreSignUp={"autoConfirmUser": True, "autoVerifyEmail": True})
    pool = Pool(aws, confirming, ("PreSignUp", "PostConfirmation"), {"UsernameAttributes": ["email"]}).permit()
    email = f"{uuid.uuid4().hex}@example.org"
    answer = pool.call("sign_up", Username=email, Password=PASSWORD)
    assert answer["UserConfirmed"] and "CodeDeliveryDetails" not in answer
    assert pool.sources(answer["UserSub"]) == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]
    state, attributes = pool.user(email)
    assert (state, attributes["email_verified"], attributes["sub"]) == ("CONFIRMED", "true", answer["UserSub"])
    assert claims(pool.sign_in(email)["IdToken"])["email_verified"] is True


def test_what_goes_wrong_is_said_as_aws_says_it(aws: Aws, room: Room, silent: str) -> None:
    new = {"Username": "ann", "Password": PASSWORD}
    denied = "PreSignUp invocation failed due to error AccessDeniedException."
    pool = Pool(aws, silent, ("PreSignUp",))
    assert pool.refusal("sign_up", **new) == ("UnexpectedLambdaException", denied)
    gone = Pool(aws, "gone", ("PreSignUp",))
    assert gone.refusal("sign_up", **new) == ("UnexpectedLambdaException", denied)
    nowhere = {"PreSignUp": "arn:aws:lambda:nowhere-1:123456789012:function:gone"}
    lost = Pool(aws, "gone", (), {"LambdaConfig": nowhere})
    assert lost.refusal("sign_up", **new) == ("UnexpectedLambdaException", denied)
    raising = Pool(aws, function(room, PreSignUp="raise"), ("PreSignUp",)).permit()
    said = ("UserLambdaValidationException", "PreSignUp failed with error Not like this.")
    assert raising.refusal("sign_up", **new) == said
    unreadable = ("InvalidLambdaResponseException", "Unrecognizable lambda output")
    for answer in ("nothing", {"autoConfirmUser": "yes"}):
        pool = Pool(aws, function(room, PreSignUp=answer), ("PreSignUp",)).permit()
        assert pool.refusal("sign_up", **new) == unreadable
        assert code_and_message(pool.user, "ann")[0] == "UserNotFoundException"


def test_a_message_has_the_functions_words(aws: Aws, room: Room) -> None:
    words = {"emailSubject": "Hello", "emailMessage": "{username}: {####}"}
    pool = Pool(aws, function(room, CustomMessage=words), ("CustomMessage",)).permit()
    name = pool.sign_up()
    pool.call("resend_confirmation_code", Username=name)
    pool.call("forgot_password", Username=name)
    message = pool.message()
    assert (message["subject"], message["message"]) == ("Hello", f"{name}: {message['code']}")
    new = {"Username": name, "ConfirmationCode": message["code"], "Password": OTHER_PASSWORD}
    pool.call("confirm_forgot_password", **new)
    who = {"UserPoolId": pool.id, "Username": f"i{uuid.uuid4().hex}"}
    pool.cognito.admin_create_user(**who, UserAttributes=address("ann"))
    password = pool.message()["code"]
    assert pool.message()["message"] == f"{who['Username']}: {password}" and pool.message()["to"] == "ann@example.org"
    pool.cognito.admin_create_user(**who, MessageAction="RESEND", TemporaryPassword=OTHER_PASSWORD)
    assert pool.message()["code"] == OTHER_PASSWORD != password
    kinds = [each["triggerSource"].partition("_")[2] for each in pool.events()]
    assert kinds == ["SignUp", "ResendCode", "ForgotPassword", "AdminCreateUser", "AdminCreateUser"]
    assert pool.events()[-1]["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    without = Pool(aws, function(room, CustomMessage={"emailMessage": "no code"}), ("CustomMessage",)).permit()
    code, text = without.refusal("sign_up", Username="ann", Password=PASSWORD, UserAttributes=address("ann"))
    assert code == "InvalidParameterException" and "'emailBody'" in text


def test_a_new_address_is_unverified_until_its_code_is_back(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, ("CustomMessage",), {"AutoVerifiedAttributes": ["email"]}).permit()
    name = pool.sign_up()
    pool.call("confirm_sign_up", Username=name, ConfirmationCode=pool.message()["code"])
    token = {"AccessToken": pool.sign_in(name)["AccessToken"]}
    update, attribute = pool.cognito.update_user_attributes, {"AttributeName": "email"}
    (details,) = update(**token, UserAttributes=address("new"))["CodeDeliveryDetailsList"]
    assert (details["Destination"], pool.message()["to"]) == ("n***@e***", "new@example.org")
    assert pool.user(name)[1]["email_verified"] == "false"
    verify = pool.cognito.verify_user_attribute
    assert code_and_message(verify, **token, **attribute, Code="wrong")[0] == "CodeMismatchException"
    pool.cognito.get_user_attribute_verification_code(**token, **attribute)
    verify(**token, **attribute, Code=pool.message()["code"])
    assert pool.user(name)[1]["email_verified"] == "true"
    admin = {"UserPoolId": pool.id, "Username": name}
    vouched = [*address("newer"), {"Name": "email_verified", "Value": "true"}]
    pool.cognito.admin_update_user_attributes(**admin, UserAttributes=vouched)
    assert pool.user(name)[1]["email_verified"] == "true"
    pool.cognito.admin_update_user_attributes(**admin, UserAttributes=address("newest"))
    assert (pool.user(name)[1]["email_verified"], pool.message()["to"]) == ("false", "newest@example.org")
    kinds = [each["triggerSource"].partition("_")[2] for each in pool.events()]
    assert kinds == ["SignUp", "UpdateUserAttribute", "VerifyUserAttribute", "UpdateUserAttribute"]


def test_a_sign_in_asks_and_tells(aws: Aws, room: Room, silent: str) -> None:
    triggers = ("PreAuthentication", "PostAuthentication", "PreTokenGeneration", "PostConfirmation")
    pool = Pool(aws, silent, triggers).permit()
    name = pool.sign_up()
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
    wrong = {"USERNAME": name, "PASSWORD": "Wrong-password-1"}
    refused = pool.refusal("initiate_auth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=wrong)
    assert refused == ("NotAuthorizedException", "Incorrect username or password.")
    tokens = pool.sign_in(name, ClientMetadata={"from": "ad"})
    again = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    pool.call("initiate_auth", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=again)
    assert pool.sources(name) == [
        "PostConfirmation_ConfirmSignUp",
        "PreAuthentication_Authentication",
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_Authentication",
        "TokenGeneration_RefreshTokens",
    ]
    before, after, generation = (pool.events()[index]["request"] for index in (2, 3, 4))
    attributes = pool.user(name)[1] | {"cognito:user_status": "CONFIRMED"}
    assert before == {"userAttributes": attributes, "validationData": {"from": "ad"}}
    assert after == {"userAttributes": attributes, "newDeviceUsed": False}
    nothing = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
    assert generation == {"userAttributes": attributes, "groupConfiguration": nothing}
    raising = Pool(aws, function(room, PreAuthentication="raise"), ("PreAuthentication",)).permit()
    name = raising.sign_up()
    raising.cognito.admin_confirm_sign_up(UserPoolId=raising.id, Username=name)
    given = {"USERNAME": name, "PASSWORD": PASSWORD}
    said = raising.refusal("initiate_auth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    assert said == ("UserLambdaValidationException", "PreAuthentication failed with error Not like this.")


def member(pool: Pool, group: str, **options: Any) -> str:
    """A new confirmed member of a group."""
    name = pool.sign_up()
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
    pool.cognito.create_group(UserPoolId=pool.id, GroupName=group, **options)
    pool.cognito.admin_add_user_to_group(UserPoolId=pool.id, Username=name, GroupName=group)
    return name


def test_claims_of_the_id_token_change(aws: Aws, room: Room) -> None:
    details = {
        "claimsToAddOrOverride": {"plan": "gold", "sub": "forged", "cognito:groups": "forged"},
        "claimsToSuppress": ["email", "iss"],
        "groupOverrideDetails": {"groupsToOverride": ["admins"], "preferredRole": "arn:aws:iam::1:role/r"},
    }
    generating = function(room, TokenGeneration={"claimsOverrideDetails": details})
    pool = Pool(aws, generating, ("PreTokenGeneration",)).permit()
    role = "arn:aws:iam::123456789012:role/buyer"
    name = member(pool, "buyers", RoleArn=role, Precedence=1)
    tokens = pool.sign_in(name)
    identity, access = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    assert (identity["plan"], identity["cognito:groups"], access["cognito:groups"]) == ("gold", ["admins"], ["admins"])
    assert identity["cognito:preferred_role"] == "arn:aws:iam::1:role/r"
    assert identity["sub"] == access["sub"] == pool.user(name)[1]["sub"] and "email" not in identity
    assert "plan" not in access and "iss" in identity and "cognito:preferred_role" not in access
    configuration = pool.events()[-1]["request"]["groupConfiguration"]
    assert configuration == {"groupsToOverride": ["buyers"], "iamRolesToOverride": [role], "preferredRole": role}
    again = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    renewed = pool.call("initiate_auth", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=again)["AuthenticationResult"]
    assert claims(renewed["IdToken"])["plan"] == "gold"
    assert pool.cognito.get_user(AccessToken=tokens["AccessToken"])["Username"] == name


def test_claims_and_scopes_of_the_access_token_change(aws: Aws, room: Room) -> None:
    access = {"claimsToAddOrOverride": {"tenants": ["a", "b"]}, "scopesToAdd": ["orders/read"]}
    access["scopesToSuppress"] = ["aws.cognito.signin.user.admin"]
    details = {"idTokenGeneration": {"claimsToAddOrOverride": {"plan": "gold"}}, "accessTokenGeneration": access}
    generating = function(room, TokenGeneration={"claimsAndScopeOverrideDetails": details})
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{generating}"
    versioned = {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn}}
    pool = Pool(aws, generating, (), {"LambdaConfig": versioned}).permit()
    described = pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]["LambdaConfig"]
    assert described == versioned | {"PreTokenGeneration": arn}
    tokens = pool.sign_in(member(pool, "buyers"))
    identity, changed = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    assert (identity["plan"], changed["tenants"], changed["scope"]) == ("gold", ["a", "b"], "orders/read")
    assert "plan" not in changed and "tenants" not in identity and changed["cognito:groups"] == ["buyers"]
    event = pool.events()[-1]
    assert (event["version"], event["request"]["scopes"]) == ("2", ["aws.cognito.signin.user.admin"])
    assert event["response"] == {"claimsAndScopeOverrideDetails": None}


def test_a_new_password_is_an_occasion_of_its_own(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, ("PreSignUp", "PreTokenGeneration")).permit()
    pool.cognito.admin_create_user(UserPoolId=pool.id, Username="ann", TemporaryPassword=PASSWORD)
    given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    asked = pool.call("initiate_auth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    new = {"USERNAME": "ann", "NEW_PASSWORD": OTHER_PASSWORD}
    answer = {"ChallengeName": asked["ChallengeName"], "Session": asked["Session"], "ChallengeResponses": new}
    assert pool.call("respond_to_auth_challenge", **answer, ClientMetadata={"a": "b"})["AuthenticationResult"]
    assert pool.sources("ann") == ["PreSignUp_AdminCreateUser", "TokenGeneration_NewPasswordChallenge"]
    assert pool.events()[-1]["request"]["clientMetadata"] == {"a": "b"}


def test_who_is_elsewhere_migrates(aws: Aws, room: Room) -> None:
    found = {"userAttributes": {"email": "ann@example.org", "email_verified": "true"}, "messageAction": "SUPPRESS"}
    pool = Pool(aws, function(room, UserMigration=found), ("UserMigration",)).permit()
    assert pool.sign_in("ann", "weak") and pool.user("ann")[0] == "CONFIRMED"
    assert pool.events()[-1]["request"] == {"password": "weak", "validationData": None, "userAttributes": None}
    assert pool.sign_in("ann", "weak") and pool.sources("ann") == ["UserMigration_Authentication"]
    pool.call("forgot_password", Username="bob")
    assert pool.sources("bob") == ["UserMigration_ForgotPassword"] and pool.user("bob")[0] == "RESET_REQUIRED"
    new = {"Username": "bob", "ConfirmationCode": pool.message()["code"], "Password": PASSWORD}
    pool.call("confirm_forgot_password", **new)
    assert pool.sign_in("bob")
    weak = Pool(aws, function(room, UserMigration=found | {"finalUserStatus": "RESET_REQUIRED"}), ("UserMigration",))
    given = {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": "ann", "PASSWORD": "weak"}}
    reset = ("PasswordResetRequiredException", "Password reset required for the user")
    assert weak.permit().refusal("initiate_auth", **given) == reset
    unknown = Pool(aws, function(room), ("UserMigration",)).permit()
    nobody = ("UserNotFoundException", f"Exception migrating user in app client {unknown.client}")
    assert unknown.refusal("initiate_auth", **given) == nobody


CHALLENGES = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")


def test_a_custom_challenge_is_answered(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, CHALLENGES).permit()
    name = pool.sign_up()
    begin = {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": name}}
    assert pool.refusal("initiate_auth", **begin)[0] == "UserNotConfirmedException"
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
    first = pool.call("initiate_auth", **begin)
    assert first["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert first["ChallengeParameters"] == {"USERNAME": name, "question": "2+3"}

    def answer(session: str, text: str) -> dict[str, Any]:
        responses = {"USERNAME": name, "ANSWER": text}
        return {"ChallengeName": "CUSTOM_CHALLENGE", "Session": session, "ChallengeResponses": responses}

    second = pool.call("respond_to_auth_challenge", **answer(first["Session"], "4"))
    assert second["ChallengeName"] == "CUSTOM_CHALLENGE" and second["Session"] != first["Session"]
    stale = pool.refusal("respond_to_auth_challenge", **answer(first["Session"], "5"))
    assert stale == ("NotAuthorizedException", "Invalid session for the user.")
    right = answer(second["Session"], "5")
    tokens = pool.cognito.admin_respond_to_auth_challenge(UserPoolId=pool.id, ClientId=pool.client, **right)
    assert claims(tokens["AuthenticationResult"]["IdToken"])["cognito:username"] == name
    results = [
        {"challengeName": "CUSTOM_CHALLENGE", "challengeMetadata": "SUM"} | {"challengeResult": each}
        for each in (False, True)
    ]
    assert pool.events()[-1]["request"]["session"] == results
    by_admin = pool.cognito.admin_initiate_auth(UserPoolId=pool.id, ClientId=pool.client, **begin)
    assert by_admin["ChallengeName"] == "CUSTOM_CHALLENGE"


def test_a_custom_challenge_is_denied_or_not_there(aws: Aws, room: Room) -> None:
    denying = function(room, DefineAuthChallenge={"failAuthentication": True})
    pool = Pool(aws, denying, CHALLENGES).permit()
    name = member(pool, "buyers")
    begin = {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": name}}
    assert pool.refusal("initiate_auth", **begin) == ("NotAuthorizedException", "Incorrect username or password.")
    without = Pool(aws, "nobody", ())
    missing = "Custom auth lambda trigger is not configured for the user pool."
    assert without.refusal("initiate_auth", **begin) == ("InvalidParameterException", missing)


def test_triggers_are_kept_and_taken_away(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, ("PreSignUp",))
    update, describe = pool.cognito.update_user_pool, pool.cognito.describe_user_pool
    assert describe(UserPoolId=pool.id)["UserPool"]["LambdaConfig"] == {"PreSignUp": pool.arn}
    sender = {"CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": pool.arn}, "KMSKeyID": pool.arn}
    code, text = code_and_message(update, UserPoolId=pool.id, LambdaConfig=sender)
    assert code == "NotImplemented" and "LambdaConfig.CustomEmailSender" in text
    versioned = {"LambdaVersion": "V2_0", "LambdaArn": pool.arn}
    two = {"PreTokenGeneration": f"{pool.arn}-other", "PreTokenGenerationConfig": versioned}
    assert code_and_message(update, UserPoolId=pool.id, LambdaConfig=two)[0] == "InvalidParameterException"
    lite = {"PoolName": "lite", "UserPoolTier": "LITE", "LambdaConfig": {"PreTokenGenerationConfig": versioned}}
    assert code_and_message(pool.cognito.create_user_pool, **lite)[0] == "FeatureUnavailableInTierException"
    assert describe(UserPoolId=pool.id)["UserPool"]["LambdaConfig"] == {"PreSignUp": pool.arn}
    update(UserPoolId=pool.id)
    assert describe(UserPoolId=pool.id)["UserPool"]["LambdaConfig"] == {}
    assert pool.sign_up()


class Srp:
    """The client's side of a password that is not sent."""

    def __init__(self, pool_id: str, name: str, password: str) -> None:
        self.pool, self.name, self.password = pool_id.partition("_")[2], name, password
        self.secret = secrets.randbits(1024)
        self.public = pow(2, self.secret, MODULUS)

    def answer(self, challenge: dict[str, str]) -> dict[str, str]:
        public, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        who = f"{self.pool}{challenge['USER_ID_FOR_SRP']}"
        hashed = hashlib.sha256(f"{who}:{self.password}".encode()).digest()
        x, u = number(padded(salt) + hashed), number(padded(self.public) + padded(public))
        k = number(padded(MODULUS) + padded(2))
        shared = pow(public - k * pow(2, x, MODULUS), self.secret + u * x, MODULUS)
        extracted = hmac.digest(padded(u), padded(shared), "sha256")
        key = hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]
        stamp = "Thu Dec 3 12:00:00 UTC 2026"
        message = who.encode() + base64.b64decode(challenge["SECRET_BLOCK"]) + stamp.encode()
        return {
            "USERNAME": self.name,
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, message, "sha256")).decode(),
            "TIMESTAMP": stamp,
        }


def number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest(), "big")


def padded(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def begin_with_password(pool: Pool, flow: str, srp: Srp) -> dict[str, str]:
    given = {"USERNAME": srp.name, "CHALLENGE_NAME": "SRP_A", "SRP_A": f"{srp.public:x}"}
    asked = pool.call("initiate_auth", AuthFlow=flow, AuthParameters=given)
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    return dict(asked["ChallengeParameters"])


def test_a_password_that_is_not_sent_is_verified(aws: Aws, silent: str) -> None:
    pool = Pool(aws, silent, ("PostAuthentication",)).permit()
    name = member(pool, "buyers")
    wrong, right = Srp(pool.id, name, "Wrong-password-1"), Srp(pool.id, name, PASSWORD)
    verifier = {"ChallengeName": "PASSWORD_VERIFIER"}
    refused = wrong.answer(begin_with_password(pool, "USER_SRP_AUTH", wrong))
    denied = pool.refusal("respond_to_auth_challenge", **verifier, ChallengeResponses=refused)
    assert denied == ("NotAuthorizedException", "Incorrect username or password.")
    answer = right.answer(begin_with_password(pool, "USER_SRP_AUTH", right))
    assert pool.call("respond_to_auth_challenge", **verifier, ChallengeResponses=answer)["AuthenticationResult"]
    assert pool.sources(name) == ["PostAuthentication_Authentication"]
    again = pool.refusal("respond_to_auth_challenge", **verifier, ChallengeResponses=answer)
    assert again[0] == "NotAuthorizedException"


def test_a_custom_flow_begins_with_the_password(aws: Aws, room: Room) -> None:
    pool = Pool(aws, function(room, DefineAuthChallenge={"challengeName": "PASSWORD_VERIFIER"}), CHALLENGES).permit()
    name = member(pool, "buyers")
    wrong, right = Srp(pool.id, name, "Wrong-password-1"), Srp(pool.id, name, PASSWORD)
    verifier = {"ChallengeName": "PASSWORD_VERIFIER"}
    refused = wrong.answer(begin_with_password(pool, "CUSTOM_AUTH", wrong))
    denied = pool.refusal("respond_to_auth_challenge", **verifier, ChallengeResponses=refused)
    assert denied == ("NotAuthorizedException", "Incorrect username or password.")
    answer = right.answer(begin_with_password(pool, "CUSTOM_AUTH", right))
    pool.call("respond_to_auth_challenge", **verifier, ChallengeResponses=answer)
    steps = [[each["challengeName"] for each in event["request"]["session"]] for event in pool.events()]
    assert steps == [["SRP_A"], ["SRP_A"], ["SRP_A", "PASSWORD_VERIFIER"]]


def test_a_stack_sets_and_takes_away_triggers(aws: Aws, silent: str) -> None:
    stacks, arn = Stacks(aws), f"arn:aws:lambda:us-east-1:123456789012:function:{silent}"

    def template(**properties: Any) -> dict[str, Any]:
        users = {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "stack", **properties}}
        return {"Resources": {"Users": users}, "Outputs": {"Users": {"Value": {"Ref": "Users"}}}}

    def triggers(name: str) -> dict[str, Any]:
        pool = stacks.outputs(name)["Users"]
        return dict(aws("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"])

    name = stacks.deploy(template(LambdaConfig={"PreSignUp": arn}))
    assert triggers(name) == {"PreSignUp": arn}
    stacks.update(name, template(LambdaConfig={"PostConfirmation": arn}))
    assert (stacks.status(name), triggers(name)) == ("UPDATE_COMPLETE", {"PostConfirmation": arn})
    stacks.update(name, template())
    assert (stacks.status(name), triggers(name)) == ("UPDATE_COMPLETE", {})
    stacks.delete_all()
