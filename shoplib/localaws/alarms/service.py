"""CloudWatch's operations on alarms, in place of moto's: the entry point of this room.

moto 5.2.5 keeps alarms, evaluates none, is OK from the start, forgets an alarm's state when it is put again, and has
neither composite alarms nor a history.
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidFormat, ResourceNotFound, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.cloudwatch.utils import make_arn_for_alarm
from moto.core.responses import ActionResult, EmptyResult

from shoplib.localaws import engine_clock
from shoplib.localaws.alarms import composites, descriptions, evaluation, history, requests
from shoplib.localaws.alarms.actions import Actions
from shoplib.localaws.alarms.alarm import LISTS, Alarm, State
from shoplib.localaws.alarms.watch import Watch
from shoplib.localaws.functions import LambdaService, Observed
from shoplib.localaws.metrics import Metrics
from shoplib.localaws.moto_patches import after, replace_methods
from shoplib.localaws.notifications import Notifications
from shoplib.localaws.timetable import Timetable

HELD_S = 60.0  # a state set by hand, when no data comes
MOST_DELETED = 100
PAUSE_OF_FUNCTIONS_S = 2.0  # bringing their figures together takes longer than counting them
# What may change with an invocation; the other metrics of functions wait for the next tick.
OF_FUNCTIONS = {("AWS/Lambda", name) for name in ("Invocations", "Errors", "Duration", "Throttles", "DeadLetterErrors")}


class Alarms:
    """Alarms that do what they say."""

    def __init__(
        self, metrics: Metrics, lambdas: LambdaService, notifications: Notifications, timetable: Timetable
    ) -> None:
        self._lambdas = lambdas
        self._watch = Watch(metrics, Actions(notifications), timetable)

    def install(self) -> None:
        """Take over moto's alarms. Install after the metrics; the last one installed wins."""
        replace_methods(
            CloudWatchResponse,
            put_metric_alarm=lambda request: self._put_metric_alarm(request),
            put_composite_alarm=lambda request: self._put_composite_alarm(request),
            set_alarm_state=lambda request: self._set_state(request),
            describe_alarms=_describe,
            describe_alarms_for_metric=_describe_for_metric,
            describe_alarm_history=_describe_history,
            delete_alarms=_delete,
            enable_alarm_actions=lambda request: _enable(request, True),
            disable_alarm_actions=lambda request: _enable(request, False),
        )
        replace_methods(CloudWatchBackend, put_metric_alarm=_of_scaling_policy)
        after(CloudWatchBackend, "put_metric_data", self._got_data)
        self._lambdas.observers.append(self._observe)

    def state(self) -> None:
        """moto's backends have the alarms."""

    def restore(self, state: None) -> None:
        backends: list[Any] = [
            each for account in list(cloudwatch_backends.values()) for each in list(account.values())
        ]
        self._watch.begin_anew([alarm for backend in backends for alarm in list(backend.alarms.values())])

    def _put_metric_alarm(self, request: Any) -> EmptyResult:
        parameters = request._get_params()
        self._put(request, requests.metric_alarm(parameters))
        return EmptyResult()

    def _put_composite_alarm(self, request: Any) -> EmptyResult:
        parameters, alarms = request._get_params(), _alarms(request)
        settings = requests.composite_alarm(
            parameters, lambda name: composites.by_name_or_arn(alarms, name) is not None
        )
        if composites.makes_circle(settings["AlarmName"], settings["AlarmRule"], alarms):
            raise ValidationError(f"The alarm rule of {settings['AlarmName']} depends on that alarm itself.")
        self._put(request, settings)
        return EmptyResult()

    def _put(self, request: Any, settings: Mapping[str, Any]) -> None:
        """An alarm that is there keeps its state and its tags."""
        alarms, name, tags = _alarms(request), settings["AlarmName"], request._get_params().get("Tags")
        arn = make_arn_for_alarm(request.region, request.current_account, name)
        present = alarms.get(name)
        if present is not None and (present.rule is None) != ("AlarmRule" not in settings):
            raise ValidationError(f"An alarm of another type with the name {name} exists.")
        alarm = Alarm(name, arn, settings, state=present.state if present else State())
        alarms[name] = alarm
        if tags and present is None:
            request.cloudwatch_backend.tagger.tag_resource(arn, tags)
        history.configured(alarm, "updated" if present else "created")
        self._watch.begin(alarm)

    def _set_state(self, request: Any) -> EmptyResult:
        parameters = request._get_params()
        alarm, value = _alarms(request).get(parameters["AlarmName"]), parameters["StateValue"]
        data = parameters.get("StateReasonData")
        if alarm is None:
            raise ResourceNotFound(f"Alarm {parameters['AlarmName']} does not exist")
        _check_state(value, data)
        alarm.held_until = engine_clock.now() + HELD_S
        self._watch.change(alarm, State(value, parameters["StateReason"], data))
        return EmptyResult()

    def _got_data(self, _: Any, backend: Any, namespace: str, metric_data: Any) -> None:
        metrics = {(namespace, each["MetricName"]) for each in metric_data}
        self._watch.got_data((backend.account_id, backend.region_name), metrics)

    def _observe(self, seen: Observed) -> None:
        if not self._watch.is_idle:
            self._watch.got_data((seen.account_id, seen.region), OF_FUNCTIONS, PAUSE_OF_FUNCTIONS_S)


def _of_scaling_policy(backend: Any, name: str, **settings: Any) -> Alarm:
    """moto's Application Auto Scaling makes alarms of its own; that they scale something is not done here."""
    by_parameter = {_pascal(key): value for key, value in settings.items() if value}
    by_parameter = {"AlarmDescription" if key == "Description" else key: value for key, value in by_parameter.items()}
    actions: dict[str, Any] = {each: by_parameter.get(each, []) for each in LISTS}
    arn = make_arn_for_alarm(backend.region_name, backend.account_id, name)
    alarm = Alarm(name, arn, {"AlarmName": name, "ActionsEnabled": True, "Dimensions": [], **by_parameter, **actions})
    backend.alarms[name] = alarm
    return alarm


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _check_state(value: str, data: str | None) -> None:
    if value not in (evaluation.OK, evaluation.ALARM, evaluation.INSUFFICIENT):
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at 'stateValue' failed to satisfy constraint: Member must "
            "satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
        )
    try:
        json.loads(data or "{}")
    except ValueError as error:
        raise InvalidFormat("StateReasonData is not valid JSON") from error


def _describe(request: Any) -> ActionResult:
    return ActionResult(descriptions.describe(_alarms(request), request._get_params()))


def _describe_for_metric(request: Any) -> ActionResult:
    return ActionResult(descriptions.of_metric(_alarms(request), request._get_params()))


def _describe_history(request: Any) -> ActionResult:
    place = (request.current_account, request.region)
    return ActionResult(descriptions.of_history(place, request._get_params()))


def _delete(request: Any) -> EmptyResult:
    """Unknown names are an error, and then nothing is deleted."""
    alarms, names = _alarms(request), request._get_params().get("AlarmNames") or []
    if len(names) > MOST_DELETED:
        raise ValidationError(f"At most {MOST_DELETED} alarms can be deleted in one call.")
    unknown = [name for name in names if name not in alarms]
    if unknown:
        raise ResourceNotFound(f"Alarms [{', '.join(unknown)}] do not exist")
    for name in names:
        history.configured(alarms.pop(name), "deleted")
    return EmptyResult()


def _enable(request: Any, enabled: bool) -> EmptyResult:
    alarms = _alarms(request)
    for name in request._get_params().get("AlarmNames") or []:
        if name in alarms:
            alarms[name].settings = {**alarms[name].settings, "ActionsEnabled": enabled}
    return EmptyResult()


def _alarms(request: Any) -> dict[str, Alarm]:
    alarms: Any = cloudwatch_backends[request.current_account][request.region].alarms
    return alarms
