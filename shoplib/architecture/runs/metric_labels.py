"""Figures of a run as short texts: what stands on an edge and under an icon."""

import re
from collections.abc import Callable, Mapping, Sequence

from shoplib.architecture.labels import LIMIT, SIZE
from shoplib.architecture.model import Edge, Model
from shoplib.architecture.runs.cloudwatch import Metrics
from shoplib.architecture.runs.counts import Count
from shoplib.architecture.runs.observed import FUNCTION, THROTTLED, Use
from shoplib.architecture.text import parts, shorten

SENT, RECEIVED = "NumberOfMessagesSent Sum", "IncomingRecords Sum"
FED = (SENT, RECEIVED)  # what comes into a queue and into a stream
BLANK = "\N{NO-BREAK SPACE}"
# Plurals of names of metrics, and what is one of them: Retries, Batches, Calls; not Success or Status.
PLURALS = ((re.compile("ies$"), "y"), (re.compile("(?<=ch|sh|ss|.x)es$"), ""), (re.compile("(?<![siu])s$"), ""))


def on_edge(use: Use, beside: str, counts: Sequence[Count] = ()) -> tuple[str, ...]:
    """How often and how many failed; then what was counted or is waiting there, or p50 and p95 of the latency."""
    failed = f"{BLANK}{short(use.failure_count)}{BLANK}failed" if use.failure_count else ""
    second = _counts(counts) or beside or _latency(use)
    return (f"{short(use.count)}×{failed}", *([second] if second else []))


def _counts(counts: Sequence[Count]) -> str:
    """The first of what was counted: `3 voided`, since the line leads to the payments."""
    if not counts:
        return ""
    text, more = words_of(counts[0].name, counts[0].count), len(counts) - 1
    number, *words = text.replace(BLANK, " ").split(" ")
    brief = [number, *words[1:]] if number[0].isdigit() and len(words) > 1 else [number, *words]
    return shorten(BLANK.join([*brief, *([f"+{more}"] if more else [])]), LIMIT, SIZE)


def _latency(use: Use) -> str:
    """In milliseconds; what has four digits, in seconds."""
    p50, p95 = use.percentile(50), use.percentile(95)
    if p50 is None or p95 is None:
        return ""
    if p95 < 1000:
        return f"{_ms(p50)}{BLANK}/{BLANK}{_ms(p95)}{BLANK}ms"
    first = f"{_ms(p50)}{BLANK}ms" if p50 < 100 else f"{p50 / 1000:.1f}"
    return f"{first}{BLANK}/{BLANK}{p95 / 1000:.1f}{BLANK}s"


def in_words(use: Use, beside: str, counts: Sequence[Count] = ()) -> str:
    """The same for the caption: "57 times, 3 failed (Unhandled 3), 2 payments voided, p50 2.1 ms, p95 4.0 ms"."""
    texts = [f"{use.count:,} time{'s' if use.count != 1 else ''}"]
    for word, errors in (("failed", use.failures), ("refused", use.refusals)):
        names = ", ".join(f"{name} {count:,}" for name, count in errors.items())
        texts += [f"{errors.total():,} {word} ({names})"] if errors else []
    texts += [words_of(entry.name, entry.count) for entry in counts]
    if beside:
        texts.append(beside)
    p50, p95 = use.percentile(50), use.percentile(95)
    if p50 is not None and p95 is not None:
        texts.append(f"p50 {_ms(p50)} ms, p95 {_ms(p95)} ms")
    return ", ".join(texts)


def words_of(name: str, count: float) -> str:
    """What a metric says: `14 calls spared`, `1 socket failure`, `circuit opened 2×`."""
    words = [word for part in parts(name) if (word := re.sub(r"\W|_", "", part).lower())]
    plural = next((place for place in (0, -1) if words and _singular(words[place]) != words[place]), None)
    if plural is None:
        return BLANK.join([" ".join(words), f"{short(count)}×"]) if words else f"{short(count)}×"
    words[plural] = _singular(words[plural]) if count == 1 else words[plural]
    return f"{short(count)} {' '.join(words)}"


def _singular(word: str) -> str:
    return next((ending.sub(one, word) for ending, one in PLURALS if ending.search(word)), word)


def waiting(model: Model, edge: Edge, figures: Mapping[str, Metrics]) -> str:
    """What waited behind an event source: the deepest a queue was, the oldest a stream's record."""
    if edge.kind != "event":
        return ""
    depth = figures.get(edge.source, {}).get("ApproximateNumberOfMessagesVisible Maximum")
    age = figures.get(edge.target, {}).get("IteratorAge Maximum")
    if model.node(edge.source).type == "AWS::SQS::Queue" and depth is not None:
        return f"depth{BLANK}≤{BLANK}{depth:,.0f}"
    return f"age{BLANK}≤{BLANK}{_age(age)}" if age is not None else ""


def of_run(resource_type: str, use: Use) -> Metrics:
    """What a run showed of a resource, under CloudWatch's names: so that nodes and edges tell of the same time."""
    p50, p95, failed = use.percentile(50), use.percentile(95), use.failure_count - use.errors[THROTTLED]
    if resource_type == FUNCTION:
        counts = {"Invocations Sum": use.invocations, "Errors Sum": failed, "Throttles Sum": use.errors[THROTTLED]}
        return counts | ({"Duration p50": p50, "Duration p95": p95} if p50 is not None and p95 is not None else {})
    name = {"AWS::SQS::Queue": SENT, "AWS::Kinesis::Stream": RECEIVED}.get(resource_type)
    return {name: use.count} if name else {"Count Sum": use.count, "5xx Sum": use.failure_count}


def under_icon(resource_type: str, metrics: Metrics) -> tuple[str, ...]:
    """What CloudWatch says of a resource; nothing where it has no figures of this type."""
    describe = _TEXTS.get(resource_type)
    return describe(metrics) if describe else ()


def short(count: float) -> str:
    """9,999 as it is, then 12k and 3.4M."""
    if count < 10_000:
        return f"{count:,.0f}"
    return f"{count / 1000:.0f}k" if count < 999_500 else f"{count / 1_000_000:.1f}M"


def count_of(count: float, noun: str) -> str:
    return f"{short(count)} {noun}{'' if count == 1 else 's'}"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _age(ms: float) -> str:
    return f"{ms:.0f}{BLANK}ms" if ms < 1000 else f"{ms / 1000:,.1f}{BLANK}s"


def _function(metrics: Metrics) -> tuple[str, ...]:
    failed = metrics.get("Errors Sum", 0)
    runs = count_of(metrics.get("Invocations Sum", 0), "run")
    bad = [f"{short(failed)} failed"] if failed else []
    times = [f"{_ms(metrics['Duration p50'])} / {_ms(metrics['Duration p95'])} ms"] if "Duration p95" in metrics else []
    return (runs, *(bad or times))


def _queue(metrics: Metrics) -> tuple[str, ...]:
    depth, sent = metrics.get("ApproximateNumberOfMessagesVisible Maximum", 0), metrics.get(SENT)
    deepest = f"depth ≤ {depth:,.0f}"
    if sent is None or (depth and not sent):  # as on AWS, what a queue's redrive moved here was not sent here
        return (deepest,)
    return f"{short(sent)} sent", deepest


def _stream(metrics: Metrics) -> tuple[str, ...]:
    return (count_of(metrics[RECEIVED], "record"),) if RECEIVED in metrics else ()


def _api(metrics: Metrics) -> tuple[str, ...]:
    bad = metrics.get("5xx Sum", 0) + metrics.get("5XXError Sum", 0)
    requests = count_of(metrics.get("Count Sum", 0), "request")
    return (requests, f"{short(bad)} failed") if bad else (requests,)


_TEXTS: Mapping[str, Callable[[Metrics], tuple[str, ...]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::SQS::Queue": _queue,
    "AWS::Kinesis::Stream": _stream,
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGateway::RestApi": _api,
}
