"""Includes as CloudFormation takes them: from S3 alone, and no other macro beside them."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.cloudformation import template_urls
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.includes import NAME, REMOTE, InvalidInclude, inline, inline_sections
from shoplib.localaws.cloudformation.template import Template, check_resources, parse_value

FAILED = f"Transform {NAME} failed with:"


def included(template: Template, parameter_values: Mapping[str, str], account_id: str, region: str) -> Template:
    """The template with every include in its place; ValidationError for a missing file or another transform."""
    defaults = {name: slot.get("Default") for name, slot in (template.get("Parameters") or {}).items()}
    values = {**defaults, **parameter_values, "AWS::Region": region, "AWS::AccountId": account_id}

    def read(location: str) -> Any:
        return _from_s3(location, account_id, region)

    try:
        whole: Template = inline(inline_sections(template, read, values), read, values)
    except InvalidInclude as error:
        raise ValidationError(f"{FAILED} {error}") from None
    _refuse_others(whole)
    check_resources(whole["Resources"])
    return whole


def _from_s3(location: str, account_id: str, region: str) -> Any:
    if not location.startswith(REMOTE):
        raise ValidationError(f"{FAILED} The location parameter is not a valid S3 uri: {location}")
    text = template_urls.read(location, account_id, region)
    try:
        return parse_value(text)
    except ValueError as error:
        raise ValidationError(f"{FAILED} {location} is not well-formed: {error}") from None


def _refuse_others(value: Any) -> None:
    """What is left is another macro, or an include of which nobody knows the location."""
    if isinstance(value, list):
        for item in value:
            _refuse_others(item)
    elif isinstance(value, dict):
        transform = value.get("Fn::Transform")
        if transform is not None:
            name = transform.get("Name") if isinstance(transform, dict) else transform
            if not isinstance(name, str):
                raise ValidationError("Key Name of transform definition must be a string.")
            raise ValidationError(f"Template refused, nothing was created: transform {name} is not supported")
        for item in value.values():
            _refuse_others(item)
