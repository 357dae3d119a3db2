"""The failures that API Gateway itself answers with (not the integration), by AWS's gateway response types."""

from dataclasses import dataclass, field

# type -> (default status, x-amzn-ErrorType); statuses are AWS's "gateway response types" table.
RESPONSE_TYPES = {
    "ACCESS_DENIED": (403, "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": (500, "InternalServerErrorException"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, "AuthorizerFailureException"),
    "BAD_REQUEST_BODY": (400, "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": (400, "BadRequestException"),
    "DEFAULT_4XX": (400, "BadRequestException"),
    "DEFAULT_5XX": (500, "InternalServerErrorException"),
    "EXPIRED_TOKEN": (403, "ExpiredTokenException"),
    "INTEGRATION_FAILURE": (504, "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": (504, "InternalServerErrorException"),
    "INVALID_API_KEY": (403, "ForbiddenException"),
    "INVALID_SIGNATURE": (403, "InvalidSignatureException"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "MissingAuthenticationTokenException"),
    "QUOTA_EXCEEDED": (429, "LimitExceededException"),
    "REQUEST_TOO_LARGE": (413, "RequestEntityTooLargeException"),
    "RESOURCE_NOT_FOUND": (404, "NotFoundException"),
    "THROTTLED": (429, "TooManyRequestsException"),
    "UNAUTHORIZED": (401, "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "BadRequestException"),
}


@dataclass(eq=False)
class GatewayError(Exception):
    """`message` goes to the client, `reason` only to the log; `status` overrides the type's default status."""

    type: str
    message: str | None
    reason: str = ""
    status: int | None = None
    validation: str = ""  # $context.error.validationErrorString

    def __str__(self) -> str:
        return f"{self.type}: {self.reason or self.message}"


def internal_error(reason: str, status: int = 500) -> GatewayError:
    """A fault of the integration or its configuration: the client learns nothing, the log names the reason."""
    return GatewayError(
        "DEFAULT_5XX" if status != 500 else "API_CONFIGURATION_ERROR", "Internal server error", reason, status
    )


# What a fault that is injected makes an API answer, by its kind: response type, status, message.
INJECTED_ERRORS = {
    "internal": ("API_CONFIGURATION_ERROR", 500, "Internal server error"),
    "throttle": ("THROTTLED", 429, "Too Many Requests"),
    "unavailable": ("DEFAULT_5XX", 503, "Service Unavailable"),
}


@dataclass(eq=False)
class HttpApiError(Exception):
    """What an HTTP API answers by itself: {"message": message}. `reason` only goes to the log."""

    status: int
    message: str
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.status} {self.message}: {self.reason}"
