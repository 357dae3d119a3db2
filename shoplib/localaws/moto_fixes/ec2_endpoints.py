"""EC2: moto 5.2.5 keeps no type of a VPC endpoint that is created without one, and then cannot delete it.

On AWS it is a gateway.
"""

from typing import Any

from moto.ec2.models import EC2Backend

from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    wrap(EC2Backend, "create_vpc_endpoint", _gateway_by_default)


def _gateway_by_default(original: Method) -> Method:
    def create_vpc_endpoint(
        backend: Any, vpc_id: str, service_name: str, endpoint_type: str | None, *rest: Any, **kwargs: Any
    ) -> Any:
        return original(backend, vpc_id, service_name, endpoint_type or "Gateway", *rest, **kwargs)

    return create_vpc_endpoint
