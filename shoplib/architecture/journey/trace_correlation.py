"""Which calls belong to one thing: its trace, and the traces of those who took its messages."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shoplib.architecture.journey import texts
from shoplib.architecture.journey.calls import UUID, Call, mentioning, recent, root
from shoplib.architecture.journey.texts import Part
from shoplib.errors import LabError, did_you_mean


@dataclass(frozen=True)
class Record:
    """A call that belongs to the thing, with as much of what it says as belongs to it. `note` says what is left out."""

    call: Call
    payload: str
    answer: str
    note: str = ""


@dataclass(frozen=True)
class Track:
    """A trace that is followed. `mixed`: it works for others too; `theirs` are ids that these mention, if known."""

    mixed: bool = False
    other_ids: frozenset[str] | None = frozenset()


def follow(calls: Iterable[Call], start: str) -> list[Record]:
    """What belongs to `start`, the root of a trace or any text that identifies the thing, oldest first.

    LabError when nothing does."""
    trail = _Trail(calls, start)
    return [record for call in trail.calls if (record := trail.take(call))]


class _Trail:
    def __init__(self, calls: Iterable[Call], start: str) -> None:
        self.calls = sorted(calls, key=lambda call: call.at)
        self.start = start.strip()
        self._by_trace: dict[str, list[Call]] = defaultdict(list)
        for call in self.calls:
            self._by_trace[call.trace].append(call)
        self._is_trace = bool(root(self.start)) and root(self.start) in self._by_trace
        self._ids: set[str] = set()
        first = self._first()
        self._own = {self.start, first.trace} if self._is_trace else {self.start}
        self.tracks = {first.trace: self._start_track(first.trace)}

    def _first(self) -> Call:
        """The first mention in a request that succeeded: what was refused before, and tried again, led nowhere."""
        if self._is_trace:
            return self._by_trace[root(self.start)][0]
        mentions = mentioning([self.start])
        calls = [call for call in self.calls if self.start and mentions.search(call.words)]
        traced = [call for call in calls if call.trace]
        if not traced:
            raise _no_trace_error(self.start, len(calls)) if calls else _not_mentioned_error(self.start, self.calls)
        return next((call for call in traced if not self._by_trace[call.trace][0].error), traced[0])

    def _start_track(self, trace: str) -> Track:
        """The first trace is mixed when it took messages of several, or sends messages some of which are others'."""
        calls = self._by_trace[trace]
        links = frozenset(link for call in calls for link in call.links)
        mixed = len(links) > 1 or any(self._splits(call, Track()) for call in calls)
        return Track() if self._is_trace else Track(mixed, None if links else frozenset())

    def take(self, call: Call) -> Record | None:
        track = self.tracks.get(call.trace) or self._arrival(call)
        if track is None:
            return None
        record = self._part(call, track) if track.mixed else _decode_record(call)
        if record:
            self._ids |= set(UUID.findall(f"{record.payload}\n{record.answer}"))
        return record

    def _arrival(self, call: Call) -> Track | None:
        """The track of an invocation that took messages of a followed trace."""
        sent = [self.tracks[link] for link in call.links if link in self.tracks]
        if not sent or not call.trace:
            return None
        others = frozenset(call.links) - set(self.tracks)
        mixed = bool(others) or any(each.mixed for each in sent) or self._splits(call, Track())
        track = Track(mixed, _united([self._collect_ids(others, call.caller), *(each.other_ids for each in sent)]))
        if all(each.mixed for each in sent) and texts.is_whole(call.payload) and not self._of(call.payload, track).text:
            return None  # sent on a trace that is followed, but for somebody else
        self.tracks[call.trace] = track
        if self._is_trace and not track.mixed:
            self._own.add(call.trace)  # a record names the trace that it was sent on
        return track

    def _splits(self, call: Call, track: Track) -> bool:
        """Whether messages of a queue, each a thing of its own, are the thing's and others' in one call."""
        if call.service != "sqs" and ":sqs:" not in call.caller:
            return False
        part = self._of(call.payload, track)
        return 0 < part.own < part.of

    def _of(self, text: str, track: Track) -> Part:
        """The part of `text` that mentions the thing, or an id of it that none of the others mentions."""
        ids = set() if track.other_ids is None else self._ids - track.other_ids
        pattern = mentioning(self._own | ids).search
        return texts.part(text, lambda content: bool(pattern(content)))

    def _collect_ids(self, traces: frozenset[str], source: str) -> frozenset[str] | None:
        """The ids that calls of `traces` mention; None when what one of them put into `source` is not all known."""
        names = re.split("[:/]", source)
        for trace in traces:
            put = [call for call in self._by_trace.get(trace, ()) if call.resource in names]
            if not put or not all(texts.is_whole(call.payload) for call in put):
                return None
        return frozenset(id for trace in traces for call in self._by_trace[trace] for id in call.ids)

    def _part(self, call: Call, track: Track) -> Record | None:
        payload, answer = self._of(call.payload, track), self._of(call.answer, track)
        is_known = texts.is_whole(call.payload) and (call.service != "s3" or self._has_key(call.trace, track))
        if is_known and not (payload.text or answer.text or call.links):
            return None
        # An answer to nobody but the thing is all its own, whatever it names.
        alone = bool(payload.text) and payload.is_all and answer.is_all
        return Record(
            call, payload.text, texts.readable(call.answer) if alone else answer.text, _note(call, payload, is_known)
        )

    def _has_key(self, trace: str, track: Track) -> bool:
        """Whether an object's key mentions the thing: only the keys of objects are known, and others may do without."""
        return any(call.service == "s3" and self._of(call.payload, track).text for call in self._by_trace[trace])


def _united(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    known = list(parts)
    return None if None in known else frozenset().union(*filter(None, known))


def _not_mentioned_error(start: str, calls: list[Call]) -> LabError:
    what = f"none of {len(calls):,} recorded calls mentions {start or 'an empty text'}"
    if longer := sorted({id for call in calls for id in call.ids if start and id.startswith(start)}):
        return LabError(what, f"ids must match in full; {did_you_mean(longer[:3])}")
    known = f"; recent requests: {', '.join(requests)}" if (requests := recent(calls)) else ""
    return LabError(what, f"give the id of an order or a trace, or any other text of a request{known}")


def _no_trace_error(start: str, calls: int) -> LabError:
    return LabError(
        f"{calls:,} recorded calls mention {start}, none of them with a trace id",
        "send the request through an API or a function of the picture: both start a trace",
    )


def _decode_record(call: Call) -> Record:
    return Record(call, texts.readable(call.payload), texts.readable(call.answer))


def _note(call: Call, payload: Part, is_known: bool) -> str:
    """How much of a call that works for several is the thing's."""
    of = max(len(call.links), payload.of)
    own_count = "one" if payload.own < 2 else f"{payload.own}"
    if payload.text and payload.is_all:
        return f"{own_count} of {of} in this batch" if call.links and of > 1 else ""
    if payload.text:
        where = "batch" if call.links else "call"
        return f"{own_count} of {of} in this {where}; what is others' is not shown"
    if call.links:
        return f"one of {of} in this batch; which one is unknown"
    return "" if is_known else "made for a whole batch; which record it handled is unknown"
