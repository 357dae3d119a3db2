"""The observed architecture: the calls of a run, as the local AWS recorded them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from shoplib.architecture.identity import Ids, key, node_of, region_of
from shoplib.architecture.model import Edge, Model
from shoplib.architecture.resource_types import CLIENTS, SERVICE_OF_TYPE, TYPE_OF_SERVICE
from shoplib.errors import LabError
from shoplib.provision import Target

DOOR = "/_aws/observed"
THROTTLED = "TooManyRequestsException"  # what Lambda counts as a throttle, not as an invocation
FUNCTION, MACHINE = "AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"
# What counts as a request to a resource, by how its operation begins; of an API, everything.
REQUESTS = {
    FUNCTION: "InvokeFunction",
    "AWS::SQS::Queue": "SendMessage",
    "AWS::Kinesis::Stream": "PutRecord",
    "AWS::ApiGateway::RestApi": "",
    "AWS::ApiGatewayV2::Api": "",
}
# A client's mistake at an API, a condition that was not met, an object that is not there.
REFUSAL = re.compile(r"4(?!29)\d\d|ConditionalCheckFailedException|TransactionCanceledException|NoSuchKey|NotFound")
# Services whose calls say on which resource they act.
SEEN = {"dynamodb", "events", "firehose", "kinesis", "lambda", "s3", "secretsmanager", "sns", "sqs", "states"}
Pair = tuple[str, str]


@dataclass
class Use:
    """Calls of one kind between two resources. `count` has messages or records where a queue or stream is fed, else
    calls; failures by AWS's word; latencies in ms with how often each was there: the figures that CloudWatch has of
    the one that is called. `requests` are the calls by operation, however much each carried."""

    count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    latencies: Counter[float] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)

    @property
    def refusals(self) -> Counter[str]:
        """Regular error responses: a failed condition, a client's mistake."""
        return Counter({name: count for name, count in self.errors.items() if REFUSAL.fullmatch(name)})

    @property
    def failures(self) -> Counter[str]:
        return self.errors - self.refusals

    @property
    def failure_count(self) -> int:
        return self.failures.total()

    @property
    def invocations(self) -> int:
        """What ran, as CloudWatch counts it."""
        return self.count - self.errors[THROTTLED]

    def percentile(self, percent: float) -> float | None:
        """Milliseconds: the smallest latency that is not below `percent` of all. None when nothing ran."""
        rank, passed = self.latencies.total() * percent / 100, 0.0
        for value in sorted(self.latencies):
            passed += self.latencies[value]
            if passed >= rank - 1e-9:
                return value
        return None

    def add(self, row: Mapping[str, Any]) -> None:
        self.count += row["count"]
        self.requests[row["operation"]] += row["calls"]
        self.errors.update(row["errors"])
        for value, times in row["latencies"]:
            self.latencies[value] += times


def sum_uses(uses: Iterable[Use]) -> Use | None:
    """All uses as one; None of none."""
    total: Use | None = None
    for use in uses:
        total = total or Use()
        total.count += use.count
        total.errors.update(use.errors)
        total.latencies.update(use.latencies)
        total.requests.update(use.requests)
    return total


@dataclass(frozen=True)
class Traffic:
    """Who used what, by source and target, then by operation: the IAM action, for an API method and path. `types` has
    what is not of the model; `totals` what each node was asked by anybody, in CloudWatch's sense of a request to it.
    `since` is when looking began, in seconds since 1970. `lost` counts calls that the engine could not take apart or
    had to forget; `known` is False where nobody says who called whom."""

    uses: Mapping[Pair, Mapping[str, Use]]
    types: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, Use] = field(default_factory=dict)
    since: float | None = None
    lost: int = 0
    known: bool = True

    def of(self, edge: Edge) -> Use | None:
        """The use of what `edge` means."""
        used = self.uses.get((edge.source, edge.target), {})
        return sum_uses(use for operation, use in used.items() if covers(edge, operation))


def read(model: Model, ids: Ids, target: Target) -> Traffic:
    """The use of `model`'s resources, which `ids` knows. What people do with their own keys (deploying, looking) is
    nobody's edge."""
    answer = _ask(target)
    if answer is None:
        return Traffic({}, known=False)
    uses: dict[Pair, dict[str, Use]] = {}
    types: dict[str, str] = {}
    totals = {node.id: Use() for node in model.nodes if node.type in REQUESTS and node.id in ids.values()}
    for row in answer["connections"]:
        _add_total(totals, model, ids, row, target.region)
        if (source := _source(row, ids, target.region)) is None:
            continue
        end = _end(model, ids, source, row, target.region)
        if (
            end is None
            and source != CLIENTS
            and model.node(source).type == FUNCTION
            and row["service"] in TYPE_OF_SERVICE
        ):
            end = row["resource"]
            types[end] = TYPE_OF_SERVICE[row["service"]]
        if end and not (source == CLIENTS and model.has(end) and model.node(end).external):
            uses.setdefault((source, end), {}).setdefault(row["operation"], Use()).add(row)
    lost = answer["unseen"] + answer["forgotten_connections"]
    return Traffic(uses, types, totals, answer["since"], lost)


def _add_total(totals: Mapping[str, Use], model: Model, ids: Ids, row: Mapping[str, Any], region: str) -> None:
    node = ids.get(key(row["service"], row["resource"])) if row["region"] in ("", region) else None
    if node and node in totals and row["operation"].startswith(REQUESTS[model.node(node).type]):
        totals[node].add(row)


def _source(row: Mapping[str, Any], ids: Ids, region: str) -> str | None:
    return node_of(row["caller"], ids) if region_of(row["caller"]) in ("", region) else None


def _end(model: Model, ids: Ids, source: str, row: Mapping[str, Any], region: str) -> str | None:
    """The node that was called; where policies speak of it only by a name or a pattern (`table/*`), that one."""
    own = ids.get(key(row["service"], row["resource"])) if row["region"] in ("", region) else None
    edges = [edge for edge in model.edges if edge.source == source and covers(edge, row["operation"])]
    if any(edge.target == own for edge in edges):
        return own
    called = key(row["service"], row["resource"])
    return next((edge.target for edge in edges if fnmatchcase(called, edge.target)), own)


def connections(target: Target) -> tuple[list[dict[str, Any]], float | None]:
    """All that was called by anybody, people with their own keys too, one row per connection; and since when. Empty
    where nobody knows it."""
    answer = _ask(target) or {"connections": [], "since": None}
    return answer["connections"], answer["since"]


def calls(target: Target) -> list[dict[str, Any]]:
    """Return the last calls with their payloads, oldest first. LabError if calls are not recorded."""
    answer = _ask(target, "?calls=1")
    if answer is None:
        advice = "on AWS, CloudWatch's trace map shows the traces of X-Ray"
        raise LabError(f"{target.banner} does not record who called what", advice)
    last: list[dict[str, Any]] = answer["calls"]
    return last


def forget(target: Target) -> None:
    """What comes is seen as if nothing had been before; without effect where calls are not seen at all."""
    _ask(target, method="DELETE")


def _ask(target: Target, query: str = "", method: str = "GET") -> dict[str, Any] | None:
    """What the local AWS saw; None from another one."""
    answer = target.ask(DOOR + query, method)
    return answer if isinstance(answer, dict) and "connections" in answer else None


def covers(edge: Edge, operation: str) -> bool:
    """Whether the template means this operation with the edge: by its verbs, or by invoking what it is wired to."""
    if edge.kind == "call":
        action = "invoke" if " " in operation else operation.lower()  # of an API it is a method and a path
        return any(verb == "any action" or fnmatchcase(action, verb.lower()) for verb in edge.verbs)
    return edge.kind != "failure" or grants(edge, operation)


def grants(edge: Edge, operation: str) -> bool:
    """Whether a policy that confirms the edge allows this operation: sending to one's own dead-letter queue."""
    verbs = (place.rpartition(":")[2] for place in edge.evidence)
    return any(fnmatchcase(operation.lower(), verb.lower()) for verb in verbs)


def seen_by_engine(model: Model, edge: Edge) -> bool:
    """False for what no run can prove: redrives, references, addresses that may be called without a trace, services
    whose calls do not name a resource, and pushes of one service to another. State machines call as clients do."""
    if model.node(edge.target).type == "AWS::Logs::LogGroup":
        return False
    if (edge.kind, model.node(edge.source).type) == ("invoke", MACHINE):
        return SERVICE_OF_TYPE.get(model.node(edge.target).type) in SEEN
    if edge.kind in ("event", "invoke", "authorize"):
        return model.node(edge.target).type == FUNCTION or model.node(edge.source).type.startswith("AWS::ApiGateway")
    if edge.kind == "call":
        return SERVICE_OF_TYPE.get(model.node(edge.target).type) in SEEN
    return (edge.kind, edge.source) == ("request", CLIENTS)
