"""Whether IAM decides in an engine: `--iam off` of `serve` and `up` becomes an environment variable of its process."""

import os

NAME = "SHOPLIB_IAM"
ON, OFF = "on", "off"


def is_enforced() -> bool:
    return setting() != OFF


def setting() -> str:
    return os.environ.get(NAME, ON)
