"""Lets the function fail, waits for the alarm, and looks into the mailbox of whoever is on call."""

import json
from collections.abc import Iterator

from shoplib.lessons import Step, Trial

ALARM_SECONDS = 8.0


def judge(trial: Trial) -> Iterator[Step]:
    watch, name = trial.client("cloudwatch"), trial.output("AlarmName")
    # Of an earlier try: whether it rings is asked anew, and whether it is OK in between.
    watch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="the check begins")
    for _ in range(2):
        _fail(trial)
    state = trial.wait_for(lambda: _state(trial, name) == "ALARM" and "ALARM", ALARM_SECONDS) or _state(trial, name)
    alarm = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    yield Step("two errors ring the alarm", state == "ALARM", f"it is {state}", _advice(trial, alarm))

    yield Step(
        "a minute without a call is a good one",
        alarm.get("TreatMissingData") in ("notBreaching", "ignore"),
        alarm.get("TreatMissingData", "missing"),
        "TreatMissingData says what a minute without figures means; it was right as it was.",
    )

    mails = trial.receive(trial.output("MailboxUrl"), name, limit=8)
    yield Step(
        "whoever is on call has a mail",
        bool(mails),
        f"{len(mails)} in the mailbox",
        "The alarm rings in an empty room. AlarmActions is a list of those that it tells: the topic's ARN (!Ref).",
    )


def _fail(trial: Trial) -> None:
    """Without an order the function fails, as it did that night."""
    trial.client("lambda").invoke(FunctionName=trial.physical_id("WarehouseFunction"), Payload=json.dumps({}))


def _state(trial: Trial, name: str) -> str:
    return str(trial.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def _advice(trial: Trial, alarm: dict[str, list[dict[str, str]]]) -> str:
    """Which of the alarm's parts looks away."""
    names = [each["Value"] for each in alarm.get("Dimensions", ()) if each["Name"] == "FunctionName"]
    function = trial.physical_id("WarehouseFunction")
    if any(name.startswith("arn:") and name.endswith(function) for name in names):
        return "It watches an ARN. The dimension FunctionName is the function's name alone: !Ref gives it."
    if names != [function]:
        return (
            f"It watches a function called {', '.join(names) or 'nothing'}. Lambda knows yours by another name: "
            "its logical id is a name in the template alone. !Ref gives the real one."
        )
    return "The function failed twice within a minute: look at Namespace, MetricName, Statistic, Period and Threshold."
