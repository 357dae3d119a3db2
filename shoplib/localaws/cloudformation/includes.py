"""The transform AWS::Include: `Fn::Transform` is replaced by what a file in S3 holds."""

from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.cloudformation import template_urls
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.template import Template, parse_value

Read = Callable[[str], str]


def included(template: Template, given: Mapping[str, str], account_id: str, region: str) -> Template:
    """The template with every include in its place; ValidationError for a missing file or another transform."""
    defaults = {name: slot.get("Default") for name, slot in (template.get("Parameters") or {}).items()}
    values = {**defaults, **given, "AWS::Region": region, "AWS::AccountId": account_id}

    def read(url: str) -> str:
        return template_urls.read(url, account_id, region)

    found: Template = _expanded(template, values, read)
    return found


def _expanded(value: Any, values: Mapping[str, Any], read: Read) -> Any:
    if isinstance(value, list):
        return [_expanded(item, values, read) for item in value]
    if not isinstance(value, dict):
        return value
    others = {key: _expanded(item, values, read) for key, item in value.items() if key != "Fn::Transform"}
    if "Fn::Transform" not in value:
        return others
    content = _content(value["Fn::Transform"], values, read)
    return {**content, **others} if others and isinstance(content, dict) else content


def _content(transform: Any, values: Mapping[str, Any], read: Read) -> Any:
    name = transform.get("Name") if isinstance(transform, dict) else transform
    if name != "AWS::Include":
        raise ValidationError(f"Template refused, nothing was created: transform {name} is not supported")
    location = transform["Parameters"]["Location"]
    url = str(values.get(location["Ref"])) if isinstance(location, dict) and "Ref" in location else str(location)
    if not url.startswith(("s3://", "http")):
        raise ValidationError(
            f"Transform AWS::Include failed with: The location parameter is not a valid S3 uri: {url}"
        )
    try:
        return _expanded(parse_value(read(url)), values, read)
    except ValueError as error:
        raise ValidationError(f"Transform AWS::Include failed with: {url} is not well-formed: {error}") from None
