"""moto refuses policy documents without a Version; AWS takes them (they mean 2008-10-17), and SAM writes such ones."""

from typing import Any

from moto.iam.policy_validation import VALID_VERSIONS, BaseIAMPolicyValidator

from shoplib.localaws.moto_patches import replace


def install() -> None:
    replace(BaseIAMPolicyValidator, "_validate_version", _validate_version)


def _validate_version(validator: Any) -> None:
    assert validator._policy_json.get("Version", VALID_VERSIONS[0]) in VALID_VERSIONS
