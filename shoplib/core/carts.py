"""The carts' API, as services use it that show what a shopper showed them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shoplib.core import numbers, telemetry
from shoplib.core.errors import Conflict, Unauthenticated, Unavailable

# `request(method, url, headers=...)`, which answers something with a `status` and `data`.
Request = Callable[..., Any]


@dataclass(frozen=True)
class Caller:
    """What the caller shows: a session's Authorization header, a guest's cart key, both or nothing."""

    authorization: str | None = None
    cart_key: str | None = None


@dataclass(frozen=True)
class Api:
    """The API at an address; empty, there is none, and every call is Unavailable."""

    request: Request
    url: str

    def read(self, cart_id: str, caller: Caller) -> dict[str, Any] | None:
        """The cart as it is shown to the caller, if it is; amounts with a fraction are decimal strings."""
        status, body = self.call("GET", cart_id, caller)
        if status in (400, 404):
            return None
        if status == 401:
            raise Unauthenticated("unauthenticated", "The session has ended; sign in again.")
        if status != 200:
            raise Unavailable("cart_unavailable", "The cart cannot be read just now; try again.")
        content: dict[str, Any] = numbers.read(body.decode())
        return content

    def call(
        self, method: str, cart_id: str, caller: Caller, more: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of a request. Unavailable when there is no answer."""
        if not self.url:
            message = "The template `rest` has the carts: deploy it, and this one with its ShopApiUrl."
            raise Unavailable("no_shop_api", message)
        address = f"{self.url.rstrip('/')}/carts/{quote(cart_id, safe='')}"
        try:
            answer = self.request(method, address, headers={**_headers(caller), **(more or {})})
        except Unavailable:
            raise
        except Exception as error:
            # Whatever the client raises (no route, no answer in time, a broken one): there is no answer.
            telemetry.logger().warning("no answer", extra={"url": address}, exc_info=True)
            raise Unavailable("cart_unavailable", "The shop API does not answer; try again.", 1) from error
        return answer.status, answer.data


def choose_a_variant(product_id: str, variants: Iterable[str]) -> Conflict:
    """The refusal of a product that is sold in sizes or colours, each a product of its own."""
    ids = list(variants)
    message = f"{product_id} comes in variants; choose one of {', '.join(ids)}."
    return Conflict("choose_a_variant", message, variants=ids)


def _headers(caller: Caller) -> dict[str, str]:
    credentials = {"Authorization": caller.authorization, "x-cart-key": caller.cart_key}
    return {
        "x-correlation-id": telemetry.logger().get_correlation_id() or "",
        **{name: value for name, value in credentials.items() if value},
        **telemetry.trace_headers(),
    }
