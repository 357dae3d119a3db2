"""What can be wrong with a request, in the shop's words. `core.http` maps each class to its status, once."""

from typing import Any


class ShopError(Exception):
    """A request that cannot be served: `code` is for programs, `message` says to a person what to change, `details`
    are further fields of the answer, as JSON has them."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class InvalidRequest(ShopError):
    """The request itself is malformed or breaks a rule that the caller can see."""

    def __init__(self, message: str, code: str = "invalid_request") -> None:
        super().__init__(code, message)


class Unauthenticated(ShopError):
    """Who is calling is not known."""


class PaymentDeclined(ShopError):
    """The payment provider refused; another payment may succeed."""


class Forbidden(ShopError):
    """Who is calling is known, and may not do this."""


class NotFound(ShopError):
    """No such thing, or none that this caller may know of."""


class Conflict(ShopError):
    """The request is fine but does not fit the present state."""


class PreconditionFailed(ShopError):
    """The caller wants to change what it saw, and that is no longer what there is."""


class TooManyRequests(ShopError):
    """More requests than are good; `retry_after` seconds from now there will be room."""

    def __init__(self, code: str, message: str, retry_after: int) -> None:
        super().__init__(code, message, retry_after=retry_after)
        self.retry_after = retry_after


class TooLarge(ShopError):
    """More than one message or request may carry."""


class Unprocessable(ShopError):
    """Well formed, but contradicts what was sent before."""


class Unavailable(ShopError):
    """Something this service depends on did not answer; trying again later, in `retry_after` seconds where that is
    known, may succeed."""

    def __init__(self, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(code, message, **({} if retry_after is None else {"retry_after": retry_after}))
