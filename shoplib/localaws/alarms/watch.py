"""When alarms are evaluated, and what an evaluation changes."""

import json
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.alarms import composites, evaluation, history, samples
from shoplib.localaws.alarms.actions import Actions
from shoplib.localaws.alarms.alarm import Alarm, State
from shoplib.localaws.alarms.messages import moment
from shoplib.localaws.alarms.samples import Window
from shoplib.localaws.alarms.suppression import Suppressors
from shoplib.localaws.metrics import Metrics
from shoplib.localaws.timetable import Timetable

TICK_S = 10  # all alarms are evaluated so often, whatever their period
PAUSE_S = 0.2  # between evaluations that are caused by data
Place = tuple[str, str]
Metric = tuple[str, str]  # namespace, name


class Watch:
    """Evaluates every alarm of the engine: on each tick, and when a metric that it watches gets data."""

    def __init__(self, metrics: Metrics, actions: Actions, timetable: Timetable) -> None:
        self._metrics, self._actions, self._timetable = metrics, actions, timetable
        self._lock = threading.RLock()
        self._suppressors = Suppressors(actions.act, lambda alarm: _alarms(alarm.place), timetable, self._run_locked)
        self._ticking = False
        self._fresh: dict[tuple[Place, float], set[Metric]] = {}

    def begin(self, alarm: Alarm) -> None:
        """Evaluate an alarm that was put, now and from now on."""
        with self._lock:
            if not self._ticking:
                self._ticking = True
                self._plan_tick()
        self._timetable.set(f"alarm {alarm.alarm_arn}", engine_clock.now(), lambda: self._evaluate(alarm))

    def begin_anew(self, alarms: Iterable[Alarm]) -> None:
        """Evaluate these from now on; nothing is planned any more for others."""
        with self._lock:
            self._ticking = False
            self._fresh.clear()
        for alarm in alarms:
            self.begin(alarm)
            self._suppressors.go_on(alarm)

    @property
    def is_idle(self) -> bool:
        """Was there no alarm yet?"""
        return not self._ticking

    def got_data(self, place: Place, metrics: Collection[Metric], pause: float = PAUSE_S) -> None:
        """Evaluate soon what watches these metrics: after a pause, in which more data may come."""
        if self.is_idle:
            return
        with self._lock:
            fresh = self._fresh.setdefault((place, pause), set())
            planned = bool(fresh)
            fresh.update(metrics)
        if not planned:
            due = partial(self._evaluate_fresh, place, pause)
            self._timetable.set(f"alarms of {place} after {pause}", engine_clock.now() + pause, due)

    def change(self, alarm: Alarm, state: State) -> None:
        """The alarm has this state from now on; whoever depends on it is told when its value is another."""
        with self._lock:
            before, alarm.state = alarm.state, state
            if before.value != state.value:
                history.state_changed(alarm, before)
                self._actions.announce(alarm, before)
                self._suppressors.act(alarm, before)
                self._suppressors.changed(alarm)
                self._evaluate_parents(alarm)

    def _run_locked(self, action: Callable[..., None], *arguments: Any) -> None:
        with self._lock:
            action(*arguments)

    def _plan_tick(self) -> None:
        now = engine_clock.now()
        self._timetable.set("alarms", now // TICK_S * TICK_S + TICK_S, self._tick)

    def _tick(self) -> None:
        try:
            for place in _places():
                for alarm in _alarms(place).values():
                    if alarm.held_until <= engine_clock.now():
                        self._evaluate(alarm)
        finally:
            self._plan_tick()

    def _evaluate_fresh(self, place: Place, pause: float) -> None:
        with self._lock:
            fresh = self._fresh.pop((place, pause), set())
        for alarm in _alarms(place).values():
            if alarm.rule is None and alarm.metrics() & fresh:
                self._evaluate(alarm)

    def _evaluate_parents(self, child: Alarm) -> None:
        for alarm in _alarms(child.place).values():
            if alarm.rule is not None and composites.watches(alarm, child):
                self._evaluate(alarm, child)

    def _evaluate(self, alarm: Alarm, child: Alarm | None = None) -> None:
        with self._lock:
            if _alarms(alarm.place).get(alarm.name) is not alarm:
                return
            state = (
                self._of_metric(alarm) if alarm.rule is None else composites.state(alarm, _alarms(alarm.place), child)
            )
            if state is not None and state.value != alarm.state.value:
                alarm.held_until = 0.0
                self.change(alarm, state)

    def _of_metric(self, alarm: Alarm) -> State | None:
        """Of the period that runs, when nothing that still comes can mend it; else of those that are over."""
        condition, window = alarm.condition(), Window.of(alarm, engine_clock.now())
        query: Callable[..., Any] = self._metrics.results
        running = samples.points(query, alarm, window.with_running())
        if samples.is_certain(alarm, running[-1]):
            verdict = evaluation.evaluate(condition, running)
            if verdict is not None and verdict.state == evaluation.ALARM:
                return _state(alarm, verdict, window.with_running())
        if samples.too_few(query, alarm, window):
            return None
        verdict = evaluation.evaluate(condition, samples.points(query, alarm, window))
        return None if verdict is None else _state(alarm, verdict, window)


def _state(alarm: Alarm, verdict: evaluation.Verdict, window: Window) -> State:
    return State(verdict.state, verdict.reason, json.dumps(_reason_data(alarm, verdict, window)))


def _reason_data(alarm: Alarm, verdict: evaluation.Verdict, window: Window) -> Mapping[str, Any]:
    points, statistic = verdict.points, alarm.statistic
    start = points[0].second if points else window.start
    unit = {"unit": alarm.settings["Unit"]} if alarm.settings.get("Unit") else {}
    return {
        "version": "1.0",
        "queryDate": moment(engine_clock.now()),
        "startDate": moment(start),
        **unit,
        **({"statistic": statistic} if statistic else {}),
        "period": window.period,
        "recentDatapoints": [point.value for point in points],
        "threshold": alarm.condition().threshold,
        "evaluatedDatapoints": [
            {"timestamp": moment(point.second), "value": point.value} for point in reversed(points)
        ],
    }


def _places() -> list[Place]:
    return [
        (account_id, region) for account_id, backends in list(cloudwatch_backends.items()) for region in list(backends)
    ]


def _alarms(place: Place) -> dict[str, Alarm]:
    """A copy: alarms come and go meanwhile."""
    account_id, region = place
    alarms: Any = cloudwatch_backends[account_id][region].alarms
    return dict(alarms)
