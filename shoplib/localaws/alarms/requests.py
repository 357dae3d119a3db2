"""What PutMetricAlarm and PutCompositeAlarm refuse, and the settings that they keep."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError

from shoplib.localaws.alarms import rules
from shoplib.localaws.alarms.alarm import LISTS
from shoplib.localaws.alarms.evaluation import COMPARE
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.metrics import check_queries
from shoplib.localaws.model_constraints import breaches

Settings = dict[str, Any]
PERIODS = (10, 20, 30)
DAY_S, WEEK_S, HOUR_S = 86_400, 604_800, 3_600
MOST_QUERIES = 20
OPTIONS = {
    "TreatMissingData": ("breaching", "notBreaching", "ignore", "missing"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}
OF_ONE_METRIC = ("MetricName", "Namespace", "Period", "Statistic", "ExtendedStatistic", "Dimensions", "Unit")
NOT_HERE = ("ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval")
SUPPRESSION = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def metric_alarm(parameters: Mapping[str, Any]) -> Settings:
    """The settings of a metric alarm. Raises in CloudWatch's words."""
    _check_model("PutMetricAlarm", parameters)
    _refuse_by_name(parameters, NOT_HERE)
    for name, options in OPTIONS.items():
        _check_option(name, parameters.get(name), options)
    if parameters.get("ComparisonOperator") not in COMPARE:
        raise _unsupported(f"The anomaly detection of ComparisonOperator {parameters.get('ComparisonOperator')}")
    if parameters.get("Threshold") is None:
        raise ValidationError("The parameter Threshold is required.")
    if parameters.get("Metrics"):
        _check_queries(parameters)
    else:
        _check_metric(parameters)
    _check_periods(parameters)
    return _completed(parameters)


def composite_alarm(parameters: Mapping[str, Any], exists: Callable[[str], bool]) -> Settings:
    """The settings of a composite alarm; `exists` tells of the alarms of its rule."""
    _check_model("PutCompositeAlarm", parameters)
    _check_suppression(parameters, exists)
    try:
        rule = rules.parse(parameters["AlarmRule"])
    except rules.InvalidRule as error:
        raise ValidationError(f"AlarmRule must be a valid expression: {error}") from error
    missing = [name for name in rule.alarms if not exists(name)]
    if missing:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        )
    return _completed(parameters)


def _check_suppression(parameters: Mapping[str, Any], exists: Callable[[str], bool]) -> None:
    """All three of its parameters, or none."""
    missing = [name for name in SUPPRESSION if parameters.get(name) is None]
    if missing and len(missing) < len(SUPPRESSION):
        raise ValidationError(f"The parameter {missing[0]} is required when actions are suppressed.")
    suppressor = parameters.get("ActionsSuppressor")
    if suppressor == parameters["AlarmName"]:
        raise ValidationError("An alarm cannot suppress its own actions.")
    if suppressor and not exists(suppressor):
        raise ValidationError(f"The ActionsSuppressor {suppressor} does not exist.")


def _completed(parameters: Mapping[str, Any]) -> Settings:
    lists = {name: list(parameters.get(name) or []) for name in LISTS}
    for arn in {each for actions in lists.values() for each in actions}:
        _check_action(arn)
    stated = {name: value for name, value in parameters.items() if value is not None and name != "Tags"}
    enabled = parameters.get("ActionsEnabled") is not False
    dimensions = {"Dimensions": parameters.get("Dimensions") or []} if "MetricName" in stated else {}
    return stated | lists | dimensions | {"ActionsEnabled": enabled}


def _check_model(operation: str, parameters: Mapping[str, Any]) -> None:
    objection = breaches("cloudwatch", operation, dict(parameters))
    if objection:
        raise ValidationError(objection)


def _refuse_by_name(parameters: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if parameters.get(name) is not None:
            raise _unsupported(f"The parameter {name}")


def _unsupported(what: str) -> ValidationError:
    return ValidationError(f"{what} is not supported by the local AWS.")


def _check_option(name: str, value: Any, options: tuple[str, ...]) -> None:
    if value is not None and value not in options:
        raise ValidationError(
            f"Option {value} is not supported. Supported options for parameter {name} are "
            f"{', '.join(options[:-1])} and {options[-1]}."
        )


def _check_metric(parameters: Mapping[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Period"):
        if not parameters.get(name):
            raise ValidationError(f"The parameter {name} is required for an alarm on a metric.")
    if bool(parameters.get("Statistic")) == bool(parameters.get("ExtendedStatistic")):
        raise InvalidParameterCombination("Exactly one of Statistic and ExtendedStatistic must be specified")
    stat = parameters.get("Statistic") or parameters["ExtendedStatistic"]
    metric = {name: parameters[name] for name in ("Namespace", "MetricName")}
    check_queries([{"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}])


def _check_queries(parameters: Mapping[str, Any]) -> None:
    queries = parameters["Metrics"]
    alone = [name for name in OF_ONE_METRIC if parameters.get(name)]
    if alone:
        raise InvalidParameterCombination(f"The parameters Metrics and {alone[0]} are mutually exclusive")
    ids = [each["Id"] for each in queries]
    if len(set(ids)) != len(ids):
        raise ValidationError("The values for parameter id in MetricDataQueries are not unique.")
    if len(queries) > MOST_QUERIES:
        raise ValidationError(f"Metrics list must contain at most {MOST_QUERIES} items.")
    if [bool(each.get("ReturnData", True)) for each in queries].count(True) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")
    if any(each.get("AccountId") for each in queries):
        raise _unsupported("AccountId of a metric in another account")
    if not any("MetricStat" in each for each in queries):
        raise ValidationError("Metrics list must contain at least one metric.")
    check_queries(queries)


def _check_periods(parameters: Mapping[str, Any]) -> None:
    stated = [each.get("MetricStat", each).get("Period") for each in parameters.get("Metrics") or [parameters]]
    periods = [int(each) for each in stated if each]
    for period in periods:
        if period not in PERIODS and (period < 60 or period % 60):
            raise InvalidParameterValue("Period must be 10, 20, 30 or a multiple of 60")
    count, needed = int(parameters["EvaluationPeriods"]), parameters.get("DatapointsToAlarm")
    if needed is not None and int(needed) > count:
        raise ValidationError("The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    for period in periods:
        longest, name = (WEEK_S, "week") if period >= HOUR_S else (DAY_S, "day")
        if count * period > longest:
            raise ValidationError(
                f"Metrics cannot be checked across more than a {name} "
                f"(EvaluationPeriods * Period must be <= {longest})."
            )


def _check_action(arn: str) -> None:
    if not is_arn(arn):
        raise ValidationError(f"Invalid arn syntax: {arn}")
    if Arn.parse(arn).service not in ("sns", "lambda"):
        raise _unsupported(f"The action {arn} (topics and functions are)")
