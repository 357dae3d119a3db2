"""What is wrong with a pattern, in AWS's words."""


class InvalidPattern(ValueError):
    """The text is not an event pattern; the message is the reason that AWS gives."""
