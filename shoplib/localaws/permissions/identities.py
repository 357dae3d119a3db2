"""What users and roles may do: their policies, compiled once and again after IAM has changed."""

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from moto.iam.models import IAMBackend, iam_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.moto_patches import after
from shoplib.localaws.policies import Identity, InvalidPolicy, Policy, Statement, statements_of, validate

LOG = logging.getLogger(__name__)
CHANGING = ("add_", "attach_", "create_", "delete_", "detach_", "put_", "remove_", "set_", "tag_", "untag_", "update_")
UNREADABLE: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}


class Changes:
    """How often IAM has changed: what was compiled before is compiled anew."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        for name in [name for name in vars(IAMBackend) if name.startswith(CHANGING)]:
            after(IAMBackend, name, self.note)

    def note(self, *_: Any, **__: Any) -> None:
        self.count += 1


def identity_of(entity: Any, session_policies: Iterable[str] = ()) -> Identity:
    """Of moto's user or role."""
    limits = list(session_policies)
    boundary = getattr(entity, "permissions_boundary_arn", None)
    return Identity(
        Policy(_statements(entity)),
        _managed(entity, boundary) if boundary else None,
        Policy(_of_documents([("session", each) for each in limits])) if limits else None,
    )


def documents_of(entity: Any) -> Iterator[tuple[str, str]]:
    """Names and texts of all policies of a user or role, those of a user's groups among them."""
    for holder in [entity, *_groups(entity)]:
        yield from holder.policies.items()
        for policy in holder.managed_policies.values():
            yield policy.arn, default_document(policy)


def default_document(policy: Any) -> str:
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    return str(version.document)


def managed_policy(arn: str, account_id: str, partition: str) -> str | None:
    """The document of a managed policy; None when there is none by this ARN."""
    policy = iam_backends[account_id][partition].managed_policies.get(arn)
    return default_document(policy) if policy is not None else None


def _groups(entity: Any) -> list[Any]:
    if not hasattr(entity, "access_keys"):
        return []  # a role
    backend = iam_backends[entity.account_id][Arn.parse(entity.arn).partition]
    return [group for group in backend.groups.values() if entity in group.users]


def _statements(entity: Any) -> list[Statement]:
    return _of_documents(documents_of(entity))


def _of_documents(documents: Iterable[tuple[str, str]]) -> list[Statement]:
    return [statement for name, text in documents for statement in _of_document(name, text)]


def _of_document(name: str, text: str) -> list[Statement]:
    """A document that nobody can evaluate allows nothing: AWS would not have taken it."""
    try:
        validate(json.loads(text))
        return statements_of(json.loads(text), name)
    except (ValueError, InvalidPolicy) as error:
        LOG.warning("Policy %s cannot be read, so it denies all: %s", name, error)
        return [Statement(UNREADABLE, name)]


def _managed(entity: Any, arn: str) -> Policy:
    """A boundary that does not exist allows nothing."""
    text = managed_policy(arn, entity.account_id, Arn.parse(entity.arn).partition)
    return Policy(_of_document(arn, text) if text is not None else [])
