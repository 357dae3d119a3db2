"""The error for what moto accepts and ignores, in services with a JSON protocol."""

from moto.core.exceptions import JsonRESTError


class NotSupported(JsonRESTError):
    code = 501

    def __init__(self, what: str) -> None:
        """`what` is an operation, such as `ssm:SendCommand`, or one of its parameters."""
        super().__init__("NotImplemented", f"The local AWS does not implement {what}.")
