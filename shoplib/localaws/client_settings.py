"""What any AWS client needs to know of an engine: for a shell, and as a profile of AWS's own configuration file."""

import shlex
import shutil
import subprocess
from functools import cache

# An engine that takes any keys still needs some: clients do not sign without.
ANY_KEY = "test"
PROFILE = "shoplib"
# Version 1 of the AWS CLI leads SQS, RDS and a few others to AWS whatever the variables say; only this option stops it.
AWS_CLI_1 = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }'
LONGEST_ANSWER_SECONDS = 10


def variables(url: str, region: str, key_id: str = "", secret: str = "") -> dict[str, str]:
    """By names that boto3, the AWS CLI, SAM, CDK and the other SDKs read."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,  # the AWS CLI and boto3 read this one alone
        "AWS_ACCESS_KEY_ID": key_id or ANY_KEY,
        "AWS_SECRET_ACCESS_KEY": secret or ANY_KEY,
        # boto3 would call hosts named after an operation (`sync-...`) or the account, which only AWS answers.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }


def as_shell(settings: dict[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in settings.items())


def as_shell_of_this_machine(settings: dict[str, str]) -> str:
    """With what version 1 of the AWS CLI needs beside variables, where that is the one on the path."""
    return f"{as_shell(settings)}\n{AWS_CLI_1}" if is_aws_cli_1(shutil.which("aws")) else as_shell(settings)


@cache
def is_aws_cli_1(program: str | None) -> bool:
    if program is None:
        return False
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=LONGEST_ANSWER_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.startswith("aws-cli/1.")


def as_profile(settings: dict[str, str], name: str = PROFILE) -> str:
    """The same for `~/.aws/config`."""
    keys = {
        "endpoint_url": "AWS_ENDPOINT_URL",
        "region": "AWS_REGION",
        "aws_access_key_id": "AWS_ACCESS_KEY_ID",
        "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "disable_host_prefix_injection": "AWS_DISABLE_HOST_PREFIX_INJECTION",
        "account_id_endpoint_mode": "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    }
    return "\n".join([f"[profile {name}]", *(f"{key} = {settings[variable]}" for key, variable in keys.items())])


def both(settings: dict[str, str]) -> str:
    """For a person: what to type, and what to keep."""
    return (
        f"For any AWS client, in its shell:\n\n{as_shell_of_this_machine(settings)}\n\n"
        f"or for good, in ~/.aws/config (then: aws --profile {PROFILE} s3 ls):\n\n{as_profile(settings)}\n"
    )
