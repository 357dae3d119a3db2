"""Cognito's user pools, as far as moto does not go: see README.md."""

from shoplib.localaws.functions import LambdaService
from shoplib.localaws.user_pools import (
    addresses,
    codes,
    current_call,
    custom_challenges,
    invitations,
    settings,
    sign_in,
    sign_up,
    srp,
    tokens,
    triggers,
)


def install(lambdas: LambdaService) -> None:
    """Idempotent; the last functions given are used."""
    triggers.install(lambdas)
    for steps in (
        current_call,
        settings,
        codes,
        addresses,
        invitations,
        sign_up,
        sign_in,
        srp,
        custom_challenges,
        tokens,
    ):
        steps.install()
