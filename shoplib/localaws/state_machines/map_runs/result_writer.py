"""What comes of a Map Run: the outputs of its executions, or files of them in Amazon S3."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.integrations import Buckets, ObjectFailure
from shoplib.localaws.state_machines.integrations.shapes import with_capitals
from shoplib.localaws.state_machines.language import Language, Scope, StateFailure
from shoplib.localaws.state_machines.language.failures import WRITER
from shoplib.localaws.state_machines.language.timestamps import written
from shoplib.localaws.state_machines.map_runs.distribution import Batch, Outcome
from shoplib.localaws.state_machines.map_runs.map_run import MapRun

SUCCEEDED, FAILED, PENDING = "SUCCEEDED", "FAILED", "PENDING"
Writer = Mapping[str, Any]
Place = dict[str, Any]


def destination(writer: Writer, scope: Scope, language: Language) -> Place | None:
    """Bucket and Prefix; None where results are not exported. Raises EvaluationFailure."""
    name = language.arguments_field
    return dict(language.part(writer, name, scope, f"ResultWriter/{name}")) if "Resource" in writer else None


def results(run: MapRun, writer: Writer) -> list[Any]:
    """What the state itself comes to where results are not exported."""
    how = (writer.get("WriterConfig") or {}).get("Transformation", "COMPACT")
    return _transformed([each for each in run.outcomes() if each.status == SUCCEEDED], how)


async def export(buckets: Buckets, run: MapRun, writer: Writer, place: Place) -> dict[str, Any]:
    """Write the files, and the manifest that names them; the answer says where it is. Raises StateFailure."""
    folder = "/".join(part for part in (str(place.get("Prefix", "")).rstrip("/"), run.arn.rpartition(":")[2]) if part)
    files = {
        status: await _write(buckets, place["Bucket"], f"{folder}/{status}_0", rows, writer)
        for status, rows in _rows(run, writer).items()
    }
    key = f"{folder}/manifest.json"
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": run.arn, "ResultFiles": files}
    await _put(buckets, place["Bucket"], key, compact(manifest))
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key}}


def _rows(run: MapRun, writer: Writer) -> dict[str, list[Any]]:
    """What failed is told whole, whatever the transformation."""
    how = (writer.get("WriterConfig") or {}).get("Transformation", "NONE")
    outcomes = run.outcomes()
    succeeded = [each for each in outcomes if each.status == SUCCEEDED]
    return {
        FAILED: [_record(each) for each in outcomes if each.status != SUCCEEDED],
        PENDING: [_pending(batch) for batch in run.pending()],
        SUCCEEDED: _transformed(succeeded, how),
    }


def _transformed(outcomes: list[Outcome], how: str) -> list[Any]:
    if how == "NONE":
        return [_record(each) for each in outcomes]
    outputs = [each.output for each in outcomes]
    if how == "FLATTEN":
        return [part for output in outputs for part in (output if isinstance(output, list) else [output])]
    return outputs


def _record(outcome: Outcome) -> dict[str, Any]:
    return with_capitals(
        {name: outcome.record[name] for name in sorted(outcome.record) if name != "mapRunArn"}, written
    )


def _pending(batch: Batch) -> dict[str, Any]:
    return {"Input": compact(batch.document), "InputDetails": {"Included": True}, "Status": PENDING}


async def _write(buckets: Buckets, bucket: str, name: str, rows: list[Any], writer: Writer) -> list[dict[str, Any]]:
    if not rows:
        return []
    is_lines = (writer.get("WriterConfig") or {}).get("OutputType") == "JSONL"
    key, text = (f"{name}.jsonl", "\n".join(map(compact, rows))) if is_lines else (f"{name}.json", compact(rows))
    await _put(buckets, bucket, key, text)
    return [{"Key": key, "Size": len(text.encode())}]


async def _put(buckets: Buckets, bucket: str, key: str, text: str) -> None:
    try:
        await buckets.put_object(bucket, key, text.encode())
    except ObjectFailure as error:
        raise StateFailure(WRITER, str(error)) from None
