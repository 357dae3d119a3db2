"""PostConfirmation: a function learns that an account is confirmed, or that a forgotten password is set anew.

The account stays confirmed when the function fails.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from typing import Any

from shoplib.localaws.user_pools.current_call import current
from shoplib.localaws.user_pools.triggers import ask, attributes_of

SIGNED_UP, PASSWORD_SET = "PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"


def tell_of_confirmation(pool: Any, user: Any, occasion: str) -> None:
    request = {"userAttributes": attributes_of(user), **current().metadata}
    ask(pool, "PostConfirmation", occasion, user.username, request)
