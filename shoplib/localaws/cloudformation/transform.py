"""Transforms: SAM templates are expanded by AWS's own translator; other transforms are refused."""

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from shoplib.localaws.cloudformation import language_extensions
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.template import Template, check_resources

SAM = "AWS::Serverless-2016-10-31"


def expand(template: Template, parameter_values: Mapping[str, str], region: str) -> Template:
    """The template in plain CloudFormation; ValidationError for another transform, or an invalid SAM template."""
    declared = template.get("Transform") or []
    transforms = declared if isinstance(declared, list) else [declared]
    others = [str(each) for each in transforms if each not in (SAM, language_extensions.NAME) and not _is_include(each)]
    if others:
        raise ValidationError(f"Template refused, nothing was created: transform {', '.join(others)} is not supported")
    if language_extensions.NAME in transforms:
        template = _unrolled(template, parameter_values, region)
    _refuse_loops(template)
    return _from_sam(template, parameter_values, region) if SAM in transforms else template


def _unrolled(template: Template, parameter_values: Mapping[str, str], region: str) -> Template:
    from cfnlint.decode.decode import decode_str

    body, _ = decode_str(json.dumps(template))
    try:
        unrolled = language_extensions.unroll(body or {}, parameter_values, region)
    except language_extensions.Unresolved as error:
        raise ValidationError(f"Transform {language_extensions.NAME} failed with: {error}") from None
    plain: Template = json.loads(json.dumps(unrolled))
    check_resources(plain["Resources"])
    return plain


def _refuse_loops(template: Template) -> None:
    loops = [name for name in template["Resources"] if name.startswith(language_extensions.LOOP)]
    if loops:
        raise ValidationError(
            f"Template format error: {loops[0]} needs the transform {language_extensions.NAME} in the template"
        )


def _is_include(transform: Any) -> bool:
    """Done already, see `includes`."""
    return isinstance(transform, dict) and transform.get("Name") == "AWS::Include"


def _from_sam(template: Template, parameter_values: Mapping[str, str], region: str) -> Template:
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    session = boto3.Session(region_name=region)
    translator = Translator(_managed_policies(), Parser(), boto_session=session)
    try:
        expanded: dict[str, Any] = translator.translate(copy.deepcopy(template), dict(parameter_values))
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise ValidationError(
            f"Transform {SAM} failed with: Invalid Serverless Application Specification: {causes}"
        ) from None
    expanded.pop("Transform", None)
    for resource in expanded["Resources"].values():
        resource.setdefault("Properties", {})
    return expanded


@cache
def _managed_policies() -> dict[str, str]:
    """AWS-managed policies by name: SAM lets a template name them without their ARN."""
    import json

    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return {name: f"arn:aws:iam::aws:policy{policy['Path']}{name}" for name, policy in policies.items()}
