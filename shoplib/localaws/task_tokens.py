"""Tokens of Step Functions' tasks. A token says whose task it is, for whoever asks what a call with it is about."""

import base64
import binascii
import secrets

LENGTH = 64  # random bytes that nobody guesses
END = b"\0"


def new_token(arn: str) -> str:
    """A token of a task of the state machine, or of the activity, with this ARN."""
    return base64.b64encode(arn.encode() + END + secrets.token_bytes(LENGTH)).decode()


def resource_of(token: str) -> str:
    """The ARN of the state machine or activity; empty for what is no token."""
    try:
        arn, end, _ = base64.b64decode(token, validate=True).partition(END)
        return arn.decode("ascii") if end else ""
    except (binascii.Error, ValueError):
        return ""
