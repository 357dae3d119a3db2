"""TagResource, UntagResource and ListTags: what AWS refuses of them, and an answer without a body."""

from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.moto_patches import before, replace_methods

MOST_TAGS = 50
OF_FUNCTIONS = ":function:"


def install() -> None:
    """Idempotent."""
    replace_methods(LambdaResponse, tag_resource=_tag)
    before(LambdaBackend, "tag_resource", _require_few)
    for method in ("tag_resource", "untag_resource", "list_tags"):
        before(LambdaBackend, method, _require_unqualified)


def check(tags: dict[str, str]) -> None:
    """Raises AWS's refusal of more tags than a resource may have."""
    if len(tags) > MOST_TAGS:
        raise InvalidParameterValueException("Number of tags exceeds resource tag limit.")


def _tag(self: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    tags = self.json_body["Tags"]
    if not tags:
        raise InvalidParameterValueException("An error occurred and the request cannot be processed.")
    self.backend.tag_resource(unquote(self.path.rsplit("/", 1)[-1]), tags)
    return 204, {"status": 204}, ""


def _require_unqualified(backend: LambdaBackend, resource_arn: str, *_: Any) -> None:
    if OF_FUNCTIONS in resource_arn and ":" in resource_arn.split(OF_FUNCTIONS)[1]:
        raise InvalidParameterValueException(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )


def _require_few(backend: LambdaBackend, resource_arn: str, tags: dict[str, str]) -> None:
    check(backend._get_resource_by_arn(resource_arn).tags | tags)
