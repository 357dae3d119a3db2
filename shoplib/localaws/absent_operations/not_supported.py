"""What would be accepted and then do nothing, in services that speak JSON."""

from moto.core.exceptions import JsonRESTError


class NotSupported(JsonRESTError):
    code = 501

    def __init__(self, what: str) -> None:
        """`what`: `ssm:SendCommand`, or a parameter of it."""
        super().__init__("NotImplemented", f"The local AWS does not implement {what}.")
