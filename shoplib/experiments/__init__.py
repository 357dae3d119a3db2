"""Experiments on the running system: each deploys its own stack, breaks something, and returns what was observed.

seen = experiments.poison_a_queue(lab)
seen["receives"], seen.chart, seen.picture
"""

from shoplib.experiments.bench import Bench, bench, path, source, until
from shoplib.experiments.data import (
    another_aws,
    race_for_the_last_item,
    read_stale,
    replay_events,
    replicate_a_table,
    restore_a_table,
)
from shoplib.experiments.observation import Observation
from shoplib.experiments.operations import model_memory, need_a_right, raise_an_alarm, release_a_canary, start_cold
from shoplib.experiments.queues import (
    block_a_group,
    deliver_twice,
    poison_a_queue,
    poll_an_empty_queue,
    report_partial_batches,
    shorten_visibility,
)
from shoplib.experiments.resilience import break_the_circuit, fill_bulkheads, multiply_retries, retry_after_an_outage
from shoplib.experiments.sagas import choreograph, compensate
from shoplib.experiments.spans import Span, draw_spans, spans_of
from shoplib.experiments.streams import count_late_events, heat_a_shard, poison_a_stream
from shoplib.experiments.timeline import Level, Mark

__all__ = [
    "Bench", "Level", "Mark", "Observation", "Span",
    "another_aws", "bench", "block_a_group", "break_the_circuit", "choreograph", "compensate", "count_late_events",
    "deliver_twice", "draw_spans", "fill_bulkheads", "heat_a_shard", "model_memory", "multiply_retries", "need_a_right",
    "path", "poison_a_queue", "poison_a_stream", "poll_an_empty_queue", "race_for_the_last_item",
    "raise_an_alarm", "read_stale", "release_a_canary", "replay_events", "replicate_a_table", "report_partial_batches",
    "restore_a_table", "retry_after_an_outage", "shorten_visibility", "source", "spans_of", "start_cold", "until",
]  # fmt: skip
