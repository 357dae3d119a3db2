"""A trigger of a user pool: the event for its function, and the function's response.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool

from shoplib.localaws.functions import LambdaService
from shoplib.localaws.moto_patches import replace
from shoplib.localaws.user_pools import answers
from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.settings import function_of
from shoplib.localaws.user_pools.trigger_calls import TriggerCalls

Response = dict[str, Any]


def install(lambdas: LambdaService) -> None:
    """The last one installed is used."""
    calls = TriggerCalls(lambdas)

    def answer_of_function(pool: Any, trigger: str, event: Mapping[str, Any]) -> Any:
        return calls.answer(pool.arn, trigger, function_of(pool, trigger), event)

    replace(CognitoIdpUserPool, "answer_of_function", answer_of_function)


def ask(
    pool: Any,
    trigger: str,
    occasion: str,
    user_name: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any] | None = None,
    version: str = "1",
) -> Response | None:
    """The function's response; None when the pool has no function for the trigger."""
    if not function_of(pool, trigger):
        return None
    event = {
        "version": version,
        "triggerSource": occasion,
        "region": pool.region,
        "userPoolId": pool.id,
        "userName": user_name,
        "callerContext": {"awsSdkVersion": current().sdk, "clientId": current().client_id},
        "request": request,
        "response": response or {},
    }
    return answers.read(trigger, pool.answer_of_function(trigger, event))


def attributes_of(user: Any) -> dict[str, str]:
    """As functions get them: the state of the account is among them."""
    return {**user.attribute_lookup, "cognito:user_status": getattr(user.status, "value", user.status)}


def not_found_flag(pool: Any, client_id: str) -> dict[str, bool]:
    """As a member of a request, for clients whose answers do not tell who has an account."""
    client = pool.clients.get(client_id)
    hides = client is not None and client.extended_config.get("PreventUserExistenceErrors") == "ENABLED"
    return {"userNotFound": False} if hides else {}
