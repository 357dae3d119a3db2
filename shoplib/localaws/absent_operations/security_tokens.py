"""STS: moto 5.2.5 gives a role's credentials to anybody, for any text as the token of another provider.

Who signed that text, and whether the role trusts him, is known of no provider here, so that nobody gets in that way.
"""

from typing import Any

from moto.sts.responses import TokenResponse

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.moto_patches import before


def install() -> None:
    before(TokenResponse, "assume_role_with_web_identity", _refuse_web_identity)
    before(TokenResponse, "assume_role_with_saml", _refuse_saml)


def _refuse_web_identity(_request: Any) -> None:
    raise _absent("AssumeRoleWithWebIdentity")


def _refuse_saml(_request: Any) -> None:
    raise _absent("AssumeRoleWithSAML")


def _absent(operation: str) -> Refusal:
    """By its name, which the engine cannot tell of a call that nobody signs."""
    return Refusal("NotImplemented", f"The local AWS does not implement sts:{operation}.", 501)
