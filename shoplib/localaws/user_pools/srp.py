"""Passwords by SRP: moto 5.2.5 takes every signature, and so every password.

The numbers are those of RFC 5054's group of 3072 bits; Cognito derives the key of the signature by HKDF.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpBackend, UserStatus
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.user_pools.pools import pool_of_client

FLOW, VERIFIER = "USER_SRP_AUTH", "PASSWORD_VERIFIER"
DENIED, RESET = "Incorrect username or password.", "Password reset required for the user"
MODULUS = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
GENERATOR = 2
INFO = b"Caldera Derived Key"
Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Exchange:
    """What client and pool have told each other, and the pool's own secret."""

    client_public: int
    salt: int
    secret: int
    block: str

    @classmethod
    def begin(cls, parameters: Parameters) -> "Exchange":
        block = base64.b64encode(secrets.token_bytes(128)).decode()
        return cls(_client_public(parameters), secrets.randbits(128), secrets.randbits(1024), block)

    def parameters(self, pool: Any, user: Any) -> dict[str, str]:
        """The challenge for the client."""
        return {
            "SALT": f"{self.salt:x}",
            "SRP_B": f"{self._public(pool, user):x}",
            "SECRET_BLOCK": self.block,
            "USERNAME": user.username,
            "USER_ID_FOR_SRP": user.username,
        }

    def require_signature(self, pool: Any, user: Any, answer: Parameters) -> None:
        text = f"{_name_of(pool)}{user.username}".encode() + base64.b64decode(self.block)
        message = text + answer.get("TIMESTAMP", "").encode()
        expected = hmac.new(self._key(pool, user), message, "sha256").digest()
        if not hmac.compare_digest(expected, _bytes(answer.get("PASSWORD_CLAIM_SIGNATURE", ""))):
            raise NotAuthorizedError(DENIED)

    def _verifier(self, pool: Any, user: Any) -> int:
        identity = sha256(f"{_name_of(pool)}{user.username}:{user.password}".encode()).digest()
        return pow(GENERATOR, _number(_padded(self.salt) + identity), MODULUS)

    def _public(self, pool: Any, user: Any) -> int:
        multiplier = _number(_padded(MODULUS) + _padded(GENERATOR))
        return (multiplier * self._verifier(pool, user) + pow(GENERATOR, self.secret, MODULUS)) % MODULUS

    def _key(self, pool: Any, user: Any) -> bytes:
        scrambler = _number(_padded(self.client_public) + _padded(self._public(pool, user)))
        base = self.client_public * pow(self._verifier(pool, user), scrambler, MODULUS)
        shared = pow(base, self.secret, MODULUS)
        return HKDF(SHA256(), length=16, salt=_padded(scrambler), info=INFO).derive(_padded(shared))


def install() -> None:
    wrap(CognitoIdpBackend, "respond_to_auth_challenge", _verifying)


def offer(backend: Any, pool: Any, user: Any, parameters: Parameters, answer: dict[str, Any]) -> dict[str, Any]:
    """moto's answer, with numbers that mean something; its session is the block that comes back."""
    exchange = Exchange.begin(parameters)
    backend.sessions[exchange.block] = backend.sessions.pop(answer["Session"])
    _exchanges(user)[exchange.block] = exchange
    return answer | {"ChallengeParameters": exchange.parameters(pool, user), "Session": exchange.block}


def _verifying(original: Method) -> Method:
    def respond_to_auth_challenge(
        backend: Any, session: str, client_id: str, challenge_name: str, challenge_responses: Parameters
    ) -> Any:
        if challenge_name == VERIFIER:
            _verify(pool_of_client(backend, client_id), challenge_responses or {})
        return original(backend, session, client_id, challenge_name, challenge_responses)

    return respond_to_auth_challenge


def _verify(pool: Any, answer: Parameters) -> None:
    user: Any = pool._get_user(answer.get("USERNAME", "")) if pool else None
    exchange = _exchanges(user).pop(answer.get("PASSWORD_CLAIM_SECRET_BLOCK", ""), None) if user else None
    if exchange is None:
        raise NotAuthorizedError(DENIED)
    exchange.require_signature(pool, user, answer)
    if user.status == UserStatus.RESET_REQUIRED:
        raise JsonRESTError("PasswordResetRequiredException", RESET)


def _exchanges(user: Any) -> dict[str, Exchange]:
    exchanges: dict[str, Exchange] = user.__dict__.setdefault("lab_exchanges", {})
    return exchanges


def _client_public(parameters: Parameters) -> int:
    try:
        public = int(parameters.get("SRP_A", ""), 16)
    except ValueError:
        raise InvalidParameterException("Missing required parameter SRP_A") from None
    if public % MODULUS == 0:
        raise InvalidParameterException("The SRP_A is invalid")
    return public


def _name_of(pool: Any) -> str:
    """A pool's id without its region."""
    return str(pool.id).partition("_")[2]


def _number(data: bytes) -> int:
    return int.from_bytes(sha256(data).digest(), "big")


def _padded(number: int) -> bytes:
    """With a sign bit, as Java writes big numbers."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
