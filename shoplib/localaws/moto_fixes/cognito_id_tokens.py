"""An ID token of moto's has no attribute of its person unless the client lists ReadAttributes, and `"true"` for true.

On AWS a client without a list reads all standard attributes, and `email_verified` is a boolean.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
"""

from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolAttribute, CognitoIdpUserPoolClient

from shoplib.localaws.moto_patches import replace, wrap

BOOLEANS = ("email_verified", "phone_number_verified")


def install() -> None:
    replace(CognitoIdpUserPoolClient, "get_readable_fields", _readable_fields)
    wrap(CognitoIdpUserPool, "get_user_extra_data_by_client_id", _with_booleans)


def _readable_fields(client: Any) -> list[str]:
    standard = [name for name in CognitoIdpUserPoolAttribute.STANDARD_SCHEMA if name != "sub"]
    return client.extended_config.get("ReadAttributes") or standard


def _with_booleans(original: Any) -> Any:
    def claims(pool: Any, client_id: str, username: str) -> dict[str, Any]:
        texts = original(pool, client_id, username)
        return {name: str(value).lower() == "true" if name in BOOLEANS else value for name, value in texts.items()}

    return claims
