"""IAM: moto 5.2.5 names what is not there in words of its own, leaves members out or puts more in, forgets what an
update does not speak of, and takes managed policies of a version that only inline ones may have.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
"""

import re
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return, return_if_not_empty
from moto.iam import policy_validation
from moto.iam.exceptions import IAMException, MalformedPolicyDocument, NoSuchEntity, NotFoundException, ValidationError
from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User, iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.iam.responses import IamResponse

from shoplib.localaws.moto_patches import after, before, replace, replace_methods, replace_property

INVALID = (AssertionError, AttributeError, KeyError, TypeError, ValueError)  # of moto's validator
LATEST = "2012-10-17"
ARN = re.compile(r"arn:[^:]+:iam::[^:]*:policy/.+")
VERSION = re.compile(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?")
WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?:The )?Access Key with id (\S+) cannot be found", r"The Access Key with id \1 cannot be found."),
        (r"Role (\S+) not found", r"The role with name \1 cannot be found."),
        (r"User (\S+) not found", r"The user with name \1 cannot be found."),
        (r"Group (\S+) not found", r"The group with name \1 cannot be found."),
        (r"(User|Group) (\S+) already exists", r"\1 with name \2 already exists."),
        (r"Policy (arn:\S+) not found", r"Policy \1 was not found."),
        (r"Policy Document (\S+) not attached to role \S+", r"The role policy with name \1 cannot be found."),
        (r"User (\S+) already has password", r"Login Profile for user \1 already exists."),
        (r"Login profile for (\S+) not found", r"Login Profile for User \1 cannot be found."),
        (r"Trust Policy statement actions .*", "AssumeRole policy may only specify STS AssumeRole actions."),
        (r"Has prohibited field Resource\.", "Has prohibited field Resource"),
    )
)
OF_A_ROLE = ("MaxSessionDuration", "RoleLastUsed")
TRANSFORMERS = {
    **{f"CreateRoleResponse.Role.{member}": never_return for member in ("Description", *OF_A_ROLE)},
    **{f"UpdateRoleDescriptionResponse.Role.{member}": never_return for member in OF_A_ROLE},
    "UpdateRoleDescriptionResponse.Role.Tags": return_if_not_empty,
    "CreatePolicyVersionResponse.PolicyVersion.Document": never_return,
    "ListPolicyVersionsResponse.Versions.PolicyVersion.Document": never_return,
}
IAM_PATHS: dict[str, Any] = policy_validation.VALID_RESOURCE_PATH_STARTING_VALUES["iam"]
A_PATH = f'IAM resource path must either be "*", root, or start with {", ".join(IAM_PATHS["values"])}.'


def install() -> None:
    after(IAMException, "__init__", _in_its_words)
    transformers = vars(IamResponse)["RESPONSE_KEY_PATH_TO_TRANSFORMER"]
    replace(IamResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", transformers | TRANSFORMERS)
    replace_property(ManagedPolicy, "permissions_boundary_usage_count", _usages_as_a_boundary)
    replace_property(Role, "permissions_boundary", _boundary)
    replace_methods(IamResponse, update_role=_update_role, list_policy_versions=_list_policy_versions)
    after(IamResponse, "get_group", _say_that_these_are_all)
    before(IAMBackend, "update_group", _require_group)
    after(IAMBackend, "update_group", _move_group)
    replace(IAMBackend, "update_login_profile", _update_login_profile)
    before(IamResponse, "delete_access_key", _require_user)
    before(IAMBackend, "remove_user_from_group", _require_member)
    for kind, check in ((User, _require_users_policy), (Group, _require_groups_policy)):
        for operation in ("get_policy", "delete_policy"):
            before(kind, operation, check)
    for operation in ("attach_role_policy", "attach_user_policy", "attach_group_policy"):
        before(IAMBackend, operation, _require_attachable)
    for operation in ("get_policy_version", "delete_policy_version", "set_default_policy_version"):
        before(IAMBackend, operation, _require_version)
    before(IAMBackend, "create_policy", _require_policy_of_today)
    before(IAMBackend, "create_policy_version", _require_version_of_today)
    before(IAMPolicyDocumentValidator, "_validate_actions_for_prefixes", _require_resources)
    paths = {"values": [*IAM_PATHS["values"], "root"], "error_message": A_PATH}
    replace(policy_validation, "VALID_RESOURCE_PATH_STARTING_VALUES", {"iam": paths})


def _in_its_words(_: None, error: Any, *__: Any, **___: Any) -> None:
    for pattern, words in WORDS:
        if match := pattern.fullmatch(error.message):
            error.message = match.expand(words)
            error.args = (error.message,)
            return


def _usages_as_a_boundary(policy: Any) -> int:
    roles = iam_backends[policy.account_id][policy.partition].roles.values()
    return sum(role.permissions_boundary_arn == policy.arn for role in roles)


def _boundary(role: Any) -> dict[str, str] | None:
    arn = role.permissions_boundary_arn
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


def _update_role(request: Any) -> EmptyResult:
    role = request.backend.get_role(request._get_param("RoleName"))
    description = request._get_param("Description", role.description)
    duration = request._get_param("MaxSessionDuration", role.max_session_duration)
    request.backend.update_role(role.name, description, duration)
    return EmptyResult()


def _list_policy_versions(request: Any) -> ActionResult:
    versions = request.backend.list_policy_versions(request._get_param("PolicyArn"))
    return ActionResult({"Versions": versions[::-1], "IsTruncated": False})


def _say_that_these_are_all(answer: Any, *_: Any) -> None:
    answer.result["IsTruncated"] = False


def _require_group(backend: Any, group_name: str, *_: Any) -> None:
    backend.get_group(group_name)


def _move_group(_: None, backend: Any, group_name: str, new_group_name: str | None, new_path: str | None) -> None:
    """moto moves only groups that are given another name with it."""
    if new_path and not new_group_name:
        backend.get_group(group_name).path = new_path


def _update_login_profile(backend: Any, user_name: str, password: str | None, reset: bool | None) -> Any:
    user = backend.get_login_profile(user_name)
    user.password = password or user.password
    if reset is not None:
        user.password_reset_required = reset
    return user


def _require_user(request: Any) -> None:
    """Whoever names no user means himself, and must be one."""
    key = request.backend.access_keys.get(request.get_access_key())
    if not request._get_param("UserName") and not getattr(key, "user_name", None):
        raise ValidationError("Must specify userName when calling with non-User credentials")


def _require_member(backend: Any, _: str, user_name: str) -> None:
    backend.get_user(user_name)


def _require_users_policy(user: Any, policy_name: str) -> None:
    if policy_name not in user.policies:
        raise NotFoundException(f"The user policy with name {policy_name} cannot be found.")


def _require_groups_policy(group: Any, policy_name: str) -> None:
    if policy_name not in group.policies:
        raise NotFoundException(f"The group policy with name {policy_name} cannot be found.")


def _require_attachable(backend: Any, policy_arn: str, *_: Any, **__: Any) -> None:
    if not ARN.fullmatch(policy_arn):
        raise ValidationError(f"ARN {policy_arn} is not valid.")
    if policy_arn not in backend.managed_policies:
        raise NotFoundException(f"Policy {policy_arn} does not exist or is not attachable.")


def _require_version(backend: Any, policy_arn: str, version_id: str) -> None:
    if not VERSION.fullmatch(version_id):
        raise ValidationError(
            "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
            f"regular expression pattern: {VERSION.pattern}"
        )
    policy = backend.managed_policies.get(policy_arn)
    if policy is None or version_id not in [version.version_id for version in policy.versions]:
        raise NoSuchEntity(f"Policy {policy_arn} version {version_id} does not exist or is not attachable.")


def _require_policy_of_today(_: Any, description: str, path: str, policy_document: str, *__: Any, **___: Any) -> None:
    _require_of_today(policy_document)


def _require_version_of_today(_: Any, policy_arn: str, policy_document: str, *__: Any, **___: Any) -> None:
    _require_of_today(policy_document)


def _require_of_today(document: str) -> None:
    """Before all that is refused but what is no policy at all."""
    validator = IAMPolicyDocumentValidator(document)
    try:
        validator._validate_syntax()
    except INVALID:
        return  # moto says so
    if validator._policy_json.get("Version") != LATEST:
        raise MalformedPolicyDocument(f"Policy document must be version {LATEST} or greater.")


def _require_resources(validator: Any) -> None:
    try:
        validator._validate_resource_exist()
    except INVALID:
        raise MalformedPolicyDocument("Policy statement must contain resources.") from None
