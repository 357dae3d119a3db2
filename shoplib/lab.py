"""The lab as a notebook sees it: one object that deploys, calls and looks.

lab = shoplib.lab.start()
lab.deploy("rest")
lab.client("dynamodb").list_tables()
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any

from shoplib import lessons, provision
from shoplib.errors import LabError
from shoplib.lessons import Task
from shoplib.provision import Plan, Stack, Stacks, Target

DRAIN_LIMIT_SECONDS = 600.0
CHECKPOINT = "checkpoint"
Waiting = Callable[[str], None]


class Lab:
    """A target and the patterns deployed on it."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of the lab's target."""
        return self.target.client(service, **options)

    @property
    def banner(self) -> str:
        """Where the lab works: an emulator's address, or the real account."""
        return self.target.banner

    def plan(self, name: str, **parameters: str | int) -> Plan:
        """What deploying a pattern or template would change; nothing is changed for it."""
        return provision.plan_one(name, self.target, _texts(parameters))

    def deploy(self, *names: str, **parameters: str | int) -> Stack | Stacks:
        """Deploy patterns (all of them when none is named) or template files; nothing happens twice.

        Answers the one stack, or name -> stack for several. Parameters go to the templates that have them.
        """
        templates = names or provision.pattern_names()
        with _bar("deploying") as progress:
            overrides = _shares(templates, _texts(parameters))
            stacks = provision.deploy_patterns(templates, self.target, progress, overrides)
        for other, outdated in provision.outdated_patterns(templates, self.target).items():
            print(f"note: {other} still has the former {', '.join(outdated)}; lab.deploy({other!r}) updates it")
        return stacks[templates[0]] if len(templates) == 1 else Stacks(stacks)

    def stack(self, pattern: str) -> Stack:
        """The deployed stack of a pattern; LabError when it is not deployed."""
        return provision.read(provision.default_stack_name(pattern), self.target)

    def outputs(self, pattern: str) -> dict[str, str]:
        """The outputs of a pattern's stack, as its template states them."""
        return self.stack(pattern).outputs

    def url(self, pattern: str, output: str) -> str:
        """An address among the outputs, as it can be called from here."""
        return self.target.reachable(self.outputs(pattern)[output])

    def template(self, pattern: str, logical_id: str | None = None) -> str:
        """The template's text, or the lines of one resource."""
        template = provision.load(provision.template_path(pattern))
        return template.fragment(logical_id) if logical_id else template.text

    def invoke(self, pattern: str, function: str, payload: Any) -> Any:
        """Invoke a function by its logical id and wait for its answer; LabError with the function's own error."""
        called = provision.Function(self.stack(pattern).physical_id(function), function)
        return provision.call(called, payload, self.target, f'read its log: lab.logs("{pattern}", "{function}")')

    def logs(self, pattern: str, function: str) -> list[str]:
        """The function's log lines of all its environments, oldest first; empty before its first call."""
        logger = provision.Function(self.stack(pattern).physical_id(function), function)
        return [line.text for line in provision.log_lines([logger], self.target)]

    def dashboard(self, name: str, *, since: str | None = None, dark: bool = False) -> Any:
        """A CloudWatch dashboard as a picture; `since` ("30m") looks back otherwise than the dashboard says."""
        from shoplib import dashboards  # matplotlib takes half a second

        return dashboards.draw(name, self.target, since=since, dark=dark)

    def wait_for_message(self, queue_url: str, message_id: str, limit: float = 60.0) -> list[dict[str, Any]]:
        """Wait until the message is in the queue; answer all copies of it, left there. LabError at the limit."""
        queue, until = self.client("sqs"), time.monotonic() + limit
        while time.monotonic() < until:
            answer = queue.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
            messages = answer.get("Messages", [])
            for message in messages:
                handle = message["ReceiptHandle"]
                queue.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
            if copies := [message for message in messages if message["MessageId"] == message_id]:
                return copies
        raise LabError(
            f"message {message_id} did not arrive in {queue_url} within {limit:.0f} s", "is its source stuck?"
        )

    def checkpoint(self, name: str = CHECKPOINT) -> None:
        """Save all that the local AWS has, to come back to it by `rewind`. LabError on any other AWS."""
        provision.save_state(name, self.target)

    def rewind(self, name: str = CHECKPOINT) -> None:
        """Have everything as it was at the checkpoint; what came later is gone."""
        provision.load_state(name, self.target)

    @contextlib.contextmanager
    def fault(
        self,
        action: str,
        target: str,
        *,
        percentage: float | None = None,
        duration: float | None = None,
        seed: int | None = None,
        principal: str | None = None,
        **parameters: Any,
    ) -> Iterator[dict[str, Any]]:
        """Within: AWS fails in one way, in `percentage` of the calls, the same ones for the same `seed`.

        `target` is a function for `aws:lambda:invocation-error`, or operations for `aws:fis:inject-api-throttle-error`
        (`dynamodb:PutItem`), of one `principal` (a function or a role) or of all. `parameters` are the action's own,
        such as `startup_delay_milliseconds=3000`. Removed at the end whatever happens; lapses with this process.
        """
        dials: dict[str, Any] = {"percentage": percentage, "duration": duration, "seed": seed, "principal": principal}
        with provision.fault(action, target, self.target, parameters=parameters, **dials) as setting:
            yield setting

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are set, whoever set them."""
        return provision.faults(self.target)

    def mailbox(self, to: str | None = None) -> list[provision.SentMessage]:
        """The mails and SMS that were sent to an address or phone number, or to anybody, oldest first. Nothing has left
        this machine."""
        return provision.mailbox(to, self.target)

    def task(self, name: str) -> Task:
        """A task of the lessons: a folder of yours with something to mend, and a check that asks what runs."""
        return lessons.open_task(name, self.target)

    def pending(self) -> dict[str, int]:
        """Messages and records in the lab's region that functions have yet to take, per event source ARN.

        LabError on anything but the local AWS: AWS itself only has metrics, and they come a minute later.
        """
        advice = "look at ApproximateNumberOfMessages of the queues and IteratorAge of the functions"
        counts: dict[str, int] | None = self.target.ask("/_aws/event-sources")
        if counts is None:
            where = "AWS" if self.target.is_real else self.banner
            raise LabError(f"{where} does not say how much is pending", advice)
        return {source: count for source, count in counts.items() if source.split(":")[3] == self.target.region}

    def wait_until_drained(self, limit: float = DRAIN_LIMIT_SECONDS, waiting: Waiting | None = None) -> None:
        """Wait until every queue and stream with a function behind it has been read to its end.

        `waiting` gets what remains. LabError at the limit (seconds), saying where how much is left.
        """
        until, quiet = time.monotonic() + limit, 0
        # Twice in a row: what a queue's consumer puts on a stream may appear between looking at the two.
        while quiet < 2:
            waiting_by_source = {source: count for source, count in self.pending().items() if count}
            quiet = 0 if waiting_by_source else quiet + 1
            text = ", ".join(f"{count:,} in {source.rsplit(':')[-1]}" for source, count in waiting_by_source.items())
            if waiting_by_source and time.monotonic() > until:
                raise LabError(f"not drained after {limit:.0f} s: {text}", "read the consumer's log: lab.logs(...)")
            if waiting:
                waiting(text)
            time.sleep(0.1)

    def destroy(self, *names: str, empty_buckets: bool = False) -> tuple[str, ...]:
        """Delete the stacks of patterns (all that are deployed when none is named) or templates, the last one first.

        Answers what their templates say to retain, and prints which patterns still use them. A bucket that holds
        something is deleted only with `empty_buckets`.
        """
        templates = names or tuple(name for name in provision.pattern_names() if provision.exists(name, self.target))
        retained: list[str] = []
        for what, other in provision.loose_ends(names, self.target):
            print(
                f"note: {what}; lab.deploy() afterwards deploys the whole shop with it, lab.deploy({other!r}) without"
            )
        with _bar("destroying") as progress:
            for name in reversed(provision.in_order(templates)):
                stack = provision.default_stack_name(name)
                retained += provision.destroy(stack, self.target, progress, empty_buckets)
        return tuple(retained)

    def __repr__(self) -> str:
        return self.target.banner

    def _repr_html_(self) -> str:
        colour = "#2e7d32" if self.target.endpoint_url else "#b3261e"
        style = f"border-left:6px solid {colour};padding:.4em 1em;font-weight:600"
        return f'<div style="{style}">{escape(self.target.banner)}</div>'


def start(target: Target | None = None) -> Lab:
    """The lab on the local AWS, started when it does not run yet; or on `target`."""
    return Lab(target or provision.local())


def _texts(parameters: Mapping[str, str | int]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items()}


def _shares(names: Iterable[str], parameters: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Template -> those parameters that it has; one that none has goes to all, and the first refuses it by name."""
    if not parameters:
        return {}
    known = {name: provision.load(provision.template_path(name)).parameters for name in names}
    shares = {name: {key: value for key, value in parameters.items() if key in each} for name, each in known.items()}
    lost = {key: value for key, value in parameters.items() if not any(key in each for each in known.values())}
    return {name: share | lost for name, share in shares.items()}


@contextlib.contextmanager
def _bar(what: str) -> Iterator[provision.Progress]:
    """A progress bar for a notebook or a terminal; it leaves no trace when it is done."""
    from rich.progress import Progress

    with Progress(transient=True) as bars:
        task = bars.add_task(what, total=None)

        def show(text: str, done: int, of: int) -> None:
            bars.update(task, description=text, completed=done, total=of)

        yield show
