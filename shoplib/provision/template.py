"""Read a template: its content with line numbers, its parameters, and its expansion by `aws-sam-translator`."""

import json
import logging
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from shoplib.errors import LabError
from shoplib.localaws.cloudformation import includes
from shoplib.localaws.cloudformation.language_extensions import LOOP
from shoplib.localaws.cloudformation.language_extensions import NAME as LANGUAGE_EXTENSIONS
from shoplib.provision import sam_faults
from shoplib.provision.decoding import decode
from shoplib.provision.target import isolated_session

EXPANSION_CACHE_SIZE = 64
LINT = Path(sys.executable).with_name("cfn-lint")  # comes with the lab, but need not be on the user's path


@dataclass(frozen=True)
class Template:
    """A template file. `body` is its content with short tags in their long form and local includes in their place."""

    path: Path
    body: dict[str, Any]
    text: str
    warnings: tuple[str, ...] = ()

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        return self.body["Resources"]

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return self.body.get("Parameters", {})

    @property
    def transforms(self) -> list[Any]:
        declared = self.body.get("Transform", [])
        return list(declared) if isinstance(declared, list) else [declared]

    @property
    def is_sam(self) -> bool:
        return SAM in self.transforms

    def line(self, *keys: str) -> int | None:
        """Return the line (from 1) of a key: `line("Resources", "Table")`. None if it is unknown."""
        body: Any = self.body
        for key in keys[:-1]:
            body = body[key]
        # cfn-lint's strings remember where they were read.
        mark: Any = getattr(next(key for key in body if key == keys[-1]), "start_mark", None)
        return None if mark is None else int(mark.line) + 1

    def fragment(self, logical_id: str) -> str:
        """Return the source lines of one resource, with the comments in and right above them."""
        if logical_id not in self.resources:
            raise LabError(f"{self.path} has no resource {logical_id}", f"it has: {', '.join(self.resources)}")
        # cfn-lint's strings and dictionaries remember where they were read.
        name: Any = next(key for key in self.resources if key == logical_id)
        resource: Any = self.resources[logical_id]
        lines = self.text.splitlines()
        first, last = name.start_mark.line, resource.end_mark.line
        while last > first and (last >= len(lines) or _starts_outside(lines[last], lines[first])):
            last -= 1
        while first and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return textwrap.dedent("\n".join(lines[first : last + 1]))


SAM = "AWS::Serverless-2016-10-31"


def _starts_outside(line: str, first: str) -> bool:
    def indent(text: str) -> int:
        return len(text) - len(text.lstrip())

    return not line.strip() or indent(line) <= indent(first)


def load(path: Path) -> Template:
    """Read a YAML or JSON template. LabError names the file and the line that is wrong."""
    text = _read(path)
    body, warnings = decode(path, text, str(LINT))
    body = _with_local_includes(body, path.parent)
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict) or not body["Resources"]:
        raise LabError(f"{path} has no Resources", "a template needs at least one resource")
    for name, resource in body["Resources"].items():
        if not name.startswith(LOOP) and (not isinstance(resource, dict) or not isinstance(resource.get("Type"), str)):
            raise LabError(
                f"{path}: resource {name} has no Type", "add its Type, for example AWS::Serverless::Function"
            )
    return Template(path, body, text, warnings)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise LabError(f"template not found: {path}", "give the path of a SAM or CloudFormation template") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}", "give the path of a SAM or CloudFormation template") from None


def _with_local_includes(body: Any, folder: Path) -> Any:
    """Files that includes name by a local path, as `sam package` takes them; those in S3 stay."""

    def read(location: str) -> Any:
        if location.startswith(includes.REMOTE):
            return None
        path = folder / location
        if not path.is_file():
            raise LabError(f"AWS::Include: file not found: {path}", "correct its Location, relative to the template")
        return decode(path, _read(path), str(LINT))[0]

    specs = body.get("Parameters") if isinstance(body, dict) else None
    values = {name: spec.get("Default") for name, spec in (specs or {}).items() if isinstance(spec, dict)}
    return with_includes(body, read, values)


def with_includes(body: Any, read: includes.Read, values: Mapping[str, Any]) -> Any:
    """Return the content with each include replaced by what `read` returns. LabError where none is allowed."""
    try:
        return includes.inline(includes.inline_sections(body, read, values), read, values)
    except includes.InvalidInclude as error:
        raise LabError(f"{includes.NAME}: {error}", "correct its Location or the file's contents") from None


def plain(body: Any) -> Any:
    """Return the content as built-in dicts, lists and strings."""
    return json.loads(json.dumps(body, default=str))


def expand(template: Template, body: dict[str, Any], parameters: dict[str, str], region: str) -> dict[str, Any]:
    """Expand SAM in `body`, whose code is already packaged, to CloudFormation. Works offline."""
    _refuse_other_transforms(template)
    if not template.is_sam:
        return plain(body)
    try:
        text = _translate(json.dumps(body, default=str), tuple(parameters.items()), region)
    except sam_faults.InvalidSam as error:
        raise sam_faults.refusal(template, error.causes) from None
    expanded: dict[str, Any] = json.loads(text)
    # What its functions need of values is CloudFormation's to find out.
    return {"Transform": LANGUAGE_EXTENSIONS, **expanded} if LANGUAGE_EXTENSIONS in template.transforms else expanded


def _refuse_other_transforms(template: Template) -> None:
    others = [each for each in template.transforms if each not in (SAM, LANGUAGE_EXTENSIONS) and not _is_include(each)]
    if others:
        name = others[0].get("Name") if isinstance(others[0], dict) else others[0]
        what = f"{template.path} uses the transform {name}, which only AWS itself can run"
        raise LabError(what, f"keep {SAM} and {LANGUAGE_EXTENSIONS}, or deploy with `sam deploy`")


def _is_include(transform: Any) -> bool:
    return isinstance(transform, dict) and transform.get("Name") == "AWS::Include"


@lru_cache(EXPANSION_CACHE_SIZE)
def _translate(body: str, parameters: tuple[tuple[str, str], ...], region: str) -> str:
    """From JSON to JSON: a plan, its picture and the next look at it all ask for the same."""
    with _without_iri_grammar():
        from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
        from samtranslator.model.exceptions import InvalidDocumentException
        from samtranslator.parser.parser import Parser
        from samtranslator.translator import translator

    translator.make_policy_template_for_function_plugin = _policy_templates
    # It warns about its own telemetry, which it has no use for offline.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    policies = get_bundled_managed_policy_map(_partition(region))
    try:
        expanded = translator.Translator(policies, Parser(), boto_session=_session(region)).translate(
            json.loads(body), dict(parameters), feature_toggle=None
        )
    except InvalidDocumentException as error:
        raise sam_faults.InvalidSam([cause.message for cause in error.causes] or [error.message]) from None
    expanded.pop("Transform", None)
    return json.dumps(expanded, default=str)


@cache
def _policy_templates() -> Any:
    """SAM compares its own templates of policies with their schema for each translation: a third of its time."""
    from samtranslator.plugins.policies.policy_templates_plugin import PolicyTemplatesForResourcePlugin
    from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor

    templates = PolicyTemplatesProcessor.get_default_policy_templates_json()
    return PolicyTemplatesForResourcePlugin(PolicyTemplatesProcessor(templates))


@cache
def _session(region: str) -> Any:
    """SAM reads the region from a session, and makes no call; each would take as long as a third of a translation."""
    return isolated_session(region)


@cache
def _partition(region: str) -> str:
    """Each look would read the table of all endpoints anew."""
    name: str = _session(region).get_partition_for_region(region)
    return name


@contextmanager
def _without_iri_grammar() -> Iterator[None]:
    """SAM imports jsonschema, which compiles a grammar for a second if it finds one, for a check SAM never makes."""
    grammar = "rfc3987_syntax"
    if grammar in sys.modules:
        yield
        return
    sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[grammar]
