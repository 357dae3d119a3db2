"""What is wrong with a request, as AWS names it."""


class Refusal(Exception):
    """The client's mistake: AWS's code and words for it, and the status that goes with them.

    S3 alone tells further details, by name.
    """

    def __init__(self, code: str, message: str, status: int = 400, /, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details
