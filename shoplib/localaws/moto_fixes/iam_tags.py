"""IAM: moto 5.2.5 checks no tags of users, and takes keys of a policy's tags for the same in any case.

How many tags there are and how long their values is checked with all other values, see ingress/value_checks.py.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

import re
from typing import Any

from moto.iam.exceptions import InvalidInput, ValidationError
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from shoplib.localaws.moto_patches import before, replace

Tags = list[dict[str, str]]
LONGEST_KEY = 128
KEY = re.compile(r"[\w\s_.:/=+\-@]+")
PATTERN = r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"
ANY_KEY = (
    f"Member must satisfy constraint: [Member must have length less than or equal to {LONGEST_KEY}, "
    f"Member must have length greater than or equal to 1, {PATTERN}, Member must not be null]"
)
DUPLICATE = "Duplicate tag keys found."
OF_ANY_CASE = f"{DUPLICATE} Please note that Tag keys are case insensitive."


def install() -> None:
    for of in ("role", "user"):
        for operation in (f"create_{of}", f"tag_{of}"):
            before(IamResponse, operation, _require_tags_of_any_case)
    for operation in ("create_policy", "tag_policy"):
        before(IamResponse, operation, _require_tags)
    for of in ("role", "user", "policy"):
        before(IamResponse, f"untag_{of}", _require_keys)
    replace(IAMBackend, "_tag_verification", _by_key)
    replace(IAMBackend, "untag_policy", _untag_policy)


def _require_tags_of_any_case(request: Any) -> None:
    tags = _require_tags(request)
    if len({tag["Key"].lower() for tag in tags}) < len(tags):
        raise InvalidInput(OF_ANY_CASE)


def _require_tags(request: Any) -> Tags:
    tags: Tags = request._get_param("Tags", [])
    for number, tag in enumerate(tags, start=1):
        key = f"tags.{number}.member.key"
        if len(tag["Key"]) > LONGEST_KEY:
            raise _invalid(key, f"Member must have length less than or equal to {LONGEST_KEY}")
        if not KEY.fullmatch(tag["Key"]):
            raise _invalid(key, PATTERN)
    return tags


def _require_keys(request: Any) -> None:
    keys: list[str] = request._get_param("TagKeys", [])
    if not all(len(key) <= LONGEST_KEY and KEY.fullmatch(key) for key in keys):
        raise _invalid("tagKeys", ANY_KEY)


def _by_key(_: Any, tags: Tags) -> dict[str, dict[str, str]]:
    by_key = {tag["Key"]: tag for tag in tags}
    if len(by_key) < len(tags):
        raise InvalidInput(DUPLICATE)
    return by_key


def _untag_policy(backend: Any, policy_arn: str, tag_keys: list[str]) -> None:
    tags = backend.get_policy(policy_arn).tags
    for key in tag_keys:
        tags.pop(key, None)


def _invalid(member: str, constraint: str) -> ValidationError:
    return ValidationError(
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}"
    )
