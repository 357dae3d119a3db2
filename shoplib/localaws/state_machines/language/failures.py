"""How a state fails: an error's name and a cause, by which retriers and catchers choose."""

RUNTIME = "States.Runtime"
INTRINSIC = "States.IntrinsicFailure"
QUERY = "States.QueryEvaluationError"
TOO_LARGE = "States.DataLimitExceeded"
READER = "States.ItemReaderFailed"
WRITER = "States.ResultWriterFailed"
# Error and cause of a Map of which more iterations failed than it tolerates.
EXCEEDED = ("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")


class StateFailure(Exception):
    """`error` and `cause` as histories and catchers show them; either may be missing."""

    def __init__(self, error: str | None, cause: str | None = None) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    @property
    def names(self) -> tuple[str, ...]:
        """By which retriers and catchers know the error."""
        return (self.error or "",)

    @property
    def output(self) -> dict[str, str]:
        """What a catcher's state gets."""
        fields = {"Error": self.error, "Cause": self.cause}
        return {name: value for name, value in fields.items() if value is not None}


class HeartbeatMissed(StateFailure):
    """As on AWS a timeout like any other, which retriers and catchers may also call by its own name."""

    def __init__(self) -> None:
        super().__init__("States.Timeout")

    @property
    def names(self) -> tuple[str, ...]:
        return ("States.Timeout", "States.HeartbeatTimeout")


class EvaluationFailure(StateFailure):
    """The interpreter itself cannot go on: a path leads nowhere, a value is of the wrong kind.

    `location` is the field of a JSONata expression. The state adds its name to the cause, once.
    """

    def __init__(self, error: str, cause: str, location: str = "") -> None:
        super().__init__(error, cause)
        self.location = location
        self._is_placed = False

    def place(self, state: str, event_id: int) -> bool:
        """Whether this is the state that failed, and not one around it."""
        if self._is_placed:
            return False
        self._is_placed = True
        if self.error != TOO_LARGE:  # whose cause names the state already
            entered = f"An error occurred while executing the state '{state}' (entered at the event id #{event_id})."
            self.cause = f"{entered} {self.cause}"
        return True


def runtime(cause: str) -> EvaluationFailure:
    return EvaluationFailure(RUNTIME, cause)
