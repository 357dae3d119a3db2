"""The least and the most of what a state's numbers may be, as they stand in a definition or come of an expression."""

MOST = 99_999_999
INTEGERS = {
    **dict.fromkeys(("Seconds", "MaxConcurrency", "ToleratedFailureCount"), (0, MOST)),
    **dict.fromkeys(("TimeoutSeconds", "HeartbeatSeconds"), (1, MOST)),
}
PERCENTAGE = "ToleratedFailurePercentage"
NUMBERS = {**INTEGERS, PERCENTAGE: (0, 100)}
