"""The transform AWS::LanguageExtensions, before code is packaged: a loop's functions have code of their own."""

from collections.abc import Mapping
from dataclasses import replace

from shoplib.errors import LabError
from shoplib.localaws.cloudformation import language_extensions
from shoplib.provision.template import Template


def unroll(template: Template, values: Mapping[str, str], region: str) -> Template:
    """Return the template with its loops unrolled for these parameter values, or itself without the transform.

    LabError names the line of a loop that cannot be unrolled.
    """
    if language_extensions.NAME not in template.transforms:
        return template
    try:
        return replace(template, body=language_extensions.unroll(template.body, values, region))
    except language_extensions.Unresolved as error:
        what = f"{template.path}:{error.line}: transform {language_extensions.NAME}: {error}"
        raise LabError(what, f"fix line {error.line}") from None
