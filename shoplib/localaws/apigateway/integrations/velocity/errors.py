"""The error of a template that cannot be parsed or rendered."""


class VelocityError(Exception):
    """The message names the construct and where it stands, for the log."""
