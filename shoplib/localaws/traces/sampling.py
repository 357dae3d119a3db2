"""Sampling rules: AWS's default rule alone, which cannot be deleted."""

from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal

Parameters = dict[str, Any]
Result = dict[str, Any]
DEFAULT = "Default"
FIXED_RATE, RESERVOIR = 0.05, 1
INTERVAL_S = 10
CREATED_AT = 0.0  # X-Ray's own rule was there from the beginning


def get_sampling_rules(place: Place, parameters: Parameters) -> Result:
    if parameters.get("NextToken"):
        raise Refusal("InvalidRequestException", "Invalid NextToken.")
    return {
        "SamplingRuleRecords": [{"SamplingRule": _default(place), "CreatedAt": CREATED_AT, "ModifiedAt": CREATED_AT}]
    }


def get_sampling_targets(place: Place, parameters: Parameters) -> Result:
    """Whoever asks gets the whole reservoir: nobody shares it on a laptop."""
    known = [each for each in parameters["SamplingStatisticsDocuments"] if each["RuleName"] == DEFAULT]
    unknown = [each for each in parameters["SamplingStatisticsDocuments"] if each["RuleName"] != DEFAULT]
    return {
        "SamplingTargetDocuments": [_target() for _ in known],
        "LastRuleModification": CREATED_AT,
        "UnprocessedStatistics": [_unprocessed(each["RuleName"]) for each in unknown],
    }


def _default(place: Place) -> Result:
    anything = dict.fromkeys(("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*")
    return {
        "RuleName": DEFAULT,
        "RuleARN": f"arn:aws:xray:{place.region}:{place.account_id}:sampling-rule/{DEFAULT}",
        "Priority": 10_000,
        "FixedRate": FIXED_RATE,
        "ReservoirSize": RESERVOIR,
        "Version": 1,
        "Attributes": {},
        **anything,
    }


def _target() -> Result:
    until = datetime.now(UTC).timestamp() + INTERVAL_S
    quota = {"ReservoirQuota": RESERVOIR, "ReservoirQuotaTTL": until, "Interval": INTERVAL_S}
    return {"RuleName": DEFAULT, "FixedRate": FIXED_RATE, **quota}


def _unprocessed(name: str) -> Result:
    return {"RuleName": name, "ErrorCode": "404", "Message": f"Sampling rule does not exist: {name}"}
