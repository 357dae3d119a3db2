"""Callbacks of tasks, activities and the workers that ask for their work."""

from shoplib.documents import load_json
from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page, require_name, tags_of
from shoplib.localaws.state_machines.integrations.activities import Activity
from shoplib.localaws.state_machines.machines import Machines, require_arn
from shoplib.localaws.state_machines.runner import Runner

MOST_TAGS = 50


class TaskOperations:
    def __init__(self, machines: Machines, runner: Runner) -> None:
        self._machines = machines
        self._callbacks, self._activities = runner.callbacks, runner.activities

    def succeed(self, place: Place, parameters: Parameters) -> Result:
        try:
            output = load_json(parameters["output"])
        except ValueError:
            raise Refusal("InvalidOutput", "Invalid Output: 'Invalid JSON'") from None
        self._callbacks.succeed(parameters["taskToken"], output)
        return {}

    def fail(self, place: Place, parameters: Parameters) -> Result:
        self._callbacks.fail(parameters["taskToken"], parameters.get("error"), parameters.get("cause"))
        return {}

    def beat(self, place: Place, parameters: Parameters) -> Result:
        self._callbacks.beat(parameters["taskToken"])
        return {}

    def create_activity(self, place: Place, parameters: Parameters) -> Result:
        name = require_name(parameters["name"])
        arn = f"{_prefix(place)}{name}"
        with self._machines.lock:
            existing = self._activities.by_arn.get(arn)
            activity = existing or Activity(arn, name, engine_clock.now(), tags_of(parameters))
            self._activities.by_arn[arn] = activity
        return {"activityArn": arn, "creationDate": activity.created}

    def describe_activity(self, place: Place, parameters: Parameters) -> Result:
        return _described(self._activity(parameters["activityArn"]))

    def list_activities(self, place: Place, parameters: Parameters) -> Result:
        prefix = _prefix(place)
        matching = [each for arn, each in sorted(self._activities.by_arn.items()) if arn.startswith(prefix)]
        return page("activities", [_described(each) for each in matching], parameters)

    def delete_activity(self, place: Place, parameters: Parameters) -> Result:
        require_arn(parameters["activityArn"], "activity")
        with self._machines.lock:
            self._activities.by_arn.pop(parameters["activityArn"], None)
        return {}

    def fetch(self, place: Place, parameters: Parameters) -> Result:
        """Waits a minute for work, as on AWS."""
        activity = self._activity(parameters["activityArn"])
        errand = self._activities.fetch(activity, parameters.get("workerName"))
        return {"taskToken": errand.token, "input": errand.text} if errand else {}

    def tag(self, place: Place, parameters: Parameters) -> Result:
        tags = self._tags(parameters["resourceArn"])
        if len({*tags, *tags_of(parameters)}) > MOST_TAGS:
            raise Refusal("TooManyTags", f"A resource cannot have more than {MOST_TAGS} tags")
        tags.update(tags_of(parameters))
        return {}

    def untag(self, place: Place, parameters: Parameters) -> Result:
        tags = self._tags(parameters["resourceArn"])
        for key in parameters["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags(self, place: Place, parameters: Parameters) -> Result:
        tags = self._tags(parameters["resourceArn"])
        return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}

    def _activity(self, arn: str) -> Activity:
        require_arn(arn, "activity")
        activity = self._activities.by_arn.get(arn)
        if activity is None:
            raise Refusal("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        return activity

    def _tags(self, arn: str) -> dict[str, str]:
        resource = self._machines.get(arn) or self._activities.by_arn.get(arn)
        if resource is None:
            raise Refusal("ResourceNotFound", f"Resource not found: '{arn}'")
        return resource.tags


def _described(activity: Activity) -> Result:
    return {"activityArn": activity.arn, "name": activity.name, "creationDate": activity.created}


def _prefix(place: Place) -> str:
    return f"arn:aws:states:{place.region}:{place.account_id}:activity:"
