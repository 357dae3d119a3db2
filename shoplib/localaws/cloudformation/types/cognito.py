"""Cognito user pools and identity pools."""

from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop, renamed, short
from shoplib.localaws.cloudformation.resource_providers import Properties


def _issuer(context: Context) -> str:
    return f"cognito-idp.{context.request.region}.amazonaws.com/{context.ref}"


def _enabled_mfas(context: Context, factors: Any) -> None:
    mode = context.properties.get("MfaConfiguration", "OFF")
    settings: Properties = {"MfaConfiguration": mode}
    if "SOFTWARE_TOKEN_MFA" in (factors or []):
        settings["SoftwareTokenMfaConfiguration"] = {"Enabled": True}
    if mode != "OFF" or factors:
        context.client().set_user_pool_mfa_config(UserPoolId=context.ref, **settings)


def _pool_and(name: str) -> Any:
    return lambda context: {"UserPoolId": context.properties["UserPoolId"], name: context.ref}


def _client_secret(context: Context) -> str:
    key = {"UserPoolId": context.properties["UserPoolId"], "ClientId": context.ref}
    return str(context.client().describe_user_pool_client(**key)["UserPoolClient"].get("ClientSecret", ""))


TYPES = {
    "AWS::Cognito::UserPool": ApiType(
        service="cognito-idp",
        create_call="create_user_pool",
        shape=renamed(UserPoolName="PoolName"),
        update_call="update_user_pool",
        name="UserPoolName",
        fixed=frozenset({"AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "Schema"}),
        ref=from_answer("UserPool", "Id"),
        delete_call="delete_user_pool",
        key=by("UserPoolId"),
        attributes={
            "Arn": from_answer("UserPool", "Arn"),
            "ProviderName": _issuer,
            "ProviderURL": lambda context: f"https://{_issuer(context)}",
            "UserPoolId": lambda context: context.ref,
        },
        aspects=(Aspect("EnabledMfas", _enabled_mfas),),
    ),
    "AWS::Cognito::UserPoolClient": ApiType(
        service="cognito-idp",
        create_call="create_user_pool_client",
        update_call="update_user_pool_client",
        name="ClientName",
        fixed=frozenset({"UserPoolId", "GenerateSecret"}),
        ref=from_answer("UserPoolClient", "ClientId"),
        delete_call="delete_user_pool_client",
        key=_pool_and("ClientId"),
        attributes={
            "ClientId": lambda context: context.ref,
            "ClientSecret": _client_secret,
            "Name": prop("ClientName"),
        },
    ),
    "AWS::Cognito::UserPoolDomain": ApiType(
        service="cognito-idp",
        create_call="create_user_pool_domain",
        fixed=frozenset({"UserPoolId", "Domain"}),
        ref=prop("Domain"),
        delete_call="delete_user_pool_domain",
        key=_pool_and("Domain"),
    ),
    "AWS::Cognito::UserPoolGroup": ApiType(
        service="cognito-idp",
        create_call="create_group",
        update_call="update_group",
        name="GroupName",
        fixed=frozenset({"UserPoolId"}),
        ref=prop("GroupName"),
        delete_call="delete_group",
        key=_pool_and("GroupName"),
    ),
    "AWS::Cognito::UserPoolUser": ApiType(
        service="cognito-idp",
        create_call="admin_create_user",
        name="Username",
        ref=prop("Username"),
        delete_call="admin_delete_user",
        key=_pool_and("Username"),
    ),
    "AWS::Cognito::UserPoolUserToGroupAttachment": ApiType(
        service="cognito-idp",
        create_call="admin_add_user_to_group",
        fixed=frozenset({"UserPoolId", "GroupName", "Username"}),
        ref=lambda context: context.request.name,
        delete_call="admin_remove_user_from_group",
        key=lambda context: {name: context.properties[name] for name in ("UserPoolId", "GroupName", "Username")},
    ),
    "AWS::Cognito::UserPoolResourceServer": ApiType(
        service="cognito-idp",
        create_call="create_resource_server",
        update_call="update_resource_server",
        fixed=frozenset({"UserPoolId", "Identifier"}),
        ref=prop("Identifier"),
        delete_call="delete_resource_server",
        key=_pool_and("Identifier"),
    ),
    "AWS::Cognito::IdentityPool": ApiType(
        service="cognito-identity",
        create_call="create_identity_pool",
        update_call="update_identity_pool",
        name="IdentityPoolName",
        generated=short(128),
        ref=from_answer("IdentityPoolId"),
        delete_call="delete_identity_pool",
        key=by("IdentityPoolId"),
        attributes={"Name": prop("IdentityPoolName")},
    ),
}
