"""Hot reload: keep a deployed template up to date with its files. New function code bypasses CloudFormation."""

import base64
import hashlib
from collections.abc import Callable, Iterator

from botocore.exceptions import WaiterError

from shoplib.errors import LabError
from shoplib.provision import artifacts
from shoplib.provision.affected_sources import require_syntax
from shoplib.provision.artifacts import Artifact, Source
from shoplib.provision.bundle import make_zip
from shoplib.provision.deploy import apply
from shoplib.provision.failing_functions import FailingFunctions
from shoplib.provision.functions import FUNCTION, Function
from shoplib.provision.planning import Plan
from shoplib.provision.references import mentions
from shoplib.provision.refusals import explain_errors
from shoplib.provision.stack import Stack, describe
from shoplib.provision.target import Target

# How an update was made: functions were given new code, or the stack was deployed again.
CODE, STACK = "code", "stack"
# Lambda takes larger zips from S3 only.
LARGEST_UPLOAD = 50 * 1024 * 1024
PATIENCE_SECONDS = 120


class Follower:
    """One deployed template: what is running, and how to bring it up to date with the files."""

    def __init__(self, plan: Plan, stack: Stack, replan: Callable[[], Plan]) -> None:
        self.replan = replan
        self._failing = FailingFunctions(plan.target)
        self._set_deployed(plan, stack)

    def _set_deployed(self, plan: Plan, stack: Stack) -> None:
        self.plan, self.stack = plan, stack
        self.sources = artifacts.sources(plan.template, artifacts.in_bucket(plan.target))
        self.live = {artifact.logical_id: artifact for artifact in plan.artifacts}
        versions = [each for each in plan.body["Resources"].values() if each["Type"] == "AWS::Lambda::Version"]
        self._versioned = mentions(versions)

    def template_changed(self) -> bool:
        """Whether the file differs from the deployed template; a deleted file does."""
        try:
            return self.plan.template.path.read_text(encoding="utf-8") != self.plan.template.text
        except (OSError, UnicodeDecodeError):
            return True  # the next plan says what is wrong with it

    def outdated_functions(self) -> list[str]:
        """Return the logical ids of functions whose code is not the stack's, but an earlier hot reload's."""
        with explain_errors(self.plan.target.banner):
            hot = [source for source in self.sources if self._is_hot(source)]
            return [source.logical_id for source in hot if not self._runs_it(source)]

    def catch_up(self) -> list[str]:
        """Update the outdated functions to the stack's code, which equals the files; return their logical ids."""
        late = self.outdated_functions()
        with explain_errors(self.plan.target.banner):
            for name in late:
                self._push(self.live[name])
        return late

    def select_changed(self, sources: list[Source]) -> list[tuple[Source, Artifact]]:
        """Return those deployed resources whose content has changed. LabError for missing code."""
        artifacts_now = [(source, source.artifact()) for source in sources if source.logical_id in self._deployed_ids()]
        return [(source, new) for source, new in artifacts_now if new.key != self.live[source.logical_id].key]

    def update(self, changed: list[tuple[Source, Artifact]]) -> tuple[str, list[str]]:
        """Deploy these; return (CODE or STACK, logical ids). A published version in use needs a stack update."""
        for source, artifact in changed:
            self._require_syntax(source, artifact)
        if not all(self._is_hot(source) for source, _ in changed):
            return STACK, self.deploy_again()
        with explain_errors(self.plan.target.banner):
            for _, artifact in changed:
                self._push(artifact)
        return CODE, [artifact.logical_id for _, artifact in changed]

    def failures(self) -> Iterator[tuple[str, str]]:
        """(Logical id, reason) of each invocation that failed since the last check. LabError when the stack is gone."""
        members = [each for each in self.stack.resources if each.type == FUNCTION and each.physical_id]
        functions = [Function(each.physical_id, each.logical_id, self.stack.name) for each in members]
        try:
            yield from self._failing.look(functions)
        except LabError:
            self._require_stack()
            raise

    def _require_stack(self) -> None:
        there = describe(self.stack.name, self.plan.target)
        if not there or there["StackStatus"].startswith("DELETE"):
            raise LabError(
                f"{self.stack.name} was destroyed, so there is nothing left to watch", "deploy it again with --watch"
            )

    def deploy_again(self) -> list[str]:
        """Plan and deploy as `deploy` does; return the changed logical ids. LabError before a real resource is lost."""
        plan = self.replan()
        by_id = {artifact.logical_id: artifact for artifact in plan.artifacts}
        for source in artifacts.sources(plan.template, artifacts.in_bucket(plan.target)):
            self._require_syntax(source, by_id[source.logical_id])
        lost = [each.logical_id for each in plan.changes if each.action in ("remove", "replace")]
        if lost and plan.target.is_real:
            what = f"{plan.stack_name}: {', '.join(lost)} would be removed or replaced, in a real account"
            raise LabError(
                what, f"--watch does not do that; stop it, and look at `shoplib plan {plan.template.path} --target aws`"
            )
        self._set_deployed(plan, apply(plan))
        stale = self.catch_up()
        planned = [each.logical_id for each in plan.changes if each.action != "keep"]
        return list(dict.fromkeys([*planned, *stale, *plan.sections]))

    def _require_syntax(self, source: Source, new: Artifact) -> None:
        if source.type in artifacts.FUNCTIONS | artifacts.LAYERS:
            known = self.live.get(source.logical_id)
            require_syntax(source, known.content if known else make_zip({}), new.content)

    def _deployed_ids(self) -> set[str]:
        return {resource.logical_id for resource in self.stack.resources}

    def _is_hot(self, source: Source) -> bool:
        name = source.logical_id
        return source.type in artifacts.FUNCTIONS and name in self._deployed_ids() and name not in self._versioned

    def _runs_it(self, source: Source) -> bool:
        name = self.stack.physical_id(source.logical_id)
        configuration = self.plan.target.client("lambda").get_function_configuration(FunctionName=name)
        digest = hashlib.sha256(self.live[source.logical_id].content).digest()
        return str(configuration["CodeSha256"]) == base64.b64encode(digest).decode()

    def _push(self, artifact: Artifact) -> None:
        update_code(self.stack.physical_id(artifact.logical_id), artifact, self.plan.target)
        self.live[artifact.logical_id] = artifact


def update_code(function: str, artifact: Artifact, target: Target) -> None:
    """Update a function's code, and wait until Lambda reports that the next invocation uses it (limit 120 s)."""
    client = target.client("lambda")
    client.update_function_code(FunctionName=function, **_code(artifact, target))
    delay = 1.0 if target.is_real else 0.05
    config = {"Delay": delay, "MaxAttempts": int(PATIENCE_SECONDS / delay)}
    try:
        client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=config)
    except WaiterError as error:
        raise LabError(f"{function} did not take its new code: {error}", "the old code stays; save again") from None


def _code(artifact: Artifact, target: Target) -> dict[str, bytes | str]:
    if len(artifact.content) <= LARGEST_UPLOAD:
        return {"ZipFile": artifact.content}
    artifacts.upload([artifact], target)
    return {"S3Bucket": artifacts.bucket_name(target), "S3Key": artifact.key}
