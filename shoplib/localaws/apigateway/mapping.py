"""Mapping templates (Velocity): the body that goes to an integration or back to the client."""

from typing import Any

from shoplib.localaws.apigateway.errors import internal_error


def render(template: str, variables: dict[str, Any]) -> str:
    """Rendered template. Raises GatewayError (500) naming what the template uses and the lab does not support."""
    if "$" not in template and "#" not in template:
        return template
    raise internal_error(f"mapping template uses Velocity, which is not supported yet: {template[:120]!r}")
