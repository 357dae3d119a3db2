"""Explain the errors of AWS (or another endpoint) in the user's terms, with what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
)
from botocore.parsers import ResponseParserError

from shoplib.errors import LabError

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403")
# A notebook's lab stays with the local AWS that it started: another one has another address and other keys.
IS_IT_RUNNING = "`shoplib status` says whether it is running; in a notebook, run the cell with `lab.start()` again"
BAD_KEYS = ("InvalidClientTokenId", "UnrecognizedClientException", "ExpiredToken", "ExpiredTokenException")


@contextmanager
def explain_errors(where: str) -> Iterator[None]:
    """Turns botocore's errors into LabErrors that name `where` (the target) and the call that was refused."""
    try:
        yield
    except ClientError as error:
        message = error.response["Error"].get("Message", "no reason given")
        raise LabError(f"{where} refused {error.operation_name}: {message}", _advice(code_of(error))) from None
    except (NoCredentialsError, PartialCredentialsError, SSOError) as error:
        raise LabError(f"{where}: {error}", "`aws configure`, or `aws sso login`, gives you keys") from None
    except (ConnectionError, HTTPClientError) as error:
        raise LabError(f"{where} does not answer: {error}", _unreachable(where)) from None
    except ResponseParserError:
        raise LabError(f"{where} answered with something that is not AWS's", "its log may say why") from None
    except BotoCoreError as error:
        raise LabError(f"{where}: {error}", "check your AWS configuration") from None


def _unreachable(where: str) -> str:
    is_real = where.removeprefix("REAL ").startswith("AWS")
    return "check the network connection and the region's name" if is_real else IS_IT_RUNNING


def code_of(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def is_denied(error: ClientError) -> bool:
    return code_of(error) in DENIED


def _advice(code: str) -> str:
    if code in DENIED:
        return "your user or role needs the right to make this call"
    if code in BAD_KEYS:
        return "your keys are not valid there: sign in again"
    return "write it as in `fields @timestamp, @message | limit 20`" if code == "MalformedQueryException" else ""
