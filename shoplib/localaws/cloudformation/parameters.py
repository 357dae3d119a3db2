"""Template parameters: defaults, given values, constraints, and values kept in the SSM parameter store."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.client_expressions import expression
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.template import Template

ReadParameter = Callable[[str], str]
FROM_STORE = "AWS::SSM::Parameter::Value"
MASK = "****"
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


def values(template: Template, own: Mapping[str, str], read_ssm: ReadParameter) -> dict[str, Any]:
    """Value per parameter as `Ref` sees it; ValidationError for missing, unknown or refused values."""
    declared: dict[str, dict[str, Any]] = template.get("Parameters") or {}
    unknown = [name for name in own if name not in declared]
    if unknown:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts = {name: _text(own.get(name, slot.get("Default"))) for name, slot in declared.items()}
    missing = [name for name, text in texts.items() if text is None]
    of_store = [name for name in missing if str(declared[name].get("Type")).startswith(FROM_STORE)]
    if of_store:
        raise ValidationError(f"Parameter {of_store[0]} should either have input value or default value")
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: _value(name, declared[name], texts[name] or "", read_ssm) for name in declared}


def describe(template: Template, own: Mapping[str, str], resolved: Mapping[str, Any]) -> list[dict[str, str]]:
    """Parameters as DescribeStacks lists them: NoEcho ones masked, SSM ones with their ResolvedValue."""
    described = []
    for name, slot in (template.get("Parameters") or {}).items():
        entry = {"ParameterKey": name, "ParameterValue": _text(own.get(name, slot.get("Default"))) or ""}
        if name in hidden(template):
            entry["ParameterValue"] = MASK
        elif str(slot.get("Type", "")).startswith(FROM_STORE):
            value = resolved.get(name, "")
            entry["ResolvedValue"] = ",".join(value) if isinstance(value, list) else str(value)
        described.append(entry)
    return described


def hidden(template: Template) -> list[str]:
    """Those whose values nobody may read."""
    slots = (template.get("Parameters") or {}).items()
    return [name for name, slot in slots if _text(slot.get("NoEcho")) == "true"]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(name: str, slot: dict[str, Any], text: str, read_ssm: ReadParameter) -> Any:
    kind = str(slot.get("Type", "String"))
    _check(name, slot, kind, text)
    if kind.startswith(FROM_STORE):
        text = read_ssm(text)
    if kind == "Number":
        return _number(text)
    if kind == "List<Number>":
        return [_number(part.strip()) for part in text.split(",")]
    if kind == "CommaDelimitedList" or "List<" in kind:
        return [part.strip() for part in text.split(",")]
    return text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _check(name: str, slot: dict[str, Any], kind: str, text: str) -> None:
    parts = [part.strip() for part in text.split(",")] if kind in ("CommaDelimitedList", "List<Number>") else [text]
    allowed = slot.get("AllowedValues")
    if allowed is not None and any(part not in [_text(each) for each in allowed] for part in parts):
        options = ", ".join(str(_text(each)) for each in allowed)
        raise _refused(name, slot, f"Parameter '{name}' must be one of AllowedValues", f"[{options}]")
    if kind in ("Number", "List<Number>"):
        _check_numbers(name, slot, parts)
    elif kind == "String":
        _check_text(name, slot, text)


def _check_numbers(name: str, slot: dict[str, Any], parts: list[str]) -> None:
    for part in parts:
        if not NUMBER.fullmatch(part):
            raise ValidationError(f"Parameter '{name}' must be a number.")
        if "MinValue" in slot and float(part) < float(slot["MinValue"]):
            raise _refused(name, slot, f"Parameter '{name}' must be a number not less than {slot['MinValue']}")
        if "MaxValue" in slot and float(part) > float(slot["MaxValue"]):
            raise _refused(name, slot, f"Parameter '{name}' must be a number not greater than {slot['MaxValue']}")


def _check_text(name: str, slot: dict[str, Any], text: str) -> None:
    if "MinLength" in slot and len(text) < int(slot["MinLength"]):
        raise _refused(name, slot, f"Parameter '{name}' must contain at least {slot['MinLength']} characters")
    if "MaxLength" in slot and len(text) > int(slot["MaxLength"]):
        raise _refused(name, slot, f"Parameter '{name}' must contain at most {slot['MaxLength']} characters")
    if "AllowedPattern" in slot and not expression(str(slot["AllowedPattern"])).fits(text):
        raise _refused(name, slot, f"Parameter '{name}' must match pattern {slot['AllowedPattern']}")


def _refused(name: str, slot: dict[str, Any], reason: str, detail: str = "") -> ValidationError:
    description = slot.get("ConstraintDescription")
    if description:
        return ValidationError(f"Parameter {name} failed to satisfy constraint: {description}")
    return ValidationError(f"{reason} {detail}".rstrip())
