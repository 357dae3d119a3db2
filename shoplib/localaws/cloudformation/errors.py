"""The errors that CloudFormation answers with."""

from moto.cloudformation.exceptions import CloudFormationError


class ValidationError(CloudFormationError):
    """400 ValidationError: the request is refused and nothing was changed."""

    code = "ValidationError"


class AlreadyExists(CloudFormationError):
    code = "AlreadyExistsException"


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(CloudFormationError):
    code = "InvalidChangeSetStatus"


class InsufficientCapabilities(CloudFormationError):
    """The caller has not acknowledged what the template does."""

    code = "InsufficientCapabilitiesException"


class ResourceFailed(Exception):
    """A resource could not be created, updated or deleted: becomes the reason of its *_FAILED event."""
